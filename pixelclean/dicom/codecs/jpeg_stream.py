"""The marker segments of a JPEG or JPEG-LS stream, walked to its end (ISO/IEC 10918-1 B, 14495-1 C).

Decoders return an image for a stream that was cut in half, so the end is looked for here.
"""

import re
import struct
from dataclasses import dataclass

from pixelclean.dicom.codecs.words import is_pad
from pixelclean.dicom.format import PixelFormat
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_SOI, _EOI, _SOS, _APP0, _APP14, _SOF_LS = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xF7
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC} | {_SOF_LS}
# Within a scan FF is followed by a stuffed byte (JPEG: 00; JPEG-LS: a bit, so below 80) or by a restart marker.
# A pattern that begins with a literal byte is searched for far faster than one that begins with a repetition.
_SCAN_END = re.compile(rb"\xff\xff*[\x01-\xcf\xd8-\xfe]")
_SCAN_END_LS = re.compile(rb"\xff\xff*[\x80-\xcf\xd8-\xfe]")


@dataclass(frozen=True, slots=True)
class Component:
    """Identifier and sampling factors."""

    identifier: int
    horizontal: int
    vertical: int


@dataclass(frozen=True, slots=True)
class JpegStream:
    """What the headers say: `process` is n of SOFn (0xF7 - 0xC0 = 55 for JPEG-LS), `adobe` the APP14 transform."""

    process: int
    precision: int
    rows: int
    columns: int
    components: tuple[Component, ...]
    adobe: int | None
    jfif: bool
    scans: int

    @property
    def finest(self) -> tuple[int, int]:
        """The largest vertical and the largest horizontal sampling factor, which are those of the image (A.1.1)."""
        return max(each.vertical for each in self.components), max(each.horizontal for each in self.components)

    @property
    def is_subsampled(self) -> bool:
        """Whether the components differ in size, which only luma and chroma do."""
        return len({(each.horizontal, each.vertical) for each in self.components}) > 1

    def check(self, pixels: PixelFormat) -> None:
        """Refuse a stream whose size or depth the attributes do not describe: signs and chroma hang on the depth."""
        if (self.rows, self.columns, len(self.components)) != pixels.shape:
            raise _inconsistent("size of the stream")
        narrow = self.precision < pixels.bits_stored
        if self.precision > pixels.bits_allocated or (narrow and (pixels.signed or pixels.samples > 1)):
            raise _inconsistent("depth of the stream")


def scan_end(data: bytes, start: int, jpeg_ls: bool) -> int:
    """Where the entropy-coded data that begin at `start` end; Refused(TRUNCATED) where they do not."""
    match = (_SCAN_END_LS if jpeg_ls else _SCAN_END).search(data, start)
    if match is None:
        raise Refused(ReasonCode.TRUNCATED, "JPEG stream")
    return match.start()


def read_jpeg(data: bytes) -> JpegStream:
    """The headers of a complete stream.

    Raises Refused: TRUNCATED where it has no end, UNDECODABLE where it is no JPEG, INCONSISTENT_PIXEL_DATA where
    something follows its end.
    """
    try:
        return _Reader(data).read()
    except (struct.error, IndexError):
        raise Refused(ReasonCode.TRUNCATED, "JPEG stream") from None


@dataclass(slots=True)
class _Reader:
    data: bytes
    position: int = 2
    frame: tuple[int, bytes] | None = None
    adobe: int | None = None
    jfif: bool = False
    scans: int = 0

    def read(self) -> JpegStream:
        if self.data[:2] != b"\xff\xd8":
            raise _undecodable("no start of image")
        while (marker := self._marker()) != _EOI:
            if marker in _STANDALONE:
                continue
            segment = self._segment()
            if marker in _SOF:
                self._start_of_frame(marker, segment)
            elif marker == _SOS:
                self._scan()
            elif marker == _APP14 and segment[:5] == b"Adobe" and len(segment) >= 12:
                self.adobe = segment[11]
            elif (
                marker == _APP0 and segment[:5] == b"JFIF\0" and len(segment) >= 14
            ):  # shorter ones are none to libjpeg
                self.jfif = True
        self._check_end()
        return self._stream()

    def _marker(self) -> int:
        if self.position >= len(self.data):
            raise IndexError
        if self.data[self.position] != 0xFF:
            raise _undecodable("no marker where one belongs")
        while self.data[self.position] == 0xFF:
            self.position += 1
        marker = self.data[self.position]
        self.position += 1
        if marker in (0x00, _SOI):
            raise _undecodable("no marker where one belongs")
        return marker

    def _segment(self) -> bytes:
        (length,) = struct.unpack_from(">H", self.data, self.position)
        start, self.position = self.position + 2, self.position + length
        if length < 2 or self.position > len(self.data):
            raise IndexError
        return self.data[start : self.position]

    def _start_of_frame(self, marker: int, segment: bytes) -> None:
        if self.frame is not None:
            raise _undecodable("two frame headers")
        self.frame = (marker, segment)

    def _scan(self) -> None:
        if self.frame is None:
            raise _undecodable("a scan before the frame header")
        end = scan_end(self.data, self.position, self.frame[0] == _SOF_LS)
        if end == self.position:
            raise Refused(ReasonCode.TRUNCATED, "JPEG scan without data")
        self.position = end
        self.scans += 1

    def _check_end(self) -> None:
        if not is_pad(self.data[self.position :]):
            raise _inconsistent("bytes after the end of the stream")

    def _stream(self) -> JpegStream:
        if self.frame is None or not self.scans:
            raise _undecodable("no frame in the stream")
        marker, segment = self.frame
        precision, rows, columns, count = struct.unpack_from(">BHHB", segment)
        if len(segment) != 6 + 3 * count:
            raise _undecodable("frame header")
        parts = (segment[at : at + 3] for at in range(6, len(segment), 3))
        components = tuple(Component(part[0], part[1] >> 4, part[1] & 15) for part in parts)
        return JpegStream(marker - 0xC0, precision, rows, columns, components, self.adobe, self.jfif, self.scans)


def _undecodable(what: str) -> Refused:
    return Refused(ReasonCode.UNDECODABLE, f"JPEG: {what}")


def _inconsistent(what: str) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, f"JPEG: {what}")
