"""The walk over one Huffman-coded scan: does it end with its last MCU? (ISO/IEC 10918-1 F.2, H.2)

A decoder stops when the image is full.  What a scan holds beyond that leaves unseen: whole rows of another picture,
where the frame header announces fewer rows than were coded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pixelclean.dicom.codecs.jpeg_huffman import NO_SYMBOL, Huffman

MOST_UNITS = 10
"""Of one MCU (ISO/IEC 10918-1 B.2.3)."""

_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_MARKER = re.compile(rb"\xff(?:[^\0]|\Z)", re.DOTALL)
_SAMPLE_BITS, _BLOCK_BITS = 16 + 16, 16 + 16 + 63 * (16 + 15)  # at most: a code, and the bits of the value behind it
_CHUNK = 1 << 16  # bytes whose every bit is looked up at once, and how far the last MCU may reach beyond them:
_BEYOND = MOST_UNITS * _BLOCK_BITS // 8 + 1
_ENDED, _WRONG = 500, 1000

# How far each AC symbol goes on in its block of 64; the end of the block, and what is no symbol, go beyond it.
_ADVANCE = (_ENDED, *((symbol >> 4) + 1 for symbol in range(1, NO_SYMBOL)), _WRONG)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One coded unit of an MCU: a sample (`alternating` is None), or a block of 64 coefficients.

    `used` is marked at each AC symbol that occurs.
    """

    difference: Huffman
    alternating: Huffman | None = None
    used: bytearray = field(default_factory=lambda: bytearray(NO_SYMBOL + 1))


def ends_with_its_last_unit(data: bytes, mcu: Sequence[Unit], mcus: int, interval: int) -> bool:
    """Whether a scan's data are exactly `mcus` MCUs, restarted after every `interval` of them (0: never), with less
    than a byte of equal padding bits at each end.

    The units of `mcu`, at most MOST_UNITS, are all samples or all blocks.
    """
    parts = _parts(data)
    if not mcus or len(parts) != (-(-mcus // interval) if interval else 1):
        return False
    joined = b"".join(parts)
    if mcus * len(mcu) > len(joined) * 8:
        return False
    walk = _Walk(np.frombuffer(joined + b"\xff" * (_BEYOND + 3), np.uint8), mcu)
    end = 0
    for part in parts:
        begin, end = end, end + len(part) * 8
        count = min(interval or mcus, mcus)
        mcus -= count
        reached = walk.over(count, begin, end)
        if reached is None or end - reached >= 8 or not _is_padding(part, end - reached):
            return False
    return True


def _parts(data: bytes) -> list[bytes]:
    """The data between restart markers, which count from 0 to 7, without the bytes stuffed behind FF; none where
    anything else stands in them."""
    pieces = _RESTART.split(data)
    in_order = all(ord(number) == 0xD0 + index % 8 for index, number in enumerate(pieces[1::2]))
    if not in_order or any(_MARKER.search(part) for part in pieces[::2]):
        return []
    return [part.replace(b"\xff\0", b"\xff") for part in pieces[::2]]


def _is_padding(part: bytes, count: int) -> bool:
    """Whether the last bits are all ones, as they should be (F.1.2.3), or all zeros."""
    ones = (1 << count) - 1
    return not count or part[-1] & ones in (0, ones)


class _Walk:
    """Walks MCUs over bit positions, in chunks of bytes of which every bit has been looked up.

    One more position stands behind each chunk, where all that leads nowhere ends.
    """

    def __init__(self, data: npt.NDArray[np.uint8], mcu: Sequence[Unit]) -> None:
        self._data, self._mcu = data, mcu
        self._most = sum(_SAMPLE_BITS if unit.alternating is None else _BLOCK_BITS for unit in mcu)
        self._base = self._length = 0
        self._steps: list[tuple[memoryview, memoryview, memoryview, bytearray]] = []

    def over(self, count: int, position: int, end: int) -> int | None:
        """Where `count` MCUs that begin at a bit end; None where they pass `end` or are none."""
        while count:
            if not self._certain(position):
                self._look_up(position)
            batch = min(count, self._certain(position))
            walked = self._walk(batch, position - self._base)
            if walked is None or walked >= self._length or self._base + walked > end:
                return None
            position, count = self._base + walked, count - batch
        return position

    def _certain(self, position: int) -> int:
        """How many MCUs will end inside the chunk, however long they are."""
        return (self._base + self._length - position) // self._most

    def _walk(self, count: int, position: int) -> int | None:
        return self._blocks(count, position) if self._mcu[0].alternating else self._samples(count, position)

    def _samples(self, count: int, position: int) -> int:
        nexts = [differences for differences, _, _, _ in self._steps]
        for _ in range(count):
            for differences in nexts:
                position = differences[position]
        return position

    def _blocks(self, count: int, position: int) -> int | None:
        advance, steps = _ADVANCE, self._steps
        for _ in range(count):
            for differences, ends, symbols, used in steps:
                position, reached = differences[position], 1
                while reached < 64:
                    symbol = symbols[position]
                    used[symbol] = 1
                    reached += advance[symbol]
                    position = ends[position]
                if reached > 64 and not _ENDED < reached < _ENDED + 64:
                    return None
        return position

    def _look_up(self, position: int) -> None:
        """Look up the chunk that begins with the byte of `position`."""
        start = position // 8
        chunk = self._data[start : start + _CHUNK + _BEYOND + 2].astype(np.uint32)
        words = chunk[:-2] << 16 | chunk[1:-1] << 8 | chunk[2:]
        windows = (words[:, None] >> np.arange(8, 0, -1, dtype=np.uint32) & 0xFFFF).astype(np.uint32).reshape(-1)
        self._base, self._length = start * 8, len(windows)
        tables = {table for unit in self._mcu for table in (unit.difference, unit.alternating) if table}
        looked_up = {table: _looked_up(table, windows) for table in tables}
        self._steps = [
            (looked_up[unit.difference][0], *looked_up[unit.alternating or unit.difference], unit.used)
            for unit in self._mcu
        ]


def _looked_up(table: Huffman, windows: npt.NDArray[np.uint32]) -> tuple[memoryview, memoryview]:
    """For every bit: where what begins there ends, and its symbol."""
    length = len(windows)
    ends = np.full(length + 1, length, np.uint32)
    bits = table.bits[windows]
    np.copyto(ends[:-1], np.minimum(np.arange(length, dtype=np.uint32) + bits, length), where=bits > 0)
    symbols = np.full(length + 1, NO_SYMBOL, np.uint16)
    symbols[:-1] = table.symbols[windows]
    return ends.data, symbols.data
