"""Elements as they should be: as many values as the dictionary allows, each of the form that its VR promises."""

import re

from pydicom import DataElement, Sequence
from pydicom.datadict import dictionary_VM, dictionary_VR, keyword_for_tag
from pydicom.dataelem import empty_value_for_VR
from pydicom.tag import BaseTag

from pixelclean.header.annex_e.by_vr import NUMBERS
from pixelclean.header.dummies import TEXT
from pixelclean.header.impersonal import is_no_term
from pixelclean.header.values import values_of

_WELL_FORMED = {
    "CS": re.compile(r"[A-Za-z0-9 _\-]{0,16}"),
    "AS": re.compile(r"[0-9]{3}[DWMY] ?|"),
    "DS": re.compile(r"\s*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][+-]?[0-9]+)?)?\s*"),
    "IS": re.compile(
        r"\s*([+-]?[0-9]{1,11})?\s*"
    ),  # 12 characters, PS3.5 6.2: more are no count, but a moment or an ID
}
# Coded values whose terms follow a pattern: letters of directions, numbers of context groups.
_NARROWER = {
    "PatientOrientation": re.compile(r"[ACDEFHILMPRTV]{0,6} ?"),
    "ContextIdentifier": re.compile(r"((CID ?)?[0-9]{1,5})? ?"),
    "MappingResource": re.compile(r"(DCMR|SDM|FMA|99SDM|NEU)? ?"),
    "ApprovalStatus": re.compile(r"(APPROVED|UNAPPROVED|REJECTED)? ?"),
}
_LIMITED = NUMBERS | {"UI"}


def holds_too_many(element: DataElement) -> bool:
    """Whether numbers or UIDs are more than the attribute may hold: twelve numbers spell what one does not."""
    if element.VR not in _LIMITED or element.VM < 2:
        return False
    most = dictionary_VM(element.tag).rpartition("-")[2]
    return most.isdigit() and int(most) < element.VM


def empty(tag: BaseTag) -> DataElement:
    """The attribute without a value, under the last VR where the dictionary allows several."""
    vr = dictionary_VR(tag).rpartition(" ")[2]
    return DataElement(tag, vr, Sequence() if vr == "SQ" else empty_value_for_VR(vr), already_converted=True)


def like(element: DataElement, value: object) -> DataElement:
    """An element that differs in its value only."""
    copy = DataElement(element.tag, element.VR, value, already_converted=True)
    copy.is_undefined_length = element.is_undefined_length
    return copy


def well_formed(element: DataElement) -> DataElement:
    """The same value, or none where it is not what its VR promises: it could be any text.

    A coded value that has the form of one, and yet calls somebody or numbers something, becomes a dummy.
    """
    vr = dictionary_VR(element.tag)
    pattern = _NARROWER.get(keyword_for_tag(element.tag), _WELL_FORMED[vr])
    texts = [str(value) for value in values_of(element)]  # numbers too: a coded value may come as one
    if not all(map(pattern.fullmatch, texts)):
        return empty(element.tag)
    if vr == "CS" and any(map(is_no_term, texts)):  # of several the others stay, each in its place: Image Type
        return DataElement(element.tag, vr, [TEXT if is_no_term(text) else text for text in texts])
    return like(element, element.value) if vr == element.VR else DataElement(element.tag, vr, "\\".join(texts))


def has_form(vr: str, value: object) -> bool:
    """Whether one value is written as VR CS, AS, DS or IS promises."""
    return _WELL_FORMED[vr].fullmatch(str(value)) is not None
