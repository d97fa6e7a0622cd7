"""Luma and chroma as RGB (PS3.3 C.7.6.3.1.2), and what of them no RGB holds."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture
from pixelclean.dicom import Words

_MOST = 255
_EVERY = 4  # rows and columns of a sample
_FEW = 8  # pixels of it
_BEYOND = 48  # levels of eight bits outside what a screen shows: JPEG goes further at no edge but few
_LEAST_BEYOND = 0.001  # of the pixels
_MATRIX = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]])
_NEAR = 16  # samples along the side of a square in which a few are many
_NO_COLOUR = 128  # chroma of grey


def luma_alone(ybr: Words) -> Words | None:
    """The luma of unsigned samples of eight bits as (row, column, 1), None where any pixel has a colour.

    Films of grey are often stored as luma and chroma: without chroma RGB is the luma, three times.
    """
    if np.any(ybr[::_EVERY, ::_EVERY, 1:] != _NO_COLOUR):  # most colour shows at a glance
        return None
    luma, *chroma = cv2.split(ybr)
    if any(plane.min() != _NO_COLOUR or plane.max() != _NO_COLOUR for plane in chroma):
        return None
    return np.asarray(luma[..., np.newaxis], ybr.dtype)


def as_rgb(ybr: Words) -> Picture:
    """Unsigned samples of eight bits as RGB."""
    return np.asarray(cv2.transform(np.ascontiguousarray(ybr), _with_middle(_NO_COLOUR)), np.uint8)


def as_deep_rgb(ybr: Words, unit: float, middle: int, highest: int) -> npt.NDArray[np.uint16]:
    """Samples of other depths in words of 16 bits, up to `highest`.

    `unit` is how many steps of the samples are one of the words, `middle` the chroma of grey in words.
    """
    shown = cv2.transform(np.divide(ybr, unit, dtype=np.float32), _with_middle(middle))
    return np.asarray(np.clip(np.rint(shown), 0, highest), np.uint16)


def beyond_colour(ybr: Words, unit: float) -> Iterator[Picture]:
    """The samples themselves of a YBR image that holds more than RGB does: there different samples look the same.

    `unit` is how many steps of the samples are one of eight bits.
    """
    some = np.divide(ybr[::_EVERY, ::_EVERY], unit, dtype=np.float32)
    shown = cv2.transform(some, _with_middle(_NO_COLOUR))
    if shown.min() >= -_BEYOND and shown.max() <= _MOST + _BEYOND:
        return
    outside = np.any((shown < -_BEYOND) | (shown > _MOST + _BEYOND), axis=2).astype(np.float32)
    near = cv2.boxFilter(outside, -1, (_NEAR, _NEAR), normalize=False, borderType=cv2.BORDER_CONSTANT)
    if near.max() >= _FEW or outside.sum() >= max(_FEW, _LEAST_BEYOND * outside.size):
        yield (ybr // unit).astype(np.uint8)


def _with_middle(middle: int) -> npt.NDArray[np.float64]:
    """The matrix for chroma samples of which `middle` is grey."""
    return np.hstack([_MATRIX, -middle * _MATRIX[:, 1:].sum(axis=1, keepdims=True)])
