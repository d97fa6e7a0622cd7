"""Huffman tables of JPEG: which code begins in a window of 16 bits, and the code of a symbol.

ISO/IEC 10918-1 C, F.1.2, F.2.2.3 and H.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from pixelclean.dicom.codecs.jpeg_kernels import END_OF_BLOCK, FAST, FAST_BITS, WINDOWS, Words32
from pixelclean.dicom.codecs.jpeg_typical import TYPICAL

EOB, ZRL = 0x00, 0xF0
_LARGEST_DIFFERENCE = 16  # H.1.2.2; sequential DC ends at 15
_EXTENDED = frozenset(run << 4 | size for run in range(16) for size in range(1, 15)) | {EOB, ZRL}
_BASELINE = frozenset(symbol for symbol in _EXTENDED if symbol & 15 <= 10)


@dataclass(frozen=True, eq=False)
class Huffman:
    """One table; `table` are its 16 counts and its symbols.

    `entries` are FAST of them for the first FAST_BITS of a window, then one for each window from `first` on, which holds
    all codes that are longer.  From the lowest byte an entry says: the symbol, the bits of its code, those of code and
    value, and how many coefficients it goes on.  It is 0 where no code begins.

    `harmless` says that nothing but a code can be meant by the symbols in the list.
    """

    table: bytes
    entries: Words32
    first: int
    harmless: bool

    @property
    def listed(self) -> bytes:
        return self.table[16:]

    @cached_property
    def all_codes(self) -> tuple[tuple[int, int, int], ...]:
        """Symbol, code and its length, as they are listed."""
        codes = list[tuple[int, int, int]]()
        code, symbols = 0, iter(self.listed)
        for length, count in enumerate(self.table[:16], 1):
            for _ in range(count):
                codes.append((next(symbols), code, length))
                code += 1
            code <<= 1
        return tuple(codes)

    @cached_property
    def codes(self) -> dict[int, tuple[int, int]]:
        """Code and its length, by symbol; of a symbol with several codes the first."""
        return {symbol: (code, length) for symbol, code, length in reversed(self.all_codes)}

    def is_free_of_surplus(self, used: bytes) -> bool:
        """Whether the list says nothing but how to decode: it is harmless by itself, or every symbol in it occurs.

        `used[s]` is not 0 where the symbol s does.
        """
        once = len(set(self.listed)) == len(self.listed)
        return self.harmless or (once and all(used[symbol] for symbol in self.listed))


@lru_cache(maxsize=64)
def huffman(table: bytes, *, alternating: bool) -> Huffman | None:
    """The table of 16 counts and its symbols; `alternating` for AC.  None where it is no table."""
    listed = table[16:]
    if sum(table[:16]) != len(listed):
        return None
    lengths = np.repeat(np.arange(1, 17), np.frombuffer(table, np.uint8, 16))
    widths = WINDOWS >> lengths
    if widths.sum() > WINDOWS:
        return None
    each = np.array([_entry(*pair, alternating) for pair in zip(listed, lengths.tolist(), strict=True)], np.uint32)
    short = lengths <= FAST_BITS
    first, end = int(widths[short].sum()), int(widths.sum())
    entries = np.zeros(FAST + WINDOWS - first, np.uint32)
    entries[: first * FAST // WINDOWS] = np.repeat(each[short], widths[short] * FAST // WINDOWS)
    entries[FAST : FAST + end - first] = np.repeat(each[~short], widths[~short])
    harmless = _is_complete(listed) if alternating else _are_differences(listed)
    return Huffman(table, entries, first, harmless or table in TYPICAL)


def extended(table: bytes, symbols: Sequence[int]) -> bytes | None:
    """The same table with codes for more symbols, behind those that it has, which stay as they are.

    None where no code is left; the one that is all ones stays free (ISO/IEC 10918-1 C.2).
    """
    longest = max((length for length, count in enumerate(table[:16], 1) if count), default=1)
    for length in range(longest, 17):
        taken = sum(count << length - each for each, count in enumerate(table[:length], 1))
        count = table[length - 1] + len(symbols)
        if (1 << length) - 1 - taken >= len(symbols) and count < 256:
            return table[: length - 1] + bytes((count,)) + table[length:] + bytes(symbols)
    return None


def _entry(symbol: int, length: int, alternating: bool) -> int:
    """What is known of a code; 0 for a symbol that sequential coding does not have."""
    if not alternating:
        size = 0 if symbol == _LARGEST_DIFFERENCE else symbol
        return symbol | length << 8 | length + size << 16 if size < _LARGEST_DIFFERENCE else 0
    run, size = symbol >> 4, symbol & 15
    if size == 0 and symbol not in (EOB, ZRL):
        return 0
    return symbol | length << 8 | length + size << 16 | (END_OF_BLOCK if symbol == EOB else run + 1) << 24


def _are_differences(listed: bytes) -> bool:
    """A few small numbers, each once."""
    return len(set(listed)) == len(listed) and all(size <= _LARGEST_DIFFERENCE for size in listed)


def _is_complete(listed: bytes) -> bool:
    """Every AC symbol that there is, each once."""
    return len(set(listed)) == len(listed) and set(listed) in (_BASELINE, _EXTENDED)
