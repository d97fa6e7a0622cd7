"""Where text stands on a frame, and drawing it there: banners, blocks in corners, notes over anatomy, markers, scales."""

from dataclasses import dataclass, field
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt
from made_fonts import typeface
from made_lettering import Lettering, lettering
from made_real import Picture
from made_truth import LEAST_OVER_SPREAD, Drawn, Letters
from made_words import SCRIPTS, letter, number, sentences, words

_SCRIPT_SHARES = (0.6, 0.09, 0.08, 0.09, 0.07, 0.07)
_LEAST_HEIGHT = {"latin": 7.0, "cyrillic": 7.0, "greek": 7.0, "cjk": 10.0, "arabic": 9.0, "hebrew": 7.0}
_STYLES, _STYLE_SHARES = ("plain", "thin", "bold", "italic", "script", "bitmap"), (0.36, 0.14, 0.16, 0.1, 0.1, 0.14)
_HUES = (
    (1, 1, 0.2),
    (0.2, 1, 1),
    (0.3, 1, 0.3),
    (1, 0.6, 0.1),
    (1, 0.25, 0.25),
    (0.35, 0.5, 1),
    (1, 0.4, 1),
    (1, 0.9, 0.6),
)
_TALLEST = 120.0
_LUMINANCE = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True)
class Hand:
    """How a group of lines is written; `vivid` 0 to 1: how much of the possible contrast it takes."""

    script: str
    style: str
    height: float
    aliased: bool
    vivid: float
    hue: tuple[float, float, float]
    angle: float = 0.0
    plate: bool = False
    outlined: bool = False

    @classmethod
    def any(cls, rng: np.random.Generator, height: float, angle: float = 0.0) -> Self:
        """A hand of any script and style for capitals of about that height."""
        script = SCRIPTS[int(rng.choice(len(SCRIPTS), p=_SCRIPT_SHARES))]
        style = _STYLES[int(rng.choice(len(_STYLES), p=_STYLE_SHARES))]
        hue = _HUES[int(rng.integers(len(_HUES)))] if rng.random() < 0.22 else (1.0, 1.0, 1.0)
        vivid = float(rng.uniform(0.55, 1.0)) if rng.random() < 0.5 else 0.0
        height = float(min(_TALLEST, max(height, _LEAST_HEIGHT[script])))
        aliased, plate, outlined = rng.random() < 0.12, rng.random() < 0.06, rng.random() < 0.08
        return cls(script, style, height, aliased, vivid, hue, angle, plate, outlined)


@dataclass(slots=True)
class Page:
    """A frame in the making: `shown` with the text, `bare` without, ink, the owner of each pixel, and what was drawn."""

    shown: Picture
    bare: Picture
    alpha: npt.NDArray[np.uint8]
    letters: Letters
    drawn: list[Drawn] = field(default_factory=list)
    count: int = 0

    @classmethod
    def over(cls, ground: Picture) -> Self:
        """Nothing written yet."""
        return cls(
            ground.copy(), ground.copy(), np.zeros(ground.shape[:2], np.uint8), np.zeros(ground.shape[:2], np.uint16)
        )

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.alpha.shape[0], self.alpha.shape[1]

    def write(self, rng: np.random.Generator, text: str, hand: Hand, at: tuple[int, int] | None = None) -> int:
        """One line at (left, top), or anywhere; gives the rows that it takes, 0 when there is no room or no contrast."""
        face = typeface(rng, hand.script, hand.style, text)
        made = lettering(text, face, hand.script, hand.height, aliased=hand.aliased)
        if hand.angle:
            made = made.turned(hand.angle)
        rows, columns = made.ink.shape
        for _ in range(1 if at else 6):
            left, top = at or self._anywhere(rng, rows, columns)
            if self._has_room(left, top, rows, columns) and self._put(rng, made, hand, left, top):
                coloured = len(set(hand.hue)) > 1
                numbers = range(self.count + 1, self.count + int(made.letters.max()) + 1)
                self.drawn.append(Drawn(numbers, made.height, hand.script, face.style, hand.angle, coloured))
                self.count = numbers.stop - 1
                return rows
        return 0

    def _anywhere(self, rng: np.random.Generator, rows: int, columns: int) -> tuple[int, int]:
        height, width = self.size
        return int(rng.integers(2, max(3, width - columns - 2))), int(rng.integers(2, max(3, height - rows - 2)))

    def _has_room(self, left: int, top: int, rows: int, columns: int) -> bool:
        if left < 1 or top < 1 or top + rows >= self.size[0] or left + columns >= self.size[1]:
            return False
        return not self.alpha[max(0, top - 3) : top + rows + 3, max(0, left - 4) : left + columns + 4].any()

    def _put(self, rng: np.random.Generator, made: Lettering, hand: Hand, left: int, top: int) -> bool:
        """Draw it when a contrast that shows can be had there."""
        rows, columns = made.ink.shape
        part = (slice(top, top + rows), slice(left, left + columns))
        if hand.plate:
            self._lay_plate(rng, left, top, rows, columns, max(2, int(hand.height * 0.3)))
        colour = _colour(rng, self.bare[part], hand)
        if colour is None:
            return False
        under = self.shown[part].astype(np.float32)
        if hand.outlined:
            under *= 1 - cv2.dilate(made.ink, np.ones((3, 3), np.uint8))[..., None]
        ink = made.ink[..., None]
        self.shown[part] = np.rint(under * (1 - ink) + colour * ink).astype(np.uint8)
        self.alpha[part] = np.maximum(self.alpha[part], (made.ink * 255).astype(np.uint8))
        self.letters[part] = np.where(made.letters > 0, made.letters + self.count, self.letters[part])
        return True

    def _lay_plate(self, rng: np.random.Generator, left: int, top: int, rows: int, columns: int, edge: int) -> None:
        """An even ground for a line, as labels on films have it; none where it would lie under other text."""
        wide = (slice(max(0, top - edge), top + rows + edge), slice(max(0, left - edge), left + columns + edge))
        if not self.alpha[wide].any():
            self.bare[wide] = self.shown[wide] = int(rng.choice([0, 20, 235, 255]))


def _colour(rng: np.random.Generator, ground: Picture, hand: Hand) -> npt.NDArray[np.float32] | None:
    """A colour that stands out as the hand asks, as little as can still be seen or nearly all; None where none can."""
    grey = ground @ _LUMINANCE
    middle, spread = float(np.median(grey)), float(grey.std())
    light = rng.random() < (0.93 if middle < 100 else 0.06 if middle > 165 else 0.5)
    room = (255 - middle) if light else middle
    least = max(10.0, 1.1 * LEAST_OVER_SPREAD * spread)
    if room < least:
        return None
    step = max(least, hand.vivid * room) if hand.vivid else float(np.exp(rng.uniform(np.log(least), np.log(room))))
    level = middle + step if light else middle - step
    hue = np.array(hand.hue, np.float32)
    tint = hue if light else hue / float(hue @ _LUMINANCE)
    return np.clip(level * tint, 0, 255).astype(np.float32)


def write_all(rng: np.random.Generator, page: Page, kind: str, grown: float) -> None:
    """Everything that a frame of a kind says; heights are divided by `grown`, by which the frame is enlarged later."""
    rows, columns = page.size
    large = min(rows, columns) > 1500
    small = min(rows, columns) < 240
    usual = (9, 60) if large else (7, 12) if small else (7, 26)
    if kind == "sheet":
        _block(
            rng,
            page,
            Hand.any(rng, _between(rng, 8, 20) / grown),
            sentences(rng, 14),
            (int(columns * 0.07), int(rows * 0.11)),
        )
    if "US" in kind and not small:
        _banner(rng, page, Hand.any(rng, _between(rng, 7, 20) / grown))
    for _ in range(int(rng.integers(0, 2 if small else 4))):
        hand = Hand.any(rng, _between(rng, *usual) / grown)
        lines = [words(rng, hand.script) for _ in range(int(rng.integers(2, 7)))]
        _block(rng, page, hand, lines, _corner(rng, page))
    most = min(_TALLEST, min(rows, columns) * 0.22)
    for _ in range(int(rng.integers(1, 3 if small else 7))):
        hand = Hand.any(rng, _between(rng, 7, max(8, most)) / grown, _angle(rng))
        _fitting(rng, page, hand)
    for _ in range(int(rng.integers(0, 3))):
        hand = Hand.any(rng, _between(rng, 9, max(10, most)) / grown)
        page.write(rng, letter(rng, hand.script), hand)
    if rng.random() < 0.25 and not small:
        _scale(rng, page, Hand.any(rng, _between(rng, 7, 13) / grown))


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _angle(rng: np.random.Generator) -> float:
    chance = rng.random()
    if chance < 0.14:
        return float(rng.choice([90.0, 270.0]))
    return float(rng.uniform(1, 8) * rng.choice([-1, 1])) if chance < 0.34 else 0.0


def _corner(rng: np.random.Generator, page: Page) -> tuple[int, int]:
    rows, columns = page.size
    return int(columns * rng.choice([0.015, 0.03, 0.5, 0.7])) + 2, int(rows * rng.choice([0.015, 0.03, 0.5, 0.75])) + 2


def _block(rng: np.random.Generator, page: Page, hand: Hand, lines: list[str], at: tuple[int, int]) -> None:
    left, top = at
    pitch = int(hand.height * rng.uniform(1.7, 2.3)) + 3
    for text in lines:
        page.write(rng, text, hand, (left, top))
        top += pitch


def _banner(rng: np.random.Generator, page: Page, hand: Hand) -> None:
    columns = page.size[1]
    for row in range(int(rng.integers(1, 4))):
        for share in (0.01, 0.4, 0.72):
            page.write(
                rng, words(rng, hand.script), hand, (int(columns * share) + 2, 3 + row * int(hand.height * 2 + 2))
            )


def _fitting(rng: np.random.Generator, page: Page, hand: Hand) -> None:
    """A loose line, or what of it the frame has room for."""
    text = words(rng, hand.script)
    while text:
        if page.write(rng, text, hand):
            return
        text = text[: len(text) * 2 // 3].strip()


def _scale(rng: np.random.Generator, page: Page, hand: Hand) -> None:
    rows, columns = page.size
    left, first = int(columns * rng.choice([0.02, 0.93])), int(rng.integers(0, 4))
    for step, top in enumerate(np.linspace(0.15, 0.85, int(rng.integers(4, 9)))):
        page.write(rng, str((first + step) * 5) if step else number(rng), Hand(
            "latin", hand.style, hand.height, hand.aliased, hand.vivid, hand.hue), (left, int(rows * top)))  # fmt: skip
