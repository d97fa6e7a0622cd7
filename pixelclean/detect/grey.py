"""Pictures that are grey: one plane seen three times, which is never copied three times."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""(row, column, RGB)."""

Grey = npt.NDArray[np.uint8]
"""(row, column)."""


def plane_of(picture: Picture) -> Grey | None:
    """The (row, column) plane that a (row, column, RGB) picture shows three times; None where it may have colours."""
    return picture[..., 0] if picture.strides[2] == 0 else None


def grey_of(picture: Picture) -> Grey:
    """The luma of a (row, column, RGB) picture as (row, column)."""
    plane = plane_of(picture)
    return np.asarray(
        cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if plane is None else np.ascontiguousarray(plane), np.uint8
    )


def samples_of(picture: Picture) -> Picture:
    """The samples that a (row, column, RGB) picture is made of: one where it is grey, else three."""
    plane = plane_of(picture)
    return picture if plane is None else plane[..., np.newaxis]


def redrawn(picture: Picture, draw: Callable[[Picture | Grey], Any]) -> Picture:
    """What `draw` makes of a (row, column, RGB) picture; of a grey one it is given the plane, and three are seen again."""
    plane = plane_of(picture)
    if plane is None:
        return np.asarray(draw(picture), np.uint8)
    drawn = np.asarray(draw(np.ascontiguousarray(plane)), np.uint8)
    return np.broadcast_to(drawn[..., np.newaxis], (*drawn.shape, 3))
