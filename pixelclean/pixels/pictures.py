"""Pictures: bytes that are a file of pictures, or have one in them, whatever attribute they stand in.

An attribute says what its value is, and nobody checks it: vendors put thumbnails, exported screens and whole DICOM files
into private elements.  What is told here is told by the bytes alone.
"""

import re
from collections.abc import Iterator

# Long enough that no chance spells them: DICOM, JPEG and its segments, JPEG 2000 and JPEG XL, PNG, GIF, WebP and AVI.
_MARKS = (
    *(b"DICM\x02\0", b"JFIF\0", b"Exif\0\0", b"\xff\x4f\xff\x51\0", b"jP  \r\n\x87\n", b"JXL \r\n\x87\n"),
    *(b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"WEBPVP8", b"AVI LIST"),
)
_JPEG = b"\xff\xd8\xff"
_MEDIA = b"ftyp"
# Start Of Frame with a number, JPEG-LS among them; DHT, DAC, JPG and what may stand before a frame are none.
_FRAMES = frozenset(bytes([code]) for code in (*range(0xC0, 0xD0), 0xF7) if code not in (0xC4, 0xC8, 0xCC))
_SEGMENTS = _FRAMES | frozenset(bytes([code]) for code in (0xC4, 0xCC, *range(0xDB, 0xF0), 0xF8, 0xFE))
_MOST_SEGMENTS = 1000
# Too short to be looked for anywhere but in front: the same, TIFF and BigTIFF, MPEG, PSD, portable maps, PDF, and the
# archives that pictures come in; a bitmap of Windows without the header of its file.
_STARTS = re.compile(
    rb"\xff\xd8\xff|\xff\x4f\xff\x51|\xff\x0a|\x89PNG|GIF8|II[*+]\0|MM\0[*+]|\0\0\x01[\xb3\xba]|8BPS\0|P[1-6]\s[\s\d#]|P7\sWIDTH|"
    rb"%PDF-|%!PS|PK\x03\x04|\x1f\x8b\x08|\x28\0\0\0.{8}\x01\0[\x01\x04\x08\x10\x18\x20]\0",
    re.DOTALL,
)
_SPELLED = re.compile(r"\s*(?:data:image/|/9j/|iVBORw0KGgo|R0lGOD|UklGR|SUkqA|TU0AK|AAAADGpQ)")
_SHORTEST_SPELLED = 64


def holds_picture(value: bytes) -> bool:
    """Whether a picture in a format that says so begins somewhere in the value."""
    return (
        any(mark in value for mark in _MARKS)
        or any(_is_jpeg(value, start) for start in _places(value, _JPEG))
        or any(_is_media(value, start) for start in _places(value, _MEDIA))
    )


def _places(value: bytes, mark: bytes) -> Iterator[int]:
    """Where a mark begins; a regular expression takes a hundred times as long for bytes that are all zero."""
    start = value.find(mark)
    while start >= 0:
        yield start
        start = value.find(mark, start + 1)


def begins_picture(value: bytes) -> bool:
    """Whether the value begins like a file of pictures; a few bytes decide, which numbers may have by chance."""
    return _STARTS.match(value) is not None or _is_bitmap(value)


def spells_picture(text: str) -> bool:
    """Whether a text is a picture in base 64."""
    return len(text) >= _SHORTEST_SPELLED and _SPELLED.match(text) is not None


def _is_jpeg(value: bytes, start: int) -> bool:
    """Whether segments follow the start of image up to a frame header that is one (ISO/IEC 10918-1 B.2.2).

    Three bytes prove nothing: samples of a waveform about zero are full of them.
    """
    at = start + 2
    for _ in range(_MOST_SEGMENTS):
        marker, length = value[at + 1 : at + 2], int.from_bytes(value[at + 2 : at + 4])
        if value[at : at + 1] != b"\xff" or length < 2 or marker not in _SEGMENTS:
            return False
        if marker in _FRAMES:
            depth, components = value[at + 4 : at + 5], int.from_bytes(value[at + 9 : at + 10])
            return 1 <= components <= 4 and length == 8 + 3 * components and b"\2" <= depth <= b"\x10"
        at += 2 + length
    return False


def _is_media(value: bytes, start: int) -> bool:
    """Whether the box that a file of HEIF, AVIF or MP4 begins with has this for its type (ISO/IEC 14496-12 4.3)."""
    return value[max(0, start - 4) : start - 1] == bytes(3)


def _is_bitmap(value: bytes) -> bool:
    """Whether the header of a Windows bitmap stands in front: its size, two reserved words, where its pixels begin."""
    size, start = int.from_bytes(value[2:6], "little"), int.from_bytes(value[10:14], "little")
    return value[:2] == b"BM" and value[6:10] == bytes(4) and 26 <= start < size <= len(value)
