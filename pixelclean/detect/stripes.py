"""Stripes: places of a picture where many parallel bars stand side by side, at any angle, and how far the bars reach.

Bars of a one-dimensional code are found by their edges: many, all in one direction, as many rising as falling.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.kernels import SUM_GRADIENTS, sum_gradients
from pixelclean.dicom.compiled import compiled
from pixelclean.geometry import Box

Grey = npt.NDArray[np.uint8]
Corners = npt.NDArray[np.float64]
"""(x, y) of the four corners of a quadrilateral in pixels, in turn."""
Cells = npt.NDArray[np.float32]
Profile = npt.NDArray[np.float64]
"""Grey along a line."""

_CELL = 8  # pixels along the side of the cells in which edges are summed
_ENERGY = 15.0  # mean square of the gradient, in grey levels per pixel: bars of twenty grey levels have it
_ALIKE = 0.75  # of the energy lies in one direction
_ONE_SIDED = 0.3  # of the energy at most is left of the mean edge: a single edge keeps all of its own
_LEAST_CELLS = 3
_LEAST_REACH = 4.0  # cells from corner to corner
_MOST = 100  # places of one picture that are looked at, the largest first
_COARSE = 3  # bars that are too wide for the cells are looked for in a picture that many times smaller
SAMPLES = 3
"""Per pixel across the bars."""

_ROWS = 9  # that a place is sampled with where its changes are counted
_STEEP = 0.08  # share of all contrast by which neighbouring samples differ where dark and light meet
_SPAN = (0.08, 0.92)  # shares of a profile that lie under what is taken for dark, and for light
_LEAST_CONTRAST = 6  # grey levels
_STILL_BARS = 0.4  # correlation with the bars beside
_GAP = 4  # pixels of a scratch that the bars go on behind
_FORGETTING = 0.1  # share of each row in what the next one is compared with: bars may be bent
_ACROSS = 1024  # samples with which bars are followed


@dataclass(frozen=True, slots=True)
class Stripes:
    """A place of parallel bars in turned coordinates: `u` runs across the bars, `v` along them, both in pixels.

    `angle` is that of u against the rows, in radians.
    """

    angle: float
    first: float
    last: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        """How long the bars are at least."""
        return self.bottom - self.top

    @property
    def corners(self) -> Corners:
        """The corners in pixels of the picture."""
        turned = [(self.first, self.top), (self.last, self.top), (self.last, self.bottom), (self.first, self.bottom)]
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.array([(u * cos - v * sin, u * sin + v * cos) for u, v in turned])

    def grown(self, across: float, along: float) -> "Stripes":
        """With so many pixels more on either side."""
        return Stripes(self.angle, self.first - across, self.last + across, self.top - along, self.bottom + along)

    def inside(self, grey: Grey) -> "Stripes":
        """The part of it that may lie in the picture."""
        rows, columns = grey.shape
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        ends = np.array([(x * cos + y * sin, y * cos - x * sin) for x in (0, columns) for y in (0, rows)])
        (least, highest), (most, lowest) = ends.min(axis=0), ends.max(axis=0)
        return Stripes(
            self.angle,
            max(self.first, float(least)),
            min(self.last, float(most)),
            max(self.top, float(highest)),
            min(self.bottom, float(lowest)),
        )

    def holds(self, other: "Stripes") -> bool:
        """Whether the middle of another place lies in this one."""
        middle = other.corners.mean(axis=0)
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        u, v = float(middle @ (cos, sin)), float(middle @ (-sin, cos))
        return self.first <= u <= self.last and self.top <= v <= self.bottom

    def straightened(self, grey: Grey, fine: float) -> Grey:
        """The place as a picture of its own with upright bars: `fine` samples per pixel across, one along."""
        size = max(1, round((self.last - self.first) * fine)), max(1, round(self.height))
        return _warped(grey, self._turn(0.0, 1 / fine, 1.0), size)

    def profiles(self, grey: Grey) -> list[Profile]:
        """Grey across the bars at three heights, 0 (ink) to 255, `SAMPLES` of them per pixel."""
        rows = max(1, round(self.height))
        reach = max(1, min(6, rows // 6))
        lines = []
        for middle in (rows // 2, rows // 4, rows * 3 // 4):
            few = replace(
                self, top=self.top + max(0, middle - reach), bottom=self.top + min(rows, middle + reach + 1)
            ).straightened(grey, SAMPLES)
            lines.append(np.sort(few, axis=0)[len(few) // 2])
        return [clear for line in lines if (clear := _full_contrast(line)) is not None]

    def changes(self, grey: Grey) -> int:
        """How often it changes between dark and light across the bars, as a line of one sample per pixel shows it."""
        across, along = max(2, round(self.last - self.first)), self.height / _ROWS
        turn = self._turn(along / 2, 1.0, along)
        line = _warped(grey, turn, (across, _ROWS)).mean(axis=0)
        steps = line[1:] - line[:-1]
        steep = steps[np.abs(steps) > _STEEP * (line.max() - line.min())] > 0
        return 1 + int(np.count_nonzero(steep[1:] != steep[:-1]))

    def _turn(self, below: float, across: float, along: float) -> Corners:
        """The affine map from samples of the place, so many pixels apart, to the picture."""
        cos, sin, top = np.cos(self.angle), np.sin(self.angle), self.top + below
        return np.array(
            [
                [cos * across, -sin * along, self.first * cos - top * sin],
                [sin * across, cos * along, self.first * sin + top * cos],
            ]
        )


def stripes_in(grey: Grey) -> Iterator[Stripes]:
    """Places of parallel bars, narrow ones and wide ones."""
    yield from _at_this_size(grey)
    if min(grey.shape) >= _COARSE * _CELL:
        size = tuple(side // _COARSE for side in grey.shape[::-1])
        for seen in _at_this_size(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)):
            edges = (_COARSE * edge for edge in (seen.first, seen.last, seen.top, seen.bottom))
            yield Stripes(seen.angle, *edges)


def followed(stripes: Stripes, grey: Grey) -> Stripes:
    """The same bars, as far as they reach in the picture: up and down from the middle of the place."""
    reach = float(np.hypot(*grey.shape))
    middle = (stripes.top + stripes.bottom) / 2
    fine = min(2.0, _ACROSS / max(1.0, stripes.last - stripes.first))
    whole = replace(stripes, top=middle - reach, bottom=middle + reach).inside(grey)
    down = replace(stripes, top=middle, bottom=whole.bottom).straightened(grey, fine)
    up = replace(stripes, top=whole.top, bottom=middle).straightened(grey, fine)
    return replace(stripes, top=middle - _reach(up[::-1]), bottom=middle + _reach(down))


def direction(grey: Grey, around: Box) -> float:
    """The angle of what rises and falls most in a part of a picture, in radians."""
    energy = _energy(grey[around.slices])
    return float(np.arctan2(2 * energy.mixed.sum(), (energy.across - energy.down).sum()) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Energy:
    """Means of products of the gradient in each cell, (row, column) of cells."""

    across: Cells
    down: Cells
    mixed: Cells
    one_sided: Cells

    def bars(self) -> npt.NDArray[np.bool_]:
        """Cells in the midst of parallel bars."""
        both = self.across + self.down
        alike = np.hypot(self.across - self.down, 2 * self.mixed)
        return np.asarray((both > _ENERGY) & (alike > _ALIKE * both) & (self.one_sided < _ONE_SIDED * both))


def _at_this_size(grey: Grey) -> Iterator[Stripes]:
    energy = _energy(grey)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(energy.bars().astype(np.uint8), connectivity=8)
    largest = sorted(range(1, count), key=lambda label: -int(stats[label][cv2.CC_STAT_AREA]))[:_MOST]
    for label in largest:
        left, top, width, height, area = (int(number) for number in stats[label])
        if area >= _LEAST_CELLS and np.hypot(width, height) >= _LEAST_REACH:
            bound = Box(left, top, left + width, top + height)
            yield _place(energy, bound, labels[bound.slices] == label)


def _place(energy: _Energy, bound: Box, cells: npt.NDArray[np.bool_]) -> Stripes:
    across, down, mixed = (float(a[bound.slices][cells].sum()) for a in (energy.across, energy.down, energy.mixed))
    angle = float(np.arctan2(2 * mixed, across - down) / 2)
    rows, columns = np.nonzero(cells)
    x, y = (columns + bound.left + 0.5) * _CELL, (rows + bound.top + 0.5) * _CELL
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    half = _CELL / 2
    return Stripes(angle, float(u.min()), float(u.max()), float(v.min()), float(v.max())).grown(half, half)


def _energy(grey: Grey) -> _Energy:
    """The energy of a picture: the gradient is summed over its cells, and what the last ones lack is nothing."""
    sums = compiled(sum_gradients, SUM_GRADIENTS)(np.ascontiguousarray(grey), _CELL)
    across, down, mixed, right, below = (np.asarray(cv2.blur(part, (3, 3))).reshape(part.shape) for part in sums)
    return _Energy(across, down, mixed, right * right + below * below)


def _warped(grey: Grey, turn: Corners, size: tuple[int, int]) -> Grey:
    method = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(grey, turn, size, flags=method, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _full_contrast(line: Grey) -> Profile | None:
    """The line stretched to what its inner part spans; None where that is hardly anything."""
    inner = np.sort(line[len(line) // 6 : len(line) - len(line) // 6])
    low, high = (float(inner[round(share * (len(inner) - 1))]) for share in _SPAN) if len(inner) else (0.0, 0.0)
    if high - low < _LEAST_CONTRAST:
        return None
    return np.clip((line - low) * (255 / (high - low)), 0, 255)


def _reach(rows: Grey) -> int:
    """How many rows from the first one on show the bars of the first."""
    last = 0
    expected = reduce(lambda mean, row: mean + _FORGETTING * (row - mean), rows[:3].astype(np.float64))
    for index, row in enumerate(rows.astype(np.float64)):
        if _correlation(expected, row) >= _STILL_BARS:
            last = index + 1
            expected = expected + _FORGETTING * (row - expected)
        elif index - last >= _GAP:
            break
    return last


def _correlation(one: Profile, other: Profile) -> float:
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / norm if norm else 0.0
