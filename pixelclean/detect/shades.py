"""Two shades in quick change: where a picture may show a barcode, told at a small part of what searching it costs.

A code is drawn in two shades, about as much of one as of the other, which change every few pixels.  There the mean
distance from the mean is nearly the standard deviation (they are equal where only two values are); in noise and speckle
it is four fifths of it, and letters cover too little of their ground.  The picture is asked at four sizes, so that
modules of one to thirty pixels change quickly at one of them.  What changes quickly only where the picture is small is
large, and is searched in a picture nearly as small.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.grey import Grey, grey_of, plane_of
from pixelclean.detect.kernels import COUNT_SHADES, count_shades
from pixelclean.detect.network import Picture
from pixelclean.dicom.compiled import compiled
from pixelclean.geometry import Box

Cells = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

CELL = 8
"""Pixels along the side of the cells in which shades are counted."""

_WINDOW = 4  # cells along the side of what is judged
# At full size, half, a quarter, an eighth: anatomy, made small, changes as quickly as codes do, so more is asked there.
_TWO = (0.865, 0.88, 0.9, 0.9)  # mean distance from the mean, in standard deviations
_CHANGES = (0.3, 0.4, 0.5, 0.5)  # mean step from pixel to pixel along both axes, in standard deviations
# Share that lies above the mean in a window or in one near it: half of a code does and all of its quiet zone, letters
# do not.
_LIGHT, _BESIDE_LIGHT = 0.35, np.ones((5, 5), np.uint8)
_LEAST_WINDOWS = 2  # side by side
_LEAST = 3.0  # grey levels of standard deviation: two shades that are six apart
_EDGE = 1  # cells beside a place in which what is seen may go on
_BESIDE = 3  # cells beside two shades that are shown with them
_NEAR = 5  # cells around those of a place that alone are searched
_CHROMAS = (1, 2)  # of YCrCb


_KERNEL, _BEGIN = np.ones((_WINDOW, _WINDOW), np.uint8), (_WINDOW - 1, _WINDOW - 1)
"""A window begins at its cell, and reaches to the right and down."""
_RING = np.ones((_WINDOW + 1, _WINDOW + 1), np.uint8)  # around a window


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A place of two shades with what may be its quiet zone: in the luma (`channel` None), or in a chroma.

    Its modules are so large that the picture can be `halved` that often before it is searched.  For each cell of the
    box, (row, column): `score` is the mean distance from the mean in standard deviations, 0 where there are not two
    shades, and `spread` that standard deviation.
    """

    box: Box
    channel: int | None
    halved: int
    score: Cells
    spread: Cells

    @property
    def cells(self) -> Mask:
        """Those that lie in two shades."""
        return np.asarray(self.score > 0)

    @property
    def core(self) -> Box:
        """Where in the box its two shades lie, with a little around them, in pixels; it may reach beyond the box."""
        left, top, width, height = cv2.boundingRect(self.cells.astype(np.uint8))
        return Box(*(CELL * edge for edge in (left, top, left + width, top + height))).grown(_BESIDE * CELL)

    def around(self, cells: Mask) -> "Patch":
        """The part of it around some of its cells."""
        left, top, width, height = cv2.boundingRect(cells.astype(np.uint8))
        wanted = Box(left, top, left + width, top + height).grown(_NEAR).clipped(*cells.shape)
        inside = wanted and Box(*(CELL * edge for edge in wanted.edges)).clipped(self.box.height, self.box.width)
        if wanted is None or inside is None:
            return self
        box = inside.moved(self.box.left, self.box.top)
        return replace(self, box=box, score=self.score[wanted.slices], spread=self.spread[wanted.slices])

    def plane(self, picture: Picture) -> Grey:
        """What a picture shows there."""
        part = picture[self.box.slices]
        if self.channel is None:
            return grey_of(part)
        return np.asarray(
            cv2.extractChannel(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2YCrCb), self.channel)
        )


def patches(picture: Picture) -> tuple[Patch, ...]:
    """The places of a (row, column, RGB) picture that may show a barcode; () in most pictures of anatomy or noise.

    Where there is colour, shades of equal luma are told apart by their chroma.
    """
    rows, columns = picture.shape[:2]
    found = list(patches_by_luma(picture))
    if plane_of(picture) is not None:
        return tuple(found)
    chromas = cv2.cvtColor(halved(picture), cv2.COLOR_RGB2YCrCb)  # nobody draws colour finer than that
    for channel in _CHROMAS:
        plane = np.asarray(cv2.extractChannel(chromas, channel), np.uint8)
        low, high, _, _ = cv2.minMaxLoc(plane)
        if high - low >= _LEAST:
            found.extend(_patches(plane, channel, 1, (rows, columns)))
    return tuple(found)


def patches_by_luma(picture: Picture) -> tuple[Patch, ...]:
    """Those of them that differ in luma: found at a third of the cost where there is colour."""
    rows, columns = picture.shape[:2]
    return tuple(_patches(grey_of(picture), None, 0, (rows, columns)))


def halved(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A picture or a plane, half as wide and half as high."""
    size = max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Shades:
    """For each cell: how much two shades change in windows around it, their deviation, and what may be quiet zone."""

    score: Cells
    spread: Cells
    around: Mask

    @classmethod
    def none(cls, rows: int, columns: int) -> "_Shades":
        """Of a picture without any."""
        shape = -(-rows // CELL), -(-columns // CELL)
        return cls(np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.bool_))

    def add(self, number: int, windows: Cells, deviation: Cells) -> None:
        """Take in what windows show in the picture that was halved so often."""
        score, spread = (cv2.dilate(values, _KERNEL, anchor=_BEGIN) for values in (windows, deviation))
        around = cv2.dilate((score > 0).astype(np.uint8), _RING)
        # The smallest window that shows two shades is the least mixed with what lies beside them.
        np.copyto(self.spread, _enlarged(spread, number, self.spread), where=self.spread == 0)
        np.maximum(self.score, _enlarged(score, number, self.score), out=self.score)
        np.logical_or(self.around, _enlarged(around > 0, number, self.score), out=self.around)

    def patches(self, channel: int | None, often: int, rows: int, columns: int) -> Iterator[Patch]:
        """The places, each for itself, to be searched in a picture that was halved so often."""
        count, labels, stats, _ = cv2.connectedComponentsWithStats(self.around.astype(np.uint8), connectivity=8)
        for label in range(1, count):
            left, top, width, height, _ = (int(number) for number in stats[label])
            place = Box(left, top, left + width, top + height).grown(_EDGE).clipped(*labels.shape)
            inside = place and Box(*(CELL * edge for edge in place.edges)).clipped(rows, columns)
            if place is None or inside is None:
                continue
            score = np.where(labels[place.slices] == label, self.score[place.slices], np.float32(0))
            if score.any():
                yield Patch(inside, channel, often, score, np.asarray(self.spread[place.slices]))


def _patches(plane: Grey, channel: int | None, before: int, whole: tuple[int, int]) -> Iterator[Patch]:
    """The places of a plane that was halved so often `before`, from a picture of `whole` rows and columns."""
    found: dict[int, _Shades] = {}
    for number, (score, deviation) in enumerate(_at_sizes(plane), before):
        if (crowded := _crowded(score > 0)) is not None:
            shades = found.setdefault(max(0, number - 1), _Shades.none(*whole))
            shades.add(number, np.where(crowded, score, 0), np.where(crowded, deviation, 0))
    for often, shades in found.items():
        yield from shades.patches(channel, often, *whole)


def _enlarged(part: npt.NDArray[Any], number: int, whole: Cells) -> npt.NDArray[Any]:
    """What was judged in a picture that was halved so often, in cells of the whole one."""
    rows, columns = whole.shape
    large = np.repeat(np.repeat(part, 1 << number, axis=0), 1 << number, axis=1)[:rows, :columns]
    made = np.zeros(whole.shape, part.dtype)
    made[: large.shape[0], : large.shape[1]] = large
    return made


def _crowded(windows: Mask) -> Mask | None:
    """Windows with so many side by side; None without any."""
    if not windows.any():
        return None
    _, labels, stats, _ = cv2.connectedComponentsWithStats(windows.astype(np.uint8), connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= _LEAST_WINDOWS
    large[0] = False
    return np.asarray(large[labels]) if large.any() else None


def _at_sizes(grey: Grey) -> Iterator[tuple[Cells, Cells]]:
    for two, changes in zip(_TWO, _CHANGES, strict=True):
        if min(grey.shape) < 2 * CELL:
            return
        yield _windows(grey, two, changes)
        grey = halved(grey)


def _windows(grey: Grey, two: float, changes: float) -> tuple[Cells, Cells]:
    """How much the windows that begin at each cell show two shades, 0 where they do not; and their deviations."""
    rows, columns = (-(-side // CELL) * CELL for side in grey.shape)
    missing = rows - grey.shape[0], columns - grey.shape[1]
    if any(missing):
        grey = np.asarray(cv2.copyMakeBorder(grey, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE), np.uint8)
    size = columns // CELL, rows // CELL
    usual = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).reshape(size[::-1])
    middle = np.rint(_in_windows(usual)).astype(np.uint8)
    counted = compiled(count_shades, COUNT_SHADES)(grey, middle)
    away, wide, light, steps = (_in_windows(part) for part in counted)
    deviation = np.sqrt(wide)
    score = away / np.maximum(deviation, _LEAST)
    quick = (steps > changes * deviation) & (score > two)
    for whole in (
        quick,
        quick.T,
    ):  # what hangs over an edge has little to be judged by, and the one before it covers it
        if len(whole) > _WINDOW:
            whole[1 - _WINDOW :] = False
    even = cv2.dilate((quick & (light > _LIGHT)).astype(np.uint8), _BESIDE_LIGHT)
    return np.where(quick & (even > 0), score, np.float32(0)), deviation


def _in_windows(cells: npt.NDArray[Any]) -> Cells:
    """Means over the windows that begin at each cell."""
    wide, window = cells.astype(np.float32), (_WINDOW, _WINDOW)
    return np.asarray(cv2.blur(wide, window, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE), np.float32).reshape(
        cells.shape
    )
