"""Fill: the stored value that displays black, for every way in which a data set can say how its pixels are shown."""

from collections.abc import Iterable
from typing import Any, NewType

import numpy as np
import numpy.typing as npt
from pydicom import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

from pixelclean.dicom import Kind, PixelFormat, values_of, words_of
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

Words = npt.NDArray[Any]
Fill = NewType("Fill", tuple[float, ...])
"""One stored word for each sample."""

# Shares of the full range (PS3.3 C.7.6.3.1.2): chroma is centred, and the partial kinds keep 16 of 256 steps free.
_COLOURS = {
    "RGB": (0.0, 0.0, 0.0),
    "YBR_FULL": (0.0, 0.5, 0.5),
    "YBR_FULL_422": (0.0, 0.5, 0.5),
    "YBR_PARTIAL_422": (0.0625, 0.5, 0.5),
    "YBR_PARTIAL_420": (0.0625, 0.5, 0.5),
}
_PALETTE = ("RedPaletteColorLookupTable", "GreenPaletteColorLookupTable", "BluePaletteColorLookupTable")


def black(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> Fill:
    """The word, or three words, that display black.

    `form` is the format of the frames, `dataset` says how they are displayed.  Unsigned grey takes the end of the
    range that displays dark.  Signed and floating grey goes no lower than it must: to the darkest value in the frames,
    or to the edge of the header's window where that is darker, so that a window fitted to the values still fits.
    """
    if form.photometric == "PALETTE COLOR":
        return Fill((float(_darkest_entry(dataset, form)),))
    if form.samples == 1:
        return Fill((_grey(dataset, form, frames),))
    if form.photometric in _COLOURS and form.kind is Kind.INTEGER:
        return Fill(tuple(share * (1 << form.bits_stored) for share in _COLOURS[form.photometric]))
    raise Refused(ReasonCode.NO_PIXEL_VERDICT, f"no black is known for {form.samples} samples")


def _grey(dataset: Dataset, form: PixelFormat, frames: Iterable[Words]) -> float:
    low, high = _range(form, frames)
    dark_end_is_low = _shown(dataset, low, high) <= _shown(dataset, high, low)
    if _inverted(dataset):
        dark_end_is_low = not dark_end_is_low
    value = low if dark_end_is_low else high
    if form.kind is not Kind.INTEGER:
        return value
    return float(words_of(int(value), form))


def _range(form: PixelFormat, frames: Iterable[Words]) -> tuple[float, float]:
    """Lowest and highest value to choose from."""
    if form.kind is Kind.INTEGER and not form.signed:
        return 0.0, float((1 << form.bits_stored) - 1)
    extremes = [(float(np.nanmin(v)), float(np.nanmax(v))) for v in (values_of(frame, form) for frame in frames)]
    return min(low for low, _ in extremes), max(high for _, high in extremes)


def _shown(dataset: Dataset, value: float, other: float) -> float:
    """What the modality and VOI transformations make of a value (PS3.4 N.2.1); `other` fixes an automatic range."""
    pair = np.array([value, other])
    if "ModalityLUTSequence" in dataset or "VOILUTSequence" in dataset:
        pair = pair.astype(np.int64)
    try:
        return float(apply_voi_lut(apply_modality_lut(pair, dataset), dataset)[0])
    except Exception:  # any oddity of these attributes: the frame itself is shown, and the proof renders nothing
        return value


def _inverted(dataset: Dataset) -> bool:
    """MONOCHROME1 shows low values bright, an INVERSE presentation LUT shape turns that round again."""
    first = bool(dataset.get("PhotometricInterpretation") == "MONOCHROME1")
    # In MONOCHROME1 the shape INVERSE only restates the photometric interpretation (PS3.3 C.11.6.1.2).
    return first or bool(dataset.get("PresentationLUTShape") == "INVERSE")


def _darkest_entry(dataset: Dataset, form: PixelFormat) -> int:
    """The stored value of the darkest entry of the palette; black is not index 0 (PS3.3 C.7.6.3.1.5)."""
    try:
        entries, first, bits = (int(n) for n in dataset[f"{_PALETTE[0]}Descriptor"].value)
        entries = entries or 1 << 16
        sum_ = np.sum([_entries(dataset[f"{name}Data"].value, entries, bits) for name in _PALETTE], axis=0)
    except (KeyError, TypeError, ValueError):
        raise Refused(ReasonCode.NO_PIXEL_VERDICT, "the palette cannot be read") from None
    reachable = sum_[: max(1, (1 << form.bits_stored) - max(0, first))]
    return int(np.argmin(reachable)) + max(0, first)


def _entries(data: bytes, entries: int, bits: int) -> npt.NDArray[np.int64]:
    packed = bits == 8 and len(data) < 2 * entries
    return np.frombuffer(data, np.uint8 if packed else np.dtype("<u2"), entries).astype(np.int64)
