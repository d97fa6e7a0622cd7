"""A block of text as ink: everything that any picture of it shows, darker or brighter than its ground, of any colour.

A line is given to a reader twice: in its shades, and with its faint ink as strong as the other, at another size.  What could
hide from both is looked for here and in ground.py: ink that is fainter, cut off, beside the block, or passed over by the reader.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture
from pixelclean.detect.reading.ground import deviations, is_even
from pixelclean.geometry import BoolArray, Box, bounds, grown, mask_of

Grey = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float32]
"""How strong ink is: 0 for the ground, 1 for that of the text."""

_LEAST_CONTRAST = 40  # grey levels between text and ground; less is not read
_SHARE = 0.3  # of that contrast: what has it is ink
_HEIGHTS = range(5, 121)  # of lines, in pixels
_DOT = 0.4  # a strip lower than this share of the highest one holds dots or accents of the next one
_MOST_LINES = 16
_TICK, _LONG_TICK = 3, 4  # pixels that a tick of a ruler is wide at most, and long at least
_LEVEL = 1  # pixels that the ends of ticks may be off their line
_SHADES, _INK = 32, 46  # pixels that the ink of a line is high in the two pictures which a reader gets
_FULL = 0.5  # strength that the second one shows in black
_PAPER = 14  # white pixels around it
_LONGEST = 6000
_SLACK = 3  # pixels by which the box of a word may miss its ink
_PASSED_OVER = 0.01  # of the ink of a line may lie outside the words: smoothed edges


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line, dark on white, as a reader gets it: in shades, and as ink of one strength.

    `pieces` are the pieces of ink beside each other: so many characters were drawn at least.
    """

    shades: Grey
    ink: Grey
    pieces: int


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The lines of a block in one frame, and the box of their ink in the pixels of what was looked at.

    `ticked`: there is ink beside it, of nothing but what ticks of a ruler are.
    """

    lines: tuple[Line, ...]
    box: Box
    ticked: bool = False

    @classmethod
    def of(cls, crops: Sequence[Picture], box: Box, spoken_for: BoolArray) -> Self | None:
        """What is drawn in a box, by (row, column, RGB) pictures of one place, in their pixels.

        The pictures show more than the box: ink beside it must be `spoken_for`.  None where it is no text on even ground
        with nothing around it.
        """
        off = deviations(crops)
        ink = np.abs(off).max(axis=0)
        contrast = int(np.percentile(ink[box.slices], 98))
        if contrast < _LEAST_CONTRAST:
            return None
        drawn = (ink >= contrast * _SHARE) & ~spoken_for
        if _is_cut(drawn) or not is_even(off, drawn | spoken_for, contrast):
            return None
        inside = np.zeros_like(drawn)
        inside[box.slices] = drawn[box.slices]
        beside = drawn & ~inside
        if beside.any() and not _are_ticks(beside):
            return None
        seen = np.where(inside | (grown(inside, 1) & ~beside), ink / np.float32(contrast), 0)
        lines, around = _lines(seen, inside), bounds(inside)
        return cls(lines, around, bool(beside.any())) if lines and around else None


def is_covered(picture: Grey, boxes: Iterable[Box]) -> bool:
    """Whether the words that a reader found in a picture of a line lie over all of its ink."""
    dark = picture < 128
    seen = (clipped for box in boxes if (clipped := box.clipped(*picture.shape)) is not None)
    left = dark & ~grown(mask_of(seen, *picture.shape), _SLACK)
    return int(left.sum()) <= _PASSED_OVER * int(dark.sum())


def _is_cut(drawn: BoolArray) -> bool:
    """Whether ink goes on beyond what is seen."""
    return bool(drawn[[0, -1]].any() or drawn[:, [0, -1]].any())


def _are_ticks(ink: BoolArray) -> bool:
    """Whether it is bars of one direction that begin or end in one line; dots and letters are none."""
    pieces = np.array(_pieces(ink))
    return _are_bars(pieces[:, 0], *pieces[:, 2:4].T) or _are_bars(pieces[:, 1], *pieces[:, 3:1:-1].T)


def _are_bars(start: Integers, length: Integers, width: Integers) -> bool:
    if (width > _TICK).any() or (length < np.maximum(_LONG_TICK, 2 * width)).any():
        return False
    return bool(min(np.ptp(start), np.ptp(start + length)) <= _LEVEL)


def _pieces(bits: BoolArray) -> list[list[int]]:
    """Left, top, width, height and area of what hangs together."""
    stats = cv2.connectedComponentsWithStats(bits.astype(np.uint8), connectivity=8)[2]
    return [[int(number) for number in row] for row in stats[1:]]


def _lines(seen: Shares, drawn: BoolArray) -> tuple[Line, ...]:
    """The lines from top to bottom; none where their number or their heights are not those of text."""
    strips = _strips(drawn)
    if len(strips) > _MOST_LINES or any(bottom - top not in _HEIGHTS for top, bottom in strips):
        return ()
    return tuple(_line(seen[top:bottom], drawn[top:bottom]) for top, bottom in strips)


def _strips(drawn: BoolArray) -> list[tuple[int, int]]:
    """Rows of ink between rows without any; dots and accents go with what is below them."""
    runs = _runs(np.asarray(drawn.any(axis=1)))
    highest = max((bottom - top for top, bottom in runs), default=0)
    strips: list[tuple[int, int]] = []
    above: int | None = None
    for top, bottom in runs:
        if bottom - top < _DOT * highest and (top, bottom) != runs[-1]:
            above = top if above is None else above
        else:
            strips.append((top if above is None else above, bottom))
            above = None
    return strips


def _runs(bits: BoolArray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], bits, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _line(seen: Shares, drawn: BoolArray) -> Line:
    runs = _runs(np.asarray(drawn.any(axis=0)))
    cut = seen[:, runs[0][0] : runs[-1][1]]
    return Line(_on_paper(cut, _SHADES), _on_paper(cut / _FULL, _INK), len(runs))


def _on_paper(seen: Shares, height: int) -> Grey:
    """Ink as dark on white of that height, with white around it."""
    ink = np.clip(seen * 255, 0, 255).astype(np.uint8)
    scale = min(height / ink.shape[0], _LONGEST / ink.shape[1])
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    padded = cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    return np.asarray(255 - np.pad(np.asarray(padded), _PAPER), np.uint8)
