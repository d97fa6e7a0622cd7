"""Private blocks (PS3.5 7.8.1): who reserved which elements of one data set or item."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import DataElement, Dataset
from pydicom.tag import BaseTag

from pixelclean.header.identity.harvest import read
from pixelclean.header.private.listed import is_private_group
from pixelclean.header.private.lists import known_creators
from pixelclean.header.values import values_of

FIRST_BLOCK, _LAST_BLOCK = 0x10, 0xFF


@dataclass(frozen=True, slots=True)
class Block:
    """The elements (group,number 00) to (group,number FF) that stand in a data set, and their creator."""

    group: int
    number: int
    creator: str
    tags: tuple[int, ...]


def blocks_of(source: Dataset, vouched: frozenset[str] = frozenset()) -> tuple[Block, ...]:
    """The blocks of one level whose creator is known or `vouched` for, with what is in them, in the order of the data set.

    Elements without a creator, creators that are not the name of a product, and elements where no private element may
    stand, belong to no block.
    """
    tags = sorted(int(tag) for tag in source.keys() if is_private_group(int(tag) >> 16))  # noqa: SIM118 - elements
    blocks: dict[int, list[int]] = {}
    for tag in tags:
        blocks.setdefault(tag >> 8, []).append(tag)
    return tuple(
        Block(creator_tag >> 16, creator_tag & 0xFF, creator, tuple(blocks.get(_block(creator_tag), ())))
        for creator_tag, creator in _creators(source, tags)
        if creator in known_creators() or creator in vouched
    )


def _block(creator_tag: int) -> int:
    """Group and block number, as the first three bytes of the tag of each element in the block have them."""
    return creator_tag >> 16 << 8 | creator_tag & 0xFF


def _creators(source: Dataset, tags: list[int]) -> Iterator[tuple[int, str]]:
    for tag in tags:
        if FIRST_BLOCK <= tag & 0xFFFF <= _LAST_BLOCK and (creator := _creator(source, tag)):
            yield tag, creator


def _creator(source: Dataset, tag: int) -> str:
    """The text of a Private Creator, "" where it is anything but one text."""
    element = read(source, BaseTag(tag))
    values = values_of(element) if element is not None and element.VR != "SQ" else ()
    if len(values) != 1:
        return ""
    value = values[0]
    text = value.decode("ascii", errors="replace") if isinstance(value, bytes) else value
    return text.strip(" \0") if isinstance(text, str) else ""


def is_creator(element: DataElement) -> bool:
    """Whether an element of an output reserves a private block: the name of a product, whoever else is called so."""
    tag = int(element.tag)
    numbered = is_private_group(tag >> 16) and FIRST_BLOCK <= tag & 0xFFFF <= _LAST_BLOCK
    return numbered and isinstance(element.value, str) and element.value in known_creators()
