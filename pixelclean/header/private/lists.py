"""Private elements that are known to be safe whatever a file says (PS3.15 E.3.10).

PS3.15 Table E.3.10-1 is in rules/header/safe_private.json, the site's list in rules/header/site_private.toml.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from pydicom._private_dict import private_dictionaries

from pixelclean import resources
from pixelclean.header.private.listed import Listed, Place, most_of
from pixelclean.header.private.site import SiteList, read_site_list

_TABLE = "PS3.15 2026d Table E.3.10-1"


@cache
def listed() -> tuple[Listed, ...]:
    """Every element that the lists know to be safe, by creator, group and element; the site's word comes last.

    Raises ConfigurationError, with file and entry, where the site's list is wrong.
    """
    entries = {entry.place: entry for entry in (*_published(), *_site().safe)}
    return tuple(entries[place] for place in sorted(entries.keys() - _site().unsafe))


def entry_for(place: Place) -> Listed | None:
    """What the lists say of an element; None where they do not know it."""
    return _by_place().get(place)


def is_distrusted(place: Place) -> bool:
    """Whether the site takes the element off every list."""
    return place in _site().unsafe


@cache
def known_creators() -> frozenset[str]:
    """Creators that name products: those of the lists and of pydicom's dictionary of private elements."""
    return frozenset(private_dictionaries) | {entry.creator for entry in (*_published(), *_site().safe)}


@cache
def _by_place() -> Mapping[Place, Listed]:
    return MappingProxyType({entry.place: entry for entry in listed()})


@cache
def _site() -> SiteList:
    return read_site_list(resources.rules("header", "site_private.toml"))


@cache
def _published() -> tuple[Listed, ...]:
    return tuple(_rows())


def _rows() -> Iterator[Listed]:
    for row in json.loads(resources.rules("header", "safe_private.json").read_text("utf-8")):
        group, element = int(row["group"], 16), int(row["element"], 16)
        most = most_of(row["vm"])
        yield Listed(row["private_creator"], group, element, row["vr"] or "", most, row["meaning"] or "", _TABLE)
