"""Previews: a frame as PNG with the boxes of a plan drawn on it.  Pictures are private: they stay in the store."""

from collections.abc import Iterable

import cv2
import numpy as np

from pixelclean.detect.network import Picture
from pixelclean.errors import PixelcleanError
from pixelclean.geometry import Act, Origin, Region

_COLOURS = {Origin.DETECTOR: (255, 176, 0), Origin.RULE: (80, 170, 255), Origin.IDENTIFIER: (255, 90, 160)}
_KEPT = (90, 220, 90)
_OTHER = (255, 255, 255)


def drawn(picture: Picture, regions: Iterable[Region]) -> Picture:
    """A copy of an RGB picture with an outline around each region, its colour telling the origin."""
    canvas = np.ascontiguousarray(picture.copy())
    for region in regions:
        box = region.box
        colour = _KEPT if region.act is Act.KEEP else _COLOURS.get(region.origin, _OTHER)
        cv2.rectangle(canvas, (box.left, box.top), (box.right - 1, box.bottom - 1), colour, 1)
    return canvas


def png(picture: Picture, longest: int | None = None) -> bytes:
    """An RGB picture as PNG, made smaller until its longest side has at most `longest` pixels."""
    if longest is not None and max(picture.shape[:2]) > longest:
        scale = longest / max(picture.shape[:2])
        size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    made, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not made:
        raise PixelcleanError("a picture could not be written as PNG")
    return data.tobytes()
