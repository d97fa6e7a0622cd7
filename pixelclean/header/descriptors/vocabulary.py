"""The words that a cleaned description may hold, and the words that say that a name follows (PS3.15 E.3.5).

Read from rules/header/vocabulary: words/*.toml what is kept, namesakes.toml which of it people are called, roles.toml
what words do to their neighbours, codes.toml numbers and codes.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, final

from pixelclean import resources
from pixelclean.header.words import transliterated

# Five or six digits at most, so that no identifier fits into a number.
_NUMBER = r"(?:[0-9]{1,4}(?:[.,][0-9])?|[0-9]{1,3}[.,][0-9]{2}|[0-9]{1,2}[.,][0-9]{3})"
_LENGTH = r"(?:[0-9]{1,3}|[0-9]{1,2}[.,][0-9]{1,2})"
_SIZE = rf"{_LENGTH}(?:x{_LENGTH}){{1,2}}(?:mm|cm)?"
_PLAIN = re.compile(r"[^\W_]+")
_CONTAINING_PUNCTUATION = re.compile(r"[./+*]|[0-9]-|-[0-9]|-$")


class Role(StrEnum):
    """What a token is to its neighbours."""

    WORD = "known and harmless"
    NAMESAKE = "known, and a name as well"
    FILLER = "grammar"
    NUMBER = "digits without a unit"
    TITLE = "a name follows"
    SUFFIX = "a name precedes"
    TOWARDS = "a name may follow"
    LABEL = "a number of somebody follows"
    UNKNOWN = "letters that may be a name"
    NOISE = "what is neither kept nor a name"
    NAME = "somebody, by its neighbours"


@final
@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every list, by folded spelling.

    `roles`          single words
    `phrases`        by their first word, the longest first; the words of a phrase need not be known alone
    `capital_codes`  titles that are modalities where they stand in capitals; of `sure_codes` that is always believed
    `code`           whole tokens: techniques, numbers with units
    `kernel`         the codes that a slice thickness may precede
    `objects`        what labels number; `volumes` are those of a plan, which a `dose` may follow
    `announcing`     words that are titles before a colon, except behind `operations`; `leading` lead to a namesake
    `compounds`      spellings with punctuation inside that are one token
    `ideographs`     terms that are looked for inside a run without spaces; `honorifics` make such a run somebody
    """

    roles: Mapping[str, Role]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    capital_codes: frozenset[str]
    sure_codes: frozenset[str]
    code: re.Pattern[str]
    kernel: re.Pattern[str]
    units: frozenset[str]
    counted: frozenset[str]
    numbered: frozenset[str]
    objects: frozenset[str]
    volumes: re.Pattern[str]
    dose: re.Pattern[str]
    announcing: frozenset[str]
    operations: frozenset[str]
    leading: frozenset[str]
    agents: frozenset[str]
    concentrations: frozenset[str]
    compounds: tuple[str, ...]
    ideographs: frozenset[str]
    honorifics: frozenset[str]


def folded(word: str) -> str:
    """One token without case and accents; its punctuation stays."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def vocabulary() -> Vocabulary:
    """The lists of this version."""
    files = sorted(resources.rules("header", "vocabulary", "words").glob("*.toml"))
    groups = [group for file in files for group in tomllib.loads(file.read_text("utf-8"))["group"]]
    spaced = [group for group in groups if group.get("script") != "cjk"]
    roles, codes = _table("roles.toml"), _table("codes.toml")
    every_role = [word for table in roles.values() for word in table["words"].split()]
    listed = [word for group in spaced for word in group["words"].split()]
    return Vocabulary(
        roles=_roles(listed, roles),
        phrases=_phrases([*_hyphenated(listed), *(phrase for group in spaced for phrase in group.get("phrases", ()))]),
        capital_codes=_spelled(roles["codes"]["words"]),
        sure_codes=_spelled(roles["codes"]["sure"]),
        code=_code(codes),
        kernel=re.compile(_any_of(row["pattern"] for row in codes["kernels"]["patterns"])),
        units=_spelled(codes["units"]["words"]),
        counted=_spelled(codes["counted"]["words"]),
        numbered=_spelled(codes["numbered"]["words"]),
        objects=_spelled(codes["objects"]["words"]),
        volumes=re.compile(codes["volumes"]["pattern"]),
        dose=re.compile(codes["volumes"]["dose"]),
        announcing=_spelled(roles["announcing"]["words"]),
        operations=_spelled(roles["announcing"]["unless"]),
        leading=_spelled(roles["announcing"]["leading"]),
        agents=_spelled(" ".join(group["words"] for group in spaced if group.get("role") == "agent")),
        concentrations=frozenset(map(str, codes["agents"]["numbers"])),
        compounds=tuple(
            sorted(
                {word for word in (*listed, *every_role) if _CONTAINING_PUNCTUATION.search(word)}
                | {word for word in every_role if "-" in word}  # pa-c; words of the lists become phrases (_hyphenated)
            )
        ),
        ideographs=frozenset(
            word for group in groups if group.get("script") == "cjk" for word in group["words"].split()
        ),
        honorifics=frozenset(roles["honorifics_cjk"]["words"].split()),
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.rules("header", "vocabulary", name).read_text("utf-8"))


def _spelled(words: str) -> frozenset[str]:
    """Folded, with and without transliteration: Hüfte is hufte and huefte; læge is laege, and never Lage."""
    return frozenset(folded(spelling) for word in words.split() for spelling in (word, *_keyboards(word)))


def _keyboards(word: str) -> Iterable[str]:
    plainer = word.replace("æ", "ae")
    return [plainer] if plainer.isascii() else transliterated(plainer)


def _roles(listed: Iterable[str], roles: Mapping[str, Any]) -> dict[str, Role]:
    """Where a word is in several lists, the one that keeps less decides."""
    known = _spelled(" ".join(listed))
    namesakes = _spelled(" ".join(group["words"] for group in _table("namesakes.toml")["group"]))
    return {
        **dict.fromkeys(_spelled(roles["fillers"]["words"]), Role.FILLER),
        **dict.fromkeys(known, Role.WORD),
        **dict.fromkeys(known & namesakes, Role.NAMESAKE),
        **dict.fromkeys(_spelled(roles["towards"]["words"]), Role.TOWARDS),
        **dict.fromkeys(_spelled(roles["labels"]["words"]), Role.LABEL),
        **dict.fromkeys(_spelled(roles["suffixes"]["words"]), Role.SUFFIX),
        **dict.fromkeys(_spelled(roles["titles"]["words"]), Role.TITLE),
    }


def _hyphenated(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if "-" in word and not _CONTAINING_PUNCTUATION.search(word))


def _phrases(phrases: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    by_first: dict[str, set[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(_PLAIN.findall(folded(phrase)))
        by_first.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in by_first.items()}


def _code(codes: Mapping[str, Any]) -> re.Pattern[str]:
    units, counted = (
        _any_of(map(re.escape, _spelled(codes["units"]["words"]))),
        _any_of(_spelled(codes["counted"]["words"])),
    )
    objects, volumes = _any_of(_spelled(codes["objects"]["words"])), codes["volumes"]
    patterns = [
        *(row["pattern"] for row in (*codes["code"], *codes["kernels"]["patterns"])),
        rf"(?!(?:19|20)[0-9]{{2}}[st]$){_NUMBER}{units}",
        rf"[0-9]{{1,2}}{counted}",
        rf"{objects}[0-9]{{1,2}}",
        rf"{volumes['pattern']}(?:(?<![0-9]){volumes['dose']})?",
        _SIZE,
    ]
    return re.compile(_any_of(patterns))


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(patterns, key=len, reverse=True))})"
