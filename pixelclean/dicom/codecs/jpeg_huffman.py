"""Huffman tables of JPEG as tables of 16-bit windows: which symbol begins there, and how far it reaches.

ISO/IEC 10918-1 C, F.2.2.3 and H.2.  Nothing here decodes a sample: a walk only has to know where each one ends.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pixelclean.dicom.codecs.jpeg_typical import TYPICAL

NO_SYMBOL = 256
_WINDOWS = 1 << 16
_LARGEST_DIFFERENCE = 16  # H.1.2.2; sequential DC ends at 15
_EXTENDED = frozenset(run << 4 | size for run in range(16) for size in range(1, 15)) | {0x00, 0xF0}
_BASELINE = frozenset(symbol for symbol in _EXTENDED if symbol & 15 <= 10)


@dataclass(frozen=True, slots=True, eq=False)
class Huffman:
    """`symbols[w]` and `bits[w]` of a 16-bit window: NO_SYMBOL, or the symbol and the bits of code and value.

    `listed` are the symbols as the table lists them; `harmless` says that nothing but a code can be meant by them.
    """

    symbols: npt.NDArray[np.uint16]
    bits: npt.NDArray[np.uint32]
    listed: bytes
    harmless: bool

    def is_free_of_surplus(self, used: bytes) -> bool:
        """Whether the list says nothing but how to decode: it is harmless by itself, or every symbol in it occurs.

        `used[s]` is not 0 where the symbol s does.
        """
        once = len(set(self.listed)) == len(self.listed)
        return self.harmless or (once and all(used[symbol] for symbol in self.listed))


@lru_cache(maxsize=64)
def huffman(table: bytes, *, alternating: bool) -> Huffman | None:
    """The table of 16 counts and its symbols; `alternating` for AC.  None where it is no table."""
    symbols = np.full(_WINDOWS, NO_SYMBOL, np.uint16)
    bits = np.zeros(_WINDOWS, np.uint32)
    listed = table[16:]
    code = at = 0
    for length, count in enumerate(table[:16], 1):
        for symbol in listed[at : at + count]:
            first, last = code << 16 - length, (code + 1) << 16 - length
            if last > _WINDOWS:
                return None
            if (extra := _extra_bits(symbol, alternating)) is not None:
                symbols[first:last], bits[first:last] = symbol, length + extra
            code += 1
        at, code = at + count, code << 1
    if at != len(listed):
        return None
    harmless = _is_complete(listed) if alternating else _are_differences(listed)
    return Huffman(symbols, bits, listed, harmless or table in TYPICAL)


def _are_differences(listed: bytes) -> bool:
    """A few small numbers, each once."""
    return len(set(listed)) == len(listed) and all(size <= _LARGEST_DIFFERENCE for size in listed)


def _is_complete(listed: bytes) -> bool:
    """Every AC symbol that there is, each once."""
    return len(set(listed)) == len(listed) and set(listed) in (_BASELINE, _EXTENDED)


def _extra_bits(symbol: int, alternating: bool) -> int | None:
    """The bits that follow a code; None for symbols that sequential coding does not have."""
    if not alternating:
        return 0 if symbol == _LARGEST_DIFFERENCE else symbol
    if symbol & 15 == 0 and symbol not in (0x00, 0xF0):
        return None
    return symbol & 15
