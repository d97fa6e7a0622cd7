"""Days that a text may name, in every spelling: in numbers in the orders of every country, with names of months, glued.

What a text says does not depend on whose file it is: it is read once, and then compared with the days of a file.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from pixelclean import resources
from pixelclean.header.words import words_in, words_of

Day = tuple[int, int, int]
"""Year, month and day of the month; of a year in two digits no more than these."""

_DIGIT = re.compile(r"[0-9]")
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_BETWEEN = frozenset(("st", "nd", "rd", "th", "of", "de", "do", "den", "der", "年", "月", "日", "년", "월", "일"))
_SHORT = 256  # characters of a text whose reading is remembered
_WHOLE, _SHORTENED = 8, 6
_LONGEST_NUMBER = 64


def both_forms(year: int, month: int, day: int) -> tuple[Day, Day]:
    """A day with all digits of its year, and with two."""
    return (year, month, day), (year % 100, month, day)


def days_in(text: str) -> frozenset[Day]:
    """Every day that stands in a text; one of several readings is as good as the others."""
    if _DIGIT.search(text) is None and text.isascii():
        return frozenset()
    return _remembered(text) if len(text) <= _SHORT else frozenset(_days(words_in(text)))


@lru_cache(maxsize=4096)
def _remembered(text: str) -> frozenset[Day]:
    return frozenset(_days(words_of(text)))


def _days(words: tuple[str, ...]) -> Iterator[Day]:
    readings = _readings([token for word in words for token in _TOKEN.findall(word) if token not in _BETWEEN])
    return ((year, month, day) for year, month, day in readings if 1 <= month <= 12 and 1 <= day <= 31)


def _readings(tokens: list[str]) -> Iterator[Day]:
    months = month_names()
    for place, token in enumerate(tokens):
        if token[0].isdecimal() and token.isascii():
            yield from _in_one(token[:_LONGEST_NUMBER])
            if place + 2 < len(tokens):
                yield from _in_three(token, tokens[place + 1], tokens[place + 2])
        elif token in months and place + 2 < len(tokens) and _is_day(tokens[place + 1]):
            yield from ((year, months[token], int(tokens[place + 1])) for year in _years(tokens[place + 2]))


def _in_three(first: str, second: str, third: str) -> Iterator[Day]:
    """Day, month and year, month, day and year, or year, month and day; a month in the middle by its name, too."""
    month = month_names().get(second) or (int(second) if _is_day(second) else 0)
    if not month:
        return
    if _is_day(third):
        yield from ((year, month, int(third)) for year in _years(first))
    if _is_day(first):
        for year in _years(third):
            yield year, month, int(first)
            if _is_day(second):
                yield year, int(first), int(second)


def _in_one(digits: str) -> Iterator[Day]:
    """A day in digits alone: whole also in the middle of others, as in a moment; shortened only alone."""
    for start in range(len(digits) - _WHOLE + 1):
        yield int(digits[start : start + 4]), int(digits[start + 4 : start + 6]), int(digits[start + 6 : start + 8])
    if len(digits) in (_WHOLE, _SHORTENED):
        first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        yield year, second, first
        yield year, first, second
    if len(digits) == _SHORTENED:
        yield int(digits[:2]), int(digits[2:4]), int(digits[4:])


def _is_day(token: str) -> bool:
    """Whether a token may be the number of a day or month."""
    return len(token) <= 2 and token.isascii() and token.isdecimal()


def _years(token: str) -> Iterator[int]:
    """The year that a token may be, or begin with where a time of day is glued to it."""
    if token.isascii() and token.isdecimal() and (len(token) in (2, 4) or len(token) >= _WHOLE):
        yield int(token[:4])


@cache
def month_names() -> Mapping[str, int]:
    """Months by their names and abbreviations, in small letters without accents."""
    table = tomllib.loads(resources.rules("header", "screens.toml").read_text("utf-8"))["months"]
    return {
        name: number
        for names in table.values()
        for number, spelled in enumerate(names, start=1)
        for name in words_of(spelled)
    }
