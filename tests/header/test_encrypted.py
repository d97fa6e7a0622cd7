"""Encrypted originals: what travels, and what comes back (PS3.15 E.1.1, E.1.2)."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from encrypted_by_hand import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IDENTITY,
    IMPLICIT,
    LIMITS,
    MADE_UID,
    back,
    by_hand,
    content,
    differing,
    hidden_in,
    of,
    opened,
    sealed,
    stripped,
    through_a_file,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence

from pixelclean.errors import Refused
from pixelclean.header import Cleaned
from pixelclean.header.encryption.attached import attach
from pixelclean.header.encryption.restored import restored
from pixelclean.reasons import ReasonCode


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, DEFLATED, BIG])
def test_what_the_cleaning_took_comes_back(
    patient: Dataset, clean: Callable[[Dataset], Cleaned], tmp_path: Path, syntax: str
) -> None:
    patient.OtherPatientIDsSequence = Sequence([of(PatientID="ZZ-SENTINEL-2", TypeOfPatientID="TEXT")])
    block = patient.private_block(0x0029, "SENTINEL MAKER", create=True)
    block.add_new(0x01, "LO", "a private word")
    block.add_new(0x02, "SQ", Sequence([of(PatientName="Sentinel^Nested")]))
    original = through_a_file(patient, tmp_path, syntax)
    cleaned = clean(original).dataset
    attach(cleaned, original, sealed)
    assert differing(cleaned, original) > {0x00080018, 0x00100010, 0x00290010, 0x00400500} - {0x00400500}
    again = back(through_a_file(cleaned, tmp_path, syntax))
    assert differing(again, original) == {0x00120062}
    assert again.PatientIdentityRemoved == "NO"


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_removed_or_replaced_comes_back(patient: Dataset, data: st.DataObject) -> None:
    original = deepcopy(patient)
    tags = [element.tag for element in original if element.VR != "UI"]
    cleaned = stripped(original)
    for tag in data.draw(st.sets(st.sampled_from(tags))):
        if tag in cleaned and data.draw(st.booleans()):
            del cleaned[tag]
        else:
            cleaned[tag] = DataElement(tag, original[tag].VR, "1")
    attach(cleaned, original, sealed)
    assert differing(back(cleaned), original) == {0x00120062}


def test_neither_data_set_is_touched(patient: Dataset) -> None:
    before = deepcopy(patient)
    cleaned = stripped(patient, "PatientBirthDate")
    attach(cleaned, patient, sealed)
    assert patient == before
    leaving = deepcopy(cleaned)
    back(cleaned)
    assert cleaned == leaving


def test_nothing_of_the_originals_can_be_read_without_the_key(
    patient: Dataset, clean: Callable[[Dataset], Cleaned], encoded: Callable[[Dataset], bytes]
) -> None:
    cleaned = clean(patient).dataset
    attach(cleaned, patient, sealed)
    written = encoded(cleaned).lower()
    assert b"sentinel" not in written
    assert patient.SOPInstanceUID.encode() not in written


def test_any_recipient_and_nobody_else_gets_them_back(patient: Dataset) -> None:
    cleaned = stripped(patient)
    attach(cleaned, patient, sealed)
    for name in ("anna", "ben"):
        found = restored(cleaned, lambda envelope, name=name: opened(envelope, name), LIMITS)
        assert found.PatientName == "Sentinel^Zoe"
    with pytest.raises(Refused) as caught:
        restored(cleaned, lambda envelope: opened(envelope, "dora"), LIMITS)
    assert caught.value.code is ReasonCode.CANNOT_DECRYPT


@pytest.mark.parametrize(
    "terms, name",
    [
        ("ISO_IR 100", "Jérôme^Zoë"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    ],
)
@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
def test_names_come_back_in_every_character_set(
    patient: Dataset, tmp_path: Path, terms: str | list[str], name: str, syntax: str
) -> None:
    patient.SpecificCharacterSet, patient.PatientName = terms, name
    patient.OtherPatientIDsSequence = Sequence([of(PatientID="2", PatientName=name)])
    original = through_a_file(patient, tmp_path, syntax)
    for left in ([], ["SpecificCharacterSet"]):
        cleaned = stripped(original, "OtherPatientIDsSequence", *left)
        attach(cleaned, original, sealed)
        again = through_a_file(back(through_a_file(cleaned, tmp_path, syntax)), tmp_path, syntax)
        assert str(again.PatientName) == str(again.OtherPatientIDsSequence[0].PatientName) == name


def test_retained_text_survives_a_change_of_the_character_set(patient: Dataset, tmp_path: Path) -> None:
    hidden = of(SpecificCharacterSet="ISO_IR 100", PatientName="Zoë^Jérôme")
    patient.SpecificCharacterSet, patient.SeriesDescription = "ISO_IR 144", "голова"
    again = through_a_file(back(by_hand(patient, sealed(content(hidden)))), tmp_path)
    assert (str(again.PatientName), again.SeriesDescription) == ("Zoë^Jérôme", "голова")


# What travels


def test_neither_pixels_nor_what_describes_them_travels(patient: Dataset) -> None:
    patient.Rows, patient.Columns, patient.PhotometricInterpretation = 2, 2, "RGB"
    patient.BurnedInAnnotation, patient.RecognizableVisualFeatures = "YES", "YES"
    patient.LossyImageCompression = "00"
    for tag, vr in ((0x60003000, "OW"), (0x50000010, "US"), (0x7FE00010, "OW"), (0x7FE00001, "OV")):
        patient.add(DataElement(tag, vr, 1 if vr == "US" else b"12345678"))
    patient.add(DataElement(0x54000100, "SQ", Sequence([Dataset()])))
    cleaned = stripped(patient)
    cleaned.PhotometricInterpretation, cleaned.BurnedInAnnotation, cleaned.Rows = "YBR_FULL", "NO", 4
    cleaned.LossyImageCompression = "01"
    for tag in (0x60003000, 0x50000010, 0x7FE00010, 0x7FE00001, 0x54000100):
        del cleaned[tag]
    attach(cleaned, patient, sealed)
    assert {tag >> 16 for tag in hidden_in(cleaned).keys()} <= {0x0008, 0x0010, 0x0018, 0x0028}  # noqa: SIM118
    again = back(cleaned)
    kept = (again.PhotometricInterpretation, again.BurnedInAnnotation, again.Rows, again.LossyImageCompression)
    assert kept == ("YBR_FULL", "NO", 4, "01")


def test_what_did_not_change_does_not_travel_but_for_what_reading_needs(patient: Dataset) -> None:
    patient.SpecificCharacterSet = "ISO_IR 100"
    cleaned = deepcopy(patient)
    attach(cleaned, patient, sealed)
    expected = {"SpecificCharacterSet", "SOPInstanceUID"}
    marks = {"ContributingEquipmentSequence", "LongitudinalTemporalInformationModified"}
    hidden = hidden_in(cleaned)
    assert {element.keyword for element in hidden} == expected | marks
    assert all(hidden[keyword].is_empty for keyword in marks)


def test_a_replacement_for_nothing_leaves_nothing_behind_but_a_made_uid_does(patient: Dataset) -> None:
    del patient.PatientID, patient.SOPInstanceUID
    cleaned = stripped(patient)
    cleaned.ClinicalTrialSubjectID = "TRIAL-7"
    attach(cleaned, patient, sealed)
    again = back(cleaned)
    assert again.PatientID == ""
    assert again.SOPInstanceUID == MADE_UID  # an instance without a UID is none; and gdcmanon asks for one
    assert again.ClinicalTrialSubjectID == "TRIAL-7"


def test_marks_go_unless_the_original_had_them(patient: Dataset) -> None:
    cleaned = stripped(patient)
    attach(cleaned, patient, sealed)
    again = back(cleaned)
    assert not {*IDENTITY, 0x00280303, 0x0018A001, 0x04000500} & {*again.keys()} - {0x00120062}
    had = deepcopy(patient)
    had.LongitudinalTemporalInformationModified = "REMOVED"
    had.ContributingEquipmentSequence = Sequence([of(Manufacturer="Example Devices")])
    cleaned = stripped(had)
    attach(cleaned, had, sealed)
    again = back(cleaned)
    assert again.LongitudinalTemporalInformationModified == "REMOVED"
    assert [item.Manufacturer for item in again.ContributingEquipmentSequence] == ["Example Devices"]


def test_private_blocks_return_to_where_they_were(patient: Dataset) -> None:
    for maker in ("SENTINEL ONE", "SENTINEL TWO"):
        block = patient.private_block(0x0029, maker, create=True)
        block.add_new(0x01, "LO", f"of {maker}")
        block.add_new(0x02 if maker == "SENTINEL ONE" else 0x03, "LO", maker)
    cleaned = stripped(patient)
    for tag in [tag for tag in cleaned.keys() if tag.is_private]:  # noqa: SIM118
        del cleaned[tag]
    moved = cleaned.private_block(0x0029, "SENTINEL TWO", create=True)  # the second block is now the first
    moved.add_new(0x01, "LO", "of SENTINEL TWO")
    moved.add_new(0x03, "LO", "SENTINEL TWO")
    attach(cleaned, patient, sealed)
    assert differing(back(cleaned), patient) == {0x00120062}


def test_private_elements_that_stayed_beside_carried_ones_stay(patient: Dataset) -> None:
    patient.private_block(0x0029, "SENTINEL ONE", create=True).add_new(0x01, "LO", "kept")
    cleaned = by_hand(stripped(patient), sealed(content(of(PatientName="Sentinel^Zoe"))))
    assert back(cleaned)[0x00291001].value == "kept"


def test_a_file_that_is_encrypted_twice_gives_back_its_first_envelope(patient: Dataset) -> None:
    first = stripped(patient)
    attach(first, patient, sealed)
    second = stripped(first)
    second.PatientID = "second"
    attach(second, first, sealed)
    again = back(second)
    assert again.PatientID == "7"
    assert back(again).PatientName == "Sentinel^Zoe"


def test_words_of_a_big_endian_file_keep_their_order(patient: Dataset, tmp_path: Path) -> None:
    patient.add(DataElement(0x00290010, "LO", "SENTINEL ONE"))
    patient.add(DataElement(0x00291001, "OW", b"\x01\x02\x03\x04"))
    original = through_a_file(patient, tmp_path, BIG)
    cleaned = stripped(original)
    del cleaned[0x00290010], cleaned[0x00291001]
    attach(cleaned, original, sealed)
    assert back(through_a_file(cleaned, tmp_path, BIG))[0x00291001].value == original[0x00291001].value


def test_originals_nested_as_deep_as_the_limit_come_back(
    patient: Dataset, nested: Callable[..., Dataset], tmp_path: Path
) -> None:
    deep = nested(of(PatientName="Sentinel^Deep"), LIMITS.depth)
    patient.update(deep)
    original = through_a_file(patient, tmp_path)
    cleaned = stripped(original, "SharedFunctionalGroupsSequence")
    attach(cleaned, original, sealed)
    assert differing(back(through_a_file(cleaned, tmp_path)), original) == {0x00120062}
