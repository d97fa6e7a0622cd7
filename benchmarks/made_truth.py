"""What is exactly known about a made frame: each line, each character, their ink, and whether a person can read them."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Letters = npt.NDArray[np.uint16]
Edges = tuple[int, int, int, int]
LEAST_CONTRAST = 10.0
"""Grey levels that ink must differ by from its ground to be visible, in luminance or in the brightest sample."""
LEAST_WITH_LOSS = 20.0
"""The same in a picture that was compressed with loss, which makes blots of fainter strokes (looked at as pictures)."""
LEAST_OVER_SPREAD = 1.5
"""Times the spread of the ground that it must differ by: below it, speckle swallows thin strokes (looked at as pictures)."""
_SHAPE, _HALF = 0.7, 0.4
"""Of a character's ink so much keeps that share of its contrast: compression with loss eats faint strokes."""
_INK = 0.5  # of a character's fullest pixel
_AROUND = 3  # pixels of ground around a character


@dataclass(frozen=True, slots=True)
class Letter:
    """One character: its number in the frame, the box of its ink (left, top, right, bottom), how it stands out."""

    number: int
    box: Edges
    contrast: float
    spread: float
    visible: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line: box of its ink, height of its capitals in pixels, median contrast and spread of its characters.

    It is visible when at least half of its characters are.
    """

    box: Edges
    height: float
    contrast: float
    spread: float
    script: str
    style: str
    angle: float
    coloured: bool
    visible: bool
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A made frame: the picture (row, column, RGB), and for each pixel the number of the character whose ink it is, or 0."""

    name: str
    kind: str
    modality: str
    origin: str
    picture: Picture
    letters: Letters
    lines: tuple[Line, ...]

    @property
    def ink(self) -> npt.NDArray[np.bool_]:
        """All ink, that of characters which nobody can read too."""
        return self.letters > 0

    def saved(self, folder: Path) -> Path:
        """As NAME.npz: picture, ink, letters, and `truth`, a text in JSON."""
        told = {"name": self.name, "kind": self.kind, "modality": self.modality, "origin": self.origin}
        told |= {"lines": [asdict(line) for line in self.lines]}
        place = folder / f"{self.name}.npz"
        truth = json.dumps(told)
        np.savez_compressed(
            place, picture=self.picture, ink=self.ink.astype(np.uint8), letters=self.letters, truth=truth
        )
        return place

    @classmethod
    def read(cls, place: Path) -> "Frame":
        """What `saved` wrote."""
        with np.load(place) as stored:
            told: dict[str, Any] = json.loads(str(stored["truth"]))
            picture, letters = stored["picture"], stored["letters"]
        lines = tuple(_line(line) for line in told.pop("lines"))
        return cls(picture=picture, letters=letters, lines=lines, **told)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as it was asked for: the numbers of its characters, and what the tables are made by."""

    numbers: range
    height: float
    script: str
    style: str
    angle: float
    coloured: bool


def ink_of(alpha: npt.NDArray[np.uint8], letters: Letters) -> Letters:
    """The numbers of the characters where there is enough ink: half of each character's fullest pixel."""
    fullest = np.zeros(int(letters.max()) + 1, np.uint8)
    rows, columns = np.nonzero(letters)
    owners, amounts = letters[rows, columns], alpha[rows, columns]
    np.maximum.at(fullest, owners, amounts)
    enough = amounts >= np.maximum(20, fullest[owners] * _INK)
    ink = np.zeros_like(letters)
    ink[rows[enough], columns[enough]] = owners[enough]
    return ink


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The same picture with text (`shown`) and without; how much it was enlarged, and the least contrast that shows."""

    shown: Picture
    bare: Picture
    grown: float = 1.0
    least: float = LEAST_CONTRAST


def measured(pair: Pair, ink: Letters, drawn: tuple[Drawn, ...]) -> tuple[Line, ...]:
    """The lines of a frame, judged by what their ink changed in the picture."""
    boxes = _boxes(ink)
    return tuple(
        _judged(line, letters, pair.grown)
        for line in drawn
        if (letters := [_letter(pair, ink, number, boxes[number]) for number in line.numbers if number in boxes])
    )


def _boxes(ink: Letters) -> dict[int, Edges]:
    rows, columns = np.nonzero(ink)
    owners = ink[rows, columns]
    count = int(owners.max(initial=0)) + 1
    least, most = np.full((2, count), 1 << 30), np.full((2, count), -1)
    for axis, places in enumerate((columns, rows)):
        np.minimum.at(least[axis], owners, places)
        np.maximum.at(most[axis], owners, places)
    return {
        number: (int(least[0][number]), int(least[1][number]), int(most[0][number]) + 1, int(most[1][number]) + 1)
        for number in np.unique(owners).tolist()
    }


def _letter(pair: Pair, ink: Letters, number: int, box: Edges) -> Letter:
    left, top, right, bottom = box
    around = max(_AROUND, (bottom - top) // 5)
    near = (slice(max(0, top - around), bottom + around), slice(max(0, left - around), right + around))
    own = ink[near] == number
    views = zip(_views(pair.shown[near]), _views(pair.bare[near]), strict=True)
    contrast, spread, shape = max(_standing_out(*view, own) for view in views)
    visible = contrast >= max(pair.least, LEAST_OVER_SPREAD * spread) and shape >= _SHAPE
    return Letter(number, box, round(contrast, 1), round(spread, 1), bool(visible))


def _views(picture: Picture) -> Iterator[npt.NDArray[np.float32]]:
    """Luminance, and the brightest sample: saturated blue is dark in one and bright in the other."""
    yield cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY).astype(np.float32)
    yield picture.max(axis=2).astype(np.float32)


def _standing_out(
    shown: npt.NDArray[np.float32], bare: npt.NDArray[np.float32], own: npt.NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Contrast of the ink, spread of the ground, and the share of the ink that keeps much of the contrast."""
    away = shown[own] - float(np.median(bare))
    contrast = float(np.median(away))
    shape = float((away * np.sign(contrast) >= _HALF * abs(contrast)).mean())
    return abs(contrast), float(bare.std()), shape


def _judged(drawn: Drawn, letters: list[Letter], grown: float) -> Line:
    edges = np.array([letter.box for letter in letters])
    low, high = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    visible = sum(letter.visible for letter in letters) * 2 >= len(letters)
    contrast, spread = (
        round(float(np.median([getattr(letter, name) for letter in letters])), 1) for name in ("contrast", "spread")
    )
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    return Line(
        box, round(drawn.height * grown, 1), contrast, spread, drawn.script, drawn.style, round(drawn.angle, 1), drawn.coloured,
        visible, tuple(letters),
    )  # fmt: skip


def _line(told: dict[str, Any]) -> Line:
    letters = tuple(Letter(**{**letter, "box": tuple(letter["box"])}) for letter in told["letters"])
    return Line(**{**told, "box": tuple(told["box"]), "letters": letters})
