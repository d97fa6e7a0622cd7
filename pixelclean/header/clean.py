"""The Basic Profile on a whole data set (PS3.15 E.1.1, E.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydicom import Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag

from pixelclean.dicom.dictionary import know_additions
from pixelclean.header.actions import Action
from pixelclean.header.consistency import made_consistent
from pixelclean.header.iod import Level, Type, top_level, type_of
from pixelclean.header.patient import patient_id, patient_name
from pixelclean.header.values import text_at
from pixelclean.header.walk import Fate, Walk
from pixelclean.key import ProjectKey
from pixelclean.policy import HeaderPolicy

_PATIENT_NAME = 0x00100010
_PATIENT_ID = 0x00100020
_SOP_INSTANCE_UID = 0x00080018
_LONGITUDINAL_TEMPORAL_INFORMATION = 0x00280303


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned data set, and what became of every element of its source, in the order of the data set."""

    dataset: Dataset
    fates: tuple[Fate, ...]


def clean_header(dataset: Dataset, key: ProjectKey, policy: HeaderPolicy, instance_fallback: str) -> Cleaned:
    """A new data set without what identifies; `dataset` is not touched, its pixel bytes are shared, not copied.

    File meta information and preamble are not carried over: the writer makes its own.  `instance_fallback`, a digest of
    the file, names an instance that has no SOP Instance UID.  Raises `Refused` where an element that would stay cannot
    be read, or where an encapsulated document has no empty counterpart.
    """
    know_additions()
    level = top_level(text_at(dataset, "SOPClassUID"))
    given = _given(dataset, level, key, instance_fallback)
    walk = Walk(key, policy.options)
    cleaned = walk.cleaned(dataset, level, skip=given)
    for tag, (value, why) in given.items():
        cleaned.add_new(tag, dictionary_VR(tag), value)
        walk.fates.append(Fate(f"{tag:08X}", keyword_for_tag(tag), Action.DUMMY, why))
    walk.fates.extend(made_consistent(cleaned))
    return Cleaned(cleaned, tuple(sorted(walk.fates, key=lambda fate: fate.path[:8])))


def _given(dataset: Dataset, level: Level, key: ProjectKey, fallback: str) -> Mapping[int, tuple[str, str]]:
    """Values that do not follow from one element alone, with their reasons, by tag."""
    identity = patient_id(dataset, key, fallback)
    given = {_LONGITUDINAL_TEMPORAL_INFORMATION: ("REMOVED", "E.2: no date option")}
    if _belongs(dataset, level, _PATIENT_ID):
        given[_PATIENT_ID] = (identity, "E.1-1: Z/D, keyed pseudonym")
    if _belongs(dataset, level, _PATIENT_NAME):
        given[_PATIENT_NAME] = (patient_name(identity), "E.1-1: Z, keyed pseudonym")
    if not text_at(dataset, "SOPInstanceUID"):
        given[_SOP_INSTANCE_UID] = (key.uid(fallback), "E.1-1: U, missing in the source")
    return given


def _belongs(dataset: Dataset, level: Level, tag: int) -> bool:
    return tag in dataset or type_of(level, tag) <= Type.TWO
