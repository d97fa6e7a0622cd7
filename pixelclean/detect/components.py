"""Components: the places of a mask that hang together."""

import cv2
import numpy as np

from pixelclean.geometry import BoolArray, Box


def components(mask: BoolArray) -> tuple[tuple[Box, int], ...]:
    """The bounds of every component of a (row, column) mask, corners joined, and how many pixels it has."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return tuple(
        (Box(left, top, left + width, top + height), area) for left, top, width, height, area in stats[1:].tolist()
    )
