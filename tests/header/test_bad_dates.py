"""Dates, times and ages as they are found in files: understood and treated, or gone."""

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from bad_files import a_policy, element, everything, instance, outputs, shipped, treated
from pydicom import Dataset

from pixelclean.errors import Refused
from pixelclean.options import Option
from pixelclean.policy import DateShift, Policy

STUDY_DATE, BIRTH_DATE, STUDY_TIME, MOMENT, AGE = 0x00080020, 0x00100030, 0x00080030, 0x0008002A, 0x00101010
FULL = a_policy("full", Option.RETAIN_FULL_DATES)
DAYS = a_policy("days", Option.RETAIN_MODIFIED_DATES, shift=DateShift.DAYS)
EXACT = a_policy("days and seconds", Option.RETAIN_MODIFIED_DATES, shift=DateShift.DAYS_AND_SECONDS)
CHARACTERISTICS = a_policy("characteristics", Option.RETAIN_PATIENT_CHARACTERISTICS)
NO_DATES = [
    *("0000", "00000000", "20231305", "20230230", "19000229", "20230100", "20230132", "2023", "202301", "9999", "0"),
    *("Sentinel", "2023/01/05", "2023-01-05", "20230105T", "20230105120000", "２０２３0105", "05.01.2023", "2023.1.5"),
    *("--", "20230105--20230106", "20230106-20230105", r"20230101\Sentinel", "20230101-Sentinel", "20230105 20230106"),
]
NO_TIMES = ["240000", "9999", "25", "2400", "126000", "120061", "101010.1234567", "12.5", "Sentinel", "-1", r"1010\Zoe"]
NO_MOMENTS = [
    *("20230105240000", "20231305", "00000000000000", "20230105101010+9999", "20230105101010.1234567", "Sentinel"),
    *(r"20230105\Sentinel", "20230105101010+01", "20230105+0175", "202301051", "2023-01-05T10:10:10"),
]
NO_AGES = [
    "ABC",
    "57",
    " 57Y",
    "57Y",
    "057y",
    "1080M",
    "Y057",
    "057.5Y",
    "-05Y",
    "０５７Y",
    "057Y 19610713",
    r"057Y\Zoe",
]


def of(policy: Policy, *elements: bytes) -> Dataset:
    return treated(instance(element(0x00100010, "PN", "Sentinel^Zoe"), *elements), policy).dataset


def value(dataset: Dataset, tag: int) -> str:
    """The values with their backslashes; "" for none."""
    found = dataset[tag].value if tag in dataset else ""
    return found if isinstance(found, str) else "\\".join(found or ())


def moved(policy: Policy, text: str, tag: int = STUDY_DATE, vr: str = "DA", *others: bytes) -> str:
    return value(of(policy, element(tag, vr, text), *others), tag)


def day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def shift_of(policy: Policy) -> timedelta:
    """By how much the policy moves a known date of the patient."""
    return day(moved(policy, "20230105")) - date(2023, 1, 5)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_neither_kept_nor_moved(text: str) -> None:
    for policy in (FULL, DAYS, EXACT, *everything()):
        dataset = of(
            policy, element(STUDY_DATE, "DA", text), element(BIRTH_DATE, "DA", text), element(0x00080022, "DA", text)
        )
        assert {value(dataset, tag) for tag in (STUDY_DATE, BIRTH_DATE, 0x00080022)} == {""}


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_neither_kept_nor_moved(text: str) -> None:
    for policy in (FULL, DAYS, EXACT, *everything()):
        assert moved(policy, text, STUDY_TIME, "TM", element(STUDY_DATE, "DA", "20230105")) == ""


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_moment_is_neither_kept_nor_moved(text: str) -> None:
    for policy in (FULL, DAYS, EXACT, *everything()):
        assert moved(policy, text, MOMENT, "DT") == ""


@pytest.mark.parametrize(
    "tag, vr", [(STUDY_DATE, "DA"), (STUDY_TIME, "TM"), (MOMENT, "DT"), (0x0040A120, "DT"), (0x00189804, "DT")]
)
def test_a_name_in_the_place_of_a_date_is_passed_on_by_no_policy(tag: int, vr: str) -> None:
    for text in ("Sentinel^Zoe", "Sentinel", "19610713Sentinel", "Sentinel-19610713"):
        for output in outputs(instance(element(0x00100010, "PN", "Sentinel^Zoe"), element(tag, vr, text))):
            assert "sentinel" not in output.text


@pytest.mark.parametrize("vr", ["US", "UL", "SS", "FD", "FL", "SL", "AT", "OB", "OW", "UN", "UV"])
def test_a_date_in_binary_is_a_date_or_gone(vr: str) -> None:
    """Its bytes may be what the attribute says; they are never passed on as numbers."""
    dataset = of(FULL, element(STUDY_DATE, vr, "20230105"))
    assert value(dataset, STUDY_DATE) in ("", "20230105")
    for policy in (DAYS, EXACT):
        assert b"20230105" not in treated(instance(element(STUDY_DATE, vr, "20230105")), policy).data


@pytest.mark.parametrize(
    "text",
    [
        "20230105",
        "2023.01.05",
        "20230105-20230107",
        "-20230105",
        "20230105-",
        r"20230105\20230107",
        r"\20230105",
        r"20230105\\20230107",
    ],
)
def test_full_dates_are_as_they_were_each_in_its_place(text: str) -> None:
    assert moved(FULL, text) == text


@pytest.mark.parametrize("policy", [DAYS, EXACT])
def test_moved_dates_keep_their_distances_in_whatever_form_they_come(policy: Policy) -> None:
    by = shift_of(policy)
    assert timedelta(-3651) <= by < timedelta(0)
    there = f"{date(2023, 1, 5) + by:%Y%m%d}"
    for text, expected in (
        ("2023.01.05", there),
        (" 20230105", there),
        ("20230105\0", there),
        ("20230105-", f"{there}-"),
        ("-20230105", f"-{there}"),
        (r"\20230105", rf"\{there}"),
        (r"20230105\2023.01.05", rf"{there}\{there}"),
        ("20230105-20230105", f"{there}-{there}"),
    ):
        assert moved(policy, text) == expected
    for other in ("20240229", "19000301", "20990101"):
        assert day(moved(policy, other)) - day(other) == by


def test_a_date_that_would_leave_the_calendar_is_gone() -> None:
    for policy in (DAYS, EXACT):
        assert moved(policy, "00010101") == ""


@pytest.mark.parametrize("zone", ["+0100", "-0500", "+1400", ""])
def test_a_moment_keeps_its_zone_and_moves_with_the_dates(zone: str) -> None:
    by = shift_of(DAYS)
    there = f"{date(2023, 1, 5) + by:%Y%m%d}"
    assert moved(DAYS, f"20230105101010.123456{zone}", MOMENT, "DT") == f"{there}101010.123456{zone}"
    assert moved(FULL, f"20230105101010.123456{zone}", MOMENT, "DT") == f"20230105101010.123456{zone}"
    assert moved(EXACT, f"20230105101010.123456{zone}", MOMENT, "DT").endswith(f".123456{zone}")


def test_an_exact_shift_moves_date_and_time_together() -> None:
    pairs = [("20230105", "000001"), ("20230105", "235959"), ("20240229", "120000")]
    shifts = set()
    for day_text, time_text in pairs:
        dataset = of(EXACT, element(STUDY_DATE, "DA", day_text), element(STUDY_TIME, "TM", time_text))
        before, after = (
            datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - both without a zone
            for text in (day_text + time_text, value(dataset, STUDY_DATE) + value(dataset, STUDY_TIME))
        )
        shifts.add(after - before)
    assert len(shifts) == 1 and shifts.pop() < timedelta(0)


def test_a_time_beside_no_date_moves_within_its_day_and_tells_nothing_of_the_date() -> None:
    for text in ("2023.13.05", "Sentinel", ""):
        dataset = of(EXACT, element(STUDY_DATE, "DA", text), element(STUDY_TIME, "TM", "101010"))
        assert value(dataset, STUDY_DATE) == "" and len(value(dataset, STUDY_TIME)) == 6


# birth dates


@pytest.mark.parametrize("text", ["19610713", *NO_DATES])
def test_a_birth_date_is_empty_unless_an_order_says_otherwise(text: str) -> None:
    for policy in (FULL, DAYS, EXACT, *(policy for policy in shipped() if policy.name != "pseudonymize")):
        assert value(of(policy, element(BIRTH_DATE, "DA", text)), BIRTH_DATE) == ""


def test_an_order_keeps_or_moves_a_birth_date_that_is_one() -> None:
    keep, clean = a_policy("keep", PatientBirthDate="keep"), a_policy("clean", PatientBirthDate="clean")
    both = a_policy("clean all", Option.RETAIN_MODIFIED_DATES, PatientBirthDate="clean")
    assert moved(keep, "1961.07.13", BIRTH_DATE) == "1961.07.13"
    assert moved(clean, "19610713", BIRTH_DATE) not in ("", "19610713")
    dataset = of(both, element(BIRTH_DATE, "DA", "19610713"), element(STUDY_DATE, "DA", "20230105"))
    assert day(value(dataset, STUDY_DATE)) - day(value(dataset, BIRTH_DATE)) == date(2023, 1, 5) - date(1961, 7, 13)
    for policy in (keep, clean, both):
        assert {moved(policy, text, BIRTH_DATE) for text in NO_DATES} == {""}


# ages


@pytest.mark.parametrize("text", NO_AGES)
def test_what_is_no_age_is_gone_under_every_policy(text: str) -> None:
    orders = [
        a_policy("keep", PatientAge="keep"),
        a_policy("bin", PatientAge={"bin": 5}),
        a_policy("derive", PatientAge="derive"),
    ]
    for policy in (CHARACTERISTICS, *orders, *shipped(), *everything()):
        assert moved(policy, text, AGE, "AS") == ""


@pytest.mark.parametrize(
    "text, kept, binned",
    [
        ("057Y", "057Y", "055Y"),
        ("089Y", "089Y", "085Y"),
        ("090Y", "090Y", "090Y"),
        ("999Y", "090Y", "090Y"),
        (r"095Y\096Y", r"090Y\090Y", r"090Y\090Y"),
        (r"095Y\020Y", r"090Y\020Y", r"090Y\020Y"),
        ("000D", "000D", "000Y"),
        ("999M", "999M", "080Y"),
        ("057Y\0", "057Y", "055Y"),
    ],
)
def test_the_oldest_are_one_group_and_bins_have_lower_bounds(text: str, kept: str, binned: str) -> None:
    for vr in ("AS", "LO", "UN", "CS", "US"):
        if vr != "US" or len(text) % 2 == 0:
            assert moved(CHARACTERISTICS, text, AGE, vr) == kept
    assert moved(a_policy("bin", PatientAge={"bin": 5}), text, AGE, "AS") == binned


def test_an_age_is_worked_out_from_dates_that_are_dates_only() -> None:
    policy = a_policy("derive", PatientAge="derive")
    for born, now, age in (
        ("19610713", "20230105", "061Y"),
        ("19000101", "20230105", "090Y"),
        ("20231305", "20230105", ""),
        ("0000", "20230105", ""),
        ("20230106", "20230105", ""),
        ("19610713", "2023.01.05", "061Y"),
        ("Sentinel", "Sentinel", ""),
    ):
        assert value(of(policy, element(BIRTH_DATE, "DA", born), element(STUDY_DATE, "DA", now)), AGE) == age


@pytest.mark.parametrize("text", ["Sentinel", "inf", "nan", "72,5", "0x41", "７２", "1_000", "--5", r"70\Zoe"])
def test_a_weight_that_is_no_number_is_gone_or_stops_the_file(text: str) -> None:
    policy = a_policy("bin", Option.RETAIN_PATIENT_CHARACTERISTICS, PatientWeight={"bin": 10, "from": 40, "to": 120})
    for vr in ("LO", "UN", "SH", "CS"):
        for each in (policy, CHARACTERISTICS):
            with suppress(Refused):
                assert moved(each, text, 0x00101030, vr) == ""
