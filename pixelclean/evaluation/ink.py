"""Ink: where the letters of a line stand in a frame, and which pixels must be black for them to be gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

from pixelclean.geometry import BoolArray, Box, grown

Shown = npt.NDArray[np.float32]
"""A frame as it is displayed, (row, column, sample): 0 is what the fill displays, 255 as far from it as anything."""

Levels = npt.NDArray[np.float32]
"""For each pixel of a box a difference in what is displayed."""

BLACK = 12.0  # of 255: a lossy neighbour may bleed a little into a filled pixel
_SAME = 24.0  # of 255: a frame still shows the ink of another one
_INK = 0.4  # share of the contrast around it that ink has at least
_LEAST_CONTRAST = 0.25  # share of a box's contrast below which a part of it is ground alone
_STILL = 0.7  # share of the ink that is still there in a frame that shows the line
_LEAST_INK = 0.02  # share of a cell that is ink, where there is a character in it
_TALL = 1.5  # a box so many times as high as wide may hold a line that runs upwards
_WIDTH = 0.5  # of a character, as a share of its height
_RULE = 0.25  # a row so many times as high as the highest one is a rule or an underline


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """The ink of one line in one frame, as arrays of the size of its box.

    `seen` is the ink.  `witness` are the pixels whose blackness says that the ink is gone: light ink itself, and for
    black ink the lighter ground around it, since black ink would count as filled.  Where a box has no contrast it holds
    no ink: it is `flat`, and all of it is both.  `black` is the most that a black pixel may display: never so much that
    faint ink would pass for black.
    """

    crop: Shown
    seen: BoolArray
    witness: BoolArray
    black: Levels
    same: Levels
    flat: bool = False

    @classmethod
    def of(cls, crop: Shown, most: float = BLACK) -> Self:
        """The ink in a (row, column, sample) piece of a frame that a line fills; `most` is the most that black displays.

        Ground and contrast are those of the surroundings: a line may run from black over bright tissue.
        """
        everything = np.ones(crop.shape[:2], dtype=np.bool_)
        distance, contrast = np.zeros(crop.shape[:2], np.float32), np.zeros(crop.shape[:2], np.float32)
        least = _LEAST_CONTRAST * _contrast(_from_ground(crop, crop))
        for part, around in _parts(*crop.shape[:2]):
            distance[part.slices] = _from_ground(crop[part.slices], crop[around.slices])
            contrast[part.slices] = max(least, _contrast(_from_ground(crop[around.slices], crop[around.slices])))
        if not contrast.any():
            levels = (contrast + np.float32(most), contrast + np.float32(_SAME))
            return cls(crop, everything, everything, *levels, flat=True)
        seen, black = distance > _INK * contrast, np.minimum(np.float32(most), contrast / 4)
        light = crop.max(axis=-1) > 2 * black
        witness = (seen | grown(seen & ~light, 1)) & light
        same = np.minimum(np.float32(_SAME), contrast / 2)
        return cls(crop, seen, witness if witness.any() else everything, black, same)

    def shows_in(self, crop: Shown) -> bool:
        """Whether the same place of another frame shows the same ink."""
        return float((np.abs(crop - self.crop).max(axis=-1) < self.same)[self.seen].mean()) >= _STILL

    def covered(self, crop: Shown) -> BoolArray:
        """The witnesses that are black in the same place of an output."""
        return np.asarray(self.witness & (crop.max(axis=-1) <= self.black))

    def share_covered(self, crop: Shown) -> float:
        """The share of the witnesses that are black there."""
        return float(self.covered(crop).sum() / self.witness.sum())

    def cells(self, characters: int) -> tuple[Box, ...]:
        """The box cut into one cell for each character, `characters` of them, 0 where that is not known.

        Their edges count from the corner of the box.  Where so many characters do not fit into one line, across or
        upwards, rows of text are told apart by what is empty between them, or by how many there should be, and a cell is
        half as wide as its row is high.
        """
        height, width = self.seen.shape
        if characters and _is_pitch(width / characters, height):
            return tuple(_across(0, height, width, characters))
        if characters and _is_pitch(height / characters, width):
            return tuple(_downwards(width, height, characters))
        if not characters and height > _TALL * width:
            return tuple(_downwards(width, height, round(height / (_WIDTH * width))))
        return tuple(
            cell
            for top, bottom in self._rows(characters)
            for cell in _across(top, bottom, width, round(width / (_WIDTH * (bottom - top))))
        )

    def _rows(self, characters: int) -> Iterator[tuple[int, int]]:
        """First and last row, half-open, of each row of text; over texture nothing is empty between them."""
        height, width = self.seen.shape
        inked = np.concatenate([[False], self.seen.any(axis=1), [False]])
        edges = np.flatnonzero(inked[1:] != inked[:-1]).tolist()
        runs = list(zip(edges[::2], edges[1::2], strict=True))
        highest = max((bottom - top for top, bottom in runs), default=0)
        # So many rows that characters would be as wide as they should be.
        expected = height / max(1, round((_WIDTH * height * characters / width) ** 0.5))
        for top, bottom in runs:
            if bottom - top > _RULE * highest:
                parts = _edges(bottom - top, round((bottom - top) / expected))
                yield from ((top + first, top + last) for first, last in pairwise(parts))

    def has_ink_in(self, cell: Box) -> bool:
        """Whether there is a character in a cell: none in a space."""
        inside = self.seen[cell.slices]
        return bool(inside.sum() >= max(2, _LEAST_INK * inside.size)) and bool(self.witness[cell.slices].any())


def _from_ground(crop: Shown, around: Shown) -> Levels:
    """How far every pixel is from the middle colour of its surroundings, in the sample where that is most."""
    ground = np.median(around, axis=(0, 1))
    return np.asarray(np.abs(crop - ground).max(axis=-1), np.float32)


def _contrast(distance: Levels) -> float:
    return float(np.percentile(distance, 99)) or float(distance.max())


def _parts(height: int, width: int) -> Iterator[tuple[Box, Box]]:
    """Parts of a box, as long as it is thick, each with surroundings three times as long."""
    thick, whole = min(height, width), Box(0, 0, width, height)
    parts = round(max(height, width) / thick)
    cut = _across(0, height, width, parts) if width >= height else _downwards(width, height, parts)
    for part in cut:
        around = part.grown(thick).intersection(whole)
        assert around is not None
        yield part, around


def _is_pitch(along: float, across: float) -> bool:
    """Whether a character may take so much of a line that is so high."""
    return 0.25 * across <= along <= 1.6 * across


def _across(top: int, bottom: int, width: int, number: int) -> Iterator[Box]:
    edges = _edges(width, number)
    yield from (Box(left, top, right, bottom) for left, right in pairwise(edges))


def _downwards(width: int, height: int, number: int) -> Iterator[Box]:
    edges = _edges(height, number)
    yield from (Box(0, top, width, bottom) for top, bottom in pairwise(edges))


def _edges(length: int, number: int) -> list[int]:
    """The edges of equal parts of a length, none of them empty."""
    return sorted({round(part * length / max(1, number)) for part in range(max(1, number) + 1)})
