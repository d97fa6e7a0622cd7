"""Dates and times that belong to no patient (rules/header/moments.toml): moving them would tell by how much they move."""

import tomllib
from functools import cache
from typing import Any

from pixelclean import resources
from pixelclean.header.annex_e.safe import tag_of


@cache
def of_no_patient() -> frozenset[int]:
    """Their tags."""
    return frozenset(tag_of(keyword) for group in _groups() for keyword in group["keywords"])


@cache
def concepts_of_no_patient() -> frozenset[str]:
    """Designator and value of the concepts under which content items hold such moments: "DCM 113723"."""
    return frozenset(concept for group in _groups() for concept in group.get("concepts", ()))


def is_placeholder(numbers: tuple[int, ...]) -> bool:
    """Whether a moment, its year, month, day and so on as far as they are written, stands where nobody entered one."""
    years, days = _placeholders()
    return numbers[0] not in years or numbers[:3] in days


def is_in_an_ordinary_year(text: str) -> bool:
    """Whether the text of one moment, which is no range, begins with a year without any placeholder."""
    return text[:4] in _ordinary_years() and "-" not in text


@cache
def _ordinary_years() -> frozenset[str]:
    years, days = _placeholders()
    return frozenset(map(str, years)) - {str(day[0]) for day in days}


@cache
def _placeholders() -> tuple[range, frozenset[tuple[int, ...]]]:
    """The years that patients live in here, and days within them on which calendars of computers begin.

    Of the first year also its beginnings, written to less than a day.
    """
    table = _table()["placeholders"]
    first, last = table["years"]
    days = {tuple(day) for day in table["days"]}
    return range(first, last + 1), frozenset(days | {(first,), (first, 1)})


def _groups() -> list[dict[str, list[str]]]:
    groups: list[dict[str, list[str]]] = _table()["group"]
    return groups


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.rules("header", "moments.toml").read_text("utf-8"))
