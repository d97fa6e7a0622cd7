"""Layers of graphics (PS3.3 C.10.7): people name them, so they are numbered; what lay in one lies in it still."""

from collections.abc import Iterator, Mapping

from pydicom import DataElement, Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.overlays import OVERLAY
from pixelclean.header.identity.harvest import elements_with_paths
from pixelclean.header.walk import Fate

_GRAPHIC_LAYER = 0x00700002
_OF_THE_LAYERS = "00700060["  # how paths into Graphic Layer Sequence begin
_ACTIVATION_LAYER = 0x1001
_FIRST = "LAYER1"


def number_layers(cleaned: Dataset) -> Iterator[Fate]:
    """Rename the layers, and whatever names one of them, in the cleaned data set itself.

    An annotation that names none of them, as a dummy does, is put into the first; an overlay plane is shown in none
    then (C.11.7).
    """
    naming = [(path, element) for path, element in elements_with_paths(cleaned) if _names_layer(element)]
    layers = [element for path, element in naming if path.startswith(_OF_THE_LAYERS)]
    for place, layer in enumerate(layers):
        # A name that was no term is empty by now; the layer is still one of its own.
        layer.value = _name(layer) or f"UNNAMED {place}"
    numbers = _numbered(layers or [element for _, element in naming])
    for path, element in naming:
        element.value = _number_of(element, numbers)
        yield Fate(path, keyword_for_tag(element.tag), Action.DUMMY, "C.10.7: layers are numbered")


def _numbered(layers: list[DataElement]) -> Mapping[str, str]:
    names = dict.fromkeys(name for layer in layers if (name := _name(layer)))
    return {name: f"LAYER{number}" for number, name in enumerate(names, start=1)}


def _number_of(element: DataElement, numbers: Mapping[str, str]) -> str:
    if (name := _name(element)) in numbers:
        return numbers[name]
    return _FIRST if numbers and not _is_activation(element) else ""


def _names_layer(element: DataElement) -> bool:
    return int(element.tag) == _GRAPHIC_LAYER or _is_activation(element)


def _is_activation(element: DataElement) -> bool:
    """Overlay Activation Layer (60xx,1001)."""
    return element.tag.group >> 8 == OVERLAY and element.tag.element == _ACTIVATION_LAYER


def _name(layer: DataElement) -> str:
    return str(layer.value or "").strip()
