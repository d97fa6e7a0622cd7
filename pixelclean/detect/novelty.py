"""Frames of a film that show something new: searching one costs more than a look for text.

Searched as a whole are the frames of the sample, and each one that shows clearly more edges somewhere than all that were
searched before.  In a film of moving noise, and where edges are few or faint, something new can pass without that; for
barcodes such a frame is searched where it shows two shades that were not searched there before.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.grey import Grey, grey_of
from pixelclean.detect.network import Picture
from pixelclean.detect.shades import CELL, Cells, Patch, patches_by_luma

_CELL = 16  # pixels along the side of the cells in which edges are summed
_MORE = 16.0  # grey levels that neighbouring pixels differ by, over what they differed by before

_OTHER = 0.35  # standard deviations by which a place differs on average from what was searched there
_LEAST_CELLS = 6  # of a place that do: no code is smaller
_RISE = 0.03  # of the score of two shades over what it was when a place was searched
_LEAST_SCORE = 0.92
_CLEAR = 0.94  # the score of a place that is searched whenever it shows something else


@dataclass(slots=True, eq=False)
class Novelty:
    """Sees the frames of one image pass by, in their order."""

    _known: npt.NDArray[np.float32] | None = None

    def shows_more(self, picture: Picture, *, sampled: bool) -> bool:
        """Whether a (row, column, RGB) picture of a frame is of the sample, or shows what none before it showed."""
        edges = _edges(picture)
        if not (sampled or self._known is None or _rises(edges, self._known)):
            return False
        self._known = edges if self._known is None else np.maximum(self._known, edges)
        return True


def _edges(picture: Picture) -> npt.NDArray[np.float32]:
    """How much neighbouring pixels differ, as means over cells."""
    grey = grey_of(picture)
    missing = ((0, -grey.shape[0] % _CELL), (0, -grey.shape[1] % _CELL))  # whole cells are summed four times as fast
    grey = np.pad(grey, missing, mode="edge") if np.any(missing) else grey
    size = tuple(side // _CELL for side in grey.shape[::-1])
    edges = np.zeros(size[::-1], np.float32)
    for one, other, end in ((grey[:, 1:], grey[:, :-1], (0, 1)), (grey[1:], grey[:-1], (1, 0))):
        steps = cv2.copyMakeBorder(cv2.absdiff(one, other), 0, end[0], 0, end[1], cv2.BORDER_CONSTANT, value=0.0)
        edges += cv2.resize(steps, size, interpolation=cv2.INTER_AREA).reshape(edges.shape)
    return edges


def _rises(edges: npt.NDArray[np.float32], before: npt.NDArray[np.float32]) -> bool:
    """Whether two by two cells show more edges than before: the smallest barcode fills them."""
    more = (edges > before + _MORE).astype(np.uint8)
    return bool(cv2.erode(more, np.ones((2, 2), np.uint8)).any())


@dataclass(slots=True, eq=False)
class Sightings:
    """Remembers where the frames of one film, as one kind of picture shows them, were searched for barcodes."""

    _known: dict[int, tuple[Grey, Cells]] = field(default_factory=dict)

    def fresh(self, picture: Picture) -> tuple[Patch, ...]:
        """The places of a (row, column, RGB) picture that show two shades more clearly than when they were searched.

        Shades of equal luma are not told apart.
        """
        new = (self._new(patch, picture) for patch in patches_by_luma(picture))
        return tuple(patch for patch in new if patch is not None)

    def _new(self, patch: Patch, picture: Picture) -> Patch | None:
        """The part of a place that is new."""
        rows, columns = picture.shape[:2]
        if patch.halved not in self._known:
            cells = -(-rows // CELL), -(-columns // CELL)
            self._known[patch.halved] = np.zeros((rows, columns), np.uint8), np.zeros(cells, np.float32)
        shown, scores = self._known[patch.halved]
        at = tuple(slice(part.start // CELL, -(-part.stop // CELL)) for part in patch.box.slices)
        before, score, grey = shown[patch.box.slices], scores[at], patch.plane(picture)
        fresh = patch.score > np.maximum(score + _RISE, np.float32(_LEAST_SCORE))
        if (clear := patch.score > _CLEAR).any():
            away = cv2.resize(cv2.absdiff(grey, before), patch.score.shape[::-1], interpolation=cv2.INTER_AREA)
            fresh |= clear & (away.reshape(patch.score.shape) > _OTHER * patch.spread)
        if np.count_nonzero(fresh) < _LEAST_CELLS:
            return None
        np.maximum(score, patch.score, out=score)
        before[:] = grey
        return patch.around(fresh)
