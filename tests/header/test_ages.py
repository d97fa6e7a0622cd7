"""Ages: the oldest in one group, bins that do not overlap, and the age on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.header.ages import age_between, binned, grouped

ages = st.builds(lambda number, unit: f"{number:03d}{unit}", st.integers(0, 999), st.sampled_from("DWMY"))
limits = st.integers(0, 120)
widths = st.integers(1, 130)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))

NO_AGES = ("57Y", "0057Y", "057y", "057", "Y057", "057 Y", "57", "ZOE", "05٧Y", "-57Y", "057Y\n", "057Y\\058Y", "1080M")


@pytest.mark.parametrize("text", NO_AGES)
def test_what_is_no_age_is_not_understood(text: str) -> None:
    assert grouped(text, 89) is None and binned(text, 5, 89) is None


@pytest.mark.parametrize(
    "before, after",
    [
        ("089Y", "089Y"),
        ("090Y", "090Y"),
        ("091Y", "090Y"),
        ("150Y", "090Y"),
        ("000Y", "000Y"),
        ("999M", "999M"),
        ("003D", "003D"),
        ("057Y ", "057Y"),
        ("057Y\0", "057Y"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_ages_above_the_limit_are_one_group(before: str, after: str) -> None:
    assert grouped(before, 89) == after


@pytest.mark.parametrize(
    "text, oldest, after",
    [
        ("732M", 60, "061Y"),
        ("731M", 60, "731M"),
        ("999W", 18, "019Y"),
        ("990W", 18, "990W"),
        ("999D", 1, "002Y"),
        ("730D", 1, "730D"),
    ],
)
def test_months_weeks_and_days_are_compared_as_completed_years(text: str, oldest: int, after: str) -> None:
    assert grouped(text, oldest) == after


@given(ages, limits)
def test_a_group_tells_nothing_more_than_that_it_is_the_group(age: str, oldest: int) -> None:
    group = f"{oldest + 1:03d}Y"
    assert grouped(age, oldest) in {age, group}
    assert age[3] != "Y" or (grouped(age, oldest) == age) == (int(age[:3]) <= oldest + 1)


@pytest.mark.parametrize(
    "before, width, after",
    [
        ("057Y", 5, "055Y"),
        ("055Y", 5, "055Y"),
        ("054Y", 5, "050Y"),
        ("089Y", 5, "085Y"),
        ("090Y", 5, "090Y"),
        ("104Y", 5, "090Y"),
        ("011M", 5, "000Y"),
        ("063M", 5, "005Y"),
        ("300W", 5, "005Y"),
        ("020D", 5, "000Y"),
        ("079Y", 20, "060Y"),
        ("080Y", 20, "080Y"),
        ("095Y", 20, "080Y"),
        ("", 5, ""),
    ],
)
def test_a_bin_is_written_as_its_lower_bound(before: str, width: int, after: str) -> None:
    assert binned(before, width, 89) == after


@given(ages, widths, limits, st.tuples(limits, limits).map(sorted))
def test_bounds_of_ages_hold_and_a_second_stage_alters_nothing(
    age: str, width: int, oldest: int, bounds: list[int]
) -> None:
    lowest, highest = min(bounds[0], oldest), bounds[1]
    text = binned(age, width, oldest, lowest, highest)
    assert text is not None and lowest <= int(text[:3]) <= max(lowest, highest)
    assert binned(text, width, oldest, lowest, highest) == text
    assert binned(f"{oldest + 1:03d}Y", width, oldest, lowest, highest) == binned(
        "999Y", width, oldest, lowest, highest
    )


@given(st.integers(0, 999), widths, limits)
def test_an_age_lies_in_its_bin_and_the_last_bin_is_open(years: int, width: int, oldest: int) -> None:
    text = binned(f"{years:03d}Y", width, oldest)
    last = binned(f"{oldest + 1:03d}Y", width, oldest)
    assert text is not None and last is not None
    lower = int(text[:3])
    assert lower % width == 0 and lower <= years
    assert years < lower + width or text == last


@given(st.integers(0, 999), st.integers(0, 999), widths, limits)
def test_nobody_above_the_limit_is_told_from_another(one: int, two: int, width: int, oldest: int) -> None:
    above = [f"{max(years, oldest + 1):03d}Y" for years in (one, two)]
    assert binned(above[0], width, oldest) == binned(above[1], width, oldest)


@given(ages, widths, limits)
def test_a_second_stage_changes_no_bin_and_no_group(age: str, width: int, oldest: int) -> None:
    in_bin, in_group = binned(age, width, oldest), grouped(age, oldest)
    assert in_bin is not None and in_group is not None
    assert binned(in_bin, width, oldest) == in_bin
    assert grouped(in_group, oldest) == in_group
    assert binned(in_group, width, oldest) == in_bin


def test_a_bin_without_width_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one year"):
        binned("057Y", 0, 89)


@pytest.mark.parametrize(
    "birth, day, age",
    [
        ("19770707", "20070706", "029Y"),
        ("19770707", "20070707", "030Y"),
        ("20000229", "20020228", "023M"),
        ("20000229", "20020301", "002Y"),
        ("20060717", "20070717", "012M"),
        ("20070617", "20070717", "001M"),
        ("20070618", "20070717", "029D"),
        ("20070131", "20070228", "028D"),
        ("20070717", "20070717", "000D"),
        ("1977.07.07", "20070707 ", "030Y"),
        ("19000101", "20000101", "100Y"),
        ("10000101", "19991231", "999Y"),
    ],
)
def test_the_age_on_a_day(birth: str, day: str, age: str) -> None:
    assert age_between(birth, day) == age


@pytest.mark.parametrize(
    "birth, day",
    [
        ("20070718", "20070717"),
        ("", "20070717"),
        ("19770707", ""),
        ("19771307", "20070717"),
        ("1977", "20070717"),
        ("19770707-", "20070717"),
        ("10000101", "20000101"),
    ],
)
def test_no_age_without_two_dates_in_order(birth: str, day: str) -> None:
    assert age_between(birth, day) is None


@given(days, st.integers(0, 40_000))
def test_an_age_is_an_age_and_near_the_days_lived(birth: date, lived: int) -> None:
    age = age_between(f"{birth:%Y%m%d}", f"{birth + timedelta(lived):%Y%m%d}")
    assert age is not None and grouped(age, 998) == age
    number, shortest = int(age[:3]), {"D": 1.0, "M": 365.2425 / 12, "Y": 365.2425}[age[3]]
    assert number * shortest - 3 <= lived < (number + 1) * shortest + 3
