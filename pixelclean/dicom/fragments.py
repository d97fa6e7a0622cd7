"""Encapsulated Pixel Data: fragments, and which of them make which frame (PS3.5 A.4)."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pydicom

from pixelclean.dicom.element import ITEM
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_HEADER = struct.Struct("<HHL")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Its bytes, and where its item starts, counted from the end of the offset table."""

    offset: int
    data: memoryview


StartsFrame = Callable[[memoryview], bool]


def frames_of(dataset: pydicom.Dataset, frames: int, starts_frame: StartsFrame) -> tuple[tuple[memoryview, ...], ...]:
    """The fragments of each frame.

    The extended or the basic offset table decides; without either, one fragment a frame, or a new frame where
    `starts_frame` sees the start of a codestream.  Raises Refused(INCONSISTENT_PIXEL_DATA) when they do not work out.
    """
    table, fragments = _split(bytes(dataset.PixelData))
    if not fragments:
        raise _inconsistent("no fragments")
    if "ExtendedOffsetTable" in dataset and not table:
        return _by_extended_table(dataset, fragments, frames)
    if frames == 1 and table in ((), (0,)):
        return (tuple(fragment.data for fragment in fragments),)
    if table:
        return _by_starts(fragments, _checked(table, fragments, frames))
    if len(fragments) == frames:
        return tuple((fragment.data,) for fragment in fragments)
    starts = [fragment.offset for fragment in fragments if starts_frame(fragment.data)]
    return _by_starts(fragments, _checked(starts, fragments, frames))


def encapsulate(frames: Sequence[bytes]) -> tuple[bytes, tuple[bytes, bytes] | None]:
    """Pixel Data with one even fragment a frame, and the extended offset table where 32-bit offsets do not reach.

    The second part is (ExtendedOffsetTable, ExtendedOffsetTableLengths), None with a basic offset table.
    """
    padded = [frame + b"\0" * (len(frame) % 2) for frame in frames]
    offsets = np.cumsum([0, *(len(frame) + 8 for frame in padded)], dtype=np.uint64)
    basic = bool(offsets[-1] < 1 << 32)
    table = offsets[:-1].astype("<u4").tobytes() if basic else b""
    value = b"".join(_item(part) for part in (table, *padded))
    if basic:
        return value, None
    lengths = np.array([len(frame) for frame in padded], "<u8")
    return value, (offsets[:-1].astype("<u8").tobytes(), lengths.tobytes())


def has_true_offset_tables(dataset: pydicom.Dataset) -> bool:
    """Whether the extended offset table of a data set is the one that its fragments need, and no text in its place.

    Only beside an empty basic offset table is it read at all (PS3.3 C.7.6.3.1.8).
    """
    table, fragments = _split(bytes(dataset.PixelData))
    offsets = np.array([fragment.offset for fragment in fragments], "<u8")
    lengths = np.array([len(fragment.data) for fragment in fragments], "<u8")
    told = (dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths"))
    return not table and told == (offsets.tobytes(), lengths.tobytes())


def _item(data: bytes) -> bytes:
    return _HEADER.pack(ITEM >> 16, ITEM & 0xFFFF, len(data)) + data


def _split(value: bytes) -> tuple[tuple[int, ...], list[Fragment]]:
    """The basic offset table, and the fragments; `structure` has checked every length."""
    items = list(_items(value))
    if not items:
        raise _inconsistent("no offset table item")
    table = items[0].data
    if len(table) % 4:
        raise _inconsistent("basic offset table")
    offsets = tuple(int(offset) for offset in np.frombuffer(table, "<u4"))
    base = len(table) + 8
    return offsets, [Fragment(item.offset - base, item.data) for item in items[1:]]


def _items(value: bytes) -> Iterator[Fragment]:
    view, position = memoryview(value), 0
    while position < len(value):
        try:
            group, element, length = _HEADER.unpack_from(value, position)
        except struct.error:
            raise _inconsistent("not encapsulated") from None
        if group << 16 | element != ITEM or position + 8 + length > len(value):
            raise _inconsistent("not encapsulated")
        yield Fragment(position, view[position + 8 : position + 8 + length])
        position += 8 + length


def _by_extended_table(
    dataset: pydicom.Dataset, fragments: list[Fragment], frames: int
) -> tuple[tuple[memoryview, ...], ...]:
    """PS3.3 C.7.6.3.1.8: 64-bit offsets and lengths, one fragment a frame."""
    offsets = _longs(dataset.get("ExtendedOffsetTable"))
    lengths = _longs(dataset.get("ExtendedOffsetTableLengths"))
    at = {fragment.offset: fragment.data for fragment in fragments}
    if not len(offsets) == len(lengths) == len(fragments) == frames or set(offsets) != set(at):
        raise _inconsistent("extended offset table")
    made = tuple((at[offset],) for offset in offsets)
    # Both the padded and the true length are written, so a difference of one is no contradiction.
    if any(len(data) - length not in (0, 1) for (data,), length in zip(made, lengths, strict=True)):
        raise _inconsistent("extended offset table lengths")
    return made


def _longs(value: object) -> list[int]:
    if not isinstance(value, bytes) or len(value) % 8:
        raise _inconsistent("extended offset table")
    return [int(number) for number in np.frombuffer(value, "<u8")]


def _checked(starts: Sequence[int], fragments: list[Fragment], frames: int) -> list[int]:
    """`starts` when it names one fragment for each frame, the first one first, in order."""
    known = {fragment.offset for fragment in fragments}
    ascending = all(before < after for before, after in pairwise(starts))
    if len(starts) != frames or starts[0] != 0 or not ascending or not known.issuperset(starts):
        raise _inconsistent("offsets, fragments and NumberOfFrames")
    return list(starts)


def _by_starts(fragments: list[Fragment], starts: list[int]) -> tuple[tuple[memoryview, ...], ...]:
    frames: list[list[memoryview]] = []
    beginnings = set(starts)
    for fragment in fragments:
        if fragment.offset in beginnings:
            frames.append([])
        frames[-1].append(fragment.data)
    return tuple(tuple(parts) for parts in frames)


def _inconsistent(what: str) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, what)
