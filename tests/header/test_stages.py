"""Two stages, two runs, two keys: what stays consistent, and what must not."""

import copy
from collections.abc import Callable
from datetime import datetime

import pytest
from annex_e import cleaned_by
from pydicom import Dataset, Sequence

from pixelclean.assignments import NO_ASSIGNMENTS
from pixelclean.header import (
    Cleaned,
    Method,
    earlier_method,
    harvest,
    is_own,
    mark_identity_removed,
    method_for,
    retains,
    withhold,
)
from pixelclean.key import ProjectKey
from pixelclean.options import Option
from pixelclean.overrides import Means, Override
from pixelclean.policy import DateShift, HeaderPolicy, Policy

CleanBy = Callable[[Dataset, HeaderPolicy], Cleaned]
FIRST, SECOND, ARCHIVE = (Policy.load(name) for name in ("pseudonymize", "quasi-identifiers", "research"))


def staged(dataset: Dataset, policy: Policy, key: ProjectKey, clean_by: CleanBy) -> Dataset:
    """One stage with its marks, as heading.Deidentified leaves it."""
    cleaned = clean_by(dataset, policy.header).dataset
    left = cleaned.LongitudinalTemporalInformationModified
    mark_identity_removed(cleaned, method_for(policy, left).after(earlier_method(dataset, key, NO_ASSIGNMENTS, policy)))
    return cleaned


def test_the_second_stage_keeps_the_uids_and_ids_of_the_first(patient, key, clean_by) -> None:
    first = staged(patient, FIRST, key, clean_by)
    second = staged(first, SECOND, key, clean_by)
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID", "PatientID", "PatientName"):
        assert second[keyword].value == first[keyword].value != patient[keyword].value


def test_two_stages_move_dates_as_one_does(patient, key, clean_by) -> None:
    at_once = staged(patient, SECOND, key, clean_by)
    in_two = staged(staged(patient, FIRST, key, clean_by), SECOND, key, clean_by)
    assert in_two.StudyDate == at_once.StudyDate != patient.StudyDate
    assert in_two.PatientID == at_once.PatientID


def with_ids(patient: Dataset) -> Dataset:
    """The patient's instance with an ID of every kind that becomes a pseudonym."""
    patient.AccessionNumber, patient.StationAETitle, patient.ScheduledStationAETitle = "ZZ-99", "ZZ_CT", "ZZ_MR"
    patient.StudyID, patient.PatientAge, patient.ClinicalTrialSponsorName = "ZZ-S", "055Y", "Sentinel Trials"
    local = Dataset()
    local.CodeValue, local.CodingSchemeDesignator, local.CodeMeaning = "ZZ7", "99ZZ", "Zoe's head"
    other = Dataset()
    other.URNCodeValue, other.CodeMeaning = "urn:oid:1.2.3.77.1", "Zoe's heart"
    patient.ProcedureCodeSequence = Sequence([local, other])
    return patient


@pytest.mark.parametrize("policy", [FIRST, SECOND, ARCHIVE, Policy.load("basic"), Policy.load("teaching")])
def test_cleaning_twice_ends_where_cleaning_once_does(policy: Policy, patient, key, clean_by) -> None:
    once = staged(with_ids(patient), policy, key, clean_by)
    assert staged(once, policy, key, clean_by) == once


def test_a_value_that_the_policy_gives_is_nobodys_where_it_gives_it(patient, key) -> None:
    given = (Override("ClinicalTrialSponsorName", Means.VALUE, value="Sentinel Trials"),)
    policy = HeaderPolicy(attributes=given)
    with_ids(patient).InstitutionName = "Sentinel Trials"
    once = cleaned_by(patient, key, policy).dataset
    twice = cleaned_by(once, key, policy).dataset
    assert once.ClinicalTrialSponsorName == twice.ClinicalTrialSponsorName == "Sentinel Trials"
    assert once.ClinicalTrialSubjectID == twice.ClinicalTrialSubjectID == once.PatientID
    assert not twice.get("InstitutionName")


def test_where_no_date_is_left_none_is_said_to_have_moved(patient, key, clean_by) -> None:
    second = staged(staged(patient, Policy.load("basic"), key, clean_by), ARCHIVE, key, clean_by)
    assert second.LongitudinalTemporalInformationModified == "REMOVED"
    assert "113107" not in {item.CodeValue for item in second.DeidentificationMethodCodeSequence}
    assert not [text for text in second.DeidentificationMethod if text.startswith("dates moved")]


def test_dates_that_were_moved_are_not_moved_again(patient, key, clean_by) -> None:
    once = staged(patient, ARCHIVE, key, clean_by)
    assert staged(once, ARCHIVE, key, clean_by).StudyDate == once.StudyDate


def test_the_first_stage_leaves_what_the_second_needs_for_the_age(patient, key, clean_by) -> None:
    patient.StudyDate, patient.PatientBirthDate = "20070717", "19490707"
    first = staged(patient, FIRST, key, clean_by)
    assert first.PatientBirthDate == "19490707" and first.StudyDate == "20070717"
    second = staged(first, SECOND, key, clean_by)
    assert second.PatientAge == "055Y" and not second.PatientBirthDate


def test_methods_accumulate(patient, key, clean_by) -> None:
    first = staged(patient, FIRST, key, clean_by)
    second = staged(first, SECOND, key, clean_by)
    assert list(second.DeidentificationMethod)[: len(first.DeidentificationMethod)] == list(
        first.DeidentificationMethod
    )
    assert "policy quasi-identifiers 1" in second.DeidentificationMethod
    assert "PatientAge: bins of 5 years, lower bound written" in second.DeidentificationMethod
    codes = [item.CodeValue for item in second.DeidentificationMethodCodeSequence]
    assert len(codes) == len(set(codes)) and {"113100", "113107"} <= set(codes)
    assert not {"113106", "113109", "113112"} & set(codes)  # what the first stage retained, the second did not
    assert second.LongitudinalTemporalInformationModified == "MODIFIED"


def test_the_first_stage_does_not_claim_the_profile(patient, key, clean_by) -> None:
    first = staged(patient, FIRST, key, clean_by)
    assert "113100" not in {item.CodeValue for item in first.DeidentificationMethodCodeSequence}


def test_claims_of_others_are_neither_believed_nor_repeated(patient, key, clean_by) -> None:
    patient.PatientIdentityRemoved = "YES"
    patient.DeidentificationMethod = ["Zoe Sentinel's own script", "Basic Application Confidentiality Profile"]
    patient.LongitudinalTemporalInformationModified = "MODIFIED"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "113101", "DCM", "Clean Pixel Data Option"
    patient.DeidentificationMethodCodeSequence = Sequence([code])
    assert not is_own(patient, key)
    cleaned = staged(patient, ARCHIVE, key, clean_by)
    assert cleaned.DeidentificationMethod[:2] == [
        "earlier de-identification, its description removed",
        "Basic Application Confidentiality Profile",
    ]
    assert "113101" not in {item.CodeValue for item in cleaned.DeidentificationMethodCodeSequence}
    assert cleaned.PatientID != patient.PatientID and cleaned.StudyDate != patient.StudyDate


@pytest.mark.parametrize(
    "text", ["Sentinel: rare values emptied", "Sentinel: bins of 5, lower bound written", "Retain Zoe Sentinel Option"]
)
def test_nobody_is_named_in_a_method_by_writing_as_we_do(text: str, patient, key, clean_by) -> None:
    patient.PatientIdentityRemoved, patient.DeidentificationMethod = "YES", text
    method = staged(patient, ARCHIVE, key, clean_by).DeidentificationMethod
    assert method[0] == "earlier de-identification, its description removed"


def test_a_file_of_this_key_is_recognised_and_that_of_another_is_not(patient, key, clean_by) -> None:
    cleaned = clean_by(patient, ARCHIVE.header).dataset
    assert is_own(cleaned, key)
    assert not is_own(cleaned, ProjectKey(bytes(32))) and not is_own(patient, key)


def test_full_dates_after_moved_ones_are_still_said_to_be_modified(patient, key, clean_by) -> None:
    moved = staged(patient, ARCHIVE, key, clean_by)
    kept = clean_by(moved, HeaderPolicy(options=(Option.RETAIN_FULL_DATES,))).dataset
    assert kept.StudyDate == moved.StudyDate
    assert kept.LongitudinalTemporalInformationModified == "MODIFIED"


@pytest.mark.parametrize("shift", DateShift)
def test_a_study_over_midnight_keeps_its_intervals(shift, patient, key, clean_by) -> None:
    policy = HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,), shift=shift)
    moments = [("20200228", "235930.5"), ("20200229", "000010"), ("20200301", "120000"), ("20210101", "000000.000001")]
    before, after = [], []
    for day, time in moments:
        instance = copy.deepcopy(patient)
        instance.AcquisitionDate, instance.AcquisitionTime = day, time
        cleaned = clean_by(instance, policy).dataset
        before.append(moment(day, time))
        after.append(moment(cleaned.AcquisitionDate, cleaned.AcquisitionTime))
    assert [each - before[0] for each in before] == [each - after[0] for each in after]
    assert after[0] < before[0]


def moment(day: str, time: str) -> datetime:
    text = f"{day}{time}" if "." in time else f"{day}{time}.0"
    return datetime.strptime(f"{text}+0000", "%Y%m%d%H%M%S.%f%z")


def test_another_key_has_no_uid_id_or_date_in_common(patient, key) -> None:
    outputs = [cleaned_by(patient, each, ARCHIVE.header).dataset for each in (key, ProjectKey(bytes(32)))]
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID", "PatientName", "StudyDate"):
        assert outputs[0][keyword].value != outputs[1][keyword].value


def test_the_method_of_an_earlier_step_comes_first_and_each_once() -> None:
    earlier, later = Method(("113106",), ("a", "b")), Method(("113100", "113106"), ("b", "c"))
    assert later.after(earlier) == Method(("113100", "113106"), ("a", "b", "c"))


def test_moments_that_everybody_knows_do_not_tell_the_shift(patient, key, clean_by) -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "T-D1100", "SRT", "Head"
    code.ContextGroupVersion = "20020904000000"
    patient.AnatomicRegionSequence = Sequence([code])
    patient.SeriesDate = "19000101"  # a dummy of an earlier step
    cleaned = clean_by(patient, ARCHIVE.header).dataset
    assert cleaned.AnatomicRegionSequence[0].ContextGroupVersion == "19000101000000"
    assert cleaned.SeriesDate == "19000101" and cleaned.StudyDate != patient.StudyDate


def test_an_order_for_dates_is_said(patient, clean_by) -> None:
    kept = HeaderPolicy(attributes=(Override("StudyDate", Means.KEEP),))
    moved = HeaderPolicy(attributes=(Override("PatientBirthDate", Means.CLEAN),))
    assert clean_by(patient, kept).dataset.LongitudinalTemporalInformationModified == "UNMODIFIED"
    assert clean_by(patient, moved).dataset.LongitudinalTemporalInformationModified == "MODIFIED"
    assert clean_by(patient, kept).dataset.StudyDate == patient.StudyDate


def test_dates_that_somebody_else_moved_are_not_said_to_be_unmodified(patient, clean_by) -> None:
    kept = HeaderPolicy(options=(Option.RETAIN_FULL_DATES,))
    patient.LongitudinalTemporalInformationModified = "MODIFIED"
    cleaned = clean_by(patient, kept).dataset
    assert cleaned.LongitudinalTemporalInformationModified == "MODIFIED" and cleaned.StudyDate == patient.StudyDate
    patient.LongitudinalTemporalInformationModified = "REMOVED"
    assert clean_by(patient, kept).dataset.LongitudinalTemporalInformationModified == "UNMODIFIED"


def test_what_was_added_between_two_stages_takes_removed_and_the_profile_away(patient, key, clean_by) -> None:
    first = staged(patient, Policy.load("basic"), key, clean_by)
    first.StudyDate, first.InstitutionName = "20070717", "Sentinel House"
    second = staged(first, FIRST, key, clean_by)
    assert second.LongitudinalTemporalInformationModified == "UNMODIFIED"
    assert "113100" not in {item.CodeValue for item in second.DeidentificationMethodCodeSequence}


def test_an_order_restricts_a_characteristic_in_the_content_of_a_report_too(patient, clean_by) -> None:
    patient.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    concept, unit, value, item = Dataset(), Dataset(), Dataset(), Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning = "121033", "DCM", "Subject Age"
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "a", "UCUM", "year"
    value.NumericValue, value.MeasurementUnitsCodeSequence = "61", Sequence([unit])
    item.ValueType, item.RelationshipType = "NUM", "HAS OBS CONTEXT"
    item.ConceptNameCodeSequence, item.MeasuredValueSequence = Sequence([concept]), Sequence([value])
    patient.ContentSequence = Sequence([item])
    assert "61" in str(clean_by(patient, Policy.load("teaching").header).dataset.ContentSequence)
    assert "61" not in str(clean_by(patient, SECOND.header).dataset.ContentSequence)


def test_what_a_policy_keeps_by_name_stays_whoever_it_names(patient, key, clean_by) -> None:
    orders = tuple(Override(name, Means.KEEP) for name in ("PatientID", "AccessionNumber", "ReferringPhysicianName"))
    policy = HeaderPolicy(attributes=orders)
    cleaned = clean_by(patient, policy).dataset
    for name in ("PatientID", "AccessionNumber", "ReferringPhysicianName"):
        assert cleaned[name].value == patient[name].value
    assert cleaned.PatientName != patient.PatientName


def test_an_institution_that_stays_is_not_withheld_since_it_issued_the_id(patient, key) -> None:
    """Its short name, as the issuer of the Patient ID, stands in its long one."""
    patient.InstitutionName, patient.IssuerOfPatientID = "St Zz General", "STZZ"
    policy = HeaderPolicy(options=(Option.RETAIN_INSTITUTION_IDENTITY,))
    found = harvest(patient, retains(policy))
    assert withhold(cleaned_by(patient, key, policy), found).dataset.InstitutionName == "St Zz General"
