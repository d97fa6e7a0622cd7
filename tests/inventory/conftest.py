"""Sources that were written and read, and what an inventory says of them."""

from collections.abc import Callable
from typing import Any

import pytest
from invented import EXPLICIT, saved
from pydicom import Dataset, Sequence

from pixelclean import resources
from pixelclean.devices import Kinds
from pixelclean.dicom import Source
from pixelclean.heading import Deidentified
from pixelclean.inventory import AsItIs, Attribute, Fate, Foretold, Inventory, Outlook, Tally, Word
from pixelclean.key import ProjectKey
from pixelclean.policy import Policy

CT = "1.2.840.10008.5.1.4.1.1.2"
Made = Callable[..., Source]
Taken = Callable[..., Inventory]


@pytest.fixture
def made() -> Made:
    """A CT object without pixels of an invented patient, with more attributes by keyword."""

    def make(private: dict[str, dict[int, tuple[str, Any]]] | None = None, **attributes: Any) -> Source:
        dataset = Dataset()
        dataset.SOPClassUID, dataset.SOPInstanceUID = CT, "1.2.3.4.5.1"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.4.5.2", "1.2.3.4.5.3"
        dataset.PatientName, dataset.PatientID, dataset.Modality = "Sentinel^Zoe", "ZZ-SENTINEL-1", "CT"
        for keyword, value in attributes.items():
            setattr(dataset, keyword, Sequence(value) if isinstance(value, list) and _holds_items(value) else value)
        for number, (creator, elements) in enumerate((private or {}).items()):
            block = dataset.private_block(0x0029, creator, create=True)
            assert block.block_start == 0x1000 + 0x100 * number
            for offset, (vr, value) in elements.items():
                block.add_new(offset, vr, value)
        return saved(dataset, EXPLICIT)

    return make


def _holds_items(value: list[Any]) -> bool:
    return any(isinstance(each, Dataset) for each in value)


@pytest.fixture
def outlook() -> Callable[[str], Outlook]:
    """What a policy of that name foretells; "" for nothing."""

    def look(policy: str) -> Outlook:
        if not policy:
            return AsItIs()
        heading = Deidentified(ProjectKey(bytes(range(32))), Policy.load(policy))
        return Foretold(heading, Kinds.load(resources.rules("kinds.toml")))

    return look


@pytest.fixture
def taken(outlook: Callable[[str], Outlook]) -> Taken:
    """The inventory of sources, as the files are, or by a policy."""

    def take(*sources: Source, policy: str = "") -> Inventory:
        tally = Tally(outlook(policy))
        for source in sources:
            tally.add(source)
        return tally.inventory()

    return take


@pytest.fixture
def row() -> Callable[[Inventory, str], Attribute]:
    """The attribute of a name; there is exactly one."""

    def find(inventory: Inventory, name: str) -> Attribute:
        (attribute,) = (each for each in inventory.attributes if each.name == name)
        return attribute

    return find


@pytest.fixture
def fate() -> Callable[[Attribute, Word], Fate]:
    """The fate of a word; there is exactly one."""

    def find(attribute: Attribute, word: Word) -> Fate:
        (found,) = (each for each in attribute.fates if each.word is word)
        return found

    return find
