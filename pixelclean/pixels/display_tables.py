"""Lookup tables by which values are displayed: modality, VOI and presentation LUTs, and palettes, segmented or plain."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pydicom import DataElement, Dataset

from pixelclean.dicom import Words

_COLOURS = ("Red", "Green", "Blue")
_MOST_ENTRIES = 1 << 16
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2  # PS3.3 C.7.9.2


@dataclass(frozen=True, slots=True)
class Table:
    """Entries for whole values from `first` on; lower values have the first entry, higher ones the last.

    `data` holds the entries as 32-bit words of this machine, so that equal tables are equal.
    """

    first: int
    data: bytes

    @classmethod
    def of(cls, item: Dataset, *, signed: bool) -> Self | None:
        """The table that LUT Descriptor and LUT Data of an item hold (PS3.3 C.11.1.1, C.11.2.1.1); None without one.

        `signed` says that its input may be negative; some files state a negative first value as if it had no sign.
        """
        try:
            entries, first, bits = _descriptor(item["LUTDescriptor"])
            column = _plain(item["LUTData"], entries, bits, item)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        return cls(first - _MOST_ENTRIES if signed and first >= _MOST_ENTRIES // 2 else first, column.tobytes())

    @classmethod
    def of_palette(cls, dataset: Dataset) -> Self | None:
        """The brightness of each entry of a palette, the sum of its colours (PS3.3 C.7.6.3.1.5, C.7.9); None without."""
        try:
            entries, first, bits = _descriptor(dataset[f"{_COLOURS[0]}PaletteColorLookupTableDescriptor"])
            columns = [_colour(dataset, colour, entries, bits) for colour in _COLOURS]
        except (KeyError, TypeError, ValueError, OverflowError, IndexError):
            return None
        return cls(first, np.sum(columns, axis=0, dtype=np.int32).tobytes())

    @property
    def entries(self) -> npt.NDArray[np.int32]:
        """All entries in their order."""
        return np.frombuffer(self.data, np.int32)

    @property
    def last(self) -> int:
        """The value that has the last entry."""
        return self.first + len(self.data) // 4 - 1

    def __call__(self, values: Words) -> Words:
        """The entries of values; of one between two the nearer one."""
        places = np.rint(np.clip(values, self.first, self.last)) - self.first
        return np.asarray(self.entries[places.astype(np.int64)])

    def shares(self, values: Words) -> npt.NDArray[np.float64]:
        """The entries of values as shares of the largest entry."""
        largest = max(int(self.entries.max()), 1)
        return np.asarray(self(values) / largest, np.float64)


def _descriptor(element: DataElement) -> tuple[int, int, int]:
    """Number of entries, first value mapped, bits of an entry; 65,536 entries are written as 0."""
    entries, first, bits = (int(number) for number in element.value)
    if not 0 <= entries <= _MOST_ENTRIES or not 1 <= bits <= 16:
        raise ValueError
    return entries or _MOST_ENTRIES, first, bits


def _plain(element: DataElement, entries: int, bits: int, dataset: Dataset) -> npt.NDArray[np.int32]:
    """The entries one by one; of 8 bits they may be packed in pairs, and words stand in the file's byte order."""
    data: Any = element.value
    if not isinstance(data, bytes):
        column = np.atleast_1d(np.asarray(data, np.int64))[:entries] & 0xFFFF
    elif bits == 8 and len(data) < 2 * entries:
        column = np.frombuffer(data, np.uint8, entries)
    else:
        column = np.frombuffer(data, f"{_order(dataset)}u2", entries)
    if len(column) != entries:
        raise ValueError
    return column.astype(np.int32)


def _order(dataset: Dataset) -> str:
    return ">" if dataset.original_encoding[1] is False else "<"


def _colour(dataset: Dataset, colour: str, entries: int, bits: int) -> npt.NDArray[np.int32]:
    plain, segmented = f"{colour}PaletteColorLookupTableData", f"Segmented{colour}PaletteColorLookupTableData"
    if plain in dataset:
        return _plain(dataset[plain], entries, bits, dataset)
    # Words of 8 bits are packed, the first one of a pair least significant (PS3.3 C.7.9.1).
    data, order = bytes(dataset[segmented].value), _order(dataset)
    if bits == 8 and order == ">":
        data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
    words = np.frombuffer(data, np.uint8 if bits == 8 else f"{order}u2").astype(np.int32)
    return _Segments(words, bytes_of_word=1 if bits == 8 else 2).expanded(entries)


@dataclass(frozen=True, slots=True, eq=False)
class _Segments:
    """A segmented palette (PS3.3 C.7.9.2)."""

    words: npt.NDArray[np.int32]
    bytes_of_word: int

    def expanded(self, entries: int) -> npt.NDArray[np.int32]:
        """That many entries; ValueError or IndexError where it is none, or holds fewer."""
        made = np.empty(entries, np.int32)
        filled = position = copies = returns = 0
        while filled < entries:
            if not copies and self.words[position] == _INDIRECT:
                copies, returns, position = self._indirect(position)
            segment, position = self._segment(position, made[filled - 1] if filled else None)
            kept = segment[: entries - filled]
            made[filled : filled + len(kept)] = kept
            filled += len(kept)
            if copies:
                copies -= 1
                position = position if copies else returns
        return made

    def _segment(self, position: int, before: int | None) -> tuple[npt.NDArray[np.int32], int]:
        """A discrete or linear segment, which goes on from the entry `before`, and where the next one begins."""
        opcode, length, start = int(self.words[position]), int(self.words[position + 1]), position + 2
        if not length:
            raise ValueError
        if opcode == _DISCRETE and start + length <= len(self.words):
            return self.words[start : start + length], start + length
        if opcode == _LINEAR and before is not None:
            steps = np.linspace(before, int(self.words[start]), length + 1)[1:]
            return np.rint(steps).astype(np.int32), start + 1
        raise ValueError

    def _indirect(self, position: int) -> tuple[int, int, int]:
        """How many segments to copy, where the next one begins, and where the first to copy does."""
        count, start, words = int(self.words[position + 1]), position + 2, 4 // self.bytes_of_word
        parts = self.words[start : start + words]
        if len(parts) != words or not count:
            raise ValueError
        offset = sum(int(part) << 8 * self.bytes_of_word * place for place, part in enumerate(parts))
        return count, start + words, offset // self.bytes_of_word
