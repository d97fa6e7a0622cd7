"""Fill: the stored value that displays black, for every way in which a data set can say how its pixels are shown."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NewType

import numpy as np
import numpy.typing as npt
from pydicom import DataElement, Dataset
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_modality_lut, apply_voi

from pixelclean.dicom import Kind, PixelFormat, values_of, words_of
from pixelclean.errors import Refused
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
_PALETTE = ("RedPaletteColorLookupTable", "GreenPaletteColorLookupTable", "BluePaletteColorLookupTable")
_LUTS = ("ModalityLUTSequence", "VOILUTSequence")
_EVERY_VALUE = 1 << 16  # up to so many values are displayed one by one to find the darkest


def black(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> Fill:
    """The word, or three words, that display black.

    `form` is the format of the frames, `dataset` says how they are displayed.  Unsigned grey takes the end of the
    range that displays dark.  Signed and floating grey goes no lower than it must: to the darkest value in the frames,
    or to the edge of the header's window where that is darker, so that a window fitted to the values still fits.
    """
    if form.photometric == "PALETTE COLOR" and form.kind is Kind.INTEGER:
        return Fill((float(_darkest_entry(dataset, form)),))
    if form.samples == 1 and form.photometric != "PALETTE COLOR":
        return Fill((_grey(dataset, form, frames),))
    if form.photometric in _COLOURS and form.kind is Kind.INTEGER and not form.signed:
        return Fill(tuple(share * (1 << form.bits_stored) for share in _COLOURS[form.photometric]))
    raise Refused(ReasonCode.NO_PIXEL_VERDICT, f"no black is known for {form.samples} samples")


def _grey(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> float:
    value = _darkest(dataset, _choice(*_range(dataset, form, frames), form))
    return value if form.kind is not Kind.INTEGER else float(words_of(int(value), form))


def _darkest(dataset: Dataset, values: Words) -> float:
    """The darkest of ascending values; of several that are equally dark an end of the range, where it is one."""
    shown = _shown(dataset, values)
    if _inverted(dataset):
        shown = -shown
    darkest = values[shown == shown.min()]
    return float(values[-1] if values[-1] in darkest and values[0] not in darkest else darkest[0])


def _choice(low: float, high: float, form: PixelFormat) -> Words:
    """The values to choose from: all of them, or the ends alone where there are too many."""
    if form.kind is not Kind.INTEGER:
        return np.array([low, high])
    if high - low >= _EVERY_VALUE:
        return np.array([low, high], np.int64)
    return np.arange(int(low), int(high) + 1, dtype=np.int64)


def _range(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> tuple[float, float]:
    """Lowest and highest value to choose from."""
    lowest, highest = _representable(form)
    if form.kind is Kind.INTEGER and (not form.signed or any(keyword in dataset for keyword in _LUTS)):
        return lowest, highest
    extremes = [edge for frame in frames for edge in _extremes(values_of(frame, form))]
    edges = [*(extremes or [0.0]), *_window_edges(dataset)]
    low, high = max(lowest, min(edges)), min(highest, max(edges))
    return (float(np.floor(low)), float(np.ceil(high))) if form.kind is Kind.INTEGER else (low, high)


def _representable(form: PixelFormat) -> tuple[float, float]:
    """The range of stored values."""
    if form.kind is not Kind.INTEGER:
        limits = np.finfo(np.float32 if form.kind is Kind.FLOAT else np.float64)
        return float(limits.min), float(limits.max)
    if form.signed:
        return -float(1 << (form.bits_stored - 1)), float((1 << (form.bits_stored - 1)) - 1)
    return 0.0, float((1 << form.bits_stored) - 1)


def _extremes(values: Words) -> list[float]:
    """Lowest and highest number; floating pixels may be infinite or no numbers at all, which no window shows."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return [float(finite.min()), float(finite.max())] if finite.size else []


def _window_edges(dataset: Dataset) -> Iterator[float]:
    """Stored values at which the header's windows end."""
    slope, intercept = (_number(dataset, keyword) for keyword in ("RescaleSlope", "RescaleIntercept"))
    for window in _windows(dataset):
        edges = [(edge - (intercept or 0.0)) / (slope or 1.0) for edge in window]
        yield from (edge for edge in edges if np.isfinite(edge))


def _windows(dataset: Dataset) -> list[tuple[float, float]]:
    """Where the header's windows begin and end (PS3.3 C.11.2.1.2); a sigmoid is black and white two widths away."""
    reach = 2.0 if dataset.get("VOILUTFunction") == "SIGMOID" else 0.5
    pairs = zip(_numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth"), strict=False)
    return [(center - reach * width, center + reach * width) for center, width in pairs if width > 0]


def _number(dataset: Dataset, keyword: str) -> float | None:
    return next(iter(_numbers(dataset, keyword)), None)


def _numbers(dataset: Dataset, keyword: str) -> list[float]:
    value = dataset.get(keyword)
    many: Iterable[Any] = value if isinstance(value, MultiValue) else [value]
    try:
        return [float(each) for each in many]
    except (TypeError, ValueError):
        return []


def _shown(dataset: Dataset, values: Words) -> Words:
    """What the modality and VOI transformations make of values (PS3.4 N.2.1); odd ones are left out, as viewers do."""
    shown = values
    for step in (apply_modality_lut, _through_voi):
        with suppress(Exception):
            made = np.asarray(step(shown, dataset))
            shown = made if np.isfinite(made).all() else shown
    return shown.astype(np.float64)


def _through_voi(values: Words, dataset: Dataset) -> Words:
    """The VOI LUT, or the first window: all that counts is what is darker than what, and what is as dark.

    The windows of pydicom are not used: where Rescale Slope is negative they turn dark into bright.
    """
    if "VOILUTSequence" in dataset:
        return np.asarray(apply_voi(values.astype(np.int64), dataset))
    windows = _windows(dataset)
    return np.clip(values, *windows[0]) if windows else values


def _inverted(dataset: Dataset) -> bool:
    """MONOCHROME1 shows low values bright, and so does an INVERSE presentation LUT shape.

    Together they say it once: in MONOCHROME1 the shape INVERSE only restates it (PS3.3 C.11.6.1.2).
    """
    first = bool(dataset.get("PhotometricInterpretation") == "MONOCHROME1")
    return first or bool(dataset.get("PresentationLUTShape") == "INVERSE")


def _darkest_entry(dataset: Dataset, form: PixelFormat) -> int:
    """The stored word that shows the darkest entry of the palette; black is not index 0 (PS3.3 C.7.6.3.1.5)."""
    try:
        entries, first, bits = (int(n) for n in dataset[f"{_PALETTE[0]}Descriptor"].value)
        entries = entries or 1 << 16
        columns = [_entries(dataset[f"{name}Data"], entries, bits, dataset) for name in _PALETTE]
    except (KeyError, TypeError, ValueError):
        raise Refused(ReasonCode.NO_PIXEL_VERDICT, "the palette cannot be read") from None
    lowest, highest = _representable(form)
    # The first entry is that of all lower values too, the last that of all higher ones.
    mapped = np.clip(first + np.arange(entries), lowest, highest).astype(np.int64)
    brightness = np.sum(columns, axis=0)[np.clip(mapped - first, 0, entries - 1)]
    return words_of(int(mapped[np.argmin(brightness)]), form)


def _entries(element: DataElement, entries: int, bits: int, dataset: Dataset) -> npt.NDArray[np.int64]:
    """One colour; 8-bit entries may be packed in pairs, and words stand as the file's byte order has them."""
    data = element.value
    if bits == 8 and len(data) < 2 * entries:
        return np.frombuffer(data, np.uint8, entries).astype(np.int64)
    order = ">" if dataset.original_encoding[1] is False else "<"
    return np.frombuffer(data, np.dtype(f"{order}u2"), entries).astype(np.int64)
