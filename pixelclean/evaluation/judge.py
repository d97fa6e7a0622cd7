"""Judge: frames before and after, and the labelled lines, in; what of them is left out.

It asks neither a plan nor a detector, only the pixels that are displayed, so that other decoders can be its eyes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from pixelclean.evaluation.ink import BLACK, Ink, Shown
from pixelclean.geometry import BoolArray, Box, mask_of

LINE_COVERED = 0.9
"""Share of a line's ink that must be black in every frame that shows it; less, and the line is left."""
CELL_COVERED = 0.5
"""The same of a character cell."""
AWAY = 8
"""Pixels from every labelled line: what changed further away was no text."""


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line: its box in stored pixels, whether it identifies, and how many characters it has (0: unknown).

    Where `frames` is empty the box was drawn on the first frame, and the line is judged in every frame that still shows
    the same there; else it is judged in these frames, each with the ink that it has itself.
    """

    box: Box
    identifies: bool = True
    characters: int = 0
    frames: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What is left of one line.

    `covered` is the share of its ink that is black in `frame`, the frame where that is least; `cells` are those with
    ink in them, in any frame, `cells_left` those that are not covered in one frame at least.
    """

    line: Line
    left: bool
    covered: float
    frame: int
    cells: int
    cells_left: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is left of the lines of one file, in their order; `away` is the share of all pixels that changed away from
    every line."""

    lines: tuple[LineVerdict, ...]
    away: float


def judge(lines: Iterable[Line], frames: Iterable[tuple[Shown, Shown]], loss: float = 0.0) -> Verdict:
    """What is left, from every frame before and after; they are taken one at a time.

    All of them are (row, column, sample) of one size, but for the number of samples.  Where the output was encoded anew
    with loss, which moves pixels by up to `loss` of 255, what differs by no more is unchanged, and that near black is black.
    """
    watches = [_Watch(line, max(BLACK, loss)) for line in lines]
    near: BoolArray | None = None
    changed = pixels = 0
    for number, (before, after) in enumerate(frames):
        if near is None:
            near = near_to([watch.line for watch in watches], *before.shape[:2])
        differs = np.abs(after - before).max(axis=-1) > loss
        changed, pixels = changed + int((differs & ~near).sum()), pixels + differs.size
        for watch in watches:
            watch.look(number, before[watch.line.box.slices], after[watch.line.box.slices])
    return Verdict(tuple(watch.verdict() for watch in watches), changed / pixels if pixels else 0.0)


def near_to(lines: Iterable[Line], rows: int, columns: int) -> BoolArray:
    """The pixels no further than AWAY from a line, whatever frames it is in."""
    boxes = (line.box.grown(AWAY).clipped(rows, columns) for line in lines)
    return mask_of((box for box in boxes if box is not None), rows, columns)


@dataclass(slots=True)
class _Watch:
    """One line while frame after frame goes by; `cells` with a character in them, and those of them that are left."""

    line: Line
    black: float
    ink: Ink | None = None
    places: tuple[Box, ...] = ()
    covered: float = 1.0
    frame: int = 0
    cells: set[Box] = field(default_factory=set)
    cells_left: set[Box] = field(default_factory=set)

    def look(self, number: int, before: Shown, after: Shown) -> None:
        ink = self._ink(number, before)
        if ink is None:
            return
        if not self.places:
            self.places = ink.cells(self.line.characters)
        black = ink.covered(after)
        share = float(black.sum() / ink.witness.sum())
        if share < self.covered:
            self.covered, self.frame = share, number
        for cell in self.places:
            if ink.has_ink_in(cell):
                self.cells.add(cell)
                if black[cell.slices].sum() < CELL_COVERED * ink.witness[cell.slices].sum():
                    self.cells_left.add(cell)

    def _ink(self, number: int, before: Shown) -> Ink | None:
        """The ink of the line in a frame, None where the frame does not show it."""
        if self.line.frames:
            return Ink.of(before, self.black) if number in self.line.frames else None
        if self.ink is None:
            self.ink = Ink.of(before, self.black)
        return self.ink if self.ink.shows_in(before) else None

    def verdict(self) -> LineVerdict:
        left = self.covered < LINE_COVERED
        return LineVerdict(self.line, left, self.covered, self.frame, len(self.cells), len(self.cells_left))
