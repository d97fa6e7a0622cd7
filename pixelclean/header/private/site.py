"""The site's own list of private elements: rules/header/site_private.toml, its format explained in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pixelclean.errors import ConfigurationError
from pixelclean.header.private.listed import Listed, Place, is_private_group, most_of

_VRS = frozenset(
    (
        *("SQ", "AT", "FL", "FD", "SL", "SS", "SV", "UL", "US", "UV", "DS", "IS", "CS", "SH", "LO", "ST", "LT", "UC"),
        *("UT", "UI", "DA", "TM", "DT", "OB", "OW", "OD", "OF", "OL", "OV"),
    )
)
_KEYS = frozenset(("creator", "group", "element", "reason", "author", "date"))
_CREATOR = re.compile(r"(?! )[\x20-\x5B\x5D-\x7E]{1,64}(?<! )")  # VR LO, printable, without backslash
_VM = re.compile(r"[0-9]+(-([0-9]+|n))?")


@dataclass(frozen=True, slots=True)
class SiteList:
    """Elements that a site knows to be safe, and those that it takes off every list."""

    safe: tuple[Listed, ...]
    unsafe: frozenset[Place]


def read_site_list(path: Path) -> SiteList:
    """The list in a file, checked as a whole.  Raises ConfigurationError with file and entry."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from error
    try:
        return _site_list(table)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _site_list(table: Mapping[str, Any]) -> SiteList:
    if unknown := sorted(set(table) - {"safe", "unsafe"}):
        raise ConfigurationError(f"unknown: {', '.join(unknown)}")
    safe = tuple(_listed(entry, where) for where, entry in _entries(table, "safe", _KEYS | {"vr"}, {"vm"}))
    unsafe = tuple(_place(entry) for _, entry in _entries(table, "unsafe", _KEYS, frozenset()))
    places = [*(entry.place for entry in safe), *unsafe]
    for creator, group, element in places:
        if places.count((creator, group, element)) > 1:
            raise ConfigurationError(f'"{creator}" ({group:04X},xx{element:02X}) is listed twice')
    return SiteList(safe, frozenset(unsafe))


def _entries(
    table: Mapping[str, Any], kind: str, required: frozenset[str], optional: frozenset[str] | set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The checked entries of one kind, each after the words that say which it is."""
    entries = table.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigurationError(f"{kind}: write [[{kind}]]")
    for number, entry in enumerate(entries, start=1):
        where = f"{kind} entry {number}"
        if missing := sorted(required - set(entry)):
            raise ConfigurationError(f"{where}: missing: {', '.join(missing)}")
        if unknown := sorted(set(entry) - required - optional):
            raise ConfigurationError(f"{where}: unknown: {', '.join(unknown)}")
        _check_place(entry, where)
        _check_review(entry, where)
        yield where, entry


def _check_place(entry: Mapping[str, Any], where: str) -> None:
    if not isinstance(entry["creator"], str) or not _CREATOR.fullmatch(entry["creator"]):
        raise ConfigurationError(
            f"{where}: creator: 1 to 64 ASCII characters without \\ and without blanks around them"
        )
    if type(entry["group"]) is not int or not is_private_group(entry["group"]):
        raise ConfigurationError(f"{where}: group: an odd number from 0x0009 to 0xFFFD")
    if type(entry["element"]) is not int or not 0 <= entry["element"] <= 0xFF:
        raise ConfigurationError(f"{where}: element: the last two digits, 0x00 to 0xFF")


def _check_review(entry: Mapping[str, Any], where: str) -> None:
    for key in ("reason", "author"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise ConfigurationError(f"{where}: {key}: a text was expected")
    if not isinstance(entry["date"], date) or isinstance(entry["date"], datetime):
        raise ConfigurationError(f"{where}: date: a day such as 2026-11-21 was expected")


def _listed(entry: Mapping[str, Any], where: str) -> Listed:
    vm = entry.get("vm", "1-n")
    if not isinstance(entry["vr"], str) or entry["vr"] not in _VRS:
        raise ConfigurationError(f"{where}: vr: one of {', '.join(sorted(_VRS))}")
    if not isinstance(vm, str) or not _VM.fullmatch(vm):
        raise ConfigurationError(f'{where}: vm: such as "1", "3-4" or "1-n"')
    source = f"the site's list: {entry['author']}, {entry['date']}"
    return Listed(*_place(entry), entry["vr"], most_of(vm), entry["reason"], source)


def _place(entry: Mapping[str, Any]) -> Place:
    return entry["creator"], entry["group"], entry["element"]
