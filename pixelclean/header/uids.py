"""UIDs: which are replaced, and by what."""

import re

from pydicom._uid_dict import UID_dictionary

from pixelclean.header.annex_e.iod import sop_classes
from pixelclean.key import ProjectKey

_CONTEXT_GROUP = re.compile(r"1\.2\.840\.10008\.6\.1\.[1-9][0-9]{0,3}")  # PS3.6 Table A-3, which pydicom does not hold


def is_registered(uid: str) -> bool:
    """Whether DICOM itself registered the UID: SOP classes, well-known instances, context groups (PS3.6 Annex A)."""
    return uid in UID_dictionary or uid in sop_classes() or bool(_CONTEXT_GROUP.fullmatch(uid))


def replaced(uid: str, key: ProjectKey) -> str:
    """The UID that stands for `uid`; a text that is no UID is mapped like one, empty stays empty."""
    original = uid.strip(" \0")
    return original if not original or is_registered(original) else key.uid(original)
