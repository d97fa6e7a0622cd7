"""Numbers that begin with a day or an ID of the file and go on with a counter or a time, and seconds that tell a day.

A series is numbered 2019071101, an acquisition by its patient's number and a digit, an instance by the seconds since
1970.  What no device counts up to by chance is looked for, and nothing shorter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self, final

from pixelclean.header.identity.identifier import day_of

_WHOLE_DAYS = ("%Y%m%d", "%d%m%Y", "%m%d%Y")
_SHORT_DAY = "%y%m%d"
_SHORT_DAY_DIGITS = 6
_MOST_BEHIND_A_DAY = 6  # a counter, or a time to the second
_LENGTHS_WITH_A_SHORT_DAY = range(8, 11)
_LEAST_ID = 6
_MOST_BEHIND_AN_ID = 3
_EPOCH = date(1970, 1, 1)
_SECONDS_OF_A_DAY = 86_400
_DAYS_OF_A_COUNT = {10: _SECONDS_OF_A_DAY, 13: _SECONDS_OF_A_DAY * 1000}
"""By the length of a count since 1970, in seconds or milliseconds, how many of them a day has."""

FEWEST_DIGITS = _LEAST_ID + 1


@final
@dataclass(frozen=True, slots=True, repr=False)
class Counted:
    """What such numbers begin with: days with all digits of their year and with two, IDs; and days since 1970."""

    days: frozenset[str]
    short_days: frozenset[str]
    ids: frozenset[str]
    since_1970: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[str], ids: Iterable[str]) -> Self:
        """`days` as DICOM writes them; of `ids` those in digits count that are long enough."""
        known = {day for text in days if (day := day_of(text)) is not None}
        # A binary number has no leading zeros, nor has an ID that is counted on.
        written = {day.strftime(form).lstrip("0") for day in known for form in _WHOLE_DAYS}
        numbers = {form for text in ids if text.isascii() and text.isdecimal() for form in (text, text.lstrip("0"))}
        return cls(
            frozenset(written | {day.strftime(form) for day in known for form in _WHOLE_DAYS}),
            frozenset(day.strftime(_SHORT_DAY) for day in known),
            frozenset(number for number in numbers if len(number) >= _LEAST_ID),
            # Local days begin before those of Greenwich, or after.
            frozenset((day - _EPOCH).days + near for day in known for near in (-1, 0, 1)),
        )

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.days or self.ids)

    def holds(self, digits: str) -> bool:
        """Whether a number, as its decimal digits, is one of these."""
        size = len(digits)
        if size < FEWEST_DIGITS:
            return False
        day_unit = _DAYS_OF_A_COUNT.get(size)
        return (
            (day_unit is not None and int(digits) // day_unit in self.since_1970)
            or (size in _LENGTHS_WITH_A_SHORT_DAY and digits[:_SHORT_DAY_DIGITS] in self.short_days)
            or any(digits[:end] in self.days for end in (7, 8) if 0 < size - end <= _MOST_BEHIND_A_DAY)
            or any(digits[:-behind] in self.ids for behind in range(1, _MOST_BEHIND_AN_ID + 1))
        )
