"""Content items as they are: Value Type, the codes of their concept, where their values stand (PS3.3 C.17.3, 10.2)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from pydicom import Dataset
from pydicom.tag import BaseTag

from pixelclean.header.identity.harvest import read
from pixelclean.header.values import numbers_at, text_at, texts_of, whole_text_at

CONTENT_SEQUENCE = 0x0040A730
MEASURED_VALUES = 0x0040A300
REFERENCED_ITEM = 0x0040DB73
_CONCEPT_NAME = BaseTag(0x0040A043)
_VALUE_TYPE = BaseTag(0x0040A040)
_EQUIVALENT_CODES = BaseTag(0x00080121)
_UNFORMATTED_TEXT = 0x00700006
_CODE_VALUES = ("CodeValue", "LongCodeValue")


class ValueType(StrEnum):
    """Value Types of PS3.3 C.17.3 and 10.2."""

    TEXT = "TEXT"
    NUM = "NUM"
    CODE = "CODE"
    DATE = "DATE"
    TIME = "TIME"
    DATETIME = "DATETIME"
    UIDREF = "UIDREF"
    PNAME = "PNAME"
    COMPOSITE = "COMPOSITE"
    IMAGE = "IMAGE"
    WAVEFORM = "WAVEFORM"
    SCOORD = "SCOORD"
    SCOORD3D = "SCOORD3D"
    TCOORD = "TCOORD"
    CONTAINER = "CONTAINER"
    TABLE = "TABLE"
    NONE = ""
    """No value at all: a by-reference relationship, or an annotation that is a concept at a place."""


DATES = frozenset((ValueType.DATE, ValueType.TIME, ValueType.DATETIME))
REFERENCES = frozenset((ValueType.COMPOSITE, ValueType.IMAGE, ValueType.WAVEFORM))
NAMED = frozenset((ValueType.TEXT, ValueType.NUM, ValueType.CODE, ValueType.UIDREF, ValueType.PNAME)) | DATES
"""Value Types that mean nothing without a concept."""

_NUMERIC = "NUMERIC"  # PS3.3 10.2 spells NUM so, since the number stands elsewhere
VALUES: Mapping[ValueType, tuple[int, ...]] = MappingProxyType(
    {
        ValueType.TEXT: (0x0040A160,),
        ValueType.NUM: (MEASURED_VALUES, 0x0040A30A, 0x0040A161, 0x0040A162, 0x0040A163),
        ValueType.CODE: (0x0040A168,),
        ValueType.DATE: (0x0040A121,),
        ValueType.TIME: (0x0040A122,),
        ValueType.DATETIME: (0x0040A120,),
        ValueType.UIDREF: (0x0040A124,),
        ValueType.PNAME: (0x0040A123,),
        ValueType.COMPOSITE: (0x00081199,),
        ValueType.TABLE: (0x0040A801,),
    }
)
"""The attributes that hold the value of each type; images and waveforms are references as composites are."""


def is_content(item: Dataset) -> bool:
    """Whether an item of any sequence is a content item by its form: it names a concept, or a Value Type that is known."""
    return _CONCEPT_NAME in item or (_VALUE_TYPE in item and value_type_of(item) is not None)


def value_type_of(item: Dataset) -> ValueType | None:
    """The Value Type; None where the item names none that is known.

    Acquisition contexts and annotations of waveforms need not name it (PS3.3 C.7.6.14, C.10.10): the one value that is
    there tells it.
    """
    if _VALUE_TYPE not in item:
        return _implied(item)
    element = read(item, _VALUE_TYPE)
    names = () if element is None or element.VR == "SQ" else texts_of(element)
    if len(names) != 1:
        return None
    name = ValueType.NUM if names[0].upper() == _NUMERIC else names[0].upper()
    return ValueType(name) if name in frozenset(ValueType) else None


def concepts_of(item: Dataset) -> tuple[tuple[str, str], ...] | None:
    """Value and designator of the code of the concept name, and of those given as equivalent.

    () without a concept name, None for one that is not exactly one code.
    """
    if _CONCEPT_NAME not in item:
        return ()
    element = read(item, _CONCEPT_NAME)
    if element is None or element.VR != "SQ":
        return None
    if not element.value:
        return ()
    codes = tuple(codes_in(element.value[0])) if len(element.value) == 1 else ()
    return codes or None


def items_at(holder: Dataset, tag: BaseTag) -> tuple[Dataset, ...]:
    """The items of a sequence; () where it is absent, or is none that can be read."""
    element = read(holder, tag) if tag in holder else None
    return tuple(element.value or ()) if element is not None and element.VR == "SQ" else ()


def points_to(item: Dataset) -> tuple[int, ...]:
    """The place in the content tree that a by-reference relationship names; () for anything else."""
    element = read(item, BaseTag(REFERENCED_ITEM)) if REFERENCED_ITEM in item else None
    return numbers_at(item, REFERENCED_ITEM) if element is not None and element.VR == "UL" else ()


def _implied(item: Dataset) -> ValueType | None:
    present = [kind for kind, tags in VALUES.items() if any(tag in item for tag in tags)]
    if present:
        return present[0] if len(present) == 1 else None
    says_something = points_to(item) or any(tag in item for tag in (_CONCEPT_NAME, _UNFORMATTED_TEXT))
    return ValueType.NONE if says_something else None


def codes_in(code: Dataset) -> Iterator[tuple[str, str]]:
    """Value and designator of a code, however its value is written, then those of its equivalents."""
    designator = whole_text_at(code, "CodingSchemeDesignator")
    for keyword in _CODE_VALUES:
        if value := text_at(code, keyword):
            yield value, designator
    if urn := text_at(code, "URNCodeValue"):
        yield urn.replace("/", ":").rpartition(":")[2], designator
    for equivalent in items_at(code, _EQUIVALENT_CODES):
        yield from codes_in(equivalent)
