"""Moved dates and times keep their intervals, their form and their secrets; what is no date does not pass."""

import re
import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence, dcmread
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.valuerep import DA, DT, TM

from pixelclean.header.dates import Shift, day_shift, exact_shift, is_well_formed, other_half, shifted
from pixelclean.key import ProjectKey

WHOLE = Shift(-40)
EXACT = Shift(-40, -5 * 3600 - 25 * 60 - 11)
A_DAY = Shift(-1)

whole_shifts = st.builds(Shift, st.integers(-20_000, -1))
exact_shifts = st.builds(Shift, st.integers(-20_000, -1), st.integers(-86_399, -1))
moments = st.integers(0, 200 * 365 * 86_400).map(lambda s: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
fractions = st.text("0123456789", min_size=1, max_size=6).map(lambda digits: "." + digits) | st.just("")
zones = st.sampled_from(("", "+0000", "+0130", "-1200", "+1400", "-0330"))


def element(keyword: str, value: object, vr: str = "") -> DataElement:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    return DataElement(tag, vr or dictionary_VR(tag), value, already_converted=True)


def item_of(**values: object) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        item.add(element(keyword, value))
    return item


def moved(item: Dataset, keyword: str, shift: Shift) -> str | None:
    return shifted(item, item[keyword], shift)


def moved_alone(keyword: str, value: object, shift: Shift = WHOLE, vr: str = "") -> str | None:
    lone = element(keyword, value, vr)
    return shifted(Dataset(), lone, shift)


def read_as(form: str, text: str) -> datetime:
    return datetime.strptime(text, form).replace(tzinfo=UTC)


def moment_of(item: Dataset, shift: Shift) -> datetime:
    day, clock = moved(item, "StudyDate", shift), moved(item, "StudyTime", shift)
    assert day is not None and clock is not None
    return read_as("%Y%m%d%H%M%S", day + clock)


def study_at(moment: datetime) -> Dataset:
    return item_of(StudyDate=f"{moment:%Y%m%d}", StudyTime=f"{moment:%H%M%S}")


# The shift of a patient


@given(st.text(max_size=30), st.integers(1, 5000))
def test_a_patient_has_one_shift_back_by_at_least_a_day(patient: str, longest: int) -> None:
    key = ProjectKey(bytes(32))
    whole, exact = day_shift(patient, key, longest), exact_shift(patient, key, longest)
    assert -longest <= whole.days <= -1 and whole.seconds == 0
    assert exact.days == whole.days and -86_400 < exact.seconds < 0
    assert whole == day_shift(patient, ProjectKey(bytes(32)), longest)


def test_patients_and_keys_differ_in_their_shifts(key: ProjectKey) -> None:
    other = ProjectKey(bytes(range(1, 33)))
    assert len({exact_shift(f"patient {number}", key, 3650) for number in range(50)}) == 50
    assert exact_shift("patient", key, 3650) != exact_shift("patient", other, 3650)


def test_a_shift_of_no_day_is_refused(key: ProjectKey) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        day_shift("patient", key, 0)


# Whole days


@pytest.mark.parametrize(
    "before, after",
    [
        ("20200301", "20200229"),
        ("20210301", "20210228"),
        ("19000301", "19000228"),
        ("20000301", "20000229"),
        ("20200101", "20191231"),
        ("20000101", "19991231"),
        ("00010102", "00010101"),
        ("2023.01.05", "20230104"),
        ("20230105 ", "20230104"),
        (" 20230105", "20230104"),
        ("20230105\0", "20230104"),
        ("20230105\\20230107", "20230104\\20230106"),
        ("20230105\\\\20230107", "20230104\\\\20230106"),
        ("20200101-20200131", "20191231-20200130"),
        ("-20200131", "-20200130"),
        ("20200101-", "20191231-"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_date_moves_by_a_day(before: str, after: str) -> None:
    assert moved_alone("StudyDate", before, A_DAY) == after


@pytest.mark.parametrize(
    "text",
    [
        *("0000", "00000000", "20231305", "20230230", "20210229", "2023-01-05", "2023-01", "2023", "202301", "ZOE"),
        *("2023.1.5", "2023/01/05", "2023010", "202301055", "2023 0105", "2023\x000105", "2" * 1000, "-" * 1000, "-"),
        *("٢٠٢٣٠١٠٥", "２０２３０１０５", "20230105-20230106-", "20230105--", "+2023010", "1_000101", "20230105\n"),
        *("20230105\\ZOE", "20230105-ZOE", "20230106-20230105", "19770707 Zoe", "2023.0105"),
    ],
)
def test_what_is_no_date_is_not_understood(text: str) -> None:
    assert moved_alone("StudyDate", text) is None
    assert moved_alone("StudyDate", text, EXACT) is None
    assert not is_well_formed(element("StudyDate", text))


@pytest.mark.parametrize("text", ["", " ", "20230105", "2023.01.05", "20240229 ", "20230105\\20230106"])
def test_a_possible_date_is_well_formed(text: str) -> None:
    assert is_well_formed(element("StudyDate", text))


def test_a_date_before_the_first_year_is_none() -> None:
    assert moved_alone("StudyDate", "00010101", A_DAY) is None
    assert moved_alone("StudyDate", "20230105\\00010101", A_DAY) is None
    assert moved_alone("ContentDate", "20230105", Shift(-800_000)) is None


@pytest.mark.parametrize(
    "text, kept",
    [
        ("10", "10"),
        ("1030", "1030"),
        ("103059", "103059"),
        ("103059.1", "103059.1"),
        ("103059.123456", "103059.123456"),
        ("235960", "235960"),
        ("000000 ", "000000"),
        ("10:30:59", "103059"),
        ("10:30", "1030"),
        ("10:30:59.25", "103059.25"),
        ("1000-1200", "1000-1200"),
        ("101010\\111111", "101010\\111111"),
        ("", ""),
    ],
)
def test_whole_days_leave_a_time_alone(text: str, kept: str) -> None:
    assert moved_alone("StudyTime", text) == kept
    assert is_well_formed(element("StudyTime", text))


@pytest.mark.parametrize(
    "text",
    [
        *("BED 12", "24", "2400", "1060", "103061", "1", "103", "10305", "103059.", "103059.1234567", "1030.5", "10.5"),
        *("103059+0100", ".5", "10:3", "1030:59", "9999999999.9999999", "١٠٣٠", "12-34-56"),
    ],
)
def test_what_is_no_time_is_not_understood(text: str) -> None:
    assert moved_alone("StudyTime", text) is None
    assert moved_alone("StudyTime", text, EXACT) is None
    assert not is_well_formed(element("StudyTime", text))


@pytest.mark.parametrize(
    "before, after",
    [
        ("20200301", "20200229"),
        ("2020030112", "2020022912"),
        ("202003011230", "202002291230"),
        ("20200301123045", "20200229123045"),
        ("20200301123045.5", "20200229123045.5"),
        ("20200301123045.123456-0500", "20200229123045.123456-0500"),
        ("20161231235960", "20161230235960"),
        ("20200301+0130", "20200229+0130"),
        ("20200301-0500", "20200229-0500"),
        ("20200301-20200303", "20200229-20200302"),
        ("20200301-0500-20200303-0500", "20200229-0500-20200302-0500"),
        ("20200301-20200303+0100", "20200229-20200302+0100"),
        ("-20200301-0500", "-20200229-0500"),
        ("20200301-0500-", "20200229-0500-"),
        ("2020-2021", "2020-2021"),
        ("", ""),
    ],
)
def test_the_date_in_a_date_time_moves_by_a_day(before: str, after: str) -> None:
    assert moved_alone("AcquisitionDateTime", before, A_DAY) == after


def test_a_month_or_a_year_moves_as_its_middle_does() -> None:
    assert moved_alone("AcquisitionDateTime", "202003", Shift(-15)) == "202003"
    assert moved_alone("AcquisitionDateTime", "202003", Shift(-17)) == "202002"
    assert moved_alone("AcquisitionDateTime", "202001", Shift(-31)) == "201912"
    assert moved_alone("AcquisitionDateTime", "2020", Shift(-182)) == "2020"
    assert moved_alone("AcquisitionDateTime", "2020", Shift(-184)) == "2019"
    assert moved_alone("AcquisitionDateTime", "2020+0100", Shift(-3653)) == "2010+0100"


@pytest.mark.parametrize(
    "text",
    [
        *("0000", "202013", "20200230", "2020010124", "202001011060", "20200101101010.", "20200101.5", "ZOE"),
        *("20200101+1401", "20200101+1500", "20200101-1201", "2020-1201", "20200101+0160", "20200101-0000"),
        *("2020-01-01", "202001011010.5"),
        *(
            "2020-0500-0600",
            "0300-0500-0600",
            "2020.01.01",
            "20200101101010.1234567",
            "20200101 101010",
            "20200101T101010",
            "202001011",
        ),
    ],
)
def test_what_is_no_date_time_is_not_understood(text: str) -> None:
    assert moved_alone("AcquisitionDateTime", text) is None
    assert not is_well_formed(element("AcquisitionDateTime", text))


@given(moments, moments, whole_shifts)
def test_whole_days_keep_the_days_between_two_dates(one: datetime, two: datetime, shift: Shift) -> None:
    assert moment_of(study_at(two), shift) - moment_of(study_at(one), shift) == two - one


@given(moments, whole_shifts)
def test_whole_days_move_a_date_by_that_many_days(moment: datetime, shift: Shift) -> None:
    after = moved_alone("StudyDate", f"{moment:%Y%m%d}", shift)
    assert after == (moment.date() + timedelta(shift.days)).strftime("%Y%m%d")


# Days and seconds


def test_a_date_and_its_time_cross_midnight_together() -> None:
    study = item_of(StudyDate="20200301", StudyTime="010000.25")
    assert moved(study, "StudyDate", Shift(-1, -2 * 3600)) == "20200228"
    assert moved(study, "StudyTime", Shift(-1, -2 * 3600)) == "230000.25"


@given(moments, moments, exact_shifts)
@example(datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC), datetime(2020, 3, 1, tzinfo=UTC), Shift(-1, -1))
def test_an_exact_shift_keeps_the_interval_between_any_two_moments(one: datetime, two: datetime, shift: Shift) -> None:
    assert moment_of(study_at(two), shift) - moment_of(study_at(one), shift) == two - one


@given(moments, fractions, zones, exact_shifts | whole_shifts)
def test_a_date_time_moves_exactly_and_keeps_fraction_and_zone(
    moment: datetime, fraction: str, zone: str, shift: Shift
) -> None:
    after = moved_alone("AcquisitionDateTime", f"{moment:%Y%m%d%H%M%S}{fraction}{zone}", shift)
    there = moment + timedelta(shift.days, shift.seconds)
    assert after == f"{there:%Y%m%d%H%M%S}{fraction}{zone}"


@given(moments, fractions, exact_shifts)
def test_a_date_with_its_time_moves_as_the_date_time_of_both(moment: datetime, fraction: str, shift: Shift) -> None:
    clock = f"{moment:%H%M%S}{fraction}"
    item = item_of(
        AcquisitionDate=f"{moment:%Y%m%d}", AcquisitionTime=clock, AcquisitionDateTime=f"{moment:%Y%m%d}{clock}"
    )
    day, time, both = (moved(item, f"Acquisition{part}", shift) for part in ("Date", "Time", "DateTime"))
    assert day is not None and time is not None and day + time == both


@given(moments, moments, st.sampled_from(("%H", "%H%M")), exact_shifts)
def test_times_of_one_precision_keep_precision_and_interval(
    one: datetime, two: datetime, form: str, shift: Shift
) -> None:
    def written(moment: datetime) -> tuple[datetime, datetime]:
        item = item_of(ContentDate=f"{moment:%Y%m%d}", ContentTime=moment.strftime(form))
        day, clock = moved(item, "ContentDate", shift), moved(item, "ContentTime", shift)
        assert day is not None and clock is not None and len(clock) == len(moment.strftime(form))
        return read_as("%Y%m%d" + form, moment.strftime("%Y%m%d" + form)), read_as("%Y%m%d" + form, day + clock)

    (before_one, after_one), (before_two, after_two) = written(one), written(two)
    assert after_two - after_one == before_two - before_one


@given(moments, exact_shifts)
@example(datetime(2020, 3, 1, tzinfo=UTC), Shift(-1, -43_200))
@example(datetime(2020, 3, 1, tzinfo=UTC), Shift(-1, -43_201))
def test_a_date_without_a_time_moves_as_its_noon_does(moment: datetime, shift: Shift) -> None:
    there = moment.replace(hour=12, minute=0, second=0) + timedelta(shift.days, shift.seconds)
    assert moved_alone("DateOfManufacture", f"{moment:%Y%m%d}", shift) == f"{there:%Y%m%d}"
    assert moved(item_of(StudyDate=f"{moment:%Y%m%d}", StudyTime=""), "StudyDate", shift) == f"{there:%Y%m%d}"
    assert moved(item_of(StudyDate=f"{moment:%Y%m%d}", StudyTime="BED 12"), "StudyDate", shift) == f"{there:%Y%m%d}"


@given(moments, exact_shifts)
def test_a_time_without_a_date_moves_within_its_day(moment: datetime, shift: Shift) -> None:
    there = moment + timedelta(seconds=shift.seconds)
    assert moved_alone("ContrastBolusStartTime", f"{moment:%H%M%S}", shift) == f"{there:%H%M%S}"
    beside_nonsense = item_of(StudyDate="20231305", StudyTime=f"{moment:%H%M%S}")
    assert moved(beside_nonsense, "StudyTime", shift) == f"{there:%H%M%S}"


def test_a_time_of_another_item_or_attribute_is_not_the_partner() -> None:
    study = item_of(StudyDate="20200301", SeriesTime="230000", SeriesDate="20200301")
    shift = Shift(-1, -20 * 3600)
    assert moved(study, "StudyDate", shift) == "20200228"  # noon
    assert moved(study, "SeriesDate", shift) == "20200229"


def test_values_and_ends_are_paired_by_position() -> None:
    shift = Shift(-1, -3600)
    item = item_of(
        DateOfLastCalibration=["20200301", "20200301", "20200301"],
        TimeOfLastCalibration=["003000", "023000"],
        ScheduledProcedureStepStartDate="20200301-20200305",
        ScheduledProcedureStepStartTime="003000-023000",
    )
    assert moved(item, "DateOfLastCalibration", shift) == "20200228\\20200229\\20200229"
    assert moved(item, "TimeOfLastCalibration", shift) == "233000\\013000"
    assert moved(item, "ScheduledProcedureStepStartDate", shift) == "20200228-20200304"
    assert moved(item, "ScheduledProcedureStepStartTime", shift) == "233000-013000"


def test_a_leap_second_counts_as_the_second_after_it() -> None:
    item = item_of(StudyDate="20161231", StudyTime="235960.5")
    assert (moved(item, "StudyDate", Shift(-1, -1)), moved(item, "StudyTime", Shift(-1, -1))) == (
        "20161230",
        "235959.5",
    )


def test_a_date_that_falls_out_of_the_calendar_takes_its_time_along() -> None:
    item = item_of(StudyDate="00010101", StudyTime="120000")
    assert moved(item, "StudyDate", EXACT) is None and moved(item, "StudyTime", EXACT) is None


# Which attribute is whose partner


def test_every_date_that_has_a_time_of_its_name_is_paired_both_ways() -> None:
    vrs = {tag: row[0] for tag, row in DicomDictionary.items() if row[0] in {"DA", "TM"}}
    pairs = {tag: other for tag in vrs if (other := other_half(tag)) is not None}
    assert all(pairs[other] == tag and vrs[other] != vrs[tag] for tag, other in pairs.items())
    single_times = {keyword_for_tag(tag) for tag in vrs if vrs[tag] == "TM" and tag not in pairs}
    assert single_times == {
        *("ContrastBolusStartTime", "ContrastBolusStopTime", "InterventionDrugStartTime", "InterventionDrugStopTime"),
        *("RadiopharmaceuticalStartTime", "RadiopharmaceuticalStopTime"),
        *("IntendedFractionStartTime", "SelectorTMValue"),
    }


@pytest.mark.parametrize(
    "day, clock",
    [
        ("StudyDate", "StudyTime"),
        ("InstanceCreationDate", "InstanceCreationTime"),
        ("PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime"),
        ("DateOfSecondaryCapture", "TimeOfSecondaryCapture"),
        ("Date", "Time"),
        ("DateOfDocumentOrVerbalTransactionTrial", "TimeOfDocumentCreationOrVerbalTransactionTrial"),
    ],
)
def test_a_date_finds_its_time(day: str, clock: str) -> None:
    assert other_half(tag_for_keyword(day) or 0) == tag_for_keyword(clock)


def test_what_is_neither_date_nor_time_has_no_partner() -> None:
    assert other_half(0x00080201) is None and other_half(0x0008002A) is None and other_half(0x00091001) is None


# Zones and other attributes


@pytest.mark.parametrize("text", ["+0000", "-0500", "+1400", "-1200", "+0530 ", ""])
def test_the_zone_of_an_instance_stays(text: str) -> None:
    zone = element("TimezoneOffsetFromUTC", text)
    assert is_well_formed(zone) and shifted(Dataset(), zone, EXACT) == text.strip()


@pytest.mark.parametrize("text", ["0500", "+1401", "+1459", "-1201", "+05:30", "+0560", "-0000", "EST", "+05", "+٠٥٠٠"])
def test_what_is_no_zone_is_not_understood(text: str) -> None:
    zone = element("TimezoneOffsetFromUTC", text)
    assert not is_well_formed(zone) and shifted(Dataset(), zone, WHOLE) is None


@pytest.mark.parametrize(
    "other",
    [
        element("CertifiedTimestamp", b"20200101"),
        element("PatientName", "20200101"),
        element("StudyDate", 20200101, "UL"),
        element("StudyDate", 20200101.0, "FD"),
        element("StudyDate", Sequence([Dataset()]), "SQ"),
        element("StudyDate", b"2020\xff101", "UN"),
        DataElement(0x00091001, "UN", b"20200101"),
        DataElement(0x00091001, "LO", "20200101"),
    ],
)
def test_what_is_no_text_of_a_date_is_not_understood(other: DataElement) -> None:
    assert shifted(Dataset(), other, WHOLE) is None and not is_well_formed(other)


@pytest.mark.parametrize(
    "value, vr",
    [
        ("20200301", "LO"),
        (b"20200301", "UN"),
        (b"20200301 ", "UN"),
        (DA("20200301"), "DA"),
        (DA(date(2020, 3, 1)), "DA"),
        ("20200301", "DS"),
    ],
)
def test_the_dictionary_says_what_the_text_is_whatever_the_data_set_says(value: object, vr: str) -> None:
    assert moved_alone("StudyDate", value, A_DAY, vr) == "20200229"


def test_several_values_in_bytes_are_values() -> None:
    assert moved_alone("DateOfLastCalibration", b"20200301\\20200302", A_DAY, "UN") == "20200229\\20200301"


def test_a_private_date_moves_by_the_vr_it_has() -> None:
    assert shifted(Dataset(), DataElement(0x00091001, "DA", "20200301"), A_DAY) == "20200229"


def test_objects_of_pydicom_are_read_as_they_were_written() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom has no leap second
        leap = TM("235960")
    assert moved_alone("StudyTime", leap) == "235960"
    assert moved_alone("StudyTime", TM("1030")) == "1030"
    assert moved_alone("AcquisitionDateTime", DT("202003"), Shift(-17)) == "202002"
    assert moved_alone("DateOfLastCalibration", [DA("20200301"), None], A_DAY) == "20200229\\"


def test_an_element_without_a_value_stays_empty() -> None:
    assert moved_alone("StudyDate", None) == "" and is_well_formed(element("StudyDate", None))
    assert moved_alone("StudyDate", [], EXACT) == ""


# Whatever the text


texts = st.text(max_size=60) | st.text("0123456789.+-: \\\0", max_size=60) | st.from_regex(r"\A[0-9+\-.]{1,30}\Z")


@given(texts, st.sampled_from(("StudyDate", "StudyTime", "AcquisitionDateTime", "TimezoneOffsetFromUTC")), exact_shifts)
def test_what_comes_out_is_well_formed_or_nothing(text: str, keyword: str, shift: Shift) -> None:
    before = element(keyword, text)
    for each in (shift, Shift(shift.days)):
        after = shifted(item_of(StudyTime="0010"), before, each)
        if after is not None:
            assert is_well_formed(before) and is_well_formed(element(keyword, after))
            assert re.fullmatch(r"[0-9.+\-\\]*", after)


@given(moments, st.integers(4, 14).filter(lambda length: length % 2 == 0), zones, exact_shifts)
def test_a_date_time_keeps_its_length(moment: datetime, length: int, zone: str, shift: Shift) -> None:
    before = f"{moment:%Y%m%d%H%M%S}"[:length] + zone
    after = moved_alone("AcquisitionDateTime", before, shift)
    assert after is not None and len(after) == len(before)


@given(moments, moments, st.integers(4, 14).filter(lambda length: length % 2 == 0), exact_shifts)
def test_order_is_kept_at_every_precision(one: datetime, two: datetime, length: int, shift: Shift) -> None:
    assume(one <= two)
    first, second = (
        moved_alone("AcquisitionDateTime", f"{moment:%Y%m%d%H%M%S}"[:length], shift) for moment in (one, two)
    )
    assert first is not None and second is not None and first <= second


def test_real_dates_and_times_move_and_come_back(shared_data: Path) -> None:
    """Everything that pydicom too can read as a date or time is understood, and the way forward leads back."""
    checked = 0
    for path in sorted((shared_data / "files").rglob("*.dcm"))[:60]:
        dataset = dcmread(path, force=True, specific_tags=["StudyDate", "SeriesDate", "ContentDate", "StudyTime"])
        for found in dataset:
            if not is_well_formed(found) or "." in str(found.value):
                continue
            there = shifted(dataset, found, WHOLE)
            assert there is not None
            back = shifted(dataset, DataElement(found.tag, found.VR, there), Shift(-WHOLE.days))
            assert back == str(found.value or "").strip()
            checked += 1
    assert checked > 50
