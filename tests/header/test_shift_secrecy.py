"""By how much a patient's dates move is known to the key alone: nothing in an output tells it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from annex_e import cleaned_by
from pydicom import Dataset, Sequence

from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header import Cleaned, rules_of
from pixelclean.header.annex_e.moments import of_no_patient
from pixelclean.key import ProjectKey
from pixelclean.options import Option, read_options
from pixelclean.overrides import Means, Override
from pixelclean.policy import DateShift, HeaderPolicy
from pixelclean.reasons import ReasonCode

CleanBy = Callable[[Dataset, HeaderPolicy], Cleaned]
MOVED = HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES, Option.RETAIN_DEVICE_IDENTITY))
KEPT = HeaderPolicy(options=(Option.RETAIN_FULL_DATES, Option.RETAIN_DEVICE_IDENTITY))


def of_a_scanner(patient: Dataset) -> Dataset:
    patient.DeviceSerialNumber = "ZZ-7"
    patient.DateOfManufacture = patient.DateOfLastCalibration = patient.ProcedureCreationDate = "20070707"
    patient.TimeOfLastCalibration = "101112"
    patient.DateOfInstallation = patient.CalibrationDate = "20070708"
    return patient


def test_dates_of_a_device_do_not_move_with_its_patients(patient, clean_by) -> None:
    """Two of its patients would tell the difference of their shifts, and the label on its back the shift itself."""
    cleaned = clean_by(of_a_scanner(patient), MOVED).dataset
    assert cleaned.DeviceSerialNumber == "ZZ-7" and cleaned.StudyDate not in ("", patient.StudyDate)
    dates = {cleaned[tag].value for tag in of_no_patient() if tag in cleaned}
    assert dates <= {"", "19000101", "000000"}


def test_where_dates_stay_those_of_a_device_do(patient, clean_by) -> None:
    cleaned = clean_by(of_a_scanner(patient), KEPT).dataset
    assert cleaned.DateOfManufacture == "20070707" and cleaned.DateOfInstallation == "20070708"


@pytest.mark.parametrize(
    "options,orders",
    [
        ((Option.RETAIN_MODIFIED_DATES,), {"StudyDate": Means.KEEP}),
        ((Option.RETAIN_MODIFIED_DATES,), {"PatientBirthDate": Means.KEEP}),
        ((Option.RETAIN_FULL_DATES,), {"PatientBirthDate": Means.CLEAN}),
        ((), {"StudyDate": Means.CLEAN, "AcquisitionDateTime": Means.KEEP}),
    ],
)
def test_no_date_stays_beside_one_that_moves(options: tuple[Option, ...], orders: dict[str, Means]) -> None:
    attributes = tuple(Override(name, means) for name, means in orders.items())
    with pytest.raises(ConfigurationError, match="would tell by how much"):
        rules_of(HeaderPolicy(options=options, attributes=attributes))


def test_a_time_stays_beside_dates_that_move_by_whole_days_only(patient, clean_by) -> None:
    kept = (Override("StudyTime", Means.KEEP),)
    policy = HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,), attributes=kept)
    assert clean_by(patient, policy).dataset.LongitudinalTemporalInformationModified == "MODIFIED"
    with pytest.raises(ConfigurationError, match="StudyTime"):
        rules_of(HeaderPolicy(options=policy.options, attributes=kept, shift=DateShift.DAYS_AND_SECONDS))


def test_what_was_made_of_a_pseudonym_later_waits(patient, key: ProjectKey, clean_by) -> None:
    """Its dates may have been moved or not: moved twice, or never, they would tell the shift beside those of its study."""
    made = clean_by(patient, MOVED).dataset
    assert clean_by(made, MOVED).dataset.StudyDate == made.StudyDate
    made.SOPInstanceUID = "1.2.3.4.5"
    with pytest.raises(Refused) as refused:
        cleaned_by(made, key, MOVED)
    assert refused.value.code is ReasonCode.DATES_NOT_ACCOUNTED_FOR
    assert clean_by(made, HeaderPolicy()).dataset.LongitudinalTemporalInformationModified == "REMOVED"


def test_a_stranger_who_says_that_dates_were_moved_is_not_believed(patient, clean_by) -> None:
    plain = clean_by(patient, MOVED).dataset.StudyDate
    patient.LongitudinalTemporalInformationModified = "MODIFIED"
    assert clean_by(patient, MOVED).dataset.StudyDate == plain


@pytest.mark.parametrize("means,options", [(Means.KEEP, ()), (Means.CLEAN, (Option.RETAIN_MODIFIED_DATES,))])
@pytest.mark.parametrize(
    "born,age,stays", [("19100707", "", False), ("19400707", "", True), ("19400707", "095Y", False)]
)
def test_a_birth_date_does_not_tell_the_age_of_the_oldest(
    means: Means, options: tuple[Option, ...], born: str, age: str, stays: bool, patient, clean_by
) -> None:
    patient.PatientBirthDate, patient.StudyDate, patient.PatientAge = born, "20070717", age
    order = (Override("PatientBirthDate", means),)
    options = (*options, Option.RETAIN_PATIENT_CHARACTERISTICS)
    cleaned = clean_by(patient, HeaderPolicy(options=options, attributes=order)).dataset
    assert bool(cleaned.PatientBirthDate) is stays
    assert (cleaned.get("PatientAge") == "090Y") is not stays


def test_a_calibration_in_a_report_does_not_move_either(patient, clean_by) -> None:
    concept, item = Dataset(), Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning = "113723", "DCM", "Calibration DateTime"
    item.ValueType, item.RelationshipType, item.DateTime = "DATETIME", "CONTAINS", "20070707101112"
    item.ConceptNameCodeSequence = Sequence([concept])
    patient.ContentSequence = Sequence([item])
    reports = (Option.CLEAN_STRUCTURED_CONTENT, Option.RETAIN_DEVICE_IDENTITY)
    moved = clean_by(patient, HeaderPolicy(options=read_options((*reports, Option.RETAIN_MODIFIED_DATES)))).dataset
    assert moved.ContentSequence[0].DateTime == "19000101000000"
    kept = clean_by(patient, HeaderPolicy(options=read_options((*reports, Option.RETAIN_FULL_DATES)))).dataset
    assert kept.ContentSequence[0].DateTime == "20070707101112"


PLACEHOLDERS = ("00010101", "18581117", "18991230", "1900.01.01", "19700101", "99991231")


@pytest.mark.parametrize("text", PLACEHOLDERS)
@pytest.mark.parametrize("shift", DateShift)
def test_a_day_that_nobody_entered_does_not_move(text: str, shift: DateShift, patient, clean_by) -> None:
    """Everybody knows where it was: moved, it would tell the shift of every true date of the patient."""
    patient.SeriesDate, patient.SeriesTime = text, "101112"
    patient.AcquisitionDateTime = f"{text.replace('.', '')}000000.000+0100"
    patient.StudyDate = "20070717"
    cleaned = clean_by(patient, HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,), shift=shift)).dataset
    assert cleaned.StudyDate not in ("", "20070717")
    assert cleaned.get("SeriesDate", "") in ("", "19000101")
    assert cleaned.get("AcquisitionDateTime", "") in ("", "19000101000000")
    assert shift is DateShift.DAYS or cleaned.get("SeriesTime", "") in ("", "000000")


def test_a_dummy_of_an_earlier_stage_stays_with_its_time(patient, clean_by) -> None:
    patient.StudyDate, patient.StudyTime = "19000101", "000000"
    exact = HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,), shift=DateShift.DAYS_AND_SECONDS)
    cleaned = clean_by(patient, exact).dataset
    assert cleaned.StudyDate in ("", "19000101") and cleaned.StudyTime in ("", "000000")


def test_midnight_on_a_known_day_moves_like_any_other_second(patient, clean_by) -> None:
    exact = HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,), shift=DateShift.DAYS_AND_SECONDS)
    found = []
    for date, time in (("20190711", "235959"), ("20190712", "000000"), ("20190712", "000001")):
        patient.StudyDate, patient.StudyTime = date, time
        cleaned = clean_by(patient, exact).dataset
        found.append(datetime.fromisoformat(f"{cleaned.StudyDate}T{cleaned.StudyTime}"))
    assert [later - earlier for earlier, later in pairwise(found)] == [timedelta(seconds=1)] * 2


def test_a_policy_that_hides_the_time_zone_hides_it_in_every_moment(patient, clean_by) -> None:
    patient.AcquisitionDateTime, patient.TimezoneOffsetFromUTC = "20190711093000.5+0200", "+0200"
    for options in ((Option.RETAIN_MODIFIED_DATES,), (Option.RETAIN_FULL_DATES,)):
        hidden = HeaderPolicy(options=options, attributes=(Override("TimezoneOffsetFromUTC", Means.REMOVE),))
        assert "+" not in clean_by(patient, hidden).dataset.AcquisitionDateTime
        told = clean_by(patient, HeaderPolicy(options=options)).dataset
        assert told.AcquisitionDateTime.endswith("093000.5+0200")


@pytest.mark.parametrize(
    "keyword,moment",
    [
        ("AcquisitionDateTime", "20190711120000"),
        ("PerformedProcedureStepStartDate", "20190711"),
        ("InstanceCreationDate", "2019.07.11"),
    ],
)
@pytest.mark.parametrize("born", ["19200101", "1920.01.01", "19200101-19200102"])
def test_any_day_of_the_study_tells_that_a_patient_is_one_of_the_oldest(
    keyword: str, moment: str, born: str, patient, clean_by
) -> None:
    for name in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "PatientAge"):
        setattr(patient, name, "")
    setattr(patient, keyword, moment)
    patient.PatientBirthDate = born
    order = (Override("PatientBirthDate", Means.KEEP),)
    assert clean_by(patient, HeaderPolicy(attributes=order)).dataset.PatientBirthDate == ""
