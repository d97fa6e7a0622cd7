"""Pictures for the samples: tissue, pages and screens, and text that remembers where its ink is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Colour = tuple[int, ...]

# The fonts that OpenCV 5 carries in itself: nothing is taken from the machine.
SANS, NARROW, ITALIC = "sans", "uni", "italic"


@dataclass(frozen=True)
class Line:
    """One burned-in line: the box of its ink, half-open, and the frames it is in (None: all of them).

    `where` is pixels, high-bits, overlay or icon.
    """

    text: str
    kind: str
    phi: bool
    box: tuple[int, int, int, int]
    frames: tuple[int, ...] | None = None
    where: str = "pixels"


@dataclass
class Canvas:
    """An 8-bit picture of shape (rows, columns, samples), and the lines that were written on it."""

    pixels: Image
    lines: list[Line] = field(default_factory=list)
    _frames: tuple[int, ...] | None = None

    @classmethod
    def blank(cls, rows: int, columns: int, colour: Colour) -> "Canvas":
        return cls(np.full((rows, columns, len(colour)), colour, np.uint8))

    def write(
        self,
        text: str,
        left: int,
        baseline: int,
        *,
        colour: Colour,
        kind: str = "technical",
        phi: bool = False,
        font: str = SANS,
        size: int = 14,
        weight: int = 400,
        crisp: bool = False,
    ) -> Line:
        """Burn a line in, smooth or (crisp) without grey edges, as the character generator of an old device does."""
        ink = ink_of(text, self.pixels.shape[:2], left, baseline, font, size, weight)
        if crisp:
            ink = np.where(ink >= 110, 255, 0).astype(np.uint8)
        self.pixels = blend(self.pixels, ink, colour)
        line = Line(text, kind, phi, box_of(ink), self._frames)
        self.lines.append(line)
        return line

    def label(self, text: str, left: int, baseline: int, *, colour: Colour, font: str = SANS, size: int = 12) -> None:
        """A line that belongs to the device."""
        self.write(text, left, baseline, colour=colour, font=font, size=size)

    @contextmanager
    def only_in(self, *frames: int) -> Iterator[None]:
        """Lines written inside are recorded as being in those frames only."""
        self._frames = frames
        yield
        self._frames = None


def ink_of(text: str, shape: tuple[int, ...], left: int, baseline: int, font: str, size: int, weight: int) -> Image:
    """How much ink each pixel takes, 0 to 255."""
    ink = np.zeros(shape, np.uint8)
    cv2.putText(ink, text, (left, baseline), (255,), cv2.FontFace(font), size, weight)
    return ink


def box_of(ink: Image) -> tuple[int, int, int, int]:
    """Left, top, right, bottom, half-open, of every pixel that visibly took ink."""
    rows, columns = np.nonzero(ink > 24)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def blend(pixels: Image, ink: Image, colour: Colour) -> Image:
    share = ink[..., np.newaxis].astype(np.float64) / 255
    return np.rint(pixels * (1 - share) + np.asarray(colour) * share).astype(np.uint8)


def in_frames(lines: list[Line], frames: tuple[int, ...]) -> list[Line]:
    return [replace(line, frames=frames) for line in lines]


def coloured(grey: Image) -> Image:
    """A (rows, columns) picture as (rows, columns, 3)."""
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


# ---------------------------------------------------------------------------------------------------------- tissue


def speckle(rng: np.random.Generator, shape: tuple[int, int], axial: float, lateral: float) -> Floats:
    """Fully developed speckle: the envelope of smoothed complex noise, mean 1."""
    field_ = [cv2.GaussianBlur(rng.standard_normal(shape), (0, 0), sigmaX=lateral, sigmaY=axial) for _ in range(2)]
    envelope = np.hypot(*field_)
    return np.asarray(envelope / envelope.mean(), np.float64)


def sector(
    rng: np.random.Generator,
    rows: int,
    columns: int,
    apex: tuple[float, float],
    reach: tuple[float, float],
    phase: float = 0,
) -> Image:
    """A curved-array ultrasound sector: (rows, columns) greys, 0 outside; `phase` moves the tissue a little."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    radius = np.hypot(x - apex[0], y - apex[1])
    angle = np.arctan2(x - apex[0], y - apex[1])
    depth = (radius - reach[0]) / (reach[1] - reach[0])
    inside = (depth >= 0) & (depth <= 1) & (np.abs(angle) <= 0.62)

    warp = 0.03 * np.sin(5 * angle + phase) + 0.02 * np.sin(11 * angle + 1.3)
    tissue = 0.5 + 0.14 * np.sin(24 * (depth + warp)) * np.exp(-3 * depth) - 0.12 * depth
    tissue += 0.55 * np.exp(-(((depth - 0.78 - 0.35 * angle**2 - warp) / 0.012) ** 2))  # a diaphragm
    tissue += 0.35 * np.exp(-(((depth - 0.12 - warp) / 0.01) ** 2))  # a fascia
    for at, where, width, height, value in ((0.42, -0.2, 0.09, 0.055, 0.07), (0.55, 0.22, 0.13, 0.1, 0.03)):
        blob = ((angle - where) / width) ** 2 + ((depth - at - 0.01 * np.sin(phase)) / height) ** 2
        tissue = np.where(blob < 1, value, tissue + 0.1 * ((blob < 1.35) & (blob >= 1)))
        tissue += 0.13 * ((np.abs(angle - where) < width * 0.8) & (depth > at + height))  # enhancement behind it

    grain = speckle(rng, (900, 400), 1.6, 2.6)
    polar = ((angle + 0.65) / 1.3 * 399).astype(np.float32), (np.clip(depth, 0, 1) * 899).astype(np.float32)
    sampled = cv2.remap(grain, polar[0], polar[1], cv2.INTER_LINEAR)
    shown = np.clip(tissue, 0, 1.2) * (0.42 + 0.58 * np.log1p(3 * sampled) / np.log(4))
    return np.where(inside, np.clip(shown * 215, 4, 250), 0).astype(np.uint8)


def ellipse(
    rows: int, columns: int, centre: tuple[float, float], radii: tuple[float, float], turn: float = 0
) -> Floats:
    """Smaller than 1 inside; `centre` is x, y and `radii` are shares of the picture."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    x, y = x / columns - centre[0], y / rows - centre[1]
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return np.asarray((along / radii[0]) ** 2 + (across / radii[1]) ** 2, np.float64)


def abdomen(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    """One axial slice in Hounsfield units."""
    slice_ = np.full((rows, columns), -1000.0)

    def paint(value: float, *shape: tuple[float, float], turn: float = 0) -> None:
        slice_[ellipse(rows, columns, shape[0], shape[1], turn) < 1] = value

    paint(-100, (0.5, 0.5), (0.44, 0.33))  # fat
    paint(50, (0.5, 0.5), (0.405, 0.295))  # wall
    paint(-95, (0.5, 0.49), (0.38, 0.265))  # fat of the abdomen
    paint(65, (0.335, 0.46), (0.19, 0.2), turn=0.3)  # liver
    paint(45, (0.71, 0.45), (0.09, 0.12), turn=-0.5)  # spleen
    paint(35, (0.55, 0.36), (0.12, 0.07), turn=0.2)  # stomach
    paint(-700, (0.57, 0.345), (0.06, 0.025))  # its gas
    for side in (-1, 1):
        paint(55, (0.5 + side * 0.075, 0.68), (0.06, 0.06))  # muscles beside the spine
        paint(110, (0.5 + side * 0.17, 0.6), (0.055, 0.07), turn=side * 0.4)  # kidneys
        paint(20, (0.5 + side * 0.155, 0.6), (0.022, 0.035))
    paint(160, (0.475, 0.54), (0.03, 0.03))  # aorta
    paint(700, (0.5, 0.635), (0.058, 0.05))  # vertebra
    paint(220, (0.5, 0.635), (0.045, 0.038))
    paint(30, (0.5, 0.697), (0.02, 0.016))  # canal
    for turn in np.linspace(0.5, 2.64, 7):
        for side in (-1, 1):
            centre = (0.5 + side * 0.395 * np.sin(turn), 0.5 - 0.285 * np.cos(turn))
            paint(600, centre, (0.012, 0.02), turn=side * turn)  # ribs
    noise = cv2.GaussianBlur(rng.normal(0, 34, (rows, columns)), (0, 0), 0.8)
    y, x = np.mgrid[0:rows, 0:columns]
    table = (np.abs(y - rows * 0.875 - 10 * np.cos((x - columns / 2) / columns * 2)) < 1.5) & (
        np.abs(x - columns / 2) < 90
    )
    slice_[table] = -250
    return np.asarray(cv2.GaussianBlur(slice_, (0, 0), 0.7) + noise, np.float64)


def head(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    """One axial slice of a brain as a magnetic resonance scanner shows it, 0 to 1."""
    slice_ = np.full((rows, columns), 0.01)
    for value, radii in ((0.75, (0.34, 0.42)), (0.08, (0.318, 0.397)), (0.2, (0.3, 0.38)), (0.52, (0.292, 0.37))):
        slice_[ellipse(rows, columns, (0.5, 0.5), radii) < 1] = value
    y, x = np.mgrid[0:rows, 0:columns] / np.asarray([rows, columns]).reshape(2, 1, 1)
    folds = np.sin(70 * x + 5 * np.sin(17 * y)) * np.sin(64 * y + 4 * np.sin(19 * x))
    rim = ellipse(rows, columns, (0.5, 0.5), (0.292, 0.37))
    slice_ = np.where((rim < 1) & (rim > 0.55) & (folds > 0.2), 0.36, slice_)
    for side in (-1, 1):
        slice_[ellipse(rows, columns, (0.5 + side * 0.05, 0.44), (0.022, 0.09), side * 0.35) < 1] = 0.12
        slice_[ellipse(rows, columns, (0.5 + side * 0.085, 0.55), (0.035, 0.05), side * 0.3) < 1] = 0.42
    slice_[(np.abs(x - 0.5) < 0.004) & (rim < 0.98)] = 0.16
    real = cv2.GaussianBlur(slice_, (0, 0), 0.9)
    return np.asarray(
        np.hypot(real + rng.normal(0, 0.018, slice_.shape), rng.normal(0, 0.018, slice_.shape)), np.float64
    )  # Rician


def chest(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    """A radiograph of a chest as it is looked at: 0 black, 1 white."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    u, v = x / columns - 0.5, y / rows
    body = (
        1
        / (1 + np.exp((np.abs(u) - 0.43 - 0.05 * (v > 0.2)) * 60))
        * (1 / (1 + np.exp((0.07 - v + 0.5 * np.abs(u) ** 1.5) * 40)))
    )
    picture = 0.08 + 0.55 * body
    for side in (-1, 1):
        lung = ellipse(rows, columns, (0.5 + side * 0.19, 0.47), (0.145, 0.31), side * -0.12)
        picture -= 0.4 / (1 + np.exp((lung - 1) * 9))
        for rib in range(9):
            at = 0.17 + 0.07 * rib + 0.9 * (np.abs(u) - 0.18) ** 2 * (1.5 + 0.15 * rib)
            picture += 0.075 * np.exp(-(((v - at) / 0.009) ** 2)) * (np.sign(u) == side) * (np.abs(u) < 0.36)
        clavicle = v - 0.15 + 0.12 * np.abs(u)
        picture += 0.12 * np.exp(-((clavicle / 0.012) ** 2)) * (np.abs(u) > 0.03) * (np.abs(u) < 0.35)
    picture += 0.22 * np.exp(-((u / 0.045) ** 2)) * (v > 0.05)
    picture += 0.3 / (1 + np.exp((ellipse(rows, columns, (0.545, 0.61), (0.125, 0.15), 0.5) - 1) * 8))
    picture += 0.22 / (1 + np.exp((0.79 - v + 0.35 * u**2 + 0.03 * np.cos(9 * u)) * 55))
    picture *= 1 - 0.94 / (1 + np.exp((0.925 - v) * 400))  # the edge of collimation
    return np.asarray(
        np.clip(cv2.GaussianBlur(picture, (0, 0), 1.2) + rng.normal(0, 0.008, picture.shape), 0, 1), np.float64
    )
