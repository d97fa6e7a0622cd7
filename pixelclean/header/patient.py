"""Who a data set speaks of: the pseudonym and the IDs that keep the instances of one patient together."""

from collections.abc import Callable, Iterable

from pydicom import Dataset

from pixelclean.assignments import NO_ASSIGNMENTS, Assigned, Assignments, Patient, canonical, patient_of_id
from pixelclean.header.values import text_at, whole_text_at
from pixelclean.key import ProjectKey
from pixelclean.trial import keywords_by_tag

_UNREADABLE = "\ufffd"
_PADDING = "^= "
_DATE_DIGITS = 8
_LONGEST_NAME = 64  # PN
_PARTS_OF_NAMES = str.maketrans("^=\\", "---")


def patient_of(
    dataset: Dataset,
    key: ProjectKey,
    fallback: str,
    assignments: Assignments = NO_ASSIGNMENTS,
    issuers: Iterable[str] = (),
) -> Patient:
    """The patient of a source: by the ID; without one by name and birth date; without both by the study.

    Instances are kept apart rather than wrongly put together: a name alone is nobody's, and what cannot be read neither.
    `fallback`, a digest of the file, stands for an instance without any UID; `issuers` as in `patient_of_id`.
    """
    identity = _readable(dataset, "PatientID")
    if not identity:
        return _without_id(dataset, key, fallback)
    pseudonym = assignments.pseudonym_of(identity)
    if pseudonym is not None and _came_from_here(dataset, key, assignments, pseudonym):
        return Patient(pseudonym, assignments.find(pseudonym))
    return patient_of_id(identity, _readable(dataset, "IssuerOfPatientID"), key, assignments, issuers)


def patient_name(new_id: str) -> str:
    """The Patient's Name that goes with a new Patient ID where none was assigned."""
    return f"PX-{new_id.translate(_PARTS_OF_NAMES)}"[: _LONGEST_NAME - 1] + "^"


def name_of(assigned: Assigned) -> str:
    """The Patient's Name that leaves with an assigned ID."""
    return assigned.patient_name or patient_name(assigned.patient_id)


def assigned_in(dataset: Dataset, assigned: Assigned | None) -> Callable[[str], bool]:
    """Tells the values of a source that an earlier stage took from the mapping: they are no identifiers of anybody.

    A value is one only at the attribute that it was assigned to, so that an identifier that stands in a mapping by
    mistake is still looked for.
    """
    if assigned is None:
        return lambda _: False
    given = {tag: value for tag, value in assigned.attributes if _at(dataset, tag) == value}
    known = set(given.values())
    if _readable(dataset, "PatientID") == assigned.patient_id:
        known |= {assigned.patient_id, name_of(assigned).strip(_PADDING)}
    return lambda text: text.strip(_PADDING) in known


def _at(dataset: Dataset, tag: int) -> str:
    return _readable(dataset, keywords_by_tag()[tag])


def _without_id(dataset: Dataset, key: ProjectKey, fallback: str) -> Patient:
    """UIDs count as this key writes them, so that a second stage, which meets those, finds the same patient."""
    name, birth_date = _name(dataset), text_at(dataset, "PatientBirthDate")
    if name and len(birth_date) == _DATE_DIGITS and birth_date.isdigit():
        return Patient(key.patient(f"\0\0name\0{name}\0{birth_date}"))
    uid = text_at(dataset, "StudyInstanceUID") or text_at(dataset, "SOPInstanceUID") or fallback
    return Patient(key.patient(f"\0\0study\0{key.uid(uid)}"))


def _name(dataset: Dataset) -> str:
    """The name without what differs between devices: case, padding, empty components, further scripts."""
    components = _readable(dataset, "PatientName").split("=")[0].casefold().split("^")
    return "^".join(component.strip() for component in components).strip("^")


def _readable(dataset: Dataset, keyword: str) -> str:
    text = canonical(whole_text_at(dataset, keyword))
    return "" if _UNREADABLE in text else text


def came_from_mapping(dataset: Dataset, key: ProjectKey, assignments: Assignments) -> bool:
    """Whether the Patient ID of a source is one that an earlier stage took from the mapping."""
    pseudonym = assignments.pseudonym_of(_readable(dataset, "PatientID"))
    return pseudonym is not None and _came_from_here(dataset, key, assignments, pseudonym)


def _came_from_here(dataset: Dataset, key: ProjectKey, assignments: Assignments, pseudonym: str) -> bool:
    """Whether an assigned ID in a source was written by an earlier stage: somebody else's original ID may be the same.

    It bears a UID that only this key makes, or, where UIDs are retained, says that identity was removed and carries the
    very name that goes with the ID.
    """
    uids = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
    if any(key.made_uid(text_at(dataset, keyword)) for keyword in uids):
        return True
    assigned = assignments.find(pseudonym)
    assert assigned is not None
    removed = text_at(dataset, "PatientIdentityRemoved").upper() == "YES"
    return removed and text_at(dataset, "PatientName").strip(_PADDING) == name_of(assigned).strip(_PADDING)
