"""What cleaning does to a whole data set."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence

from pixelclean.assignments import NO_ASSIGNMENTS
from pixelclean.errors import Refused
from pixelclean.header import Identifiers, clean_header, patient_of
from pixelclean.header.uids import is_registered, replaced
from pixelclean.key import ProjectKey
from pixelclean.policy import HeaderPolicy
from pixelclean.reasons import ReasonCode

KEY = ProjectKey(bytes(range(32)))


def item(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_the_source_is_not_touched(patient, clean) -> None:
    patient.ReferencedStudySequence = Sequence([item(ReferencedSOPInstanceUID="1.2.3")])
    before = copy.deepcopy(patient)
    cleaned = clean(patient).dataset
    cleaned.Manufacturer = "other"
    cleaned.BodyPartExamined = "other"
    assert patient == before


def test_the_same_source_gives_the_same_bytes(patient, clean, encoded) -> None:
    assert encoded(clean(patient).dataset) == encoded(clean(copy.deepcopy(patient)).dataset)


def test_pixels_are_shared_and_keep_their_form(patient, clean) -> None:
    patient.PixelData = bytes(1000)
    patient["PixelData"].VR = "OB"
    patient["PixelData"].is_undefined_length = True
    cleaned = clean(patient).dataset
    assert cleaned.PixelData is patient.PixelData
    assert cleaned["PixelData"].is_undefined_length


def test_pixels_inside_a_sequence_go(patient, clean) -> None:
    patient.SharedFunctionalGroupsSequence = Sequence([item(PixelData=b"icon")])
    assert "PixelData" not in clean(patient).dataset.SharedFunctionalGroupsSequence[0]


def test_what_does_not_identify_stays(patient, clean) -> None:
    cleaned = clean(patient).dataset
    assert cleaned.Modality == "CT"
    assert cleaned.Manufacturer == "Example Devices"
    assert cleaned.BodyPartExamined == "HEAD"
    assert cleaned.SliceThickness == 2.5
    assert cleaned.SOPClassUID == patient.SOPClassUID


def test_dates_are_said_to_be_removed(patient, clean) -> None:
    cleaned = clean(patient).dataset
    assert cleaned.LongitudinalTemporalInformationModified == "REMOVED"
    assert cleaned.StudyDate == "" and cleaned.StudyTime == ""


def test_instances_of_one_patient_stay_together(patient, clean) -> None:
    other = copy.deepcopy(patient)
    other.SOPInstanceUID = "1.2.3.4.5.99"
    other.PatientName = "SENTINEL^ZOE^MARIA"
    first, second = clean(patient).dataset, clean(other).dataset
    assert first.PatientID == second.PatientID
    assert first.PatientName == second.PatientName
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID


def test_without_an_id_name_and_birth_date_tell_patients_apart(patient, key) -> None:
    del patient.PatientID
    other = copy.deepcopy(patient)
    other.PatientBirthDate = "19770708"
    assert patient_of(patient, key, "a").pseudonym == patient_of(patient, key, "b").pseudonym
    assert patient_of(patient, key, "a").pseudonym != patient_of(other, key, "a").pseudonym


def test_a_data_set_that_names_nobody_is_nobody_elses(key) -> None:
    assert patient_of(Dataset(), key, "a").pseudonym != patient_of(Dataset(), key, "b").pseudonym


def test_another_key_gives_other_pseudonyms(patient, clean) -> None:
    first = clean(patient).dataset
    second = clean_header(
        patient, ProjectKey(bytes(32)), HeaderPolicy(), "", Identifiers(frozenset(), frozenset()), NO_ASSIGNMENTS
    ).dataset
    assert first.PatientID != second.PatientID
    assert first.SOPInstanceUID != second.SOPInstanceUID


def test_an_instance_without_uid_gets_one_from_its_digest(patient, clean, key) -> None:
    del patient.SOPInstanceUID
    assert clean(patient).dataset.SOPInstanceUID == key.uid("digest-of-the-file")


def test_a_reference_follows_the_instance_it_refers_to(patient, clean) -> None:
    patient.ReferencedSeriesSequence = Sequence(
        [item(ReferencedInstanceSequence=Sequence([item(ReferencedSOPInstanceUID="1.2.3.4.5.1")]))]
    )
    patient.DerivationImageSequence = Sequence([item(ReferencedSOPInstanceUID="1.2.3.4.5.1")])
    cleaned = clean(patient).dataset
    inner = cleaned.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert inner.ReferencedSOPInstanceUID == cleaned.SOPInstanceUID


def test_a_list_of_references_goes_with_the_last_reference(patient, clean) -> None:
    patient.ReferencedSeriesSequence = Sequence(
        [item(ReferencedInstanceSequence=Sequence([item(ReferencedSOPInstanceUID="1.2.3")]))]
    )
    patient.SourceImageSequence = Sequence([item(ReferencedSOPInstanceUID="1.2.3")])
    cleaned = clean(patient)
    assert "ReferencedSeriesSequence" not in cleaned.dataset
    assert "00081115" in {fate.path for fate in cleaned.fates if fate.changed}


@given(st.lists(st.integers(0, 10**30), min_size=1, max_size=30, unique=True))
def test_different_uids_stay_different(numbers: list[int]) -> None:
    assert len({replaced(f"1.2.{number}", KEY) for number in numbers}) == len(numbers)


@pytest.mark.parametrize("uid", ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.4.1.1", ""])
def test_registered_uids_stay(uid: str) -> None:
    assert replaced(uid, KEY) == uid


def test_an_invented_uid_below_the_root_of_dicom_is_replaced() -> None:
    assert not is_registered("1.2.840.10008.99999.1")
    assert replaced("1.2.840.10008.99999.1", KEY).startswith("2.25.")


def test_a_text_that_is_no_uid_is_replaced(patient, clean) -> None:
    patient.add(DataElement(0x0020000D, "UI", "ZZ-SENTINEL", already_converted=True))
    patient.add(DataElement(0x0020000E, "LO", "ZZ-SENTINEL"))
    cleaned = clean(patient).dataset
    assert cleaned.StudyInstanceUID.startswith("2.25.")
    assert cleaned["SeriesInstanceUID"].VR == "UI" and cleaned.SeriesInstanceUID.startswith("2.25.")


def test_changes_name_the_path_and_hold_no_value(patient, clean) -> None:
    patient.SharedFunctionalGroupsSequence = Sequence([item(), item(OperatorsName="Sentinel^Op")])
    changes = [fate for fate in clean(patient).fates if fate.changed]
    assert "52009229[1].00081070" in {change.path for change in changes}
    assert "sentinel" not in repr(changes).casefold()


def test_what_was_empty_stays_empty(patient, clean) -> None:
    patient.ContentDate = ""
    patient.SegmentLabel = ""
    cleaned = clean(patient)
    assert cleaned.dataset.ContentDate == "" and cleaned.dataset.SegmentLabel == ""
    assert not {"00080023", "00620005"} & {fate.path for fate in cleaned.fates if fate.changed}


def test_an_encapsulated_document_becomes_an_empty_one(clean) -> None:
    document = item(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", MIMETypeOfEncapsulatedDocument="application/pdf")
    document.EncapsulatedDocument = b"%PDF Sentinel"
    document.EncapsulatedDocumentLength = 13
    cleaned = clean(document).dataset
    assert cleaned.EncapsulatedDocument.startswith(b"%PDF-1.4") and b"Sentinel" not in cleaned.EncapsulatedDocument
    assert cleaned.EncapsulatedDocumentLength == len(cleaned.EncapsulatedDocument)


def test_an_encapsulated_document_of_unknown_kind_is_refused(clean) -> None:
    document = item(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", MIMETypeOfEncapsulatedDocument="application/zz")
    document.EncapsulatedDocument = b"Sentinel"
    with pytest.raises(Refused) as refused:
        clean(document)
    assert refused.value.code is ReasonCode.SOP_CLASS_REFUSED


def test_a_report_keeps_no_content(clean) -> None:
    content = item(RelationshipType="CONTAINS", ValueType="TEXT", TextValue="Zoe Sentinel was seen")
    report = item(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", ContentSequence=Sequence([content, content]))
    cleaned = clean(report).dataset
    assert [inner.TextValue for inner in cleaned.ContentSequence] == ["REMOVED"]


def test_a_dummy_annotation_lies_in_a_layer_that_is_there_and_layers_are_numbered(clean) -> None:
    state = item(SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1")
    state.GraphicLayerSequence = Sequence([item(GraphicLayer="SENTINEL"), item(GraphicLayer="ZOE")])
    state.GraphicAnnotationSequence = Sequence([item(GraphicLayer="ZOE", UnformattedTextValue="Zoe")] * 2)
    cleaned = clean(state).dataset
    (annotation,) = cleaned.GraphicAnnotationSequence
    assert [layer.GraphicLayer for layer in cleaned.GraphicLayerSequence] == ["LAYER1", "LAYER2"]
    assert annotation.GraphicLayer == "LAYER1"
    assert annotation.TextObjectSequence[0].UnformattedTextValue == "REMOVED"


def test_fates_come_in_the_order_of_the_data_set(patient, clean) -> None:
    patient.SharedFunctionalGroupsSequence = Sequence([item(BodyPartExamined="HEAD") for _ in range(11)])
    paths = [fate.path for fate in clean(patient).fates]
    groups = [path for path in paths if path.startswith("5200")]
    assert groups == ["52009229", *(f"52009229[{number}].00180015" for number in range(11))]
    assert [path[:8] for path in paths] == sorted(path[:8] for path in paths)
