"""All loaded device rules: load them, match one data set against them.

Every rule that matches counts: regions are the union.  No rule is stretched to a size it was not made for; a device
that is known at other sizes only is said, so that the decision sees it.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pixelclean.devices.condition import Condition, required
from pixelclean.devices.reading import check_keys, read_toml, tables_of
from pixelclean.devices.rule import Rule, rule_of, source_of
from pixelclean.errors import ConfigurationError
from pixelclean.facts import Facts
from pixelclean.geometry import Act, Origin, Region
from pixelclean.outcome import Reason
from pixelclean.reasons import ReasonCode

_MODEL, _MAKER = "ManufacturerModelName", "Manufacturer"


@dataclass(frozen=True, slots=True)
class Match:
    """What the rules say about one image: `regions` of origin RULE, the ids of the `rules`, and notes."""

    regions: tuple[Region, ...] = ()
    rules: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """Conditions by the model or maker they cannot hold without; each condition with its rules by image size."""

    rules: dict[Condition, dict[tuple[int, int], tuple[Rule, ...]]] = field(default_factory=dict)
    by_value: dict[tuple[str, str], list[Condition]] = field(default_factory=dict)
    others: list[Condition] = field(default_factory=list)

    def add(self, rule: Rule) -> None:
        if rule.device not in self.rules:
            self._file(rule.device)
        sizes = self.rules.setdefault(rule.device, {})
        size = (rule.rows, rule.columns)
        sizes[size] = (*sizes.get(size, ()), rule)

    def _file(self, device: Condition) -> None:
        for keyword in (_MODEL, _MAKER):
            if (values := required(device, keyword)) is not None:
                for value in values:
                    self.by_value.setdefault((keyword, value.strip()), []).append(device)
                return
        self.others.append(device)

    def candidates(self, facts: Facts) -> Iterator[Condition]:
        keys = {(word, value.strip().casefold()) for word in (_MODEL, _MAKER) for value in facts.get(word)}
        found = (device for key in sorted(keys) for device in self.by_value.get(key, ()))
        yield from dict.fromkeys([*found, *self.others])


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Validated rules, ordered by id. `keywords` are the attributes they ask about."""

    rules: tuple[Rule, ...] = ()
    keywords: frozenset[str] = field(init=False)
    digest: str = field(init=False)
    """SHA-256 over the content of every rule, in hex: neither file names nor comments count."""
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.rules, key=lambda rule: rule.id))
        index = _Index()
        for rule in ordered:
            index.add(rule)
        object.__setattr__(self, "rules", ordered)
        object.__setattr__(self, "keywords", frozenset(word for rule in ordered for word in rule.device.keywords()))
        object.__setattr__(self, "digest", _digest(ordered))
        object.__setattr__(self, "_index", index)

    def match(self, facts: Facts, rows: int, columns: int) -> Match:
        """The regions that the rules give for an image of this device and size (pixels of one frame)."""
        rules: list[Rule] = []
        elsewhere: list[Rule] = []
        for device in self._index.candidates(facts):
            if device.holds(facts):
                sizes = self._index.rules[device]
                rules.extend(sizes.get((rows, columns), ()))
                elsewhere.extend(rule for group in sizes.values() for rule in group)
        if rules:
            rules.sort(key=lambda rule: rule.id)
            return Match(tuple(_regions(rules)), tuple(rule.id for rule in rules))
        return Match(reasons=(_not_this_size(elsewhere, rows, columns),)) if elsewhere else Match()


def load_rules(place: Path) -> RuleSet:
    """One file of rules, or every `*.toml` of a folder, checked as a whole.

    Raises ConfigurationError with file and rule id.
    """
    if not place.exists():
        raise ConfigurationError(f"{place}: no such file or folder of device rules")
    rules: dict[str, Rule] = {}
    homes: dict[str, Path] = {}
    for path in sorted(place.glob("*.toml")) if place.is_dir() else [place]:
        for rule in _rules_of(path):
            if rule.id in rules:
                raise ConfigurationError(f"{path}: rule {rule.id}: the same id is in {homes[rule.id]}")
            rules[rule.id], homes[rule.id] = rule, path
    return RuleSet(tuple(rules.values()))


def _rules_of(path: Path) -> Iterator[Rule]:
    where = str(path)
    try:
        table = check_keys(read_toml(path), ["source", "rule"])
        where = f"{path}: source"
        sources = {name: source_of(source) for name, source in check_keys(table["source"], [], table["source"]).items()}
        where = str(path)
        for number, entry in enumerate(tables_of(table["rule"], "rule"), start=1):
            where = f"{path}: rule {entry.get('id', f'number {number}')}"
            yield rule_of(entry, sources)
    except ConfigurationError as error:
        message = str(error)
        raise ConfigurationError(message if message.startswith(str(path)) else f"{where}: {message}") from error


def _regions(rules: list[Rule]) -> Iterator[Region]:
    for rule in rules:
        for act, boxes in ((Act.MASK, rule.mask), (Act.KEEP, rule.keep)):
            for box in boxes:
                yield Region(box, act, Origin.RULE, rule.id)


def _not_this_size(rules: list[Rule], rows: int, columns: int) -> Reason:
    ids = sorted({rule.id for rule in rules})
    named = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
    return Reason(ReasonCode.SIZE_NOT_IN_RULE, f"{rows} rows x {columns} columns; {named}")


def _digest(rules: tuple[Rule, ...]) -> str:
    content = [{**dataclasses.asdict(rule), "device": repr(rule.device)} for rule in rules]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
