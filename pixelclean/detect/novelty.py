"""Frames of a film that show something new: searching one for barcodes costs more than a look for text.

Searched are the frames of the sample, and each one that shows more edges somewhere than all that were searched before:
no barcode and no page appears without them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture

_CELL = 16  # pixels along the side of the cells in which edges are summed
_MORE = 16.0  # grey levels that neighbouring pixels differ by, over what they differed by before


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
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    size = tuple(max(1, side // _CELL) for side in grey.shape[::-1])
    edges = np.zeros(size[::-1], np.float32)
    for one, other in ((grey[:, 1:], grey[:, :-1]), (grey[1:], grey[:-1])):
        if one.size:
            edges += cv2.resize(cv2.absdiff(one, other), size, interpolation=cv2.INTER_AREA)
    return edges


def _rises(edges: npt.NDArray[np.float32], before: npt.NDArray[np.float32]) -> bool:
    """Whether two by two cells show more edges than before: the smallest barcode fills them."""
    more = (edges > before + _MORE).astype(np.uint8)
    return bool(cv2.erode(more, np.ones((2, 2), np.uint8)).any())
