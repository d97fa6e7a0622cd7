"""TOML tables -> conditions, boxes and plain fields, each checked.

A misspelt name must not silently be a rule that never matches, so every unknown key is an error.  Messages say what is
wrong and where inside the table; the callers add file and rule id.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any as Anything

from pydicom.datadict import dictionary_VR, tag_for_keyword

from pixelclean.devices.condition import Absent, All, Any, Case, Compares, Condition, Not, Operator
from pixelclean.errors import ConfigurationError
from pixelclean.facts import Facts
from pixelclean.geometry import Box

Table = Mapping[str, Anything]

# Facts are short texts; sequences and bulk data have none.  Person names have no place in a rule about devices.
_NOT_TEXT = {"SQ", "OB", "OW", "OD", "OF", "OL", "OV", "UN", "OB or OW", "AT", "PN"}
_JOINTS = ("all", "any", "not")


def read_toml(path: Path) -> Table:
    """The whole file as a table."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from error


def check_keys(table: object, required: Collection[str], optional: Collection[str] = ()) -> Table:
    """`table` itself, when it is a table that has every required key and no unknown one."""
    if not isinstance(table, Mapping):
        raise ConfigurationError("a table was expected")
    if missing := sorted(set(required) - set(table)):
        raise ConfigurationError(f"missing: {', '.join(missing)}")
    if unknown := sorted(set(table) - set(required) - set(optional)):
        raise ConfigurationError(f"unknown: {', '.join(unknown)}")
    return table


def text_of(table: Table, key: str) -> str:
    """A non-empty text."""
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{key}: a text was expected")
    return value


def texts_of(value: object, where: str) -> tuple[str, ...]:
    """A non-empty list of non-empty texts."""
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and text.strip() for text in value):
        raise ConfigurationError(f"{where}: a list of texts was expected")
    return tuple(value)


def tables_of(value: object, where: str) -> tuple[Table, ...]:
    """A list of tables."""
    if not isinstance(value, list) or not all(isinstance(table, Mapping) for table in value):
        raise ConfigurationError(f"{where}: a list of tables was expected")
    return tuple(value)


def keyword_of(name: object) -> str:
    """The DICOM keyword of an attribute that has text (PS3.6)."""
    tag = tag_for_keyword(name) if isinstance(name, str) else None
    if tag is None:
        raise ConfigurationError(f"{name}: not the keyword of a DICOM attribute")
    if name in ("Rows", "Columns") or dictionary_VR(tag) in _NOT_TEXT:
        raise ConfigurationError(f"{name}: this attribute cannot be compared with texts")
    return str(name)


def condition_of(value: object) -> Condition:
    """A condition: `{all = [...]}`, `{any = [...]}`, `{not = {...}}`, or a leaf about one attribute.

    A leaf is `{attribute = "Modality", equals = "US", case = "exact"}`; instead of `equals` it has `in`, `prefix`,
    `contains`, `regex`, or `absent = true`, which needs no case.
    """
    if not isinstance(value, Mapping):
        raise ConfigurationError("match: a table was expected")
    if joint := next((joint for joint in _JOINTS if joint in value), None):
        check_keys(value, [joint])
        if joint == "not":
            return Not(condition_of(value["not"]))
        parts = tuple(condition_of(part) for part in tables_of(value[joint], f"match: {joint}"))
        if not parts:
            raise ConfigurationError(f"match: {joint} is empty")
        return All(parts) if joint == "all" else Any(parts)
    return _leaf(value)


def _leaf(table: Table) -> Condition:
    if "absent" in table:
        check_keys(table, ["attribute", "absent"])
        if table["absent"] is not True:
            raise ConfigurationError("match: absent is true or not there; write not = {...}")
        return Absent(keyword_of(table["attribute"]))
    operators = [operator for operator in Operator if operator in table]
    if len(operators) != 1:
        raise ConfigurationError(f"match: exactly one of {', '.join([*_JOINTS, *Operator, 'absent'])} was expected")
    operator = operators[0]
    check_keys(table, ["attribute", "case", operator.value])
    if table["case"] not in list(Case):
        raise ConfigurationError(f"match: case is one of {', '.join(Case)}")
    texts = texts_of(table[operator], f"match: {operator}") if operator is Operator.IN else (text_of(table, operator),)
    if operator is Operator.REGEX:
        _check_regex(texts[0])
    return Compares(keyword_of(table["attribute"]), operator, texts, Case(table["case"]))


def _check_regex(text: str) -> None:
    try:
        empty = re.compile(text).search("") is not None
    except re.error as error:
        raise ConfigurationError(f"match: not a regular expression: {error}") from error
    if empty:
        raise ConfigurationError("match: the regular expression matches anything")


def boxes_of(value: object, where: str, rows: int, columns: int) -> tuple[Box, ...]:
    """Boxes [left, top, right, bottom], half-open pixels, each inside an image of that size."""
    if not isinstance(value, list) or not value:
        raise ConfigurationError(f"{where}: a list of boxes was expected")
    return tuple(_box(edges, where, rows, columns) for edges in value)


def _box(edges: object, where: str, rows: int, columns: int) -> Box:
    if not isinstance(edges, list) or len(edges) != 4:
        raise ConfigurationError(f"{where}: a box is [left, top, right, bottom]")
    try:
        box = Box(*edges)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{where}: {error}") from error
    if box.right > columns or box.bottom > rows:
        raise ConfigurationError(f"{where}: {edges} lies outside {rows} rows x {columns} columns")
    return box


def size_of(table: Table, key: str) -> int:
    """A positive number of pixels."""
    value = table[key]
    if type(value) is not int or value <= 0:
        raise ConfigurationError(f"{key}: a positive integer was expected")
    return value


def facts_of_header(value: object, where: str) -> Facts:
    """A header written out in a rule file: keyword = "text" or ["text", ...]."""
    if not isinstance(value, Mapping) or not value:
        raise ConfigurationError(f"{where}: a table of attributes was expected")
    header = {keyword_of(name): (texts,) if isinstance(texts, str) else texts for name, texts in value.items()}
    for name, texts in header.items():
        if not isinstance(texts, tuple):
            header[name] = texts_of(texts, f"{where}: {name}")
    return Facts(header)
