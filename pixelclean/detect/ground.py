"""The ground of a picture, and how far what stands on it is away from it."""

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.grey import samples_of
from pixelclean.detect.network import Picture

_EVERY = 4  # pixels: the ground is as coarse as that
_KERNEL = 5


def ground_of(samples: Picture) -> npt.NDArray[np.uint8]:
    """The median around every fourth pixel of every fourth row, in each of its samples."""
    some = samples[_EVERY // 2 - 1 :: _EVERY, _EVERY // 2 - 1 :: _EVERY]
    return np.asarray(cv2.medianBlur(np.ascontiguousarray(some), _KERNEL), np.uint8)


def away(picture: Picture) -> npt.NDArray[np.uint8]:
    """How far each pixel is from the median around it, in the channel that tells them apart best."""
    samples = samples_of(picture)
    rows, columns = samples.shape[:2]
    if min(rows, columns) < _EVERY // 2:
        return np.zeros((rows, columns), np.uint8)
    ground = cv2.resize(ground_of(samples), (columns, rows), interpolation=cv2.INTER_NEAREST)
    apart = cv2.absdiff(np.ascontiguousarray(samples).reshape(ground.shape), ground)
    return np.asarray(np.maximum.reduce(cv2.split(apart)), np.uint8)
