"""Ground: what text stands on.  Text stays only where nothing else stands there.

Even ground is flat but for what coding with loss does around ink, or it bears noise that is as likely everywhere.
Letters are neither: they are more than coding makes of flat ground, and in noise they add up where noise cancels out.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture
from pixelclean.geometry import BoolArray

Deviations = npt.NDArray[np.int16]
"""How much each pixel is brighter than its ground in each channel of each picture: (channel, row, column)."""
Grades = npt.NDArray[np.float32]

_FLAT = 1  # grey levels that flat ground may be off
_EDGE, _TAIL = 1, 2  # pixels from ink that smoothing colours, and that enlarging it fades out over
_FADED, _LEAST_FADED = 0.1, 12  # share of the contrast that is left there, and grey levels that noise may reach there
_REACH = 8  # pixels from ink that coding with loss disturbs: those of a block (ITU-T T.81 A.1.1)
_RINGING, _LEAST_RINGING = 0.15, 8  # how much it does, as a share of the contrast and in grey levels
_RINGING_ON_AVERAGE = 4.0  # grey levels: it swings around the ground, and letters do not
_DISTURBED = 0.15  # share of the pixels beside ink that it disturbs at least; faint letters there are fewer
_ROUGH, _ROUGH_SHARE = 4.0, 0.04  # deviation of noise, in grey levels and as a share of the contrast; more is no ground
_RARE = 5.5  # deviations that no pixel of noise is off
_RARE_ON_AVERAGE = 6.0  # the same for averages over a few pixels
_SCALES = (1.0, 2.0, 4.0)  # deviations of the windows that are averaged over, in pixels
_LEAST_SEEN = 0.1  # share of such a window that is ground


def deviations(crops: Sequence[Picture]) -> Deviations:
    """Those of (row, column, RGB) pictures of one place.

    The ground is the commonest value: text takes less of its place than what it stands on.
    """
    off = (crop.astype(np.int16) - np.median(crop, axis=(0, 1)).astype(np.int16) for crop in crops)
    return np.asarray(np.concatenate([np.moveaxis(each, 2, 0) for each in off]), np.int16)


def is_even(off: Deviations, ink: BoolArray, contrast: int) -> bool:
    """Whether nothing stands on the ground away from the ink: no fainter text, no dots, no tissue."""
    away = np.asarray(cv2.distanceTransform((~ink).astype(np.uint8), cv2.DIST_C, 3), np.float32)
    strength = np.abs(off).max(axis=0)
    undisturbed = strength[away > _REACH]
    faded = strength[(away > _EDGE) & (away <= _TAIL)]
    if not undisturbed.size or (faded > max(_LEAST_FADED, _FADED * contrast)).any():
        return False
    if undisturbed.max() <= _FLAT:
        return _is_flat(off, strength, away, contrast)
    return all(_is_noise(channel.astype(np.float32), away > _TAIL, contrast) for channel in off)


def _is_flat(off: Deviations, strength: npt.NDArray[np.int16], away: Grades, contrast: int) -> bool:
    """Whether nothing stands there, or nothing but what coding with loss makes of the edges of ink."""
    near = strength[(away > _TAIL) & (away <= _REACH)]
    if not (near > _FLAT).any():
        return True
    beside = strength[(away > _EDGE) & (away <= _TAIL + 1)]
    if (beside > 0).mean() < _DISTURBED or near.max() > max(_LEAST_RINGING, _RINGING * contrast):
        return False
    ground = away > _EDGE
    averages = (_averaged(channel.astype(np.float32), ground, _TAIL)[0] for channel in off)
    return all(float(np.abs(each).max()) <= _RINGING_ON_AVERAGE for each in averages)


def _is_noise(off: Grades, ground: BoolArray, contrast: int) -> bool:
    """Whether pixels are off the ground as chance has it, each alone and together with its neighbours."""
    deviation = _of_neighbours(off, ground)
    if not 0 < deviation <= min(_ROUGH, _ROUGH_SHARE * contrast):
        return not off[ground].any()
    centred = off - off[ground].mean()
    if float(np.abs(centred[ground]).max()) > _RARE * deviation:
        return False
    return all(
        bool((np.abs(average) <= _RARE_ON_AVERAGE * deviation * chance).all())
        for average, chance in (_averaged(centred, ground, scale) for scale in _SCALES)
    )


def _of_neighbours(off: Grades, ground: BoolArray) -> float:
    """The deviation of noise by how far neighbours differ; what is drawn hardly adds to it."""
    across = np.diff(off, axis=1)[ground[:, 1:] & ground[:, :-1]]
    down = np.diff(off, axis=0)[ground[1:] & ground[:-1]]
    both = np.concatenate((across, down))
    return float(np.sqrt(np.mean(both**2) / 2)) if both.size else 0.0


def _averaged(off: Grades, ground: BoolArray, scale: float) -> tuple[Grades, Grades]:
    """Averages of the ground around each of its pixels, and by how much averaging lessens noise there; 0 elsewhere."""
    weight = ground.astype(np.float32)
    seen = cv2.GaussianBlur(weight, (0, 0), scale)
    told = ground & (seen >= _LEAST_SEEN)
    least = np.maximum(seen, _LEAST_SEEN)
    average = np.where(told, cv2.GaussianBlur(off * weight, (0, 0), scale) / least, 0)
    # The square of a Gaussian window is one of half the variance.
    squares = cv2.GaussianBlur(weight, (0, 0), scale / np.sqrt(2)) / (4 * np.pi * scale**2)
    chance = np.where(told, np.sqrt(squares) / least, 0)
    return np.asarray(average, np.float32), np.asarray(chance, np.float32)
