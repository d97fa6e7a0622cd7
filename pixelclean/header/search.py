"""The look at the output: does any decoded value still hold an identifier or an original UID?

A value is compared word by word, so that "Lee" is not found in "sleeve".  Some words are borne by persons by chance:

- a word of rules/header/terms.toml (Chest, Test, Siemens) is not looked for alone, the full name is;
- codes of published schemes are searched for full names and IDs, not for single words ("Brown fat");
- a short or numeric value, and a date, is looked for as an entire value only, and not among coded values (VR CS);
- attributes that name the product are not searched for places and devices: a station may be called like its model.

Our own dummies, numbers and pixels are not looked at.
"""

import re

from pydicom import DataElement, Dataset

from pixelclean.header import dummies
from pixelclean.header.harvest import elements_with_paths
from pixelclean.header.identifiers import Identifiers, SearchTerms
from pixelclean.header.safe import reviewed
from pixelclean.header.values import texts_of
from pixelclean.header.words import Words, words_in, words_of

_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC", "PN", "AE", "UR", "DA", "DT", "TM"))
_CODES = frozenset((0x00080100, 0x00080104, 0x00080119))
_CHARACTER_SET = 0x00080005
_PIXELS = 0x7FE0
_TELLING_IN_NOISE = 5
_UID = re.compile(r"[0-9]+(?:\.[0-9]+){4,}")


def survivors(dataset: Dataset, identifiers: Identifiers) -> tuple[str, ...]:
    """The paths of elements whose value still identifies, in the order of the data set."""
    return tuple(path for path, element in elements_with_paths(dataset) if survives(element, identifiers))


def survives(element: DataElement, identifiers: Identifiers) -> bool:
    """Whether the value of one element, which is no sequence, still identifies."""
    if element.VR == "UI":
        return any(text in identifiers.uids for text in texts_of(element))
    if isinstance(element.value, bytes):
        return element.tag.group != _PIXELS and _is_found_in_bytes(element.value, identifiers.search_terms)
    if (element.VR != "CS" and element.VR not in _TEXT) or element.tag == _CHARACTER_SET:
        return False
    return any(
        _is_found(text, element, identifiers.search_terms) or not identifiers.uids.isdisjoint(_UID.findall(text))
        for text in texts_of(element)
        if text not in dummies.texts()
    )


def _is_found(text: str, element: DataElement, terms: SearchTerms) -> bool:
    words = words_of(text)
    if _holds(words, terms.phrases):
        return True
    product = int(element.tag) in reviewed().equipment
    if not product and _holds(words, terms.product_phrases):
        return True
    code = int(element.tag) in _CODES
    if not code and not terms.tokens.isdisjoint(words):
        return True
    return not (code or product or element.VR == "CS") and words in terms.wholes


def _is_found_in_bytes(value: bytes, terms: SearchTerms) -> bool:
    """Whether a binary value spells an identifier; short words stand in any noise and are not looked for."""
    telling = {word for word in terms.tokens if len(word) >= _TELLING_IN_NOISE}
    for text in {value, value.replace(b"\0", b"")}:
        words = words_in(text.decode("latin-1"))
        if not telling.isdisjoint(words) or _holds(words, terms.phrases):
            return True
    return False


def _holds(words: Words, phrases: frozenset[Words]) -> bool:
    """Whether any phrase stands in `words` as consecutive words."""
    sizes = {len(phrase) for phrase in phrases}
    return any(words[start : start + size] in phrases for size in sizes for start in range(len(words) - size + 1))
