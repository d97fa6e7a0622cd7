"""What a source tells of its own past: whether it was de-identified before, and by whom."""

from pydicom import Dataset

from pixelclean.assignments import NO_ASSIGNMENTS, Assignments
from pixelclean.header.patient import came_from_mapping
from pixelclean.header.values import text_at
from pixelclean.key import ProjectKey


def says_deidentified(source: Dataset) -> bool:
    """Whether the source claims that its identity was removed; a claim proves nothing."""
    return text_at(source, "PatientIdentityRemoved").upper() == "YES"


def is_own(source: Dataset, key: ProjectKey, assignments: Assignments = NO_ASSIGNMENTS) -> bool:
    """Whether the source was cleaned with this key before."""
    by_key = key.made_uid(text_at(source, "SOPInstanceUID")) or key.made_patient(text_at(source, "PatientID"))
    return by_key or came_from_mapping(source, key, assignments)


def lacks_its_mapping(source: Dataset, key: ProjectKey) -> bool:
    """Whether an earlier stage gave the source its UIDs, and a mapping that is not at hand its Patient ID."""
    patient = text_at(source, "PatientID")
    return bool(patient) and key.made_uid(text_at(source, "SOPInstanceUID")) and not key.made_patient(patient)
