"""Whether a JPEG or JPEG-LS stream holds its image and nothing else, as far as that can be established.

Established for sequential and lossless Huffman coding (ISO/IEC 10918-1 SOF0, SOF1, SOF3).  In JPEG-LS the decoder
refuses a scan that goes on behind its last sample, so only the segments are looked at.  Progressive streams, where
scans refine each other, are not followed.
"""

import struct
from dataclasses import dataclass, field

from pixelclean.dicom.codecs.jpeg_huffman import Huffman, huffman
from pixelclean.dicom.codecs.jpeg_scan import MOST_UNITS, Unit, ends_with_its_last_unit
from pixelclean.dicom.codecs.jpeg_segments import DHT, DQT, DRI, FRAMES, LSE, SOF_LS, SOS, Segment, segments_of
from pixelclean.dicom.codecs.jpeg_stream import Component
from pixelclean.errors import Refused

_LOSSLESS, _SEQUENTIAL = 0xC3, (0xC0, 0xC1)
_LENGTH_OF_PARAMETERS = 11  # LSE type 1 (ISO/IEC 14495-1 C.2.4.1.1)


@dataclass(slots=True)
class Table:
    """One quantization or Huffman table of a stream, where it stands, and whether a scan needs it."""

    start: int
    end: int
    used: bool = False
    huffman: Huffman | None = None
    symbols: bytearray = field(default_factory=lambda: bytearray(257))


class SurplusError(Exception):
    """The stream holds more than its image, or cannot be followed."""


def tables_of(stream: bytes) -> tuple[Table, ...] | None:
    """The tables of a stream that holds its image, these tables, and nothing else; None where it may hold more.

    `stream` is one that `read_jpeg` has read to its end.
    """
    reader = _Reader(stream)
    try:
        reader.read()
    except (SurplusError, Refused, struct.error, IndexError):
        return None
    return tuple(reader.tables)


@dataclass(slots=True)
class _Reader:
    stream: bytes
    tables: list[Table] = field(default_factory=list)
    current: dict[tuple[int, int], Table] = field(default_factory=dict)
    frame: int = 0
    size: tuple[int, int] = (0, 0)
    components: dict[int, tuple[Component, int]] = field(default_factory=dict)
    interval: int = 0
    pending: set[int] = field(default_factory=set)
    coded: set[int] = field(default_factory=set)

    def read(self) -> None:
        for segment in segments_of(self.stream):
            content = self.stream[segment.content : segment.end]
            if segment.marker in FRAMES:
                self._frame(segment.marker, content)
            elif segment.marker == DQT:
                self._quantization(segment)
            elif segment.marker == DHT:
                self._huffman(segment)
            elif segment.marker in (DRI, LSE):
                self._parameters(segment.marker, content)
            elif segment.marker == SOS:
                self._scan(content, self.stream[segment.end : segment.stop])
        _require(bool(self.components) and self.coded == set(self.components) and not self.pending)
        for table in self.tables:
            _require(table.huffman is None or not table.used or table.huffman.is_free_of_surplus(bytes(table.symbols)))

    def _frame(self, marker: int, content: bytes) -> None:
        _require(not self.frame and marker in (*_SEQUENTIAL, _LOSSLESS, SOF_LS))
        rows, columns, count = struct.unpack_from(">HHB", content, 1)
        _require(rows > 0 and columns > 0 and 1 <= count <= 4 and len(content) == 6 + 3 * count)
        self.frame, self.size = marker, (rows, columns)
        for at in range(6, len(content), 3):
            identifier, sampling, quantization = content[at : at + 3]
            component = Component(identifier, sampling >> 4, sampling & 15)
            _require(1 <= component.horizontal <= 4 and 1 <= component.vertical <= 4)
            self.components[identifier] = component, quantization
        _require(len(self.components) == count)

    def _quantization(self, segment: Segment) -> None:
        position = segment.content
        while position < segment.end:
            precision, slot = self.stream[position] >> 4, self.stream[position] & 15
            _require(precision <= 1 and slot <= 3)
            length = 1 + 64 * (1 + precision)
            self._define((DQT, slot), Table(position, position + length), segment.end)
            position += length

    def _huffman(self, segment: Segment) -> None:
        position = segment.content
        while position < segment.end:
            kind, slot = self.stream[position] >> 4, self.stream[position] & 15
            _require(kind <= 1 and slot <= 3)
            end = position + 17 + sum(self.stream[position + 1 : position + 17])
            listed = huffman(self.stream[position + 1 : end], alternating=kind == 1) if end <= segment.end else None
            _require(listed is not None)
            self._define((kind, slot), Table(position, end, huffman=listed), segment.end)
            position = end

    def _define(self, slot: tuple[int, int], table: Table, end: int) -> None:
        _require(table.end <= end)
        self.tables.append(table)
        self.current[slot] = table

    def _parameters(self, marker: int, content: bytes) -> None:
        """Each of them is given once before the scan that it is for, in the length that it has."""
        _require(marker not in self.pending)
        self.pending.add(marker)
        if marker == LSE:
            _require(self.frame == SOF_LS and len(content) == _LENGTH_OF_PARAMETERS and content[0] == 1)
        else:
            _require(len(content) == 2)
            (self.interval,) = struct.unpack(">H", content)

    def _scan(self, content: bytes, data: bytes) -> None:
        count = content[0]
        _require(1 <= count <= 4 and len(content) == 4 + 2 * count)
        parts = [(content[at], content[at + 1]) for at in range(1, 1 + 2 * count, 2)]
        first, last, approximation = content[-3:]
        for identifier, _ in parts:
            # A scan of a component that has been coded takes its place: what it was before leaves unseen.
            _require(identifier in self.components and identifier not in self.coded)
            self.coded.add(identifier)
        self.pending.clear()
        if self.frame == SOF_LS:
            _require(last <= 2 and not approximation and not any(tables for _, tables in parts))
            return
        if self.frame == _LOSSLESS:
            _require(1 <= first <= 7 and not last and approximation < 16)
        else:
            _require((first, last, approximation) == (0, 63, 0))
        mcu = [unit for identifier, tables in parts for unit in self._units(identifier, tables, count)]
        _require(len(mcu) <= MOST_UNITS and ends_with_its_last_unit(data, mcu, self._mcus(parts), self.interval))

    def _units(self, identifier: int, tables: int, count: int) -> list[Unit]:
        """The units of one component in each MCU of a scan of `count` components (A.2.2, A.2.3)."""
        component, quantization = self.components[identifier]
        difference = self._used((0, tables >> 4))
        if self.frame == _LOSSLESS:
            unit = Unit(_known(difference.huffman))
        else:
            self._used((DQT, quantization))
            alternating = self._used((1, tables & 15))
            unit = Unit(_known(difference.huffman), _known(alternating.huffman), alternating.symbols)
        return [unit] * (component.horizontal * component.vertical if count > 1 else 1)

    def _used(self, slot: tuple[int, int]) -> Table:
        _require(slot in self.current)
        self.current[slot].used = True
        return self.current[slot]

    def _mcus(self, parts: list[tuple[int, int]]) -> int:
        across = max(component.horizontal for component, _ in self.components.values())
        down = max(component.vertical for component, _ in self.components.values())
        side = 1 if self.frame == _LOSSLESS else 8
        rows, columns = self.size
        if len(parts) == 1:
            component, _ = self.components[parts[0][0]]
            rows, columns = -(-rows * component.vertical // down), -(-columns * component.horizontal // across)
            return -(-rows // side) * -(-columns // side)
        return -(-rows // (side * down)) * -(-columns // (side * across))


def _require(condition: bool) -> None:
    if not condition:
        raise SurplusError


def _known(table: Huffman | None) -> Huffman:
    _require(table is not None)
    assert table is not None
    return table
