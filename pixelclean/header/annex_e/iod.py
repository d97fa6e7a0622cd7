"""The Type (PS3.3 section 7.4) of an attribute where it stands, from rules/header/iod_types.json.

Conditional and user-optional modules always count, because whether their condition holds cannot be told from outside:
of all Types that an IOD gives to a path the strictest decides, so a needed value becomes a dummy rather than vanishes.
"""

import json
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from pixelclean import resources

_CONTENT_SEQUENCE = "0040A730"
_DATA = "iod_types.json"

# Retired storage classes that have no IOD of their own, by the class that replaced them (PS3.6 Annex A).
_SUCCESSORS = MappingProxyType(
    {
        "1.2.840.10008.5.1.4.1.1.3": "1.2.840.10008.5.1.4.1.1.3.1",
        "1.2.840.10008.5.1.4.1.1.5": "1.2.840.10008.5.1.4.1.1.20",
        "1.2.840.10008.5.1.4.1.1.6": "1.2.840.10008.5.1.4.1.1.6.1",
    }
)

Level = frozenset[int]
"""Where an attribute stands: the templates (one per module in use) that describe this data set or item."""
_NO_ITEMS = Level()


class Type(IntEnum):
    """Attribute Types, the strictest first."""

    ONE = 1
    ONE_C = 2
    TWO = 3
    TWO_C = 4
    THREE = 5
    UNDEFINED = 6
    """The IOD does not define the attribute here."""

    @property
    def label(self) -> str:
        """As PS3.3 spells it; "-" for an attribute that is not defined."""
        return ("1", "1C", "2", "2C", "3", "-")[self - 1]


_TYPES = MappingProxyType({kind.label: kind for kind in Type})


@cache
def top_level(sop_class: str) -> Level:
    """The top level of a SOP class; for a class without an IOD here, of all IODs at once: the most careful reading."""
    data = _data()
    name = data["sop_classes"].get(_SUCCESSORS.get(sop_class, sop_class))
    iods = data["iods"].values() if name is None else (data["iods"][name],)
    modules = {module for iod in iods for usage in iod.values() for module in usage}
    return frozenset(data["modules"][m][1] for m in modules if data["modules"][m][1] is not None)


@cache
def sop_classes() -> frozenset[str]:
    """The storage classes that have an IOD here, or had one."""
    return frozenset((*_data()["sop_classes"], *_SUCCESSORS))


def type_of(level: Level, tag: int) -> Type:
    """The strictest Type that the level gives to an attribute."""
    return _attributes(level).get(tag, (Type.UNDEFINED, _NO_ITEMS))[0]


def items_of(level: Level, tag: int) -> Level:
    """The level of the items of a sequence."""
    return _attributes(level).get(tag, (Type.UNDEFINED, _NO_ITEMS))[1]


@cache
def _attributes(level: Level) -> Mapping[int, tuple[Type, Level]]:
    """Type and item level of every attribute that a level knows."""
    kinds: dict[int, Type] = {}
    levels: dict[int, set[int]] = {}
    for number in level:
        for tag, kind, below in _entries(number):
            kinds[tag] = min(kind, kinds.get(tag, kind))
            if below is not None:
                levels.setdefault(tag, set()).add(below)
    return {tag: (kind, frozenset(levels[tag]) if tag in levels else _NO_ITEMS) for tag, kind in kinds.items()}


@cache
def _entries(number: int) -> tuple[tuple[int, Type, int | None], ...]:
    """Tag, Type and template of the items (None for what is no sequence) of the attributes of one template."""
    read = ((int(digits, 16), *text.partition(">")) for digits, text in _data()["templates"][number].items())
    return tuple((tag, _TYPES[kind], int(below) if below else None) for tag, kind, _, below in read)


@cache
def _data() -> Any:
    """The tables, with the SR content tree made to repeat itself at every level (PS3.3 C.17.3)."""
    data = json.loads(resources.rules("header", _DATA).read_text("utf-8"))
    for template in tuple(data["templates"]):
        if tree := template.get(_CONTENT_SEQUENCE):
            item = tree.partition(">")[2]
            data["templates"][int(item)].setdefault(_CONTENT_SEQUENCE, f"1C>{item}")
    return data
