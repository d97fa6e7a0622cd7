"""Faces: where a photograph may show one, upright or turned by quarters.

The cascade is the one that scikit-image ships (local binary patterns, frontal faces).  It knows faces from the front;
profiles, covered faces and most surface renderings of a head escape it, so that finding none proves nothing.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from pixelclean.detect.network import Picture
from pixelclean.geometry import Box

_LONGEST = 640  # pixels that the longer side is brought down to: a face of forty is seen in a picture of a thousand
_LEAST_FACE = 24  # pixels of the reduced picture: the size that the cascade was trained with
_STEP, _GROWTH = 1.5, 1.2
_NEIGHBOURS = 4  # places that must agree on a face
_COLOURLESS = 4.0  # mean difference of red, green and blue in grey levels
_SKIN = (np.array((0, 133, 77), np.uint8), np.array((255, 180, 135), np.uint8))
"""Lowest and highest Y, Cr and Cb of skin, of whatever tone: it differs in brightness more than in colour."""
_TINT = 1.3  # times the mean of the weakest colour of a picture is that of its strongest, in light of a colour
_SKIN_SHARE = 0.3  # of the inner half of a face


def faces(picture: Picture) -> tuple[Box, ...]:
    """Boxes of what may be faces in a (row, column, RGB) picture; in colour, only where there is the colour of skin."""
    scale = min(1.0, _LONGEST / max(picture.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    if min(small.shape[:2]) < _LEAST_FACE:
        return ()
    ways = (small, np.asarray(255 - small, np.uint8)) if _colourless(small) else (small,)
    boxes = {
        _enlarged(box, picture)
        for shown in ways
        for box in _all_ways_up(shown)
        if _is_tinted(small) or _may_be_skin(small[box.slices])
    }
    return tuple(sorted(box for box in boxes if box is not None))


def _colourless(part: Picture) -> bool:
    return float(np.ptp(part.astype(np.int16), axis=2).mean()) < _COLOURLESS


def _is_tinted(picture: Picture) -> bool:
    """Whether the light was of a colour, so that skin has another one."""
    means = picture.reshape(-1, 3).mean(axis=0)
    return bool(means.max() > _TINT * means.min())


def _all_ways_up(small: Picture) -> Iterator[Box]:
    """What the cascade sees in the picture and in its three quarter turns, in pixels of the picture."""
    # Imported where photographs are: it brings SciPy, which most runs do without.
    from skimage.data import lbp_frontal_face_cascade_filename  # noqa: PLC0415
    from skimage.feature import Cascade  # noqa: PLC0415

    cascade = Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(small, turns))
        places = cascade.detect_multi_scale(
            img=turned,
            scale_factor=_GROWTH,
            step_ratio=_STEP,
            min_size=(_LEAST_FACE, _LEAST_FACE),
            max_size=(_LONGEST, _LONGEST),
            min_neighbor_number=_NEIGHBOURS,
        )
        for place in places:
            yield _turned_back(place, turns, *small.shape[:2])


def _turned_back(place: dict[str, int], turns: int, rows: int, columns: int) -> Box:
    """A place of a picture that was turned to the left, in the picture of so many rows and columns as it was."""
    left, top = int(place["c"]), int(place["r"])
    right, bottom = left + int(place["width"]), top + int(place["height"])
    return (
        Box(left, top, right, bottom),
        Box(columns - bottom, left, columns - top, right),
        Box(columns - right, rows - bottom, columns - left, rows - top),
        Box(top, rows - right, bottom, rows - left),
    )[turns]


def _may_be_skin(part: Picture) -> bool:
    """Whether the middle of a part of a picture has the colour of skin, or no colour at all."""
    rows, columns = part.shape[:2]
    inner = np.ascontiguousarray(part[rows // 4 : -(rows // 4), columns // 4 : -(columns // 4)])
    if _colourless(inner):
        return True
    skin = cv2.inRange(cv2.cvtColor(inner, cv2.COLOR_RGB2YCrCb), *_SKIN)
    return bool(np.count_nonzero(skin) >= _SKIN_SHARE * skin.size)


def _enlarged(box: Box, picture: Picture) -> Box | None:
    """A box of the reduced picture in pixels of the picture."""
    scale = max(1.0, max(picture.shape[:2]) / _LONGEST)
    edges = (round(edge * scale) for edge in box.edges)
    return Box(*edges).clipped(*picture.shape[:2])
