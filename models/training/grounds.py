"""What text stands on: drawn ultrasound, sections, X-rays, screens and pages, and real images without text.

Every maker takes a generator of random numbers and a size and gives a (row, column, RGB) picture of floats, 0 to 255.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Ground = npt.NDArray[np.float32]
Grey = npt.NDArray[np.float32]
Chance = np.random.Generator


def ultrasound(chance: Chance, rows: int, columns: int) -> Ground:
    """An ultrasound screen: a sector of speckle on black or grey, with colour flow now and then."""
    echo, inside = _sector(chance, rows, columns)
    ground = chance.choice([0, 0, 0, 0, 6, 14, 30, 45])
    screen = _rgb(np.where(inside, echo * 255, ground))
    if chance.random() < 0.2:
        screen *= np.float32(chance.choice([[1, 0.85, 0.6], [0.75, 0.87, 1.0], [1, 0.95, 0.75]]))
    if ground and chance.random() < 0.5:
        screen[~inside] = chance.choice([[20, 30, 50], [0, 0, 40], [40, 40, 40], [30, 20, 10], [10, 60, 70]])
    if chance.random() < 0.4:
        chance.choice([_colour_flow, _power_doppler])(chance, screen)  # type: ignore[arg-type]
    return screen


def traces(chance: Chance, rows: int, columns: int) -> Ground:
    """Spectral Doppler or M-mode under a small image."""
    screen = np.full((rows, columns, 3), chance.choice([0, 0, 10, 25]), np.float32)
    top, height = int(rows * chance.uniform(0.3, 0.6)), int(rows * chance.uniform(0.2, 0.38))
    time = np.arange(columns)
    flow = np.abs(np.sin(time / chance.uniform(15, 70))) ** chance.uniform(1, 5) * height * 0.9
    line = np.arange(rows)[:, None]
    spectrum = (line < top + height) & (line > top + height - flow[None])
    grain = _speckle(chance, rows, columns, chance.uniform(0.5, 1.2))
    if chance.random() < 0.4:  # M-mode: layers that wave along time
        waves = chance.uniform(0, 1, 40)[:, None]
        rippled = (line + 12 * np.sin(time / chance.uniform(20, 60))[None]) / rows * 40
        layered = waves[np.clip(rippled, 0, 39).astype(int), 0]
        spectrum = (line >= top) & (line < top + height)
        grain = grain * layered
    screen += _rgb(spectrum * grain * chance.uniform(60, 190))
    screen[min(rows - 1, top + height)] = 180
    echo, _ = _sector(chance, max(40, top - 8), columns)
    screen[: echo.shape[0]] = np.maximum(screen[: echo.shape[0]], _rgb(echo * 255))
    return screen


def section(chance: Chance, rows: int, columns: int) -> Ground:
    """A CT or MR slice: soft shapes in an oval body, bright rims, noise, bed lines, ringing."""
    body = np.zeros((rows, columns), np.float32)
    center = (int(columns * chance.uniform(0.35, 0.65)), int(rows * chance.uniform(0.35, 0.65)))
    axes = (int(columns * chance.uniform(0.25, 0.55)), int(rows * chance.uniform(0.25, 0.55)))
    cv2.ellipse(body, center, axes, chance.uniform(0, 40), 0, 360, 1.0, -1)
    value = body * chance.uniform(0.15, 0.5)
    for _ in range(int(chance.integers(6, 40))):
        spot = np.zeros_like(body)
        at = (int(center[0] + chance.normal(0, axes[0] * 0.5)), int(center[1] + chance.normal(0, axes[1] * 0.5)))
        size = (int(chance.uniform(2, axes[0] * 0.35)), int(chance.uniform(2, axes[1] * 0.35)))
        thick = -1 if chance.random() < 0.6 else int(chance.integers(1, 9))
        cv2.ellipse(spot, at, size, chance.uniform(0, 180), 0, 360, 1.0, thick)
        spot = cv2.GaussianBlur(spot, (0, 0), chance.uniform(0.6, 4))
        value = value * (1 - spot) + spot * chance.uniform(0, 1)
    if chance.random() < 0.5:  # bone: a bright rim, broken here and there
        rim = np.zeros_like(body)
        for _ in range(int(chance.integers(1, 4))):
            start = chance.uniform(0, 360)
            cv2.ellipse(rim, center, axes, 0, start, start + chance.uniform(30, 300), 1.0, int(chance.integers(2, 14)))
        value = np.maximum(value, cv2.GaussianBlur(rim, (0, 0), chance.uniform(0.5, 2)) * chance.uniform(0.6, 1))
    value = value * (0.7 + 0.6 * _clouds(chance, rows, columns, 4))
    grain = chance.standard_normal((rows, columns)).astype(np.float32)
    if chance.random() < 0.6:
        grain = cv2.GaussianBlur(grain, (0, 0), chance.uniform(0.5, 2.5))
        grain /= grain.std() + 1e-6
    value += grain * chance.uniform(0.003, 0.09)
    if chance.random() < 0.3:  # a table, wires of coils, streaks of metal
        for _ in range(int(chance.integers(1, 12))):
            _arc(chance, value)
    return _rgb(np.clip(value, 0, 1) * 255)


def projection(chance: Chance, rows: int, columns: int) -> Ground:
    """A radiograph or mammogram: wide gradients, overlapping bones, fine grain, a collimator's edge, devices."""
    value = _clouds(chance, rows, columns, int(chance.integers(2, 5))) * chance.uniform(0.4, 0.9) + 0.1
    for _ in range(int(chance.integers(0, 14))):
        bone = np.zeros_like(value)
        points = chance.uniform(-0.2, 1.2, (4, 2)) * (columns, rows)
        cv2.polylines(bone, [_curve(points)], False, 1.0, int(chance.integers(3, 60)), cv2.LINE_AA)
        value += cv2.GaussianBlur(bone, (0, 0), chance.uniform(0.8, 6)) * chance.uniform(-0.15, 0.35)
    fine = _clouds(chance, rows, columns, 60) - 0.5
    value += fine * chance.uniform(0, 0.25) + chance.standard_normal(value.shape).astype(np.float32) * chance.uniform(
        0, 0.05
    )
    for _ in range(int(chance.integers(0, 4))):
        _arc(chance, value)
    value = np.clip(value, 0, 1)
    if chance.random() < 0.4:
        edge = np.zeros_like(value)
        corners = np.array([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]) + chance.normal(0, 0.08, (4, 2))
        cv2.fillPoly(edge, [(corners * (columns, rows)).astype(np.int32)], 1.0)
        value = np.where(edge > 0, value, chance.choice([0.0, 0.02, 1.0]))
    return _rgb((1 - value if chance.random() < 0.35 else value) * 255)


def screen(chance: Chance, rows: int, columns: int) -> Ground:
    """A user interface, dark or light: panels, lines, gradients."""
    dark = chance.random() < 0.6
    ground = chance.choice([0, 0, 12, 30, 60]) if dark else chance.choice([255, 250, 235, 215, 190])
    picture = np.full((rows, columns, 3), ground, np.float32)
    for _ in range(int(chance.integers(0, 9))):
        corner = (int(chance.uniform(-0.2, 0.9) * columns), int(chance.uniform(-0.2, 0.9) * rows))
        opposite = (corner[0] + int(chance.uniform(20, columns)), corner[1] + int(chance.uniform(12, rows * 0.6)))
        low, high = (0, 130) if dark else (110, 255)
        colour = chance.integers(low, high, 3) if chance.random() < 0.5 else np.full(3, chance.integers(low, high))
        cv2.rectangle(picture, corner, opposite, tuple(map(float, colour)), int(chance.choice([1, 1, 2, -1, -1])))
    if chance.random() < 0.3:
        picture += (np.linspace(0, chance.uniform(-60, 60), rows, dtype=np.float32))[:, None, None]
    if chance.random() < 0.3:
        picture += chance.standard_normal((rows, columns, 1)).astype(np.float32) * chance.uniform(0.5, 3)
    return picture


def plain(chance: Chance, rows: int, columns: int) -> Ground:
    """One colour, a gradient, or plain noise of some grain."""
    picture = np.full((rows, columns, 3), chance.integers(0, 256), np.float32)
    if chance.random() < 0.5:
        picture += chance.uniform(-60, 60) * (_clouds(chance, rows, columns, 2) - 0.5)[..., None]
    if chance.random() < 0.4:
        grain = cv2.GaussianBlur(
            chance.standard_normal((rows, columns)).astype(np.float32), (0, 0), chance.uniform(0.3, 3)
        )
        picture += (grain / (grain.std() + 1e-6) * chance.uniform(1, 45))[..., None]
    return picture


DRAWN: tuple[tuple[float, Callable[[Chance, int, int], Ground]], ...] = (
    (0.36, ultrasound), (0.07, traces), (0.16, section), (0.14, projection), (0.13, screen), (0.14, plain),
)  # fmt: skip


def drawn(chance: Chance, rows: int, columns: int) -> Ground:
    """Any of the drawn grounds."""
    weights = np.array([weight for weight, _ in DRAWN])
    return DRAWN[chance.choice(len(DRAWN), p=weights / weights.sum())][1](chance, rows, columns)


def real(chance: Chance, rows: int, columns: int, pool: list[Path]) -> Ground:
    """A part of a real image without text, at some size, turned, mirrored, through some window."""
    image = np.load(pool[chance.integers(len(pool))], mmap_mode="r")
    scale = chance.uniform(0.6, 2.2) * (1 if min(image.shape[:2]) > 200 else 2)
    height, width = (
        min(side, int(np.ceil(need / scale))) for side, need in zip(image.shape, (rows, columns), strict=False)
    )
    top, left = chance.integers(image.shape[0] - height + 1), chance.integers(image.shape[1] - width + 1)
    part = np.asarray(image[top : top + height, left : left + width])
    part = part.astype(np.float32) if part.ndim == 3 else _rgb(_windowed(chance, part.astype(np.float32)))
    method = cv2.INTER_AREA if scale < 1 else int(chance.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    part = cv2.resize(part, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=method)
    part = part[:: chance.choice([1, -1]), :: chance.choice([1, -1])]
    missing = (max(0, rows - part.shape[0]), max(0, columns - part.shape[1]))
    part = np.pad(part, ((0, missing[0]), (0, missing[1]), (0, 0)))
    return np.ascontiguousarray(np.clip(part[:rows, :columns], 0, 255))


def _windowed(chance: Chance, grey: Grey) -> Grey:
    """Grey values through the whole range, where most lie, or some window between."""
    edges = [(0, 100), (1, 99), (5, 99.9), (30, 100), (1, 80)][chance.choice(5, p=[0.25, 0.35, 0.2, 0.1, 0.1])]
    low, high = (float(edge) for edge in np.percentile(grey, edges))
    shown = np.clip((grey - low) / max(high - low, 1e-3), 0, 1) * 255
    return np.asarray(255 - shown if chance.random() < 0.2 else shown, np.float32)


def _rgb(grey: Grey) -> Ground:
    return np.repeat(np.asarray(grey, np.float32)[..., None], 3, axis=2)


def _clouds(chance: Chance, rows: int, columns: int, count: int) -> Grey:
    """Smooth values between 0 and 1, about `count` of them along a side."""
    return np.clip(
        cv2.resize(chance.random((count, count), np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC), 0, 1
    )


def _curve(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """A cubic Bezier curve through four points."""
    t = np.linspace(0, 1, 50)[:, None]
    path = (
        (1 - t) ** 3 * points[0] + 3 * t * (1 - t) ** 2 * points[1] + 3 * t * t * (1 - t) * points[2] + t**3 * points[3]
    )
    return np.asarray(path, np.int32)


def _arc(chance: Chance, value: Grey) -> None:
    rows, columns = value.shape
    path = _curve(chance.uniform(-0.1, 1.1, (4, 2)) * (columns, rows))
    cv2.polylines(value, [path], False, float(chance.uniform(0.2, 1)), int(chance.integers(1, 4)), cv2.LINE_AA)


def _speckle(chance: Chance, rows: int, columns: int, grain: float | None = None) -> Grey:
    """Rayleigh speckle, longer across the beam than along it."""
    size = grain or chance.uniform(0.6, 2.8)
    across = size * chance.uniform(1.0, 2.8)
    wide, high = (across, size) if chance.random() < 0.8 else (size, across)
    parts = [
        cv2.GaussianBlur(chance.standard_normal((rows, columns), np.float32), (0, 0), wide, sigmaY=high)
        for _ in range(2)
    ]
    amplitude = np.hypot(*parts)
    return np.asarray(amplitude / (amplitude.mean() + 1e-6), np.float32)


def _sector(chance: Chance, rows: int, columns: int) -> tuple[Grey, npt.NDArray[np.bool_]]:
    """Echoes, 0 to 1, and where the transducer sees at all."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    center, top, depth = (
        columns * chance.uniform(0.3, 0.7),
        rows * chance.uniform(0, 0.15),
        rows * chance.uniform(0.6, 1.0),
    )
    kind = chance.choice(["phased", "curved", "linear", "whole"], p=[0.2, 0.25, 0.3, 0.25])
    polar = kind in {"phased", "curved"}
    if polar:
        near = 0 if kind == "phased" else rows * chance.uniform(0.08, 0.3)
        half = chance.uniform(0.4, 0.9)
        away, angle = (
            np.hypot(x - center, y - top + near * np.cos(half) * 0.9),
            np.arctan2(x - center, y - top + near * 0.9),
        )
        inside = (np.abs(angle) < half) & (away > near) & (away < near + depth)
        deep = (away - near) / depth
    elif kind == "linear":
        inside = (np.abs(x - center) < columns * chance.uniform(0.2, 0.45)) & (y > top) & (y < top + depth)
        deep = (y - top) / depth
    else:
        inside, deep = np.ones((rows, columns), bool), y / rows
    strength = np.float32(chance.uniform(0.15, 0.55)) * (1.15 - chance.uniform(0.2, 0.9) * deep)
    strength = strength * (0.4 + 1.3 * _clouds(chance, rows, columns, int(chance.integers(3, 9))))
    for _ in range(int(chance.integers(0, 9))):  # cysts, vessels, bright rims
        shape = np.zeros((rows, columns), np.float32)
        at = (int(chance.uniform(0, columns)), int(chance.uniform(0, rows)))
        size = (int(chance.uniform(5, columns * 0.15)), int(chance.uniform(5, rows * 0.15)))
        thick = -1 if chance.random() < 0.7 else int(chance.integers(1, 6))
        cv2.ellipse(shape, at, size, chance.uniform(0, 180), 0, 360, 1.0, thick)
        shape = cv2.GaussianBlur(shape, (0, 0), chance.uniform(0.7, 4))
        strength = strength * (1 - shape) + shape * chance.choice([0.02, 0.05, 0.9, 0.6, 1.3]) * np.maximum(
            strength, 0.1
        )
    for _ in range(int(chance.integers(0, 7))):  # interfaces, pleura, needles
        shape = np.zeros((rows, columns), np.float32)
        points = chance.uniform(0, 1, (4, 2)) * (columns, rows)
        cv2.polylines(shape, [_curve(points)], False, 1.0, int(chance.integers(1, 7)), cv2.LINE_AA)
        strength = strength + cv2.GaussianBlur(shape, (0, 0), chance.uniform(0.5, 3)) * chance.uniform(0.2, 0.9)
    strength = np.maximum(strength, 0)
    echo = strength * (
        _bent(chance, away, angle) if polar and chance.random() < 0.6 else _speckle(chance, rows, columns)
    )
    if chance.random() < 0.55:
        echo = np.log1p(echo * chance.uniform(2, 14)) / np.log1p(chance.uniform(5, 9))
    if chance.random() < 0.3:  # frames averaged: little speckle is left
        echo = cv2.GaussianBlur(np.asarray(echo, np.float32), (0, 0), chance.uniform(0.6, 1.6))
    return np.asarray(np.clip(echo * inside, 0, 1), np.float32), inside


def _bent(chance: Chance, away: Grey, angle: Grey) -> Grey:
    """Speckle in the beams of a sector: ever wider with depth."""
    beams, steps = int(chance.integers(90, 260)), int(chance.integers(250, 600))
    polar = _speckle(chance, steps, beams, chance.uniform(0.7, 1.8))
    along = np.clip(away / (away.max() + 1e-6) * (steps - 1), 0, steps - 1)
    across = np.clip((angle / 1.8 + 0.5) * (beams - 1), 0, beams - 1)
    return np.asarray(
        cv2.remap(polar, across.astype(np.float32), along.astype(np.float32), cv2.INTER_LINEAR), np.float32
    )


def _box(chance: Chance, rows: int, columns: int) -> tuple[int, int, int, int]:
    left, top = int(columns * chance.uniform(0, 0.6)), int(rows * chance.uniform(0, 0.6))
    return left, top, left + int(columns * chance.uniform(0.12, 0.45)), top + int(rows * chance.uniform(0.12, 0.45))


def _colour_flow(chance: Chance, picture: Ground) -> None:
    """A box with flow towards and away from the transducer."""
    left, top, right, bottom = _box(chance, *picture.shape[:2])
    part = picture[top:bottom, left:right]
    flow = cv2.GaussianBlur(chance.standard_normal(part.shape[:2]).astype(np.float32), (0, 0), chance.uniform(2, 18))
    flow /= flow.std() + 1e-6
    shown = np.abs(flow) > chance.uniform(0.2, 1.2)
    speed = np.clip(np.abs(flow) * 90 + 60, 0, 255)
    towards = np.stack([speed, speed * 0.5 * (speed > 150), speed * 0.1], 2)
    colours = np.where((flow > 0)[..., None], towards, towards[..., ::-1])
    if chance.random() < 0.3:  # aliasing: a mosaic
        colours = colours[..., chance.permutation(3)]
    part[shown] = colours[shown]
    _frame(chance, picture, (left, top, right, bottom))


def _power_doppler(chance: Chance, picture: Ground) -> None:
    """Branching vessels in hot or cold colours."""
    left, top, right, bottom = _box(chance, *picture.shape[:2])
    part = picture[top:bottom, left:right]
    rows, columns = part.shape[:2]
    vessels = np.zeros((rows, columns), np.float32)
    for _ in range(int(chance.integers(2, 12))):
        start = (chance.uniform(0, columns), chance.uniform(0, rows))
        _branch(chance, vessels, start, chance.uniform(0, 6.3), chance.uniform(12, columns * 0.7), chance.uniform(1, 9))
    for _ in range(int(chance.integers(0, 40))):
        at = (int(chance.uniform(0, columns)), int(chance.uniform(0, rows)))
        cv2.circle(vessels, at, int(chance.integers(1, 5)), float(chance.uniform(0.3, 1)), -1)
    vessels = cv2.GaussianBlur(vessels, (0, 0), chance.uniform(0.3, 1.8)) * (
        0.7 + 0.6 * _clouds(chance, rows, columns, 12)
    )
    hot = np.array([[90, 0, 0], [160, 20, 0], [220, 70, 0], [255, 140, 0], [255, 210, 30], [255, 255, 150]], np.float32)
    colours = [hot, hot, hot[:, ::-1], np.repeat(np.linspace(70, 240, 6, dtype=np.float32)[:, None], 3, 1)][
        chance.integers(4)
    ]
    shown = vessels > chance.uniform(0.12, 0.3)
    part[shown] = colours[np.clip(vessels * 6, 0, 5).astype(int)][shown]
    _frame(chance, picture, (left, top, right, bottom))


def _branch(
    chance: Chance, vessels: Grey, start: tuple[float, float], angle: float, length: float, width: float
) -> None:
    if length < 4 or width < 0.6:
        return
    points, (x, y) = [start], start
    steps = max(2, int(length / 6))
    for _ in range(steps):
        angle += chance.normal(0, 0.35)
        x, y = x + np.cos(angle) * length / steps, y + np.sin(angle) * length / steps
        points.append((x, y))
    path = np.array(points).astype(np.int32)
    cv2.polylines(vessels, [path], False, float(chance.uniform(0.4, 1)), max(1, int(width)), cv2.LINE_AA)
    for _ in range(int(chance.integers(1, 4))):
        onward = points[chance.integers(len(points))]
        _branch(chance, vessels, onward, angle + chance.normal(0, 0.9), length * chance.uniform(0.3, 0.7), width * 0.7)


def _frame(chance: Chance, picture: Ground, box: tuple[int, int, int, int]) -> None:
    if chance.random() < 0.6:
        colour = [(255, 255, 255), (0, 255, 0), (255, 255, 0)][chance.integers(3)]
        cv2.rectangle(picture, box[:2], box[2:], colour, 1)
