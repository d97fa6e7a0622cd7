"""Overrides: what a policy orders for single attributes, above profile and options.

In a policy's table `[header.attributes]`, by keyword or by tag ("0010,0030")::

    PatientBirthDate = "clean"                          # shifted like every other date
    AccessionNumber = "pseudonym"
    ClinicalTrialSponsorName = { value = "Example Trials" }
    PatientAge = { bin = 5 }                            # the lower bound of a bin of five years
    PatientWeight = { bin = 10, from = 40, to = 120 }   # the first bin is 40 or less, the last one 120 or more
    PatientSex = { only = ["M", "F"] }                  # any other value is rare, and becomes empty

Bins begin at multiples of their width, wherever `from` and `to` lie, so that two policies with one width cut at the same
numbers, and a value that was binned is in its bin again.  The first bin is open below: it is the one that `from` lies in,
and whatever is in it or below is written as `from`.  The last one is open above: it is the one that `to` lies in, and it is
written as its lower bound (`from`, where both lie in one bin).  With bin = 10, from = 45, to = 125 weights become 45, 50,
60 and so on up to 120.  Without a bin, only what lies outside the bounds is altered; ages are in whole years all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pixelclean.errors import ConfigurationError


class Means(StrEnum):
    """What an override does with an attribute."""

    KEEP = "keep"
    REMOVE = "remove"
    EMPTY = "empty"
    DUMMY = "dummy"
    CLEAN = "clean"
    """Dates are shifted, texts lose every word that is not known to be safe, sequences are walked into."""
    PSEUDONYM = "pseudonym"
    """A keyed value in the place of an ID; equal values stay equal."""
    DERIVE = "derive"
    """Patient's Age: kept, or where it is missing worked out from birth and study date."""
    VALUE = "value"
    BIN = "bin"
    ONLY = "only"


_WORDS = frozenset((Means.KEEP, Means.REMOVE, Means.EMPTY, Means.DUMMY, Means.CLEAN, Means.PSEUDONYM, Means.DERIVE))
_NAME = re.compile(r"[A-Za-z0-9]{3,64}|[0-9a-fA-F]{4},[0-9a-fA-F]{4}")
_CONTROL = re.compile(r"[\x00-\x1f\\]")
_AGE = frozenset(("PatientAge", "0010,1010"))
_WIDEST_AGES = 45
"""Years of a bin: with the oldest in a group above 89, two bins; in wider ones nearly everybody would be newborn."""
_OLDEST = 150
_NARROWEST = 0.001
"""Of any other bin: what no scale measures is no bin, and results have to fit into the 16 characters of VR DS."""
_LARGEST = 1e12
"""Numbers below have room in VR DS."""


@dataclass(frozen=True, slots=True)
class Override:
    """One order.  `attribute` is a keyword or "gggg,eeee"; the other fields belong to VALUE, BIN and ONLY.

    `width` of a bin, `lowest` (from) and `highest` (to) are in the unit of the attribute, years for an age; a width of 0
    says that values are only bounded.
    """

    attribute: str
    means: Means
    value: str = ""
    width: float = 0.0
    lowest: float | None = None
    highest: float | None = None
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.attribute):
            raise ConfigurationError(f"header.attributes: {self.attribute!r} is neither a keyword nor a tag gggg,eeee")
        if any(_CONTROL.search(text) for text in (self.value, *self.only)):
            raise ConfigurationError(f"{self._name}: a value has no backslash and no control characters")
        if self.means is Means.BIN:
            self._check_bin()

    @property
    def is_of_age(self) -> bool:
        """Whether it is for Patient's Age, whose bins are counted in years."""
        return self.attribute in _AGE

    @property
    def numbers(self) -> Mapping[str, float]:
        """Width and bounds that are given, by their names in a policy's file."""
        named = {"bin": self.width or None, "from": self.lowest, "to": self.highest}
        return {name: number for name, number in named.items() if number is not None}

    def _check_bin(self) -> None:
        if not self.numbers:
            raise ConfigurationError(f"{self._name}: a bin needs a width or bounds")
        for name, number in self.numbers.items():
            _require_room(f"{self._name}.{name}", number)
        if self.is_of_age:
            self._check_years()
        elif self.width and self.width < _NARROWEST:
            raise ConfigurationError(f"{self._name}.bin: a bin is at least {_NARROWEST} wide")
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ConfigurationError(f"{self._name}: from lies above to")

    def _check_years(self) -> None:
        for name, number in self.numbers.items():
            least, most = (1, _WIDEST_AGES) if name == "bin" else (0, _OLDEST)
            if number % 1 or not least <= number <= most:
                raise ConfigurationError(f"{self._name}.{name}: expected whole years, {least} to {most}")

    @property
    def _name(self) -> str:
        return f"header.attributes.{self.attribute}"

    @classmethod
    def read(cls, attribute: str, order: object) -> Self:
        """From the value that stands in a policy's file; ConfigurationError for anything not described above."""
        where = f"header.attributes.{attribute}"
        if isinstance(order, str):
            if order not in _WORDS:
                raise ConfigurationError(f"{where}: choose one of {', '.join(sorted(_WORDS))}, or a table")
            return cls(attribute, Means(order))
        match order:
            case {"value": str(value), **rest} if not rest:
                return cls(attribute, Means.VALUE, value=value)
            case {"only": [*values], **rest} if not rest and values and all(isinstance(each, str) for each in values):
                return cls(attribute, Means.ONLY, only=tuple(values))
            case Mapping() if order and order.keys() <= {"bin", "from", "to"}:
                return cls(attribute, Means.BIN, "", *_numbers(where, order))
            case _:
                raise ConfigurationError(f"{where}: value, only, or bin with from and to")


def _numbers(where: str, order: Mapping[str, object]) -> tuple[float, float | None, float | None]:
    found: dict[str, float] = {}
    for name, number in order.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ConfigurationError(f"{where}.{name}: expected a number")
        _require_room(f"{where}.{name}", number)
        found[name] = float(number)
    return found.get("bin", 0.0), found.get("from"), found.get("to")


def _require_room(where: str, number: float) -> None:
    if not abs(number) < _LARGEST:  # nor is what is no number
        raise ConfigurationError(f"{where}: expected a number below {_LARGEST:g}")
