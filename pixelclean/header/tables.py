"""Retained binary tables hold what their descriptors promise and not one byte more: text may stand behind the numbers.

A table whose descriptor is not there, or that cannot be read, is no table.
"""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydicom import Dataset

from pixelclean.header.profiles import rebuilt
from pixelclean.header.values import numbers_at

_SAMPLE = 8
_PATTERN = 128
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


def bounded(tag: int, value: object, item: Dataset) -> object:
    """What of a retained value is its content; None where that cannot be told.

    `item` holds the attributes that describe it.  A value of another attribute is returned as it is.
    """
    measure = _MEASURES.get(tag)
    if measure is None or not value:
        return value
    if isinstance(value, bytes):
        return measure(value, item)
    numbers = [int(number) for number in value] if isinstance(value, list | tuple) or hasattr(value, "__iter__") else []
    entries = _entries(item, _LUT_DESCRIPTOR)
    return numbers[:entries] if numbers and entries else None


def _table(descriptor: int) -> Callable[[bytes, Dataset], bytes | None]:
    """PS3.3 C.7.6.3.1.5, C.11.1: entries of 16 bits, or of 8 bits where the descriptor says so and no more are there."""

    def cut(value: bytes, item: Dataset) -> bytes | None:
        entries = _entries(item, descriptor)
        if not entries:
            return None
        words = entries * 2
        is_narrow = numbers_at(item, descriptor)[2] == 8 and len(value) < words
        return value[: entries + entries % 2] if is_narrow else value[:words]

    return cut


def _segments(descriptor: int) -> Callable[[bytes, Dataset], bytes | None]:
    """PS3.3 C.7.9.2: segments until the table is full."""

    def cut(value: bytes, item: Dataset) -> bytes | None:
        entries = _entries(item, descriptor)
        if not entries:
            return None
        form = "B" if numbers_at(item, descriptor)[2] == 8 else "<H" if item.original_encoding[1] is not False else ">H"
        size = struct.calcsize(form)
        fields = [number for (number,) in struct.iter_unpack(form, value[: len(value) - len(value) % size])]
        end = _end_of_segments(fields, entries)
        return None if end is None else value[: end * size + end * size % 2]

    return cut


def _end_of_segments(fields: list[int], entries: int) -> int | None:
    """The position behind the segment that fills the table, None where none does."""
    at, filled, lengths = 0, 0, dict[int, int]()
    while at + 1 < len(fields):
        kind, length, start = fields[at], fields[at + 1], at
        if kind == _DISCRETE:
            at, made = at + 2 + length, length
        elif kind == _LINEAR:
            at, made = at + 3, length
        elif kind == _INDIRECT:
            at, made = (
                at + 4,
                entries - filled,
            )  # it repeats earlier segments; how many entries they make is not counted
        else:
            return None
        lengths[start] = made
        filled += made
        if filled >= entries:
            return at if at <= len(fields) else None
    return None


def _waveform(value: bytes, item: Dataset) -> bytes | None:
    """PS3.3 C.10.9.1.7: channels times samples."""
    factors = [numbers_at(item, tag)[:1] for tag in (0x003A0005, 0x003A0010, 0x54001004)]
    if not all(factors):
        return None
    channels, samples, bits = (factor[0] for factor in factors)
    size = channels * samples * bits // 8
    return value[: size + size % 2] if size > 0 else None


def _sample(value: bytes, item: Dataset) -> bytes | None:
    """One sample of a waveform."""
    return value if len(value) <= _SAMPLE else None


def _pattern(value: bytes, item: Dataset) -> bytes | None:
    """PS3.3 C.10.5.1.2: 32 by 32 bits."""
    return value if len(value) == _PATTERN else None


def _profile(value: bytes, item: Dataset) -> bytes | None:
    return rebuilt(value)


def _entries(item: Dataset, descriptor: int) -> int:
    """The number of entries of a table; 0 stands for 65536 (PS3.3 C.7.6.3.1.5), and 0 here for no descriptor."""
    described = numbers_at(item, descriptor)
    return (described[0] & 0xFFFF or 1 << 16) if len(described) == 3 else 0


_LUT_DESCRIPTOR = 0x00283002
_MEASURES: Mapping[int, Callable[[bytes, Dataset], bytes | None]] = MappingProxyType(
    {
        0x00283006: _table(_LUT_DESCRIPTOR),
        0x00281408: _table(0x00281407),
        **{0x00281201 + colour: _table(0x00281101 + colour) for colour in range(4)},
        **{0x00281221 + colour: _segments(0x00281101 + colour) for colour in range(4)},
        0x54001010: _waveform,
        **dict.fromkeys((0x54000110, 0x54000112, 0x5400100A), _sample),
        0x00700256: _pattern,
        0x00282000: _profile,
    }
)
