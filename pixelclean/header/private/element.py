"""One private element that may stay, and on whose word."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from pydicom import DataElement

from pixelclean.header.private.blocks import FIRST_BLOCK


class Word(StrEnum):
    """Who or what says that an element may stay, in words for a fate."""

    LISTED = "E.3.10: on the list of safe private elements"
    VOUCHED = "E.3.10: declared as not identifying by the instance (0008,0304)"
    REPLACED = "E.3.10: replaced, as the instance demands (0008,0307)"
    NEW_UID = "E.3.10: UID replaced, as the instance demands (0008,0307)"
    PARSED = "E.3.10: a sequence that is on no list, each nested element judged on its own"


@dataclass(frozen=True, slots=True)
class SafeElement:
    """A private element of known VR that may stay, as far as `value_of` lets its value.

    `tag` is where it goes and `source_tag` where it stands; `element` has the value decoded under `vr`, for a sequence
    its items, which are the source's and still to be cleaned.
    """

    tag: int
    source_tag: int
    creator: str
    element: DataElement
    word: Word

    @property
    def vr(self) -> str:
        """The value representation that it has in the output."""
        return self.element.VR

    @property
    def why(self) -> str:
        """The reason that a fate gives."""
        return str(self.word)


def relocated(elements: Iterable[SafeElement]) -> tuple[SafeElement, ...]:
    """The same elements of one level with their blocks numbered from 10 on, without gaps, in each group.

    Blocks stay apart and in order, and elements keep their place within their block: a gap would tell of a block that
    is gone.  What stays may be relocated again when some of it turned out not to stay.
    """
    ordered = sorted(elements, key=lambda element: element.source_tag)
    numbers: dict[int, dict[int, int]] = {}
    for element in ordered:
        blocks = numbers.setdefault(element.source_tag >> 16, {})
        blocks.setdefault(element.source_tag >> 8, FIRST_BLOCK + len(blocks))
    return tuple(replace(element, tag=_moved(element, numbers)) for element in ordered)


def _moved(element: SafeElement, numbers: dict[int, dict[int, int]]) -> int:
    group = element.source_tag >> 16
    return group << 16 | numbers[group][element.source_tag >> 8] << 8 | element.source_tag & 0xFF


def creators(elements: Iterable[SafeElement]) -> tuple[tuple[int, str], ...]:
    """The Private Creator elements that reserve the blocks of these elements: tag and text, in order."""
    reserved = {element.tag >> 16 << 16 | element.tag >> 8 & 0xFF: element.creator for element in elements}
    return tuple(sorted(reserved.items()))
