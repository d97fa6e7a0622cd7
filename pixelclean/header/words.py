"""Texts as comparable words: case, accents and punctuation do not count."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache

from pixelclean import resources

Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """The words of a text, casefolded and without diacritics."""
    return words_in(text)


def words_in(text: str) -> Words:
    """The same for a text of any length, which is not remembered."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return tuple(_WORD.findall(bare))


@cache
def ordinary_words() -> frozenset[str]:
    """Words that prove nothing alone: rules/header/terms.toml."""
    table = tomllib.loads(resources.rules("header", "terms.toml").read_text("utf-8"))
    return frozenset(words_of(table["words"]))
