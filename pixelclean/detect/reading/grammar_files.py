"""rules/reading/*.toml -> grammars, every pattern checked.

A mistake must not silently let a line pass: an unknown key, an unknown list, a pattern that is a bare number and an
example that is no line of its own phrase are errors, which name file, line and phrase.
"""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from pixelclean.detect.reading.grammar import NUMBER, Grammar, Phrase, Words, tokens_of
from pixelclean.errors import ConfigurationError

_EVERY = "*"
_LARGEST = 999
"""Four digits may be a year."""
_MOST_DECIMALS = 3
_LIST = re.compile(r"<([a-z_]+)>")
_HEADER = re.compile(r"\s*\[\[phrase\]\]\s*(#.*)?")
_FILE = ("modalities", "phrase")
_PHRASE = ("id", "says", "patterns", "examples")
_NUMBERS = ("least", "most", "decimals")
_FEWEST = "fewest_decimals"


@dataclass(frozen=True, slots=True)
class Grammars:
    """The grammars of all modalities; `digest` names the files that they come from."""

    digest: str
    files: tuple["GrammarFile", ...]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Every *.toml of a folder; ConfigurationError where one of them is not sound."""
        paths = sorted(folder.glob("*.toml"))
        files = tuple(GrammarFile.load(path) for path in paths)
        phrases = [phrase.id for file in files for phrase in (*file.joining, *file.alone)]
        if twice := {name for name in phrases if phrases.count(name) > 1}:
            raise ConfigurationError(f"{folder}: phrases with one id: {', '.join(sorted(twice))}")
        if sum(file.ruler is not None for file in files) != 1:
            raise ConfigurationError(f"{folder}: exactly one file says [ruler]")
        content = b"".join(path.name.encode() + path.read_bytes() for path in paths)
        return cls(hashlib.sha256(content).hexdigest(), files)

    def of(self, modality: str) -> Grammar:
        """The grammar of a modality (Defined Terms of PS3.3 C.7.3.1.1.1); what is true of all holds for an unknown one."""
        files = [file for file in self.files if not {_EVERY, modality.strip().upper()}.isdisjoint(file.modalities)]
        ruler = next(file.ruler for file in self.files if file.ruler is not None)
        return Grammar(
            tuple(phrase for file in files for phrase in file.joining),
            tuple(phrase for file in files for phrase in file.alone),
            ruler,
        )


@dataclass(frozen=True, slots=True)
class GrammarFile:
    """The phrases of one file, and the modalities they are for."""

    modalities: frozenset[str]
    joining: tuple[Phrase, ...]
    alone: tuple[Phrase, ...]
    ruler: Phrase | None

    @classmethod
    def load(cls, path: Path) -> Self:
        """ConfigurationError names file, line and phrase."""
        try:
            text = path.read_text(encoding="utf-8")
            table = tomllib.loads(text)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: cannot be read") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path}: not TOML: {error}") from error
        try:
            _check_keys(table, _FILE, ("lists", "ruler"))
            lists = {name: _words(texts, f"lists.{name}") for name, texts in _table(table.get("lists", {})).items()}
            modalities = frozenset(_texts(table["modalities"], "modalities"))
            ruler = _ruler(table["ruler"]) if "ruler" in table else None
        except ConfigurationError as error:
            raise ConfigurationError(f"{path}: {error}") from error
        made = tuple(_located(path, text, table["phrase"], lists))
        return cls(
            modalities,
            tuple(phrase for phrase, alone in made if not alone),
            tuple(phrase for phrase, alone in made if alone),
            ruler,
        )


def _located(path: Path, text: str, entries: object, lists: Mapping[str, Words]) -> Iterator[tuple[Phrase, bool]]:
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEADER.fullmatch(line)]
    if not isinstance(entries, list) or len(entries) != len(lines):
        raise ConfigurationError(f"{path}: phrases are written as [[phrase]], each on a line of its own")
    for line, entry in zip(lines, entries, strict=True):
        try:
            yield _phrase(_table(entry), lists), entry.get("alone", False)
        except ConfigurationError as error:
            raise ConfigurationError(f"{path}, line {line}: {error}") from error


def _phrase(table: Mapping[str, Any], lists: Mapping[str, Words]) -> Phrase:
    _check_keys(table, _PHRASE, (*_NUMBERS, _FEWEST, "alone"))
    (name,) = _texts([table["id"]], "id")
    _texts([table["says"]], "says")
    if type(table.get("alone", False)) is not bool:
        raise ConfigurationError("alone: true or false was expected")
    patterns = tuple(_pattern(text, lists) for text in _texts(table["patterns"], "patterns"))
    has_numbers = any(NUMBER in pattern for pattern in patterns)
    if [key in table for key in _NUMBERS] != [has_numbers] * len(_NUMBERS) or (_FEWEST in table and not has_numbers):
        raise ConfigurationError("least, most and decimals stand with patterns that have a number, and with no others")
    phrase = Phrase(name, patterns, *_numbers(table)) if has_numbers else Phrase(name, patterns, 0, 0, 0, 0)
    for example in _texts(table["examples"], "examples"):
        tokens = tokens_of(example)
        if len(tokens) not in phrase.ends(tokens, 0):
            raise ConfigurationError(f"not a line of this phrase: {example}")
    return phrase


def _ruler(table: object) -> Phrase:
    _check_keys(_table(table), _NUMBERS)
    return Phrase("ruler", ((NUMBER,),), *_numbers(_table(table)))


def _numbers(table: Mapping[str, Any]) -> tuple[float, float, int, int]:
    (least, most, decimals), fewest = (table[key] for key in _NUMBERS), table.get(_FEWEST, 0)
    if not all(type(number) in (int, float) for number in (least, most)) or {type(decimals), type(fewest)} != {int}:
        raise ConfigurationError("least and most are numbers, decimals is a whole one")
    if not -_LARGEST <= least <= most <= _LARGEST or not 0 <= fewest <= decimals <= _MOST_DECIMALS:
        raise ConfigurationError(
            f"numbers have {_MOST_DECIMALS} decimals at most, and lie within {_LARGEST}: {_REASON}"
        )
    return float(least), float(most), fewest, decimals


_REASON = "four digits may be a year"


def _pattern(text: str, lists: Mapping[str, Words]) -> tuple[str | Words, ...]:
    elements = tuple(element for word in text.split() for element in _elements(word, lists))
    if not any(isinstance(element, frozenset) for element in elements):
        raise ConfigurationError("a number stands alone only on a ruler")
    if any(one == other == NUMBER for one, other in pairwise(elements)):
        raise ConfigurationError("two numbers beside each other may be one")
    return elements


def _elements(word: str, lists: Mapping[str, Words]) -> Iterator[str | Words]:
    """A number, a word of a list, or the tokens of the word itself."""
    if word == NUMBER:
        yield NUMBER
    elif match := _LIST.fullmatch(word):
        if match[1] not in lists:
            raise ConfigurationError(f"no list {match[1]}")
        yield lists[match[1]]
    elif "<" in word or NUMBER in word:
        raise ConfigurationError(f"{word}: numbers and lists stand apart from other words")
    else:
        yield frozenset({tokens_of(word)})


def _words(value: object, where: str) -> Words:
    return frozenset(map(tokens_of, _texts(value, where)))


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and tokens_of(text) for text in value):
        raise ConfigurationError(f"{where}: texts were expected")
    return tuple(value)


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigurationError("a table was expected")
    return value


def _check_keys(table: Mapping[str, Any], required: Collection[str], optional: Collection[str] = ()) -> None:
    if missing := sorted(set(required) - set(table)):
        raise ConfigurationError(f"missing: {', '.join(missing)}")
    if unknown := sorted(set(table) - set(required) - set(optional)):
        raise ConfigurationError(f"unknown: {', '.join(unknown)}")
