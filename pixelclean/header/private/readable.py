"""Whether a private value says more than its value representation promises: text in bytes and in numbers."""

import re
import struct
from collections.abc import Mapping
from types import MappingProxyType

from pydicom import DataElement

from pixelclean.header.values import values_of

_FORMATS: Mapping[str, str] = MappingProxyType(
    {"US": "H", "SS": "h", "UL": "L", "SL": "l", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "AT": "H"}
)
_TEXT = re.compile(rb"[A-Za-z][A-Za-z ,.^'=-]{11,}")
_SHORT_TEXT = re.compile(rb"[A-Za-z][A-Za-z ,.^'=-]{5,}")
_LETTERS_OF_A_TEXT, _LETTERS_OF_A_SHORT_TEXT = 5, 4
# Files with a header of their own: DICOM, PDF, XML, HTML, RTF, ZIP, PNG, JPEG with its segments, a sequence of items.
_FILES = (
    b"DICM",
    b"%PDF-",
    b"<?xml",
    b"<html",
    b"{\\rtf",
    b"PK\3\4",
    b"\x89PNG",
    b"JFIF\0",
    b"Exif\0",
    b"\xfe\xff\0\xe0",
)
_COMPRESSED = (
    b"\x1f\x8b",
    b"\xff\xd8\xff",
    b"\xff\x4f\xff\x51",
    b"BZh",
    b"\xfd7zXZ",
    b"II*\0",
    b"MM\0*",
    b"\xd0\xcf\x11\xe0",
)


def is_opaque(value: bytes) -> bool:
    """Whether bytes hold neither a file, which would have a header of its own, nor text."""
    if value.startswith(_COMPRESSED) or any(mark in value for mark in _FILES):
        return False
    return not holds_text(value)


def holds_text(value: bytes) -> bool:
    """Whether a dozen letters in a row stand in the value, in one or two bytes each: no chance spells them."""
    return _holds(value, _TEXT, _LETTERS_OF_A_TEXT)


def holds_short_text(value: bytes) -> bool:
    """The same for half a dozen, in a value so short that no chance spells those."""
    return _holds(value, _SHORT_TEXT, _LETTERS_OF_A_SHORT_TEXT)


def packed(element: DataElement) -> bytes:
    """Numbers in binary form as they are written, in Little Endian; b"" for what does not fit its VR."""
    values = values_of(element)
    if element.VR == "AT":  # a group and an element number each
        values = tuple(half for value in values if isinstance(value, int) for half in (value >> 16, value & 0xFFFF))
    try:
        return struct.pack(f"<{len(values)}{_FORMATS[element.VR]}", *values)
    except (struct.error, KeyError):
        return b""


def _holds(value: bytes, text: re.Pattern[bytes], letters: int) -> bool:
    readings = (value, value.replace(b"\0", b"")) if b"\0" in value else (value,)
    return any(len(set(found)) >= letters for reading in readings for found in text.findall(reading))
