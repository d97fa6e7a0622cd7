"""Texts as comparable words: case, accents and punctuation do not count."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import final

from pixelclean import resources

Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")
_TRANSLITERATED = (
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "å": "aa",
        "ø": "oe",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ł": "l",
        "ı": "i",
        "þ": "th",
    },
    {"ø": "o", "å": "a", "æ": "a", "œ": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th"},
)
# Cyrillic as passports write it (ICAO 9303), and as English, German and scholars' spelling, without its marks, do.
_ROMANIZED = tuple(
    str.maketrans(
        dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўј", letters.split(), strict=True)) | {"ъ": "", "ь": ""}
    )
    for letters in (
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e iu ia i i ie g u j",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i yi ye g w y",
        "a b w g d e jo sch s i j k l m n o p r s t u f ch z tsch sch schtsch - y - e ju ja i ji je g w j",
        "a b v g d e e z z i j k l m n o p r s t u f h c c s sc - y - e ju ja i i je g u j",
    )
)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WITHOUT_MARKS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that are letters of their own in Unicode, and not others with a mark: how they are written without them."""
_UMLAUTS = re.compile(r"(?<=[^aeq])([aou])e")


@final
@dataclass(frozen=True, slots=True, repr=False)
class Phrases:
    """Sequences of words to look for in longer ones."""

    known: frozenset[Words]
    _sizes: Mapping[str, tuple[int, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        sizes: dict[str, set[int]] = {}
        for phrase in self.known:
            if phrase:
                sizes.setdefault(phrase[0], set()).add(len(phrase))
        object.__setattr__(self, "_sizes", {word: tuple(sorted(found)) for word, found in sizes.items()})

    def stand_in(self, words: Words) -> bool:
        """Whether any of them stands in `words` as consecutive words."""
        if self._sizes.keys().isdisjoint(words):
            return False
        return any(
            words[start : start + size] in self.known
            for start, word in enumerate(words)
            for size in self._sizes.get(word, ())
        )


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """The words of a text, casefolded and without diacritics."""
    return words_in(text)


def words_in(text: str) -> Words:
    """The same for a text of any length, which is not remembered."""
    # Decomposed before case is dropped and after: letters for mathematics have no case of their own.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return tuple(_WORD.findall(bare if bare.isascii() else bare.translate(_WITHOUT_MARKS)))


def squeezed(text: str) -> str:
    """Nothing but the letters and digits of a text, in the same form: what punctuation or its absence cannot hide."""
    return "".join(words_of(text))


def transliterated(text: str) -> frozenset[str]:
    """The text as other keyboards write it: Müller as Mueller, Mueller as Muller; the text itself among them."""
    folded = unicodedata.normalize("NFC", text.casefold())
    replaced = {"".join(table.get(character, character) for character in folded) for table in _TRANSLITERATED}
    return frozenset({folded, *replaced, _UMLAUTS.sub(r"\1", folded)})


def romanized(text: str) -> frozenset[str]:
    """A text in Cyrillic as it is written in Latin letters, in each of the usual ways; nothing for any other."""
    if _CYRILLIC.search(text) is None:
        return frozenset()
    folded = unicodedata.normalize("NFC", text.casefold())
    return frozenset(folded.translate(table) for table in _ROMANIZED)


@cache
def ordinary_words() -> frozenset[str]:
    """Words that prove nothing alone: rules/header/terms.toml."""
    return _terms("words")


@cache
def rescaled_units() -> frozenset[str]:
    """What Rescale Type and Modality LUT Type say, which are short names as well: rules/header/terms.toml."""
    return _terms("units")


def _terms(name: str) -> frozenset[str]:
    return frozenset(words_of(terms()[name]))


@cache
def terms() -> Mapping[str, str]:
    """rules/header/terms.toml: lists of words and terms by name."""
    return tomllib.loads(resources.rules("header", "terms.toml").read_text("utf-8"))
