"""The ground of a picture, and how far what stands on it is away from it."""

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture

_EVERY = 4  # pixels: the ground is as coarse as that
_KERNEL = 5


def away(picture: Picture) -> npt.NDArray[np.uint8]:
    """How far each pixel is from the median around it, in the channel that tells them apart best."""
    planes = [picture[..., 0]] if picture.strides[2] == 0 else list(np.moveaxis(picture, -1, 0))
    return np.asarray(np.max([_away(plane) for plane in planes], axis=0), np.uint8)


def _away(plane: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    small = np.ascontiguousarray(plane[_EVERY // 2 - 1 :: _EVERY, _EVERY // 2 - 1 :: _EVERY])
    if not small.size:
        return np.zeros(plane.shape, np.uint8)
    ground = cv2.resize(cv2.medianBlur(small, _KERNEL), plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.absdiff(np.ascontiguousarray(plane), ground), np.uint8)
