"""Identifiers as recognised text may spell them, to compare with words read from an image."""

import re
from collections.abc import Sequence

from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.identity.screens import spellings_of
from pixelclean.header.words import words_of
from pixelclean.phi import Phi

_PART = re.compile(r"\d+|[^\W\d_]+")
_LONGEST_RUN = 8
_DIGITS_ACROSS_WORDS = 6
_DAY, _MOMENTS = 8, (12, 14)


def spellings(identifiers: Identifiers) -> frozenset[Phi]:
    """What `known_among` looks for: each identifier as screens write it, in letters and digits."""
    return frozenset(Phi(text) for text in spellings_of(identifiers.texts))


def is_known(word: Phi, known: frozenset[Phi]) -> bool:
    """Whether a recognised word spells an identifier, alone or between others: "Name:SENTINEL", "55Y/F"."""
    return bool(known_among((word,), known))


def known_among(words: Sequence[Phi], known: frozenset[Phi]) -> frozenset[int]:
    """Which of the recognised words, given in the order of reading, spell an identifier, alone or with neighbours.

    Case, accents and punctuation do not count.  Digits in neighbouring words, such as those of a scale, are one number
    only if it is long.
    """
    parts = [(part, place) for place, word in enumerate(words) for part in _parts(word.reveal())]
    found: set[int] = set()
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + _LONGEST_RUN) + 1):
            texts, places = zip(*parts[start:end], strict=True)
            if not found.issuperset(places) and _is_spelled(texts, places, known):
                found.update(places)
    return frozenset(found)


def _is_spelled(texts: tuple[str, ...], places: tuple[int, ...], known: frozenset[Phi]) -> bool:
    joined = "".join(texts)
    if places[0] != places[-1] and joined.isdigit() and len(joined) < _DIGITS_ACROSS_WORDS:
        return False
    forms = {joined, " ".join(texts)} | ({joined.lstrip("0")} if joined.isdigit() else set())
    return any(Phi(form) in known for form in forms)


def _parts(word: str) -> list[str]:
    """Letters and digits apart, so that a unit or a prefix does not hide a number, and the day of a moment on its own."""
    parts: list[str] = []
    for part in (part for text in words_of(word) for part in _PART.findall(text)):
        parts.extend((part[:_DAY], part[_DAY:]) if part.isdigit() and len(part) in _MOMENTS else (part,))
    return parts
