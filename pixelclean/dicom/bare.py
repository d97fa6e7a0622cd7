"""Bare streams: encoded frames without the segments that may carry text beside the pixels.

Comments, Exif, ICC profiles, thumbnails and vendor segments stand in the codestream where no data set shows them.
What decides colour stays (JFIF, Adobe, the HP colour transform of JPEG-LS), and so do comments that name an encoder
and nothing else (rules/pixels/stream_comments.toml): a stream with only those keeps every byte.
"""

import re
import struct
import tomllib
from collections.abc import Iterator
from functools import cache

from pixelclean import resources
from pixelclean.dicom.codecs.jpeg_2000_stream import codestream_of
from pixelclean.dicom.codecs.jpeg_stream import scan_end
from pixelclean.dicom.encode import Encoded
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.frames import Frames
from pixelclean.dicom.syntaxes import Codec, syntax_of
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_SOS, _EOI, _COM, _SOF_LS = 0xDA, 0xD9, 0xFE, 0xF7
_APP = range(0xE0, 0xF0)
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# Segments of fixed size that say how to decode: JFIF without thumbnail, LJIF, SPIFF and its end, HP colour, Adobe.
_DECODING = re.compile(rb"JFIF\0.{7}\0\0|LJIF\0.{8}|SPIFF\0.{24}|\0\0\0\x01\xff\xd8|mrfx.|Adobe.{7}", re.DOTALL)
_J2K_COM, _J2K_SOT, _J2K_SOD, _J2K_EOC, _J2K_TLM = 0xFF64, 0xFF90, 0xFF93, 0xFFD9, 0xFF55
_JXL_CONTAINER = b"\0\0\0\x0cJXL "
_JXL_BOXES = frozenset((b"JXL ", b"ftyp", b"jxll", b"jxlc", b"jxlp"))


def bared(frames: Frames, stated: PixelFormat, transfer_syntax: str) -> Encoded | None:
    """Pixel Data of the same frames without such segments; None where there are none.

    `stated` is the format that the data set's attributes state, which stays.  Raises Refused(NO_PIXEL_VERDICT) for a
    stream whose segments cannot be taken out.
    """
    codec = syntax_of(transfer_syntax).codec
    if codec is Codec.NATIVE:
        return None
    before = [frames.encoded(index) for index in range(len(frames))]
    after = [bare(frame, codec) for frame in before]
    if before == after:
        return None
    value, offsets = encapsulate(after)
    return Encoded(transfer_syntax, stated, value, offsets)


def bare(frame: bytes, codec: Codec) -> bytes:
    """One encoded frame without such segments: the very same bytes where it has none."""
    match codec:
        case Codec.JPEG | Codec.JPEG_LOSSLESS | Codec.JPEG_LS:
            return b"".join(_jpeg_parts(frame))
        case Codec.JPEG_2000 | Codec.HTJ2K:
            return _bare_codestream(codestream_of(frame))
        case Codec.JPEG_XL:
            return b"".join(_boxes(frame)) if frame.startswith(_JXL_CONTAINER) else frame
        case _:
            return frame


def _jpeg_parts(frame: bytes) -> Iterator[bytes]:
    """The parts of a complete JPEG or JPEG-LS stream that stay."""
    position, lossless = 2, False
    yield frame[:2]
    while position < len(frame):
        start = position
        while frame[position] == 0xFF and frame[position + 1] == 0xFF:
            position += 1
        marker = frame[position + 1]
        position = content = position + 2
        if marker == _EOI:
            yield frame[start:]
            return
        if marker not in _STANDALONE:
            (length,) = struct.unpack_from(">H", frame, position)
            position += length
        lossless |= marker == _SOF_LS
        if _stays(marker, frame[content + 2 : position]):
            yield frame[start:position]
        if marker == _SOS:
            end = scan_end(frame, position, lossless)
            yield frame[position:end]
            position = end


def _stays(marker: int, content: bytes) -> bool:
    if marker == _COM:
        return _names_an_encoder(content)
    return marker not in _APP or _DECODING.fullmatch(content) is not None


def _bare_codestream(stream: bytes) -> bytes:
    """A JPEG 2000 codestream without comments (ISO/IEC 15444-1 A.9.2) in its main and tile-part headers."""
    main_end = _header_end(stream, 2, _J2K_SOT)
    tiles, position = [], main_end
    while struct.unpack_from(">H", stream, position)[0] == _J2K_SOT:
        part, position = _tile_part(stream, position)
        tiles.append(part)
    main = b"".join(_segments(stream, 2, main_end, keeps_lengths=b"".join(tiles) == stream[main_end:position]))
    return stream[:2] + main + b"".join(tiles) + stream[position:]


def _tile_part(stream: bytes, start: int) -> tuple[bytes, int]:
    """One tile part without comments, its length corrected, and where it ended."""
    (length,) = struct.unpack_from(">L", stream, start + 6)
    end = start + length if length else stream.rfind(b"\xff\xd9")
    header = _header_end(stream, start + 12, _J2K_SOD)
    kept = b"".join(_segments(stream, start + 12, header, keeps_lengths=True))
    dropped = header - (start + 12) - len(kept)
    sot = stream[start : start + 6] + struct.pack(">L", length and length - dropped) + stream[start + 10 : start + 12]
    return sot + kept + stream[header:end], end


def _header_end(stream: bytes, position: int, until: int) -> int:
    """Where the marker `until` stands behind a run of segments."""
    while True:
        marker, length = struct.unpack_from(">HH", stream, position)
        if marker == until:
            return position
        position += 2 + length


def _segments(stream: bytes, start: int, end: int, *, keeps_lengths: bool) -> Iterator[bytes]:
    """The segments that stay; a list of tile-part lengths (TLM, optional) goes when lengths have changed."""
    while start < end:
        marker, length = struct.unpack_from(">HH", stream, start)
        segment = stream[start : start + 2 + length]
        start += 2 + length
        if marker == _J2K_COM and not _names_an_encoder(segment[6:]):
            continue
        if marker != _J2K_TLM or keeps_lengths:
            yield segment


def _boxes(frame: bytes) -> Iterator[bytes]:
    """The boxes of a JPEG XL container that decode; Exif, XML and the like go."""
    position = 0
    while position + 8 <= len(frame):
        length, kind = struct.unpack_from(">L4s", frame, position)
        if length == 1 or kind == b"jbrd":
            # jbrd holds what rebuilds a JPEG file, its comments included, in a compressed form.
            raise Refused(ReasonCode.NO_PIXEL_VERDICT, "a JPEG XL container with data beside the image")
        end = position + length if length else len(frame)
        if kind in _JXL_BOXES:
            yield frame[position:end]
        position = end


def _names_an_encoder(content: bytes) -> bool:
    text = content.rstrip(b"\0").decode("latin-1")
    return any(pattern.fullmatch(text) for pattern in _encoder_comments())


@cache
def _encoder_comments() -> tuple[re.Pattern[str], ...]:
    table = tomllib.loads(resources.rules("pixels", "stream_comments.toml").read_text("utf-8"))
    return tuple(re.compile(pattern) for pattern in table["comments"])
