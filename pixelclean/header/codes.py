"""Coded values: what of a code passes (PS3.3 section 8; schemes in rules/header/safe_text.toml).

A code of a published scheme says the same everywhere: it passes, and its meaning where its words are safe.  A local
code was invented at one site or by one vendor, and so was its meaning: designator, value and meaning are replaced, the
value by a keyed pseudonym, so that equal codes stay equal.  The texts that describe a scheme are replaced always.
"""

import re

from pydicom import Dataset

from pixelclean.header import meanings
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.uids import is_registered, replaced
from pixelclean.header.units import is_unit
from pixelclean.key import ProjectKey

VALUE, DESIGNATOR, VERSION, MEANING, UID, LONG_VALUE = (
    *(0x00080100, 0x00080102, 0x00080103),
    *(0x00080104, 0x0008010C, 0x00080119),
)
_URN = 0x00080120
VALUES = (VALUE, LONG_VALUE)
_OID = "urn:oid:"
_UNITS = "UCUM"
LOCAL_SCHEME = "99REMOVED"
LOCAL_MEANING = "REMOVED"

_CODE_SYSTEM = re.compile(r"2\.16\.840\.1\.113883\.6(\.[0-9]{1,4}){1,2}")  # PS3.16 chapter 8: registered with HL7
_VERSION_PATTERN = re.compile(r"[vV]?[0-9]{1,4}([.\-/]?[0-9]{1,2}){0,3}[a-zA-Z]?")


def part(tag: int, value: str, item: Dataset, key: ProjectKey) -> str:
    """What stands for one part of the code in this item."""
    if not value:
        return value
    return (
        _published(tag, value, item, key) if _is_published(item) else _local(tag, value, _text(item, DESIGNATOR), key)
    )


def _is_published(item: Dataset) -> bool:
    """Whether the code in this item, or the scheme that it describes, belongs to a published scheme and looks like it.

    An item with a meaning and no value is no code: its meaning is free text.
    """
    scheme = _text(item, DESIGNATOR)
    pattern = reviewed().schemes.get(scheme)
    values = [value for tag in VALUES if (value := _text(item, tag))]
    is_whole = bool(values) or not any(tag in item for tag in (*VALUES, MEANING))
    if pattern is None or not is_whole or _URN in item or not all(map(pattern.fullmatch, values)):
        return False
    return scheme != _UNITS or all(map(is_unit, values))


def _published(tag: int, value: str, item: Dataset, key: ProjectKey) -> str:
    match tag:
        case 0x00080100 | 0x00080102 | 0x00080119:
            return value
        case 0x0008010C:
            return value if _is_of_a_scheme(value) else replaced(value, key)
        case 0x00080103:
            return value if _VERSION_PATTERN.fullmatch(value) else LOCAL_MEANING
        case 0x00080104:
            return meanings.allowed(_text(item, DESIGNATOR), _code(item), value) or LOCAL_MEANING
        case _:
            return LOCAL_MEANING


def _is_of_a_scheme(uid: str) -> bool:
    """Whether a UID names a published scheme: registered by DICOM, with HL7 as one, or named in PS3.16 chapter 8.

    Under HL7's arc .3 organisations have theirs, each for what it likes.
    """
    return is_registered(uid) or uid in reviewed().scheme_uids or bool(_CODE_SYSTEM.fullmatch(uid))


def _local(tag: int, value: str, designator: str, key: ProjectKey) -> str:
    if tag == UID:
        return replaced(value, key)
    if tag == _URN:
        return _OID + key.uid(value.removeprefix(_OID))
    if tag in VALUES:
        return value if key.made_identifier("code", value) else key.identifier("code", f"{designator}\0{value}")
    return LOCAL_SCHEME if tag == DESIGNATOR else LOCAL_MEANING


def _code(item: Dataset) -> str:
    return next(filter(None, (_text(item, tag) for tag in VALUES)), "")


def _text(item: Dataset, tag: int) -> str:
    """The value of an attribute, "" where it is absent, empty or no single text."""
    value = item[tag].value if tag in item else ""
    return value.strip() if isinstance(value, str) else ""
