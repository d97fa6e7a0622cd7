"""What a coded value (VR CS) says beside the defined terms of the standard: rules/header/terms.toml.

Read without knowing whose file it is, once for each value that is met.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import final

from pixelclean.header.words import Words, ordinary_words, squeezed, terms, words_of


@final
@dataclass(frozen=True, slots=True, repr=False)
class CodedText:
    """One coded value that is no defined term.

    `telling` are its words but the ordinary ones, `runs` every sequence of its words with nothing between them, and
    `squeezed` all of it in one.
    """

    telling: frozenset[str]
    runs: frozenset[str]
    squeezed: str


@lru_cache(maxsize=4096)
def coded_text(text: str) -> CodedText | None:
    """What stands in a coded value; None for a defined term and for what is made of nothing but ordinary words."""
    words = words_of(text)
    telling = frozenset(words) - ordinary_words()
    if not telling or words in defined_terms():
        return None
    places = range(len(words))
    runs = frozenset(
        "".join(words[start : end + 1]) for start in places for end in places[start : start + _LONGEST_RUN]
    )
    return CodedText(telling, runs, squeezed(text))


_LONGEST_RUN = 8
_SHORT_WORD = 3


@cache
def defined_terms() -> frozenset[Words]:
    """Whole coded values that the standard defines, as words."""
    return frozenset(words_of(term) for term in terms()["coded"].split("|"))


@cache
def device_words() -> frozenset[str]:
    """The longer words of defined terms, and those of what devices write into private elements."""
    return frozenset(words_of(terms()["device"])) | {
        word for term in defined_terms() for word in term if len(word) > _SHORT_WORD
    }
