"""What texts that can be withheld are compared with: greedily, since nothing but a device's remark is lost.

Letters and digits are compared without what stands between them, so that neither gluing nor splitting, neither
punctuation nor a missing accent hides a name or an ID.  The proof (search.py) is stricter: what it finds stops a file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, final

from pixelclean.header.identity.identifier import Identifier, Kind, every_date_spelling, name_parts
from pixelclean.header.words import Phrases, Words, ordinary_words, squeezed, transliterated, words_of

_STEM = 5
_WORD = 3
_ID = 4
_DIGITS_OF_A_CODED_VALUE = 6
_FIRST_IDEOGRAPH = "\u2e80"
_SUBSCRIBER = 7  # digits of a telephone number that remain without country and area


@final
@dataclass(frozen=True, slots=True, repr=False)
class LooseTerms:
    """What to look for, and how.

    `stems`   letters and digits: anywhere, also inside a longer word
    `words`   whole words
    `dates`   consecutive words
    `ids`     squeezed IDs and dates: the entire value
    `names`   parts of names from two characters on: the entire value
    """

    stems: frozenset[str]
    words: frozenset[str]
    dates: Phrases
    ids: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[Identifier]) -> Self:
        """Sort each identifier into the ways it is looked for."""
        stems: set[str] = set()
        words: set[str] = set()
        dates: set[Words] = set()
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
                        dates.update(words_of(text) for text in every_date_spelling(spelled))
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
            frozenset(stem for stem in stems if len(stem) >= (_STEM if stem.isascii() else 2)) - ordinary,
            frozenset(word for word in words if len(word) >= _WORD) - ordinary,
            Phrases(frozenset(dates)),
            frozenset(ids) - ordinary,
            frozenset(name for name in names if len(name) > 1) - ordinary,
        )

    def found_in(self, texts: Sequence[str]) -> bool:
        """Whether the values of an attribute, which may be one text in pieces, hold anything of it."""
        words = words_of(" ".join(texts))
        joined = "".join(words) if len(texts) == 1 else squeezed("".join(texts))
        if any(stem in joined for stem in self.stems):
            return True
        return not self.words.isdisjoint(words) or self.dates.stand_in(words)

    def found_in_coded(self, text: str) -> bool:
        """The same for one coded value (VR CS): defined terms are made of ordinary words and of short ones."""
        telling = [word for word in words_of(text) if word not in ordinary_words()]
        if any(stem in word for word in telling for stem in self.stems):
            return True
        joined = squeezed(text)
        if any(stem in joined for stem in self.stems if not stem.isalpha()):  # an ID in pieces: no term is like it
            return True
        return any(len(word) >= _ID and word in self.words for word in telling) or self.is_whole(text)

    def is_whole(self, text: str) -> bool:
        """Whether the text is an ID or a date, and nothing else."""
        return squeezed(text) in self.ids

    def is_number(self, text: str) -> bool:
        """The same for a number, where short ones stand by chance."""
        forms = (squeezed(text), _plain_number(text))
        return any(len(form) >= _DIGITS_OF_A_CODED_VALUE and form in self.ids for form in forms)

    def is_name(self, text: str) -> bool:
        """Whether the text is part of a name, and nothing else."""
        return squeezed(text) in self.names


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
