"""The look at the output: does any decoded value still hold an identifier or an original UID?

A value is compared word by word, so that "Lee" is not found in "sleeve".  Some words are borne by persons by chance:

- a word of rules/header/terms.toml (Chest, Test, Siemens) is not looked for alone, the full name is;
- codes of published schemes are searched for full names and IDs, not for single words ("Brown fat");
- a short or numeric value, and a date, is looked for as an entire value only;
- coded values (VR CS), values of codes and numbers are looked at as they were when what can be withheld was (loose.py);
- attributes that name the product are not searched for places and devices: a station may be called like its model.

What policy and mapping put at an attribute, our own dummies, registered UIDs, terms of character sets, numbers and pixels are not looked at.  Free text has been
looked at more closely before (withhold.py).
"""

import re

from pydicom import DataElement, Dataset

from pixelclean.header import dummies
from pixelclean.header.annex_e.by_vr import NUMBERS
from pixelclean.header.annex_e.decide import PIXEL_DATA
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.identity.harvest import elements_with_paths
from pixelclean.header.identity.identifiers import Identifiers, SearchTerms
from pixelclean.header.private import is_creator
from pixelclean.header.uids import is_registered
from pixelclean.header.values import text_at, texts_of, values_of
from pixelclean.header.words import words_of

_TEXT = frozenset(("CS", "SH", "LO", "ST", "LT", "UT", "UC", "PN", "AE", "UR", "DA", "DT", "TM", "AS"))
_DATES = frozenset(("DA", "DT", "TM"))
_CODES = frozenset((0x00080100, 0x00080104, 0x00080119))
_CODE_VALUES = frozenset((0x00080100, 0x00080119))
_CHARACTER_SET = re.compile(r"ISO_IR [0-9]{1,3}|ISO 2022 IR [0-9]{1,3}|GB18030|GBK")  # PS3.3 C.12.1.1.2
_OF_THE_KEY = re.compile(r"2\.25\.[0-9]{30,39}")  # long enough that no ID is meant
_UID = re.compile(r"[0-9]+(?:\.[0-9]+){4,}")


def survivors(dataset: Dataset, identifiers: Identifiers) -> tuple[str, ...]:
    """The paths of elements whose value still identifies, in the order of the data set.

    In an output whose dates were moved, a moved date may be another original one by chance: there dates are not looked
    for in dates.
    """
    terms = identifiers.search_terms
    is_moved = text_at(dataset, "LongitudinalTemporalInformationModified") == "MODIFIED"
    of_dates = terms.without_dates if is_moved else terms
    return tuple(
        path
        for path, element in elements_with_paths(dataset)
        if _survives(element, identifiers, of_dates if element.VR in _DATES else terms)
    )


def survives(element: DataElement, identifiers: Identifiers) -> bool:
    """Whether the value of one element, which is no sequence, still identifies."""
    return _survives(element, identifiers, identifiers.search_terms)


def _survives(element: DataElement, identifiers: Identifiers, terms: SearchTerms) -> bool:
    # A creator is a name of a published list, which a physician may bear too.
    if is_creator(element) or identifiers.did_place(element):
        return False
    if isinstance(element.value, bytes):
        return int(element.tag) not in PIXEL_DATA and spelled_in(element.value, identifiers)
    if element.VR == "UI":
        return any(
            text in identifiers.uids
            or not (is_registered(text) or _OF_THE_KEY.fullmatch(text) or not _is_found(text, element, terms))
            for text in texts_of(element)
        )
    if element.VR in ("IS", "DS"):
        return any(identifiers.loose_terms.is_number(text) for text in texts_of(element))
    if element.VR in NUMBERS:
        return identifiers.loose_terms.stand_among(values_of(element))
    return element.VR in _TEXT and any(
        _is_found(text, element, terms)
        or _is_told(text, element, identifiers)
        or not identifiers.uids.isdisjoint(_UID.findall(text))
        for text in texts_of(element)
        if not is_exempt(text)
    )


def _is_told(text: str, element: DataElement, identifiers: Identifiers) -> bool:
    """Whether a coded value or the value of a code tells what it would have been withheld for."""
    if element.VR == "CS":
        return identifiers.loose_terms.found_in_coded(text)
    return int(element.tag) in _CODE_VALUES and identifiers.loose_terms.found_in_code(text)


def spelled_in(value: bytes, identifiers: Identifiers) -> bool:
    """Whether a value in bytes, of any length and kind, spells an identifier; short words stand in any noise."""
    return identifiers.needles.found_in(value)


def is_exempt(text: str) -> bool:
    """Whether the text is a dummy of ours or names a character set."""
    return text in dummies.texts() or bool(_CHARACTER_SET.fullmatch(text))


def _is_found(text: str, element: DataElement, terms: SearchTerms) -> bool:
    words = words_of(text)
    if terms.phrases.stand_in(words):
        return True
    product = int(element.tag) in reviewed().equipment
    if not product and terms.product_phrases.stand_in(words):
        return True
    code = int(element.tag) in _CODES
    if not code and not terms.tokens.isdisjoint(words):
        return True
    return not (code or product or element.VR == "CS") and (words in terms.wholes or words in terms.dates)
