"""Retained values that happen to hold an identifier of this very file are withheld: a name typed into a device field.

Looking is greedy here (loose.py), since what is withheld harms nobody.  Whatever cannot be withheld without harm to the
object is left for the proof (search.py) to find.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydicom import DataElement, Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header import codes
from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.by_vr import NUMBERS
from pixelclean.header.clean import Cleaned
from pixelclean.header.dummies import TEXT, dummy
from pixelclean.header.forms import empty
from pixelclean.header.identity.harvest import decoded, items_with_paths
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.identity.search import is_exempt, survives
from pixelclean.header.private import is_creator
from pixelclean.header.private.readable import packed
from pixelclean.header.values import text_at, texts_of, values_of
from pixelclean.header.walk import Fate

_FREE_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC", "UR"))
_DIGITS = frozenset(("IS", "DS"))
_DATES = frozenset(("DA", "DT", "TM"))
_DECODING = frozenset((0x00080005, 0x00280004))  # how text and pixels are to be read
_BETWEEN = b"\1\1"
_WHY = "kept by the profile, but it holds an identifier of this file"


def withhold(cleaned: Cleaned, identifiers: Identifiers) -> Cleaned:
    """Replace such values by dummies, in the cleaned data set itself, and say so in the fates."""
    held = {}
    terms = identifiers.loose_terms
    places = list(items_with_paths(cleaned.dataset))
    is_spelled_in_numbers = identifiers.needles.found_in(_all_numbers(item for _, item in places))
    is_moved = text_at(cleaned.dataset, "LongitudinalTemporalInformationModified") == "MODIFIED"
    for path, item in places:
        if _is_of_somebody(item, identifiers):
            held.update({f"{path}{int(tag):08X}": tag for tag in _without_code(item)})
        for element in _elements(item):
            is_number = element.VR in NUMBERS
            if is_number and not is_spelled_in_numbers and not terms.stand_among(values_of(element)):
                continue
            if element.VR in _DATES and is_moved:
                continue  # a moved date may be another one of the file by chance
            # A creator is a name of a published list, which a physician may bear too.
            if element.VR != "SQ" and not is_creator(element) and _is_held(item, element, identifiers):
                held[f"{path}{int(element.tag):08X}"] = element.tag
    fates = {fate.path: fate for fate in cleaned.fates} | {path: _fate(path, tag) for path, tag in held.items()}
    return replace(cleaned, fates=tuple(fates[path] for path in sorted(fates)))


def _is_of_somebody(item: Dataset, identifiers: Identifiers) -> bool:
    """Whether the value of the code in this item is an ID, or holds a date or a name of the file."""
    values = (value for tag in codes.VALUES if tag in item for value in texts_of(item[tag]))
    return any(identifiers.loose_terms.found_in_code(value) for value in values)


def _without_code(item: Dataset) -> Iterator[int]:
    """Say nothing with this code any more; the tags of what was replaced."""
    for tag, text in ((codes.DESIGNATOR, codes.LOCAL_SCHEME), *((tag, TEXT) for tag in (*codes.VALUES, codes.MEANING))):
        if tag in item:
            item[tag].value = text
            yield tag


def _is_held(item: Dataset, element: DataElement, identifiers: Identifiers) -> bool:
    """Whether the element held an identifier; it does not any more."""
    if element.VR == "CS":
        return int(element.tag) not in _DECODING and _withheld_codes(element, identifiers)
    if identifiers.did_place(element) or not _holds(element, identifiers):
        return False
    match element.VR:
        case vr if vr in _DATES | {"UR"}:
            element.value = dummy(int(element.tag), vr)
        case vr if vr in _FREE_TEXT:
            element.value = TEXT
        case _ if _is_a_number(element, identifiers) and not element.tag.is_private:
            item[element.tag] = empty(element.tag)
        case _:
            del item[element.tag]
    return True


def _holds(element: DataElement, identifiers: Identifiers) -> bool:
    """Whether the element holds an identifier."""
    terms = identifiers.loose_terms
    match element.VR:
        case vr if vr in _FREE_TEXT and int(element.tag) not in codes.VALUES:
            texts = [text for text in texts_of(element) if not is_exempt(text)]
            return bool(texts) and (terms.found_in(texts) or survives(element, identifiers))
        case vr if vr in _DATES:
            return survives(element, identifiers)
        case vr if vr in _DIGITS:
            return _is_a_number(element, identifiers)
        case vr if vr in NUMBERS:
            return _is_a_number(element, identifiers) or identifiers.needles.found_in(packed(element))
        case _:
            return False


def _is_a_number(element: DataElement, identifiers: Identifiers) -> bool:
    """Whether one of its numbers, in digits or in binary form, is an ID or a date."""
    if element.VR in NUMBERS:
        return identifiers.loose_terms.stand_among(values_of(element))
    return element.VR in _DIGITS and any(map(identifiers.loose_terms.is_number, texts_of(element)))


def _withheld_codes(element: DataElement, identifiers: Identifiers) -> bool:
    """Coded values one by one: each says something of its own."""
    terms = identifiers.loose_terms
    before = [str(value) for value in values_of(element)]
    after = [TEXT if not is_exempt(text) and terms.found_in_coded(text) else text for text in before]
    if after == before and not (before and survives(element, identifiers)):
        return False
    element.value = after if after != before else TEXT
    return True


def _all_numbers(items: Iterable[Dataset]) -> bytes:
    """Every number of a data set in a row: one look at all of them spares the looks at each, as a rule."""
    return _BETWEEN.join(packed(element) for item in items for element in _elements(item) if element.VR in NUMBERS)


def _elements(item: Dataset) -> Iterator[DataElement]:
    return (element for _, element in decoded(item) if element is not None)


def _fate(path: str, tag: int) -> Fate:
    return Fate(path, keyword_for_tag(tag), Action.DUMMY, _WHY)
