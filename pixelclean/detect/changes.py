"""What a frame of a film shows and the one before it did not: only pixels that are equal byte for byte are passed over."""

from dataclasses import dataclass, field
from typing import Self

import cv2
import numpy as np

from pixelclean.detect.grey import Grey, plane_of
from pixelclean.detect.network import CELL, Picture
from pixelclean.geometry import BoolArray, Box, bounds

_AROUND = 64  # pixels: letters of a line stand by what they stand beside
_LEAST = 320  # pixels along the side of what is looked at: tall letters need room to be seen as such


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The part of a picture that must be looked at, and the (cell row, cell column) cells of the picture that are new."""

    part: Box
    cells: BoolArray

    @classmethod
    def all_of(cls, picture: Picture) -> Self:
        """A picture that is new as a whole."""
        rows, columns = picture.shape[:2]
        return cls(Box(0, 0, columns, rows), np.ones((-(-rows // CELL), -(-columns // CELL)), np.bool_))


@dataclass(slots=True, eq=False)
class Changes:
    """Sees the pictures of one image's frames pass by, in their order."""

    _before: dict[int, Picture] = field(default_factory=dict)

    def of(self, number: int, picture: Picture) -> Change | None:
        """What is new in picture `number` of a frame, None where every pixel was met before.

        Whatever lies outside equals the same picture of the frame before, and was looked at there at the latest.  The
        first frame is new as a whole.
        """
        before, self._before[number] = self._before.get(number), picture
        rows, columns = picture.shape[:2]
        if before is None or before.shape != picture.shape:
            return Change.all_of(picture)
        cells = _cells(_apart(before, picture))
        if (changed := bounds(cells)) is None:
            return None
        left, right = _wider(changed.left * CELL, changed.right * CELL, columns)
        top, bottom = _wider(changed.top * CELL, changed.bottom * CELL, rows)
        return Change(Box(left, top, right, bottom), cells)


def _apart(one: Picture, other: Picture) -> Grey:
    """How far two pictures are apart at each pixel, in the sample that differs most."""
    planes = plane_of(one), plane_of(other)
    if planes[0] is not None and planes[1] is not None:
        return np.asarray(cv2.absdiff(*(np.ascontiguousarray(plane) for plane in planes)), np.uint8)
    red, green, blue = cv2.split(cv2.absdiff(np.ascontiguousarray(one), np.ascontiguousarray(other)))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _cells(apart: Grey) -> BoolArray:
    """Cells any pixel of which differs; the last ones may be partial."""
    anchored = cv2.dilate(apart, np.ones((CELL, CELL), np.uint8), anchor=(0, 0), borderValue=0)
    return np.asarray(anchored[::CELL, ::CELL] > 0)


def _wider(start: int, end: int, limit: int) -> tuple[int, int]:
    """The same with surroundings, and at least as long as tall letters need, inside 0 to `limit`."""
    more = max(_AROUND, (_LEAST - (end - start) + 1) // 2)
    return max(0, start - more), min(limit, end + more)
