"""What may stay of the value of a safe private element: UIDs and dates follow their options, text is a code or cleaned.

That an element is known to be safe is what a vendor thought it would hold.  People type into fields, and files are
forged; so nothing stays that spells an identifier of the file, and no free text does.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydicom import DataElement, Dataset

from pixelclean.header.annex_e.by_vr import NUMBERS
from pixelclean.header.forms import like
from pixelclean.header.identity.harvest import elements_with_paths
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.impersonal import is_code
from pixelclean.header.private.decoded import TEXT
from pixelclean.header.private.element import SafeElement, Word
from pixelclean.header.private.lists import entry_for, known_creators
from pixelclean.header.private.readable import packed
from pixelclean.header.uids import replaced
from pixelclean.header.values import texts_of, values_of
from pixelclean.key import ProjectKey
from pixelclean.options import Option

_DATES = frozenset(("DA", "TM", "DT"))
_TIME = re.compile("time|date|clock|when", re.IGNORECASE)
_LONGEST_TIME = 20_000  # seconds
_UID = re.compile(r"(?=.{0,64}\Z)((0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*)?")


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the walk knows and the values depend on.

    `cleaned`  a text without what is not known to be safe (header/descriptors)
    `dated`    what the date option makes of a DA, TM or DT; None where it goes, as without such an option
    """

    options: Sequence[Option]
    key: ProjectKey
    identifiers: Identifiers
    cleaned: Callable[[str], str]
    dated: Callable[[DataElement], object | None]


def value_of(safe: SafeElement, treatment: Treatment) -> object | None:
    """The value that may stay; None where the element goes.

    Of a sequence these are the items of the source, for the walk to clean; then `stays` says whether it has a place.
    """
    element = safe.element
    value: object = element.value
    if safe.creator not in known_creators() and treatment.identifiers.loose_terms.found_in((safe.creator,)):
        return None
    if safe.word is Word.REPLACED or element.VR == "SQ":
        return value
    if element.VR == "UI":
        return _uids(safe, treatment)
    if element.VR in _DATES:
        return treatment.dated(element)
    if Option.RETAIN_FULL_DATES not in treatment.options and _tells_a_moment(safe):
        return None
    kept = _text(safe, treatment) if element.VR in TEXT else value
    return None if kept is None or _identifies(like(element, kept), treatment.identifiers) else kept


def stays(safe: SafeElement, items: Sequence[Dataset]) -> bool:
    """Whether a sequence keeps its place, by its items after they were cleaned.

    One on a list does.  One that the instance vouches for does where anything is left in it.  One that nobody vouches
    for says nothing that is known to be safe itself; it stays where it carries a private block that is.
    """
    if safe.word is Word.PARSED:
        return any(int(element.tag) >> 16 & 1 for item in items for _, element in elements_with_paths(item))
    return safe.word is not Word.VOUCHED or any(len(item) for item in items)


def _tells_a_moment(safe: SafeElement) -> bool:
    """Whether numbers that are times by what the list says of them count from a day that everybody knows.

    What a machine measures lasts hours at most; seconds since 1970 and days since 1900 are more.
    """
    entry = entry_for((safe.creator, safe.source_tag >> 16, safe.source_tag & 0xFF))
    if safe.vr not in NUMBERS | {"DS", "IS"} or entry is None or _TIME.search(entry.meaning) is None:
        return False
    return any(abs(float(str(value))) >= _LONGEST_TIME for value in values_of(safe.element) if str(value).strip())


def _uids(safe: SafeElement, treatment: Treatment) -> str:
    texts = [str(value).strip(" \0") for value in values_of(safe.element)]
    retained = Option.RETAIN_UIDS in treatment.options and safe.word is not Word.NEW_UID
    if retained and all(map(_UID.fullmatch, texts)):
        return "\\".join(texts)
    return "\\".join(replaced(text, treatment.key) for text in texts)


def _text(safe: SafeElement, treatment: Treatment) -> str | None:
    """What stays of free text; None where nothing does.

    A device's own code and known words stay as they are.  Anything more is for the Clean Descriptors Option, and so is
    every text that nothing but the instance vouches for.
    """
    is_listed = safe.word is Word.LISTED
    texts = [str(value).strip(" \0") for value in values_of(safe.element)]
    cleaned = [text if is_listed and is_code(text) else treatment.cleaned(text) for text in texts]
    if Option.CLEAN_DESCRIPTORS not in treatment.options:
        return "\\".join(texts) if is_listed and cleaned == texts else None
    return "\\".join(cleaned) if any(cleaned) or not any(texts) else None


def _identifies(element: DataElement, identifiers: Identifiers) -> bool:
    """Whether the value spells an identifier of the file, looked for as greedily as in any text that is retained."""
    terms, texts = identifiers.loose_terms, texts_of(element)
    match element.VR:
        case vr if vr in NUMBERS:
            return terms.stand_among(values_of(element)) or identifiers.needles.found_in(packed(element))
        case "DS" | "IS":
            return any(map(terms.is_number, texts))
        case "CS":
            return any(map(terms.found_in_coded, texts))
        case vr if vr in TEXT:
            return terms.found_in(texts) or any(terms.is_whole(text) or terms.is_name(text) for text in texts)
        case _:
            return isinstance(element.value, bytes) and identifiers.needles.found_in(element.value)
