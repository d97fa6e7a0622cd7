"""Code Meaning beside a published code (PS3.3 8.3): the words of a dictionary, or the published ones.

The code says what is meant; the meaning is text that a person can have typed over.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from pixelclean.header import descriptors
from pixelclean.header.identity.identifiers import Identifiers

_NOBODY = Identifiers(frozenset(), frozenset())
_SCHEMES = frozenset(("SCT", "DCM", "UCUM", "LN", "RADLEX", "NCIt", "FMA", "MDC", "IBSI", "NEU", "RXNORM", "MSH"))
"""Coding schemes of PS3.16 chapter 8 whose meanings pydicom publishes, as far as its context groups name them."""


_LONGEST = 64  # characters of a Code Meaning (PS3.5 6.2, LO)


@lru_cache(maxsize=4096)
def allowed(scheme: str, code: str, text: str) -> str:
    """The text where it repeats the code, or each word is known to be safe; otherwise the published meaning, "" without.

    Raises nothing; a scheme or code that pydicom does not list has no published meaning.
    """
    if text == code or descriptors.cleaned(text, _NOBODY) == text:
        return text
    published = _published(scheme).get(code, ()) if scheme in _SCHEMES else ()
    said = text.casefold()
    return text if said in map(str.casefold, published) else min(published, key=len, default="")


@cache
def _published(scheme: str) -> Mapping[str, Sequence[str]]:
    from pydicom.sr.codedict import Collection  # noqa: PLC0415 - takes a tenth of a second, and few meanings are unknown

    meanings = defaultdict[str, list[str]](list)
    for code in Collection(scheme).concepts.values():
        if len(code.meaning) <= _LONGEST:
            meanings[code.value].append(code.meaning)
    return meanings
