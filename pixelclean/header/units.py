"""Codes of UCUM, the Unified Code for Units of Measure: whether a text is one (rules/header/units.toml).

Its codes are an expression and no list, so that they cannot be looked up; but what they are made of can.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from pixelclean import resources
from pixelclean.header.descriptors import is_safe

_LONGEST = 64
_EXPONENT_OF_TEN = r"[*^][+-]?[0-9]{1,2}|[+-][0-9]{1,2}"
_POWER = rf"10(?:{_EXPONENT_OF_TEN}|0{{0,3}})|\[100\]|1"
_FACTOR = r"[2-9]|[1-9]0|[1-9]5|12|24|48|72|[1-9]00"
_EXPONENT = r"[+-]?[1-9](?![0-9])"
_TERM = "T"  # stands for any term, which a T is itself
_GROUP = rf"(?:{_TERM}|/?\({_TERM}(?:[./]{_TERM}){{0,3}}\)(?:{_EXPONENT})?)"
_EXPRESSION = re.compile(rf"/?{_GROUP}(?:[./*]{_GROUP}){{0,7}}")
_ANNOTATION = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class _Grammar:
    """A term between its separators, a number in it that could be part of a date, and the known annotations."""

    term: re.Pattern[str]
    counted: re.Pattern[str]
    annotations: frozenset[str]


@lru_cache(maxsize=1024)
def is_unit(text: str) -> bool:
    """Whether a text is a unit of UCUM, or one as DICOM writes it; its annotations are words that are known to be safe.

    Of numbers other than 1, 10, 100 and so on one may stand in it: more of them could be a date.
    """
    if not 0 < len(text) <= _LONGEST or not all(map(_is_annotation, _ANNOTATION.findall(text))):
        return False
    bare = _ANNOTATION.sub("{}", text)
    terms = _grammar().term.sub(_TERM, bare)
    return _EXPRESSION.fullmatch(terms) is not None and len(_grammar().counted.findall(bare)) <= 1


def _is_annotation(text: str) -> bool:
    return text in _grammar().annotations or (bool(text) and is_safe(text))


@cache
def _grammar() -> _Grammar:
    table = tomllib.loads(resources.rules("header", "units.toml").read_text("utf-8"))
    metric = f"(?:{_any_of(table['prefixes'].split())})?(?:{_any_of(table['metric'].split())})"
    unit = f"(?:{_any_of(table['other'].split())}|{metric})(?:{_EXPONENT})?"
    factor = rf"(?<![0-9*^+.-])(?:{_FACTOR})"
    term = rf"(?:\{{\}})*(?:(?:{_POWER}|{factor})?{unit}|{_POWER}|{factor}(?=\{{))(?:\{{\}})*|(?:\{{\}})+"
    return _Grammar(
        re.compile(rf"(?<![^./*(])(?:{term})(?![^./*)])"),
        re.compile(rf"{factor}(?={unit}|\{{)|10(?:{_EXPONENT_OF_TEN})"),
        frozenset(table["annotations"].split()),
    )


def _any_of(symbols: Iterable[str]) -> str:
    return "|".join(re.escape(symbol) for symbol in sorted(symbols, key=len, reverse=True))
