"""What one element's fate means for another: the parts of a cleaned data set must still agree with each other."""

from collections.abc import Iterator

from pydicom import DataElement, Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header.actions import Action
from pixelclean.header.dummies import ENCAPSULATED_DOCUMENT
from pixelclean.header.harvest import elements_with_paths
from pixelclean.header.walk import Fate

_REFERENCED_INSTANCE = 0x00081155
_COMMON_INSTANCE_REFERENCE = (0x00081115, 0x00081200)
_DOCUMENT_LENGTH = 0x00420015
_PIXEL_DATA = 0x7FE00010
_EXTENDED_OFFSETS = (0x7FE00001, 0x7FE00002)
_GRAPHIC_LAYER = 0x00700002
_GRAPHIC_LAYERS = 0x00700060
_GRAPHIC_ANNOTATIONS = 0x00700001


def made_consistent(cleaned: Dataset) -> tuple[Fate, ...]:
    """Adjust a cleaned data set in place; the fates of what had to change."""
    return (
        *_drop_idle_references(cleaned),
        *_measure_document(cleaned),
        *_lay_annotations(cleaned),
        *_drop_idle_offsets(cleaned),
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


def _lay_annotations(cleaned: Dataset) -> Iterator[Fate]:
    """People name the layers of graphics (PS3.3 C.10.7): they are numbered, and a dummy annotation lies in the first."""
    layers = [item for item in _items(cleaned, _GRAPHIC_LAYERS) if "GraphicLayer" in item]
    for annotation in _items(cleaned, _GRAPHIC_ANNOTATIONS)[:1] if layers else ():
        annotation.GraphicLayer = layers[0].GraphicLayer
        yield _fate(_GRAPHIC_ANNOTATIONS, Action.DUMMY, "C.10.5: one dummy annotation, in the first layer")
    numbers: dict[str, str] = {}
    for path, element in elements_with_paths(cleaned):
        if int(element.tag) == _GRAPHIC_LAYER and element.value:
            element.value = numbers.setdefault(str(element.value), f"LAYER{len(numbers) + 1}")
            yield Fate(path, keyword_for_tag(_GRAPHIC_LAYER), Action.DUMMY, "C.10.7: layers are numbered")


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


def _items(cleaned: Dataset, tag: int) -> list[Dataset]:
    return list(cleaned[tag].value or ()) if tag in cleaned else []


def _fate(tag: int, action: Action, why: str) -> Fate:
    return Fate(f"{tag:08X}", keyword_for_tag(tag), action, why)
