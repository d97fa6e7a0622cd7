"""The grammar of harmless lines: what burned-in text may say and stay.

A line is harmless when all of it is a sequence of known phrases: a unit behind a number, a setting with its value, a
side, a part of the body.  One token that is in no phrase makes the whole line a stranger; so does a phrase that comes
twice, and so do more digits than a few settings have: an ID in parts.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

Tokens = tuple[str, ...]
Words = frozenset[Tokens]

NUMBER = "#"
_TOKEN = re.compile(r"(?<=[^\W\d_])(?=\d)|\d+(?:[.,]\d+)?|[^\W\d_]+|\S")
_SIGNED = ("-", "\u2212", "+")
_LINKS = frozenset((":", "=", "."))
_GLUED = "~"  # stands between a letter and a digit right behind it: T1 is no T 1, and C12W345 may be an ID
_MOST_DIGITS = 6  # of a line: a date has as many without its century, most IDs have more
_LONGEST_NUMBER = 3  # digits before the decimal separator: four may be a year


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> Tokens:
    """Numbers, words and signs of a text; case, accents and what links a label to its value do not count.

    A digit right behind a letter is told apart from one behind a space.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    found = [token or _GLUED for token in _TOKEN.findall(bare.replace("\u03bc", "u").replace("\u00b5", "u"))]
    return tuple(token for place, token in enumerate(found) if not (token in _LINKS and _links(found, place)))


def _links(tokens: list[str], place: int) -> bool:
    """Whether a sign follows a word: "Gain: 45".  Behind a number it may make it a time or a date."""
    return place > 0 and tokens[place - 1].isalpha()


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a part of a line may be: patterns of words and numbers, and which numbers may stand in them."""

    id: str
    patterns: tuple[tuple[str | Words, ...], ...]
    least: float
    most: float
    fewest_decimals: int
    decimals: int

    def ends(self, tokens: Tokens, start: int) -> Iterator[int]:
        """Where it ends, for each way in which it may begin at a token."""
        for pattern in self.patterns:
            ends = {start}
            for element in pattern:
                ends = {end for place in ends for end in self._behind(element, tokens, place)}
            yield from ends

    def _behind(self, element: str | Words, tokens: Tokens, place: int) -> Iterator[int]:
        if isinstance(element, frozenset):
            yield from (place + len(word) for word in element if tokens[place : place + len(word)] == word)
            return
        signed = tokens[place : place + 1] != () and tokens[place] in _SIGNED
        number = place + signed
        if number < len(tokens) and self._takes(tokens[number], negative=signed and tokens[place] != "+"):
            yield number + 1

    def _takes(self, token: str, *, negative: bool) -> bool:
        whole, _, decimals = token.replace(",", ".").partition(".")
        if not (whole.isascii() and whole.isdecimal()) or len(whole) > _LONGEST_NUMBER:
            return False
        if not self.fewest_decimals <= len(decimals) <= self.decimals:
            return False
        if len(whole) > 1 and whole.startswith("0"):
            return False
        value = float(token.replace(",", "."))
        return self.least <= (-value if negative else value) <= self.most


@dataclass(frozen=True, slots=True)
class Grammar:
    """The phrases of one modality, those that are harmless only alone apart, and the numbers that a ruler may bear."""

    joining: tuple[Phrase, ...]
    alone: tuple[Phrase, ...]
    ruler: Phrase

    def reads(self, text: str) -> tuple[str, ...]:
        """The ids of the phrases that a line is made of, from its first token to its last; () for any other line."""
        tokens = tokens_of(text)
        if not tokens or sum(map(str.isdecimal, text)) > _MOST_DIGITS:
            return ()
        whole = (phrase.id for phrase in self.alone if len(tokens) in phrase.ends(tokens, 0))
        return next(((each,) for each in whole), None) or self._joined(tokens)

    def _joined(self, tokens: Tokens) -> tuple[str, ...]:
        paths: dict[int, tuple[str, ...]] = {0: ()}
        for start in range(len(tokens)):
            for phrase in self.joining if start in paths else ():
                for end in phrase.ends(tokens, start) if phrase.id not in paths[start] else ():
                    paths.setdefault(end, (*paths[start], phrase.id))
        return paths.get(len(tokens), ())

    def number_of_a_ruler(self, text: str) -> float | None:
        """The number that a line is, where nothing else stands in it and a ruler may bear it; None for any other."""
        tokens = tokens_of(text)
        if len(tokens) != 1 or 1 not in self.ruler.ends(tokens, 0):
            return None
        return float(tokens[0].replace(",", "."))
