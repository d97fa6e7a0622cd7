"""Whether a private value says more than its value representation promises: text in bytes and numbers, numbers that name."""

import re
import struct
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pydicom import DataElement

from pixelclean.header.descriptors.tokens import role_of
from pixelclean.header.descriptors.vocabulary import Role, vocabulary
from pixelclean.header.identity.coded import device_words
from pixelclean.header.identity.days import month_names
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

_CODE = re.compile(r"[A-Za-z0-9_.:+*%#=<>()\[\]/-]{1,16}")
_RUN = re.compile(r"[A-Za-z]+|[0-9]+")
_CODE_OF_LETTERS = 4
_MOST_LETTERS = 3  # of a run that no dictionary needs to know
_SPELT_LIKE_A_NAME = re.compile(r"[A-Z][a-z]+")
_INITIALS = re.compile(r"(?:\b[A-Za-z]\.){2}")
_AGE = re.compile(
    r"(?<![A-Za-z0-9.])[0-9]{1,3}[ _-]?(?:[YMWJF]|YO|YRS?|YEARS?|MOS?|MTHS?|WKS?|JAHRE?|ANS|ANNI|JAAR)(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9.])[0-9]{2,3}[ _-]?D(?![A-Za-z0-9])|(?<![A-Za-z0-9])[FM][0-9]{2}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9.])(?:19[0-9]{2}|20[0-4][0-9])(?![0-9.])")
_LONG_NUMBER = re.compile(r"(?<![.0-9])[0-9]{6,}")  # an ID, a date or a time; decimal places are none of them
_DATE_OR_TIME = re.compile(r"[0-9]{1,4}([./:-])[0-9]{1,2}\1[0-9]{1,4}")
_UID = re.compile(r"[0-9]+(\.[0-9]+){4,}")


def is_code(text: str) -> bool:
    """Whether a text is a device's own code: no blanks, and nothing that could be somebody, a moment or an age.

    A word alone is no code, be it a known one: to keep those is for who cleans texts.
    """
    is_word = text.isalpha() and len(text) > _CODE_OF_LETTERS
    return _CODE.fullmatch(text) is not None and not is_word and is_impersonal(text)


@lru_cache(maxsize=2048)
def is_impersonal(text: str) -> bool:
    """Whether every run of letters is a known word or so short that it is a code, and no number names a person or moment.

    One run of two or three letters need not be known: two of them are a name.
    """
    runs = _RUN.findall(text)
    unknown = [run for run in runs if run.isalpha() and len(run) > 1 and not _is_known(run)]
    if len(unknown) > 1 or any(len(run) > _MOST_LETTERS or _SPELT_LIKE_A_NAME.fullmatch(run) for run in unknown):
        return False
    if any(run.lower() in month_names() for run in runs) and any(map(str.isdecimal, runs)):
        return False
    if any(pattern.search(text) for pattern in (_AGE, _YEAR, _INITIALS)):
        return False
    return not any(map(_announces, runs)) and not numbers_somebody(text)


def _is_known(run: str) -> bool:
    return run.lower() in device_words() or role_of(run) in (Role.WORD, Role.NAMESAKE, Role.FILLER)


def _announces(run: str) -> bool:
    """Whether a run of letters says that somebody's name or number stands beside it; MR and PT are modalities."""
    role = role_of(run) if len(run) > 1 and run.isalpha() else Role.WORD
    is_modality = run.isupper() and run.lower() in vocabulary().sure_codes
    return role in (Role.TITLE, Role.SUFFIX, Role.TOWARDS, Role.LABEL) and not is_modality


def numbers_somebody(text: str) -> bool:
    """Whether a text holds what could be an ID, a UID, a date or a time."""
    return any(pattern.search(text) for pattern in (_LONG_NUMBER, _DATE_OR_TIME, _UID))


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
