"""The local picture: how far each pixel stands out from its surroundings, in the measure in which these vary.

No window shows faint text on a steep slope, or in one tissue of many; beside its own ground it stands out.  What other
pictures show clearly is left out: the outline of an organ looks like letters here.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.ground import away
from pixelclean.detect.levels import Levels, Table, in_three
from pixelclean.detect.network import Picture

_CELL = 4  # pixels along the side of what is one sample of the surroundings
_KERNEL = 5  # samples: no letter up to 40 px fills half of 20 px twice
_REACH = 64  # pixels that a strip sees beyond its edges
_STRIP = 1 << 21  # pixels
_WIDTH = 10.0  # mean deviations from grey to white
_CLEAR = 48  # levels of eight bits: twice what a network needs
_GREY = np.uint8(127)
_LEAST = 0.25  # of one stored value: ground that is quite even varies by less than any letter on it

_Plane = npt.NDArray[np.float32]


def local(levels: Levels, beside: Sequence[Table]) -> Picture:
    """Grey where a pixel is like its surroundings, darker or brighter where it stands out; each sample by itself.

    It is shown `beside` the pictures of these tables: where they are clear it is grey.
    """
    rows, columns, samples = levels.codes.shape
    made = np.empty((rows, columns, samples), np.uint8)
    heights = levels.heights
    step = max(_CELL, _STRIP // columns // _CELL * _CELL)
    for top in range(0, rows, step):
        above = min(top, _REACH)
        seen = slice(top - above, top + step + _REACH)
        clear = np.any([away(levels.looked_up(table, seen)) >= _CLEAR for table in beside], axis=0)
        for sample in range(samples):
            out = _standing_out(heights[levels.codes[seen, :, sample]])
            made[top : top + step, :, sample] = np.where(clear, _GREY, out)[above : above + step]
    return in_three(made)


def _standing_out(plane: _Plane) -> npt.NDArray[np.uint8]:
    away = plane - _spread(_middle(_sampled(plane)), plane.shape)
    deviation = np.asarray(cv2.blur(_middle(_nearest(np.abs(away))), (3, 3)), np.float32)
    share = away / np.maximum(_spread(deviation, plane.shape), _LEAST)
    return np.asarray(np.clip(share * np.float32(127.5 / _WIDTH) + np.float32(127.5), 0, 255), np.uint8)


def _middle(samples: _Plane) -> _Plane:
    """The median of the surroundings, which keeps steps and slopes and takes no letter for ground."""
    return np.asarray(cv2.medianBlur(cv2.medianBlur(samples, _KERNEL), _KERNEL), np.float32)


def _sampled(plane: _Plane) -> _Plane:
    """The mean of the four pixels in the middle of each cell, where the cell's own middle is."""
    whole = _filled_up(plane)
    return np.asarray(sum(whole[i::_CELL, j::_CELL] for i in (1, 2) for j in (1, 2)) / 4, np.float32)


def _nearest(plane: _Plane) -> _Plane:
    return np.ascontiguousarray(_filled_up(plane)[1::_CELL, 1::_CELL])


def _filled_up(plane: _Plane) -> _Plane:
    """Whole cells: the last row and column go on."""
    down, right = (-side % _CELL for side in plane.shape)
    return np.pad(plane, ((0, down), (0, right)), mode="edge") if down or right else plane


def _spread(samples: _Plane, shape: tuple[int, ...]) -> _Plane:
    """A value for every pixel."""
    size = (samples.shape[1] * _CELL, samples.shape[0] * _CELL)
    whole = cv2.resize(samples, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[: shape[0], : shape[1]], np.float32)
