"""JPEG scans with arithmetic coding, by the flow charts of ISO/IEC 10918-1 D.1, F.1.4 and G.1.3.

Slow, and the other way round than what pixelclean does with such scans; the table of estimates alone is the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from made_progressive import Stream, read_stream, segment

from pixelclean.dicom.codecs.jpeg_arithmetic_kernels import ESTIMATES

Block = Sequence[int]
"""64 coefficients in zigzag order."""
Mcu = Sequence[tuple[int, Block]]
"""Blocks, each with the index of its component."""
Bin = tuple[str, int, int]
SOF9, SOF10, DAC = 0xC9, 0xCA, 0xCC
_SOI, _SOS, _EOI = 0xD8, 0xDA, 0xD9
_FIXED, _STAYS = ("fixed", 0, 0), 113
_ROWS = [tuple(map(int, row)) for row in ESTIMATES]


@dataclass(frozen=True, slots=True)
class Conditioning:
    """L, U and Kx of every area (B.2.4.3); and how a stream says so."""

    lower: int = 0
    upper: int = 1
    low: int = 5

    def segment(self, areas: Iterable[int]) -> bytes:
        """The segment of these areas; none where it would say what is so anyway."""
        if self == DEFAULT:
            return b""
        pairs = (bytes((area, self.upper << 4 | self.lower, 0x10 | area, self.low)) for area in areas)
        return segment(DAC, b"".join(pairs))


DEFAULT = Conditioning()
"""What holds where nothing is said."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What a scan codes of its blocks (B.2.3)."""

    first: int = 0
    last: int = 63
    before: int = 0
    left: int = 0
    interval: int = 0
    conditioning: Conditioning = DEFAULT
    drops_zeros: bool = True

    def data(self, mcus: Sequence[Mcu]) -> bytes:
        """The data of the scan, with its restart markers."""
        step = self.interval or len(mcus)
        parts = [_Part(self).coded(mcus[at : at + step]) for at in range(0, len(mcus), step)]
        marked = (bytes((0xFF, 0xD0 + number % 8)) + part for number, part in enumerate(parts[1:]))
        return parts[0] + b"".join(marked)


@dataclass(slots=True)
class _Encoder:
    """D.1: `code` and `interval` are C and A, `left` is CT; bytes may still be more than 255 until the end."""

    code: int = 0
    interval: int = 0x10000
    left: int = 11
    out: list[int] = field(default_factory=list)
    bins: dict[Bin, tuple[int, int]] = field(default_factory=lambda: {_FIXED: (_STAYS, 0)})

    def put(self, where: Bin, decision: int) -> None:
        """Figures D.1 to D.8."""
        index, sense = self.bins.get(where, (0, 0))
        width, less, more = _ROWS[index]
        self.interval -= width
        is_less = decision != sense
        if is_less == (self.interval >= width):  # the upper part, whichever of the two has it
            self.code, self.interval = self.code + self.interval, width
        elif not is_less and self.interval >= 0x8000:
            return
        self.bins[where] = (less & 127, sense ^ less >> 7) if is_less else (more, sense)
        while self.interval < 0x8000:
            self.interval, self.code, self.left = self.interval << 1, self.code << 1, self.left - 1
            if self.left == 0:
                self._put_byte()
                self.left = 8

    def ended(self, *, drops_zeros: bool) -> bytes:
        """Figures D.13 to D.15, with the carries that were left until now."""
        wanted = self.code + self.interval - 1 & ~0xFFFF
        self.code = (wanted if wanted >= self.code else wanted + 0x8000) << self.left
        self._put_byte()
        self.code <<= 8
        self._put_byte()
        for at in range(len(self.out) - 1, 0, -1):
            self.out[at - 1] += self.out[at] >> 8
        made = bytes(byte & 255 for byte in self.out)
        return (made.rstrip(b"\0") if drops_zeros else made).replace(b"\xff", b"\xff\0")

    def _put_byte(self) -> None:
        self.out.append(self.code >> 19)
        self.code &= 0x7FFFF


@dataclass(slots=True)
class _Part:
    """What lies between two restart markers."""

    coding: Coding
    encoder: _Encoder = field(default_factory=_Encoder)
    means: dict[int, int] = field(default_factory=dict)
    contexts: dict[int, int] = field(default_factory=dict)

    def coded(self, mcus: Iterable[Mcu]) -> bytes:
        for component, block in chain.from_iterable(mcus):
            area = min(component, 1)
            if self.coding.first == 0:
                self._put_mean(component, area, block[0])
            if self.coding.before and self.coding.first:
                self._refine(area, block)
            elif self.coding.last:
                self._put_others(area, block)
        return self.encoder.ended(drops_zeros=self.coding.drops_zeros)

    def _put_mean(self, component: int, area: int, value: int) -> None:
        """Figure F.4 and F.1.4.4.1.2, or G.1.3.1."""
        value >>= self.coding.left
        if self.coding.before:
            self.encoder.put(_FIXED, value & 1)
            return
        difference = value - self.means.get(component, 0)
        start = self.contexts.get(component, 0)
        self.means[component], self.contexts[component] = value, 0
        self.encoder.put(("dc", area, start), int(difference != 0))
        if not difference:
            return
        sign = int(difference < 0)
        self.encoder.put(("dc", area, start + 1), sign)
        self._put_size("dc", area, abs(difference) - 1, chain((start + 2 + sign,), count(20)))
        size = (1 << (abs(difference) - 1).bit_length()) >> 1
        if size > (1 << self.coding.conditioning.upper) >> 1:
            self.contexts[component] = 12 + 4 * sign
        elif size >= (1 << self.coding.conditioning.lower) >> 1:
            self.contexts[component] = 4 + 4 * sign

    def _put_others(self, area: int, block: Block) -> None:
        """Figure F.5, of a band, without the bits that are left (G.1.3.2)."""
        at, last = max(1, self.coding.first), self.coding.last
        values = [0, *(abs(value) >> self.coding.left for value in block[1 : last + 1])]
        end = max((k for k in range(at, last + 1) if values[k]), default=0)
        while at <= end:
            self.encoder.put(("ac", area, 3 * at - 3), 0)
            while not values[at]:
                self.encoder.put(("ac", area, 3 * at - 2), 0)
                at += 1
            self.encoder.put(("ac", area, 3 * at - 2), 1)
            self.encoder.put(_FIXED, int(block[at] < 0))
            larger = 189 if at <= self.coding.conditioning.low else 217
            self._put_size("ac", area, values[at] - 1, chain((3 * at - 1, 3 * at - 1), count(larger)))
            at += 1
        if at <= last:
            self.encoder.put(("ac", area, 3 * at - 3), 1)

    def _refine(self, area: int, block: Block) -> None:
        """Figure G.10."""
        at, last = self.coding.first, self.coding.last
        values = [abs(value) >> self.coding.left for value in block]
        end = max((k for k in range(at, last + 1) if values[k]), default=0)
        ended = max((k for k in range(at, last + 1) if values[k] > 1), default=0)
        while at <= end:
            if at > ended:
                self.encoder.put(("ac", area, 3 * at - 3), 0)
            while not values[at]:
                self.encoder.put(("ac", area, 3 * at - 2), 0)
                at += 1
            if values[at] > 1:
                self.encoder.put(("ac", area, 3 * at - 1), values[at] & 1)
            else:
                self.encoder.put(("ac", area, 3 * at - 2), 1)
                self.encoder.put(_FIXED, int(block[at] < 0))
            at += 1
        if at <= last:
            self.encoder.put(("ac", area, 3 * at - 3), 1)

    def _put_size(self, kind: str, area: int, value: int, offsets: Iterator[int]) -> None:
        """Figures F.8 and F.9."""
        length = value.bit_length()
        for _ in range(length):
            self.encoder.put((kind, area, next(offsets)), 1)
        last = next(offsets)
        self.encoder.put((kind, area, last), 0)
        for shift in range(length - 2, -1, -1):
            self.encoder.put((kind, area, last + 14), value >> shift & 1)


def sequential(stream: bytes) -> bytes:
    """The same coefficients in one scan (processes 3 and 5)."""
    read = read_stream(stream)
    return _written(read, SOF9, [_scan(read, range(len(read.blocks)), Coding())])


def spectral_selection(stream: bytes) -> bytes:
    """DC of all components in one scan, then the lower and the upper AC coefficients of each (processes 7 and 9)."""
    read = read_stream(stream)
    scans = [_scan(read, range(len(read.blocks)), Coding(0, 0))]
    for number in range(len(read.blocks)):
        scans += [_scan(read, (number,), Coding(*band)) for band in ((1, 5), (6, 63))]
    return _written(read, SOF10, scans)


def full_progression(stream: bytes) -> bytes:
    """As above, but the last bit of everything comes in a scan of its own (processes 11 and 13)."""
    read = read_stream(stream)
    everything = range(len(read.blocks))
    scans = [_scan(read, everything, Coding(0, 0, 0, 1))]
    scans += [_scan(read, (number,), Coding(1, 63, 0, 1)) for number in everything]
    scans += [_scan(read, (number,), Coding(1, 63, 1, 0)) for number in everything]
    return _written(read, SOF10, [*scans, _scan(read, everything, Coding(0, 0, 1, 0))])


def scan_segment(named: Iterable[tuple[int, int]], coding: Coding) -> bytes:
    """The header of a scan; `named` are the identifiers of its components and their areas."""
    parts = b"".join(bytes((name, area * 0x11)) for name, area in named)
    ends = bytes((coding.first, coding.last, coding.before << 4 | coding.left))
    return segment(_SOS, bytes((len(parts) // 2,)) + parts + ends)


def _scan(read: Stream, numbers: Sequence[int], coding: Coding) -> bytes:
    mcus = [[(number, read.blocks[number][place]) for number in numbers] for place in range(len(read.blocks[0]))]
    named = [(read.components[number], min(number, 1)) for number in numbers]
    return scan_segment(named, coding) + coding.data(mcus)


def _written(read: Stream, process: int, scans: Iterable[bytes]) -> bytes:
    head = b"".join(segment(marker, body) for marker, body in read.others)
    return bytes((0xFF, _SOI)) + head + segment(process, read.frame) + b"".join(scans) + bytes((0xFF, _EOI))
