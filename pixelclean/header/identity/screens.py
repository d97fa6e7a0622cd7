"""How screens write identifiers: names in any order and with initials, dates in any form, age and sex.

A spelling is letters and digits in lower case without anything between them ("sentinelz", "17jul2007"); numbers that
only their separators make a date are apart ("1 2 07").
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import product

from pixelclean import resources
from pixelclean.header.identity.identifier import Identifier, Kind, day_of
from pixelclean.header.words import Words, ordinary_words, squeezed, transliterated, words_of

_TELLING = 4
"""Letters and digits from which a word stands for an identifier; shorter ones are read everywhere."""
_TELLING_AGE = 3
_DIGITS_OF_AN_ID = 5
_DIGITS_OF_A_DATE = 6


@dataclass(frozen=True, slots=True)
class _Language:
    """rules/header/screens.toml: months by number, units of ages by letter, letters and words by sex."""

    months: tuple[frozenset[str], ...]
    ages: Mapping[str, Words]
    letters: Mapping[str, Words]
    sexes: Mapping[str, Words]


@lru_cache(maxsize=4)
def spellings_of(identifiers: frozenset[Identifier]) -> frozenset[str]:
    """Every spelling that stands for one of the identifiers, wherever it is read."""
    found = {spelling for identifier in identifiers for spelling in _spelled(identifier)}
    traits = [identifier.value.reveal() for identifier in identifiers if identifier.kind is Kind.TRAIT]
    return frozenset(found) | frozenset(_ages_with_sexes(traits))


def _spelled(identifier: Identifier) -> Iterator[str]:
    text = identifier.value.reveal()
    match identifier.kind:
        case Kind.DATE:
            yield from _dates(text)
        case Kind.TRAIT:
            yield from _traits(text)
        case Kind.PERSON:
            yield from filter(_tells, (form for spelled in transliterated(text) for form in _names(spelled)))
        case Kind.ID:
            yield from filter(_tells, (*_numbers(text), *_wholes(text)))
        case Kind.ADDRESS | Kind.PLACE | Kind.DEVICE:
            yield from filter(_tells, (form for spelled in transliterated(text) for form in _wholes(spelled)))


def _tells(spelling: str) -> bool:
    """Ideographs and syllables tell from two characters on."""
    return len(spelling) >= (_TELLING if spelling.isascii() else 2) and spelling not in ordinary_words()


def _wholes(text: str) -> Iterator[str]:
    yield squeezed(text)
    yield from words_of(text)


def _numbers(identity: str) -> Iterator[str]:
    """The number of an ID without its prefix, and without the zeros that fill it up."""
    digits = "".join(re.findall(r"[0-9]+", identity))
    yield from (form for form in (digits, digits.lstrip("0")) if len(form) >= _DIGITS_OF_AN_ID)


def _names(name: str) -> Iterator[str]:
    """Each word of a name, and its parts together: in both orders, whole and as initials."""
    for group in name.split("="):
        for parts in _readings(group):
            yield from (word for part in parts for word in part)
            yield from map("".join, parts)
            family, others = "".join(parts[0]), [part for part in parts[1:] if part]
            for given in _givens(others) if family else ():
                yield from (family + given, given + family)


def _givens(parts: Sequence[Words]) -> Iterator[str]:
    """Given and middle name as people shorten them: zoeanna, zoea, za, zoe, z."""
    for count in range(1, len(parts) + 1):
        for forms in product(_FORMS, repeat=count):
            yield "".join(form(part) for form, part in zip(forms, parts[:count], strict=True))


_FORMS: tuple[Callable[[Words], str], ...] = ("".join, lambda part: part[0][0], lambda part: part[0])


def _readings(group: str) -> Iterator[Sequence[Words]]:
    """Family, given and middle name; of a name without carets, as people write it, both readings."""
    if "^" in group:
        yield [words_of(part) for part in group.split("^")[:3]]
        return
    family, comma, others = group.partition(",")
    words = words_of(group)
    if comma:
        yield [words_of(family), *((word,) for word in words_of(others)[:2])]
    elif words:
        yield [words[:1], *((word,) for word in words[1:3])]
        yield [words[-1:], *((word,) for word in words[:-1][:2])]


@lru_cache(maxsize=256)
def _dates(text: str) -> tuple[str, ...]:
    """A day in numbers and with the name of its month, in the orders of every country; and its year."""
    day = day_of(text)
    if day is None:
        return ()
    forms = {"".join(parts) for parts in _in_numbers(day)} | {" ".join(parts) for parts in _in_numbers(day)}
    forms = {form for form in forms if not form.isdigit() or len(form) >= _DIGITS_OF_A_DATE}
    return tuple(forms | {"".join(parts) for parts in _in_words(day)} | {f"{day.year:04d}"})


def _in_numbers(day: date) -> Iterator[tuple[str, str, str]]:
    for year in (f"{day.year:04d}", f"{day.year % 100:02d}"):
        for of_month in (f"{day.day:02d}", f"{day.day}"):
            for month in (f"{day.month:02d}", f"{day.month}"):
                yield from ((of_month, month, year), (month, of_month, year), (year, month, of_month))


def _in_words(day: date) -> Iterator[tuple[str, str, str]]:
    for name in _language().months[day.month - 1]:
        for year in (f"{day.year:04d}", f"{day.year % 100:02d}"):
            for of_month in (f"{day.day:02d}", f"{day.day}"):
                yield from ((of_month, name, year), (name, of_month, year), (year, name, of_month))


def _traits(text: str) -> Iterator[str]:
    """An age with its unit, or the words for a sex."""
    if text in _language().sexes:
        yield from (word for word in _language().sexes[text] if len(word) >= _TELLING)
        return
    forms = (number + unit for number in _ages(text) for unit in _language().ages.get(text[-1:], ()))
    yield from (form for form in forms if len(form) >= _TELLING_AGE)


def _ages_with_sexes(traits: Sequence[str]) -> Iterator[str]:
    """55F and F55 beside each other, as screens shorten them."""
    letters = [letter for text in traits for letter in _language().letters.get(text, ())]
    for number in (number for text in traits if text not in _language().sexes for number in _ages(text)):
        forms = (form for letter in letters for form in (number + letter, letter + number))
        yield from (form for form in forms if len(form) >= _TELLING_AGE)


def _ages(text: str) -> frozenset[str]:
    """The number of an age, as VR AS pads it and without zeros."""
    digits = "".join(filter(str.isdecimal, text))
    return frozenset({digits, digits.lstrip("0") or "0"})


@cache
def _language() -> _Language:
    table = tomllib.loads(resources.rules("header", "screens.toml").read_text("utf-8"))
    months = (words_of(" ".join(names)) for names in zip(*table["months"].values(), strict=True))
    return _Language(
        tuple(frozenset(names) for names in months),
        {unit: words_of(words) for unit, words in table["ages"].items()},
        {sex: words_of(group["letters"]) for sex, group in table["sexes"].items()},
        {sex: words_of(group["words"]) for sex, group in table["sexes"].items()},
    )
