"""Fill: the stored value that displays black, for every way in which a data set can say how its pixels are shown."""

from collections.abc import Iterable, Iterator
from typing import Any, NewType

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from pixelclean.dicom import Kind, PixelFormat, values_of, words_of
from pixelclean.dicom.display import Palette, Rendering, renderings_of
from pixelclean.errors import Refused
from pixelclean.pixels.fill_padding import Padding
from pixelclean.reasons import ReasonCode

Words = npt.NDArray[Any]
Fill = NewType("Fill", tuple[float, ...])
"""One stored word for each sample."""

NO_FILL = Fill((0.0,))
"""For plans that mask nothing."""

# Shares of the full range (PS3.3 C.7.6.3.1.2): chroma is centred, and the partial kinds keep 16 of 256 steps free.
_COLOURS = {
    "RGB": (0.0, 0.0, 0.0),
    "YBR_FULL": (0.0, 0.5, 0.5),
    "YBR_FULL_422": (0.0, 0.5, 0.5),
    "YBR_PARTIAL_422": (0.0625, 0.5, 0.5),
    "YBR_PARTIAL_420": (0.0625, 0.5, 0.5),
}
_EVERY_VALUE = 1 << 16  # up to so many values are displayed one by one to find the darkest
_NEARLY = 1 / 32  # a share of the whole brightness that is as good as black
_UNSTRETCHED = 8  # images of so many bits are shown as they are, deeper ones are fitted to what they hold
_Shares = npt.NDArray[np.float64]
_Frames = tuple[tuple[Rendering, ...], ...]


def black(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> Fill:
    """The word, or three words, that display black in every frame; Refused(NO_PIXEL_VERDICT) where there is none.

    `form` is the format of the frames, `dataset` says how they are displayed.  Unsigned grey takes the end of the
    range that displays dark.  Signed and floating grey goes no further than it must: to the darkest value in the
    frames, or to the edge of a window where that is darker, so that a window fitted to the values still fits; so does
    unsigned grey that is dark at its upper end, where that end is more than twice as high.  Padding is taken only where
    nothing else is black.  In a label map black is what belongs to no segment.
    """
    if dataset.get("SegmentationType") == "LABELMAP" and form.kind is Kind.INTEGER:
        return Fill((float(words_of(_background(dataset, form), form)),))
    if form.photometric == "PALETTE COLOR" and form.kind is Kind.INTEGER:
        return Fill((float(_darkest_entry(dataset, form)),))
    if form.samples == 1 and form.photometric != "PALETTE COLOR":
        return Fill((_grey(dataset, form, frames),))
    if form.photometric in _COLOURS and form.kind is Kind.INTEGER and not form.signed:
        values = (int(share * (1 << form.bits_stored)) for share in _COLOURS[form.photometric])
        return Fill(tuple(float(words_of(value, form)) for value in values))
    raise Refused(ReasonCode.NO_PIXEL_VERDICT, f"no black is known for {form.samples} samples")


def _background(dataset: Dataset, form: PixelFormat) -> int:
    """The value of pixels outside all segments: the padding value, else 0 (PS3.3 C.8.20.2)."""
    padding = Padding.of(dataset, form)
    return int(padding.low) if padding else 0


def _grey(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> float:
    shown, padding = renderings_of(dataset), Padding.of(dataset, form)
    values = _choice(_range(shown, form, frames, padding), form, padding, shown)
    value = _darkest(values, _brightness(shown, values), padding)
    return value if form.kind is not Kind.INTEGER else float(words_of(int(value), form))


def _brightness(shown: _Frames, values: Words) -> _Shares:
    """How bright each value is at the worst, in any frame and any way to show it, beyond the darkest there.

    Where no value is black in every way, the first way of each frame decides.
    """
    for ways in (shown, tuple(frame[:1] for frame in shown)):
        worst = np.zeros(len(values))
        for rendering in dict.fromkeys(rendering for frame in ways for rendering in frame):
            shares = rendering.brightness(values)
            np.maximum(worst, shares - shares.min(), out=worst)
        if worst.min() <= _NEARLY:
            return worst
    raise Refused(ReasonCode.NO_PIXEL_VERDICT, "no value is black in every frame")


def _darkest(values: Words, brightness: _Shares, padding: Padding | None) -> float:
    """The darkest of ascending values; of several that are equally dark the one nearest to a dark end of the range."""
    usable = brightness <= brightness.min() + _NEARLY
    if padding is not None and (usable & ~padding.holds(values)).any():
        usable &= ~padding.holds(values)
    darkest = values[usable & (brightness == brightness[usable].min())]
    falls = brightness[-1] == brightness.min() < brightness[0]
    return float(darkest[-1] if falls else darkest[0])


def _choice(limits: tuple[float, float], form: PixelFormat, padding: Padding | None, shown: _Frames) -> Words:
    """The values to choose from, ascending: all of them where tables show them, else the ends and beside padding."""
    low, high = limits
    tables = any(rendering.has_table for frame in shown for rendering in frame)
    if tables and form.kind is Kind.INTEGER and high - low < _EVERY_VALUE:
        return np.arange(int(low), int(high) + 1, dtype=np.int64)
    beside = padding.neighbours(form) if padding is not None else ()
    values = sorted({low, high, *(value for value in beside if low < value < high)})
    return np.array(values, np.int64 if form.kind is Kind.INTEGER else np.float64)


def _range(shown: _Frames, form: PixelFormat, frames: Iterable[Words], padding: Padding | None) -> tuple[float, float]:
    """Lowest and highest value to choose from."""
    lowest, highest = _representable(form)
    unsigned = form.kind is Kind.INTEGER and not form.signed
    renderings = [rendering for frame in shown for rendering in frame]
    if unsigned and (form.bits_stored <= _UNSTRETCHED or all(rendering.is_rising for rendering in renderings)):
        return lowest, highest
    extremes = [edge for frame in frames for edge in _extremes(values_of(frame, form), padding)]
    edges = [*(extremes or [0.0]), *(edge for rendering in renderings for edge in rendering.edges)]
    low, high = max(lowest, min(edges)), min(highest, max(edges))
    if unsigned:
        return lowest, float(np.ceil(high)) if 0 < 2 * high < highest else highest
    return (float(np.floor(low)), float(np.ceil(high))) if form.kind is Kind.INTEGER else (low, high)


def _representable(form: PixelFormat) -> tuple[float, float]:
    """The range of stored values."""
    if form.kind is not Kind.INTEGER:
        limits = np.finfo(np.float32 if form.kind is Kind.FLOAT else np.float64)
        return float(limits.min), float(limits.max)
    if form.signed:
        return -float(1 << (form.bits_stored - 1)), float((1 << (form.bits_stored - 1)) - 1)
    return 0.0, float((1 << form.bits_stored) - 1)


def _extremes(values: Words, padding: Padding | None) -> Iterator[float]:
    """Lowest and highest number that is no padding; infinity is shown by no window."""
    numbers = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if padding is not None:
        numbers = numbers[~padding.holds(numbers)]
    if numbers.size:
        yield from (float(numbers.min()), float(numbers.max()))


def _darkest_entry(dataset: Dataset, form: PixelFormat) -> int:
    """The stored word that shows the darkest entry of the palette; black is not index 0 (PS3.3 C.7.6.3.1.5)."""
    palette = Palette.of(dataset)
    if palette is None:
        raise Refused(ReasonCode.NO_PIXEL_VERDICT, "the palette cannot be read")
    table, (lowest, highest) = palette.brightness, _representable(form)
    # The first entry is that of all lower values too, the last that of all higher ones.
    low, high = (int(np.clip(end, lowest, highest)) for end in (table.first, table.last))
    values = np.arange(low, high + 1, dtype=np.int64)
    return words_of(int(_darkest(values, table.shares(values), Padding.of(dataset, form))), form)
