"""Bit planes that are drawings under noise: nobody sees them, but a program may read them.

Of noise no lower bit is ever quieter than a higher one.  Where it is, all over the image or in a part of it, somebody
put it there; what it says is shown, white on black.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.kernels import COUNT_CHANGES, EVERY, TILE, count_changes
from pixelclean.detect.levels import in_three
from pixelclean.detect.network import Picture
from pixelclean.dicom import Kind, PixelFormat, Words
from pixelclean.dicom.compiled import compiled

_QUIET = 0.85  # of neighbours that agree: a plane that holds a drawing
_NOISIER = 0.15  # by which neighbours agree less in a plane above it, which is never so without a reason
_NOISE = (
    0.6  # of neighbours that agree at most in noise; a small part of any picture may have more order than noise has
)
_LEAST_PAIRS = 48  # that tell noise from order: an image of 16 by 16 pixels has more
_LEAST_SHARE = 0.0005  # of the pixels of a plane: less is no text, unless it stands together
_FEW = 4  # pixels of a tile's rows that are compared: two letters have more, at any size
_BESIDE = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.uint8)
_AROUND = np.ones((3, 3), np.uint8)
_CHANNELS = 3

Tiles = npt.NDArray[np.bool_]
"""Some of the tiles of an image, as (row, column)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """A bit of a sample that is quiet below one that is not, in some tiles; `on` is its ground there."""

    sample: int
    bit: int
    tiles: Tiles
    on: np.uint8


def planes(words: Words, form: PixelFormat) -> Iterator[Picture]:
    """The bit planes of stored words that are drawings under noise, as one picture; up to three each have a colour."""
    found = list(_drawings(words, form))
    if not found:
        return
    shown = np.zeros((*words.shape[:2], 1 if len(found) == 1 else _CHANNELS), np.uint8)
    for number, drawing in enumerate(found):
        _draw(shown[..., number % _CHANNELS], words, drawing)
    yield in_three(shown)


def _drawings(words: Words, form: PixelFormat) -> Iterator[_Drawing]:
    for sample, bit, tiles in _odd(words, form):
        ones, pixels = _ones(words[..., sample], bit)
        ones, pixels = ones[tiles], pixels[tiles]
        other = np.minimum(ones, pixels - ones)
        share = ones.sum() / pixels.sum()
        if min(share, 1 - share) > _LEAST_SHARE or other.max() >= _FEW:
            yield _Drawing(sample, bit, tiles, np.uint8(share > 1 / 2))


def _odd(words: Words, form: PixelFormat) -> Iterator[tuple[int, int, Tiles]]:
    """Each plane that is quiet below one that is not: sample, bit, and where."""
    bits = range(form.high_bit + 1 - form.bits_stored, form.high_bit + 1)
    if form.kind is not Kind.INTEGER:
        return
    changes, pairs = _changes(words)
    if pairs.sum() < _LEAST_PAIRS:
        return
    changes = changes[:, bits]
    in_tiles = _are_odd(1 - changes / np.maximum(1, pairs), _NOISE) & (pairs >= _LEAST_PAIRS)
    in_whole = _are_odd(1 - changes.sum(axis=(2, 3)) / pairs.sum(), 1.0)
    for sample, place in np.argwhere(in_whole | in_tiles.any(axis=(2, 3))):
        tiles = in_whole[sample, place] | _beside_others(in_tiles[sample, place])
        if tiles.any():
            yield int(sample), bits[place], tiles


def _changes(words: Words) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """How often bits differ from those of the pixel before, by sample, bit and tile, and of how many pairs in each tile."""
    rows, columns, samples = words.shape
    lines = np.ascontiguousarray(words, words.dtype.newbyteorder("<")).view(np.uint8).reshape(rows, -1)
    changes = compiled(count_changes, COUNT_CHANGES)(lines, samples * words.itemsize)
    wide = np.diff([*range(0, columns, TILE), columns])
    wide[0] -= 1
    tall = -(-np.diff([*range(0, rows, TILE), rows]) // EVERY)
    return changes.reshape(samples, -1, *changes.shape[2:]), np.outer(tall, wide)


def _are_odd(agreeing: npt.NDArray[np.float64], most: float) -> npt.NDArray[np.bool_]:
    """Which bits are quiet and have a noisier one above, of which `most` agree, by the shares of neighbours that do."""
    least = np.minimum.accumulate(agreeing[:, ::-1], axis=1)[:, :0:-1]
    odd = np.zeros(agreeing.shape, bool)
    odd[:, :-1] = (agreeing[:, :-1] >= np.maximum(_QUIET, least + _NOISIER)) & (least <= most)
    return odd


def _beside_others(tiles: Tiles) -> Tiles:
    beside = cv2.filter2D(tiles.astype(np.uint8), -1, _BESIDE, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(tiles & (beside > 0))


def _ones(words: Words, bit: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How many pixels of each tile have the bit, and how many there are, in the rows that are compared."""
    plane = words[::EVERY] >> words.dtype.type(bit) & words.dtype.type(1)
    down, across = (range(0, side, tile) for side, tile in zip(plane.shape, (TILE // EVERY, TILE), strict=True))
    ones = np.add.reduceat(np.add.reduceat(plane, down, axis=0, dtype=np.int64), across, axis=1)
    tall, wide = (np.diff([*starts, side]) for starts, side in zip((down, across), plane.shape, strict=True))
    return ones, np.outer(tall, wide)


def _draw(shown: npt.NDArray[np.uint8], words: Words, drawing: _Drawing) -> None:
    """White where the bit differs from its ground, in the tiles and those around them."""
    zone = cv2.dilate(drawing.tiles.astype(np.uint8), _AROUND).astype(bool)
    for band in np.flatnonzero(zone.any(axis=1)):
        rows = slice(band * TILE, (band + 1) * TILE)
        within = np.repeat(zone[band], TILE)[: words.shape[1]]
        plane = words[rows, :, drawing.sample] >> words.dtype.type(drawing.bit) & words.dtype.type(1)
        shown[rows][(plane != drawing.on) & within] = 255
