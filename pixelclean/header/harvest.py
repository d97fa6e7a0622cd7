"""What identifies in a source data set, taken before the header is cleaned."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache

from pydicom import DataElement, Dataset

from pixelclean import resources
from pixelclean.dicom.dictionary import know_additions
from pixelclean.header.identifiers import Identifier, Identifiers, Kind
from pixelclean.header.safe import reviewed, tag_of
from pixelclean.header.uids import is_registered
from pixelclean.header.values import texts_of
from pixelclean.phi import Phi


def harvest(dataset: Dataset) -> Identifiers:
    """Names of patient and staff, IDs, addresses, places, devices, dates and UIDs, at every depth.

    An element that does not decode is passed over: `clean_header` either drops it or refuses the file.
    """
    know_additions()
    texts: set[Identifier] = set()
    uids: set[str] = set()
    for element in elements(dataset):
        if element.VR == "UI" and int(element.tag) not in reviewed().uids:
            uids.update(uid for uid in texts_of(element) if not is_registered(uid))
        elif (kind := _kind(element)) is not None:
            texts.update(Identifier(kind, Phi(text)) for text in texts_of(element))
    return Identifiers(frozenset(texts), frozenset(uids))


def elements(dataset: Dataset) -> Iterator[DataElement]:
    """Every element that decodes, at every depth; sequences themselves are not among them."""
    for _, element in elements_with_paths(dataset):
        yield element


def elements_with_paths(dataset: Dataset, path: str = "") -> Iterator[tuple[str, DataElement]]:
    """The same with the path of each, such as 0040A730[0].00100010."""
    for tag in dataset.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        try:
            element = dataset[tag]
        except Exception:  # noqa: BLE001, S112 - pydicom promises no exception type for a value that does not decode
            continue
        here = f"{path}{int(tag):08X}"
        if element.VR != "SQ":
            yield here, element
            continue
        for number, item in enumerate(element.value or ()):
            yield from elements_with_paths(item, f"{here}[{number}].")


def _kind(element: DataElement) -> Kind | None:
    return Kind.PERSON if element.VR == "PN" else _kinds().get(int(element.tag))


@cache
def _kinds() -> Mapping[int, Kind]:
    table = tomllib.loads(resources.rules("header", "identifiers.toml").read_text("utf-8"))
    return {tag_of(keyword): Kind(kind) for kind, group in table.items() for keyword in group["keywords"]}
