"""What a reader of pictures takes for one another: letters and digits of one shape, and what one stroke makes of them.

`folded` writes all that looks alike with one character, so that such a confusion costs nothing; whatever else may go
wrong with a letter is one edit (Levenshtein), and how many of those are let pass depends on the length.  Digits are
never taken for other digits: another day is another day, and another number another patient.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, final

from pixelclean.header.identity.near import Near
from pixelclean.header.identity.stems import Stems

# Each group looks alike in some font at some size; small letters without accents, as words_of gives them.
_SHAPES = ("0oq", "1ilj", "5s", "8b", "2z", "6g", "4a", "7t")
# Letters that stand for two: what closes up is opened, whatever stands beside it.
_OPENED = (("m", "rn"), ("w", "vv"))
_ALIKE = (*((other, group[0]) for group in _SHAPES for other in group[1:]), *_OPENED)
_WAYS = ("0", "c1")
"""D looks like 0, and d like cl: two ways of writing a text."""

_LEAST = 5
"""Letters and digits from which a text is known on resemblance."""
_LONG = 10
_LEAST_INSIDE = 6  # that are looked for inside longer runs, where a space was dropped


@lru_cache(maxsize=8192)
def folded(text: str) -> frozenset[str]:
    """A text of small letters and digits, whatever looks alike in it written alike: one way, or two."""
    return frozenset(_written_alike(text))


def _written_alike(text: str) -> Iterator[str]:
    for shown, shape in _ALIKE:
        text = text.replace(shown, shape)
    yield from (text.replace("d", way) for way in _WAYS)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Resembled:
    """Texts that are recognised on resemblance: their shapes, those that are looked for inside longer runs, and those of
    names, IDs and addresses, in order, whose end may be missing, and in which letters may be wrong, missing or too many.
    """

    shapes: frozenset[str]
    inside: Stems
    in_order: tuple[str, ...]
    near: Near

    @classmethod
    def of(cls, whole: Collection[str], words: Collection[str]) -> Self:
        """`whole` are dates and ages, which tell as they are; `words` are names, IDs and addresses."""
        numbers = _shapes([text for text in words if text.isdecimal()])
        shapes = _shapes([text for text in words if not text.isdecimal()])
        return cls(
            shapes | numbers | _shapes(whole),
            Stems(frozenset(shape for shape in shapes | numbers if len(shape) >= _LEAST_INSIDE)),
            tuple(sorted(shapes)),
            Near.of(shapes),
        )

    def is_like(self, text: str) -> bool:
        """Whether a read text is one of them, holds one, is what a short field leaves of one, or is one but for edits."""
        if len(text) < _LEAST or text.isdecimal():
            return False
        shapes = folded(text)
        return not self.shapes.isdisjoint(shapes) or any(
            self.inside.stand_in(shape) or self._is_cut(shape) or self.near.holds(shape, _edits_let_pass(shape))
            for shape in shapes
        )

    def _is_cut(self, shape: str) -> bool:
        """Whether one of them goes on where a field that is too short for it ends."""
        after = bisect_right(self.in_order, shape)
        return len(shape) >= _LEAST_INSIDE and any(each.startswith(shape) for each in self.in_order[after : after + 1])


def _shapes(texts: Collection[str]) -> frozenset[str]:
    """Those of all texts that are long enough, in one go each way: there may be a hundred thousand."""
    together = "\n".join(text for text in texts if len(text) >= _LEAST)
    return frozenset(shape for written in _written_alike(together) for shape in written.split("\n") if shape)


def _edits_let_pass(shape: str) -> int:
    """None in short texts, one from five letters on, two in long texts."""
    if len(shape) < _LEAST:
        return 0
    return 1 if len(shape) < _LONG else 2
