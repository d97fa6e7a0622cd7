"""The view: stored words of a frame as the 8-bit RGB pictures that the networks look at.

Deep images are seen through several windows, since text may be brighter than any window or show only in one;
palette images are seen in colour and as indices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt
from pydicom import DataElement, Dataset, Sequence
from pydicom.multival import MultiValue

from pixelclean.detect.network import Picture
from pixelclean.dicom import PixelFormat, values_of

Window = tuple[float, float]
"""Lowest and highest stored value that the picture tells apart."""

_EXACT = 1 << 23  # beyond it single precision no longer tells neighbouring values apart
_MOST_WINDOWS = 6
_LEAST_RANGE = 8  # grey levels of eight bits; fewer are no contrast that anybody reads
_CLOSE = 0.05  # windows whose bounds differ by less than this share of their width show the same


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """What the data set says about showing its pixels: header windows in stored values, palette, inversion."""

    windows: tuple[Window, ...] = ()
    palette: npt.NDArray[np.uint8] | None = None
    first_mapped: int = 0
    inverted: bool = False

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Read it from a data set; whatever is absent or odd there is left out, never an error."""
        photometric = dataset.get("PhotometricInterpretation", "")
        inverse = dataset.get("PresentationLUTShape", "") == "INVERSE"
        palette, first = _palette(dataset) if photometric == "PALETTE COLOR" else (None, 0)
        # In MONOCHROME1 the shape INVERSE only restates it (PS3.3 C.11.6.1.2).
        windows = tuple(islice(_all_windows(dataset), _MOST_WINDOWS))
        return cls(windows, palette, first, photometric == "MONOCHROME1" or inverse)


def pictures(words: npt.NDArray[Any], form: PixelFormat, display: Display) -> tuple[Picture, ...]:
    """The (row, column, RGB) pictures that together show all that a (row, column, sample) frame may show."""
    values = values_of(words, form)
    if form.samples == 1:
        grey = values[..., 0]
        shown = tuple(_grey(grey, window, inverted=display.inverted) for window in _windows(grey, form, display))
        return (*_coloured(grey, display), *shown)
    eight = _eight_bits(values, form)
    colours = _ybr_to_rgb(eight) if form.is_ybr else eight
    is_luma = form.photometric.startswith("YBR")
    # One sample beside the other: the extremes of every third one take twice as long to find.
    bright = np.ascontiguousarray(values[..., 0]) if is_luma else reduce(np.maximum, np.moveaxis(values, -1, 0))
    return (colours, *(_grey(bright, window, inverted=False) for window in _dark_windows(bright, form)))


def _windows(grey: npt.NDArray[Any], form: PixelFormat, display: Display) -> list[Window]:
    """Windows worth looking through, none of them twice."""
    low, high = _extremes(grey)
    if display.palette is not None:
        return [(low, high)] if high > low else []
    candidates: list[Window] = []
    if form.bits_stored == 8 and not form.signed:
        candidates.append((0.0, 255.0))
    # Eight bits are few: what the whole range hides there is no contrast that stands out of speckle.
    spreads = islice(_spreads(grey), 1 if form.bits_stored <= 8 else None)
    shown = _distinct([*candidates, (low, high), *spreads, *display.windows])
    return shown or [(min(low, 0.0), max(high, 0.0) + 1)]


def _dark_windows(bright: npt.NDArray[Any], form: PixelFormat) -> list[Window]:
    """Windows for colour that uses so little of its range that eight bits of the whole range do not show it."""
    full = (0.0, float((1 << form.bits_stored) - 1))
    extremes = _extremes(bright)
    if form.bits_stored > 8:
        return _distinct([full, extremes, *_spreads(bright)])[1:]
    return [extremes] if _LEAST_RANGE <= extremes[1] - extremes[0] < full[1] / 2 else []


def _distinct(candidates: list[Window]) -> list[Window]:
    """The windows that show something, none of them twice."""
    chosen: list[Window] = []
    for window in candidates:
        if window[1] > window[0] and not any(_alike(window, other) for other in chosen):
            chosen.append(window)
    return chosen


def _extremes(values: npt.NDArray[Any]) -> Window:
    """Lowest and highest number; floating pixels may be infinite or no numbers at all."""
    numbers = _numbers_in(values)
    return (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 0.0)


def _spreads(grey: npt.NDArray[Any]) -> Iterator[Window]:
    """Where 98 of 100 values lie, from a sample when the image is large.

    Where three quarters of the values crowd into less than a quarter of that, also where they lie: a few very bright or
    very dark pixels, metal or a collimator, would hide text among all the others.
    """
    sample = grey[:: max(1, grey.shape[0] // 512), :: max(1, grey.shape[1] // 512)]
    numbers = _numbers_in(sample)
    if not numbers.size:
        return
    low, lower, upper, high = (float(edge) for edge in np.percentile(numbers, (1, 25, 75, 99)))
    yield low, high
    if (upper - low) * 4 < high - low:
        yield low, low + 2 * max(upper - low, 1)
    if (high - lower) * 4 < high - low:
        yield high - 2 * max(high - lower, 1), high


def _numbers_in(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values


def _alike(one: Window, other: Window) -> bool:
    tolerance = _CLOSE * max(one[1] - one[0], other[1] - other[0])
    return abs(one[0] - other[0]) <= tolerance and abs(one[1] - other[1]) <= tolerance


def _grey(grey: npt.NDArray[Any], window: Window, *, inverted: bool) -> Picture:
    low, high = window
    exact = np.float32 if max(abs(low), abs(high)) < _EXACT else np.float64
    inside = np.nan_to_num(np.clip(grey, low, high).astype(exact), nan=low)
    eight = ((inside - exact(low)) * exact(255 / (high - low))).astype(np.uint8)
    return np.repeat((255 - eight if inverted else eight)[..., None], 3, axis=2)


def _coloured(grey: npt.NDArray[Any], display: Display) -> Iterator[Picture]:
    if display.palette is not None:
        index = grey.astype(np.int64) - display.first_mapped
        yield display.palette[np.clip(index, 0, len(display.palette) - 1)]


def _eight_bits(values: npt.NDArray[Any], form: PixelFormat) -> Picture:
    unused = form.bits_stored - 8
    if not unused and values.dtype == np.uint8:
        return values
    return (values >> unused if unused >= 0 else values << -unused).astype(np.uint8)


def _ybr_to_rgb(ybr: Picture) -> Picture:
    """YBR_FULL to RGB as PS3.3 C.7.6.3.1.2 defines it; OpenCV calls the same space YCrCb and swaps the chromas."""
    swapped = np.empty_like(ybr)
    cv2.mixChannels([np.ascontiguousarray(ybr)], [swapped], [0, 0, 1, 2, 2, 1])
    return np.asarray(cv2.cvtColor(swapped, cv2.COLOR_YCrCb2RGB), np.uint8)


def _all_windows(dataset: Dataset) -> Iterator[Window]:
    """The windows of the data set, of its VOI LUTs, and of its functional groups (PS3.3 C.7.6.16.2.10)."""
    yield from _header_windows(dataset, dataset)
    yield from _lut_ranges(dataset)
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in _items(dataset, groups):
            values = next(_items(group, "PixelValueTransformationSequence"), dataset)
            for voi in _items(group, "FrameVOILUTSequence"):
                yield from _header_windows(voi, values)
                yield from _lut_ranges(voi)


def _items(dataset: Dataset, keyword: str) -> Iterator[Dataset]:
    """The items of a sequence, none where it is absent or no sequence."""
    items = dataset.get(keyword)
    return iter(items if isinstance(items, Sequence) else ())


def _lut_ranges(dataset: Dataset) -> Iterator[Window]:
    """The input values that each VOI LUT tells apart (PS3.3 C.11.2.1.1)."""
    for lut in _items(dataset, "VOILUTSequence"):
        entries, first, *_ = (*_numbers(lut.get("LUTDescriptor")), 0.0, 0.0)
        if entries:
            yield first, first + entries


def _header_windows(dataset: Dataset, values: Dataset) -> Iterator[Window]:
    """Window Center and Width (PS3.3 C.11.2.1.2) in stored values; `values` holds the rescale."""
    slope = _number(values.get("RescaleSlope")) or 1.0
    intercept = _number(values.get("RescaleIntercept")) or 0.0
    for center, width in zip(_numbers(dataset.get("WindowCenter")), _numbers(dataset.get("WindowWidth")), strict=False):
        edges = sorted(((center + side * width / 2) - intercept) / slope for side in (-1, 1))
        if edges[1] > edges[0] and np.isfinite(edges).all():
            yield edges[0], edges[1]


def _numbers(value: object) -> list[float]:
    many = value if isinstance(value, (MultiValue, list, tuple)) else [value]
    return [number for number in map(_number, many) if number is not None]


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _palette(dataset: Dataset) -> tuple[npt.NDArray[np.uint8] | None, int]:
    """The palette as (entry, RGB) and the first stored value that it maps (PS3.3 C.7.6.3.1.5 and .6)."""
    try:
        entries, first, bits = (int(n) for n in dataset.RedPaletteColorLookupTableDescriptor)
        data = [dataset[f"{colour}PaletteColorLookupTableData"] for colour in _COLOURS]
        columns = [_lut(element, entries or 65536, bits, dataset.original_encoding[1]) for element in data]
    except (AttributeError, KeyError, TypeError, ValueError):
        return None, 0
    return np.stack(columns, axis=-1), first


_COLOURS = ("Red", "Green", "Blue")


def _lut(element: DataElement, entries: int, bits: int, little: bool | None) -> npt.NDArray[np.uint8]:
    """One colour of the palette, 8 bits deep; 8-bit entries may be packed in pairs or stand in words of their own."""
    data = element.value
    if bits == 8 and len(data) < 2 * entries:
        return np.frombuffer(data, np.uint8, entries)
    words = np.frombuffer(data, ">u2" if little is False else "<u2", entries)
    return (words >> 8 if bits > 8 and words.max() > 255 else words).astype(np.uint8)
