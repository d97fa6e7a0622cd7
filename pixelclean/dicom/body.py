"""A data set -> bytes (PS3.5 7): the frame around each value is made here, the value itself by pydicom.

pydicom's own `write_dataset` gives the same bytes (tests/dicom/test_body.py), element by element through buffers and
checks that take most of its time.
"""

import struct
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from typing import Any, cast

from pydicom import DataElement, Dataset
from pydicom.charset import convert_encodings, default_encoding
from pydicom.dataelem import RawDataElement
from pydicom.filebase import DicomIO
from pydicom.filewriter import correct_ambiguous_vr_element, writers
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR

from pixelclean.dicom.element import ITEM, ITEM_END, LONG_VRS, PIXEL_DATA, PIXEL_TAGS, SEQUENCE_END, UNDEFINED
from pixelclean.dicom.stored import Stored, Value

_CHARACTER_SET = 0x00080005
_LAST_GROUP_WITH_LENGTH = 0x0006  # PS3.5 7.2: group lengths are retired in all groups behind it
_LONGEST_SHORT = 0xFFFF
_TEXT = frozenset(str(vr.value) for vr in CUSTOMIZABLE_CHARSET_VR)


def body(dataset: Dataset, *, implicit: bool, little: bool) -> list[Value]:
    """The elements of a data set in the order of their tags, as pieces that follow each other.

    Elements that pydicom has not read yet are read.  Whatever pydicom raises where a value does not fit its VR comes
    through; ValueError for Pixel Data of undefined length that are not encapsulated.
    """
    return _Writer(implicit, little).pieces(dataset, [default_encoding], ())


def short_element(tag: int, vr: str, value: bytes) -> bytes:
    """One element of Explicit VR Little Endian, its value padded already."""
    return _explicit_header("<", tag, vr, len(value)) + value


@dataclass(slots=True)
class _Writer:
    """One encoding, and the bytes of the value at hand."""

    implicit: bool
    little: bool
    _order: str = field(init=False)
    _bytes: BytesIO = field(init=False, default_factory=BytesIO)
    _file: DicomIO = field(init=False)

    def __post_init__(self) -> None:
        self._order = "<" if self.little else ">"
        self._file = DicomIO(self._bytes)
        self._file.is_implicit_VR, self._file.is_little_endian = self.implicit, self.little

    def pieces(self, dataset: Dataset, charset: list[str], around: tuple[Dataset, ...]) -> list[Value]:
        """Header, value, header, value, ...; `around` are the data sets that this one is an item of, innermost first."""
        levels = (dataset, *around)
        if _CHARACTER_SET in dataset:
            charset = convert_encodings(dataset[_CHARACTER_SET].value or [default_encoding])
        made: list[Value] = []
        for tag, element in sorted(dataset.items(), key=_number):
            if not tag & 0xFFFF and tag >> 16 > _LAST_GROUP_WITH_LENGTH:
                continue
            if isinstance(element, RawDataElement):
                element = dataset[tag]
            if tag in PIXEL_TAGS and isinstance(element.value, Stored):
                made += self._stored(int(tag), element, element.value)
            else:
                made += self._element(int(tag), element, charset, levels)
        return made

    def header(self, tag: int, vr: str, length: int) -> bytes:
        """Tag, VR and length of an element (PS3.5 7.1.2, 7.1.3)."""
        return self._delimiter(tag, length) if self.implicit else _explicit_header(self._order, tag, vr, length)

    def _element(self, tag: int, element: DataElement, charset: list[str], levels: tuple[Dataset, ...]) -> list[bytes]:
        if len(element.VR) != 2:
            element = cast(DataElement, correct_ambiguous_vr_element(element, levels[0], self.little, list(levels)))
        vr, undefined = str(element.VR), element.is_undefined_length
        if vr == "SQ":
            value = b"".join(chain.from_iterable(self._item(item, charset, levels) for item in element.value or ()))
        else:
            value = b"" if element.is_empty else self._value(element, vr, charset)
        if undefined:
            if tag == PIXEL_DATA and value[:4] != self._delimiter(ITEM, 0)[:4]:
                raise ValueError("not encapsulated")
            return [self.header(tag, vr, UNDEFINED), value, self._delimiter(SEQUENCE_END, 0)]
        if not self.implicit and len(value) > _LONGEST_SHORT and vr.encode() not in LONG_VRS:
            vr = "UN"  # PS3.5 6.2.2, note 3
        return [self.header(tag, vr, len(value)), value]

    def _stored(self, tag: int, element: DataElement, value: Stored) -> list[Value]:
        """A value that stays in its file until it is written into the next one."""
        padding = b"\0" * (len(value) % 2)
        if element.is_undefined_length:
            return [self.header(tag, str(element.VR), UNDEFINED), value, self._delimiter(SEQUENCE_END, 0)]
        return [self.header(tag, str(element.VR), len(value) + len(padding)), value, padding]

    def _item(self, item: Dataset, charset: list[str], levels: tuple[Dataset, ...]) -> list[bytes]:
        pieces = cast(list[bytes], self.pieces(item, charset, levels))  # what stays in its file stands at the root
        if item.is_undefined_length_sequence_item:
            return [self._delimiter(ITEM, UNDEFINED), *pieces, self._delimiter(ITEM_END, 0)]
        return [self._delimiter(ITEM, sum(map(len, pieces))), *pieces]

    def _delimiter(self, tag: int, length: int) -> bytes:
        return struct.pack(self._order + "HHL", tag >> 16, tag & 0xFFFF, length)

    def _value(self, element: DataElement, vr: str, charset: list[str]) -> bytes:
        """The value as pydicom encodes and pads it."""
        self._bytes.seek(0)
        self._bytes.truncate()
        write, number = cast(dict[str, Any], writers)[vr]
        if vr in _TEXT:
            write(self._file, element, encodings=charset)
        elif number is not None:
            write(self._file, element, number)
        else:
            write(self._file, element)
        return self._bytes.getvalue()


def _explicit_header(order: str, tag: int, vr: str, length: int) -> bytes:
    spelled = vr.encode("ascii")
    if spelled in LONG_VRS:
        return struct.pack(order + "HH2sHL", tag >> 16, tag & 0xFFFF, spelled, 0, length)
    return struct.pack(order + "HH2sH", tag >> 16, tag & 0xFFFF, spelled, length)


def _number(entry: tuple[int, object]) -> int:
    """The tag as a plain number, which compares faster than pydicom's."""
    return int(entry[0])
