"""Faint marks: what is drawn on even ground in one shade that hardly differs from it.

Speckle and edges have every shade between ground and brightest; what is drawn has hardly any.
"""

import cv2
import numpy as np

from pixelclean.detect.grey import samples_of
from pixelclean.detect.ground import ground_of
from pixelclean.detect.kernels import BLOCK, FIND_FAINT, find_faint
from pixelclean.detect.levels import strips
from pixelclean.detect.network import Picture
from pixelclean.dicom.compiled import compiled


def has_faint_marks(picture: Picture) -> bool:
    """Whether there are any in a (row, column, RGB) picture, away from all clear marks."""
    return any(_holds_faint_marks(samples_of(picture[rows])) for rows in strips(picture))


def _holds_faint_marks(samples: Picture) -> bool:
    down, across = (side // BLOCK * BLOCK for side in samples.shape[:2])
    plane = np.ascontiguousarray(samples[:down, :across])
    if not plane.size:
        return False
    ground = ground_of(plane)
    wide = cv2.resize(ground, (across, len(ground)), interpolation=cv2.INTER_NEAREST)
    lines, under = plane.reshape(down, -1), wide.reshape(len(ground), -1)
    return bool(compiled(find_faint, FIND_FAINT)(lines, under, plane.shape[2]))
