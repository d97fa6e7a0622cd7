"""Does an image look like a page of text?  Such an image is all text: masking it leaves nothing, a person must decide.

A page is an even ground, light or dark, on which rows of small marks stand one above the other, over much of its height
or, turned, of its width.  What surrounds the page, the scanner's lid or a black border, does not count.
A bare page needs few rows, wherever they stand; a page askew is turned until its rows lie level.

The thresholds hold on made pages (letters, forms, tables; tilted, grainy, shaded, negative), on drawn ultrasound and on
139 public files, none of the labelled scenes among them: there with a larger share of ground that may be uneven nothing
changes, while without the middle third, or with less than 97 % of even ground, screens of ultrasound become pages.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.grey import Grey, grey_of
from pixelclean.detect.network import Picture

Ink = npt.NDArray[np.bool_]

_LONGEST = 1000  # pixels that the longer side is brought down to: letters of a page keep five to ten
_LEAST_SIDE = 100  # pixels of a page that shows rows of text
_GROUND = 15  # pixels that no stroke is wide
_INK = 20  # grey levels by which marks differ from the ground around them
_EVEN = 6.0  # standard deviation in grey levels of the ground in a cell
_CELL = 16  # pixels along the side of the cells that are even or not
_EVEN_SHARE = 0.88  # of a page is even ground
_INK_SHARE = (0.005, 0.3)  # of a page is ink
_WORD_GAP = 9  # pixels between words of a row, at most
_HEIGHTS = (3, 60)  # pixels of a row of text
_LENGTH = 2.5  # heights that a piece of a row has at least
_FILLED = (0.12, 0.85)  # of a piece of a row is ink
_LEAST_ROWS = 5
_MIDDLE = (1 / 3, 2 / 3)  # of the width: on screens around an image, text stands beside it
_INK_IN_ROWS = 0.35  # of the ink is text in rows; the rest may be ruled lines, a stamp, a signature
_SPREAD = 0.35  # of the height of a page lies between its first and its last row
_ROWS_SHARE = 0.025  # of a page lies in its rows
_PAGE_SHARE = 0.4  # of a picture is page
_BARE = 0.97  # of a page is even ground, where nothing but text is on it: then few rows make a page
_FEW_ROWS = 3
_SHORT = 1.2  # heights that a word has at least, where there are only words
_INK_ALL_ROWS = 0.7  # of the ink of such a page
_MOST_TILT, _TILT_STEP = 45, 3  # degrees
_POINTS = 20_000  # pixels of ink that are asked for the direction of rows
_CLEARER = 1.25  # times the usual variation of the profile, along rows
_HALF = 127


def looks_like_document(picture: Picture) -> bool:
    """Whether most of an RGB picture is a page of text: on paper or on a screen, either way round."""
    grey = _small(picture)
    return any(_is_text(page) for page in _pages(grey))


def _small(picture: Picture) -> Grey:
    """The picture in grey, at a size where text of a page has a usual height."""
    grey = grey_of(picture)
    scale = _LONGEST / max(grey.shape)
    if scale >= 1:
        return grey
    size = tuple(max(1, round(side * scale)) for side in grey.shape[::-1])
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _pages(grey: Grey) -> list[Grey]:
    """What may be a page, with dark ink on a light ground: the light part of the picture, and that of its negative."""
    return [page for shown in (grey, np.asarray(255 - grey, np.uint8)) if (page := _light_part(shown)) is not None]


def _light_part(grey: Grey) -> Grey | None:
    """The rows and columns that are mostly light, None where that is too little for a page."""
    middle, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = grey > middle
    if light.mean() < _PAGE_SHARE:
        return None
    rows, columns = (np.flatnonzero(light.mean(axis=axis) > 0.5) for axis in (1, 0))
    if len(rows) < _LEAST_SIDE or len(columns) < _LEAST_SIDE:
        return None
    return np.ascontiguousarray(grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _is_text(page: Grey) -> bool:
    """Whether dark marks stand in rows on an even ground, one above the other or, turned, side by side, or askew."""
    page = np.asarray(cv2.GaussianBlur(page, (3, 3), 0), np.uint8)  # the grain of a photograph is no ink
    ground = cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones((_GROUND, _GROUND), np.uint8))
    ink = np.asarray(cv2.subtract(ground, page) > _INK)
    if not _INK_SHARE[0] <= float(ink.mean()) <= _INK_SHARE[1]:
        return False
    even = _even_share(page, ink)
    if even < _EVEN_SHARE:
        return False
    upright = (ink, np.ascontiguousarray(ink.T))
    if any(_stands_in_rows(way) for way in upright):
        return True
    if even >= _BARE and any(_is_all_rows(way) for way in upright):
        return True
    tilted = _straightened(ink)
    return tilted is not None and (_stands_in_rows(tilted) or (even >= _BARE and _is_all_rows(tilted)))


def _straightened(ink: Ink) -> Ink | None:
    """The ink turned so that its rows lie level; None where it has no direction but along the edges of the picture.

    The rows of a text, seen along their direction, part into ink and gaps: there the profile varies most.
    """
    y, x = (side.astype(np.float32) for side in np.nonzero(ink))
    some = slice(None, None, 1 + len(x) // _POINTS)
    x, y = x[some], y[some]
    steps = range(-_MOST_TILT, _MOST_TILT + 1, _TILT_STEP)
    clear = [_variation(y * np.float32(np.cos(a)) - x * np.float32(np.sin(a))) for a in np.radians(steps)]
    angle = steps[int(np.argmax(clear))]
    if abs(angle) < _TILT_STEP or max(clear) < _CLEARER * float(np.median(clear)):
        return None
    rows, columns = ink.shape
    turn = np.asarray(cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1.0))
    width, height = (int(np.ceil(side)) for side in abs(turn[:, :2]) @ (columns, rows))
    turn[:, 2] += (width - columns) / 2, (height - rows) / 2
    turned = cv2.warpAffine(ink.astype(np.uint8) * np.uint8(255), turn, (width, height), flags=cv2.INTER_LINEAR)
    left, top, width, height = cv2.boundingRect((turned > _HALF).astype(np.uint8))
    return np.ascontiguousarray(turned[top : top + height, left : left + width] > _HALF)


def _variation(heights: npt.NDArray[np.float32]) -> float:
    """How unevenly points lie over heights, in lines of two pixels."""
    lines = np.bincount(((heights - heights.min()) / 2).astype(np.int64)).astype(np.float64)
    return float((lines * lines).mean() / lines.mean() ** 2)


def _is_all_rows(ink: Ink) -> bool:
    """Whether a bare page holds nothing but a few rows, wherever on it they stand."""
    pieces = _pieces(ink, _SHORT)
    inked = sum(piece.ink for piece in pieces)
    return len(_rows(pieces)) >= _FEW_ROWS and inked >= _INK_ALL_ROWS * int(np.count_nonzero(ink))


def _stands_in_rows(ink: Ink) -> bool:
    """Whether much of the ink stands in rows that take up much of the page, its middle too."""
    pieces = _pieces(ink)
    left, right = (share * ink.shape[1] for share in _MIDDLE)
    middles = _rows([piece for piece in pieces if piece.left < right and piece.left + piece.width > left])
    if len(middles) < _LEAST_ROWS or middles[-1] - middles[0] < _SPREAD * len(ink):
        return False
    share = sum(piece.width * piece.height for piece in pieces) / ink.size
    inked = sum(piece.ink for piece in pieces)
    return share >= _ROWS_SHARE and inked >= _INK_IN_ROWS * int(np.count_nonzero(ink))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a row of text: how high its middle is, where it begins, its size, and its ink in pixels."""

    middle: float
    left: int
    width: int
    height: int
    ink: float


def _even_share(page: Grey, ink: Ink) -> float:
    """Share of the cells of a page whose ground, between the ink, is even."""
    size = tuple(side // _CELL for side in page.shape[::-1])
    whole = np.s_[: size[1] * _CELL, : size[0] * _CELL]  # whole cells are summed four times as fast
    near = cv2.dilate(ink[whole].astype(np.uint8), np.ones((5, 5), np.uint8))
    ground = (1 - near).astype(np.float32)
    grey = page[whole].astype(np.float32)
    weight, first, second = (
        cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        for values in (ground, ground * grey, ground * grey * grey)
    )
    weight = np.maximum(weight, 1e-3)
    variance = second / weight - (first / weight) ** 2
    return float((variance <= _EVEN**2).mean())


def _pieces(ink: Ink, length: float = _LENGTH) -> list[_Piece]:
    """Marks that stand side by side and are as long, as high and as full as a row of letters."""
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, _WORD_GAP), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    marks = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=len(stats))
    found = []
    for (left, top, width, height, _), inked in zip(stats[1:].tolist(), marks[1:], strict=True):
        high = _HEIGHTS[0] <= height <= _HEIGHTS[1] and width >= length * height
        if high and _FILLED[0] <= inked / (width * height) <= _FILLED[1]:
            found.append(_Piece(top + height / 2, left, width, height, float(inked)))
    return found


def _rows(pieces: list[_Piece]) -> list[float]:
    """The middles of the rows that the pieces of usual height stand in, from the top."""
    if not pieces:
        return []
    usual = float(np.median([piece.height for piece in pieces]))
    middles: list[float] = []
    for middle in sorted(piece.middle for piece in pieces if usual / 2 <= piece.height <= usual * 2):
        if not middles or middle - middles[-1] > usual * 0.7:
            middles.append(middle)
    return middles
