"""Whether a private value is what it is said to be, and no text under another name."""

import re

from pydicom import DataElement

from pixelclean.header.forms import has_form
from pixelclean.header.impersonal import is_impersonal, speaks_of_somebody
from pixelclean.header.private.decoded import BINARY, TEXT
from pixelclean.header.private.readable import (
    holds_short_text,
    holds_text,
    is_opaque,
    packed,
)
from pixelclean.header.values import values_of

_BYTES = frozenset(("OB", "OW", "OD", "OF", "OL", "OV"))
_WRITTEN = TEXT | {"UI", "DA", "TM", "DT"}
_MOST_VOUCHED = 16
_SIX_DIGITS = 100_000
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9_ .:/()+-]{2,63}")
_CODED_WORD = re.compile(r"[A-Z0-9_]{0,16} ?")


def is_sound(element: DataElement, most: int | None) -> bool:
    """Whether a value that a list knows is of the form of its VR, and at most `most` values (None: any number)."""
    vr, values = element.VR, values_of(element)
    if vr in _BYTES:
        return isinstance(element.value, bytes | None) and is_opaque(element.value or b"")
    if most is not None and len(values) > most:
        return False
    if vr in BINARY or vr == "AT":
        return all(isinstance(value, int | float) for value in values) and not holds_text(packed(element))
    if vr in ("DS", "IS"):
        return all(has_form(vr, value) for value in values)
    if vr == "CS":
        return all(has_form(vr, value) and is_impersonal(str(value)) for value in values)
    return vr in _WRITTEN and all(isinstance(value, str) for value in values)


def is_vouchable(element: DataElement) -> bool:
    """The same for a value that nothing but the instance itself vouches for, which may be wrong or forged.

    A few numbers of up to five digits, a coded word, and what is replaced or cleaned in any case (UIDs, dates, text)
    can be vouched for.  Longer numbers may be IDs, dates or seconds since 1970; names, tags and bytes say anything.
    """
    vr, values = element.VR, values_of(element)
    if vr in _BYTES or vr == "AT" or not is_sound(element, _MOST_VOUCHED):
        return False
    if vr == "CS":
        return all(_CODED_WORD.fullmatch(str(value)) for value in values)
    if vr in BINARY or vr in ("DS", "IS"):
        return all(_is_short(value) for value in values) and not holds_short_text(packed(element))
    return True


def reads_like_a_product(creator: str) -> bool:
    """Whether the name of a private block that no list knows may be one, and does not speak of a person or a moment."""
    return _PRODUCT.fullmatch(creator) is not None and not speaks_of_somebody(creator)


def _is_short(value: object) -> bool:
    return not str(value).strip() or abs(float(str(value))) < _SIX_DIGITS
