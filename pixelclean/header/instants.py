"""Moments as values of DA, TM and DT write them (PS3.5 6.2), and how they move in time.

A value writes a moment to some precision: a DT may end with its year, a TM with its hour.  What is not written is taken
as its middle, so that half of such values round up and half down when they move, and it is not written afterwards.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, final

_DATE = re.compile(r"[0-9]{8}|[0-9]{4}\.[0-9]{2}\.[0-9]{2}")  # the second as in ACR-NEMA 300
_CLOCK = re.compile(r"((?:[0-9]{2}){1,2}|[0-9]{6}|[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(\.[0-9]{1,6})?")  # likewise
_DATE_TIME = re.compile(r"([0-9]{4}(?:[0-9]{2}){0,5})(\.[0-9]{1,6})?([+-][0-9]{4})?")
_ZONE = re.compile(r"(?!-0000)[+-][0-9]{2}[0-5][0-9]")
_WESTERNMOST, _EASTERNMOST = -1200, 1400
_LONGEST_RANGE = 2 * 26 + 1  # characters: two DT and a hyphen

_SOME_DAY = (2000, 1, 1)
_DAY = 24 * 60 * 60
_LAST_DAY = dt.date.max.toordinal()
_WRITTEN_TO_SECONDS = 6
_MIDDLES = {1: (7, 2, 12, 0, 0), 2: (16, 12, 0, 0), 3: (12, 0, 0), 4: (30, 0), 5: (30,), 6: ()}
"""What stands for the parts that are not written, by the number of those that are: noon for the time of a day."""


@final
@dataclass(frozen=True, slots=True)
class Instant:
    """What one value writes of a moment.

    `numbers` are year, month, day, hour, minute and second, as many of them as are written; a time of day stands on
    some day.  `fraction` with its point and `zone` with its sign are texts that no shift changes.
    """

    numbers: tuple[int, ...]
    fraction: str = ""
    zone: str = ""

    @property
    def date(self) -> str:
        """As a DA."""
        return _digits(self.numbers[:3])

    @property
    def clock(self) -> str:
        """As a TM."""
        return "".join(f"{number:02d}" for number in self.numbers[3:]) + self.fraction

    @property
    def date_time(self) -> str:
        """As a DT."""
        return _digits(self.numbers) + self.fraction + self.zone

    def at(self, clock: "Instant") -> "Instant":
        """The moment on this day at that time of day."""
        return replace(clock, numbers=self.numbers[:3] + clock.numbers[3:])

    def moved(self, days: int, seconds: int) -> "Instant | None":
        """The moment that much later, to the same precision; None outside the years 1 to 9999.

        Whole days leave the time of day alone, even in a leap second, which otherwise counts as the next second.
        """
        hour, minute, second = self._filled[3:]
        carried = 0
        if seconds:
            carried, of_day = divmod(hour * 3600 + minute * 60 + second + seconds, _DAY)
            hour, minute, second = of_day // 3600, of_day // 60 % 60, of_day % 60
        number = self.day_number + days + carried
        if not 1 <= number <= _LAST_DAY:
            return None
        there = dt.date.fromordinal(number)
        moved = (there.year, there.month, there.day, hour, minute, second)
        return replace(self, numbers=moved[: len(self.numbers)])

    @property
    def day_number(self) -> int:
        """Days from the beginning of the Gregorian calendar; of a possible moment only."""
        year, month, day = self._filled[:3]
        return dt.date(year, month, day).toordinal()

    @property
    def is_possible(self) -> bool:
        """Whether calendar and clock have it; 60 is the leap second (PS3.5 6.2, TM and DT)."""
        hour, minute, second = self._filled[3:]
        try:
            _ = self.day_number
        except ValueError:
            return False
        return hour < 24 and minute < 60 and second <= 60

    @property
    def _filled(self) -> tuple[int, ...]:
        return self.numbers + _MIDDLES[len(self.numbers)]


Ends: TypeAlias = tuple[Instant | None, ...]
"""What one value writes: nothing, one moment, or the two ends of a range, None for an open one."""


def ends_of(text: str, moment_of: Callable[[str], Instant | None]) -> Ends | None:
    """The moments of one value without padding, a range of PS3.4 C.2.2.2.5 included; None where it is not understood.

    A hyphen is also the sign of a zone: what can be read in two ways is not understood.
    """
    if not text:
        return ()
    if len(text) > _LONGEST_RANGE:
        return None
    if (moment := moment_of(text)) is not None:
        return (moment,)
    ranges = [_range(text[: hyphen.start()], text[hyphen.end() :], moment_of) for hyphen in re.finditer("-", text)]
    readings = [ends for ends in ranges if ends is not None]
    return readings[0] if len(readings) == 1 else None


def _range(start: str, end: str, moment_of: Callable[[str], Instant | None]) -> Ends | None:
    first, last = (moment_of(text) if text else None for text in (start, end))
    if (first is None) != (start == "") or (last is None) != (end == ""):
        return None
    if first is None or last is None:
        return None if first is last else (first, last)
    # Backwards, it is no range but a date and what may be meant as a zone.
    days = min(len(first.numbers), len(last.numbers), 3)
    return (first, last) if first.numbers[:days] <= last.numbers[:days] else None


def date_of(text: str) -> Instant | None:
    """The day of a DA without padding, YYYYMMDD or YYYY.MM.DD; None where it is none."""
    if not _DATE.fullmatch(text):
        return None
    return _possible(Instant(_numbers(text.replace(".", ""))))


def clock_of(text: str) -> Instant | None:
    """The time of day of a TM without padding, HHMMSS.FFFFFF or HH:MM:SS.FFFFFF; None where it is none."""
    if not (match := _CLOCK.fullmatch(text)):
        return None
    digits = match[1].replace(":", "")
    numbers = _SOME_DAY + tuple(int(digits[place : place + 2]) for place in range(0, len(digits), 2))
    return _possible(Instant(numbers, match[2] or ""))


def date_time_of(text: str) -> Instant | None:
    """The moment of a DT without padding; None where it is none."""
    if not (match := _DATE_TIME.fullmatch(text)) or (match[3] and not is_zone(match[3])):
        return None
    return _possible(Instant(_numbers(match[1]), match[2] or "", match[3] or ""))


def is_zone(text: str) -> bool:
    """Whether the text is an offset from UTC such as +0130, from -1200 to +1400; -0000 is none (PS3.3 C.12.1.1.8)."""
    return bool(_ZONE.fullmatch(text)) and _WESTERNMOST <= int(text) <= _EASTERNMOST


def _possible(instant: Instant) -> Instant | None:
    is_bare = not instant.fraction or len(instant.numbers) == _WRITTEN_TO_SECONDS
    return instant if is_bare and instant.is_possible else None


def _numbers(digits: str) -> tuple[int, ...]:
    """Four digits, then two by two."""
    return (int(digits[:4]), *(int(digits[place : place + 2]) for place in range(4, len(digits), 2)))


def _digits(numbers: tuple[int, ...]) -> str:
    return f"{numbers[0]:04d}" + "".join(f"{number:02d}" for number in numbers[1:])
