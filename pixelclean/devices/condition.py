"""Conditions over the attributes of one data set: what a device rule, or a rule about a kind of object, asks for.

A condition is a tree.  Its leaves ask about one attribute, and hold when any of its values does (a leaf about a
multi-valued attribute therefore never sees the values joined).  An absent or empty attribute has no values: every leaf
but `absent` is then false.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pixelclean.facts import Facts


class Operator(StrEnum):
    """How a leaf compares a value of its attribute with the texts of the rule; the value is the TOML key."""

    EQUALS = "equals"
    IN = "in"
    PREFIX = "prefix"
    CONTAINS = "contains"
    REGEX = "regex"


class Case(StrEnum):
    """Whether capitals matter; a rule always says."""

    IGNORE = "ignore"
    EXACT = "exact"

    def fold(self, text: str) -> str:
        """`text` as it is compared."""
        return text.casefold() if self is Case.IGNORE else text


@dataclass(frozen=True, slots=True)
class Compares:
    """A value of the attribute `keyword` compares with one of `texts`; a regex is searched for anywhere in it."""

    keyword: str
    operator: Operator
    texts: tuple[str, ...]
    case: Case

    def holds(self, facts: Facts) -> bool:
        return any(self._compares(value.strip()) for value in facts.get(self.keyword))

    def keywords(self) -> Iterator[str]:
        yield self.keyword

    def _compares(self, value: str) -> bool:
        if self.operator is Operator.REGEX:
            flags = re.IGNORECASE if self.case is Case.IGNORE else 0
            return any(re.search(text, value, flags) for text in self.texts)
        value, texts = self.case.fold(value), (self.case.fold(text) for text in self.texts)
        match self.operator:
            case Operator.PREFIX:
                return any(value.startswith(text) for text in texts)
            case Operator.CONTAINS:
                return any(text in value for text in texts)
            case _:
                return value in texts


@dataclass(frozen=True, slots=True)
class Absent:
    """The attribute `keyword` is absent or empty."""

    keyword: str

    def holds(self, facts: Facts) -> bool:
        return not any(value.strip() for value in facts.get(self.keyword))

    def keywords(self) -> Iterator[str]:
        yield self.keyword


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the conditions holds."""

    parts: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool:
        return all(part.holds(facts) for part in self.parts)

    def keywords(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.keywords()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of the conditions holds."""

    parts: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool:
        return any(part.holds(facts) for part in self.parts)

    def keywords(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.keywords()


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    part: "Condition"

    def holds(self, facts: Facts) -> bool:
        return not self.part.holds(facts)

    def keywords(self) -> Iterator[str]:
        yield from self.part.keywords()


Condition = Compares | Absent | All | Any | Not


def required(condition: Condition, keyword: str) -> frozenset[str] | None:
    """The case-folded values of which `keyword` must have one for `condition` to hold, or None when it names none.

    This is what an index may rely on: a data set with none of these values cannot match.
    """
    match condition:
        case Compares(name, Operator.EQUALS | Operator.IN, texts, _) if name == keyword:
            return frozenset(text.casefold() for text in texts)
        case All(parts):
            return next((found for part in parts if (found := required(part, keyword)) is not None), None)
        case Any(parts):
            values = [required(part, keyword) for part in parts]
            known = [some for some in values if some is not None]
            return frozenset().union(*known) if len(known) == len(values) else None
        case _:
            return None
