"""The walk over one Huffman-coded scan: where its units lie, what they hold, and does it end with its last MCU?

ISO/IEC 10918-1 F.2, H.2.  A decoder stops when the image is full.  What a scan holds beyond that leaves unseen: whole
rows of another picture, where the frame header announces fewer rows than were coded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Self

import numpy as np

from pixelclean.dicom.codecs import jpeg_kernels as kernels
from pixelclean.dicom.codecs.jpeg_huffman import Huffman
from pixelclean.dicom.codecs.jpeg_kernels import SPARE_WORDS, Bytes, Coefficients, Integers, Lengths, Words32
from pixelclean.dicom.compiled import compiled
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

MOST_UNITS, MOST_COMPONENTS = 10, 4
"""Of one MCU (ISO/IEC 10918-1 B.2.3)."""

_WRONG = {
    kernels.SHORT: (ReasonCode.TRUNCATED, "JPEG: scan"),
    kernels.NO_CODE: (ReasonCode.UNDECODABLE, "JPEG: no Huffman code"),
    kernels.LONG_BLOCK: (ReasonCode.UNDECODABLE, "JPEG: more coefficients than a block has"),
    kernels.LARGE_DIFFERENCE: (ReasonCode.UNDECODABLE, "JPEG: DC of more than 16 bits"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One coded unit of an MCU: a sample (`alternating` is None), or a block of 64 coefficients.

    Units with the same `component`, 0 to 3, predict each other's DC.
    """

    difference: Huffman
    alternating: Huffman | None = None
    component: int = 0


class Keep(IntEnum):
    """What a walk keeps besides the end of each part: where each block lies, or its 64 coefficients."""

    ENDS = 0
    PLACES = 1
    COEFFICIENTS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Bits:
    """The data of a scan without markers: part p, between restart markers, ends at bit `ends[p]` of `words`."""

    words: Words32
    ends: Integers

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Refused(UNDECODABLE) where the markers are not as they should be."""
        padded = np.empty(len(data) + 3 - (len(data) - 1) % 4 + 4 * SPARE_WORDS, np.uint8)
        length = compiled(kernels.unstuff, kernels.UNSTUFF)(np.frombuffer(data, np.uint8), padded)
        if length >= 0:
            ends = np.full(1, length, np.int64)
        else:
            parted, ends = unstuffed(data)
            length = len(parted)
            padded[:length] = parted
        whole = length + -length % 4 + 4 * SPARE_WORDS
        padded[length:whole] = 0
        return cls(padded[:whole].view(">u4").astype(np.uint32), ends * 8)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the blocks of a scan lie, as `jpeg_kernels.walk` fills it in: a few bytes for each, since frames are many.

    `counts` is how many blocks each part has.
    """

    counts: Integers
    lengths: Lengths
    heads: Bytes
    predicted: Coefficients

    def bounds(self, ends: Integers) -> tuple[Integers, Integers]:
        """For each block the bit behind its difference, and the one at which it ends."""
        finished = np.cumsum(self.lengths, dtype=np.int64)
        if len(self.counts) > 1:
            last = np.cumsum(self.counts)
            begins, counted = np.append(0, ends[:-1]), np.append(0, finished[last[:-1] - 1])
            finished += np.repeat(begins - counted, self.counts)
        return finished - self.lengths + self.heads, finished


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """A scan whose parts, between restart markers, have been walked over from end to end.

    `ends` are those of its bits, and the MCUs of part p reach to bit `reached[p]`.  `used[table][s]` is not 0 where the
    AC symbol s occurs.  `is_followed_by_fill`: nothing else stands behind the byte that holds the end of a part's last
    MCU, but bytes of zeros or of ones, which encoders leave.  `is_padded`: the bits behind that MCU are all ones, as
    they should be (F.1.2.3), or all zeros.
    """

    ends: Integers
    reached: Integers
    used: dict[Huffman, bytes]
    is_followed_by_fill: bool
    is_padded: bool
    places: Places
    coefficients: Coefficients

    @property
    def ends_with_its_last_byte(self) -> bool:
        """Whether each part ends with the byte that holds the end of its last MCU."""
        return bool(np.all(self.ends - self.reached < 8))

    @property
    def bytes_held(self) -> int:
        """About as much memory as it takes."""
        kept = (self.ends, self.reached, self.places.counts, self.places.lengths, self.places.heads)
        return sum(each.nbytes for each in (*kept, self.places.predicted, self.coefficients)) + 256 * len(self.used)


def walk(bits: Bits, mcu: Sequence[Unit], mcus: int, interval: int, keep: Keep) -> Walked:
    """Walk over the `mcus` MCUs of a scan, which restart after every `interval` of them (0: never).

    The units of `mcu`, at most MOST_UNITS, are all samples or all blocks.  Raises Refused: TRUNCATED where a part ends
    before its last MCU, UNDECODABLE for anything else that is wrong with it.
    """
    words, ends = bits.words, bits.ends
    _require(mcus > 0 and len(ends) == (-(-mcus // interval) if interval else 1))
    if mcus * len(mcu) * (2 if mcu[0].alternating else 1) > ends[-1]:  # before room is made for what they hold
        raise Refused(ReasonCode.TRUNCATED, "JPEG: scan")
    counts = np.full(len(ends), interval or mcus, np.int64)
    counts[-1] = mcus - int(counts[:-1].sum())
    tables = tuple(dict.fromkeys(table for unit in mcu for table in (unit.difference, unit.alternating) if table))
    entries, firsts = _stacked(tables)
    used, reached = np.zeros((len(tables), 256), np.uint8), np.zeros(len(ends), np.int64)
    predictions = np.empty(MOST_COMPONENTS, np.int64)
    room = mcus * len(mcu) if keep is Keep.PLACES else 0
    places = Places(counts * len(mcu), np.empty(room, np.uint16), np.empty(room, np.uint8), np.empty(room, np.int16))
    coefficients = np.zeros(mcus * len(mcu) * 64 if keep is Keep.COEFFICIENTS else 0, np.int16)
    ended = compiled(kernels.walk, kernels.WALK)(
        words,
        ends,
        counts,
        entries,
        firsts,
        _numbered(mcu, tables),
        predictions,
        used,
        reached,
        places.lengths,
        places.heads,
        places.predicted,
        coefficients,
    )
    if ended != kernels.WHOLE:
        raise Refused(*_WRONG[ended])
    marked = {table: used[number].tobytes() for number, table in enumerate(tables)}
    fill, padding = _is_followed_by_fill(bits, reached), _is_padded(bits, reached)
    return Walked(ends, reached, marked, fill, padding, places, coefficients)


def _is_followed_by_fill(bits: Bits, reached: Integers) -> bool:
    longer = np.flatnonzero(bits.ends - reached >= 8)
    if not longer.size:
        return True
    data = bits.words.astype(">u4").view(np.uint8)
    behind = (data[-(-reached[part] // 8) : bits.ends[part] // 8] for part in longer)
    return all(bool(np.all((fill == 0) | (fill == 0xFF))) for fill in behind)


def _is_padded(bits: Bits, reached: Integers) -> bool:
    ones = (1 << (bits.ends - reached & 7)) - 1
    last = bits.words[np.maximum(bits.ends - 1, 0) >> 5].astype(np.int64) >> (-bits.ends & 31)
    return bool(np.all((last & ones == ones) | (last & ones == 0)))


def unstuffed(data: bytes) -> tuple[Bytes, Integers]:
    """The data without restart markers and the bytes stuffed behind FF, and where each part between two markers ends.

    The markers count from 0 to 7, and fill bytes may stand before them (ISO/IEC 10918-1 B.1.1.2, B.1.1.5).
    """
    stuffed = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(stuffed == 0xFF)
    _require(at.size == 0 or int(at[-1]) < len(data) - 1)
    behind = stuffed[at + 1]
    zeros, restarts, fills = behind == 0, behind & 0xF8 == 0xD0, behind == 0xFF
    _require(bool(np.all(zeros | restarts | fills)) and not np.any(fills[:-1] & zeros[1:]))
    markers = at[restarts]
    _require(bool(np.all(behind[restarts] & 7 == np.arange(len(markers)) % 8)))
    left_out = np.concatenate((at[zeros] + 1, at[~zeros], markers + 1))
    left_out.sort()
    ends = np.append(markers, len(data))
    return np.delete(stuffed, left_out), (ends - np.searchsorted(left_out, ends)).astype(np.int64)


def _require(condition: bool) -> None:
    if not condition:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: markers in a scan")


@lru_cache(maxsize=16)
def _stacked(tables: tuple[Huffman, ...]) -> tuple[Words32, Integers]:
    """The entries of all tables, and for each of them where they begin and its first long window."""
    starts = np.cumsum([0, *(len(table.entries) for table in tables[:-1])])
    firsts = np.array([(start, table.first) for start, table in zip(starts, tables, strict=True)], np.int64)
    return np.concatenate([table.entries for table in tables]), firsts


def _numbered(mcu: Sequence[Unit], tables: tuple[Huffman, ...]) -> Integers:
    """The units as the kernel wants them."""
    number = {table: index for index, table in enumerate(tables)}
    rows = [
        (number[unit.difference], number[unit.alternating] if unit.alternating else -1, unit.component) for unit in mcu
    ]
    return np.array(rows, np.int64)
