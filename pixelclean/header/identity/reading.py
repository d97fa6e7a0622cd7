"""Identifiers as recognised text may spell them, to compare with words read from an image."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, final

from pixelclean.header.identity.days import Day, both_forms, days_in
from pixelclean.header.identity.identifier import Identifier, Kind, day_of, name_parts
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.identity.resembling import Resembled
from pixelclean.header.identity.screens import spellings_of
from pixelclean.header.identity.stems import Stems
from pixelclean.header.words import Words, ordinary_words, romanized, squeezed, words_of
from pixelclean.phi import Phi

_PART = re.compile(r"\d+|[^\W\d_]+")
_LONGEST_RUN = 8
_LONGEST_RESEMBLED = 4  # words that stand for one name or number which spaces cut in pieces
_LONGEST_DATE = 5  # 5 de julio de 2007
_DIGITS_ACROSS_WORDS = 6
_DIGITS_ACROSS_LINES = 5
_DAY, _MOMENTS = 8, (12, 14)
_TOLD_WHOLE = (Kind.DATE, Kind.TRAIT)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Spellings:
    """How screens write the identifiers of a source, and what a reader makes of that; never shown, never pickled."""

    exact: frozenset[str]
    resembled: Resembled
    days: frozenset[Day]
    numbers: Stems

    def __repr__(self) -> str:
        return f"Spellings({len(self.exact)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Spellings are never pickled")


def spellings(identifiers: Identifiers) -> Spellings:
    """What `known_among` looks for: each identifier as screens write it, in letters and digits."""
    return _spellings(identifiers.texts)


@lru_cache(maxsize=4)
def _spellings(texts: frozenset[Identifier]) -> Spellings:
    told_whole = frozenset(each for each in texts if each.kind in _TOLD_WHOLE)
    whole, words = spellings_of(told_whole), spellings_of(texts - told_whole | _in_latin_letters(texts))
    days = (day_of(each.value.reveal()) for each in told_whole if each.kind is Kind.DATE)
    return Spellings(
        whole | words,
        Resembled.of(whole, words),
        frozenset(form for day in days if day for form in both_forms(day.year, day.month, day.day)),
        Stems(frozenset(form for form in whole | words if form.isdecimal() and len(form) >= _DIGITS_ACROSS_LINES)),
    )


def _in_latin_letters(texts: frozenset[Identifier]) -> frozenset[Identifier]:
    """Names in Cyrillic as the screens of other countries write them."""
    names = (each.value.reveal() for each in texts if each.kind is Kind.PERSON)
    return frozenset(Identifier(Kind.PERSON, Phi(form)) for name in names for form in romanized(name))


def is_known(word: Phi, known: Spellings) -> bool:
    """Whether a recognised word spells an identifier, alone or between others: "Name:SENTINEL", "55Y/F"."""
    return bool(known_among((word,), known))


def known_among(words: Sequence[Phi], known: Spellings) -> frozenset[int]:
    """Which of the recognised words, given in the order of reading, spell an identifier, alone or with neighbours.

    Case, accents and punctuation do not count, nor do what a reader confuses (SENT1NEL, O5.O7.2OO7), a wrong letter in
    a long enough name, a space too many or too few, and the end of a name that a field was too short for.  Digits in
    neighbouring words, such as those of a scale, are one number only if it is long.
    """
    return frozenset(_spelled(words, known)) | frozenset(_resembling(words, known))


def numbers_among(words: Sequence[Phi], known: Spellings) -> frozenset[int]:
    """Which of the words that shall stay bear the digits of an ID or a date, whatever stands between the digits."""
    digits = [(digit, place) for place, word in enumerate(words) for digit in word.reveal() if digit.isdecimal()]
    spans = known.numbers.spans("".join(digit for digit, _ in digits))
    return frozenset(place for start, end in spans for _, place in digits[start:end])


def tells_somebody(line: Phi, identifiers: Identifiers) -> bool:
    """Whether a line that shall stay may tell an identifier after all, on the least resemblance.

    Here also short ones count: an ID of two digits, the parts of a name, its initials.
    """
    text = line.reveal()
    parts = [(part, 0) for part in words_of(text)]
    short = _short_forms(identifiers.texts)
    return (
        is_known(line, spellings(identifiers))
        or identifiers.are_told_by(text)
        or any("".join(texts) in short for texts, _ in _runs(parts, _LONGEST_RUN))
    )


@lru_cache(maxsize=4)
def _short_forms(texts: frozenset[Identifier]) -> frozenset[str]:
    """Identifiers without anything between their letters and digits, the words of names, and their initials."""
    named = frozenset(each for each in texts if each.kind is Kind.PERSON)
    names = [words_of(" ".join(name_parts(each.value.reveal()))) for each in named]
    wholes = {squeezed(each.value.reveal()) for each in texts if each.kind not in _TOLD_WHOLE}
    return frozenset(wholes | {form for words in names for form in (*words, *_initials(words))} - {""})


def _initials(words: Words) -> Iterator[str]:
    """Each letter that a name begins with, and those of neighbours in both orders."""
    letters = [word[0] for word in words]
    for texts, _ in _runs([(letter, 0) for letter in letters], len(letters)):
        yield from ("".join(texts), "".join(reversed(texts)))


def _spelled(words: Sequence[Phi], known: Spellings) -> set[int]:
    """Words that are identifiers letter by letter."""
    parts = [(part, place) for place, word in enumerate(words) for part in _parts(word.reveal())]
    found: set[int] = set()
    for texts, places in _runs(parts, _LONGEST_RUN):
        if not found.issuperset(places) and _is_spelled(texts, places, known):
            found.update(places)
    return found


def _resembling(words: Sequence[Phi], known: Spellings) -> Iterator[int]:
    """Words that are identifiers as far as a reader can be trusted, and those that name a day of the file."""
    parts = [(part, place) for place, word in enumerate(words) for part in words_of(word.reveal())]
    for texts, places in _runs(parts, _LONGEST_RESEMBLED):
        joined = "".join(texts)
        if not ordinary_words().issuperset(texts) and known.resembled.is_like(joined):
            yield from places
    for texts, places in _runs(parts, _LONGEST_DATE) if known.days else ():
        if not known.days.isdisjoint(days_in(" ".join(texts))):
            yield from places


def _runs(parts: Sequence[tuple[str, int]], longest: int) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Every run of neighbouring parts up to a length: the parts, and in which word each stands."""
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + longest) + 1):
            texts, places = zip(*parts[start:end], strict=True)
            yield texts, places


def _is_spelled(texts: tuple[str, ...], places: tuple[int, ...], known: Spellings) -> bool:
    joined = "".join(texts)
    if places[0] != places[-1] and joined.isdigit() and len(joined) < _DIGITS_ACROSS_WORDS:
        return False
    forms = {joined, " ".join(texts)} | ({joined.lstrip("0")} if joined.isdigit() else set())
    return not known.exact.isdisjoint(forms)


def _parts(word: str) -> list[str]:
    """Letters and digits apart, so that a unit or a prefix does not hide a number, and the day of a moment on its own."""
    parts: list[str] = []
    for part in (part for text in words_of(word) for part in _PART.findall(text)):
        parts.extend((part[:_DAY], part[_DAY:]) if part.isdigit() and len(part) in _MOMENTS else (part,))
    return parts
