"""UIDs: which are replaced, and by what."""

from pydicom._uid_dict import UID_dictionary

from pixelclean.key import ProjectKey


def is_registered(uid: str) -> bool:
    """Whether DICOM itself registered the UID: SOP classes, well-known instances, frames of reference (PS3.6 Annex A)."""
    return uid in UID_dictionary


def replaced(uid: str, key: ProjectKey) -> str:
    """The UID that stands for `uid`; a text that is no UID is mapped like one, empty stays empty."""
    original = uid.strip(" \0")
    return original if not original or is_registered(original) else key.uid(original)
