"""Identifiers: what identifies in one source, ready to be looked for elsewhere."""

from dataclasses import dataclass, field
from typing import NoReturn, final

from pixelclean.header.identifier import Identifier, Kind
from pixelclean.header.loose import LooseTerms
from pixelclean.header.noise import Needles
from pixelclean.header.search_terms import SearchTerms
from pixelclean.phi import Phi

__all__ = ["Identifier", "Identifiers", "Kind", "SearchTerms"]


@final
@dataclass(frozen=True, slots=True, repr=False)
class Identifiers:
    """Everything that identifies in one source; shows nothing of it and is never pickled.

    `uids` are the original values of every UID that is replaced.
    """

    texts: frozenset[Identifier]
    uids: frozenset[str]
    _search: SearchTerms = field(init=False, compare=False)
    _loose: LooseTerms = field(init=False, compare=False)
    _needles: Needles = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_search", SearchTerms.of(self.texts))
        object.__setattr__(self, "_loose", LooseTerms.of(self.texts))
        object.__setattr__(self, "_needles", Needles.of(self.texts))

    @property
    def search_terms(self) -> SearchTerms:
        """The same, as words to look for in decoded values."""
        return self._search

    @property
    def loose_terms(self) -> LooseTerms:
        """The same for texts that can be withheld: found on the least resemblance."""
        return self._loose

    @property
    def needles(self) -> Needles:
        """The same for values that are bytes."""
        return self._needles

    @property
    def words(self) -> tuple[Phi, ...]:
        """Texts as they may be written into an image: names by their parts, IDs, dates in the usual renderings.

        Parts of fewer than two characters are left out. For comparison with recognised text, after `words_of`.
        """
        spelled = {text for identifier in self.texts for text in identifier.spellings}
        return tuple(Phi(text) for text in sorted(spelled) if len(text) > 1)

    def __repr__(self) -> str:
        return f"Identifiers({len(self.texts)} texts, {len(self.uids)} UIDs)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Identifiers are never pickled")
