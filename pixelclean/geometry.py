"""Boxes, regions and their algebra.

A box is half-open: `left` and `top` lie inside, `right` and `bottom` are the first column and row outside.  The unit
is the pixel of the stored image.  `Box.slices` is the one place that turns a box into array indices.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A non-empty rectangle of whole pixels, half-open: left, top, right, bottom."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if not all(type(edge) is int for edge in self.edges):
            raise TypeError("the edges of a box are ints")
        if self.left < 0 or self.top < 0 or self.right <= self.left or self.bottom <= self.top:
            raise ValueError(f"not a box: left, top, right, bottom = {self.edges}")

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        return (self.left, self.top, self.right, self.bottom)

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices of an array whose first two axes are rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def moved(self, right: int, down: int) -> "Box":
        """This box that many pixels further right and down."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def grown(self, margin: int) -> "Box":
        """This box with `margin` pixels more on each side, stopping at the image's origin."""
        return Box(max(0, self.left - margin), max(0, self.top - margin), self.right + margin, self.bottom + margin)

    def intersection(self, other: "Box") -> "Box | None":
        """The box that both cover, or None where they do not meet."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def clipped(self, rows: int, columns: int) -> "Box | None":
        """The part of this box that lies in an image of that size, or None."""
        return self.intersection(Box(0, 0, columns, rows))


class Act(StrEnum):
    """What a region asks for."""

    MASK = "mask"
    KEEP = "keep"


class Origin(StrEnum):
    """Who asked for a region."""

    RULE = "rule"
    DETECTOR = "detector"
    IDENTIFIER = "identifier"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """One box that shall be masked or kept, who says so, and where it applies.

    `reference` names the rule, detector or operator; `frame` counts from 0, None means every frame.
    """

    box: Box
    act: Act
    origin: Origin
    reference: str
    frame: int | None = None

    def __post_init__(self) -> None:
        if self.frame is not None and self.frame < 0:
            raise ValueError("frames count from 0")

    def applies_to(self, frame: int) -> bool:
        """Whether this region speaks about that frame."""
        return self.frame is None or self.frame == frame


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of these; there must be one."""
    left, top, right, bottom = zip(*(box.edges for box in boxes), strict=True)
    return Box(min(left), min(top), max(right), max(bottom))


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Boxes around all that meet, until none of them meet."""
    apart: list[Box] = []
    for box in boxes:
        grown = box
        while meeting := [other for other in apart if grown.intersection(other)]:
            apart = [other for other in apart if other not in meeting]
            grown = hull([grown, *meeting])
        apart.append(grown)
    return sorted(apart)


def bounds(mask: BoolArray) -> Box | None:
    """The smallest box around the True pixels of a (rows, columns) mask, None without any."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def mask_of(boxes: Iterable[Box], rows: int, columns: int) -> BoolArray:
    """The pixels that the boxes cover, as a (rows, columns) array."""
    mask = np.zeros((rows, columns), dtype=np.bool_)
    for box in boxes:
        mask[box.slices] = True
    return mask


def grown(mask: BoolArray, margin: int) -> BoolArray:
    """A mask with so many pixels more on every side of every pixel of it, at its corners too."""
    for axis in (0, 1):
        mask = np.swapaxes(_grown_down(np.swapaxes(mask, 0, axis), margin), 0, axis)
    return mask


def _grown_down(mask: BoolArray, margin: int) -> BoolArray:
    """Up and down only: what has grown by n, at the border on one side alone, is moved by n + 1 and leaves no gap."""
    grown, reached = mask.copy(), 0
    while reached < min(margin, len(mask)):
        step = min(reached + 1, margin - reached)
        before = grown.copy()
        grown[step:] |= before[:-step]
        grown[:-step] |= before[step:]
        reached += step
    return grown
