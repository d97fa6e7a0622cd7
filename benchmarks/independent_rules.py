"""What black is, and which pixels a block of JPEG takes along: worked out without pixelclean."""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from independent_decoders import ROOT, Words
from pydicom import Dataset

SOF_SIZES = tuple(f"{ROOT}.4.{tail}" for tail in (50, 51))
_FRAME_HEADERS = (0xC0, 0xC1, 0xC2, 0xC3)
_TOLERANCE = 3


def in_view(dataset: Dataset) -> int:
    """Number of Frames, 1 where it is absent."""
    return int(dataset.get("NumberOfFrames") or 1)


@dataclass(frozen=True, slots=True)
class Growth:
    """What may change with a box, (down, across): `beyond` pixels more, whole blocks then, a fringe around these."""

    block: tuple[int, int] = (1, 1)
    beyond: tuple[int, int] = (0, 0)
    fringe: tuple[int, int] = (0, 0)

    def along(self, axis: int, first: int, last: int) -> slice:
        """The pixels of one axis that may change with those from `first` up to `last`."""
        block, beyond, fringe = self.block[axis], self.beyond[axis], self.fringe[axis]
        low = max(0, first - beyond) // block * block - fringe
        return slice(max(0, low), -(-(last + beyond) // block) * block + fringe)


def of_stream(stream: bytes) -> Growth:
    """Whole MCUs of a JPEG stream; along an axis that is subsampled those of a box that is one pixel larger.

    A decoder smooths what is subsampled across the border of the MCUs, so that one pixel beyond shows the change.
    """
    at = 2
    while stream[at + 1] not in _FRAME_HEADERS:
        at += 2 + int(struct.unpack_from(">H", stream, at + 2)[0])
    count = stream[at + 9]
    if count == 1:
        return Growth(block=(8, 8))
    factors = [stream[at + 11 + 3 * number] for number in range(count)]
    down, across = {factor & 15 for factor in factors}, {factor >> 4 for factor in factors}
    smoothed = (int(len(down) > 1), int(len(across) > 1))
    return Growth((8 * max(down), 8 * max(across)), smoothed, smoothed)


def darkest(output: Words, asked: npt.NDArray[np.bool_], after: Dataset, source: Words) -> str | None:
    """What is not black among the pixels that were asked for; None where all are."""
    inside = output[:, asked]
    photometric = str(after.get("PhotometricInterpretation") or "MONOCHROME2")
    lossy = after.file_meta.TransferSyntaxUID in SOF_SIZES
    if photometric in ("RGB", "YBR_RCT", "YBR_ICT", "XYB"):
        return _unlike(inside, (0, 0, 0), lossy=lossy)
    if photometric.startswith("YBR"):
        # The ring of the mask takes chroma from its neighbours when it is displayed: luma tells for sure.
        middle, least = 1 << int(after.BitsStored) - 1, 0
        if "PARTIAL" in photometric:  # black is 16 of 256 (PS3.3 C.7.6.3.1.2)
            least = middle >> 3
        return (
            _unlike(inside[..., :1], (least,), lossy=True)
            if lossy
            else _unlike(inside, (least, middle, middle), lossy=False)
        )
    if photometric == "PALETTE COLOR":
        return _palette_fault(inside, after)
    return _grey_fault(inside, after, source, lossy=lossy)


def _unlike(inside: Words, black: tuple[int, ...], *, lossy: bool) -> str | None:
    far = np.abs(inside.astype(np.int64) - np.array(black)).max(initial=0)
    return f"inside is not black, by {far}" if far > (_TOLERANCE if lossy else 0) else None


def _palette_fault(inside: Words, after: Dataset) -> str | None:
    """The entry must be one of the darkest; a palette need not have black."""
    if "RedPaletteColorLookupTableData" not in after:
        return None if len(np.unique(inside)) == 1 else "inside is not one palette entry"
    first = int(after.RedPaletteColorLookupTableDescriptor[1])
    bits = int(after.RedPaletteColorLookupTableDescriptor[2])
    tables = []
    for colour in ("Red", "Green", "Blue"):
        data = after[f"{colour}PaletteColorLookupTableData"].value
        count = int(after[f"{colour}PaletteColorLookupTableDescriptor"].value[0]) or 65536
        wide = bits > 8 or len(data) >= 2 * count
        tables.append(np.frombuffer(data, "<u2" if wide else "u1")[:count].astype(np.int64))
    luminance = 299 * tables[0] + 587 * tables[1] + 114 * tables[2]
    shown = luminance[np.clip(inside.astype(np.int64) - first, 0, len(luminance) - 1)]
    spare = 0.02 * 1000 * (65535 if luminance.max() > 255000 else 255)
    return None if shown.max() <= luminance.min() + spare else "inside is not the darkest palette entry"


def _grey_fault(inside: Words, after: Dataset, source: Words, *, lossy: bool) -> str | None:
    """No pixel of the source is darker, or the window shows it black."""
    values, before = _values(inside, after), _values(source, after)
    # INVERSE goes with MONOCHROME1 (PS3.3 C.8.11.1): together they turn once.
    upside_down = (
        after.get("PhotometricInterpretation") == "MONOCHROME1" or after.get("PresentationLUTShape") == "INVERSE"
    )
    if float(after.get("RescaleSlope") or 1) < 0:
        upside_down = not upside_down
    padding = _padding(after, source.dtype)
    if upside_down:
        values, before, padding = -values, -before, -padding[::-1]
    brightest, darkest_before = np.nanmax(values), np.nanmin(before)
    if padding[0] < darkest_before < padding[1]:  # a fill that meant padding would be no pixel of the image
        darkest_before = padding[1]
    if brightest <= darkest_before + (_TOLERANCE if lossy else 0):
        return None
    return None if brightest <= _window_edge(after, upside_down=upside_down) else f"inside is not black: {brightest:g}"


def _values(words: Words, dataset: Dataset) -> npt.NDArray[np.float64]:
    if words.dtype.kind == "f":
        return words.astype(np.float64)
    bits = int(dataset.BitsStored)
    numbers = words.astype(np.int64) & ((1 << bits) - 1)
    if dataset.get("PixelRepresentation") == 1:
        numbers = np.where(numbers >> (bits - 1), numbers - (1 << bits), numbers)
    return numbers.astype(np.float64)


def _padding(dataset: Dataset, kind: np.dtype[np.generic]) -> npt.NDArray[np.float64]:
    """The values next to Pixel Padding Value, or to its range, below and above (PS3.3 C.7.5.1.1.2); NaN without one."""
    prefix = {4: "Float", 8: "DoubleFloat"}[kind.itemsize] if kind.kind == "f" else ""
    value = dataset.get(f"{prefix}PixelPaddingValue")
    if value in (None, ""):
        return np.array([np.nan, np.nan])
    limit = dataset.get(f"{prefix}PixelPaddingRangeLimit")
    ends = np.sort(np.array([value, value if limit in (None, "") else limit], np.float64))
    if kind.kind != "f":
        return ends + np.array([-1, 1])
    return np.nextafter(ends.astype(kind), np.array([-np.inf, np.inf], kind)).astype(np.float64)


def _window_edge(dataset: Dataset, *, upside_down: bool) -> float:
    """The stored value up to which the first window shows black."""
    centre, width = dataset.get("WindowCenter"), dataset.get("WindowWidth")
    if centre in (None, "") or width in (None, ""):
        return -np.inf
    centre, width = (
        float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)
        for value in (centre, width)
    )
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    edge = centre + width / 2 if upside_down != (slope < 0) else centre - width / 2
    stored = (edge - intercept) / slope
    return -stored if upside_down else stored
