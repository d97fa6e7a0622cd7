"""Ages that are content items (Subject Age and its likes): the oldest are one group, as in `ages`."""

from pydicom import Dataset, Sequence

from pixelclean.header.content.items import ValueType, concepts_of, value_type_of
from pixelclean.header.content.quantities import numbers_of, quantities_of, units
from pixelclean.header.content.structured import dummied
from pixelclean.header.content.table import rows_of
from pixelclean.header.values import text_at

_AGE = "PatientAge"
_YEAR = "a"
_NO_AGE = 1e9
_ROUNDING = 1e-6  # 1080 months are 90 years
_OTHER_NUMBERS = ("FloatingPointValue", "RationalNumeratorValue", "RationalDenominatorValue")


def group_oldest(item: Dataset, treated: Dataset, oldest: int) -> bool:
    """Write ages above `oldest` years in `treated`, made from `item`, as the first year above it; whether it did.

    An age that is no number of years, months, weeks, days, hours, minutes or seconds is taken out.  So is a time above
    `oldest` years under a concept that is not known to be an age: it may be one, and nothing else is that long.
    """
    if value_type_of(item) is not ValueType.NUM:
        return False
    if not _is_age(item):
        return _take_out_longest(item, treated, oldest)
    changed = False
    for holder in (treated, *(treated.get("MeasuredValueSequence") or ())):
        if not any(keyword in holder for keyword in ("NumericValue", *_OTHER_NUMBERS)):
            continue
        years = _years(holder)
        if years is None:
            dummied(item, treated)
            return True
        if _is_above(years, oldest):
            _write(holder, oldest + 1)
            changed = True
    return changed


def _take_out_longest(item: Dataset, treated: Dataset, oldest: int) -> bool:
    times = (quantity.of("years") for quantity in quantities_of(item))
    if not any(years is not None and _is_above(years, oldest) for years in times):
        return False
    dummied(item, treated)
    return True


def _is_above(years: float, oldest: int) -> bool:
    return not years + _ROUNDING < oldest + 1  # what is no number is above anything


def _is_age(item: Dataset) -> bool:
    concepts = concepts_of(item) or ()
    return any(row.source.endswith(_AGE) for concept in concepts for row in rows_of(*concept))


def _years(holder: Dataset) -> float | None:
    """The highest number that the holder gives as an age; None where it is none, or the decimal one is not alone."""
    codes = tuple(holder.get("MeasurementUnitsCodeSequence") or ())
    factor = units("years").get(text_at(codes[0], "CodeValue")) if len(codes) == 1 else None
    if factor is None or "NumericValue" not in holder or holder["NumericValue"].VM != 1:
        return None
    numbers = numbers_of(holder)
    return max(numbers) * factor if all(0 <= number < _NO_AGE for number in numbers) else None


def _write(holder: Dataset, years: int) -> None:
    year = Dataset()
    year.CodeValue, year.CodingSchemeDesignator, year.CodeMeaning = _YEAR, "UCUM", "year"
    holder.NumericValue = str(years)
    holder.MeasurementUnitsCodeSequence = Sequence([year])
    for keyword in _OTHER_NUMBERS:
        holder.pop(keyword, None)
