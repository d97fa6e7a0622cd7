"""The walk over every scan of a progressive JPEG stream with Huffman coding: is it whole? (ISO/IEC 10918-1 G)

Decoders show what has come so far, which is what progression is for, and make up the rest: a stream that was cut looks
like an image of less detail.  So a stream passes here only where each scan holds all its blocks, and where its scans give
every coefficient of every component to its last bit.  Both fewer coefficients and fewer bits would be legal, but are what
is left of a stream that was cut between two scans, and are refused as truncated.
"""

import struct
from dataclasses import dataclass, field

import numpy as np

from pixelclean.dicom.codecs import jpeg_kernels, jpeg_progressive_kernels
from pixelclean.dicom.codecs.jpeg_compiled import compiled
from pixelclean.dicom.codecs.jpeg_huffman import Huffman, huffman
from pixelclean.dicom.codecs.jpeg_kernels import SPARE_WORDS, WINDOWS, Bytes, Integers, Words32
from pixelclean.dicom.codecs.jpeg_progressive_kernels import ALTERNATING, Codes, walk_alternating
from pixelclean.dicom.codecs.jpeg_scan import MOST_COMPONENTS, MOST_UNITS, Keep, Unit, unstuffed, walk
from pixelclean.dicom.codecs.jpeg_segments import DHT, DRI, SOS, Segment, segments_of
from pixelclean.dicom.codecs.jpeg_stream import Component, JpegStream, read_jpeg
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

PROGRESSIVE = 2
"""The n of SOFn."""

_LARGEST = 15  # bits of a value in a first scan (table F.2, with two bits more of precision)
_NEVER, _MOST_BITS_LEFT = -1, 13  # of the successive approximation (G.1.1.1.2, table B.3)
_TRUNCATED = (ReasonCode.TRUNCATED, "JPEG: scan")
_WRONG = {
    jpeg_kernels.SHORT: _TRUNCATED,
    jpeg_kernels.NO_CODE: (ReasonCode.UNDECODABLE, "JPEG: no Huffman code"),
    jpeg_kernels.LONG_BLOCK: (ReasonCode.UNDECODABLE, "JPEG: more coefficients than a block has"),
    jpeg_progressive_kernels.LONG_RUN: (ReasonCode.UNDECODABLE, "JPEG: more blocks than a scan has"),
}


def check_progressive(data: bytes) -> None:
    """Follow every scan to its last bit.

    The size in the frame header, for which room is made, has been compared with the attributes.  Raises Refused:
    TRUNCATED where a scan, a coefficient or a bit of it is missing, UNDECODABLE for anything else that is wrong.
    """
    try:
        _Walk.through(data)
    except (struct.error, IndexError):
        raise Refused(ReasonCode.TRUNCATED, "JPEG stream") from None


@dataclass(slots=True)
class _Plane:
    """One component: the blocks that it has by itself, down and across (A.2.2), and what is known of them so far.

    `bits_left[k]` is how many low bits of coefficient k are still to come, or _NEVER; `known[b, k]` is not 0 where that
    of block b is not.
    """

    component: Component
    index: int
    blocks: int
    known: Bytes
    bits_left: list[int] = field(default_factory=lambda: [_NEVER] * 64)

    @property
    def units(self) -> int:
        """Blocks in an MCU of several components."""
        return self.component.horizontal * self.component.vertical


@dataclass(frozen=True, slots=True)
class _Header:
    """What a scan codes (B.2.3): coefficients `first` to `last`, of which `left` low bits are still to come then.

    `before` is how many were to come until then; 0 in the first scan of a coefficient.
    """

    planes: tuple[_Plane, ...]
    tables: tuple[int, ...]
    first: int
    last: int
    before: int
    left: int


@dataclass(slots=True)
class _Walk:
    """A stream as far as it has been read, with the tables in force."""

    stream: JpegStream
    planes: dict[int, _Plane]
    differences: dict[int, Huffman] = field(default_factory=dict)
    alternating: dict[int, Codes] = field(default_factory=dict)
    interval: int = 0

    @classmethod
    def through(cls, data: bytes) -> None:
        stream = read_jpeg(data)
        _require(stream.process == PROGRESSIVE, "no progressive stream")
        walked = cls(stream, _planes(stream))
        for segment in segments_of(data):
            content = data[segment.content : segment.end]
            if segment.marker == DHT:
                walked.define(content)
            elif segment.marker == DRI:
                (walked.interval,) = struct.unpack(">H", content)
            elif segment.marker == SOS:
                walked.scan(content, _data(data, segment))
        if any(left != 0 for plane in walked.planes.values() for left in plane.bits_left):
            raise Refused(ReasonCode.TRUNCATED, "JPEG: progression without its end")

    def define(self, content: bytes) -> None:
        position = 0
        while position < len(content):
            kind, number = content[position] >> 4, content[position] & 15
            end = position + 17 + sum(content[position + 1 : position + 17])
            _require(kind <= 1 and number <= 3 and end <= len(content), "slot or length of a table")
            table = content[position + 1 : end]
            codes = huffman(table, alternating=kind == 1)
            if codes is None:
                raise _undecodable("Huffman table")
            if kind:
                self.alternating[number] = _windows(table)
            else:
                self.differences[number] = codes
            position = end

    def scan(self, content: bytes, data: bytes) -> None:
        header = self._header(content)
        self._check_order(header)
        if header.first:
            self._alternating(header, data)
        elif header.before:
            self._refined_differences(header, data)
        else:
            self._differences(header, data)
        for plane in header.planes:
            plane.bits_left[header.first : header.last + 1] = [header.left] * (header.last + 1 - header.first)

    def _header(self, content: bytes) -> _Header:
        count = content[0]
        _require(1 <= count <= MOST_COMPONENTS and len(content) == 4 + 2 * count, "scan header")
        named = content[1 : 1 + 2 * count : 2]
        _require(len(set(named)) == count and set(named) <= set(self.planes), "scan header")
        planes = tuple(self.planes[identifier] for identifier in named)
        first, last, approximation = content[-3:]
        return _Header(
            planes, tuple(content[2 : 2 + 2 * count : 2]), first, last, approximation >> 4, approximation & 15
        )

    @staticmethod
    def _check_order(header: _Header) -> None:
        """DC comes first and by itself, AC of one component at a time, and each scan adds one bit (G.1.1.1)."""
        if header.first:
            is_band = header.first <= header.last <= 63 and len(header.planes) == 1
        else:
            is_band = header.last == 0 and (
                len(header.planes) == 1 or sum(p.units for p in header.planes) <= MOST_UNITS
            )
        _require(is_band, "spectral selection")
        is_next = header.left == header.before - 1 if header.before else header.left <= _MOST_BITS_LEFT
        _require(is_next and header.before <= _MOST_BITS_LEFT, "successive approximation")
        wanted = header.before or _NEVER
        for plane in header.planes:
            _require(not header.first or plane.bits_left[0] != _NEVER, "AC before DC")
            band = plane.bits_left[header.first : header.last + 1]
            _require(band == [wanted] * len(band), "order of the scans")

    def _mcus(self, planes: tuple[_Plane, ...]) -> int:
        """Of a scan: those of the frame, or the blocks of one component alone (A.2)."""
        if len(planes) == 1:
            return planes[0].blocks
        down, across = _largest(self.stream)
        return -(-self.stream.rows // (8 * down)) * -(-self.stream.columns // (8 * across))

    def _differences(self, header: _Header, data: bytes) -> None:
        """A block is a difference without anything behind it here, as the samples of lossless coding are (G.1.2.1)."""
        mcu = []
        for plane, tables in zip(header.planes, header.tables, strict=True):
            _require(tables >> 4 in self.differences, "no table")
            mcu += [Unit(self.differences[tables >> 4], None, plane.index)] * _width(plane, header)
        walked = walk(data, mcu, self._mcus(header.planes), self.interval, Keep.ENDS)
        _check_padding(walked.words, walked.ends, walked.reached)

    def _refined_differences(self, header: _Header, data: bytes) -> None:
        """One bit for each block."""
        words, ends, counts = self._parts(header, data)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
        reached = starts + counts * sum(_width(plane, header) for plane in header.planes)
        if np.any(reached > ends):
            raise Refused(*_TRUNCATED)
        _check_padding(words, ends, reached)

    def _alternating(self, header: _Header, data: bytes) -> None:
        number = header.tables[0] & 15
        _require(number in self.alternating, "no table")
        words, ends, counts = self._parts(header, data)
        reached, largest = np.zeros(len(ends), np.int64), 1 if header.before else _LARGEST
        known, codes = header.planes[0].known, self.alternating[number]
        ended = compiled(walk_alternating, ALTERNATING)(
            words, ends, counts, codes, header.first, header.last, largest, known, reached
        )
        if ended != jpeg_kernels.WHOLE:
            raise Refused(*_WRONG[ended])
        _check_padding(words, ends, reached)

    def _parts(self, header: _Header, data: bytes) -> tuple[Words32, Integers, Integers]:
        """The bits of the data, the one at which each part between two markers ends, and how many MCUs that has."""
        parted, ends = unstuffed(data)
        mcus = self._mcus(header.planes)
        _require(len(ends) == (-(-mcus // self.interval) if self.interval else 1), "markers in a scan")
        counts = np.full(len(ends), self.interval or mcus, np.int64)
        counts[-1] = mcus - int(counts[:-1].sum())
        padded = np.concatenate((parted, np.zeros(-len(parted) % 4 + 4 * SPARE_WORDS, np.uint8)))
        return padded.view(">u4").astype(np.uint32), ends * 8, counts


def _planes(stream: JpegStream) -> dict[int, _Plane]:
    count = len(stream.components)
    _require(stream.rows > 0 and stream.columns > 0 and 1 <= count <= MOST_COMPONENTS, "frame header")
    _require(len({component.identifier for component in stream.components}) == count, "frame header")
    for component in stream.components:
        _require(1 <= component.horizontal <= 4 and 1 <= component.vertical <= 4, "sampling")
    down, across = _largest(stream)
    planes = {}
    for index, component in enumerate(stream.components):
        rows = -(-stream.rows * component.vertical // down)
        columns = -(-stream.columns * component.horizontal // across)
        blocks = -(-rows // 8) * -(-columns // 8)
        planes[component.identifier] = _Plane(component, index, blocks, np.zeros((blocks, 64), np.uint8))
    return planes


def _largest(stream: JpegStream) -> tuple[int, int]:
    """The sampling factors of an MCU, down and across."""
    return max(each.vertical for each in stream.components), max(each.horizontal for each in stream.components)


def _width(plane: _Plane, header: _Header) -> int:
    """Blocks of one component in an MCU of the scan."""
    return plane.units if len(header.planes) > 1 else 1


def _data(data: bytes, segment: Segment) -> bytes:
    return data[segment.end : segment.stop]


def _windows(table: bytes) -> Codes:
    """The code with which each window of 16 bits begins, as the kernels want it."""
    lengths = np.repeat(np.arange(1, 17), np.frombuffer(table, np.uint8, 16))
    codes = np.repeat(np.frombuffer(table, np.uint8, offset=16) | lengths << 8, WINDOWS >> lengths)
    return np.concatenate((codes, np.zeros(WINDOWS - len(codes), np.int64))).astype(np.uint16)


def _check_padding(words: Words32, ends: Integers, reached: Integers) -> None:
    """Behind the last block of a part stand a few bits of padding, and whole bytes of ones or of zeros at most.

    More is what decoders skip: blocks of another picture, where the frame header announces fewer than were coded.
    """
    longer = np.flatnonzero(ends - reached >= 8)
    if longer.size:
        parted = words.astype(">u4").view(np.uint8)
        for part in longer:
            surplus = parted[-(-int(reached[part]) // 8) : int(ends[part]) // 8]
            _require(bool(np.all(surplus == 0) or np.all(surplus == 0xFF)), "more blocks than a scan has")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise _undecodable(what)


def _undecodable(what: str) -> Refused:
    return Refused(ReasonCode.UNDECODABLE, f"JPEG: {what}")
