"""Encapsulated Pixel Data: fragments, and which of them make which frame (PS3.5 A.4)."""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import pydicom

from pixelclean.dicom.element import ITEM
from pixelclean.dicom.stored import IN_MEMORY, Gathered, Spool, Value, read
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_HEADER = struct.Struct("<HHL")
_BEYOND_BASIC = 1 << 32  # what 32 bits do not count
_AT_ONCE = 1 << 22
LONGEST_FRAGMENT = _BEYOND_BASIC - 2
"""Bytes of an item of defined length, which are even in number (PS3.5 A.4)."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where its bytes begin and end in the value, and where its item starts, counted from the end of the offset table."""

    offset: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


Parts = tuple[Fragment, ...]
"""The fragments of one frame."""
StartsFrame = Callable[[bytes], bool]
"""Tells by the first bytes of a fragment whether a frame starts there."""
_FIRST_BYTES = 12


def frames_of(dataset: pydicom.Dataset, frames: int, starts_frame: StartsFrame) -> tuple[Parts, ...]:
    """The fragments of each frame.

    The extended or the basic offset table decides; without either, one fragment a frame, or a new frame where
    `starts_frame` sees the start of a codestream.  Raises Refused(INCONSISTENT_PIXEL_DATA) when they do not work out.
    """
    value: Value = dataset["PixelData"].value
    table, fragments = _split(value)
    if not fragments:
        raise _inconsistent("no fragments")
    if "ExtendedOffsetTable" in dataset and not table:
        return _by_extended_table(dataset, fragments, frames)
    if frames == 1 and table in ((), (0,)):
        if sum(starts_frame(_bytes_of(value, each, most=_FIRST_BYTES)) for each in fragments) > 1:
            raise _inconsistent("more frames than NumberOfFrames")
        return (tuple(fragments),)
    if table:
        return _by_starts(fragments, _checked(table, fragments, frames))
    if len(fragments) == frames:
        return tuple((fragment,) for fragment in fragments)
    starts = [each.offset for each in fragments if starts_frame(_bytes_of(value, each, most=_FIRST_BYTES))]
    return _by_starts(fragments, _checked(starts, fragments, frames))


def stream_of(dataset: pydicom.Dataset) -> Parts:
    """The fragments of a stream that holds all frames; the offset table names it, if anything (PS3.5 A.4)."""
    table, fragments = _split(dataset["PixelData"].value)
    if not fragments or table not in ((), (0,)) or "ExtendedOffsetTable" in dataset:
        raise _inconsistent("offsets of a video")
    return tuple(fragments)


def frame_bytes(value: Value, parts: Parts) -> bytes:
    """The encoded bytes of one frame: its fragments, one behind the other."""
    return b"".join(_bytes_of(value, part) for part in parts)


def _bytes_of(value: Value, fragment: Fragment, most: int | None = None) -> bytes:
    stop = fragment.stop if most is None else min(fragment.stop, fragment.start + most)
    return read(value, fragment.start, stop)


Offsets = tuple[bytes, bytes]
"""ExtendedOffsetTable and ExtendedOffsetTableLengths."""


def encapsulate(frames: Iterable[bytes], count: int, spool: Spool = IN_MEMORY) -> tuple[Value, Offsets | None]:
    """Pixel Data with one even fragment a frame, and the extended offset table where 32-bit offsets do not reach.

    `count` is how many frames there are.  The second part is None with a basic offset table.
    """
    # The offsets are known at the end, and stand at the start.
    gathered, lengths = Gathered(spool), list[int]()
    gathered.add(_item(bytes(4 * count)))
    for frame in frames:
        gathered.add(_HEADER.pack(ITEM >> 16, ITEM & 0xFFFF, len(frame) + len(frame) % 2))
        gathered.add(frame + b"\0" * (len(frame) % 2))
        lengths.append(len(frame) + len(frame) % 2)
    if len(lengths) != count:
        raise Refused(ReasonCode.NOT_ENCODED, "another number of frames")
    offsets = np.cumsum([0, *(length + 8 for length in lengths)], dtype=np.uint64)
    if offsets[-1] < _BEYOND_BASIC:
        gathered.replace(0, _item(offsets[:-1].astype("<u4").tobytes()))
        return gathered.value(), None
    gathered.replace(4 * count, _item(b""))
    return gathered.value(4 * count), (offsets[:-1].astype("<u8").tobytes(), np.array(lengths, "<u8").tobytes())


def encapsulate_stream(stream: Value, spool: Spool = IN_MEMORY, longest: int = LONGEST_FRAGMENT) -> Value:
    """Pixel Data of a video: one even fragment behind an empty offset table.

    Raises Refused(NOT_ENCODED) where it would be longer than `longest` bytes: the transfer syntaxes that are not
    fragmentable permit no second one.
    """
    if len(stream) > longest:
        raise Refused(ReasonCode.NOT_ENCODED, "a video longer than the one fragment that its transfer syntax permits")
    return encapsulate_pieces(stream, spool, longest)


def encapsulate_pieces(stream: Value, spool: Spool = IN_MEMORY, longest: int = LONGEST_FRAGMENT) -> Value:
    """The same in as many fragments as it takes, each but the last of `longest` bytes, which is an even number."""
    starts = range(0, len(stream), longest)
    fragments = (_fragment(stream, start, min(start + longest, len(stream))) for start in starts)
    return spool.gather(chain([_item(b"")], chain.from_iterable(fragments)))


def _fragment(stream: Value, start: int, stop: int) -> Iterator[bytes]:
    """An even item with that part of a stream, a few MiB at a time."""
    yield _HEADER.pack(ITEM >> 16, ITEM & 0xFFFF, stop - start + (stop - start) % 2)
    yield from (read(stream, at, min(at + _AT_ONCE, stop)) for at in range(start, stop, _AT_ONCE))
    yield b"\0" * ((stop - start) % 2)


def has_true_offset_tables(dataset: pydicom.Dataset) -> bool:
    """Whether the extended offset table of a data set is the one that its fragments need, and no text in its place.

    Only beside an empty basic offset table is it read at all (PS3.3 C.7.6.3.1.8).
    """
    table, fragments = _split(dataset["PixelData"].value)
    offsets = np.array([fragment.offset for fragment in fragments], "<u8")
    lengths = np.array([len(fragment) for fragment in fragments], "<u8")
    told = (dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths"))
    return not table and told == (offsets.tobytes(), lengths.tobytes())


def _item(data: bytes) -> bytes:
    return _HEADER.pack(ITEM >> 16, ITEM & 0xFFFF, len(data)) + data


def _split(value: Value) -> tuple[tuple[int, ...], list[Fragment]]:
    """The basic offset table, and the fragments; `structure` has checked every length."""
    items = list(_items(value))
    if not items:
        raise _inconsistent("no offset table item")
    table = _bytes_of(value, items[0])
    if len(table) % 4:
        raise _inconsistent("basic offset table")
    offsets = tuple(int(offset) for offset in np.frombuffer(table, "<u4"))
    base = items[0].stop
    return offsets, [Fragment(item.offset - base, item.start, item.stop) for item in items[1:]]


def _items(value: Value) -> Iterator[Fragment]:
    position = 0
    while position < len(value):
        try:
            group, element, length = _HEADER.unpack(read(value, position, position + 8))
        except struct.error:
            raise _inconsistent("not encapsulated") from None
        if group << 16 | element != ITEM or position + 8 + length > len(value):
            raise _inconsistent("not encapsulated")
        yield Fragment(position, position + 8, position + 8 + length)
        position += 8 + length


def _by_extended_table(dataset: pydicom.Dataset, fragments: list[Fragment], frames: int) -> tuple[Parts, ...]:
    """PS3.3 C.7.6.3.1.8: 64-bit offsets and lengths, one fragment a frame."""
    offsets = _longs(dataset.get("ExtendedOffsetTable"))
    lengths = _longs(dataset.get("ExtendedOffsetTableLengths"))
    at = {fragment.offset: fragment for fragment in fragments}
    if not len(offsets) == len(lengths) == len(fragments) == frames or set(offsets) != set(at):
        raise _inconsistent("extended offset table")
    made = tuple((at[offset],) for offset in offsets)
    # Both the padded and the true length are written, so a difference of one is no contradiction.
    if any(len(only) - length not in (0, 1) for (only,), length in zip(made, lengths, strict=True)):
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


def _by_starts(fragments: list[Fragment], starts: list[int]) -> tuple[Parts, ...]:
    frames: list[list[Fragment]] = []
    beginnings = set(starts)
    for fragment in fragments:
        if fragment.offset in beginnings:
            frames.append([])
        frames[-1].append(fragment)
    return tuple(tuple(parts) for parts in frames)


def _inconsistent(what: str) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, what)
