"""What texts that can be withheld are compared with: greedily, since nothing but a device's remark is lost.

Letters and digits are compared without what stands between them, so that neither gluing nor splitting, neither
punctuation nor a missing accent hides a name or an ID.  The proof (search.py) is stricter: what it finds stops a file.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, final

from pixelclean.header.identity.coded import coded_text, device_words
from pixelclean.header.identity.counted import FEWEST_DIGITS, Counted
from pixelclean.header.identity.days import Day, both_forms, days_in
from pixelclean.header.identity.identifier import Identifier, Kind, day_of, every_date_spelling, name_parts
from pixelclean.header.identity.stems import Stems
from pixelclean.header.published import published
from pixelclean.header.words import ordinary_words, romanized, squeezed, transliterated, words_of

_STEM = 5
_WORD = 3
_ID = 4
_LONG_NAME = 4  # shorter ones are units: min, mol
_DIGITS_OF_A_CODED_VALUE = 6
_LEAST_NUMBER, _LARGEST_NUMBER = 10**5, 10**30
_FIRST_IDEOGRAPH = "\u2e80"
_SUBSCRIBER = 7  # digits of a telephone number that remain without country and area
_EXPONENT = frozenset("eE")
_LEADING_DIGITS = re.compile(r"[ +-]*([0-9]+)")
_LEAST_COUNTED = 10 ** (FEWEST_DIGITS - 1)
_MOST_COUNTED = 64  # numbers of one value that are looked at one by one: longer ones are tables
_CUT, _LEAST_CUT = 6, 8  # letters that a device leaves of a name, and letters of a name that is cut
_ROOM = 16  # characters that a short field has (VR SH)
_PARTICLE = 3  # letters of the words before a name, as in van den Berg, of which people glue the first ones to it
_DIGITS_OF_A_PART = 5  # of an ID; fewer are a year, a matrix, a time of echo


@final
@dataclass(frozen=True, slots=True, repr=False)
class LooseTerms:
    """What to look for, and how.

    `stems`   letters and digits: anywhere, also inside a longer word
    `words`   whole words
    `days`    dates, in whatever spelling
    `ids`     squeezed IDs and dates: the entire value, of a coded value also several words of it
    `names`   parts of names from two characters on: the entire value, of a coded value also a word of it
    `numbers` IDs and dates that are numbers of six digits or more: the entire number
    `counted` IDs and dates with a counter or a time behind them, and days in seconds: the entire number
    """

    stems: Stems
    words: frozenset[str]
    days: frozenset[Day]
    ids: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[float]
    counted: Counted

    @classmethod
    def of(cls, texts: Iterable[Identifier]) -> Self:
        """Sort each identifier into the ways it is looked for."""
        stems: set[str] = set()
        words: set[str] = set()
        days: set[Day] = set()
        ids: set[str] = set()
        names: set[str] = set()
        counted_days: set[str] = set()
        counted_ids: set[str] = set()
        for identifier in texts:
            for spelled in _spellings(identifier):
                match identifier.kind:
                    case Kind.PERSON:
                        parts = [word for part in name_parts(spelled) for word in _parts(part)]
                        stems.update(parts, _in_one(spelled))
                        words.update(parts, _cut_short(parts), _with_particles(spelled))
                        names.update(parts)
                    case Kind.DATE:
                        days.update(_days(spelled))
                        ids.update(_squeezed_spellings(spelled))
                        counted_days.add(spelled)
                    case Kind.ID:
                        stems.update(_forms(spelled))
                        words.update(form for form in _forms(spelled) if len(form) >= _ID)
                        words.update(_digits_in_parts(spelled))
                        forms = {form for whole in _forms(spelled) for form in (whole, whole.lstrip("0"))}
                        ids.update(form for form in forms if len(form) >= _ID)
                        counted_ids.update(forms)
                    case Kind.ADDRESS:
                        stems.update(_forms(spelled), words_of(spelled), _subscribers(spelled))
                    case Kind.PLACE | Kind.DEVICE:
                        stems.update({squeezed(spelled)} - {_of_ordinary_words(spelled)})
                        words.update(form for form in _forms(spelled) if len(form) >= _ID)
                    case Kind.TRAIT:
                        pass
        ordinary = ordinary_words()
        return cls(
            Stems(frozenset(stem for stem in stems if len(stem) >= (_STEM if stem.isascii() else 2)) - ordinary),
            frozenset(word for word in words if len(word) >= _WORD) - ordinary,
            frozenset(days),
            frozenset(ids) - ordinary,
            frozenset(name for name in names if len(name) > 1) - ordinary,
            frozenset(number for form in ids for number in _numbers(form)),
            Counted.of(counted_days, counted_ids),
        )

    def found_in(self, texts: Sequence[str]) -> bool:
        """Whether the values of an attribute, which may be one text in pieces, hold anything of it."""
        whole = " ".join(texts)
        words = words_of(whole)
        joined = "".join(words) if len(texts) == 1 else squeezed("".join(texts))
        return self.stems.stand_in(joined) or not self.words.isdisjoint(words) or self.dated_by(whole)

    def found_in_coded(self, text: str) -> bool:
        """The same for one coded value (VR CS) that is no defined term, where also short names and IDs tell."""
        if (said := coded_text(text)) is None:
            return False
        if not (self.names.isdisjoint(said.telling) and self.ids.isdisjoint(said.runs)):
            return True
        places = (word for word in said.telling if len(word) >= _ID)
        return self.stems.stand_in(said.squeezed) or not self.words.isdisjoint(places) or self.dated_by(text)

    def found_in_code(self, value: str) -> bool:
        """The same for the value of a code of a published scheme; 121005 is Observer Type, not a day in 2012."""
        names = (word for word in words_of(value) if len(word) >= _LONG_NAME)
        is_found = self.is_whole(value) or self.dated_by(value) or not self.names.isdisjoint(names)
        return is_found and value not in published("DCM")

    def is_whole(self, text: str) -> bool:
        """Whether the text is an ID or a date, and nothing else."""
        return squeezed(text) in self.ids

    def is_number(self, text: str) -> bool:
        """The same for a number, where short ones stand by chance; also where a counter or a time is behind it."""
        if len(text) < _DIGITS_OF_A_CODED_VALUE and _EXPONENT.isdisjoint(text):
            return False  # most numbers are short: 1, 512, 0.75
        whole = _plain_number(text)
        if any(len(form) >= _DIGITS_OF_A_CODED_VALUE and form in self.ids for form in (whole, squeezed(text))):
            return True
        return bool(whole) and any(map(self.counted.holds, {whole, _leading_digits(text)}))

    def stand_among(self, numbers: Sequence[object]) -> bool:
        """The same for numbers in binary form, of any size and sign; what is counted on only where they are few."""
        if self.numbers and not self.numbers.isdisjoint(numbers):
            return True
        return bool(self.counted) and len(numbers) <= _MOST_COUNTED and any(map(self._counts_on, numbers))

    def _counts_on(self, number: object) -> bool:
        if not isinstance(number, int | float) or not _LEAST_COUNTED <= abs(number) <= _LARGEST_NUMBER:
            return False
        return number == int(number) and self.counted.holds(str(abs(int(number))))

    def is_name(self, text: str) -> bool:
        """Whether the text is part of a name, and nothing else."""
        return squeezed(text) in self.names

    def dated_by(self, text: str) -> bool:
        """Whether one of the days stands in the text, in whatever spelling."""
        return bool(self.days) and not self.days.isdisjoint(days_in(text))


def _spellings(identifier: Identifier) -> frozenset[str]:
    """An identifier as other keyboards write it; of names also what they become in Latin letters."""
    written = transliterated(identifier.value.reveal())
    if identifier.kind is not Kind.PERSON:
        return written
    return written.union(*map(romanized, written))


@lru_cache(maxsize=256)
def _squeezed_spellings(date: str) -> frozenset[str]:
    return frozenset(map(squeezed, every_date_spelling(date)))


def _days(date: str) -> Iterable[Day]:
    day = day_of(date)
    return both_forms(day.year, day.month, day.day) if day else ()


def _numbers(form: str) -> Iterator[float]:
    """The number that an ID or date is, of either sign, and what becomes of it in 32 bits."""
    if form.isascii() and form.isdecimal() and _LEAST_NUMBER <= int(form) <= _LARGEST_NUMBER:
        for number in (int(form), struct.unpack("<f", struct.pack("<f", int(form)))[0]):
            yield from (number, -number)


def _parts(part: str) -> Iterator[str]:
    """The words of a part of a name, and all of it in one: O'Brien is o, brien and obrien."""
    yield from words_of(part)
    if not _of_ordinary_words(part):
        yield squeezed(part)


def _cut_short(parts: Iterable[str]) -> Iterator[str]:
    """What a short field leaves of long names: quattlebau; not where that is a word of devices."""
    for part in parts:
        if len(part) >= _LEAST_CUT and part.isalpha():
            yield from (cut for end in range(_CUT, min(len(part), _ROOM)) if (cut := part[:end]) not in device_words())


def _with_particles(name: str) -> Iterator[str]:
    """A name behind the first letters of what stands before it: vdberg for van den Berg."""
    for part in name_parts(name):
        *particles, last = words_of(part) or ("",)
        if particles and len(last) > _PARTICLE and all(len(word) <= _PARTICLE for word in particles):
            yield "".join(word[0] for word in particles) + last
            yield "".join(particles) + last


def _in_one(name: str) -> Iterator[str]:
    """Family and given name with nothing between them, for each way in which the name is written; letters both ways."""
    for group in name.split("="):
        family, given = [*map(squeezed, name_parts(group)), "", ""][:2]
        if family and given:
            yield family + given
            if given < _FIRST_IDEOGRAPH:
                yield given + family


def _forms(identity: str) -> frozenset[str]:
    """An ID with and without what is no digit: "MRN 12-34 56" is mrn123456 and 123456."""
    if _of_ordinary_words(identity):
        return frozenset()
    digits = "".join(re.findall(r"[0-9]+", identity))
    return frozenset({squeezed(identity), digits if len(digits) >= _STEM else ""}) - {""}


def _digits_in_parts(identity: str) -> Iterator[str]:
    """The longer numbers that an ID is put together of, which people give for it: 48213 for B-12-48213."""
    for digits in re.findall(r"[0-9]+", identity):
        yield from (form for form in (digits, digits.lstrip("0")) if len(form) >= _DIGITS_OF_A_PART)


def _plain_number(text: str) -> str:
    """The digits of a whole number: 4821377 for 04821377, 4821377.0 and 4.821377E6; "" for any other."""
    try:
        number = float(text)
    except ValueError:
        return ""
    return str(abs(int(number))) if number.is_integer() else ""


def _leading_digits(text: str) -> str:
    """The digits that a number begins with, among them the zeros of a year such as 08."""
    found = _LEADING_DIGITS.match(text)
    return found[1] if found else ""


def _subscribers(address: str) -> Iterator[str]:
    """Each telephone number of an address without its beginning."""
    for number in re.findall(r"[0-9][0-9 ()/.\-]{5,}[0-9]", address):
        digits = squeezed(number)
        if len(digits) > _SUBSCRIBER:
            yield digits[-_SUBSCRIBER:]


def _of_ordinary_words(text: str) -> str:
    """The squeezed text where every word of it is an ordinary one, "" otherwise."""
    words = words_of(text)
    return "".join(words) if set(words) <= ordinary_words() else ""
