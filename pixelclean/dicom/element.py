"""One element header of a data set, and the light tree that the strict walk makes of the bytes (PS3.5 7.1)."""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.valuerep import EXPLICIT_VR_LENGTH_16, EXPLICIT_VR_LENGTH_32

from pixelclean.dicom.stored import Stored

UNDEFINED = 0xFFFFFFFF
ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, PIXEL_DATA))
"""Float, double float and integer pixels."""

LONG_VRS = frozenset(vr.encode() for vr in EXPLICIT_VR_LENGTH_32)
VRS = {vr.encode(): str(vr.value) for vr in (*EXPLICIT_VR_LENGTH_32, *EXPLICIT_VR_LENGTH_16)}


class Header(NamedTuple):
    """Tag, VR (None where the encoding does not say), length and where the value starts."""

    tag: int
    vr: str | None
    length: int
    start: int


@dataclass(slots=True)
class Element:
    """A value as it is in the file; `undefined` for encapsulated Pixel Data: items, without the delimiter.

    `stored` is there where the value stays in the file: then `value` is empty.
    """

    tag: int
    vr: str | None
    value: bytes
    start: int
    undefined: bool = False
    stored: Stored | None = None


@dataclass(slots=True)
class SequenceElement:
    """A sequence that was walked item by item."""

    tag: int
    undefined: bool
    items: list["Item"] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A data set: the root one or an item, by tag."""

    implicit: bool
    little: bool
    undefined: bool = False
    elements: dict[int, Element | SequenceElement] = field(default_factory=dict)


def show(tag: int) -> str:
    """A tag as the standard writes it, when it is one of the standard's.

    Where lengths are wrong any four bytes of a text can stand for a tag, so an unknown one is not repeated.
    """
    known = dictionary_has_tag(tag) or tag >> 16 in (0x0002, 0x0004, 0xFFFE)
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})" if known else "a private or unknown tag"


def is_private(tag: int) -> bool:
    """Whether the group is odd (PS3.5 7.8)."""
    return bool(tag >> 16 & 1)


def public_vr(tag: int) -> str | None:
    """What the dictionary says of a public attribute; None for private and unknown ones."""
    if is_private(tag):
        return None
    try:
        return dictionary_VR(tag)
    except KeyError:
        return None


def has_vr(data: bytes, position: int) -> bool:
    """Whether the element at `position` spells a value representation."""
    return data[position + 4 : position + 6] in VRS


_IMPLICIT = {True: struct.Struct("<HHL"), False: struct.Struct(">HHL")}
_EXPLICIT = {True: struct.Struct("<HH2sH"), False: struct.Struct(">HH2sH")}
_TAG = {True: struct.Struct("<HH"), False: struct.Struct(">HH")}
_LONG = {True: struct.Struct("<L"), False: struct.Struct(">L")}
_DELIMITERS = 0xFFFE


def tag_at(data: bytes, position: int, *, little: bool) -> int:
    """The tag whose four bytes start at `position`."""
    group, element = _TAG[little].unpack_from(data, position)
    return int(group << 16 | element)


def header_at(data: bytes, position: int, *, implicit: bool, little: bool) -> Header | None:
    """The element header at `position`, None where its bytes spell no value representation.

    Raises struct.error where the data end within it.
    """
    group, number, spelled, length = _EXPLICIT[little].unpack_from(data, position)
    if implicit or group == _DELIMITERS:
        group, number, length = _IMPLICIT[little].unpack_from(data, position)
        return Header(group << 16 | number, None, length, position + 8)
    vr = VRS.get(spelled)
    if vr is None:
        return None
    if spelled in LONG_VRS:
        return Header(group << 16 | number, vr, _LONG[little].unpack_from(data, position + 8)[0], position + 12)
    return Header(group << 16 | number, vr, length, position + 8)
