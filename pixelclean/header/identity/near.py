"""Texts that are others but for an edit or two, in time that hardly grows with how many are known.

Cut in one piece more than there may be edits, a text keeps one of its pieces whole, an edit or two from where it stood
(pigeonhole).  So few texts are compared letter by letter, and none is missed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self, final

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

_MOST_EDITS = 2
_LEAST_FOR_MOST = 8  # characters from which a known text may be two edits from one that two edits are let pass in


@final
@dataclass(frozen=True, slots=True, repr=False)
class Near:
    """Known texts by length, and for each piece that texts of this length are cut in by what it is."""

    by_length: Mapping[int, Sequence[Mapping[str, Sequence[str]]]]

    @classmethod
    def of(cls, known: Collection[str]) -> Self:
        """Texts to be found; two edits are looked for in those of eight characters or more."""
        by_length: dict[int, list[str]] = {}
        for text in sorted(known):
            by_length.setdefault(len(text), []).append(text)
        return cls(
            {length: tuple(_by_piece(same, *cut) for cut in _cuts(length)) for length, same in by_length.items()}
        )

    def holds(self, text: str, edits: int) -> bool:
        """Whether a known text is this one but for so many edits (Levenshtein), two at most."""
        return any(
            extractOne(text, same, scorer=Levenshtein.distance, score_cutoff=edits) is not None
            for same in self._alike(text, edits)
        )

    def _alike(self, text: str, edits: int) -> Iterator[Sequence[str]]:
        for length in range(len(text) - edits, len(text) + edits + 1):
            for (start, end), by_piece in zip(_cuts(length), self.by_length.get(length, ()), strict=False):
                for place in range(max(0, start - edits), start + edits + 1):
                    if alike := by_piece.get(text[place : place + end - start]):
                        yield alike


def _by_piece(texts: Sequence[str], start: int, end: int) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(text[start:end], []).append(text)
    return found


@lru_cache(maxsize=256)
def _cuts(length: int) -> tuple[tuple[int, int], ...]:
    """Where the pieces of a text begin and end."""
    count = 1 + (_MOST_EDITS if length >= _LEAST_FOR_MOST else 1)
    return tuple(pairwise(length * number // count for number in range(count + 1)))
