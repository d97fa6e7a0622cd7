"""Overrides: what a policy orders for single attributes, above profile and options.

In a policy's table `[header.attributes]`, by keyword or by tag ("0010,0030")::

    PatientBirthDate = "clean"                          # shifted like every other date
    AccessionNumber = "pseudonym"
    ClinicalTrialSponsorName = { value = "Example Trials" }
    PatientAge = { bin = 5 }                            # the lower bound of a bin of five years
    PatientWeight = { bin = 10, from = 40, to = 120 }   # and whatever lies outside becomes the nearest bound
    PatientSex = { only = ["M", "F"] }                  # any other value is rare, and becomes empty
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


@dataclass(frozen=True, slots=True)
class Override:
    """One order.  `attribute` is a keyword or "gggg,eeee"; the other fields belong to VALUE, BIN and ONLY.

    `width` of a bin is in the unit of the attribute, years for an age; 0 says that values are only bounded by `lowest`
    and `highest`.
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
        if self.width < 0:
            raise ConfigurationError(f"{self._name}: a bin is not narrower than 0")
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ConfigurationError(f"{self._name}: from lies above to")
        if self.means is Means.BIN and not self.width and self.lowest is None and self.highest is None:
            raise ConfigurationError(f"{self._name}: a bin needs a width or bounds")

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
        found[name] = float(number)
    return found.get("bin", 0.0), found.get("from"), found.get("to")
