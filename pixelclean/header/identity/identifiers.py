"""Identifiers: what identifies in one source, ready to be looked for elsewhere."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn, final

from pydicom import DataElement

from pixelclean.header.identity.identifier import Identifier, Kind, Trace
from pixelclean.header.identity.loose import LooseTerms
from pixelclean.header.identity.noise import Needles
from pixelclean.header.identity.search_terms import SearchTerms
from pixelclean.header.values import texts_of
from pixelclean.header.words import Words, words_of

__all__ = ["Identifier", "Identifiers", "Kind", "SearchTerms", "Trace"]


@final
@dataclass(frozen=True, slots=True, repr=False)
class Identifiers:
    """Everything that identifies in one source; shows nothing of it and is never pickled.

    `uids` are the original values of every UID that is replaced, and of those that would stay if they did not tell an ID
    or a date.  `spared` is what would identify if the policy did not retain it, as words.  `placed` are values that the
    output bears at a tag because policy, mapping or pixelclean put them there: (tag, text).
    """

    texts: frozenset[Identifier]
    uids: frozenset[str]
    spared: frozenset[Words] = frozenset()
    placed: frozenset[tuple[int, str]] = frozenset()
    _terms: "_Terms" = field(init=False, compare=False)
    _places: frozenset[int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_terms", _terms_of(self.texts))
        object.__setattr__(self, "_places", frozenset(tag for tag, _ in self.placed))

    @property
    def search_terms(self) -> SearchTerms:
        """The same, as words to look for in decoded values."""
        return self._terms.search

    @property
    def loose_terms(self) -> LooseTerms:
        """The same for texts that can be withheld: found on the least resemblance."""
        return self._terms.loose

    @property
    def needles(self) -> Needles:
        """The same for values that are bytes."""
        return self._terms.needles

    def did_place(self, element: DataElement) -> bool:
        """Whether policy, mapping or pixelclean put every value of an element where it stands."""
        tag = int(element.tag)
        return tag in self._places and all((tag, text) in self.placed for text in texts_of(element))

    def are_told_by(self, text: str) -> bool:
        """Whether a text that is no value of the source tells a name, a date or a longer ID all the same."""
        words, loose = words_of(text), self.loose_terms
        return self.search_terms.phrases.stand_in(words) or any(map(loose.is_name, words)) or loose.dated_by(text)

    def __repr__(self) -> str:
        return f"Identifiers({len(self.texts)} texts, {len(self.uids)} UIDs)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Identifiers are never pickled")


@dataclass(frozen=True, slots=True)
class _Terms:
    """What to look for, in the three ways of looking."""

    search: SearchTerms
    loose: LooseTerms
    needles: Needles


@lru_cache(maxsize=4)
def _terms_of(texts: frozenset[Identifier]) -> _Terms:
    """The instances of a study come one after the other and share their identifiers."""
    return _Terms(SearchTerms.of(texts), LooseTerms.of(texts), Needles.of(texts))
