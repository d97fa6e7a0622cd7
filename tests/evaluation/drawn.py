"""Drawn frames on which the number of characters is known, and the boxes of those characters."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pixelclean.evaluation.ink import Shown
from pixelclean.geometry import Box

ROWS, COLUMNS = 60, 260
TEXT = "SENTINELZOE"
TOP, HEIGHT, PITCH, LEFT = 20, 20, 16, 12


def character(number: int) -> Box:
    """The box of one character: they stand in cells of one width."""
    left = LEFT + number * PITCH
    return Box(left, TOP, left + PITCH, TOP + HEIGHT)


LINE = Box(LEFT, TOP, LEFT + PITCH * len(TEXT), TOP + HEIGHT)


def stencil(text: str = TEXT) -> np.ndarray:
    """How much ink each pixel has, 0 to 1: every character in the middle of its cell."""
    canvas = Image.new("L", (COLUMNS, ROWS))
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(17)
    for number, letter in enumerate(text):
        place = character(number)
        draw.text(((place.left + place.right) / 2, (TOP + TOP + HEIGHT) / 2), letter, fill=255, font=font, anchor="mm")
    return np.asarray(canvas, np.float32)[..., np.newaxis] / 255


def frame(ink: tuple[float, ...], ground: tuple[float, ...], noise: float = 0.0, text: str = TEXT) -> Shown:
    """A frame of a ground with text in it; colours are those of all samples, `noise` the deviation of the ground."""
    rng = np.random.default_rng(7)
    grounds = np.full((ROWS, COLUMNS, len(ground)), ground, np.float32)
    grounds += rng.normal(0, noise, (ROWS, COLUMNS, 1)).astype(np.float32) if noise else 0
    share = stencil(text)
    return np.clip(grounds * (1 - share) + np.array(ink, np.float32) * share, 0, 255).astype(np.float32)


def blackened(before: Shown, *boxes: Box) -> Shown:
    """The frame with boxes filled."""
    after = before.copy()
    for box in boxes:
        after[box.slices] = 0
    return after
