"""The identifiers of one patient and the staff as words that no description may keep, however ordinary they are.

Stricter than loose.py: a patient called Head loses the word "head" here, since a description without it is still one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Self, final

from pixelclean.header.identity.identifier import Identifier, Kind, name_parts
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.identity.stems import Edges, Stems
from pixelclean.header.words import squeezed, transliterated, words_in, words_of

_EDGE = 4  # letters of a name that tell at the beginning or the end of a longer word
_DIGITS = 3
_TWO_WORDS = 8
_FIRST_IDEOGRAPH = "\u2e80"


@final
@dataclass(frozen=True, slots=True, repr=False)
class OwnWords:
    """What to look for in tokens, and how.

    `words`    whole tokens
    `edges`    the beginning or the end of a token
    `numbers`  the digits of a token, without leading zeros
    `stems`    anywhere in the letters and digits of the text, across tokens
    `names`    ideographs of names: every token of ideographs that stands in one
    """

    words: frozenset[str]
    edges: Edges
    numbers: frozenset[str]
    stems: Stems
    names: str

    @classmethod
    def of(cls, identifiers: Identifiers) -> Self:
        """Sort each identifier into the ways it is looked for."""
        loose = identifiers.loose_terms
        persons = {word for identifier in identifiers.texts for word in _words_of_person(identifier)}
        stems = loose.stems.known | {stem for identifier in identifiers.texts for stem in _stems(identifier)}
        return cls(
            words=frozenset(persons | loose.words | {word for found in identifiers.texts for word in _words(found)}),
            edges=Edges(frozenset(word for word in persons if len(word) >= _EDGE and word.isascii())),
            numbers=frozenset(number for found in identifiers.texts for number in _numbers(found)),
            stems=Stems(frozenset(stems)),
            names=" ".join(sorted(word for word in persons if not word.isascii())),
        )

    def places_in(self, texts: Sequence[str], glued: Mapping[int, frozenset[str]]) -> frozenset[int]:
        """Which of the tokens of a text, plain and in their order, are or belong to an identifier.

        `glued` are the pieces of those that consist of some.
        """
        own = {place for place, text in enumerate(texts) if self._is_own(text)}
        own.update(place for place, pieces in glued.items() if any(map(self._is_own, pieces)))
        joined = "".join(texts)
        if self.stems.stand_in(joined):
            ends = list(accumulate(map(len, texts)))
            for start, end in self.stems.spans(joined):
                own.update(range(bisect_right(ends, start), bisect_right(ends, end - 1) + 1))
        return frozenset(own)

    def _is_own(self, word: str) -> bool:
        if word in self.words or self.edges.stand_at(word):
            return True
        if word.isalpha():
            return not word.isascii() and word in self.names
        return _bare(word) in self.numbers


@lru_cache(maxsize=4)
def own_words(identifiers: Identifiers) -> OwnWords:
    """The same object for every text of one source."""
    return OwnWords.of(identifiers)


def _words_of_person(identifier: Identifier) -> Iterator[str]:
    """Each word of a name, each part in one, and all parts in one; single letters are initials, ideographs are not."""
    if identifier.kind is Kind.PERSON:
        for spelled in transliterated(identifier.value.reveal()):
            parts = list(name_parts(spelled))
            words = [*words_of(" ".join(parts)), *map(squeezed, parts), *map(squeezed, spelled.split("="))]
            yield from (word for word in words if len(word) > 1 or word >= _FIRST_IDEOGRAPH)


def _words(identifier: Identifier) -> Iterator[str]:
    """IDs of two characters that are not both digits; the longer words of IDs and addresses."""
    text = identifier.value.reveal()
    if identifier.kind in (Kind.ID, Kind.ADDRESS):
        yield from (word for word in words_in(text) if len(word) >= _EDGE)
    if identifier.kind is Kind.ID and len(squeezed(text)) > 1 and not squeezed(text).isdigit():
        yield squeezed(text)


def _numbers(identifier: Identifier) -> Iterator[str]:
    if identifier.kind is Kind.ID:
        numbers = (_bare(text) for text in (identifier.value.reveal(), *words_in(identifier.value.reveal())))
        yield from (number for number in numbers if len(number) >= _DIGITS)


def _stems(identifier: Identifier) -> Iterator[str]:
    """Two consecutive words of the name of a place, which is seldom written out."""
    if identifier.kind is Kind.PLACE:
        yield from (
            first + second
            for first, second in pairwise(words_in(identifier.value.reveal()))
            if len(first + second) >= _TWO_WORDS
        )


def _bare(word: str) -> str:
    return re.sub(r"[^0-9]", "", word).lstrip("0")


def plain(token: str) -> str:
    """A token in the form in which it is compared: nothing but letters and digits, without case and accents."""
    return token.lower() if token.isascii() and token.isalnum() else "".join(words_in(token))
