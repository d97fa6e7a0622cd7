"""What passes although Table E.1-1 does not name it: the reviewed lists of rules/header/safe_text.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydicom.datadict import tag_for_keyword

from pixelclean import resources
from pixelclean.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Tags by what was decided about them, and the coding schemes whose codes are published.

    `equipment` are texts that name a product; `impersonal` those that hold no date, no long number and nobody's name.
    """

    text: frozenset[int]
    equipment: frozenset[int]
    impersonal: frozenset[int]
    binary: frozenset[int]
    removed: frozenset[int]
    replaced: frozenset[int]
    characteristics: frozenset[int]
    schemes: Mapping[str, re.Pattern[str]]
    scheme_uids: frozenset[str]


@cache
def safe_text() -> Any:
    """rules/header/safe_text.toml."""
    return tomllib.loads(resources.rules("header", "safe_text.toml").read_text("utf-8"))


@cache
def reviewed() -> Reviewed:
    """The lists, read once; a keyword that is no DICOM keyword is a mistake in the file."""
    table = safe_text()
    return Reviewed(
        text=_tags(table["text"]),
        equipment=_tags([group for group in table["text"] if group.get("equipment")]),
        impersonal=_tags([group for group in table["text"] if group.get("impersonal")]),
        binary=_tags(table["binary"]),
        removed=_tags(table["removed"]),
        replaced=_tags(table["replaced"]),
        characteristics=_tags(table["characteristics"]),
        schemes={name: re.compile(group["pattern"]) for group in table["scheme"] for name in group["designators"]},
        scheme_uids=frozenset(uid for group in table["scheme"] for uid in group.get("uids", ())),
    )


def _tags(groups: list[dict[str, list[str]]]) -> frozenset[int]:
    return frozenset(tag_of(keyword) for group in groups for keyword in group["keywords"])


def tag_of(keyword: str) -> int:
    """The tag of a keyword named in our own data."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise ConfigurationError(f"rules/header: {keyword} is no DICOM keyword")
    return tag
