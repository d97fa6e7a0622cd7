"""Barcodes in a film: a search costs more than a look for text, so not every frame is searched.

Searched are the frames of the sample, and each one that shows more edges somewhere than all that were searched before:
no barcode appears without them.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.barcodes import barcodes
from pixelclean.detect.network import Picture
from pixelclean.geometry import Box

_CELL = 16  # pixels along the side of the cells in which edges are summed
_MORE = 16.0  # grey levels that neighbouring pixels differ by, over what they differed by before


@dataclass(slots=True, eq=False)
class BarcodeWatch:
    """Sees the frames of one image pass by; `boxes` are the barcodes of those that it searched."""

    boxes: set[Box] = field(default_factory=set)
    _searched: npt.NDArray[np.float32] | None = None

    def see(self, picture: Picture, *, sampled: bool) -> bool:
        """Search a (row, column, RGB) picture of a frame if it is of the sample, or shows what was not there before.

        Returns whether it was searched.
        """
        edges = _edges(picture)
        if not (sampled or self._searched is None or _rises(edges, self._searched)):
            return False
        self.boxes.update(barcodes(picture))
        self._searched = edges if self._searched is None else np.maximum(self._searched, edges)
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
