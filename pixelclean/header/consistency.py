"""What one element's fate means for another: the parts of a cleaned data set must still agree with each other."""

from collections.abc import Iterator

from pydicom import DataElement, Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.overlays import OVERLAY
from pixelclean.header.dummies import ENCAPSULATED_DOCUMENT
from pixelclean.header.layers import number_layers
from pixelclean.header.values import values_of
from pixelclean.header.walk import Fate

_REFERENCED_INSTANCE = 0x00081155
_COMMON_INSTANCE_REFERENCE = (0x00081115, 0x00081200)
_DOCUMENT_LENGTH = 0x00420015
_PIXEL_DATA = 0x7FE00010
_EXTENDED_OFFSETS = (0x7FE00001, 0x7FE00002)
_OVERLAY_DATA = 0x3000
_SHUTTER_SHAPE = 0x00181600
_SHUTTER_OVERLAY = 0x00181623
_SHUTTER_SHADES = (0x00181622, 0x00181624)


def made_consistent(cleaned: Dataset) -> tuple[Fate, ...]:
    """Adjust a cleaned data set in place; the fates of what had to change."""
    return (
        *_drop_idle_references(cleaned),
        *_measure_document(cleaned),
        *number_layers(cleaned),
        *_drop_idle_offsets(cleaned),
        *drop_idle_shutter(cleaned),
    )


def _drop_idle_references(cleaned: Dataset) -> Iterator[Fate]:
    """Common Instance Reference lists the instances that the rest refers to; without any it has no place (PS3.3 C.12.2)."""
    listed = [tag for tag in _COMMON_INSTANCE_REFERENCE if tag in cleaned and _lists_instances(cleaned[tag])]
    rest = (element for element in cleaned if element.tag not in _COMMON_INSTANCE_REFERENCE)
    if listed and not any(_refers(element) for element in rest):
        for tag in listed:
            del cleaned[tag]
            yield _fate(tag, Action.REMOVE, "C.12.2: nothing refers to an instance now")


def _lists_instances(sequence: DataElement) -> bool:
    """Presentation states use the same sequence for their own images, without Referenced Instance Sequence."""
    return any("ReferencedInstanceSequence" in item or "ReferencedSeriesSequence" in item for item in sequence.value)


def _refers(element: DataElement) -> bool:
    if element.VR != "SQ":
        return int(element.tag) == _REFERENCED_INSTANCE
    return any(_refers(inner) for item in element.value for inner in item)


def _measure_document(cleaned: Dataset) -> Iterator[Fate]:
    """The length of the encapsulated document (PS3.3 C.24.2) is that of the dummy."""
    if ENCAPSULATED_DOCUMENT in cleaned and _DOCUMENT_LENGTH in cleaned:
        cleaned[_DOCUMENT_LENGTH].value = len(cleaned[ENCAPSULATED_DOCUMENT].value)
        yield _fate(_DOCUMENT_LENGTH, Action.DUMMY, "C.24.2: the length of the dummy document")


def drop_idle_shutter(cleaned: Dataset) -> Iterator[Fate]:
    """A bitmap shutter hides what an overlay plane says (PS3.3 C.7.6.15); without the plane there is no such shutter."""
    if _SHUTTER_OVERLAY not in cleaned or _has_plane(cleaned, cleaned[_SHUTTER_OVERLAY].value):
        return
    shapes = [str(shape) for shape in values_of(cleaned[_SHUTTER_SHAPE])] if _SHUTTER_SHAPE in cleaned else []
    others = [shape for shape in shapes if shape.strip() != "BITMAP"]
    if others:
        cleaned[_SHUTTER_SHAPE].value = others
    idle = (_SHUTTER_OVERLAY,) if others else (_SHUTTER_OVERLAY, _SHUTTER_SHAPE, *_SHUTTER_SHADES)
    for tag in idle:
        if tag in cleaned:
            del cleaned[tag]
            yield _fate(tag, Action.REMOVE, "C.7.6.15: the overlay of this shutter is gone")


def _has_plane(cleaned: Dataset, group: object) -> bool:
    return isinstance(group, int) and group >> 8 == OVERLAY and (group, _OVERLAY_DATA) in cleaned


def _drop_idle_offsets(cleaned: Dataset) -> Iterator[Fate]:
    """The extended offset table stands for an empty basic one (PS3.3 C.7.6.3.1.8); anywhere else nobody reads it."""
    if not (set(_EXTENDED_OFFSETS) & cleaned.keys()) or _has_empty_basic_table(cleaned):
        return
    for tag in _EXTENDED_OFFSETS:
        if tag in cleaned:
            del cleaned[tag]
            yield _fate(tag, Action.REMOVE, "C.7.6.3.1.8: nothing reads this table")


def _has_empty_basic_table(cleaned: Dataset) -> bool:
    pixels = cleaned[_PIXEL_DATA] if _PIXEL_DATA in cleaned else None  # noqa: SIM401 - get() gives a value
    return pixels is not None and pixels.is_undefined_length and bytes(pixels.value[4:8]) == bytes(4)


def _fate(tag: int, action: Action, why: str) -> Fate:
    return Fate(f"{tag:08X}", keyword_for_tag(tag), action, why)
