"""What texts that can be withheld are compared with: greedily, since nothing but a device's remark is lost.

Letters and digits are compared without what stands between them, so that neither gluing nor splitting, neither
punctuation nor a missing accent hides a name or an ID.  The proof (search.py) is stricter: what it finds stops a file.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, final

from pixelclean.header.identity.coded import coded_text
from pixelclean.header.identity.days import Day, both_forms, days_in
from pixelclean.header.identity.identifier import Identifier, Kind, day_of, every_date_spelling, name_parts
from pixelclean.header.identity.stems import Stems
from pixelclean.header.published import published
from pixelclean.header.words import ordinary_words, squeezed, transliterated, words_of

_STEM = 5
_WORD = 3
_ID = 4
_LONG_NAME = 4  # shorter ones are units: min, mol
_DIGITS_OF_A_CODED_VALUE = 6
_LEAST_NUMBER, _LARGEST_NUMBER = 10**5, 10**30
_FIRST_IDEOGRAPH = "\u2e80"
_SUBSCRIBER = 7  # digits of a telephone number that remain without country and area


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
    """

    stems: Stems
    words: frozenset[str]
    days: frozenset[Day]
    ids: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, texts: Iterable[Identifier]) -> Self:
        """Sort each identifier into the ways it is looked for."""
        stems: set[str] = set()
        words: set[str] = set()
        days: set[Day] = set()
        ids: set[str] = set()
        names: set[str] = set()
        for identifier in texts:
            for spelled in transliterated(identifier.value.reveal()):
                match identifier.kind:
                    case Kind.PERSON:
                        parts = [word for part in name_parts(spelled) for word in _parts(part)]
                        stems.update(parts, _in_one(spelled))
                        words.update(parts)
                        names.update(parts)
                    case Kind.DATE:
                        days.update(_days(spelled))
                        ids.update(map(squeezed, every_date_spelling(spelled)))
                    case Kind.ID:
                        stems.update(_forms(spelled))
                        words.update(form for form in _forms(spelled) if len(form) >= _ID)
                        forms = {form for whole in _forms(spelled) for form in (whole, whole.lstrip("0"))}
                        ids.update(form for form in forms if len(form) >= _ID)
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
        )

    def found_in(self, texts: Sequence[str]) -> bool:
        """Whether the values of an attribute, which may be one text in pieces, hold anything of it."""
        whole = " ".join(texts)
        words = words_of(whole)
        joined = "".join(words) if len(texts) == 1 else squeezed("".join(texts))
        return self.stems.stand_in(joined) or not self.words.isdisjoint(words) or self._dated(whole)

    def found_in_coded(self, text: str) -> bool:
        """The same for one coded value (VR CS) that is no defined term, where also short names and IDs tell."""
        if (said := coded_text(text)) is None:
            return False
        if not (self.names.isdisjoint(said.telling) and self.ids.isdisjoint(said.runs)):
            return True
        places = (word for word in said.telling if len(word) >= _ID)
        return self.stems.stand_in(said.squeezed) or not self.words.isdisjoint(places) or self._dated(text)

    def found_in_code(self, value: str) -> bool:
        """The same for the value of a code of a published scheme; 121005 is Observer Type, not a day in 2012."""
        names = (word for word in words_of(value) if len(word) >= _LONG_NAME)
        is_found = self.is_whole(value) or self._dated(value) or not self.names.isdisjoint(names)
        return is_found and value not in published("DCM")

    def is_whole(self, text: str) -> bool:
        """Whether the text is an ID or a date, and nothing else."""
        return squeezed(text) in self.ids

    def is_number(self, text: str) -> bool:
        """The same for a number, where short ones stand by chance."""
        forms = (squeezed(text), _plain_number(text))
        return any(len(form) >= _DIGITS_OF_A_CODED_VALUE and form in self.ids for form in forms)

    def stand_among(self, numbers: Iterable[object]) -> bool:
        """The same for numbers in binary form, of any size and sign."""
        return bool(self.numbers) and not self.numbers.isdisjoint(numbers)

    def is_name(self, text: str) -> bool:
        """Whether the text is part of a name, and nothing else."""
        return squeezed(text) in self.names

    def _dated(self, text: str) -> bool:
        return bool(self.days) and not self.days.isdisjoint(days_in(text))


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


def _plain_number(text: str) -> str:
    """The digits of a whole number: 4821377 for 04821377, 4821377.0 and 4.821377E6; "" for any other."""
    try:
        number = float(text)
    except ValueError:
        return ""
    return str(abs(int(number))) if number.is_integer() else ""


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
