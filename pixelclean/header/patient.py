"""The keyed pseudonyms that keep the instances of one patient together."""

from pydicom import Dataset

from pixelclean.header.values import text_at
from pixelclean.key import ProjectKey

_READABLE = 8


def patient_id(dataset: Dataset, key: ProjectKey, fallback: str) -> str:
    """The Patient ID that stands for the patient of a source data set, 16 characters.

    Derived from the ID and its issuer; without an ID from name and birth date; without those from the study, and at last
    from `fallback`: instances are then kept apart rather than wrongly put together.
    """
    identity = text_at(dataset, "PatientID")
    if identity:
        return key.pseudonym("patient", f"{text_at(dataset, 'IssuerOfPatientID')}\0{identity}")
    name = text_at(dataset, "PatientName")
    if name.strip("^= "):
        return key.pseudonym("patient-by-name", f"{name.casefold()}\0{text_at(dataset, 'PatientBirthDate')}")
    return key.pseudonym("patient-by-study", text_at(dataset, "StudyInstanceUID") or fallback)


def patient_name(identity: str) -> str:
    """The Patient's Name that goes with a pseudonymous Patient ID."""
    return f"PX-{identity[:_READABLE]}^"
