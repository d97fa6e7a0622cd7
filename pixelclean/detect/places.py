"""Places: connected cells that may be text, and the boxes that cover them."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.covering import covering
from pixelclean.detect.network import CELL, Scores
from pixelclean.geometry import Box

# A place that fills this share of its bounding box, but for so many cells, is masked as that box.
_COMPACT, _SPARE = 0.9, 8
_GAP = (3, 5)  # cells, up and across, within which letters and words of a line are closed


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Connected cells: the box around them, and which cells of that box they are."""

    bound: Box
    cells: npt.NDArray[np.bool_]

    @property
    def box(self) -> Box:
        """The box around it in pixels."""
        return _pixels(self.bound)

    def best(self, scores: Scores) -> float:
        """The highest score in this place."""
        return float(scores[self.bound.slices][self.cells].max())

    def cover(self) -> tuple[Box, ...]:
        """A few boxes of pixels that cover the place with little waste."""
        left, top = self.bound.left, self.bound.top
        return tuple(_pixels(box.moved(left, top)) for box in covering(self.cells, _COMPACT, _SPARE))


def places(cells: npt.NDArray[np.bool_]) -> list[Place]:
    """Connected groups of cells, small gaps between letters and words of a line closed."""
    rim = max(_GAP) // 2
    closed = cv2.morphologyEx(np.pad(cells.astype(np.uint8), rim), cv2.MORPH_CLOSE, np.ones(_GAP, np.uint8))
    closed = np.ascontiguousarray(closed[rim:-rim, rim:-rim])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    bounds = [Box(left, top, left + width, top + height) for left, top, width, height, _ in stats[1:].tolist()]
    return [Place(bound, labels[bound.slices] == label) for label, bound in enumerate(bounds, start=1)]


def boxes_of(found: Iterable[Place], margin: int, rows: int, columns: int) -> tuple[Box, ...]:
    """Boxes that cover the places, grown by `margin` pixels on each side, inside an image of that size."""
    grown = (box.grown(margin).clipped(rows, columns) for place in found for box in place.cover())
    return tuple(sorted({box for box in grown if box is not None}))


def _pixels(cells: Box) -> Box:
    """A box of cells as a box of pixels."""
    return Box(*(CELL * edge for edge in cells.edges))
