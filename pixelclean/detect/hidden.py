"""What an image may hold and no tone curve shows: odd bit planes, values that are no numbers, colours that equal others,
colour that no screen shows, and faint marks on even ground.  Each is looked for at little cost, and shown only where it is.
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.ground import away as away_of
from pixelclean.detect.levels import Levels, in_three, strips
from pixelclean.detect.network import Picture
from pixelclean.dicom import Words
from pixelclean.dicom.display import Palette

_EVERY = 4  # rows of a sample that every letter crosses
_LEAST_SHARE = 0.0005  # of the pixels: less is no text
_QUIET = 0.85  # of neighbours that agree: a plane that holds a drawing
_NOISIER = 0.15  # by which neighbours agree less in a plane above it, which is never so without a reason
_FEW = 8  # pixels
_BEYOND = 48  # levels of eight bits outside what a screen shows: JPEG goes further at no edge but few
_LEAST_BEYOND = 0.001  # of the pixels
_BLOCK = 16  # pixels along the side
_FAINT, _CLEAR = 3, 25  # levels of eight bits by which marks differ from their ground
_MARKED, _EVEN = 0.1, 0.5  # shares of a block that has faint marks
_COHERENT, _ONE_SHADE, _BETWEEN = 0.4, 0.3, 0.15  # shares of the marks in it


def planes(levels: Levels, bits: range) -> Iterator[Picture]:
    """The bit planes that are drawings under noise, as one picture: nobody sees them, but a program may read them."""
    found = [(sample, bit) for sample in range(levels.codes.shape[2]) for bit in _odd_bits(levels, sample, bits)]
    if not found:
        return
    drawn = np.zeros((*levels.codes.shape[:2], 1), np.uint8)
    for sample, bit in found:
        plane = (levels.codes[..., sample : sample + 1] >> bit & 1).astype(np.uint8)
        drawn |= plane ^ np.uint8(plane.mean() > 1 / 2)
    yield in_three(drawn * np.uint8(255))


def _odd_bits(levels: Levels, sample: int, bits: range) -> Iterator[int]:
    some = levels.codes[::_EVERY, :, sample]
    if some.shape[1] < 2:
        return
    steps, times = np.unique(some[:, 1:] ^ some[:, :-1], return_counts=True)
    agree = {bit: 1 - float(times[steps >> bit & 1 > 0].sum()) / int(times.sum()) for bit in bits}
    for bit in bits:
        above = [agree[other] for other in bits if other > bit]
        if above and agree[bit] >= max(_QUIET, min(above) + _NOISIER):
            share = float(np.mean(some >> bit & 1))
            if _LEAST_SHARE < share < 1 - _LEAST_SHARE:
                yield bit


def no_numbers(levels: Levels) -> Iterator[Picture]:
    """Where pixels are infinite or no numbers, which have no brightness of their own."""
    kinds = [~np.isfinite(levels.values), np.isposinf(levels.values), np.isnan(levels.values)]
    if levels.counts[kinds[0]].any():
        yield levels.looked_up((85 * np.sum(kinds, axis=0)).astype(np.uint8))


def equal_colours(levels: Levels, palette: Palette) -> Iterator[Picture]:
    """Indices of one colour, told apart: another palette shows what is drawn with them."""
    codes = levels.present[levels.counts[levels.present] >= _FEW]
    _, group = np.unique(palette(levels.values[codes]), axis=0, return_inverse=True)
    order = np.lexsort((-levels.counts[codes], group.reshape(-1)))
    groups = group.reshape(-1)[order]
    ordinal = np.arange(len(codes)) - np.searchsorted(groups, groups)
    if ordinal.any():
        table = np.zeros(len(levels.values), np.uint8)
        table[codes[order]] = _far_apart(ordinal)
        yield levels.looked_up(table)


def _far_apart(ordinal: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """0, 128, 64, 192, ...: the bits of a byte in reversed order."""
    bits = np.unpackbits((ordinal & 255).astype(np.uint8)[:, None], axis=1)
    return np.packbits(bits[:, ::-1], axis=1)[:, 0]


def beyond_colour(ybr: Words, unit: float) -> Iterator[Picture]:
    """The samples themselves of a YBR image that holds more than RGB does: there different samples look the same.

    `unit` is how many steps of the samples are one of eight bits.
    """
    some = ybr[::_EVERY, ::_EVERY].astype(np.float32) / unit
    luma, blue, red = some[..., 0], some[..., 1] - 128, some[..., 2] - 128
    shown = (luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue)  # PS3.3 C.7.6.3.1.2
    outside = np.any([(part < -_BEYOND) | (part > 255 + _BEYOND) for part in shown], axis=0)
    if outside.sum() >= max(_FEW, _LEAST_BEYOND * outside.size):
        yield (ybr // unit).astype(np.uint8)


def has_faint_marks(picture: Picture) -> bool:
    """Whether anything is drawn on even ground in one shade that hardly differs from it, away from all clear marks.

    Speckle and edges have every shade between ground and brightest; what is drawn has hardly any.
    """
    return any(_holds_faint_marks(picture[rows]) for rows in strips(picture))


def _holds_faint_marks(picture: Picture) -> bool:
    down, across = (side // _BLOCK for side in picture.shape[:2])
    plane = picture[: down * _BLOCK, : across * _BLOCK]
    if not plane.size:
        return False
    away = away_of(plane)
    clear, marked, even = (_shares(cv2.inRange(away, *ends)) for ends in ((_CLEAR, 255), (_FAINT, 255), (0, 0)))
    places = np.nonzero((clear == 0) & (marked >= _MARKED) & (even >= _EVEN))
    found = np.zeros((down, across), bool)
    found[places] = _are_drawn(away.reshape(down, _BLOCK, across, _BLOCK)[places[0], :, places[1]])
    return bool((found[:, 1:] & found[:, :-1]).any())


def _are_drawn(away: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Of blocks as (block, row, column): strokes of one shade, next to no shade between it and the ground's."""
    marks = away >= _FAINT
    strokes = marks.copy()
    strokes[:, 1:] &= marks[:, :-1]
    strokes[:, :, 1:] |= marks[:, :, 1:] & marks[:, :, :-1]
    shade = marks & (away >= away.max(axis=(1, 2), keepdims=True) - 1)
    between = away == _FAINT - 1
    total, thick, one, few = (mask.sum(axis=(1, 2)) for mask in (marks, strokes, shade, between))
    return np.asarray((thick >= _COHERENT * total) & (one >= _ONE_SHADE * total) & (few <= _BETWEEN * total))


def _shares(mask: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The share of each block that is set; `mask` is 0 and 255."""
    size = (mask.shape[1] // _BLOCK, mask.shape[0] // _BLOCK)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA) / 255, np.float64)
