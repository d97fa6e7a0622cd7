"""Letters printed far apart: each of them a marker of a side alone, and a word together."""

from collections.abc import Sequence

from pixelclean.geometry import Box

_ASIDE = 0.6  # of the height of a letter: how far it may lie off the line of another one
_APART = 10.0  # heights between two that may be one word; borders of an image that bear letters are further apart


def spelled_out(letters: Sequence[Box]) -> frozenset[Box]:
    """Which boxes of single letters have another one near, in one row or one column."""
    return frozenset(one for one in letters if any(one != other and _are_near(one, other) for other in letters))


def _are_near(one: Box, other: Box) -> bool:
    height = max(one.height, other.height)
    across = abs(one.left + one.right - other.left - other.right) / 2
    down = abs(one.top + one.bottom - other.top - other.bottom) / 2
    return min(across, down) <= _ASIDE * height and max(across, down) <= _APART * height
