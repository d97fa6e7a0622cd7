"""Distinct values that share a fate, counted in bounded memory."""

from collections import Counter
from dataclasses import dataclass, field

from pydicom import DataElement

from pixelclean.inventory.attribute import Fate, Value, Word
from pixelclean.inventory.showing import numbers_of, spread

_UID_EXAMPLES = 3

Shown = tuple[str, str | None]
"""A value, and what it would leave as."""


@dataclass(slots=True)
class Room:
    """How many distinct values may still be remembered, over all attributes."""

    left: int


@dataclass(slots=True)
class Distinct:
    """Values with their counts; the first `most` are remembered, and every other one is counted."""

    room: Room
    most: int
    _more: int = 0
    _counts: dict[Shown, int] = field(default_factory=dict)
    _patients: dict[Shown, int | None] = field(default_factory=dict)
    _why: Counter[str] = field(default_factory=Counter)
    _lowest: float | None = None
    _highest: float | None = None

    def add(self, value: Shown, patient: int, why: str) -> None:
        """One more occurrence of a value in a file of a patient."""
        self._why[why] += 1
        if value in self._counts:
            self._counts[value] += 1
            if self._patients[value] != patient:
                self._patients[value] = None
        elif len(self._counts) < self.most and self.room.left > 0:
            self.room.left -= 1
            self._counts[value], self._patients[value] = 1, patient
        else:
            self._more += 1

    def measure(self, element: DataElement) -> None:
        """Take the numbers of an element into account."""
        self._lowest, self._highest = spread(numbers_of(element), self._lowest, self._highest)

    def fate(self, word: Word, *, of_uids: bool) -> Fate:
        """All of it.  Of UIDs that do not stay some examples are enough: no person reads more of them."""
        ordered = sorted(self._counts, key=lambda value: (-self._counts[value], value[0], value[1] or ""))
        shown = ordered[:_UID_EXAMPLES] if of_uids and word is not Word.KEPT else ordered
        return Fate(
            word,
            tuple(why for why, _ in self._why.most_common() if why),
            self._why.total(),
            tuple(Value(*value, self._counts[value], self._patients[value] is not None) for value in shown),
            len(ordered),
            self._more,
            self._lowest,
            self._highest,
        )
