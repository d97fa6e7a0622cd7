"""Clean Descriptors (PS3.15 E.3.5): descriptions keep the words that are known to be safe, and lose all others.

A word is kept because the vocabulary knows it, never because nothing speaks against it.  What is known goes all the same
where it stands as a name ("Dr. Hand", "M. Genou"), and where it is a word of an identifier of the file.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from pixelclean.header.descriptors.contexts import settled
from pixelclean.header.descriptors.own_words import OwnWords, own_words, plain
from pixelclean.header.descriptors.somebody import names_in
from pixelclean.header.descriptors.tokens import Gap, Token, readings, tokens_of
from pixelclean.header.descriptors.vocabulary import Role
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.words import words_in

METHOD = (
    "Words that are not on the list of anatomy, findings, procedure and technique are dropped, and so are names by their "
    "context, identifiers of the file, dates, ages, sexes, contacts, and numbers without a unit or a label"
)

_NOBODY = Identifiers(frozenset(), frozenset())
_LONGEST = 32_768  # characters of a value that are looked at; what follows is dropped
_SHORT = 1_024  # characters of an attribute whose reading is remembered
_PASSES = 8
_SEPARATORS = frozenset(("", "_", "-", "/", "+"))
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LINE = re.compile("\r\n|[\r\n\f\v\x1c-\x1e\x85\u2028\u2029]")
_MOST_MARKS = 3  # on one letter; reordering many would take time in the square of their number


@final
@dataclass(frozen=True, slots=True, repr=False)
class _Reading:
    """An attribute as it reads without knowing whose it is; `glued` are the pieces of tokens that have some, plain."""

    tokens: tuple[Token, ...]
    plain: tuple[str, ...]
    glued: Mapping[int, frozenset[str]]
    known: frozenset[int]
    fillers: frozenset[int]


def cleaned(text: str, identifiers: Identifiers) -> str:
    """What may be kept of one description; "" when nothing safe remains.

    Never longer than the text, and the same when it is cleaned again.
    """
    return cleaned_values((text,), identifiers)[0]


def is_safe(text: str) -> bool:
    """Whether nothing of a text would be dropped, whoever the patient is."""
    return cleaned(text, _NOBODY) == text


def cleaned_values(values: tuple[str, ...], identifiers: Identifiers) -> tuple[str, ...]:
    """The same for all values of an attribute, over which a name may be spread; as many as came.

    What is dropped brings new neighbours together, so that the result is cleaned until nothing changes any more.
    """
    own = own_words(identifiers)
    texts = tuple(map(_presentable, values))
    for _ in range(_PASSES):
        kept = _kept(texts, own)
        if kept == texts:
            return kept if _is_free(kept, identifiers) else ("",) * len(values)
        texts = kept
    return ("",) * len(values)


def _presentable(text: str) -> str:
    """The text in one form of each letter, without control and invisible characters; lines end in \\n."""
    if len(text) > _LONGEST:
        text = "".join(text[:_LONGEST].rsplit(maxsplit=1)[:1])
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(_shown(_LINE.sub("\n", text).translate(_FULL_WIDTH)))
    composed = unicodedata.normalize("NFC", shown)
    return composed if len(composed) <= len(text) else ""


def _shown(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if character == "\n" or (character.isprintable() and marks <= _MOST_MARKS):
            yield character
        elif unicodedata.category(character) in ("Cc", "Zs"):
            yield " "


def _kept(texts: tuple[str, ...], own: OwnWords) -> tuple[str, ...]:
    """One pass over the values of an attribute."""
    reading = _remembered(texts) if sum(map(len, texts)) <= _SHORT else _read(texts)
    if not reading.known:
        return ("",) * len(texts)
    taken = own.places_in(reading.plain, reading.glued)
    taken |= {place + 1 for place in taken if reading.tokens[place].role is Role.NUMBER}  # with its unit
    places = _with_fillers(reading, reading.known - taken, reading.fillers - taken)
    return _written(reading.tokens, places, len(texts))


@lru_cache(maxsize=2048)
def _remembered(texts: tuple[str, ...]) -> _Reading:
    return _read(texts)


def _read(texts: tuple[str, ...]) -> _Reading:
    tokens = tuple(token for value, text in enumerate(texts) for token in tokens_of(text, value))
    roles = names_in(tokens, settled(tokens))
    return _Reading(
        tokens,
        tuple(plain(token.text) for token in tokens),
        {place: pieces for place, token in enumerate(tokens) if (pieces := frozenset(_pieces(token.text)))},
        frozenset(place for place, role in enumerate(roles) if role in (Role.WORD, Role.NAMESAKE)),
        frozenset(place for place, role in enumerate(roles) if role is Role.FILLER),
    )


def _pieces(text: str) -> Iterator[str]:
    """Of SeminalVes both words: somebody may be called like one of them; none of Head, which is no H and ead."""
    if text.isalpha() and (text.istitle() or text.islower() or text.isupper()):
        return iter(())
    return (plain(piece) for pieces in readings(text) for piece in pieces if len(piece) > 1)


def _with_fillers(reading: _Reading, known: Collection[int], fillers: Collection[int]) -> list[int]:
    """The places that are kept, in order: grammar only directly between words that are."""
    places: list[int] = []
    waiting: list[int] = []
    for place, token in enumerate(reading.tokens):
        if place in known:
            is_joined = bool(places) and places[-1] + len(waiting) + 1 == place and token.gap is not Gap.BROKEN
            places += [*waiting, place] if is_joined and token.value == reading.tokens[places[-1]].value else [place]
            waiting = []
        elif place in fillers and token.gap is not Gap.BROKEN:
            waiting.append(place)
        else:
            waiting = []
    return places


def _written(tokens: tuple[Token, ...], places: list[int], size: int) -> tuple[str, ...]:
    """The kept tokens of each value, with nothing of what stood between them but a plain separator."""
    values: list[list[str]] = [[] for _ in range(size)]
    previous = -1
    for place in places:
        token = tokens[place]
        if values[token.value]:
            is_next = place == previous + 1
            values[token.value].append(token.before if is_next and token.before in _SEPARATORS else " ")
        values[token.value].append(token.text)
        previous = place
    return tuple(map("".join, values))


def _is_free(texts: tuple[str, ...], identifiers: Identifiers) -> bool:
    """Whether neither what withholds values (withhold.py) nor the proof (search.py) would find anything in them."""
    if not any(texts):
        return True
    search = identifiers.search_terms
    words = [words_in(text) for text in {*texts, " ".join(texts)}]
    return not (
        identifiers.loose_terms.found_in(texts)
        or any(not search.tokens.isdisjoint(found) or found in search.wholes for found in words)
        or any(phrases.stand_in(found) for phrases in (search.phrases, search.product_phrases) for found in words)
    )
