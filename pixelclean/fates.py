"""Fates: what becomes of every attribute of one object on its way out, told from the data sets themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydicom import Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header import Action, Cleaned, Fate

_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_FOLLOWS = "follows the pixel data"
_OVERLAY = "an overlay plane leaves without what may be text, or not at all (PS3.15 E.3.3)"
_WHY = {
    0x00120062: "says that the identity was removed (PS3.15 E.1.1)",
    0x00120063: "says by what it was removed (PS3.15 E.1.1)",
    0x00120064: "says by which profile and options it was removed (PS3.15 E.1.1)",
    0x04000500: "originals, encrypted for the recipients (PS3.15 E.1.1)",
    0x0018A001: "names the de-identifying equipment (PS3.3 C.12.1.1.5)",
    0x00280301: "says what was established about burned-in text (PS3.15 E.3.1)",
    0x00280302: "says whether a face may show",
}


class Becomes(StrEnum):
    """What an output says of an attribute, compared with its source."""

    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Told:
    """What becomes of one attribute, and why; never a value.

    `path` is that of `header.Fate`; `action` is None where no action of Annex E decided: marks, and what the pixels say.
    """

    path: str
    keyword: str
    becomes: Becomes
    action: Action | None
    why: str


def told(source: Dataset, cleaned: Cleaned, leaving: Dataset, treatment: str) -> tuple[Told, ...]:
    """The fate of every attribute, in the order of the data set.

    `cleaned` is the header before anything was claimed, `leaving` the data set as it leaves, with marks and pixels, and
    `treatment` says what became of its pixel data.
    """
    later = {tag for tag in {*cleaned.dataset.keys(), *leaving.keys()} if not _same(cleaned.dataset, leaving, tag)}
    fates = {fate.path: fate for fate in cleaned.fates}  # where an element was treated twice, the last word counts
    gone = {int(path, 16) for path, fate in fates.items() if len(path) == 8 and fate.action is not Action.KEEP} | later
    lines = [
        *(_of_later(source, leaving, tag, treatment) for tag in later),
        *_of_cleaning(source, leaving, (fate for fate in fates.values() if _top(fate) not in later), treatment, gone),
    ]
    return tuple(sorted(lines, key=lambda line: (line.path[:8], len(line.path) > 8)))


def _of_later(source: Dataset, leaving: Dataset, tag: int, treatment: str) -> Told:
    """An attribute that is not as the cleaning left it: a mark, or one that describes the pixels."""
    otherwise = _OVERLAY if tag >> 24 == 0x60 else _FOLLOWS
    why = treatment if tag in _PIXELS else _WHY.get(tag, otherwise)
    return Told(f"{tag:08X}", keyword_for_tag(tag), _compared(source, leaving, tag), None, why)


def _of_cleaning(
    source: Dataset, leaving: Dataset, fates: Iterator[Fate], treatment: str, gone: set[int]
) -> Iterator[Told]:
    for fate in fates:
        tag, why = _top(fate), fate.why
        if len(fate.path) > 8:
            if tag in gone:
                continue  # the sequence around it does not leave as the walk left it
            becomes = _of_item(fate)
        elif tag in source and tag in leaving:
            # What was made anew may come out as it was: a pseudonym of an earlier stage stands for itself.
            becomes = _compared(source, leaving, tag) if fate.changed else Becomes.KEPT
            why = treatment if tag in _PIXELS else why
        elif tag in source or tag in leaving:
            becomes = Becomes.REMOVED if tag in source else Becomes.ADDED
        else:
            continue
        yield Told(fate.path, fate.keyword, becomes, fate.action, why)


def _of_item(fate: Fate) -> Becomes:
    if fate.action is Action.REMOVE:
        return Becomes.REMOVED
    return Becomes.CHANGED if fate.changed else Becomes.KEPT


def _top(fate: Fate) -> int:
    return int(fate.path[:8], 16)


def _compared(source: Dataset, leaving: Dataset, tag: int) -> Becomes:
    if tag not in leaving:
        return Becomes.REMOVED
    if tag not in source:
        return Becomes.ADDED
    return Becomes.KEPT if _same(source, leaving, tag) else Becomes.CHANGED


def _same(one: Dataset, other: Dataset, tag: int) -> bool:
    if (tag in one) != (tag in other):
        return False
    if tag not in one:
        return True
    before, after = one[tag], other[tag]
    if "SQ" in (before.VR, after.VR):
        return before.VR == after.VR and _alike(list(before.value or ()), list(after.value or ()))
    values = [list(each.value) if each.VM > 1 else [each.value] for each in (before, after)]
    return len(values[0]) == len(values[1]) and all(map(_equal, *values))


def _equal(before: Any, after: Any) -> bool:
    """Whether two values are equal, or both not a number."""
    return bool(before == after) or str(before) == str(after) == "nan"


def _alike(some: list[Dataset], others: list[Dataset]) -> bool:
    return len(some) == len(others) and all(
        _same(one, other, tag) for one, other in zip(some, others, strict=True) for tag in {*one.keys(), *other.keys()}
    )
