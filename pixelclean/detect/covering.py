"""Few boxes that together cover a mask: what is masked is a box, and little else should be in it."""

import numpy as np
import numpy.typing as npt

from pixelclean.detect.kernels import COVER, cover
from pixelclean.dicom.compiled import compiled
from pixelclean.geometry import BoolArray, Box


def covering(mask: BoolArray, least_share: float, spare: int = 0) -> tuple[Box, ...]:
    """Few boxes that together cover the True pixels of a (rows, columns) mask, with little waste.

    A box of which the mask fills at least `least_share` (0 to 1), or all of that share but `spare` pixels, stays whole;
    any other is cut in two along the row or column that leaves the least area, and so on.
    """
    shown = np.ascontiguousarray(mask).view(np.uint8)
    found: npt.NDArray[np.int64] = compiled(cover, COVER)(shown, least_share, spare)
    return tuple(sorted(Box(*edges) for edges in found.tolist()))
