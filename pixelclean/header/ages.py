"""Ages (VR AS, PS3.5 6.2: 3 digits and D, W, M or Y) with the oldest in one group, in bins, and from two dates.

The group holds everybody above the limit and is written as the first year above it: 090Y says 90 or older.
"""

import re

from pixelclean.header.instants import date_of

_AGE = re.compile(r"([0-9]{3})([DWMY])")
_PER_YEAR = {"D": 365.2425, "W": 365.2425 / 7, "M": 12.0, "Y": 1.0}
_PADDING = " \0"
_FROM_YEARS = 2
_MOST = 999


def grouped(value: str, oldest: int) -> str | None:
    """The age without padding, or the group where it is above `oldest` years; "" for "", None for what is no age."""
    text = value.strip(_PADDING)
    if not text:
        return ""
    years = _years(text)
    return None if years is None else group_of_the_oldest(oldest) if years > oldest else text


def is_of_the_oldest(value: str, oldest: int) -> bool:
    """Whether it is an age above `oldest` years, or the group of those; False for what is no age."""
    years = _years(value.strip(_PADDING))
    return years is not None and years > oldest


def group_of_the_oldest(oldest: int) -> str:
    """The age of everybody above `oldest` years."""
    return _in_years(oldest + 1)


def binned(value: str, width: int, oldest: int, lowest: int = 0, highest: int = _MOST) -> str | None:
    """The lower bound, in years, of the bin of `width` years that the age is in; "" for "", None for what is no age.

    Bins start at 0, and the last one is open: it is the one with the first year above `oldest` in it.  So every bin is
    as wide as said or wider, and none tells those above the limit from each other.  With 5 and 89, and with 10 and 89,
    the last is 90 or older; with 20 and 89 it is 80 or older.  The bin that `lowest` lies in is open below and written as
    `lowest`, the one that `highest` lies in is open above.  Raises ValueError where `width` is not positive.
    """
    if width < 1:
        raise ValueError("a bin is at least one year wide")
    text = value.strip(_PADDING)
    if not text:
        return ""
    years = _years(text)
    return None if years is None else _in_years(max(lowest, min(years, highest, oldest + 1) // width * width))


def age_between(birth: str, day: str) -> str | None:
    """The age on a day, both DA: in completed years from 2 years on, in months from 1 month on, in days before.

    None where one of them is no date, where the day is before birth, and above 999 years.  The oldest are not grouped.
    """
    born, now = (date_of(text.strip(_PADDING)) for text in (birth, day))
    if born is None or now is None or now.numbers < born.numbers:
        return None
    months = _months(now.numbers) - _months(born.numbers) - (now.numbers[2] < born.numbers[2])
    if months // 12 > _MOST:
        return None
    if months >= 12 * _FROM_YEARS:
        return _in_years(months // 12)
    return f"{months:03d}M" if months else f"{now.day_number - born.day_number:03d}D"


def _months(numbers: tuple[int, ...]) -> int:
    return numbers[0] * 12 + numbers[1]


def _years(text: str) -> int | None:
    """The completed years of an age; None for what is none."""
    match = _AGE.fullmatch(text)
    return int(int(match[1]) / _PER_YEAR[match[2]]) if match else None


def _in_years(years: int) -> str:
    return f"{years:03d}Y"
