"""Lines of text, drawn onto a ground in every manner that scanners, film labels and office programs have."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
import numpy.typing as npt
from fonts import Font
from grounds import Chance, Ground
from PIL import Image, ImageDraw
from strings import line_for

Ink = npt.NDArray[np.float32]

_LARGEST = 2_000_000  # pixels of a line
_INK = 0.35  # share of a pixel from which it is ink
_SCREEN = [(255, 255, 255)] * 5 + [(230, 230, 230), (200, 200, 200), (160, 160, 160), (110, 110, 110), (255, 255, 0), (255, 220, 60),
           (0, 255, 0), (120, 255, 120), (0, 255, 255), (255, 165, 0), (120, 170, 255), (255, 120, 120), (255, 0, 255)]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A picture in the making.

    `picture` is (row, column, RGB), 0 to 255; `height` holds the height of the text in each pixel of ink, 0 elsewhere,
    and `worth` how much that ink counts: a letter that stands alone counts as much as many that stand together.
    `place` marks the boxes of lines, which are neither text nor ground between their letters.
    """

    picture: Ground
    height: npt.NDArray[np.float32]
    worth: npt.NDArray[np.float32]
    place: npt.NDArray[np.bool_]

    @classmethod
    def on(cls, ground: Ground) -> "Page":
        """A page without text."""
        shape = ground.shape[:2]
        return cls(ground, np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, bool))


class Fonts:
    """Fonts by script and by package folder, so that a family with forty weights is not met forty times as often."""

    def __init__(self, fonts: Sequence[Font]) -> None:
        by_folder = {
            folder: tuple(group)
            for folder, group in groupby(sorted(fonts, key=lambda f: str(f.path)), lambda f: f.path.parent)
        }
        self.outlines: dict[str, list[list[Font]]] = {}
        self.bitmaps = [font for font in fonts if font.bitmap]
        for group in by_folder.values():
            for script in sorted({script for font in group for script in font.scripts}):
                able = [font for font in group if not font.bitmap and script in font.scripts]
                if able:
                    self.outlines.setdefault(script, []).append(able)

    def any_of(self, script: str, rng: random.Random) -> Font:
        """An outline font for the script."""
        return rng.choice(rng.choice(self.outlines[script]))


_OTHER_SCRIPTS = ["accented", "accented", "greek", "cyrillic", "cyrillic", "hebrew", "arabic", "arabic", "kana", "han", "han", "hangul",
                  "thai", "devanagari"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """How a group of lines is written."""

    font: Font
    script: str
    size: int
    colour: tuple[int, int, int]


def write(page: Page, fonts: Fonts, chance: Chance, rng: random.Random) -> None:
    """Write a few groups of lines onto the page, in place."""
    area = page.picture.shape[0] * page.picture.shape[1] / 320**2
    manners = [_manner(fonts, rng) for _ in range(rng.randint(1, 3))]
    for _ in range(rng.randint(1, max(2, round(7 * area)))):
        manner = rng.choice(manners)
        _group(page, manner, chance, rng)


def _manner(fonts: Fonts, rng: random.Random) -> Manner:
    kind = rng.random()
    low, high = (
        (7, 11)
        if kind < 0.24
        else (11, 25)
        if kind < 0.68
        else (25, 56)
        if kind < 0.83
        else (56, 165)
        if kind < 0.96
        else (165, 330)
    )
    colour = rng.choice(_SCREEN) if rng.random() < 0.75 else tuple(rng.randrange(256) for _ in range(3))
    script = rng.choice([s for s in _OTHER_SCRIPTS if s in fonts.outlines]) if rng.random() < 0.26 else "latin"
    bitmap = script == "latin" and fonts.bitmaps and rng.random() < 0.22
    font = rng.choice(fonts.bitmaps) if bitmap else fonts.any_of(script, rng)
    smallest = 12 if script in {"han", "kana", "hangul", "devanagari", "arabic", "thai"} else 8
    return Manner(font, script, max(smallest, rng.randint(low, high)), colour)  # type: ignore[arg-type]


def _group(page: Page, manner: Manner, chance: Chance, rng: random.Random) -> None:
    """One line or a column of lines."""
    rows, columns = page.picture.shape[:2]
    left, top = rng.randint(-40, columns - 4), rng.randint(-12, rows - 3)
    style = _style(chance, rng)
    for _ in range(1 if rng.random() < 0.6 else rng.randint(2, 6)):
        text = line_for(manner.font, manner.script, rng)
        ink = _ink_of(text, manner, style)
        if ink is None or not _put(page, ink, left, top, manner.colour, style, rng):
            return
        step = ink.shape[0] + rng.randint(-4, 5)
        top += max(3, step)


@dataclass(frozen=True, slots=True)
class _Style:
    turn: float
    slant: float
    stretch: float
    crisp: bool
    blur: float
    opaque: float
    ground: str
    weight: int


def _style(chance: Chance, rng: random.Random) -> _Style:
    turn = 0.0
    if rng.random() < 0.2:
        kind = rng.random()
        turn = (
            rng.choice([90.0, 270.0])
            if kind < 0.3
            else rng.uniform(0, 360)
            if kind < 0.5
            else float(np.clip(chance.normal(0, 5), -15, 15))
        )
    return _Style(
        turn=turn,
        slant=rng.uniform(-0.1, 0.35) if rng.random() < 0.06 else 0.0,
        stretch=rng.uniform(0.7, 1.5) if rng.random() < 0.15 else 1.0,
        crisp=rng.random() < 0.25,
        blur=rng.uniform(0.3, 1.1) if rng.random() < 0.2 else 0.0,
        opaque=rng.choice([1.0, 1.0, 1.0, 0.9, 0.7]),
        ground=rng.choices(["none", "box", "outline", "shadow"], [0.8, 0.08, 0.08, 0.04])[0],
        weight=rng.choice([-1, 1]) if rng.random() < 0.06 else 0,
    )


def _ink_of(text: str, manner: Manner, style: _Style) -> Ink | None:
    """How much of each pixel is ink, 0 to 1, with three pixels around it; None where nothing is to be seen."""
    ink = _drawn(text, manner, crisp=style.crisp)
    if ink is None:
        return None
    ink = _turned(_shaped(ink, style), style.turn)
    if style.blur:
        ink = cv2.GaussianBlur(np.ascontiguousarray(ink), (0, 0), style.blur)
        ink = np.minimum(ink / max(float(ink.max()), 0.3), 1)
    return np.ascontiguousarray(ink) if (ink > _INK).sum() >= 3 else None


def _drawn(text: str, manner: Manner, *, crisp: bool) -> Ink | None:
    font = manner.font.at(manner.size)
    try:
        left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    except (OSError, ValueError):
        return None
    if right - left < 2 or bottom - top < 2 or (right - left) * (bottom - top) > _LARGEST:
        return None
    sheet = Image.new("L", (right - left + 6, bottom - top + 6), 0)
    draw = ImageDraw.Draw(sheet)
    if crisp and not manner.font.bitmap:
        draw.fontmode = "1"
    draw.text((3 - left, 3 - top), text, fill=255, font=font)
    ink = np.asarray(sheet, np.float32) / 255
    if manner.font.bitmap and manner.size > 26:  # as old machines do: every pixel several times
        ink = ink.repeat(manner.size // 13, 0).repeat(manner.size // 13, 1)
    return ink


def _shaped(ink: Ink, style: _Style) -> Ink:
    """Stretched, bold or thin, slanting."""
    if style.stretch != 1.0:
        ink = cv2.resize(ink, None, fx=style.stretch, fy=1.0, interpolation=cv2.INTER_AREA)
    if style.weight and ink.shape[0] > 26:
        ink = (cv2.dilate if style.weight > 0 else cv2.erode)(ink, np.ones((2, 2)))
    return _sheared(ink, style.slant) if style.slant else ink


def _sheared(ink: Ink, slant: float) -> Ink:
    rows, columns = ink.shape
    extra = int(abs(slant) * rows) + 1
    shear = np.array([[1, -slant, extra if slant > 0 else 0], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(ink, shear, (columns + extra, rows)), np.float32)


def _turned(ink: Ink, angle: float) -> Ink:
    if angle % 90 == 0:
        return np.rot90(ink, round(angle / 90))
    rows, columns = ink.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1.0)
    width, height = (int(np.ceil(side)) for side in np.abs(turn[:, :2]) @ (columns, rows))
    turn[:, 2] += (width - columns) / 2, (height - rows) / 2
    return np.asarray(cv2.warpAffine(ink, turn, (width, height)), np.float32)


def _put(
    page: Page, ink: Ink, left: int, top: int, colour: tuple[int, int, int], style: _Style, rng: random.Random
) -> bool:
    """Draw the ink with its corner there; False where it meets other text or leaves the picture altogether."""
    rows, columns = page.picture.shape[:2]
    above, before = max(0, -top), max(0, -left)
    ink = ink[above : max(0, rows - top), before : max(0, columns - left)]
    if min(ink.shape, default=0) < 3:
        return False
    at = np.s_[max(0, top) : max(0, top) + ink.shape[0], max(0, left) : max(0, left) + ink.shape[1]]
    black = ink > _INK
    if black.sum() < 3 or page.height[at].any():
        return False
    part = page.picture[at]
    _prepare(part, ink, style, rng)
    chosen = _told_apart(colour, part[~black], rng)
    share = (ink * style.opaque)[..., None]
    part[:] = part * (1 - share) + np.array(chosen, np.float32) * share
    tall = (
        float(np.ptp(np.nonzero(black)[0])) + 1
        if style.turn not in {90.0, 270.0}
        else float(np.ptp(np.nonzero(black)[1])) + 1
    )
    np.maximum(page.height[at], black * tall, out=page.height[at])
    cells = black.size / 16
    np.maximum(page.worth[at], black * float(np.clip(np.sqrt(40 / cells), 0.7, 2.5)), out=page.worth[at])
    wide = max(3, min(31, int(tall)) | 1)
    page.place[at] |= cv2.morphologyEx(black.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((wide, wide), np.uint8)) > 0
    return True


def _prepare(part: Ground, ink: Ink, style: _Style, rng: random.Random) -> None:
    """A box behind the text, an outline or a shadow around its letters."""
    if style.ground == "box":
        part[:] = rng.choice(
            [(0, 0, 0), (0, 0, 90), (60, 60, 60), (255, 255, 255), (230, 230, 120), (0, 80, 80), (200, 200, 200)]
        )
    elif style.ground == "outline":
        around = cv2.dilate(ink, np.ones((3, 3)))[..., None]
        part[:] = part * (1 - around) + around * rng.choice([0, 0, 0, 255])
    elif style.ground == "shadow":
        behind = np.roll(ink, (1, 1), (0, 1))[..., None]
        part[:] = part * (1 - behind)


def _told_apart(colour: tuple[int, int, int], ground: Ground, rng: random.Random) -> tuple[float, ...]:
    """The colour, or another one that a person can tell from the ground; low contrast is common, none is not."""
    mean, spread = ground.mean(axis=0), float(ground[:, 1].std())
    least = 10 + 1.3 * spread
    if rng.random() < 0.3:  # as faint as can still be read
        strength = rng.uniform(1, 2.2) * least
        up = rng.random() < 0.5 if 100 < mean.mean() < 155 else mean.mean() < 128
        tint = np.ones(3) if rng.random() < 0.7 else np.array([rng.random() for _ in range(3)])
        return tuple(np.clip(mean + (1 if up else -1) * strength * tint / tint.max(), 0, 255))
    if np.abs(np.array(colour) - mean).max() >= least:
        return colour
    level = rng.randint(190, 255) if mean.mean() < 128 else rng.randint(0, 60)
    return (level, level, level)
