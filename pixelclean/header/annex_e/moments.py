"""Dates and times that belong to no patient (rules/header/moments.toml): moving them would tell by how much they move."""

import tomllib
from functools import cache

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


def _groups() -> list[dict[str, list[str]]]:
    groups: list[dict[str, list[str]]] = tomllib.loads(resources.rules("header", "moments.toml").read_text("utf-8"))[
        "group"
    ]
    return groups
