"""Samples: a picture of 320 by 320 pixels, and for each cell of 4 by 4 what the network should say and how much it counts."""

import random
import sys
from dataclasses import dataclass
from functools import lru_cache, reduce
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from fonts import fonts_of
from furniture import furnish
from grounds import Chance, Ground, drawn, real
from lettering import Fonts, Page, write

Number = TypeVar("Number", bound=np.generic)

SIDE = 320
CELL = 4
_TEXTLESS = 0.14
_REAL = 0.3
_FAINT = 8.0  # grey levels under which nobody reads anything
_DROWNED = 1.2  # times the ground's deviation: fainter text is lost in it


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """`picture` (320, 320, RGB) bytes; `wanted` and `weight` (80, 80): 0 or 1, and 0 where it does not matter."""

    picture: npt.NDArray[np.uint8]
    wanted: npt.NDArray[np.uint8]
    weight: npt.NDArray[np.float16]


def pool_of(folder: Path) -> tuple[Path, ...]:
    """The backgrounds that backgrounds.py made; stops the script where there are none."""
    pool = tuple(sorted(folder.glob("*.npy")))
    if not pool:
        sys.exit(f"no backgrounds in {folder}: make them with backgrounds.py")
    return pool


def sample(seed: int, number: int, pool: tuple[Path, ...]) -> Sample:
    """Sample `number` of a seed; the same for the same fonts, pool and libraries."""
    rng = random.Random(f"{seed}/{number}")
    chance = np.random.default_rng([seed, number])
    scale = rng.uniform(0.55, 1.9) if rng.random() < 0.25 else 1.0
    side = round(SIDE / scale)
    page = Page.on(_ground(chance, side, pool))
    if rng.random() < 0.6:
        furnish(chance, page.picture)
    np.clip(page.picture, 0, 255, out=page.picture)
    if rng.random() >= _TEXTLESS:
        write(page, _fonts(), chance, rng)
    page = _resized(page, scale, rng)
    picture = _degraded(np.clip(page.picture, 0, 255), chance, rng)
    if rng.random() < 0.06:
        turns = rng.randint(1, 3)
        picture = np.ascontiguousarray(np.rot90(picture, turns))
        page = Page(
            picture, *(np.ascontiguousarray(np.rot90(part, turns)) for part in (page.height, page.worth, page.place))
        )
    wanted, weight = _target(picture, page)
    return Sample(picture, wanted, weight)


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    return Fonts(fonts_of("training"))


def _ground(chance: Chance, side: int, pool: tuple[Path, ...]) -> Ground:
    if pool and chance.random() < _REAL:
        return real(chance, side, side, list(pool))
    if chance.random() < 0.5:  # a part of something larger
        wide = int(side * chance.uniform(1.3, 2.2))
        whole = drawn(chance, wide, wide)
        top, left = chance.integers(wide - side, size=2)
        return np.ascontiguousarray(whole[top : top + side, left : left + side])
    return drawn(chance, side, side)


def _resized(page: Page, scale: float, rng: random.Random) -> Page:
    if scale == 1.0:
        return page
    method = cv2.INTER_AREA if scale < 1 else rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST])
    size = (SIDE, SIDE)
    wide = np.ones((2, 2)) if scale < 1 else np.ones((1, 1))  # thin strokes must not fall between the samples
    height, worth = (
        cv2.resize(cv2.dilate(part, wide), size, interpolation=cv2.INTER_NEAREST) for part in (page.height, page.worth)
    )
    place = cv2.resize(page.place.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return Page(cv2.resize(page.picture, size, interpolation=method), height * scale, worth, place)


def _degraded(picture: Ground, chance: Chance, rng: random.Random) -> npt.NDArray[np.uint8]:
    """What happens between a screen and a file: windows, inversion, blur, noise, JPEG."""
    if rng.random() < 0.22:
        picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    elif rng.random() < 0.1:
        picture = picture[..., chance.permutation(3)]
    if rng.random() < 0.1:
        picture = 255 - picture
    if rng.random() < 0.3:
        middle, gain = rng.uniform(60, 195), rng.uniform(0.35, 1.5)
        picture = (picture - middle) * gain + rng.uniform(70, 185)
    if rng.random() < 0.2:
        picture = 255 * (np.clip(picture, 0, 255) / 255) ** rng.uniform(0.5, 1.8)
    if rng.random() < 0.1:
        picture = cv2.GaussianBlur(np.ascontiguousarray(picture), (0, 0), rng.uniform(0.3, 0.9))
    if rng.random() < 0.1:
        picture = picture + chance.standard_normal(picture.shape[:2]).astype(np.float32)[..., None] * rng.uniform(1, 12)
    eight = np.ascontiguousarray(np.clip(picture, 0, 255).astype(np.uint8))
    if rng.random() < 0.4:
        sampling = rng.choice([0x111111, 0x211111, 0x221111])
        options = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(45, 96), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
        eight = cv2.imdecode(cv2.imencode(".jpg", eight, options)[1], cv2.IMREAD_COLOR)
    return np.asarray(eight, np.uint8)


def _target(picture: npt.NDArray[np.uint8], page: Page) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    ink = page.height > 0
    seen = _visible(picture.astype(np.float32), page.height) & ink if ink.any() else ink
    near = cv2.dilate((ink | page.place).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    wanted = _cells(seen)
    weight = np.where(wanted, _highest(np.where(seen, page.worth, 0)), 1.0)
    weight[_cells(near) & ~wanted] = 0
    return wanted.astype(np.uint8), weight.astype(np.float16)


def _visible(picture: Ground, height: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Ink that stands out of the ground around it; tall letters are compared with more of it."""
    ink = cv2.dilate((height > 0).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    out = np.zeros(ink.shape, bool)
    for wide, part in ((19, height <= 26), (75, height > 26)):
        if not (part & (height > 0)).any():
            continue
        free = 1 - ink
        share = cv2.boxFilter(free, -1, (wide, wide)) + 1e-3
        mean = cv2.boxFilter(picture * free[..., None], -1, (wide, wide)) / share[..., None]
        square = cv2.boxFilter(picture * picture * free[..., None], -1, (wide, wide)) / share[..., None]
        spread = np.sqrt(np.maximum(square - mean**2, 0))
        apart = np.abs(picture - mean) > np.maximum(_FAINT, _DROWNED * spread)
        stands_out = apart[..., 0] | apart[..., 1] | apart[..., 2]
        full = (height > 0).astype(np.float32)
        agreed = cv2.boxFilter(stands_out * full, -1, (wide, wide)) / (cv2.boxFilter(full, -1, (wide, wide)) + 1e-3)
        out |= part & (agreed > 0.35)
    return out


def _cells(pixels: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return _highest(pixels.astype(np.uint8)) > 0


def _highest(pixels: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The highest value of each cell; strided slices are much faster than a reduction over small axes."""
    rows = reduce(np.maximum, (pixels[offset::CELL] for offset in range(CELL)))
    return reduce(np.maximum, (rows[:, offset::CELL] for offset in range(CELL)))
