"""PS3.15 Table E.3.4-1: what becomes of a content item by its concept (rules/header/clean_structured_content.json).

rules/header/content_items.toml adds the retired spellings of its codes, and concepts that say what an attribute of
Table E.1-1 says.
"""

import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pixelclean import resources
from pixelclean.header.annex_e.moments import concepts_of_no_patient
from pixelclean.header.annex_e.safe import reviewed, tag_of
from pixelclean.header.annex_e.table import in_force, row_for
from pixelclean.options import Option

_SNOMED = "sct"
_SNOMED_SPELLINGS = frozenset((_SNOMED, "srt", "snm3", "99sdm"))
_TELLING = 5
_NOT_COLUMNS = frozenset(("scheme", "code", "value_type", "meaning", "basic", "in_2020"))


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One row: the concept (value and designator of its code) and the Value Type, "" for any.

    `basic` is the action of the Basic Profile; `options` holds "K" or "C" by the option's key in CID 7050; `source` says
    where the row comes from.
    """

    value: str
    scheme: str
    value_type: str
    basic: str
    options: Mapping[str, str]
    source: str

    def code(self, options: tuple[str, ...]) -> str:
        """The action code under these options, as in Table E.1-1."""
        return in_force(self.options, options, self.basic)

    @property
    def name(self) -> str:
        """The concept as PS3.16 writes it, such as (121022, DCM)."""
        return f"({self.value}, {self.scheme})"


@cache
def content_rows() -> tuple[ContentRow, ...]:
    """The rows of the table in its order, then those that follow an attribute of Table E.1-1."""
    table = json.loads(resources.rules("header", "clean_structured_content.json").read_text("utf-8"))
    return (*map(_row, table), *(row for group in additions()["like"] for row in _rows_like(group)))


def rows_of(value: str, designator: str) -> tuple[ContentRow, ...]:
    """The rows that name a concept; () for none.  Case, padding and the version in a designator do not count.

    A designator that is no published one, or none at all, may stand for any scheme: the value decides, where it is long
    enough to be unmistakable.
    """
    scheme, code = _essence(designator).partition("[")[0].rstrip(), _essence(value)
    if scheme in _SNOMED_SPELLINGS:
        return _by_concept().get((_SNOMED, _retired().get(code, code)), ())
    if scheme in _published():
        return _by_concept().get((scheme, code), ())
    return _by_value().get(_retired().get(code, code), ())


@cache
def _by_concept() -> Mapping[tuple[str, str], tuple[ContentRow, ...]]:
    found: dict[tuple[str, str], tuple[ContentRow, ...]] = {}
    for row in content_rows():
        concept = (_essence(row.scheme), _essence(row.value))
        found[concept] = (*found.get(concept, ()), row)
    return MappingProxyType(found)


@cache
def _by_value() -> Mapping[str, tuple[ContentRow, ...]]:
    return MappingProxyType({value: rows for (_, value), rows in _by_concept().items() if len(value) >= _TELLING})


@cache
def _published() -> frozenset[str]:
    """Designators that leave no doubt about the scheme: the published ones, and those of the table itself."""
    return frozenset(_essence(name) for name in (*reviewed().schemes, *(row.scheme for row in content_rows())))


@cache
def _retired() -> Mapping[str, str]:
    return MappingProxyType({_essence(old): new for old, new in additions()["retired"].items()})


def _essence(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" \0").casefold()


@cache
def additions() -> Any:
    """rules/header/content_items.toml."""
    return tomllib.loads(resources.rules("header", "content_items.toml").read_text("utf-8"))


def _row(entry: Mapping[str, Any]) -> ContentRow:
    options = {key: value for key, value in entry.items() if key not in _NOT_COLUMNS and value is not None}
    if f"{entry['scheme']} {entry['code']}" in concepts_of_no_patient():
        del options[Option.RETAIN_MODIFIED_DATES]  # moving it would tell by how much
    return ContentRow(
        value=entry["code"],
        scheme=entry["scheme"],
        value_type=entry["value_type"],
        basic=entry["basic"],
        options=MappingProxyType(options),
        source="E.3.4-1",
    )


def _rows_like(group: Mapping[str, Any]) -> Iterable[ContentRow]:
    followed = row_for(tag_of(group["attribute"]))
    assert followed is not None, "an attribute that Table E.1-1 names"
    for scheme, _, value in (code.partition(" ") for code in group["codes"]):
        source = f"E.3.4, as {group['attribute']}"
        yield ContentRow(value, scheme, "", followed.basic, followed.options, source)
