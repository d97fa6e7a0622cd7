"""Padding: the stored values that mean no pixel of the image (PS3.3 C.7.5.1.1.2)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from pixelclean.dicom import Kind, PixelFormat, Words

_PREFIXES = {Kind.INTEGER: "Pixel", Kind.FLOAT: "FloatPixel", Kind.DOUBLE: "DoubleFloatPixel"}
_SIGN = 1 << 15


@dataclass(frozen=True, slots=True)
class Padding:
    """The values from `low` to `high`, both of them padding."""

    low: float
    high: float

    @classmethod
    def of(cls, dataset: Dataset, form: PixelFormat) -> Self | None:
        """Pixel Padding Value and Pixel Padding Range Limit; None where nothing, or nothing sensible, is stated."""
        prefix = _PREFIXES[form.kind]
        value = _number(dataset, f"{prefix}PaddingValue", form)
        if value is None:
            return None
        limit = _number(dataset, f"{prefix}PaddingRangeLimit", form)
        ends = (value, value if limit is None else limit)
        return cls(min(ends), max(ends))

    def holds(self, values: Words) -> npt.NDArray[np.bool_]:
        """Which of the values are padding."""
        return np.asarray((values >= self.low) & (values <= self.high))

    def neighbours(self, form: PixelFormat) -> tuple[float, float]:
        """The nearest stored values below and above it."""
        if form.kind is Kind.INTEGER:
            return (self.low - 1, self.high + 1)
        ends = np.array([self.low, self.high]).astype(form.dtype)
        below, above = np.nextafter(ends, np.array([-np.inf, np.inf], form.dtype))
        return (float(below), float(above))


def _number(dataset: Dataset, keyword: str, form: PixelFormat) -> float | None:
    value = dataset.get(keyword)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    if form.kind is Kind.INTEGER and form.signed and value >= _SIGN:
        return float(value - 2 * _SIGN)  # written without its sign
    return float(value)
