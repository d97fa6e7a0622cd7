"""Numbers of content items with their units (rules/header/content_items.toml), whatever form both are written in."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from pydicom import Dataset
from pydicom.tag import BaseTag

from pixelclean.header.content.items import MEASURED_VALUES, codes_in, items_at
from pixelclean.header.content.table import additions
from pixelclean.header.identity.harvest import read
from pixelclean.header.values import values_of

_UNITS = BaseTag(0x004008EA)
_NUMERIC_VALUE, _FLOATING_POINT = BaseTag(0x0040A30A), BaseTag(0x0040A161)
_NUMERATOR, _DENOMINATOR = BaseTag(0x0040A162), BaseTag(0x0040A163)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and the codes that its unit has, without annotations; NaN for a number that cannot be read."""

    number: float
    units: frozenset[str]

    def of(self, kind: str) -> float | None:
        """The number in years, metres or kilograms, as `kind` names a table of units; None for another unit."""
        factors = units(kind)
        return next((self.number * factors[unit] for unit in sorted(self.units) if unit in factors), None)


def quantities_of(item: Dataset) -> Iterator[Quantity]:
    """Every number that stands in the item, or in its Measured Value Sequence."""
    for holder in (item, *items_at(item, BaseTag(MEASURED_VALUES))):
        codes = (code for unit in items_at(holder, _UNITS) for code, _ in codes_in(unit))
        written = frozenset(_without_annotation(code) for code in codes)
        yield from (Quantity(number, written) for number in numbers_of(holder))


def numbers_of(holder: Dataset) -> tuple[float, ...]:
    """The numbers of one item: the decimal, the binary, and the rational ones (PS3.3 C.18.1)."""
    plain = (number for tag in (_NUMERIC_VALUE, _FLOATING_POINT) for number in _numbers(holder, tag))
    below = _numbers(holder, _DENOMINATOR)
    ratios = (above / (below[0] if below and below[0] else math.nan) for above in _numbers(holder, _NUMERATOR))
    return (*plain, *ratios)


@cache
def units(kind: str) -> Mapping[str, float]:
    """The codes of units of one kind, with what one of them is in years, metres or kilograms."""
    return MappingProxyType(additions()["units"][kind])


def _without_annotation(code: str) -> str:
    """UCUM: what stands in braces changes nothing."""
    return code.partition("{")[0] or code


def _numbers(holder: Dataset, tag: BaseTag) -> tuple[float, ...]:
    if tag not in holder:
        return ()
    element = read(holder, tag)
    return (math.nan,) if element is None else tuple(map(_number, values_of(element)))


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan
