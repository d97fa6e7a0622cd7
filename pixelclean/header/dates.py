"""Dates and times that stay: moved for Retain Longitudinal Modified Dates, checked for Full Dates (PS3.15 E.3.6).

One shift per patient, always back in time, so that the intervals between all moments of a patient stay as they were.
Whole days leave times of day alone.  An exact shift moves a date together with the time of its item, over midnight where
that is how it falls; a date without a time moves as its noon does, a time without a date within its day.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import TypeVar, final

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.tag import Tag

from pixelclean.header.annex_e.moments import is_in_an_ordinary_year, is_placeholder
from pixelclean.header.identity.harvest import read
from pixelclean.header.instants import Ends, Instant, clock_of, date_of, date_time_of, ends_of, is_zone
from pixelclean.header.values import values_of
from pixelclean.key import ProjectKey

_T = TypeVar("_T")
_TIMEZONE_OFFSET_FROM_UTC = 0x00080201
_SECONDS_OF_A_DAY = 24 * 60 * 60
_READERS: Mapping[str, Callable[[str], Instant | None]] = MappingProxyType(
    {"DA": date_of, "TM": clock_of, "DT": date_time_of}
)
_HALVES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {"DA": ("Date", "Time", "TM"), "TM": ("Time", "Date", "DA")}
)
"""By VR: a word of the keyword, the word instead of it in the keyword of the other half, and the VR of that."""
_UNEVEN: Mapping[str, str] = MappingProxyType(
    {
        "DateOfDocumentOrVerbalTransactionTrial": "TimeOfDocumentCreationOrVerbalTransactionTrial",
        "TimeOfDocumentCreationOrVerbalTransactionTrial": "DateOfDocumentOrVerbalTransactionTrial",
    }
)
"""Halves whose keywords differ in more than that word."""


@final
@dataclass(frozen=True, slots=True)
class Shift:
    """What is added to every moment of a patient: both numbers are negative, or `seconds` is 0 for whole days.

    Without `zones` a moved moment does not tell its offset from UTC.
    """

    days: int
    seconds: int = 0
    zones: bool = True


def day_shift(patient: str, key: ProjectKey, longest_days: int) -> Shift:
    """The patient's shift of 1 to `longest_days` whole days back.

    `patient` is the pseudonym, which a second stage finds in the file too.  Raises ValueError where no day is allowed.
    """
    if longest_days < 1:
        raise ValueError("dates move by at least one day")
    return Shift(-1 - key.below("date-shift", patient, longest_days))


def exact_shift(patient: str, key: ProjectKey, longest_days: int) -> Shift:
    """The same days, and 1 to 86399 seconds more."""
    days = day_shift(patient, key, longest_days).days
    return Shift(days, -1 - key.below("time-shift", patient, _SECONDS_OF_A_DAY - 1))


def shifted(item: Dataset, element: DataElement, shift: Shift) -> str | None:
    """The moved value of an element of `item`, the source, as DICOM text; None where any of it is not understood.

    Empty values stay empty; precision, ranges and zones stay as they are; Timezone Offset From UTC does not move.  None
    as well for anything but DA, TM and DT, and where a moved moment would lie before the year 1.
    """
    texts = _texts(element)
    if texts is None:
        return None
    if element.tag == _TIMEZONE_OFFSET_FROM_UTC:
        return "\\".join(texts) if _are_zones(texts) else None
    values = _moments(texts, vr := _vr(element))
    if values is None:
        return None
    others = _other_halves(item, int(element.tag))[: len(values)] if shift.seconds else ()
    moved = _all_of(_moved(value, other, vr, shift) for value, other in zip_longest(values, others, fillvalue=()))
    return None if moved is None else "\\".join(moved)


def is_well_formed(element: DataElement) -> bool:
    """Whether every value is a possible date, time or zone, so that it can be nothing else; an empty one is."""
    texts = _texts(element)
    if texts is None:
        return False
    if element.tag == _TIMEZONE_OFFSET_FROM_UTC:
        return _are_zones(texts)
    return _moments(texts, _vr(element)) is not None


def as_written(element: DataElement) -> str | None:
    """The values as they are, each in its place, without padding; None where `is_well_formed` is False."""
    texts = _texts(element)
    return "\\".join(texts) if texts is not None and is_well_formed(element) else None


def would_tell(item: Dataset, element: DataElement, shift: Shift) -> bool:
    """Whether the moved value of an element of `item` would tell by how much it was moved.

    It would where a day in it, or a day that its times belong to, stands where nobody entered one: everybody knows which
    day that was (rules/header/moments.toml).
    """
    if (vr := _vr(element)) == "TM":
        values = _other_halves(item, int(element.tag)) if shift.seconds else ()
    else:
        texts = (_texts(element) or ()) if shift.days else ()
        values = () if all(map(is_in_an_ordinary_year, texts)) else _moments(texts, vr) or ()
    return any(end is not None and is_placeholder(end.numbers) for value in values for end in value)


def is_midnight(item: Dataset, element: DataElement) -> bool:
    """Whether times that look like dummies belong to dates, which are there and are understood."""
    return element.VR == "TM" and any(_other_halves(item, int(element.tag)))


def other_half(tag: int) -> int | None:
    """The TM attribute that belongs to a DA attribute, or the other way about; None where there is none."""
    keyword = keyword_for_tag(tag)
    half = _HALVES.get(dictionary_VR(tag)) if keyword else None
    if half is None:
        return None
    word, other_word, vr = half
    other = tag_for_keyword(_UNEVEN.get(keyword, keyword.replace(word, other_word)))
    return other if other is not None and dictionary_VR(other) == vr else None


def _other_halves(item: Dataset, tag: int) -> tuple[Ends, ...]:
    """The values of the attribute that has the times for these dates, or the dates for these times; () for none."""
    other = other_half(tag)
    element = read(item, Tag(other)) if other is not None and other in item else None
    texts = None if element is None else _texts(element)
    return () if element is None or texts is None else _moments(texts, _vr(element)) or ()


def _moved(value: Ends, other: Ends, vr: str, shift: Shift) -> str | None:
    """The text of one moved value; `other` writes the other half of its moments, where it has as many."""
    halves = other if len(other) == len(value) else (None,) * len(value)
    ends = _all_of(_moved_end(end, half, vr, shift) for end, half in zip(value, halves, strict=True))
    return None if ends is None else "-".join(ends)


def _moved_end(end: Instant | None, half: Instant | None, vr: str, shift: Shift) -> str | None:
    """The text of one moved moment: "" for an open end, None where there is no such moment."""
    if end is None:
        return ""
    match vr:
        case "DA":
            moment = end if half is None else end.at(half)
            there = moment.moved(shift.days, shift.seconds)
            return there and there.date
        case "TM":
            there = end.moved(0, shift.seconds) if half is None else half.at(end).moved(shift.days, shift.seconds)
            return there and there.clock
        case _:
            there = end.moved(shift.days, shift.seconds)
            return there and (there if shift.zones else replace(there, zone="")).date_time


def _moments(texts: tuple[str, ...], vr: str) -> tuple[Ends, ...] | None:
    """The values of a DA, TM or DT; None where one is not understood, and for any other VR."""
    moment_of = _READERS.get(vr)
    return None if moment_of is None else _all_of(ends_of(text, moment_of) for text in texts)


def _all_of(values: Iterable[_T | None]) -> tuple[_T, ...] | None:
    """The values, or None where one of them is None."""
    found = tuple(values)
    known = tuple(value for value in found if value is not None)
    return known if len(known) == len(found) else None


def _are_zones(texts: tuple[str, ...]) -> bool:
    return all(text == "" or is_zone(text) for text in texts)


def _vr(element: DataElement) -> str:
    """What the dictionary says, whatever the data set says; what the data set says where the dictionary is silent."""
    return dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else element.VR


def _texts(element: DataElement) -> tuple[str, ...] | None:
    """The values as they are written, without padding; None where they are no text."""
    texts = _all_of(_text(value) for value in values_of(element))
    return texts and tuple(part.strip(" \0") for text in texts for part in text.split("\\"))


def _text(value: object) -> str | None:
    """A value as it was written: beside what it makes of a date or a number, pydicom keeps that."""
    if isinstance(value, bytes):
        return value.decode("ascii") if value.isascii() else None
    written = "" if value is None else getattr(value, "original_string", value)
    return written if isinstance(written, str) else None
