"""The headers of a JPEG 2000 or HTJ2K codestream, followed tile part by tile part to its end (ISO/IEC 15444-1 A)."""

import struct
from dataclasses import dataclass

from pixelclean.dicom.codecs.words import is_pad
from pixelclean.dicom.format import DEEPEST_JPEG_2000, PixelFormat
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_SOC, _SIZ, _COD, _SOT, _EOC = 0xFF4F, 0xFF51, 0xFF52, 0xFF90, 0xFFD9
_JP2 = b"\x00\x00\x00\x0cjP  \r\n\x87\n"


@dataclass(frozen=True, slots=True)
class CodeStream:
    """What SIZ and COD say; `multiple` is the multiple component transform."""

    rows: int
    columns: int
    components: int
    precision: int
    signed: bool
    multiple: bool

    def check(self, pixels: PixelFormat) -> None:
        """Refuse a stream whose size or depth the attributes do not describe."""
        if (self.rows, self.columns, self.components) != pixels.shape:
            raise _inconsistent("size of the stream")
        if self.precision > pixels.bits_allocated or (self.precision < pixels.bits_stored and pixels.signed):
            raise _inconsistent("depth of the stream")
        if self.precision > DEEPEST_JPEG_2000:
            raise _undecodable(f"more than {DEEPEST_JPEG_2000} bits a sample")


def codestream_of(frame: bytes) -> bytes:
    """The codestream itself, taken out of a JP2 file where a writer left it in one (its colour boxes say nothing
    that PS3.5 A.4.4 lets them say)."""
    if not frame.startswith(_JP2):
        return frame
    position = 0
    while position + 8 <= len(frame):
        length, kind = struct.unpack_from(">L4s", frame, position)
        start = position + 8
        if length == 1 and position + 16 <= len(frame):
            (length,) = struct.unpack_from(">Q", frame, start)
            start += 8
        end = len(frame) if length == 0 else position + length
        if end < start:
            break
        if kind == b"jp2c":
            if end > len(frame):
                raise Refused(ReasonCode.TRUNCATED, "JPEG 2000 stream")
            return frame[start:end]
        position = end
    raise _undecodable("no codestream in the file format")


def read_codestream(data: bytes) -> CodeStream:
    """The headers of a complete codestream.

    Raises Refused: TRUNCATED where it has no end, UNDECODABLE where it is none, INCONSISTENT_PIXEL_DATA where
    something follows its end.
    """
    try:
        stream, position = _main_header(data)
        _check_tile_parts(data, position)
    except struct.error:
        raise Refused(ReasonCode.TRUNCATED, "JPEG 2000 stream") from None
    return stream


def _main_header(data: bytes) -> tuple[CodeStream, int]:
    if data[:4] != b"\xff\x4f\xff\x51":
        raise _undecodable("no codestream")
    position, segments = 2, dict[int, bytes]()
    while True:
        marker, length = struct.unpack_from(">HH", data, position)
        if marker == _SOT:
            break
        if not 0xFF50 <= marker <= 0xFF8F or length < 2 or marker in (_SOC, _EOC):
            raise _undecodable("main header")
        segments.setdefault(marker, data[position + 4 : position + 2 + length])
        position += 2 + length
    if _COD not in segments:
        raise _undecodable("no coding style")
    return _described(segments[_SIZ], segments[_COD]), position


def _described(siz: bytes, cod: bytes) -> CodeStream:
    _, x1, y1, x0, y0, _, _, _, _, count = struct.unpack_from(">HLLLLLLLLH", siz)
    parts = {siz[at : at + 3] for at in range(36, 36 + 3 * count, 3)}
    if len(siz) != 36 + 3 * count or len(parts) != 1:
        raise _undecodable("components differ")
    depth, across, down = parts.pop()
    if (across, down) != (1, 1) or x1 <= x0 or y1 <= y0:
        raise _undecodable("subsampled components")
    return CodeStream(y1 - y0, x1 - x0, count, (depth & 0x7F) + 1, bool(depth & 0x80), multiple=cod[4] == 1)


def _check_tile_parts(data: bytes, position: int) -> None:
    """Every tile part lies inside, and the end of the codestream follows the last one."""
    while True:
        (marker,) = struct.unpack_from(">H", data, position)
        if marker == _EOC:
            break
        if marker != _SOT:
            raise _undecodable("no tile part where one belongs")
        (length,) = struct.unpack_from(">L", data, position + 6)
        if length == 0:  # the last one, up to the end of the codestream
            position = _last_end(data)
        elif length < 14:
            raise _undecodable("tile part")
        else:
            position += length
    if not is_pad(data[position + 2 :]):
        raise _inconsistent("bytes after the end of the stream")


def _last_end(data: bytes) -> int:
    position = data.rfind(b"\xff\xd9")
    if position < 0:
        raise Refused(ReasonCode.TRUNCATED, "JPEG 2000 stream")
    return position


def _undecodable(what: str) -> Refused:
    return Refused(ReasonCode.UNDECODABLE, f"JPEG 2000: {what}")


def _inconsistent(what: str) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, f"JPEG 2000: {what}")
