"""Rulers: numbers that are nothing but the digits of a scale.

An ID may be printed with wide gaps, each digit a place of its own: what stands beside one another is a ruler only where it
is no row of single digits, and where the gaps are wider than any between the letters of a word.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from pixelclean.geometry import Box

_LEAST = 4
"""Numbers of a ruler: three may be a date."""
_MOST = 80
_STEPS = (0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100)
_ASIDE = 0.6  # of the height of a number: how far it may lie off the line of the others
_ASTRAY = 0.08  # of the way between two numbers: how far one may lie off its place
_BELOW, _BESIDE = 1.5, 3.0  # heights between the middles of two: nearer ones are lines of a text, or parts of one
_TWO_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """A number that stands alone, and the box that it stands in."""

    value: float
    box: Box


def marks_of_rulers(marks: Sequence[Mark]) -> frozenset[Mark]:
    """The marks that stand on a ruler: at least four in one row or column, equal steps of value at equal steps of place."""
    if len(marks) > _MOST:
        return frozenset()
    down = (_ruled(column, _middle_row, _BELOW) for column in _aligned(marks, _COLUMNS))
    along = (_ruled(row, _middle_column, _BESIDE) for row in _aligned(marks, _ROWS))
    return frozenset().union(*down, *filter(_has_two_digits, along))


def _has_two_digits(ruler: frozenset[Mark]) -> bool:
    """Whether any number of it has two digits before the decimal separator."""
    return any(mark.value >= _TWO_DIGITS for mark in ruler)


Edge = Callable[[Mark], float]


def _middle_row(mark: Mark) -> float:
    return (mark.box.top + mark.box.bottom) / 2


def _middle_column(mark: Mark) -> float:
    return (mark.box.left + mark.box.right) / 2


_COLUMNS: tuple[Edge, ...] = (lambda mark: mark.box.left, _middle_column, lambda mark: mark.box.right)
_ROWS: tuple[Edge, ...] = (_middle_row,)


def _aligned(marks: Sequence[Mark], edges: Sequence[Edge]) -> Iterator[list[Mark]]:
    """For each mark those that are in line with it by one of the edges."""
    for edge in edges:
        for first in marks:
            slack = _ASIDE * first.box.height
            yield [mark for mark in marks if abs(edge(mark) - edge(first)) <= slack]


def _ruled(line: Sequence[Mark], place: Edge, apart: float) -> frozenset[Mark]:
    """The most marks of a line whose values and places keep step, so many heights apart at least."""
    best: frozenset[Mark] = frozenset()
    for one, other in combinations(sorted(line, key=place), 2) if len(line) >= _LEAST else ():
        found = _in_step(line, one, other, place)
        if len(found) > len(best) and _is_ruler(sorted(found, key=place), place, apart):
            best = frozenset(found)
    return best


def _in_step(line: Sequence[Mark], one: Mark, other: Mark, place: Edge) -> list[Mark]:
    way = place(other) - place(one)
    if not way or one.value == other.value:
        return []
    rise = (other.value - one.value) / way
    slack = abs(_ASTRAY * way)
    return [mark for mark in line if abs(place(mark) - place(one) - (mark.value - one.value) / rise) <= slack]


def _is_ruler(marks: Sequence[Mark], place: Edge, apart: float) -> bool:
    steps = {round(abs(after.value - before.value), 3) for before, after in pairwise(marks)}
    ways = [place(after) - place(before) for before, after in pairwise(marks)]
    least = apart * max(mark.box.height for mark in marks)
    return len(marks) >= _LEAST and min(steps) in _STEPS and min(ways) >= least and _are_multiples(steps)


def _are_multiples(steps: set[float]) -> bool:
    """Whether a number is missing at most, and none is out of turn."""
    return all(step in (min(steps), 2 * min(steps)) for step in steps)
