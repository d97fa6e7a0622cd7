"""What the clinical trial modules ask for once some of it is there (PS3.3 C.7.1.3, C.7.2.3, C.7.3.2)."""

from collections.abc import Iterator

from pydicom import Dataset

from pixelclean.header.annex_e.actions import Action
from pixelclean.header.dummies import TEXT
from pixelclean.header.walk import Fate
from pixelclean.trial import TrialAttribute, trial_attributes

_SUBJECT_ID, _READING_ID = 0x00120040, 0x00120042
_COMMITTEE, _APPROVAL = 0x00120081, 0x00120082


def complete_trial(dataset: Dataset, new_id: str) -> Iterator[Fate]:
    """Add to a cleaned data set what its clinical trial modules lack, and say so.

    A module is in use when one of its attributes is there.  Its Type 2 attributes come empty, those of Type 1 with the
    profile's dummy; without any ID of a subject, the new Patient ID is the Clinical Trial Subject ID.
    """
    used = {attribute.module for attribute in trial_attributes() if attribute.tag in dataset}
    for attribute in trial_attributes():
        value = _lacking(attribute, dataset, new_id) if attribute.module in used else None
        if value is not None:
            dataset.add_new(attribute.tag, attribute.vr, value)
            why = f"{attribute.type} in the clinical trial {attribute.module} module"
            yield Fate(f"{attribute.tag:08X}", attribute.keyword, Action.DUMMY, why)


def _lacking(attribute: TrialAttribute, dataset: Dataset, new_id: str) -> str | None:
    """The value that an attribute of a used module needs; None where nothing is missing."""
    if _has_value(dataset, attribute.tag):
        return None
    if attribute.tag == _SUBJECT_ID and not _has_value(dataset, _READING_ID):
        return new_id
    if attribute.type == "1" or (attribute.tag == _COMMITTEE and _APPROVAL in dataset):
        return TEXT
    return "" if attribute.type == "2" and attribute.tag not in dataset else None


def _has_value(dataset: Dataset, tag: int) -> bool:
    return tag in dataset and bool(dataset[tag].value)
