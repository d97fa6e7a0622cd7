"""One device rule: where one device, at one image size, burns in text; and who says so."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pixelclean.devices.condition import Condition
from pixelclean.devices.reading import (
    Table,
    boxes_of,
    check_keys,
    condition_of,
    facts_of_header,
    size_of,
    text_of,
    texts_of,
)
from pixelclean.errors import ConfigurationError
from pixelclean.geometry import Box

_REQUIRED = ("id", "sources", "match", "rows", "columns", "mask", "example", "counter_example", "date", "author")
_OPTIONAL = ("keep", "frames")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts of a rule come from; `url` may be any text that leads there, `licence` is the source's own."""

    name: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`mask` and `keep` are half-open pixel boxes of every frame of an image of `rows` x `columns`."""

    id: str
    sources: tuple[Source, ...]
    device: Condition
    rows: int
    columns: int
    mask: tuple[Box, ...]
    keep: tuple[Box, ...]
    date: dt.date
    author: str


def rule_of(table: Table, sources: Mapping[str, Source]) -> Rule:
    """A `[[rule]]` table as a rule, proven on its own example and counter example."""
    check_keys(table, _REQUIRED, _OPTIONAL)
    rows, columns = size_of(table, "rows"), size_of(table, "columns")
    if table.get("frames", "all") != "all":
        raise ConfigurationError('frames: only "all" is known')
    if type(table["date"]) is not dt.date:
        raise ConfigurationError("date: a date was expected")
    rule = Rule(
        id=text_of(table, "id"),
        sources=tuple(_source(name, sources) for name in texts_of(table["sources"], "sources")),
        device=condition_of(table["match"]),
        rows=rows,
        columns=columns,
        mask=boxes_of(table["mask"], "mask", rows, columns),
        keep=boxes_of(table["keep"], "keep", rows, columns) if "keep" in table else (),
        date=table["date"],
        author=text_of(table, "author"),
    )
    _prove(rule, table)
    return rule


def source_of(table: object) -> Source:
    """A `[source.NAME]` table."""
    checked = check_keys(table, ["name", "url", "licence"])
    return Source(text_of(checked, "name"), text_of(checked, "url"), text_of(checked, "licence"))


def _source(name: str, sources: Mapping[str, Source]) -> Source:
    if name not in sources:
        raise ConfigurationError(f"sources: no [source.{name}] in this file")
    return sources[name]


def _prove(rule: Rule, table: Table) -> None:
    if not rule.device.holds(facts_of_header(table["example"], "example")):
        raise ConfigurationError("the example does not match")
    if rule.device.holds(facts_of_header(table["counter_example"], "counter_example")):
        raise ConfigurationError("the counter example matches")
