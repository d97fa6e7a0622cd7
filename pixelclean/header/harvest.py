"""What identifies in a source data set, taken before the header is cleaned."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.tag import BaseTag

from pixelclean import resources
from pixelclean.dicom.dictionary import know_additions
from pixelclean.header.identifier import Identifier, Kind
from pixelclean.header.identifiers import Identifiers
from pixelclean.header.safe import tag_of
from pixelclean.header.uids import is_registered
from pixelclean.header.values import texts_of, texts_of_bytes
from pixelclean.phi import Phi

_SOP_CLASS_UID = 0x00080016  # the kind of the object; the rules for kinds know every value that they let pass


def harvest(dataset: Dataset) -> Identifiers:
    """Names of patient and staff, IDs, addresses, places, devices, dates and UIDs, at every depth.

    The attribute decides what a value is, not the value representation that the data set gives it.  Of a value that
    does not decode, the bytes are read as ISO 8859-1.
    """
    know_additions()
    texts: set[Identifier] = set()
    uids: set[str] = set()
    for tag, vr, values in _values(dataset):
        if vr == "UI" and tag != _SOP_CLASS_UID:
            uids.update(uid for uid in values if not is_registered(uid))
        elif (kind := _kind(tag, vr)) is not None:
            texts.update(Identifier(kind, Phi(text)) for text in values)
    return Identifiers(frozenset(texts), frozenset(uids))


def _values(item: Dataset) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Tag, VR and values of every element at every depth; the VR is the dictionary's where that is a name or a UID."""
    for tag in item.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        element = read(item, tag)
        if element is not None and element.VR == "SQ":
            for inner in element.value or ():
                yield from _values(inner)
            continue
        vr = _meant_vr(int(tag), element.VR if element is not None else "UN")
        if vr in ("UI", "PN") or int(tag) in _kinds():
            yield int(tag), vr, texts_of(element) if element is not None else _undecoded(item, tag)


def _meant_vr(tag: int, vr: str) -> str:
    known = dictionary_VR(tag) if dictionary_has_tag(tag) else vr
    return known if known in ("UI", "PN") else vr


def _undecoded(item: Dataset, tag: BaseTag) -> tuple[str, ...]:
    value = item.get_item(tag).value
    return texts_of_bytes(value) if isinstance(value, bytes) else ()


def items_with_paths(dataset: Dataset, path: str = "") -> Iterator[tuple[str, Dataset]]:
    """The data set and the items of its sequences at every depth, each after the path of what stands in it.

    Such as "0040A730[0].", with the dot, and "" for the data set itself.
    """
    yield path, dataset
    for tag in dataset.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        element = read(dataset, tag)
        if element is not None and element.VR == "SQ":
            for number, item in enumerate(element.value or ()):
                yield from items_with_paths(item, f"{path}{int(tag):08X}[{number}].")


def read(dataset: Dataset, tag: BaseTag) -> DataElement | None:
    """The element with its value decoded; None where pydicom cannot."""
    try:
        return dataset[tag]
    except Exception:  # noqa: BLE001 - pydicom promises no exception type for a value that does not decode
        return None


def elements_with_paths(dataset: Dataset, path: str = "") -> Iterator[tuple[str, DataElement]]:
    """Every element that decodes, at every depth, with its path, such as 0040A730[0].00100010; no sequences."""
    for tag in dataset.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        if (element := read(dataset, tag)) is None:
            continue
        here = f"{path}{int(tag):08X}"
        if element.VR != "SQ":
            yield here, element
            continue
        for number, item in enumerate(element.value or ()):
            yield from elements_with_paths(item, f"{here}[{number}].")


def _kind(tag: int, vr: str) -> Kind | None:
    return Kind.PERSON if vr == "PN" else _kinds().get(tag)


@cache
def _kinds() -> Mapping[int, Kind]:
    table = tomllib.loads(resources.rules("header", "identifiers.toml").read_text("utf-8"))
    return {tag_of(keyword): Kind(kind) for kind, group in table.items() for keyword in group["keywords"]}
