"""What the values of an image may hold and no tone curve shows: values that are no numbers, and colours that equal others.

Each is looked for at little cost, and shown only where it is.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pixelclean.detect.levels import Levels
from pixelclean.detect.network import Picture
from pixelclean.dicom.display import Palette

_FEW = 8  # pixels


def no_numbers(levels: Levels) -> Iterator[Picture]:
    """Where pixels are infinite or no numbers, which have no brightness of their own."""
    if levels.counts[~np.isfinite(levels.values)].any():
        shown = 85 * np.isneginf(levels.values) + 170 * np.isposinf(levels.values) + 255 * np.isnan(levels.values)
        yield levels.looked_up(shown.astype(np.uint8))


def equal_colours(levels: Levels, palette: Palette) -> Iterator[Picture]:
    """Indices of one colour, told apart: another palette shows what is drawn with them."""
    codes = levels.present[levels.counts[levels.present] >= _FEW]
    _, group = np.unique(palette(levels.values[codes]), axis=0, return_inverse=True)
    order = np.lexsort((-levels.counts[codes], group.reshape(-1)))
    groups = group.reshape(-1)[order]
    ordinal = np.arange(len(codes)) - np.searchsorted(groups, groups)
    if ordinal.any():
        table = np.zeros(len(levels.values), np.uint8)
        table[codes[order]] = _far_apart(ordinal)
        yield levels.looked_up(table)


def _far_apart(ordinal: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """0, 128, 64, 192, ...: the bits of a byte in reversed order."""
    bits = np.unpackbits((ordinal & 255).astype(np.uint8)[:, None], axis=1)
    return np.packbits(bits[:, ::-1], axis=1)[:, 0]
