"""Other drawn grounds without text: endoscopy, interfaces, sheets, films, mammograms, noise, icons."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from made_real import Ground

Field = npt.NDArray[np.float32]


def endoscopy(rng: np.random.Generator) -> Ground:
    """Pink folds with gloss in a round or eight-sided window."""
    rows, columns = ((480, 640), (576, 720), (720, 1280), (1024, 1280))[int(rng.integers(4))]
    relief = sum(_clouds(rng, rows, columns, size) * size for size in (160, 60, 20))
    light = _lit(relief)
    tone = np.array([rng.uniform(170, 235), rng.uniform(70, 130), rng.uniform(55, 110)], np.float32)
    picture = tone * (0.35 + 0.65 * light[..., None])
    vessels = np.exp(-((_clouds(rng, rows, columns, 34) / 0.05) ** 2))[..., None]
    picture *= 1 - 0.35 * vessels * np.array([0.3, 1.0, 1.0], np.float32)
    gloss = np.clip((_lit(_clouds(rng, rows, columns, 12)) - 0.86) * 9, 0, 1)[..., None]
    picture = picture * (1 - gloss) + 250 * gloss + rng.normal(0, 4, (rows, columns, 1))
    window = np.zeros((rows, columns), np.uint8)
    cv2.circle(window, (int(columns * rng.uniform(0.5, 0.65)), rows // 2), int(rows * rng.uniform(0.46, 0.6)), 1, -1)
    return _ground(picture * window[..., None], "endoscopy", "ES")


def interface(rng: np.random.Generator) -> Ground:
    """A dark workstation: panels, buttons without words, a picture, a curve."""
    rows, columns = ((768, 1024), (900, 1440), (1080, 1920), (600, 800))[int(rng.integers(4))]
    shade = rng.uniform(12, 70)
    picture = np.zeros((rows, columns, 3), np.float32) + shade * rng.uniform(0.85, 1.15, 3)
    for _ in range(int(rng.integers(4, 16))):
        x, y = int(rng.integers(0, columns - 60)), int(rng.integers(0, rows - 40))
        end = (x + int(rng.integers(40, columns // 2)), y + int(rng.integers(16, rows // 3)))
        cv2.rectangle(picture, (x, y), end, tuple(float(v) for v in shade * rng.uniform(0.6, 1.9, 3)), -1)
        cv2.rectangle(picture, (x, y), end, (shade * 2.2,) * 3, 1)
    for _ in range(int(rng.integers(3, 12))):  # icons of buttons
        x, y, size = int(rng.integers(0, columns - 40)), int(rng.integers(0, rows - 40)), int(rng.integers(7, 15))
        light = tuple(float(v) for v in rng.uniform(120, 235, 3))
        cv2.rectangle(picture, (x, y), (x + 2 * size, y + 2 * size), light, 1)
        cv2.circle(picture, (x + size, y + size), size // 2, light, int(rng.choice([-1, 1, 2])), cv2.LINE_AA)
    curve = np.cumsum(rng.normal(0, 3, columns // 2)) + rows * 0.7
    cv2.polylines(
        picture,
        [np.stack([np.arange(columns // 2) + 20, curve], 1).astype(np.int32)],
        False,
        (90.0, 200.0, 250.0),
        1,
        cv2.LINE_AA,
    )
    return _ground(picture, "interface", "OT")


def sheet(rng: np.random.Generator) -> Ground:
    """Paper or black, with the rules of a table."""
    rows, columns = ((512, 512), (1024, 768), (800, 1000))[int(rng.integers(3))]
    paper = rng.choice([0.0, 0.0, 255.0, 235.0, 40.0])
    picture = np.full((rows, columns, 3), paper, np.float32)
    ink = 90.0 if paper < 128 else 150.0
    for row in range(int(rows * 0.1), int(rows * 0.9), int(rng.integers(30, 90))):
        cv2.line(picture, (int(columns * 0.05), row), (int(columns * 0.95), row), (ink,) * 3, 1)
    for column in np.linspace(0.05, 0.95, int(rng.integers(2, 6))):
        cv2.line(
            picture, (int(columns * column), int(rows * 0.1)), (int(columns * column), int(rows * 0.9)), (ink,) * 3, 1
        )
    return _ground(picture + rng.normal(0, rng.choice([0, 2]), (rows, columns, 1)), "sheet", "OT")


def film(rng: np.random.Generator) -> Ground:
    """A digitised X-ray film: body, bones, grain, collimation, scratches."""
    rows, columns = ((1400, 1150), (1024, 1024), (900, 1200), (1760, 1430))[int(rng.integers(4))]
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    picture = np.full((rows, columns), rng.uniform(12, 40), np.float32)
    body = np.hypot(
        (x - columns / 2) / (columns * rng.uniform(0.3, 0.45)), (y - rows * 0.55) / (rows * rng.uniform(0.4, 0.6))
    )
    picture += np.clip(1.15 - body + 0.1 * _clouds(rng, rows, columns, 90), 0, 1) * rng.uniform(90, 150)
    for _ in range(int(rng.integers(3, 12))):  # ribs and shafts
        axes = (int(columns * rng.uniform(0.2, 0.45)), int(rows * rng.uniform(0.05, 0.3)))
        layer = np.zeros((rows, columns), np.float32)
        middle = (int(columns * rng.uniform(0.3, 0.7)), int(rows * rng.uniform(0.2, 0.9)))
        cv2.ellipse(
            layer, middle, axes, float(rng.uniform(-30, 30)), 180, 360, 1.0, int(rng.integers(10, 45)), cv2.LINE_AA
        )
        picture += cv2.GaussianBlur(layer, (0, 0), 3) * rng.uniform(15, 45)
    picture += 6 * _clouds(rng, rows, columns, 25) + cv2.GaussianBlur(
        rng.normal(0, 12, (rows, columns)).astype(np.float32), (0, 0), 0.8
    )
    edge = int(columns * rng.uniform(0, 0.1))
    picture[:, :edge] *= 0.15
    picture[:, columns - edge :] *= 0.15
    for _ in range(int(rng.integers(0, 6))):
        cv2.line(
            picture, _spot(rng, rows, columns), _spot(rng, rows, columns), float(rng.uniform(120, 220)), 1, cv2.LINE_AA
        )
    if rng.random() < 0.15:
        picture = 255 - picture
    return _ground(picture[..., None].repeat(3, axis=2), "film", "CR")


def mammogram(rng: np.random.Generator) -> Ground:
    """3000 to 5000 pixels: a breast on one side, glands, black air."""
    rows, columns = int(rng.integers(3000, 5001)), int(rng.integers(2300, 4001))
    small = (rows // 4, columns // 4)
    y, x = np.mgrid[0 : small[0], 0 : small[1]].astype(np.float32)
    far = np.hypot(x / (small[1] * rng.uniform(0.5, 0.8)), (y - small[0] * rng.uniform(0.45, 0.6)) / (small[0] * 0.42))
    tissue = np.clip(1 - far, 0, 1) ** 0.5
    glands = np.clip(_clouds(rng, *small, 60) + 0.6 * _clouds(rng, *small, 18) + 0.3, 0, 2) * tissue
    grey = cv2.resize(90 * tissue + 70 * glands, (columns, rows), interpolation=cv2.INTER_LINEAR)
    grain = rng.normal(0, 5, (rows // 2, columns // 2)).astype(np.float32)
    grey += cv2.resize(grain, (columns, rows), interpolation=cv2.INTER_LINEAR) * (grey > 4)
    if rng.random() < 0.5:
        grey = grey[:, ::-1]
    grey += 3
    if rng.random() < 0.15:
        grey = 255 - grey
    return _ground(grey[..., None].repeat(3, axis=2), "mammogram", "MG")


def noise(rng: np.random.Generator) -> Ground:
    """Noise whose spectrum falls with some power of the frequency, grey or coloured."""
    rows, columns = int(rng.integers(256, 900)), int(rng.integers(256, 1100))
    power, samples = rng.uniform(0, 2.2), int(rng.choice([1, 1, 3]))
    frequency = np.hypot(*np.meshgrid(np.fft.rfftfreq(columns), np.fft.fftfreq(rows)))
    layers = []
    for _ in range(samples):
        spectrum = np.fft.rfft2(rng.standard_normal((rows, columns))) / np.maximum(frequency, 1 / rows) ** power
        layer = np.fft.irfft2(spectrum, (rows, columns))
        layers.append((layer - layer.mean()) / layer.std())
    picture = np.stack([layers[index % samples] for index in range(3)], axis=-1)
    return _ground(rng.uniform(60, 190) + picture * rng.uniform(4, 45), "noise", "OT")


def icon(rng: np.random.Generator) -> Ground:
    """A small picture of 64 to 200 pixels: even, shaded, or a body."""
    rows, columns = int(rng.integers(64, 201)), int(rng.integers(64, 201))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    grey = np.zeros((rows, columns), np.float32) + rng.choice([0.0, rng.uniform(0, 255)])
    if rng.random() < 0.6:
        inside = np.hypot((x - columns / 2) / columns, (y - rows / 2) / rows) < rng.uniform(0.25, 0.45)
        grey = np.where(inside, rng.uniform(60, 180) + 15 * _clouds(rng, rows, columns, 14), grey)
    return _ground(grey[..., None].repeat(3, axis=2) + rng.normal(0, 2, (rows, columns, 1)), "icon", "OT")


OTHERS: dict[str, Callable[[np.random.Generator], Ground]] = {
    "endoscopy": endoscopy, "interface": interface, "sheet": sheet, "film": film, "mammogram": mammogram,
    "noise": noise, "icon": icon,
}  # fmt: skip
"""Every drawn ground by its kind."""


def _ground(picture: npt.NDArray[np.floating], kind: str, modality: str) -> Ground:
    return Ground(np.clip(picture, 0, 255).astype(np.uint8), kind, modality, "model")


def _clouds(rng: np.random.Generator, rows: int, columns: int, size: float) -> Field:
    small = rng.standard_normal((int(rows / size) + 4, int(columns / size) + 4)).astype(np.float32)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32)


def _lit(relief: Field) -> Field:
    """Light from above on a relief, 0 to 1."""
    slope = cv2.GaussianBlur(np.gradient(relief)[0].astype(np.float32), (0, 0), 2)
    low, high = np.percentile(slope, (1, 99.5))
    return np.asarray(np.clip((slope - low) / max(1e-6, high - low), 0, 1), np.float32)


def _spot(rng: np.random.Generator, rows: int, columns: int) -> tuple[int, int]:
    return int(rng.integers(0, columns)), int(rng.integers(0, rows))
