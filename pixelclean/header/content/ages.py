"""Ages that are content items (Subject Age and its likes): the oldest are one group, as in `ages`."""

from collections.abc import Mapping
from types import MappingProxyType

from pydicom import Dataset, Sequence

from pixelclean.header.content.items import ValueType, concepts_of, value_type_of
from pixelclean.header.content.structured import dummied
from pixelclean.header.content.table import rows_of
from pixelclean.header.values import text_at, texts_of

_AGE = "PatientAge"
_YEAR = "a"
# UCUM codes of PS3.16 CID 7456, in years.
_UNITS: Mapping[str, float] = MappingProxyType(
    {_YEAR: 1, "mo": 1 / 12, "wk": 7 / 365.25, "d": 1 / 365.25, "h": 1 / 8766, "min": 1 / 525960, "s": 1 / 31557600}
)
_NO_AGE = 1e9
_ROUNDING = 1e-6  # 1080 months are 90 years
_OTHER_NUMBERS = ("FloatingPointValue", "RationalNumeratorValue", "RationalDenominatorValue")


def group_oldest(item: Dataset, treated: Dataset, oldest: int) -> bool:
    """Write ages above `oldest` years in `treated`, made from `item`, as the first year above it; whether it did.

    An age that is no number of years, months, weeks, days, hours, minutes or seconds is taken out.
    """
    if value_type_of(item) is not ValueType.NUM or not _is_age(item):
        return False
    changed = False
    for holder in (treated, *(treated.get("MeasuredValueSequence") or ())):
        if not any(keyword in holder for keyword in ("NumericValue", *_OTHER_NUMBERS)):
            continue
        years = _years(holder)
        if years is None:
            dummied(item, treated)
            return True
        if int(years + _ROUNDING) > oldest:
            _write(holder, oldest + 1)
            changed = True
    return changed


def _is_age(item: Dataset) -> bool:
    concepts = concepts_of(item) or ()
    return any(row.source.endswith(_AGE) for concept in concepts for row in rows_of(*concept))


def _years(holder: Dataset) -> float | None:
    units = tuple(holder.get("MeasurementUnitsCodeSequence") or ())
    factor = _UNITS.get(text_at(units[0], "CodeValue")) if len(units) == 1 else None
    try:
        (number,) = [float(text) for text in texts_of(holder["NumericValue"])]
    except (KeyError, ValueError):
        return None
    return number * factor if factor is not None and 0 <= number < _NO_AGE else None


def _write(holder: Dataset, years: int) -> None:
    year = Dataset()
    year.CodeValue, year.CodingSchemeDesignator, year.CodeMeaning = _YEAR, "UCUM", "year"
    holder.NumericValue = str(years)
    holder.MeasurementUnitsCodeSequence = Sequence([year])
    for keyword in _OTHER_NUMBERS:
        holder.pop(keyword, None)
