"""PS3.15 Table E.1-1: which action each option column gives to each attribute (rules/header/table_e1_1.json)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from pixelclean import resources

_NOT_COLUMNS = frozenset(
    ("tag", "id", "match", "name", "keyword", "vr", "retired", "in_std_comp_iod", "basic", "seen_since")
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `id` is eight hex digits, with x where any digit fits, or "private".

    `basic` is the action code of the Basic Profile; `options` holds "K" or "C" by the option's key in CID 7050.
    """

    id: str
    keyword: str
    name: str
    vr: str
    basic: str
    options: Mapping[str, str]

    def code(self, options: tuple[str, ...] = ()) -> str:
        """The action code under these options."""
        return in_force(self.options, options, self.basic)


def in_force(said: Mapping[str, str], options: tuple[str, ...], basic: str) -> str:
    """What a row says under these options: an option overrides the profile (PS3.15 E.1.1).

    The standard ranks no option above another; cleaning wins over keeping here.
    """
    return min((said[key] for key in options if key in said), default=basic)


@cache
def table_rows() -> tuple[Row, ...]:
    """Every row, in the order of the table."""
    return tuple(_row(entry) for entry in json.loads(resources.rules("header", "table_e1_1.json").read_text("utf-8")))


@lru_cache(maxsize=1 << 16)
def row_for(tag: int) -> Row | None:
    """The row that names this attribute, or None: exact tags first, then the repeating and the odd groups."""
    if tag >> 16 & 1:
        return _by_id()["private"]
    digits = f"{tag:08X}"
    exact = _by_id().get(digits)
    if exact is None and digits[:2] in ("50", "60") and not tag >> 16 & 1:
        return _by_id().get(f"{digits[:2]}xx{digits[4:]}", _by_id().get(f"{digits[:2]}xxxxxx"))
    return exact


@cache
def _by_id() -> Mapping[str, Row]:
    return MappingProxyType({row.id: row for row in table_rows()})


def _row(entry: Mapping[str, str | None]) -> Row:
    options = {key: value for key, value in entry.items() if key not in _NOT_COLUMNS and value is not None}
    return Row(
        id=str(entry["id"]),
        keyword=entry["keyword"] or "",
        name=str(entry["name"]),
        vr=entry["vr"] or "",
        basic=str(entry["basic"]),
        options=MappingProxyType(options),
    )
