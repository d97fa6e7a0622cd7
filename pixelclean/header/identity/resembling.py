"""What a reader of pictures takes for one another: letters and digits of one shape, and what one stroke makes of them.

`folded` writes all that looks alike with one character, so that such a confusion costs nothing; whatever else may go
wrong with a letter is one edit (Levenshtein), and how many of those are let pass depends on the length.  Digits are
never taken for other digits: another day is another day, and another number another patient.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, final

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from pixelclean.header.identity.stems import Edges, Stems

# Each group looks alike in some font at some size; small letters without accents, as words_of gives them.
_SHAPES = ("0oq", "1ilj", "5s", "8b", "2z", "6g", "4a", "7t")
_ONE_SHAPE = {other: group[0] for group in _SHAPES for other in group[1:]}
# Letters that stand for two: what closes up is opened, whatever stands beside it.
_OPENED = {"m": "rn", "w": "vv"}
# D looks like 0, and d like cl: two ways of writing a text.
_FOLDS = tuple(str.maketrans({**_ONE_SHAPE, **_OPENED, "d": d}) for d in ("0", "c1"))

_LEAST = 5
"""Letters and digits from which a text is known on resemblance."""
_LONG = 10
_LEAST_INSIDE = 6  # that are looked for inside longer runs, where a space was dropped


@lru_cache(maxsize=8192)
def folded(text: str) -> frozenset[str]:
    """A text of small letters and digits, whatever looks alike in it written alike: one way, or two."""
    return frozenset(text.translate(fold) for fold in _FOLDS)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Resembled:
    """Texts that are recognised on resemblance: their shapes, those that are looked for inside longer runs, and theirs
    of names, IDs and addresses by length, in which letters may be wrong, missing or too many.
    """

    shapes: frozenset[str]
    inside: Stems
    begun: Edges
    by_length: Mapping[int, tuple[str, ...]]

    @classmethod
    def of(cls, whole: Collection[str], words: Collection[str]) -> Self:
        """`whole` are dates and ages, which tell as they are; `words` are names, IDs and addresses."""
        dates, numbers, shapes = _shapes(whole), _shapes(words, str.isdecimal), _shapes(words, _has_letters)
        by_length: dict[int, list[str]] = {}
        for shape in sorted(shapes):
            by_length.setdefault(len(shape), []).append(shape)
        return cls(
            shapes | numbers | dates,
            Stems(frozenset(shape for shape in shapes | numbers if len(shape) >= _LEAST_INSIDE)),
            Edges(frozenset(shape[:_LEAST_INSIDE] for shape in shapes if len(shape) > _LEAST_INSIDE)),
            {length: tuple(same) for length, same in by_length.items()},
        )

    def is_like(self, text: str) -> bool:
        """Whether a read text is one of them, holds one, is what a short field leaves of one, or is one but for edits."""
        if len(text) < _LEAST or text.isdecimal():
            return False
        shapes = folded(text)
        return not self.shapes.isdisjoint(shapes) or any(
            self.inside.stand_in(shape) or self._is_cut(shape) or self._is_edited(shape) for shape in shapes
        )

    def _is_cut(self, shape: str) -> bool:
        """Whether one of them goes on where a field that is too short for it ends."""
        if len(shape) < _LEAST_INSIDE or not self.begun.stand_at(shape):
            return False
        return any(
            each.startswith(shape) for length, same in self.by_length.items() if length > len(shape) for each in same
        )

    def _is_edited(self, shape: str) -> bool:
        edits = _edits_let_pass(shape)
        lengths = range(len(shape) - edits, len(shape) + edits + 1)
        return any(
            extractOne(shape, self.by_length[length], scorer=Levenshtein.distance, score_cutoff=edits) is not None
            for length in lengths
            if length in self.by_length
        )


def _shapes(texts: Collection[str], which: Callable[[str], bool] = bool) -> frozenset[str]:
    return frozenset(shape for text in texts if len(text) >= _LEAST and which(text) for shape in folded(text))


def _has_letters(text: str) -> bool:
    return not text.isdecimal()


def _edits_let_pass(shape: str) -> int:
    """None in short texts, one from five letters on, two in long texts."""
    if len(shape) < _LEAST:
        return 0
    return 1 if len(shape) < _LONG else 2
