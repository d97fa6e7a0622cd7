"""Descriptions in tokens, each with what it is to its neighbours and how far it stands from the one before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import final

from pixelclean.header.descriptors.vocabulary import Role, folded, vocabulary

VALUE_BREAK = "\x1f"  # stands before a value that is not the first; no text holds it, see descriptors.presentable

# What is written without spaces between words; the middle dot of katakana separates, so it is left out.
_CJK = "\u3005-\u3007\u3040-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_ELISIONS = "l|d|n|s|j|m|t|c|qu|dell|nell|all|sull|dall|un"
_BREAK = re.compile(r"[\n;|)\]}。；）】]|\s[-\u2013\u2014]+\s|--")
_LISTED = re.compile(r"[,/\\:^=&+<>(\[{、，：（【\x1f]")
# Of mail, of the web, of a file system.
_ADDRESS = re.compile(
    r"@|://|:\\|(?i:www\.)|^[/\\~].*[/\\]"
    r"|[^\W_]\.(?:(?i:com|org|net|edu|gov|info|eu|local)|de|fr|uk|nl|es|it|ch|at|se|no|dk|pl|ru|jp|cn|be|pt)$"
)
_CHUNK = re.compile(r"\S+")
_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
# HeadNECK is Head and NECK, THORAXpa is THORAX and pa: two ways to read capitals (U), small letters (l) and digits (d).
_PIECES = (re.compile("U+(?!l)|U?l+|d+"), re.compile("U+|l+|d+"))
_MOST_PIECES = 8
_LONGEST = 32


class Gap(IntEnum):
    """What stands between a token and the one before it."""

    JOINED = 0
    LISTED = 1
    BROKEN = 2


@final
@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """One token: as written, folded, what separates it from the token before, and the value it stands in."""

    text: str
    key: str
    before: str
    gap: Gap
    role: Role
    value: int


def tokens_of(text: str, value: int = 0) -> Iterator[Token]:
    """The tokens of one value, from left to right, in time proportional to its length."""
    text = _CHUNK.sub(_without_address, text)
    end, start = 0, VALUE_BREAK if value else ""
    for match in _pattern().finditer(text):
        before, end = start + text[end : match.start()], match.end()
        for piece, role in _pieces(match):
            yield Token(piece, folded(piece), before, _gap(before), role, value)
            before = ""
        start = ""


def _without_address(chunk: re.Match[str]) -> str:
    return " " if _ADDRESS.search(chunk[0]) else chunk[0]


@cache
def _pattern() -> re.Pattern[str]:
    """Elided articles, spellings with punctuation, runs of ideographs, and letters and digits with decimal points."""
    compounds = "|".join(
        re.escape(word) + ("" if word.endswith("/") else r"(?![^\W_])")
        for word in sorted(vocabulary().compounds, key=len, reverse=True)
    )
    return re.compile(
        rf"(?P<elided>(?<![^\W_])(?:{_ELISIONS})['\u2019](?=[^\W\d_]))"
        rf"|(?P<compound>(?<![^\W_])(?=[^\W_]{{1,9}}[./+*-])(?:{compounds}))"
        rf"|(?P<ideographs>[{_CJK}]+)"
        rf"|(?P<run>(?:[^\W_{_CJK}]|(?<=[0-9])[.,](?=[0-9]))+(?:(?<=[0-9])[%°])?)",
        re.IGNORECASE,
    )


def _pieces(match: re.Match[str]) -> Iterator[tuple[str, Role]]:
    match match.lastgroup:
        case "ideographs":
            yield from _ideographs(match[0])
        case "elided":
            yield match[0], Role.FILLER
        case _:
            yield match[0], role_of(match[0])


def _gap(before: str) -> Gap:
    if not before or before == " ":
        return Gap.JOINED
    if _BREAK.search(before):
        return Gap.BROKEN
    return Gap.LISTED if _LISTED.search(before) else Gap.JOINED


def role_of(text: str) -> Role:
    """What a token is when its neighbours are not looked at."""
    words, key = vocabulary(), folded(text)
    role = words.roles.get(key)
    if len(text) == 1 and text.isupper() and role is not Role.WORD:
        return Role.UNKNOWN
    if role is not None:
        return role
    if _DIGITS.fullmatch(key):
        return Role.NUMBER
    if len(text) > _LONGEST or key in words.units:
        return Role.NOISE
    if words.code.fullmatch(key):
        return Role.WORD
    return _glued(text) or (Role.UNKNOWN if text.isalpha() else Role.NOISE)


def _glued(text: str) -> Role | None:
    """The role of Head1.5mm or DrHand; None where any piece is not known."""
    for pieces in readings(text):
        if len(pieces) <= _MOST_PIECES and (role := _role_of_first(pieces) or _role_of_all(pieces)):
            return role
    return None


def readings(text: str) -> Iterator[list[str]]:
    """The pieces that a token is glued of, in each way to read its capitals; nothing where it is of one piece."""
    sorts = "".join("U" if letter.isupper() else "l" if letter.isalpha() else "d" for letter in text)
    for pattern in _PIECES:
        pieces = [text[match.start() : match.end()] for match in pattern.finditer(sorts)]
        if len(pieces) > 1:
            yield pieces


def _role_of_first(pieces: list[str]) -> Role | None:
    """A title or a label that is glued to what it announces."""
    words = vocabulary()
    role = words.roles.get(folded(pieces[0]))
    if role is Role.TITLE and not (pieces[0].isupper() and folded(pieces[0]) in words.sure_codes):
        return role
    if role is Role.LABEL:
        return Role.NOISE if any(piece.isdigit() for piece in pieces) else role
    return None


def _role_of_all(pieces: list[str]) -> Role | None:
    """Where one to three pieces at a time are known up to the end: a namesake if one of them is one."""
    rest: list[Role | None] = [*[None] * len(pieces), Role.WORD]
    for start in reversed(range(len(pieces))):
        for end in range(start + 1, min(start + 3, len(pieces)) + 1):
            role = _role_of_piece("".join(pieces[start:end])) if rest[end] else None
            if role is not None and rest[start] is not Role.WORD:
                rest[start] = Role.NAMESAKE if Role.NAMESAKE in (role, rest[end]) else Role.WORD
    return rest[0]


def _role_of_piece(piece: str) -> Role | None:
    words, key = vocabulary(), folded(piece)
    if len(piece) > 1 and (role := words.roles.get(key)) in (Role.WORD, Role.NAMESAKE):
        return role
    is_code = words.code.fullmatch(key) or (piece.isupper() and key in words.sure_codes)
    return Role.WORD if is_code else None


def _ideographs(run: str) -> Iterator[tuple[str, Role]]:
    """The longest known terms of a run; single characters only where the whole run is known."""
    words = vocabulary()
    honorifics = tuple(words.honorifics)
    if any(honorific in run for honorific in honorifics):
        yield run, Role.TITLE if run.startswith(honorifics) else Role.SUFFIX
        return
    terms = list(_terms(run))
    is_known = all(term in words.ideographs for term in terms)
    for term in terms:
        yield term, Role.WORD if term in words.ideographs and (is_known or len(term) > 1) else Role.UNKNOWN


def _terms(run: str) -> Iterator[str]:
    """The run cut greedily: known terms, and single characters where none begins."""
    known, longest = vocabulary().ideographs, _longest_term()
    start = 0
    while start < len(run):
        sizes = range(min(longest, len(run) - start), 1, -1)
        size = next((size for size in sizes if run[start : start + size] in known), 1)
        yield run[start : start + size]
        start += size


@cache
def _longest_term() -> int:
    return max(map(len, vocabulary().ideographs))
