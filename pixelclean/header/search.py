"""The look at the output: does any decoded value still hold an identifier or an original UID?

A value is compared word by word, so that "Lee" is not found in "sleeve".  Three kinds of values hold words that a person
may bear by chance, and are looked at less closely: coded values (VR CS) and codes of published schemes for full names
and IDs but not for single words; attributes that name the product not for places and devices.  Our own dummies, numbers
and pixels are not looked at.
"""

import re

from pydicom import DataElement, Dataset

from pixelclean.header import dummies
from pixelclean.header.harvest import elements_with_paths, texts_of
from pixelclean.header.identifiers import Identifiers, SearchTerms
from pixelclean.header.safe import reviewed
from pixelclean.header.words import Words, words_of

_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC", "PN", "AE", "UR", "DA", "DT", "TM"))
_CODED = frozenset((0x00080100, 0x00080104, 0x00080119))
_CHARACTER_SET = 0x00080005
_UID = re.compile(r"[0-9]+(?:\.[0-9]+){4,}")


def survivors(dataset: Dataset, identifiers: Identifiers) -> tuple[str, ...]:
    """The paths of elements whose value still identifies, in the order of the data set."""
    return tuple(path for path, element in elements_with_paths(dataset) if _survives(element, identifiers))


def _survives(element: DataElement, identifiers: Identifiers) -> bool:
    if element.VR == "UI":
        return any(text in identifiers.uids for text in texts_of(element))
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
    coded = element.VR == "CS" or int(element.tag) in _CODED
    if not coded and not terms.tokens.isdisjoint(words):
        return True
    return not coded and not product and words in terms.wholes


def _holds(words: Words, phrases: frozenset[Words]) -> bool:
    """Whether any phrase stands in `words` as consecutive words."""
    sizes = {len(phrase) for phrase in phrases}
    return any(words[start : start + size] in phrases for size in sizes for start in range(len(words) - size + 1))
