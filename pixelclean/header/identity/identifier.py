"""One identifier: a value that identifies, what it names, and how headers and people spell it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import final

from pixelclean.phi import Phi

_SHORT_YEARS = ("%d/%m/%y", "%m/%d/%y", "%d.%m.%y")
_LONG_YEARS = (
    *("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    *("%d %b %Y", "%d-%b-%Y", "%b %d, %Y"),
)
_WRITTEN_OUT = (
    "%d %B %Y",
    "%B %d, %Y",
    "%Y %b %d",
    "%Y %B %d",
    "%d%b%Y",
    "%d%B%Y",
    "%d%m%Y",
    "%m%d%Y",
    "%y%m%d",
    "%d%m%y",
)


class Kind(StrEnum):
    """What an identifier names; a TRAIT, age or sex, names nobody alone and is looked for in pixels only."""

    PERSON = "person"
    ID = "id"
    ADDRESS = "address"
    PLACE = "place"
    DEVICE = "device"
    DATE = "date"
    TRAIT = "trait"


@final
@dataclass(frozen=True, slots=True)
class Identifier:
    """One value of the source: a DATE as YYYYMMDD, a TRAIT as an age (VR AS) or as F, M or O."""

    kind: Kind
    value: Phi


@final
@dataclass(frozen=True, slots=True)
class Trace:
    """An identifier and the attribute that it was found in, of this file or of another one of its study."""

    tag: int
    identifier: Identifier


def name_parts(name: str) -> Iterable[str]:
    """Family, given and middle name of each component group (PS3.5 6.2.1); prefixes and suffixes name nobody."""
    for group in name.split("="):
        yield from group.split("^")[:3]


def day_of(value: str) -> date | None:
    """The day of a DICOM date, or of a moment; None for what is none."""
    digits = value.replace(".", "").replace("-", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


@lru_cache(maxsize=256)
def date_spellings(value: str) -> tuple[str, ...]:
    """A DICOM date as people and devices write it; () for what is no date."""
    return _rendered(value, (*_LONG_YEARS, *_SHORT_YEARS))


@lru_cache(maxsize=256)
def every_date_spelling(value: str) -> tuple[str, ...]:
    """The same with the rarer renderings, and with days and months of one digit."""
    rendered = _rendered(value, (*_LONG_YEARS, *_SHORT_YEARS, *_WRITTEN_OUT))
    return (*rendered, *(_without_leading_zeros(text) for text in rendered))


def _rendered(value: str, forms: Iterable[str]) -> tuple[str, ...]:
    day = day_of(value)
    return tuple(day.strftime(form) for form in forms) if day else ()


def _without_leading_zeros(text: str) -> str:
    """5/7/1961 for 05/07/1961; a text of one piece stays as it is."""
    pieces = text.replace(".", "/").replace("-", "/").replace(",", "").replace(" ", "/").split("/")
    return "/".join(piece.lstrip("0") or "0" for piece in pieces) if len(pieces) > 1 else text
