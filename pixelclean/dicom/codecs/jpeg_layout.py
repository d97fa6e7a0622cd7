"""How a JPEG or JPEG-LS stream is laid out: its frame header, its tables, and what each scan codes with which of them.

For sequential and lossless Huffman coding (ISO/IEC 10918-1 SOF0, SOF1, SOF3) and JPEG-LS.  Other processes, streams in
which a component is coded twice or never, and everything that is written otherwise than it should be, are refused.
"""

import struct
from dataclasses import dataclass, field

import numpy as np

from pixelclean.dicom.codecs.jpeg_huffman import Huffman, huffman
from pixelclean.dicom.codecs.jpeg_scan import MOST_UNITS, Unit
from pixelclean.dicom.codecs.jpeg_segments import DHT, DQT, DRI, EOI, FRAMES, LSE, SOF_LS, SOS, Segment, segments_of
from pixelclean.dicom.codecs.jpeg_stream import Component
from pixelclean.dicom.codecs.words import is_pad
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray
from pixelclean.reasons import ReasonCode

LOSSLESS, SEQUENTIAL = 0xC3, (0xC0, 0xC1)
_LENGTH_OF_PARAMETERS = 11  # LSE type 1 (ISO/IEC 14495-1 C.2.4.1.1)
_NO_MARKERS = frozenset({0x00, *range(0x02, 0xC0), 0xD8})


@dataclass(frozen=True, slots=True, eq=False)
class Defined:
    """One table where a stream defines it, with the byte of its slot: `start:end`.

    `slot` is 0 or 1 (Huffman, DC or AC) or DQT, and the number; `huffman` is None for quantization.
    """

    slot: tuple[int, int]
    start: int
    end: int
    content: bytes
    huffman: Huffman | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One component in a scan: which of the frame it is, and the tables in force."""

    index: int
    component: Component
    difference: Defined | None = None
    alternating: Defined | None = None
    quantization: Defined | None = None

    @property
    def tables(self) -> tuple[Defined, ...]:
        return tuple(table for table in (self.difference, self.alternating, self.quantization) if table)

    @property
    def steps(self) -> tuple[int, ...]:
        """The 64 quantization steps, in zigzag order; none where nothing is quantized."""
        if self.quantization is None:
            return ()
        wide = self.quantization.content[0] >> 4
        return struct.unpack(">64H" if wide else ">64B", self.quantization.content[1:])

    @property
    def unit(self) -> Unit:
        """The unit of this component; JPEG-LS has none."""
        assert self.difference is not None and self.difference.huffman is not None
        return Unit(self.difference.huffman, self.alternating.huffman if self.alternating else None, self.index)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One scan of `down` x `across` MCUs, restarted after every `interval` of them (0: never)."""

    segment: Segment
    parts: tuple[Part, ...]
    interval: int
    down: int
    across: int

    @property
    def is_interleaved(self) -> bool:
        """Whether its MCUs are those of the frame; one component alone is coded unit by unit (A.2.2, A.2.3)."""
        return len(self.parts) > 1

    @property
    def widths(self) -> tuple[int, ...]:
        """How many units of each component are in an MCU."""
        sampling = [part.component.horizontal * part.component.vertical for part in self.parts]
        return tuple(sampling) if self.is_interleaved else (1,)

    @property
    def mcu(self) -> list[Unit]:
        return [part.unit for part, width in zip(self.parts, self.widths, strict=True) for _ in range(width)]

    @property
    def mcus(self) -> int:
        return self.down * self.across

    def spread(self, cells: BoolArray) -> BoolArray:
        """For each MCU of the scan whether the MCU of the frame in which it lies, (down, across), is one of `cells`."""
        if self.is_interleaved or cells.shape == (self.down, self.across):
            return cells.ravel()
        component = self.parts[0].component
        rows, columns = np.arange(self.down) // component.vertical, np.arange(self.across) // component.horizontal
        return cells[rows[:, None], columns].ravel()


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """`process` is the marker of the frame header; `others` are markers that mean nothing here."""

    process: int
    precision: int
    rows: int
    columns: int
    components: tuple[Component, ...]
    tables: tuple[Defined, ...]
    scans: tuple[Scan, ...]
    others: frozenset[int]

    @property
    def is_sequential(self) -> bool:
        return self.process in SEQUENTIAL

    @property
    def sampling(self) -> "Sampling":
        """How its components share the pixels."""
        return Sampling(self.rows, self.columns, self.components)


@dataclass(frozen=True, slots=True)
class Sampling:
    """The size of an image, and how its components share the pixels; equal ones lay out their MCUs alike."""

    rows: int
    columns: int
    components: tuple[Component, ...]

    @property
    def cell(self) -> tuple[int, int]:
        """Rows and columns of pixels in an MCU of the frame; that of one component alone is a block (A.2.2)."""
        if len(self.components) == 1:
            return 8, 8
        down, across = zip(*((each.vertical, each.horizontal) for each in self.components), strict=True)
        return 8 * max(down), 8 * max(across)

    @property
    def is_subsampled(self) -> tuple[bool, bool]:
        """Whether any component has fewer rows, and fewer columns, than the image."""
        down, across = zip(*((each.vertical, each.horizontal) for each in self.components), strict=True)
        return len(set(down)) > 1, len(set(across)) > 1

    @property
    def is_coarse(self) -> tuple[bool, ...]:
        """For each component whether it is stored at a lower resolution than another, so that decoders interpolate it."""
        finest = max(each.vertical for each in self.components), max(each.horizontal for each in self.components)
        return tuple((each.vertical, each.horizontal) != finest for each in self.components)


def layout_of(stream: bytes) -> Layout:
    """Read everything but the data of the scans; Refused (UNDECODABLE or TRUNCATED) where it is not as above."""
    reader = _Reader(stream)
    try:
        return reader.read()
    except (struct.error, IndexError):
        raise Refused(ReasonCode.TRUNCATED, "JPEG stream") from None


@dataclass(slots=True)
class _Reader:
    stream: bytes
    process: int = 0
    precision: int = 0
    size: tuple[int, int] = (0, 0)
    components: dict[int, tuple[Component, int]] = field(default_factory=dict)
    tables: list[Defined] = field(default_factory=list)
    current: dict[tuple[int, int], Defined] = field(default_factory=dict)
    interval: int = 0
    pending: set[int] = field(default_factory=set)
    coded: set[int] = field(default_factory=set)
    scans: list[Scan] = field(default_factory=list)
    others: set[int] = field(default_factory=set)

    def read(self) -> Layout:
        _require(self.stream[:2] == b"\xff\xd8", "no start of image")
        for segment in segments_of(self.stream):
            _require(
                self.stream[segment.start] == 0xFF and segment.marker not in _NO_MARKERS, "no marker where one belongs"
            )
            self._segment(segment, self.stream[segment.content : segment.end])
            if segment.marker == EOI:
                _require(is_pad(self.stream[segment.stop :]), "bytes after the end of the stream")
        _require(
            bool(self.coded) and self.coded == set(self.components) and not self.pending, "components without a scan"
        )
        components = tuple(component for component, _ in self.components.values())
        others = frozenset(self.others)
        return Layout(
            self.process, self.precision, *self.size, components, tuple(self.tables), tuple(self.scans), others
        )

    def _segment(self, segment: Segment, content: bytes) -> None:
        if segment.marker in FRAMES:
            self._frame(segment.marker, content)
        elif segment.marker in (DQT, DHT):
            self._define(segment)
        elif segment.marker in (DRI, LSE):
            self._parameters(segment.marker, content)
        elif segment.marker == SOS:
            self._scan(segment, content)
        else:
            self.others.add(segment.marker)

    def _frame(self, marker: int, content: bytes) -> None:
        _require(not self.process and marker in (*SEQUENTIAL, LOSSLESS, SOF_LS), f"process SOF{marker - 0xC0}")
        self.precision, rows, columns, count = struct.unpack_from(">BHHB", content)
        _require(rows > 0 and columns > 0 and 1 <= count <= 4 and len(content) == 6 + 3 * count, "frame header")
        self.process, self.size = marker, (rows, columns)
        for at in range(6, len(content), 3):
            identifier, sampling, quantization = content[at : at + 3]
            component = Component(identifier, sampling >> 4, sampling & 15)
            _require(1 <= component.horizontal <= 4 and 1 <= component.vertical <= 4, "sampling")
            self.components[identifier] = component, quantization
        _require(len(self.components) == count, "frame header")

    def _define(self, segment: Segment) -> None:
        position = segment.content
        while position < segment.end:
            kind, number = self.stream[position] >> 4, self.stream[position] & 15
            _require(kind <= 1 and number <= 3, "slot of a table")
            if segment.marker == DQT:
                slot, end = (DQT, number), position + 1 + 64 * (1 + kind)
            else:
                slot, end = (kind, number), position + 17 + sum(self.stream[position + 1 : position + 17])
            _require(end <= segment.end, "length of a table")
            content, codes = self.stream[position:end], None
            if segment.marker == DHT:
                codes = huffman(content[1:], alternating=kind == 1)
                _require(codes is not None, "Huffman table")
            self.current[slot] = Defined(slot, position, end, content, codes)
            self.tables.append(self.current[slot])
            position = end

    def _parameters(self, marker: int, content: bytes) -> None:
        """Each of them is given once before the scan that it is for, in the length that it has."""
        _require(marker not in self.pending, "parameters given twice")
        self.pending.add(marker)
        if marker == LSE:
            is_preset = self.process == SOF_LS and len(content) == _LENGTH_OF_PARAMETERS and content[0] == 1
            _require(is_preset, "JPEG-LS parameters")
        else:
            _require(len(content) == 2, "restart interval")
            (self.interval,) = struct.unpack(">H", content)

    def _scan(self, segment: Segment, content: bytes) -> None:
        count = content[0]
        _require(1 <= count <= 4 and len(content) == 4 + 2 * count, "scan header")
        named = [(content[at], content[at + 1]) for at in range(1, 1 + 2 * count, 2)]
        self._check_parameters(*content[-3:])
        for identifier, tables in named:
            # A scan of a component that has been coded takes its place: what it was before leaves unseen.
            _require(identifier in self.components and identifier not in self.coded, "a component coded twice")
            _require(self.process != SOF_LS or not tables, "JPEG-LS mapping table")
            self.coded.add(identifier)
        self.pending.clear()
        parts = tuple(self._part(identifier, tables) for identifier, tables in named)
        scan = Scan(segment, parts, self.interval, *self._grid(parts))
        _require(not scan.is_interleaved or sum(scan.widths) <= MOST_UNITS, "units of an MCU")
        self.scans.append(scan)

    def _check_parameters(self, first: int, last: int, approximation: int) -> None:
        if self.process == SOF_LS:
            _require(last <= 2 and not approximation, "scan header")
        elif self.process == LOSSLESS:
            _require(1 <= first <= 7 and not last and approximation < 16, "scan header")
        else:
            _require((first, last, approximation) == (0, 63, 0), "scan header")

    def _part(self, identifier: int, tables: int) -> Part:
        component, quantization = self.components[identifier]
        index = list(self.components).index(identifier)
        if self.process == SOF_LS:
            return Part(index, component)
        difference = self._used((0, tables >> 4))
        if self.process == LOSSLESS:
            return Part(index, component, difference)
        return Part(index, component, difference, self._used((1, tables & 15)), self._used((DQT, quantization)))

    def _used(self, slot: tuple[int, int]) -> Defined:
        _require(slot in self.current, "no table")
        return self.current[slot]

    def _grid(self, parts: tuple[Part, ...]) -> tuple[int, int]:
        """MCUs down and across: those of the frame, or the units of one component (A.1.1, A.2)."""
        across = max(component.horizontal for component, _ in self.components.values())
        down = max(component.vertical for component, _ in self.components.values())
        side = 8 if self.process in SEQUENTIAL else 1
        rows, columns = self.size
        if len(parts) == 1:
            component = parts[0].component
            rows, columns = -(-rows * component.vertical // down), -(-columns * component.horizontal // across)
            return -(-rows // side), -(-columns // side)
        return -(-rows // (side * down)), -(-columns // (side * across))


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise Refused(ReasonCode.UNDECODABLE, f"JPEG: {what}")
