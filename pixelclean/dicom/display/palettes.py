"""Palettes: the colours of PALETTE COLOR images and of supplemental palettes, plain or segmented (PS3.3 C.7.6.3.1.5, C.7.9)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from pixelclean.dicom.display.tables import Table, below_zero, descriptor_of, order_of, plain_entries
from pixelclean.dicom.words import Words

_COLOURS = ("Red", "Green", "Blue")
_BYTE = 8
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2  # PS3.3 C.7.9.2


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours for stored values from `first` on; lower values have the first colour, higher ones the last.

    `data` holds the colours, red, green and blue of one after the other, as 32-bit words of this machine.
    """

    first: int
    data: bytes

    @classmethod
    def of(cls, dataset: Dataset) -> Self | None:
        """The palette of a data set; None without one that can be read."""
        try:
            entries, first, bits = descriptor_of(dataset[f"{_COLOURS[0]}PaletteColorLookupTableDescriptor"])
            columns = [_colour(dataset, colour, entries, bits) for colour in _COLOURS]
        except (KeyError, TypeError, ValueError, OverflowError, IndexError):
            return None
        signed = dataset.get("PixelRepresentation") == 1
        return cls(below_zero(first) if signed else first, np.stack(columns, axis=-1).tobytes())

    @property
    def colours(self) -> npt.NDArray[np.int32]:
        """All colours in their order, as (entry, RGB) and as deep as they are stored."""
        return np.frombuffer(self.data, np.int32).reshape(-1, 3)

    @property
    def brightness(self) -> Table:
        """The sum of the samples of each colour."""
        return Table(self.first, self.colours.sum(axis=1, dtype=np.int32).tobytes())

    def __call__(self, values: Words) -> npt.NDArray[np.int32]:
        """The colours of whole values, in one more axis."""
        colours = self.colours
        places = np.clip(values, self.first, self.first + len(colours) - 1) - self.first
        return np.asarray(colours[places.astype(np.int64)])

    def eight_bits(self, values: Words) -> npt.NDArray[np.uint8]:
        """The same, 8 bits deep; the entries of some files are 8 bits deep, whatever the descriptor says."""
        shown = self(values)
        return (shown >> _BYTE if self.colours.max() >> _BYTE else shown).astype(np.uint8)


def _colour(dataset: Dataset, colour: str, entries: int, bits: int) -> npt.NDArray[np.int32]:
    plain, segmented = f"{colour}PaletteColorLookupTableData", f"Segmented{colour}PaletteColorLookupTableData"
    if plain in dataset:
        return plain_entries(dataset[plain], entries, bits, dataset)
    # Words of 8 bits are packed, the first one of a pair least significant (PS3.3 C.7.9.1).
    data, order = bytes(dataset[segmented].value), order_of(dataset)
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
