"""Sequential JPEG streams written by hand: any sampling, any division into scans, 8 or 12 bits, tables of every kind.

What a stream is made of is known to the last coefficient, since nothing is transformed or quantized.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

ZRL, EOB = 0xF0, 0x00
Codes = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class ByHand:
    """What a stream shall be; `sampling` is (horizontal, vertical) of each component, `scans` are their indices."""

    rows: int = 40
    columns: int = 50
    precision: int = 8
    sampling: tuple[tuple[int, int], ...] = ((1, 1),)
    scans: tuple[tuple[int, ...], ...] = ((0,),)
    interval: int = 0
    steps: tuple[int, ...] = (16, 12)  # of all coefficients of the first component, and of the others
    wide_steps: bool = False
    spread: int = 40  # how large a DC may be
    full: bool = False  # every block reaches its last coefficient, so that none needs an end
    complete: bool = False  # tables with every code that there is, not only those that occur
    one_table: bool = False  # one pair of tables for all components
    fill: bytes = b""  # fill bytes before each marker
    seed: int = 1

    @property
    def cell(self) -> tuple[int, int]:
        if len(self.sampling) == 1:
            return 8, 8
        return 8 * max(v for _, v in self.sampling), 8 * max(h for h, _ in self.sampling)

    def size_of(self, index: int, scan: Sequence[int]) -> tuple[int, int]:
        """Blocks down and across that a scan codes of a component."""
        widest, highest = max(h for h, _ in self.sampling), max(v for _, v in self.sampling)
        h, v = self.sampling[index]
        if len(scan) > 1:
            return -(-self.rows // (8 * highest)) * v, -(-self.columns // (8 * widest)) * h
        return ceil(ceil(self.rows * v / highest) / 8), ceil(ceil(self.columns * h / widest) / 8)

    def planes(self) -> list[np.ndarray]:
        """The coefficients of each component, (down, across, 64), in zigzag order."""
        rng, planes = np.random.default_rng(self.seed), []
        for index in range(len(self.sampling)):
            (scan,) = (scan for scan in self.scans if index in scan)
            down, across = self.size_of(index, scan)
            blocks = rng.integers(-3, 4, (down, across, 64)) * (rng.random((down, across, 64)) < 0.15)
            blocks[..., 0] = rng.integers(-self.spread, self.spread + 1, (down, across))
            blocks[..., 30:] *= rng.random((down, across, 1)) < 0.3
            if self.full:
                blocks[..., 63] = 1
            planes.append(blocks.astype(np.int16))
        return planes

    def stream(self) -> bytes:
        return _Writer(self).stream(self.planes())


@dataclass
class _Writer:
    made: ByHand
    out: list[bytes] = field(default_factory=list)

    def stream(self, planes: list[np.ndarray]) -> bytes:
        made = self.made
        self.out.append(b"\xff\xd8")
        for number, step in enumerate(made.steps[: 1 if len(made.sampling) == 1 else 2]):
            wide = made.wide_steps or step > 255
            self._segment(0xDB, bytes((wide << 4 | number,)) + struct.pack(">64H" if wide else ">64B", *([step] * 64)))
        parts = b"".join(bytes((i + 1, h << 4 | v, min(i, 1))) for i, (h, v) in enumerate(made.sampling))
        head = struct.pack(">BHHB", made.precision, made.rows, made.columns, len(made.sampling))
        self._segment(0xC0 if made.precision == 8 and not made.wide_steps else 0xC1, head + parts)
        if made.interval:
            self._segment(0xDD, struct.pack(">H", made.interval))
        for scan in made.scans:
            self._scan(scan, planes)
        return b"".join(self.out) + made.fill + b"\xff\xd9"

    def _segment(self, marker: int, content: bytes) -> None:
        self.out.append(self.made.fill + bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content)

    def _scan(self, scan: tuple[int, ...], planes: list[np.ndarray]) -> None:
        parts = self._symbols(scan, planes)
        slots = {index: 0 if self.made.one_table else min(index, 1) for index in scan}
        tables: dict[tuple[int, int], Codes] = {}
        for kind in (0, 1):
            for slot in sorted(set(slots.values())):
                listed = {
                    symbol
                    for part in parts
                    for index, is_ac, symbol, _ in part
                    if slots[index] == slot and is_ac == kind
                }
                if self.made.complete:
                    sizes = range(15 if self.made.precision == 12 else 11)
                    listed |= (
                        {run << 4 | size for run in range(16) for size in sizes[1:]} | {EOB, ZRL} if kind else set()
                    )
                    listed |= set() if kind else set(range(len(sizes) + 1))
                table, tables[kind, slot] = _table(sorted(listed))
                self._segment(0xC4, bytes((kind << 4 | slot,)) + table)
        named = b"".join(bytes((index + 1, slots[index] * 0x11)) for index in scan)
        self._segment(0xDA, bytes((len(scan),)) + named + b"\0\x3f\0")
        for number, part in enumerate(parts):
            if number:
                self.out.append(self.made.fill + bytes((0xFF, 0xD0 + (number - 1) % 8)))
            bits = ""
            for index, is_ac, symbol, value in part:
                code, length = tables[is_ac, slots[index]][symbol]
                bits += format(code, f"0{length}b") + _value(value, symbol & 15 if is_ac else symbol)
            bits += "1" * (-len(bits) % 8)
            self.out.append(int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0"))

    def _symbols(self, scan: tuple[int, ...], planes: list[np.ndarray]) -> list[list[tuple[int, int, int, int]]]:
        """Component, DC or AC, symbol and value, in their order, for each part between restarts."""
        parts, before = [], dict.fromkeys(scan, 0)
        for number, mcu in enumerate(self._mcus(scan)):
            if not number or (self.made.interval and number % self.made.interval == 0):
                parts.append([])
                before = dict.fromkeys(scan, 0)
            for index, down, across in mcu:
                block = [int(each) for each in planes[index][down, across]]
                difference, before[index] = block[0] - before[index], block[0]
                parts[-1].append((index, 0, abs(difference).bit_length(), difference))
                run = 0
                last = max((at for at in range(1, 64) if block[at]), default=0)
                for each in block[1 : last + 1]:
                    if not each:
                        run += 1
                        continue
                    parts[-1] += [(index, 1, ZRL, 0)] * (run // 16)
                    parts[-1].append((index, 1, run % 16 << 4 | abs(each).bit_length(), each))
                    run = 0
                if last < 63:
                    parts[-1].append((index, 1, EOB, 0))
        return parts

    def _mcus(self, scan: tuple[int, ...]) -> list[list[tuple[int, int, int]]]:
        if len(scan) == 1:
            down, across = self.made.size_of(scan[0], scan)
            return [[(scan[0], y, x)] for y in range(down) for x in range(across)]
        height, width = self.made.cell
        return [
            [
                (index, y * v + j, x * h + i)
                for index in scan
                for h, v in [self.made.sampling[index]]
                for j in range(v)
                for i in range(h)
            ]
            for y in range(-(-self.made.rows // height))
            for x in range(-(-self.made.columns // width))
        ]


def _value(value: int, size: int) -> str:
    return format(value if value > 0 else value + (1 << size) - 1, f"0{size}b") if size else ""


def _table(symbols: list[int]) -> tuple[bytes, Codes]:
    """Codes of one length for all symbols; the code that is all ones stays free."""
    length = len(symbols).bit_length()
    codes = {symbol: (code, length) for code, symbol in enumerate(symbols)}
    return bytes(len(symbols) if each == length else 0 for each in range(1, 17)) + bytes(symbols), codes
