"""Drawn ultrasound without text: scatterers through a point-spread function, log-compressed, brought into a sector.

Fully developed speckle is the envelope of a complex Gaussian field (Rayleigh); the pulse blurs it along the depth, the
beam across the lines, less where it is focused.  Layers, cysts, vessels and bones change how much scatters.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from made_real import Ground, Picture

Field = npt.NDArray[np.float32]
_DEPTHS, _LINES = 480, 320


@dataclass(frozen=True, slots=True)
class Sector:
    """Where the polar picture goes: apex, first and last radius in pixels, and half the opening in radians (0: a box)."""

    apex: tuple[float, float]
    near: float
    far: float
    half: float
    box: tuple[int, int, int, int]


def ultrasound_ground(rng: np.random.Generator) -> Ground:
    """A whole screen: sector, perhaps colour, spectrum, M-mode or ECG, and furniture that has no letters."""
    rows, columns = ((480, 640), (600, 800), (720, 960), (768, 1024), (576, 768), (960, 1280))[int(rng.integers(6))]
    screen = np.zeros((rows, columns, 3), np.float32) + rng.choice([0.0, 0.0, 0.0, 12.0, 30.0])
    below = rng.random() < 0.35
    bottom = int(rows * (rng.uniform(0.48, 0.6) if below else rng.uniform(0.88, 0.98)))
    sector = _sector(
        rng, (int(columns * rng.uniform(0.04, 0.2)), int(rows * 0.07), int(columns * rng.uniform(0.8, 0.97)), bottom)
    )
    grey, scattering = _b_mode(rng)
    colour = _flow(rng, scattering) if rng.random() < 0.4 else None
    _place(screen, sector, grey, colour)
    kind = "drawn US" if colour is None else "drawn US, Doppler"
    if below:
        strip = (int(columns * 0.05), bottom + int(rows * 0.04), int(columns * 0.95), int(rows * 0.93))
        if rng.random() < 0.6:
            _spectrum(rng, screen, strip)
            kind = "drawn US, spectrum"
        else:
            _m_mode(rng, screen, strip)
            kind = "drawn US, M-mode"
    if rng.random() < 0.3:
        _ecg(rng, screen, (0, int(rows * 0.9), columns, rows - 4))
    _furniture(rng, screen, sector)
    tinted = screen * (rng.uniform(0.75, 1.0, 3).astype(np.float32) if rng.random() < 0.25 else np.float32(1))
    return Ground(np.clip(tinted, 0, 255).astype(np.uint8), kind, "US", "model")


def _smooth(rng: np.random.Generator, shape: tuple[int, int], sigma: tuple[float, float]) -> Field:
    """Smooth noise with mean 0 and spread 1."""
    small = rng.standard_normal((max(3, int(shape[0] / sigma[0]) + 3), max(3, int(shape[1] / sigma[1]) + 3)))
    field = cv2.resize(small.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / max(1e-3, float(field.std())), np.float32)


def _scattering(rng: np.random.Generator) -> Field:
    """Decibels of backscatter on the (depth, line) grid."""
    shape = (_DEPTHS, _LINES)
    depth = np.mgrid[0:_DEPTHS, 0:_LINES][0].astype(np.float32)
    echo = 4 * _smooth(rng, shape, (60, 50)) + 2 * _smooth(rng, shape, (14, 12))
    for _ in range(int(rng.integers(2, 7))):  # layers: fascia, walls
        at = rng.uniform(10, _DEPTHS) + 22 * _smooth(rng, (1, _LINES), (1, 90))[0]
        echo += rng.uniform(6, 22) * np.exp(-(((depth - at[None]) / rng.uniform(2, 9)) ** 2))
        echo += rng.uniform(-8, 8) * (depth > at[None])
    for _ in range(int(rng.integers(0, 5))):  # cysts and vessels: no echo, more behind
        _hollow(rng, echo)
    if rng.random() < 0.3:
        _bone(rng, echo)
    echo -= depth / _DEPTHS * rng.uniform(0, 22)
    return np.asarray(echo, np.float32)


def _hollow(rng: np.random.Generator, echo: Field) -> None:
    depth, line = np.mgrid[0:_DEPTHS, 0:_LINES]
    middle, radius = (rng.uniform(60, 420), rng.uniform(20, 300)), (rng.uniform(12, 80), rng.uniform(10, 70))
    slope = rng.uniform(-0.6, 0.6)
    away = np.hypot((depth - middle[0] - slope * (line - middle[1])) / radius[0], (line - middle[1]) / radius[1])
    away = away + 0.08 * _smooth(rng, (_DEPTHS, _LINES), (30, 30))
    echo[away < 1] -= rng.uniform(25, 60)
    echo[(away >= 1) & (away < 1.07)] += rng.uniform(0, 14)
    behind = (abs(line - middle[1]) < radius[1] * 0.8) & (depth > middle[0] + radius[0])
    echo[behind] += rng.uniform(0, 6)


def _bone(rng: np.random.Generator, echo: Field) -> None:
    middle, width, top = rng.uniform(40, 280), rng.uniform(20, 70), rng.uniform(60, 260)
    for line in range(max(0, int(middle - width)), min(_LINES, int(middle + width))):
        at = int(top + 30 * ((line - middle) / width) ** 2)
        echo[at : at + 6, line] += 28
        echo[at + 6 :, line] -= 38


def _b_mode(rng: np.random.Generator) -> tuple[Field, Field]:
    """Grey levels on the grid, and the scattering that made them."""
    scattering = _scattering(rng)
    field = rng.standard_normal((2, _DEPTHS, _LINES)).astype(np.float32) * 10 ** (scattering / 20)
    axial, focus = rng.uniform(0.8, 2.2), rng.uniform(100, 400)
    sharp, wide = ((0, 0), axial, rng.uniform(0.9, 2.0)), ((0, 0), axial, rng.uniform(2.5, 6))
    near_focus = np.exp(-(((np.arange(_DEPTHS, dtype=np.float32) - focus) / 150) ** 2))[:, None]
    envelope = []
    for part in field:
        one = cv2.GaussianBlur(part, sharp[0], sigmaX=sharp[2], sigmaY=sharp[1]) * np.sqrt(sharp[2] * axial)
        two = cv2.GaussianBlur(part, wide[0], sigmaX=wide[2], sigmaY=wide[1]) * np.sqrt(wide[2] * axial)
        envelope.append(near_focus * one + (1 - near_focus) * two)
    level = 20 * np.log10(np.hypot(*envelope) + 1e-4)
    if rng.random() < 0.5:  # persistence and compounding calm the speckle
        level = cv2.GaussianBlur(level, (0, 0), rng.uniform(0.5, 1.4))
    reach, top = rng.uniform(38, 72), float(np.percentile(level, 99.5))
    grey = np.clip((level - (top - reach)) / reach, 0, 1) ** rng.uniform(0.8, 1.6) * rng.uniform(150, 255)
    return np.asarray(grey, np.float32), scattering


def _flow(rng: np.random.Generator, scattering: Field) -> npt.NDArray[np.float32]:
    """Colour (RGB) and how much of it on the grid: velocity in a box of lines, or power."""
    shape = scattering.shape
    speed = _smooth(rng, shape, (rng.uniform(30, 80), rng.uniform(25, 60)))
    if rng.random() < 0.35:  # power Doppler: trees of small vessels
        ridge = np.exp(-((speed / rng.uniform(0.08, 0.22)) ** 2)) * (_smooth(rng, shape, (50, 50)) > 0)
        power = np.clip(ridge + 0.15 * _smooth(rng, shape, (4, 4)) * (ridge > 0.2), 0, 1)
        colour = np.stack([255 * np.clip(power * 2, 0, 1), 255 * np.clip(power * 1.6 - 0.5, 0, 1), 60 * power], -1)
        share = power > 0.25
    else:
        share = (scattering < np.percentile(scattering, rng.uniform(10, 35))) | (speed > 1.6)
        velocity = speed + 0.25 * _smooth(rng, shape, (3, 4))
        toward, away = np.clip(velocity, 0, 2) / 2, np.clip(-velocity, 0, 2) / 2
        colour = np.stack(
            [90 * (toward > 0) + 165 * toward, 220 * (toward**2 + away**2), 90 * (away > 0) + 165 * away], -1
        )
    box = np.zeros(shape, bool)
    top, left = int(rng.integers(20, 160)), int(rng.integers(20, 120))
    box[top : top + int(rng.integers(120, 300)), left : left + int(rng.integers(80, 190))] = True
    rim = box & ~cv2.erode(box.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    colour[rim] = 230
    return np.dstack([colour, ((share & box) | rim).astype(np.float32)]).astype(np.float32)


def _sector(rng: np.random.Generator, box: tuple[int, int, int, int]) -> Sector:
    left, top, right, bottom = box
    half = rng.choice([0.0, rng.uniform(0.3, 0.55), rng.uniform(0.6, 0.85)])
    if half == 0:
        width = (right - left) * rng.uniform(0.5, 1.0)
        middle = (left + right) / 2
        return Sector(
            (middle, top), 0, bottom - top, 0.0, (int(middle - width / 2), top, int(middle + width / 2), bottom)
        )
    share = rng.choice([0.02, rng.uniform(0.15, 0.45)])  # a phased array begins in a point, a convex one in an arc
    far = (bottom - top) / (1 - share * np.cos(half))
    far = min(far, (right - left) / (2 * np.sin(half)))
    near = far * share
    return Sector(((left + right) / 2, top - near * np.cos(half)), near, far, float(half), box)


def _place(screen: Field, sector: Sector, grey: Field, colour: Field | None) -> None:
    """Scan conversion."""
    y, x = np.mgrid[0 : screen.shape[0], 0 : screen.shape[1]].astype(np.float32)
    if sector.half == 0:
        left, top, right, bottom = sector.box
        line, depth = (x - left) / (right - left) * (_LINES - 1), (y - top) / (bottom - top) * (_DEPTHS - 1)
    else:
        dx, dy = x - sector.apex[0], y - sector.apex[1]
        line = (np.arctan2(dx, dy) / (2 * sector.half) + 0.5) * (_LINES - 1)
        depth = (np.hypot(dx, dy) - sector.near) / (sector.far - sector.near) * (_DEPTHS - 1)
    inside = (line >= 0) & (line <= _LINES - 1) & (depth >= 0) & (depth <= _DEPTHS - 1)
    maps = (line.astype(np.float32), depth.astype(np.float32))
    shown = cv2.remap(grey, *maps, cv2.INTER_LINEAR)[..., None].repeat(3, axis=2)
    if colour is not None:
        flow = cv2.remap(colour, *maps, cv2.INTER_LINEAR)
        shown = np.where(flow[..., 3:] > 0.5, flow[..., :3], shown)
    screen[inside] = shown[inside]


def _speckle(rng: np.random.Generator, shape: tuple[int, int], sigma: tuple[float, float]) -> Field:
    parts = [
        cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), sigmaX=sigma[1], sigmaY=sigma[0])
        for _ in range(2)
    ]
    envelope = np.hypot(*parts)
    return np.asarray(envelope / envelope.mean(), np.float32)


def _spectrum(rng: np.random.Generator, screen: Field, strip: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = strip
    rows, columns = bottom - top, right - left
    time = np.arange(columns) / columns * rng.uniform(3, 8)
    beat = np.exp(-(((time % 1 - 0.2) / 0.09) ** 2)) + 0.35 * np.exp(-(((time % 1 - 0.55) / 0.15) ** 2)) + 0.12
    base = rows * rng.uniform(0.6, 0.8)
    height = beat * rows * rng.uniform(0.35, 0.55) * rng.uniform(0.9, 1.1, columns)
    y = np.mgrid[0:rows, 0:columns][0]
    share = (base - y) / np.maximum(1, height)[None]
    power = np.where((share > 0) & (share < 1), 0.25 + 0.75 * np.exp(-(((share - 0.8) / 0.25) ** 2)), 0.02)
    grey = np.clip(power * _speckle(rng, (rows, columns), (1.3, 0.9)) * 190, 0, 255)
    grey[int(base)] = 200
    screen[top:bottom, left:right] = grey[..., None]


def _m_mode(rng: np.random.Generator, screen: Field, strip: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = strip
    rows, columns = bottom - top, right - left
    profile = np.clip(_smooth(rng, (rows, 1), (9, 1))[:, 0] * 70 + 60, 0, 255)
    time = np.arange(columns) / columns * rng.uniform(3, 8)
    moved = 0.06 * rows * np.sin(2 * np.pi * time) + 0.03 * rows * np.sin(4 * np.pi * time + 1)
    y = np.mgrid[0:rows, 0:columns][0] + moved[None] * np.linspace(0.2, 1, rows)[:, None]
    grey = profile[np.clip(y, 0, rows - 1).astype(int)] * _speckle(rng, (rows, columns), (1.0, 1.8))
    screen[top:bottom, left:right] = np.clip(grey, 0, 255)[..., None]


def _ecg(rng: np.random.Generator, screen: Field, strip: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = strip
    time = np.arange(right - left) / (right - left) * rng.uniform(3, 8)
    beat = np.exp(-(((time % 1 - 0.4) / 0.012) ** 2)) - 0.25 * np.exp(-(((time % 1 - 0.44) / 0.015) ** 2))
    beat += 0.2 * np.exp(-(((time % 1 - 0.7) / 0.05) ** 2)) + 0.1 * np.exp(-(((time % 1 - 0.25) / 0.03) ** 2))
    rows = bottom - (bottom - top) * (0.2 + 0.7 * beat)
    points = np.stack([np.arange(left, right), rows], axis=1).astype(np.int32)
    cv2.polylines(screen, [points], False, (40.0, 220.0, 60.0), 1, cv2.LINE_AA)


def _furniture(rng: np.random.Generator, screen: Field, sector: Sector) -> None:
    """Rulers, bars, calipers, focus marks, a mark of the probe: things on screens that say nothing."""
    rows, columns = screen.shape[:2]
    light = tuple(float(rng.uniform(140, 255)) for _ in range(3)) if rng.random() < 0.4 else (220.0, 220.0, 220.0)
    if rng.random() < 0.7:
        at, step = int(columns * rng.uniform(0.9, 0.985)), int(rng.integers(9, 40))
        for number, row in enumerate(range(int(rows * 0.08), int(rows * 0.9), step)):
            cv2.line(screen, (at - (9 if number % 5 == 0 else 4), row), (at, row), light, 1)
    if rng.random() < 0.6:
        _bar(
            rng,
            screen,
            (int(columns * rng.uniform(0.01, 0.05)), int(rows * 0.2)),
            (14, int(rows * rng.uniform(0.15, 0.35))),
        )
    for _ in range(int(rng.integers(0, 3))):
        ends = [(int(rng.uniform(0.25, 0.75) * columns), int(rng.uniform(0.2, 0.8) * rows)) for _ in range(2)]
        for end in ends:
            cv2.drawMarker(screen, end, light, int(rng.choice([cv2.MARKER_CROSS, cv2.MARKER_TILTED_CROSS])), 11, 1)
        for share in np.arange(0, 1, 0.03):
            where = tuple(int(a + share * (b - a)) for a, b in zip(*ends, strict=True))
            cv2.circle(screen, where, 0, light, -1)
    if rng.random() < 0.5:
        x, y = int(sector.apex[0] + columns * 0.3), int(rows * rng.uniform(0.3, 0.7))
        cv2.fillPoly(screen, [np.array([[x, y], [x + 9, y - 5], [x + 9, y + 5]], np.int32)], light)
    if rng.random() < 0.5:
        cv2.ellipse(screen, (int(columns * 0.12), int(rows * 0.9)), (16, 24), 0, 0, 360, light, 1, cv2.LINE_AA)
        cv2.line(screen, (int(columns * 0.12), int(rows * 0.88)), (int(columns * 0.12) + 9, int(rows * 0.91)), light, 2)


def _bar(rng: np.random.Generator, screen: Field, at: tuple[int, int], size: tuple[int, int]) -> None:
    ramp = np.linspace(255, 0, size[1]).astype(np.uint8)[:, None].repeat(size[0], axis=1)
    colours = ramp[..., None].repeat(3, axis=2)
    if rng.random() < 0.5:
        colours = cv2.applyColorMap(ramp, int(rng.choice([cv2.COLORMAP_HOT, cv2.COLORMAP_JET])))[..., ::-1]
    screen[at[1] : at[1] + size[1], at[0] : at[0] + size[0]] = colours[
        : screen.shape[0] - at[1], : screen.shape[1] - at[0]
    ]


def ultrasound_screen_around(rng: np.random.Generator, picture: Picture) -> Picture:
    """A black screen with real ultrasound in its middle."""
    rows, columns = picture.shape[:2]
    screen = np.zeros((int(rows * rng.uniform(1.05, 1.4)), int(columns * rng.uniform(1.05, 1.5)), 3), np.uint8)
    top, left = (screen.shape[0] - rows) // 2, (screen.shape[1] - columns) // 2
    screen[top : top + rows, left : left + columns] = picture
    return screen
