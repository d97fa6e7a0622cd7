"""Who a data set speaks of, in whichever stage it is met, and what its trial modules ask for."""

import copy
import pickle

import pytest
from pydicom import Dataset

from pixelclean.assignments import Assigned, Assignments, pseudonym_of_id
from pixelclean.header.originals import originals_of
from pixelclean.header.patient import assigned_in, patient_name, patient_of
from pixelclean.header.trial import complete_trial
from pixelclean.key import ProjectKey
from pixelclean.trial import trial_attributes

NEW_ID = "SUBJ-001"


def patient_pseudonym(dataset: Dataset, key: ProjectKey, fallback: str, issuers: tuple[str, ...] = ()) -> str:
    return patient_of(dataset, key, fallback, issuers=issuers).pseudonym


def changed(dataset: Dataset, **values: object) -> Dataset:
    other = copy.deepcopy(dataset)
    for keyword, value in values.items():
        setattr(other, keyword, value)
    return other


@pytest.fixture
def assignments(key: ProjectKey) -> Assignments:
    return Assignments(key.fingerprint, ((pseudonym_of_id("ZZ-SENTINEL-1", "", key), Assigned(NEW_ID)),))


@pytest.mark.parametrize(
    "same",
    [
        {"PatientID": " ZZ-SENTINEL-1 "},
        {"PatientID": "ZZ-SENTINEL-1\0"},
        {"PatientID": ["ZZ-SENTINEL-1", ""]},
        {"IssuerOfPatientID": "Sentinel House"},
        {"PatientName": "SENTINEL^Z", "PatientBirthDate": ""},
        {"StudyInstanceUID": "1.2.3.9"},
    ],
)
def test_the_id_makes_the_patient(patient: Dataset, key: ProjectKey, same: dict[str, object]) -> None:
    assert patient_pseudonym(changed(patient, **same), key, "b") == patient_pseudonym(patient, key, "a")


@pytest.mark.parametrize(
    "other", ["ZZ-SENTINEL-2", ["ZZ-SENTINEL-1", "2"], ["", "2", "ZZ-SENTINEL-1"], "zz-sentinel-1"]
)
def test_another_id_is_another_patient(patient: Dataset, key: ProjectKey, other: object) -> None:
    assert patient_pseudonym(changed(patient, PatientID=other), key, "") != patient_pseudonym(patient, key, "")


def test_an_issuer_that_the_policy_names_makes_another_patient(patient: Dataset, key: ProjectKey) -> None:
    elsewhere = changed(patient, IssuerOfPatientID="Elsewhere")
    assert patient_pseudonym(elsewhere, key, "", issuers=("elsewhere",)) != patient_pseudonym(patient, key, "")
    assert patient_pseudonym(elsewhere, key, "", issuers=("Here",)) == patient_pseudonym(patient, key, "")


def test_a_second_stage_finds_the_same_patient(patient: Dataset, key: ProjectKey) -> None:
    first = patient_of(patient, key, "a", issuers=("Elsewhere",))
    second = changed(patient, PatientID=first.new_id, PatientName=patient_name(first.new_id), PatientBirthDate="")
    assert patient_of(second, key, "b") == first


@pytest.mark.parametrize(
    "spelled", ["Sentinel^Zoe", "SENTINEL^ZOE^^^", " Sentinel ^ Zoe ", "Sentinel^Zoe=ゾエ", "Sentinel^Zoe=="]
)
def test_without_an_id_name_and_birth_date_make_the_patient(patient: Dataset, key: ProjectKey, spelled: str) -> None:
    nameless = changed(patient, PatientID="", StudyInstanceUID="1.2.9")
    del patient.PatientID
    same = changed(nameless, PatientName=spelled)
    assert patient_pseudonym(same, key, "b") == patient_pseudonym(patient, key, "a")
    assert patient_pseudonym(changed(same, PatientBirthDate="19770708"), key, "") != patient_pseudonym(patient, key, "")


@pytest.mark.parametrize("birth_date", ["", "1977", "0000"])
@pytest.mark.parametrize("name", ["Anonymous^", "^^", "", "Sentinel^Zoe"])
def test_a_name_alone_is_nobodys(patient: Dataset, key: ProjectKey, name: str, birth_date: str) -> None:
    one = changed(patient, PatientID="", PatientName=name)
    one["PatientBirthDate"].value = birth_date
    again, other = changed(one, SOPInstanceUID="1.2.77"), changed(one, StudyInstanceUID="1.2.78")
    assert patient_pseudonym(one, key, "a") == patient_pseudonym(again, key, "b")
    assert patient_pseudonym(one, key, "a") != patient_pseudonym(other, key, "a")


def test_what_cannot_be_read_names_nobody(patient: Dataset, key: ProjectKey) -> None:
    """Bytes that no character set explains come as the same replacement, whatever they were."""
    one = changed(patient, PatientID="\ufffd\ufffd1", PatientName="\ufffd^\ufffd")
    other = changed(one, StudyInstanceUID="1.2.78")
    assert patient_pseudonym(one, key, "") != patient_pseudonym(other, key, "")


def test_a_study_without_a_patient_keeps_its_pseudonym_in_a_second_stage(key: ProjectKey) -> None:
    nobody = Dataset()
    nobody.StudyInstanceUID = "1.2.3"
    later = changed(nobody, StudyInstanceUID=key.uid("1.2.3"))
    assert patient_pseudonym(nobody, key, "a") == patient_pseudonym(later, key, "b")
    assert patient_pseudonym(Dataset(), key, "a") != patient_pseudonym(Dataset(), key, "b")


def test_every_pseudonym_is_one_that_the_key_knows_again(patient: Dataset, key: ProjectKey) -> None:
    without_id = changed(patient, PatientID="")
    for dataset in (patient, without_id, Dataset()):
        assert key.made_patient(patient_pseudonym(dataset, key, "a"))


# assigned IDs


def test_an_assigned_id_is_the_new_one(patient: Dataset, key: ProjectKey, assignments: Assignments) -> None:
    found = patient_of(patient, key, "", assignments)
    assert found.new_id == NEW_ID
    assert found.pseudonym == patient_pseudonym(patient, key, "")
    assert patient_of(changed(patient, PatientID="ZZ-2"), key, "", assignments).assigned is None


def test_a_second_stage_knows_an_assigned_id_by_what_only_this_key_makes(
    patient: Dataset, key: ProjectKey, assignments: Assignments
) -> None:
    first = patient_of(patient, key, "", assignments)
    second = changed(patient, PatientID=NEW_ID, SOPInstanceUID=key.uid(patient.SOPInstanceUID))
    assert patient_of(second, key, "", assignments) == first
    retained = changed(patient, PatientID=NEW_ID, PatientName=patient_name(NEW_ID), PatientIdentityRemoved="YES")
    assert patient_of(retained, key, "", assignments) == first


@pytest.mark.parametrize("claims", [{}, {"PatientIdentityRemoved": "YES"}, {"PatientName": f"PX-{NEW_ID}"}])
def test_somebody_whose_own_id_is_like_an_assigned_one_is_another_patient(
    patient: Dataset, key: ProjectKey, assignments: Assignments, claims: dict[str, str]
) -> None:
    stranger = patient_of(changed(patient, PatientID=NEW_ID, **claims), key, "", assignments)
    assert stranger.assigned is None
    assert stranger.pseudonym != patient_pseudonym(patient, key, "")


def test_what_an_earlier_stage_took_from_the_mapping_is_no_identifier_there_and_only_there(
    patient: Dataset, key: ProjectKey
) -> None:
    given = Assigned(NEW_ID, "One^Subject", ((0x00120031, "Site North"),))
    assignments = Assignments(key.fingerprint, ((pseudonym_of_id("ZZ-SENTINEL-1", "", key), given),))
    first = assigned_in(patient, patient_of(patient, key, "", assignments).assigned)
    second = changed(patient, PatientID=NEW_ID, PatientName="One^Subject", ClinicalTrialSiteName="Site North")
    second.StudyInstanceUID = key.uid("1.2.3")
    later = assigned_in(second, patient_of(second, key, "", assignments).assigned)
    for text in (NEW_ID, "One^Subject^^", "Site North"):
        assert later(text) and not first(text)
    assert not later("Sentinel^Zoe") and not later("One")
    nobody = patient_of(patient, key, "")
    assert not assigned_in(patient, nobody.assigned)(NEW_ID)


@pytest.mark.parametrize("new_id", ["SUBJ-001", "A^B=C\\D", "x" * 64])
def test_a_name_made_of_an_id_is_one_component_that_fits(new_id: str) -> None:
    name = patient_name(new_id)
    assert name.startswith("PX-") and name.endswith("^")
    assert len(name) <= 64 and name.count("^") == 1 and not {"=", "\\"} & set(name)


def test_different_ids_have_different_names() -> None:
    assert patient_name("SITE-0001-A") != patient_name("SITE-0001-B")


# the clinical trial modules

TAGS = {attribute.keyword: attribute.tag for attribute in trial_attributes()}


def test_a_module_in_use_gets_what_it_has_to_hold() -> None:
    dataset = Dataset()
    dataset.ClinicalTrialSiteName = "Example Site"
    fates = list(complete_trial(dataset, NEW_ID))
    assert dataset.ClinicalTrialSiteName == "Example Site"
    assert dataset.ClinicalTrialSubjectID == NEW_ID
    assert dataset.ClinicalTrialSponsorName and dataset.ClinicalTrialProtocolID
    assert dataset.ClinicalTrialProtocolName == "" and dataset.ClinicalTrialSiteID == ""
    assert "ClinicalTrialTimePointID" not in dataset
    assert {fate.keyword for fate in fates} == {element.keyword for element in dataset} - {"ClinicalTrialSiteName"}


def test_a_complete_module_and_an_absent_one_stay_as_they_are() -> None:
    dataset = Dataset()
    assert list(complete_trial(dataset, NEW_ID)) == []
    for keyword in ("SponsorName", "ProtocolID", "ProtocolName", "SiteID", "SiteName", "SubjectReadingID"):
        setattr(dataset, f"ClinicalTrial{keyword}", "x")
    dataset.ClinicalTrialTimePointID = "week 4"
    dataset.ClinicalTrialCoordinatingCenterName = ""
    assert list(complete_trial(dataset, NEW_ID)) == []


def test_an_approval_has_a_committee() -> None:
    dataset = Dataset()
    dataset.ClinicalTrialProtocolEthicsCommitteeApprovalNumber = "7"
    list(complete_trial(dataset, NEW_ID))
    assert dataset.ClinicalTrialProtocolEthicsCommitteeName


# what a vault remembers


def test_originals_show_nothing_and_stay_in_their_process(patient: Dataset) -> None:
    found = originals_of(patient)
    assert found.name.reveal() == "Sentinel^Zoe" and found.study.reveal() == "1.2.3.4.5.2"
    assert "sentinel" not in f"{found!r}{found}".casefold()
    with pytest.raises(TypeError):
        pickle.dumps(found)
