"""What a source tells of its own past: whether it was de-identified before, and by whom."""

from pydicom import Dataset

from pixelclean.header.values import text_at
from pixelclean.key import ProjectKey


def says_deidentified(source: Dataset) -> bool:
    """Whether the source claims that its identity was removed; a claim proves nothing."""
    return text_at(source, "PatientIdentityRemoved").upper() == "YES"


def is_own(source: Dataset, key: ProjectKey) -> bool:
    """Whether the source was cleaned with this key before."""
    return key.made_uid(text_at(source, "SOPInstanceUID")) or key.made_patient(text_at(source, "PatientID"))
