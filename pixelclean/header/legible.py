"""Whether a text says what it seems to say: character sets are declared wrongly, or not at all (PS3.5 6.1).

What is read by another character set than it was written in no longer shows the name that it holds, so that nothing of it
can be passed on as it is.
"""

import unicodedata

from pydicom import DataElement, Dataset
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR, PersonName

from pixelclean.header.values import values_of

_DECLARED = frozenset(map(str, CUSTOMIZABLE_CHARSET_VR))
_LINES = frozenset("\t\n\f\r")
_SIGNS = frozenset("°®²³")
_LETTERS = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"))  # Unicode's letters, marks and digits
_WRITTEN = frozenset("LMNPSZ")  # as its categories begin
_BEYOND_LATIN = "\u2000"


def is_legible(element: DataElement, item: Dataset) -> bool:
    """Whether every text in an element of `item` was read as it was written; numbers and bytes are none."""
    values = values_of(element)
    if not values or not isinstance(values[0], str | PersonName):
        return True
    texts = map(str, values)
    if element.VR not in _DECLARED:  # no character set is declared for these: they are ASCII
        return all(text.isascii() and text.strip(" \0").isprintable() for text in texts)
    return all(_is_written(text, item) for text in texts)


def readings_of(text: str, item: Dataset) -> tuple[str, ...]:
    """The text, and what it says if its bytes, whatever is declared for them in `item`, were UTF-8."""
    told = None if text.isascii() else _as_utf_8(text, item)
    return (text,) if told is None else (text, told)


def _is_written(text: str, item: Dataset) -> bool:
    if text.isascii() and text.isprintable():
        return True
    return all(map(_is_of_a_text, text.strip(" \0"))) and _as_utf_8(text, item) is None


def _is_of_a_text(character: str) -> bool:
    """Whether people write it: bytes of other character sets read as Latin-1 become signs that nobody writes."""
    if character.isascii():
        return character.isprintable() or character in _LINES
    kind = unicodedata.category(character)
    if character < _BEYOND_LATIN:
        return kind in _LETTERS or character in _SIGNS
    return kind[0] in _WRITTEN and character != "\ufffd"


def _as_utf_8(text: str, item: Dataset) -> str | None:
    """What the bytes say in UTF-8; None where they are none, and where they were read as such."""
    declared = item.original_character_set
    try:
        told = text.encode(declared if isinstance(declared, str) else declared[0]).decode("utf-8")
    except (UnicodeError, LookupError):
        return None
    return told if told != text else None
