"""JPEG and JPEG-LS streams with nothing but what decodes their image."""

import re
import struct
from collections.abc import Iterable, Iterator

from pixelclean.dicom.codecs.jpeg_edges import repeats_its_edges
from pixelclean.dicom.codecs.jpeg_segments import COM, DHT, DQT, DRI, EOI, FRAMES, LSE, SOS, segments_of
from pixelclean.dicom.codecs.jpeg_surplus import Table, tables_of
from pixelclean.dicom.codecs.jpeg_survey import SurveyOf, survey
from pixelclean.dicom.codecs.words import is_blank_pad
from pixelclean.dicom.encoder_comments import names_an_encoder

_APP0, _APP8, _APP14 = 0xE0, 0xE8, 0xEE
_CODING = FRAMES | {DHT, DQT, DRI, SOS}
_PRESETS = b"\x01"  # LSE of type 1; the other types are maps that DICOM does not use
# Application segments of fixed size that say how to decode: JFIF without thumbnail, LJIF, SPIFF and its end, HP colour,
# Adobe.  Numbers of two bytes stay below 2000H, since from there on two bytes may be two letters.
_DECODING = tuple(
    (marker, re.compile(pattern, re.DOTALL))
    for marker, pattern in (
        (_APP0, rb"JFIF\0\x01[\0-\x02][\0-\x02](?:[\0-\x1f].){2}\0\0"),
        (_APP0, rb"LJIF\0\x01[\0-\x02]\0{6}"),
        (
            _APP8,
            (
                rb"SPIFF\0[\x01\x02][\0-\x09][\0-\x04][\x01-\x04](?:\0\0[\0-\x1f].){2}[\0-\x0f][\x01-\x10][\0-\x06]"
                rb"[\0-\x02](?:\0\0[\0-\x1f].){2}"
            ),
        ),
        (_APP8, rb"\0\0\0\x01\xff\xd8"),
        (_APP8, rb"mrfx[\0-\x05]"),
        (_APP14, rb"Adobe\0[\x64\x65][\0\x40\x80\xc0]\0\0\0."),
    )
)


def bare_jpeg(frame: bytes, survey_of: SurveyOf = survey) -> bytes | None:
    """The same image without segments and tables that do not decode it; None where more may stand in its scans."""
    try:
        stream = b"".join(_parts(frame))
    except (struct.error, IndexError):
        return None
    tables = tables_of(stream, survey_of)
    if tables is None or not _ends_with_its_edges(stream):
        return None
    return stream if all(table.used for table in tables) else b"".join(_with_used(stream, tables))


def _ends_with_its_edges(stream: bytes) -> bool:
    try:
        return repeats_its_edges(stream)
    except Exception:  # noqa: BLE001 - the library raises anything, where the image has more blocks than it can hold
        return False


def _parts(frame: bytes) -> Iterator[bytes]:
    """The parts that stay; of application segments and comments the first of each kind."""
    met = set[re.Pattern[bytes] | int]()
    yield frame[:2]
    for segment in segments_of(frame):
        content = frame[segment.content : segment.end]
        if segment.marker == EOI:
            fill = frame[segment.end :]
            yield frame[segment.start : segment.end] + (fill if is_blank_pad(fill) else b"")
        elif segment.marker in _CODING or (segment.marker == LSE and content[:1] == _PRESETS):
            yield frame[segment.start : segment.stop]
        else:
            kept = content if _kind(segment.marker, content) else _decision(segment.marker, content)
            kind = _kind(segment.marker, kept)
            if kind is not None and kind not in met:
                met.add(kind)
                yield frame[segment.start : segment.content - 2] + struct.pack(">H", len(kept) + 2) + kept


def _kind(marker: int, content: bytes) -> re.Pattern[bytes] | int | None:
    """What an application segment or comment is that may stay."""
    if marker == COM:
        return COM if names_an_encoder(content) else None
    return next((pattern for where, pattern in _DECODING if where == marker and pattern.fullmatch(content)), None)


def _decision(marker: int, content: bytes) -> bytes:
    """What an application segment says of colour, in the plainest way to say it: no thumbnail, no density, no flags.

    A shorter one says nothing to libjpeg, and so to nobody.
    """
    if marker == _APP0 and content.startswith(b"JFIF\0") and len(content) >= 14:
        return b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"
    if marker == _APP14 and content.startswith(b"Adobe") and len(content) >= 12:
        return b"Adobe\0\x64\0\0\0\0" + content[11:12]
    return content


def _with_used(stream: bytes, tables: Iterable[Table]) -> Iterator[bytes]:
    """The stream without the tables that no scan uses."""
    used = [table for table in tables if table.used]
    yield stream[:2]
    for segment in segments_of(stream):
        if segment.marker not in (DHT, DQT):
            behind = len(stream) if segment.marker == EOI else segment.stop
            yield stream[segment.start : behind]
            continue
        inside = [stream[table.start : table.end] for table in used if segment.content <= table.start < segment.end]
        if inside:
            content = b"".join(inside)
            yield bytes((0xFF, segment.marker)) + struct.pack(">H", len(content) + 2) + content
