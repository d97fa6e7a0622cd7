"""Lookup tables by which values are displayed: modality, VOI and presentation LUTs (PS3.3 C.11.1, C.11.2, C.11.6)."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pydicom import DataElement, Dataset

from pixelclean.dicom.words import Words

_MOST_ENTRIES = 1 << 16


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

        `signed` says that its input may be negative.
        """
        try:
            entries, first, bits = descriptor_of(item["LUTDescriptor"])
            column = plain_entries(item["LUTData"], entries, bits, item)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        return cls(below_zero(first) if signed else first, column.tobytes())

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


def below_zero(first: int) -> int:
    """A first value mapped that may be negative; some files state it as if it had no sign."""
    return first - _MOST_ENTRIES if first >= _MOST_ENTRIES // 2 else first


def descriptor_of(element: DataElement) -> tuple[int, int, int]:
    """Number of entries, first value mapped, bits of an entry; 65,536 entries are written as 0."""
    entries, first, bits = (int(number) for number in element.value)
    if not 0 <= entries <= _MOST_ENTRIES or not 1 <= bits <= 16:
        raise ValueError
    return entries or _MOST_ENTRIES, first, bits


def plain_entries(element: DataElement, entries: int, bits: int, dataset: Dataset) -> npt.NDArray[np.int32]:
    """The entries one by one; of 8 bits they may be packed in pairs, and words stand in the file's byte order."""
    data: Any = element.value
    if not isinstance(data, bytes):
        column = np.atleast_1d(np.asarray(data, np.int64))[:entries] & 0xFFFF
    elif bits == 8 and len(data) < 2 * entries:
        column = np.frombuffer(data, np.uint8, entries)
    else:
        column = np.frombuffer(data, f"{order_of(dataset)}u2", entries)
    if len(column) != entries:
        raise ValueError
    return column.astype(np.int32)


def order_of(dataset: Dataset) -> str:
    """The byte order that the data set came in, as numpy writes it."""
    return ">" if dataset.original_encoding[1] is False else "<"
