"""Renderings: every way in which a data set says that its grey values are shown, frame by frame (PS3.4 N.2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, Sequence
from pydicom.multival import MultiValue

from pixelclean.dicom.display.palettes import Palette
from pixelclean.dicom.display.tables import Table
from pixelclean.dicom.format import PIXEL_KEYWORDS, Kind
from pixelclean.dicom.words import Words

Shares = npt.NDArray[np.float64]
"""Brightness of values, 0 to 1."""

_STEEPEST = 500.0  # e to that power is a number still


@dataclass(frozen=True, slots=True)
class Line:
    """Rescale Slope and Intercept (PS3.3 C.11.1.1.2)."""

    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """What the data set states; what is absent or odd changes nothing."""
        slope, intercept = (next(iter(_numbers(dataset, f"Rescale{name}")), None) for name in ("Slope", "Intercept"))
        return cls(slope or 1.0, intercept or 0.0)

    def __call__(self, values: Words) -> Words:
        """The values rescaled; as they are where no number is that large."""
        with np.errstate(over="ignore", invalid="ignore"):
            shown = values.astype(np.float64) * self.slope + self.intercept
        return shown if np.isfinite(shown).all() else values.astype(np.float64)

    def stored(self, shown: float) -> float:
        """The stored value that is rescaled to this one."""
        return (shown - self.intercept) / self.slope


@dataclass(frozen=True, slots=True)
class Window:
    """Window Center and Width with VOI LUT Function (PS3.3 C.11.2.1.2, C.11.2.1.3)."""

    center: float
    width: float
    function: str

    @classmethod
    def all_in(cls, dataset: Dataset) -> Iterator[Self]:
        """The windows of a data set or of an item of Frame VOI LUT Sequence, those that can be."""
        function = str(dataset.get("VOILUTFunction") or "LINEAR")
        pairs = zip(_numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth"), strict=False)
        yield from (cls(center, width, function) for center, width in pairs if width > 0)

    @property
    def edges(self) -> tuple[float, float]:
        """Where it is black and white, or next to it; a sigmoid is two widths away."""
        reach = 2.0 if self.function == "SIGMOID" else 0.5
        return (self.center - reach * self.width, self.center + reach * self.width)

    def __call__(self, values: Words) -> Shares:
        """The brightness of rescaled values."""
        center, width = self.center, self.width
        if self.function == "SIGMOID":
            return np.asarray(1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -_STEEPEST, _STEEPEST))))
        if self.function != "LINEAR_EXACT" and width > 1:
            center, width = center - 0.5, width - 1
        return np.asarray(np.clip((values - center) / width + 0.5, 0, 1))


@dataclass(frozen=True, slots=True)
class Rendering:
    """One way to show grey values; `coloured` is a supplemental palette, which shows those from its first one on."""

    modality: Line | Table
    voi: Window | Table | None
    inverted: bool
    presentation: Table | None = None
    coloured: Table | None = None

    def brightness(self, values: Words) -> Shares:
        """The brightness of ascending values, the first and the last of which are the ends of what is shown."""
        shown = self.modality(values)
        if isinstance(self.voi, Window):
            shares = self.voi(shown)
        else:
            shares = _spread(shown) if self.voi is None else self.voi.shares(shown)
        if self.inverted:
            shares = 1 - shares
        if self.presentation is not None:
            steps = self.presentation.last - self.presentation.first
            shares = self.presentation.shares(self.presentation.first + shares * steps)
        if self.coloured is not None:
            shares = np.where(values < self.coloured.first, shares, self.coloured.shares(values))
        return shares

    @property
    def edges(self) -> Iterator[float]:
        """Stored values beyond which nothing is shown darker, or brighter."""
        for table in (self.modality, self.coloured):
            if isinstance(table, Table):
                yield from (table.first, table.last)
        if isinstance(self.modality, Line) and self.voi is not None:
            ends = self.voi.edges if isinstance(self.voi, Window) else (self.voi.first, self.voi.last)
            stored = (self.modality.stored(end) for end in ends)
            yield from (end for end in stored if np.isfinite(end))

    @property
    def has_table(self) -> bool:
        """Whether any value may be the darkest, not only one at an end."""
        return any(isinstance(step, Table) for step in (self.modality, self.voi, self.presentation, self.coloured))

    @property
    def is_rising(self) -> bool:
        """Whether lower values are never shown brighter."""
        return not self.has_table and not self.inverted and isinstance(self.modality, Line) and self.modality.slope > 0


def renderings_of(dataset: Dataset) -> tuple[tuple[Rendering, ...], ...]:
    """For every frame that is shown in a way of its own: the ways that there are to show it, the first one first.

    What the functional groups of a frame say comes before what is said for the whole image (PS3.3 C.7.6.16).
    """
    shared = next(_items(dataset, "SharedFunctionalGroupsSequence"), Dataset())
    own = list(_items(dataset, "PerFrameFunctionalGroupsSequence"))
    frames = dataset.get("NumberOfFrames")
    if len(own) < (frames if isinstance(frames, int) and frames > 0 else 1):
        own.append(Dataset())
    whole = _Whole.of(dataset)
    return tuple(dict.fromkeys(whole.shown((group, shared)) for group in own))


def is_inverted(dataset: Dataset) -> bool:
    """MONOCHROME1 shows low values bright, and so does an INVERSE presentation LUT shape.

    Together they say it once: in MONOCHROME1 the shape INVERSE only restates it (PS3.3 C.11.6.1.2).
    """
    first = bool(dataset.get("PhotometricInterpretation") == "MONOCHROME1")
    return first or bool(dataset.get("PresentationLUTShape") == "INVERSE")


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is said for the whole image; `tables` tells whether VOI LUTs can show such values: floats have none."""

    plain: Rendering
    vois: tuple[Window | Table, ...]
    tables: bool

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        tables = not any(PIXEL_KEYWORDS[kind] in dataset for kind in (Kind.FLOAT, Kind.DOUBLE))
        modality = _modality_lut(dataset) if tables else None
        first = Rendering(
            modality or Line.of(dataset), None, is_inverted(dataset), _presentation(dataset), _supplemental(dataset)
        )
        return cls(first, tuple(_vois(dataset, tables=tables)), tables)

    def shown(self, groups: tuple[Dataset, ...]) -> tuple[Rendering, ...]:
        """How a frame is shown with such functional groups, each VOI transformation once.

        Those of a supplemental palette come before the same without one.
        """
        rescaled = (item for group in groups for item in _items(group, "PixelValueTransformationSequence"))
        modality = next(map(Line.of, rescaled), self.plain.modality)
        by_group = (list(_items(group, "FrameVOILUTSequence")) for group in groups)
        own = (voi for holder in next(filter(None, by_group), []) for voi in _vois(holder, tables=self.tables))
        vois = tuple(dict.fromkeys((*own, *self.vois))) or (None,)
        palettes = (self.plain.coloured, None) if self.plain.coloured else (None,)
        return tuple(
            replace(self.plain, modality=modality, voi=voi, coloured=palette) for palette in palettes for voi in vois
        )


def _items(dataset: Dataset, keyword: str) -> Iterator[Dataset]:
    """The items of a sequence; none where it is absent or no sequence."""
    value = dataset.get(keyword)
    return iter(value if isinstance(value, Sequence) else ())


def _modality_lut(dataset: Dataset) -> Table | None:
    signed = dataset.get("PixelRepresentation") == 1
    tables = (Table.of(item, signed=signed) for item in _items(dataset, "ModalityLUTSequence"))
    return next((table for table in tables if table is not None), None)


def _vois(holder: Dataset, *, tables: bool) -> Iterator[Window | Table]:
    """The VOI LUTs and the windows of one holder, alternatives to each other (PS3.3 C.11.2.1)."""
    if tables:
        luts = (Table.of(item, signed=True) for item in _items(holder, "VOILUTSequence"))
        yield from (lut for lut in luts if lut is not None)
    yield from Window.all_in(holder)


def _presentation(dataset: Dataset) -> Table | None:
    tables = (Table.of(item, signed=False) for item in _items(dataset, "PresentationLUTSequence"))
    return next((table for table in tables if table is not None), None)


def _supplemental(dataset: Dataset) -> Table | None:
    """The palette of grey images whose upper values are colours (PS3.3 C.7.6.19, C.8.16.2.1.1)."""
    if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
        return None
    palette = Palette.of(dataset) if dataset.get("PixelPresentation") in ("COLOR", "MIXED") else None
    return palette.brightness if palette else None


def _spread(shown: Words) -> Shares:
    """Values from the lowest to the highest one; divided first, since their difference may be no number any more."""
    scaled = shown / (float(np.abs(shown).max()) or 1.0)
    low, high = float(scaled.min()), float(scaled.max())
    return np.asarray((scaled - low) / ((high - low) or 1.0), np.float64)


def _numbers(dataset: Dataset, keyword: str) -> list[float]:
    """The numbers of an attribute; none where one of them is no number."""
    value = dataset.get(keyword)
    many: Iterable[Any] = value if isinstance(value, MultiValue | list) else [value]
    try:
        numbers = [float(each) for each in many]
    except (TypeError, ValueError, OverflowError):
        return []
    return numbers if all(map(isfinite, numbers)) else []
