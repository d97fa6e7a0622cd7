"""Judge: frames before and after, and the labelled lines, in; what of them is left out.

It asks neither a plan nor a detector, only the pixels that are displayed, so that other decoders can be its eyes.  A label
that no pixel bears out is neither covered nor left: it is in doubt, and says why.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from pixelclean.evaluation.ink import BLACK, Ink, Shown
from pixelclean.geometry import BoolArray, Box, mask_of

LINE_COVERED = 0.9
"""Share of a line's ink that must be black in every frame that shows it; less, and the line is left."""
CELL_COVERED = 0.5
"""The same of a character cell."""
AWAY = 8
"""Pixels from every labelled line: what changed further away was no text."""
_LEAST_CELLS = 1 / 3
"""Share of a line's characters, spaces too, that have a cell with ink where the box fits the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line: its box in stored pixels, whether it identifies, and how many characters it has (0: unknown).

    Where `frames` is empty the line is judged by the ink of the first frame that has some in the box, in every frame that
    shows the same there; else it is judged in these frames, each with the ink that it has itself.
    """

    box: Box
    identifies: bool = True
    characters: int = 0
    frames: frozenset[int] = frozenset()


class Doubt(StrEnum):
    """Why nobody knows whether a line is gone; the value is the spelling used in evaluation.json."""

    NOT_SHOWN = "not-shown"
    """The image has no such frame, or no frame at all."""
    NO_INK = "no-ink"
    """The box holds no ink in the frame that should show the line, or in no frame: it stands beside the text."""
    LITTLE_INK = "little-ink"
    """Few of the characters have ink in the box: it is much too large, or stands half beside the text."""
    CHANGES = "changes"
    """Another frame shows something else in the box that is not covered; `frames` says which of them show the line."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What is left of one line.

    `covered` is the share of its ink that is black in `frame`, the frame where that is least; `cells` are those with
    ink in them, in any frame, `cells_left` those that are not covered in one frame at least.  `doubt` says why the line
    is not judged; a line that is left is judged.
    """

    line: Line
    left: bool
    covered: float
    frame: int
    cells: int
    cells_left: int
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is left of the lines of one file, in their order; `away` is the share of all pixels that changed away from
    every line, None where no pixel was compared."""

    lines: tuple[LineVerdict, ...]
    away: float | None


def all_left(line: Line) -> LineVerdict:
    """The verdict on a line of an output that nobody could look at."""
    characters = max(1, line.characters)
    return LineVerdict(line, True, 0.0, 0, characters, characters)


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
    return Verdict(tuple(watch.verdict() for watch in watches), changed / pixels if pixels else None)


def near_to(lines: Iterable[Line], rows: int, columns: int) -> BoolArray:
    """The pixels no further than AWAY from a line, whatever frames it is in."""
    boxes = (line.box.grown(AWAY).clipped(rows, columns) for line in lines)
    return mask_of((box for box in boxes if box is not None), rows, columns)


@dataclass(slots=True)
class _Watch:
    """One line while frame after frame goes by; `cells` with a character in them, and those of them that are left.

    `met` counts the frames that were looked at, `bare` those of them in which the box holds no ink, of which
    `bare_covered` is the least share that is black; `changes` says that a frame shows something else, uncovered.
    """

    line: Line
    black: float
    ink: Ink | None = None
    places: tuple[Box, ...] = ()
    covered: float = 1.0
    frame: int = 0
    cells: set[Box] = field(default_factory=set)
    cells_left: set[Box] = field(default_factory=set)
    met: int = 0
    bare: int = 0
    bare_covered: float = 1.0
    changes: bool = False

    def look(self, number: int, before: Shown, after: Shown) -> None:
        if self.line.frames and number not in self.line.frames:
            return
        self.met += 1
        own = self._ink(before)
        if own.flat:
            self.bare += 1
            self.bare_covered = min(self.bare_covered, own.share_covered(after))
        elif self.line.frames:
            self._judge(number, own, after)
        else:
            self._as_long_as_it_shows(number, own, before, after)

    def _ink(self, before: Shown) -> Ink:
        """The ink of a frame; frames of a cine are often alike there."""
        same = self.ink is not None and np.array_equal(before, self.ink.crop)
        return self.ink if same and self.ink is not None else Ink.of(before, self.black)

    def _as_long_as_it_shows(self, number: int, own: Ink, before: Shown, after: Shown) -> None:
        """Judge a frame by the first one that had ink; what it shows in the box beside that must not be seen either."""
        self.ink = self.ink or own
        if self.ink.shows_in(before):
            self._judge(number, self.ink, after)
        self.changes |= own is not self.ink and own.share_covered(after) < LINE_COVERED

    def _judge(self, number: int, ink: Ink, after: Shown) -> None:
        if not self.places:
            self.places = ink.cells(self.line.characters)
        black, share = ink.covered(after), ink.share_covered(after)
        if share < self.covered:
            self.covered, self.frame = share, number
        for cell in self.places:
            if ink.has_ink_in(cell):
                self.cells.add(cell)
                if black[cell.slices].sum() < CELL_COVERED * ink.witness[cell.slices].sum():
                    self.cells_left.add(cell)

    def verdict(self) -> LineVerdict:
        covered = min(self.covered, self.bare_covered) if self._lacks_ink else self.covered
        if covered < LINE_COVERED and not self.cells:
            return replace(all_left(self.line), covered=covered, frame=self.frame)
        counts = (len(self.cells), len(self.cells_left))
        left = covered < LINE_COVERED
        return LineVerdict(self.line, left, covered, self.frame, *counts, None if left else self._doubt)

    @property
    def _lacks_ink(self) -> bool:
        """Whether the box is bare where the label says that it is not."""
        return self.bare > 0 and (bool(self.line.frames) or self.ink is None)

    @property
    def _doubt(self) -> Doubt | None:
        if self.met < max(1, len(self.line.frames)):
            return Doubt.NOT_SHOWN
        if self._lacks_ink or not self.cells:
            return Doubt.NO_INK
        if len(self.cells) < _LEAST_CELLS * self.line.characters:
            return Doubt.LITTLE_INK
        return Doubt.CHANGES if self.changes else None
