"""Does an image look like a page of text?  Such an image is all text: masking it leaves nothing, a person must decide.

A page is an even ground, light or dark, on which rows of small marks stand one above the other, over much of its height
or, turned, of its width.  What surrounds the page, the scanner's lid or a black border, does not count.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture

Grey = npt.NDArray[np.uint8]

_LONGEST = 1000  # pixels that the longer side is brought down to: letters of a page keep five to ten
_LEAST_SIDE = 100  # pixels of a page that shows rows of text
_GROUND = 15  # pixels that no stroke is wide
_INK = 28  # grey levels by which marks differ from the ground around them
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


def looks_like_document(picture: Picture) -> bool:
    """Whether most of an RGB picture is a page of text: on paper or on a screen, either way round."""
    grey = _small(picture)
    return any(_is_text(page) for page in _pages(grey))


def _small(picture: Picture) -> Grey:
    """The picture in grey, at a size where text of a page has a usual height."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
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
    """Whether dark marks stand in rows on an even ground, one above the other or, turned, side by side."""
    ground = cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones((_GROUND, _GROUND), np.uint8))
    ink = np.asarray(cv2.subtract(ground, page) > _INK)
    if not _INK_SHARE[0] <= float(ink.mean()) <= _INK_SHARE[1] or _even_share(page, ink) < _EVEN_SHARE:
        return False
    return _stands_in_rows(ink) or _stands_in_rows(np.ascontiguousarray(ink.T))


def _stands_in_rows(ink: npt.NDArray[np.bool_]) -> bool:
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


def _even_share(page: Grey, ink: npt.NDArray[np.bool_]) -> float:
    """Share of the cells of a page whose ground, between the ink, is even."""
    near = cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8))
    ground = (1 - near).astype(np.float32)
    grey = page.astype(np.float32)
    size = tuple(max(1, side // _CELL) for side in page.shape[::-1])
    weight, first, second = (
        cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        for values in (ground, ground * grey, ground * grey * grey)
    )
    weight = np.maximum(weight, 1e-3)
    variance = second / weight - (first / weight) ** 2
    return float((variance <= _EVEN**2).mean())


def _pieces(ink: npt.NDArray[np.bool_]) -> list[_Piece]:
    """Marks that stand side by side and are as long, as high and as full as a row of letters."""
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, _WORD_GAP), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    marks = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=len(stats))
    found = []
    for (left, top, width, height, _), inked in zip(stats[1:].tolist(), marks[1:], strict=True):
        high = _HEIGHTS[0] <= height <= _HEIGHTS[1] and width >= _LENGTH * height
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
