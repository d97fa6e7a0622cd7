"""Dates and times that belong to no patient (rules/header/moments.toml): moving them would tell by how much they move."""

import tomllib
from functools import cache

from pixelclean import resources
from pixelclean.header.annex_e.safe import tag_of


@cache
def of_no_patient() -> frozenset[int]:
    """Their tags."""
    groups = tomllib.loads(resources.rules("header", "moments.toml").read_text("utf-8"))["group"]
    return frozenset(tag_of(keyword) for group in groups for keyword in group["keywords"])
