"""What the proof looks for in decoded values, word by word; see search.py."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Self, final

from pixelclean.header.identity.identifier import Identifier, Kind, date_spellings, name_parts
from pixelclean.header.words import Phrases, Words, ordinary_words, rescaled_units, words_of

_LONG_ENOUGH = 4
_DIGITS_ENOUGH = 6


@final
@dataclass(frozen=True, slots=True, repr=False)
class SearchTerms:
    """What to look for, and how.

    `tokens`      single words of person names and long numbers: anywhere as a whole word
    `phrases`     consecutive words: full names, IDs, addresses
    `product_phrases`  the same for places and devices: not looked for where the product is named
    `wholes`      short or numeric values: only where they are the entire value; HU, US and OD are units (C.11.1.1.2)
    `dates`       dates: likewise
    """

    tokens: frozenset[str]
    phrases: Phrases
    product_phrases: Phrases
    wholes: frozenset[Words]
    dates: frozenset[Words]

    @classmethod
    def of(cls, texts: Iterable[Identifier]) -> Self:
        """Sort each identifier into the ways it is looked for."""
        tokens: set[str] = set()
        phrases: set[Words] = set()
        product: set[Words] = set()
        wholes: set[Words] = set()
        dates: set[Words] = set()
        for identifier in texts:
            value = identifier.value.reveal()
            match identifier.kind:
                case Kind.PERSON:
                    for group in value.split("="):
                        parts = [words_of(part) for part in name_parts(group)]
                        full = tuple(_full_names(parts))
                        phrases.update(full)
                        wholes.update(part for part in parts if len("".join(part)) > 1)
                        tokens.update(filter(is_telling, (*chain(*parts), *map("".join, full))))
                case Kind.DATE:
                    dates.update(_spelled_in_words(value))
                case Kind.TRAIT:
                    pass
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
            Phrases(frozenset(phrases) - ordinary),
            Phrases(frozenset(product) - ordinary),
            frozenset(wholes) - ordinary - {(unit,) for unit in rescaled_units()},
            frozenset(dates),
        )

    @property
    def without_dates(self) -> Self:
        """The same for an element whose date was moved: a moved date may be another one of the file by chance."""
        return replace(self, dates=frozenset())


@lru_cache(maxsize=256)
def _spelled_in_words(date: str) -> frozenset[Words]:
    return frozenset(map(words_of, date_spellings(date)))


def is_telling(word: str) -> bool:
    """Whether a word of a name stands for it alone; ideographs and syllables tell from two characters on."""
    return _is_long_enough(word) and word not in ordinary_words() and not word.isdigit()


def _is_long_enough(text: str) -> bool:
    return len(text) >= (_LONG_ENOUGH if text.isascii() else 2)


def _is_phrase(words: Words) -> bool:
    """Whether an ID or address is long enough to be looked for inside longer values."""
    text = "".join(words)
    return len(text) >= (_DIGITS_ENOUGH if text.isdigit() else _LONG_ENOUGH) and not set(words) <= ordinary_words()


def _full_names(parts: list[Words]) -> Iterable[Words]:
    """Family and given name in both orders."""
    if len(parts) > 1 and parts[0] and parts[1] and _is_long_enough("".join(parts[0] + parts[1])):
        yield parts[0] + parts[1]
        yield parts[1] + parts[0]
