"""Identifiers: what identifies in one source, ready to be looked for elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NoReturn, Self, final

from pixelclean.header.words import Words, ordinary_words, words_of
from pixelclean.phi import Phi

_LONG_ENOUGH = 4
_DIGITS_ENOUGH = 6


class Kind(StrEnum):
    """What an identifier names."""

    PERSON = "person"
    ID = "id"
    ADDRESS = "address"
    PLACE = "place"
    DEVICE = "device"
    DATE = "date"


@final
@dataclass(frozen=True, slots=True)
class Identifier:
    """One value of the source."""

    kind: Kind
    value: Phi


@final
@dataclass(frozen=True, slots=True, repr=False)
class Identifiers:
    """Everything that identifies in one source; shows nothing of it and is never pickled.

    `uids` are the original values of every UID that is replaced.
    """

    texts: frozenset[Identifier]
    uids: frozenset[str]
    _search: "SearchTerms" = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_search", SearchTerms.of(self.texts))

    @property
    def search_terms(self) -> "SearchTerms":
        """The same, as words to look for in decoded values."""
        return self._search

    @property
    def words(self) -> tuple[Phi, ...]:
        """Texts as they may be written into an image: names by their parts, IDs, dates in the usual renderings.

        Parts of fewer than two characters are left out. For comparison with recognised text, after `words_of`.
        """
        spelled = {text for identifier in self.texts for text in _spellings(identifier)}
        return tuple(Phi(text) for text in sorted(spelled) if len(text) > 1)

    def merged(self, other: Self) -> "Identifiers":
        """The identifiers of both: of a study, once all its instances have been read."""
        return Identifiers(self.texts | other.texts, self.uids | other.uids)

    def __repr__(self) -> str:
        return f"Identifiers({len(self.texts)} texts, {len(self.uids)} UIDs)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Identifiers are never pickled")


@final
@dataclass(frozen=True, slots=True, repr=False)
class SearchTerms:
    """What to look for, and how.

    `tokens`      single words of person names and long numbers: anywhere as a whole word
    `phrases`     consecutive words, by their first one: full names, IDs, addresses
    `product_phrases`  the same for places and devices: not looked for where the product is named
    `wholes`      short or numeric values and dates: only where they are the entire value
    """

    tokens: frozenset[str]
    phrases: frozenset[Words]
    product_phrases: frozenset[Words]
    wholes: frozenset[Words]

    @classmethod
    def of(cls, texts: Iterable[Identifier]) -> Self:
        """Sort each identifier into the ways it is looked for."""
        tokens: set[str] = set()
        phrases: set[Words] = set()
        product: set[Words] = set()
        wholes: set[Words] = set()
        for identifier in texts:
            value = identifier.value.reveal()
            match identifier.kind:
                case Kind.PERSON:
                    parts = [words_of(part) for part in _name_parts(value)]
                    tokens.update(word for part in parts for word in part if _is_telling(word))
                    wholes.update(part for part in parts if len("".join(part)) > 1)
                    phrases.update(_full_names(parts))
                case Kind.DATE:
                    wholes.update(words_of(text) for text in _date_spellings(value))
                case kind:
                    words = words_of(value)
                    if not _is_phrase(words):
                        wholes.update({words} if len("".join(words)) >= _LONG_ENOUGH else ())
                    elif kind in (Kind.PLACE, Kind.DEVICE):
                        product.add(words)
                    else:
                        phrases.add(words)
        ordinary = {(word,) for word in ordinary_words()}
        return cls(
            frozenset(tokens),
            frozenset(phrases) - ordinary,
            frozenset(product) - ordinary,
            frozenset(wholes) - ordinary,
        )


def _is_telling(word: str) -> bool:
    """Whether a word of a name stands for it alone; ideographs and syllables tell from two characters on."""
    enough = _LONG_ENOUGH if word.isascii() else 2
    return len(word) >= enough and word not in ordinary_words() and not word.isdigit()


def _is_phrase(words: Words) -> bool:
    """Whether an ID or address is long enough to be looked for inside longer values."""
    text = "".join(words)
    return len(text) >= (_DIGITS_ENOUGH if text.isdigit() else _LONG_ENOUGH) and not set(words) <= ordinary_words()


def _full_names(parts: list[Words]) -> Iterable[Words]:
    """Family and given name in both orders."""
    if len(parts) > 1 and len("".join(parts[0] + parts[1])) >= _LONG_ENOUGH and parts[0] and parts[1]:
        yield parts[0] + parts[1]
        yield parts[1] + parts[0]


def _name_parts(name: str) -> Iterable[str]:
    """Family, given and middle name of each component group (PS3.5 6.2.1); prefixes and suffixes name nobody."""
    for group in name.split("="):
        yield from group.split("^")[:3]


def _spellings(identifier: Identifier) -> Iterable[str]:
    value = identifier.value.reveal()
    match identifier.kind:
        case Kind.PERSON:
            return [part for part in map(str.strip, _name_parts(value)) if part]
        case Kind.DATE:
            return _date_spellings(value)
        case _:
            return [value]


def _date_spellings(value: str) -> tuple[str, ...]:
    """A DICOM date as people and devices write it; () for what is no date."""
    digits = value.replace(".", "").replace("-", "")[:8]
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ()
    forms = ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y")
    return (*(day.strftime(form) for form in forms), f"{day:%d/%m/%y}", f"{day:%m/%d/%y}", f"{day:%d.%m.%y}")
