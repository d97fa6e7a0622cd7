"""What a finder left and what it wasted on a made frame, and tables of it.

A character is left when less than half of its ink is masked; a line is left when one of its visible characters is.
Waste is masked area further than 8 pixels from every line, as a share of the frame.  Characters that nobody can read do
not count as left, nor what is masked of them as waste.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
from detector_results import Table
from made_truth import Frame, Letter, Line

AWAY = 8
HALF = 0.5
_EVEN = 3.0  # grey levels that an even ground varies by
_HEIGHTS = (8, 10, 12, 16, 24, 40, 80)
_CONTRASTS = (15, 25, 40, 80, 150)
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Numbers of the visible characters that are left, and where was masked in vain."""

    left: frozenset[int]
    wasted: Mask

    @property
    def waste(self) -> float:
        """As a share of the frame."""
        return float(self.wasted.mean())


def score(frame: Frame, mask: Mask, near: Mask) -> Score:
    """Judge the mask of one frame; `near` is `near_text` of it."""
    count = int(frame.letters.max()) + 1
    whole = np.bincount(frame.letters.ravel(), minlength=count)
    kept = np.bincount(frame.letters[mask], minlength=count)
    visible = [letter.number for line in frame.lines for letter in line.letters if letter.visible]
    left = frozenset(number for number in visible if kept[number] < HALF * whole[number])
    return Score(left, mask & ~near)


def near_text(frame: Frame) -> Mask:
    """The hull of every line, and 8 pixels around it."""
    mask = np.zeros(frame.letters.shape, np.uint8)
    for line in frame.lines:
        corners = [
            corner
            for letter in line.letters
            for corner in _corners((*letter.box[:2], letter.box[2] - 1, letter.box[3] - 1))
        ]
        cv2.fillConvexPoly(mask, cv2.convexHull(np.array(corners, np.int32)), 1)
    return cv2.dilate(mask, np.ones((2 * AWAY + 1, 2 * AWAY + 1), np.uint8)).astype(np.bool_)


def _corners(box: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = box
    yield from ((left, top), (right, top), (right, bottom), (left, bottom))


@dataclass(slots=True)
class Tally:
    """Characters by table and row: how many, and how many each finder left; waste by frame."""

    finders: tuple[str, ...]
    letters: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    left: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    lines: int = 0
    lines_left: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wastes: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, frame: Frame, scores: Mapping[str, Score]) -> None:
        """One frame, judged for every finder."""
        for line in frame.lines:
            seen = [letter for letter in line.letters if letter.visible]
            self.lines += bool(seen)
            for name, judged in scores.items():
                self.lines_left[name] += any(letter.number in judged.left for letter in seen)
            for letter in seen:
                self._count(frame, line, letter, scores)
        for name, judged in scores.items():
            for kind in ("all", frame.kind):
                self.wastes[kind, name].append(judged.waste)

    def _count(self, frame: Frame, line: Line, letter: Letter, scores: Mapping[str, Score]) -> None:
        for place in rows_of(frame, line, letter):
            self.letters[place] += 1
            for name, judged in scores.items():
                self.left[(*place, name)] += letter.number in judged.left

    def tables(self) -> Iterator[Table]:
        """Totals, waste, and the share of characters left by everything that is known about them."""
        yield self._totals()
        yield self._waste()
        for title in dict.fromkeys(title for title, _ in self.letters):
            rows = [
                [row.strip(), self.letters[title, row], *(self._share(title, row, name) for name in self.finders)]
                for row in sorted(row for named, row in self.letters if named == title)
            ]
            yield Table.of([title, "characters", *(f"% left {name}" for name in self.finders)], rows)

    def _share(self, title: str, row: str, name: str) -> str:
        return f"{100 * self.left[title, row, name] / self.letters[title, row]:.2f}"

    def _totals(self) -> Table:
        whole = self.letters["all", "all"]
        rows = [
            [
                name,
                whole,
                self.left["all", "all", name],
                self._share("all", "all", name),
                self.lines,
                self.lines_left[name],
            ]
            for name in self.finders
        ]
        return Table.of(["finder", "characters", "left", "% left", "lines", "lines left"], rows)

    def _waste(self) -> Table:
        kinds = dict.fromkeys(kind for kind, _ in self.wastes)
        rows = [
            [kind, len(self.wastes[kind, self.finders[0]]), *(
                f"{100 * np.median(self.wastes[kind, name]):.2f} / {100 * np.mean(self.wastes[kind, name]):.2f}"
                for name in self.finders)]
            for kind in kinds
        ]  # fmt: skip
        return Table.of(["% wasted, median / mean", "frames", *self.finders], rows)


def rows_of(frame: Frame, line: Line, letter: Letter) -> Iterable[tuple[str, str]]:
    """The row of each table that a character belongs to."""
    even = "even" if letter.spread < _EVEN else "texture"
    turned = "upright" if line.angle == 0 else "quarter turn" if line.angle % 90 == 0 else "tilted"
    return (
        ("all", "all"),
        ("height", _bucket(line.height, _HEIGHTS)),
        ("contrast", _bucket(letter.contrast, _CONTRASTS)),
        ("ground", even),
        (
            "contrast on texture" if even == "texture" else "contrast on even ground",
            _bucket(letter.contrast, _CONTRASTS),
        ),
        ("script", line.script),
        ("style", line.style),
        ("angle", turned),
        ("colour", "coloured" if line.coloured else "grey"),
        ("letters in line", "one" if len(line.letters) == 1 else "two or three" if len(line.letters) < 4 else "more"),
        ("background", frame.kind),
        ("modality", frame.modality),
    )


def _bucket(value: float, edges: tuple[int, ...]) -> str:
    low, high = 0, None
    for edge in edges:
        if value < edge:
            high = edge
            break
        low = edge
    return f"{low:4d} and more" if high is None else f"{low:4d} to {high}"
