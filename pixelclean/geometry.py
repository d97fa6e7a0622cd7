"""Boxes, regions and their algebra.

A box is half-open: `left` and `top` lie inside, `right` and `bottom` are the first column and row outside.  The unit
is the pixel of the stored image.  `Box.slices` is the one place that turns a box into array indices.
"""

from collections.abc import Iterable, Iterator
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
    def area(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices of an array whose first two axes are rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

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


def mask_of(boxes: Iterable[Box], rows: int, columns: int) -> BoolArray:
    """The pixels that the boxes cover, as a (rows, columns) array."""
    mask = np.zeros((rows, columns), dtype=np.bool_)
    for box in boxes:
        mask[box.slices] = True
    return mask


def boxes_of(mask: BoolArray) -> tuple[Box, ...]:
    """Boxes that cover exactly the True pixels of a (rows, columns) mask, without overlap.

    Runs of a row that continue unchanged in the next row become one box, so that a rectangle is one box again.
    """
    done: list[Box] = []
    open_runs: dict[tuple[int, int], int] = {}
    for row in range(mask.shape[0]):
        runs = set(_runs(mask[row]))
        for run, top in [(run, top) for run, top in open_runs.items() if run not in runs]:
            done.append(Box(run[0], top, run[1], row))
            del open_runs[run]
        for run in runs:
            open_runs.setdefault(run, row)
    done.extend(Box(left, top, right, mask.shape[0]) for (left, right), top in open_runs.items())
    return tuple(sorted(done))


def _runs(line: BoolArray) -> Iterator[tuple[int, int]]:
    """Start and end of each run of True in one row."""
    edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
    return ((int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True))
