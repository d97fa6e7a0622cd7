"""Attributes that Table E.1-1 does not name have a fate by their value representation."""

from io import BytesIO

import pytest
from pydicom import DataElement, Dataset, Sequence, dcmread
from pydicom.datadict import DicomDictionary

from pixelclean.header.annex_e.by_vr import fate
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.annex_e.table import row_for
from pixelclean.options import Option
from pixelclean.policy import HeaderPolicy


@pytest.mark.parametrize(
    "vr", ["PN", "DA", "DT", "TM", "SH", "LO", "ST", "LT", "UT", "UC", "UR", "OB", "OW", "UN", "UI"]
)
def test_no_unreviewed_value_of_a_vr_that_can_identify_is_kept(vr: str) -> None:
    lists = reviewed().text | reviewed().binary
    kept = [
        f"{tag:08X}"
        for tag, (known, *_) in DicomDictionary.items()
        if known == vr and row_for(tag) is None and tag not in lists and fate(tag, vr, ())[0].startswith("K")
    ]
    assert kept == []


def test_a_reviewed_attribute_is_not_one_that_the_table_names() -> None:
    lists = reviewed()
    named = lists.text | lists.binary | lists.removed | lists.replaced | lists.characteristics
    assert [f"{tag:08X}" for tag in named if row_for(tag) is not None] == []


@pytest.mark.parametrize(
    "keyword,vr,value",
    [
        ("BodyPartExamined", "CS", "Zoe Sentinel, 7/7/1977"),
        ("BodyPartExamined", "CS", "ZOE SENTINEL OF SENTINEL HOUSE"),
        ("SliceThickness", "DS", "Sentinel"),
        ("InstanceNumber", "IS", "Sentinel"),
        ("InstanceNumber", "LO", "Sentinel"),
    ],
)
def test_a_value_that_is_not_what_its_vr_promises_is_emptied(keyword: str, vr: str, value: str, clean) -> None:
    source = Dataset()
    setattr(source, keyword, None)
    source[keyword] = DataElement(source[keyword].tag, vr, value, already_converted=True)
    assert not clean(source).dataset[keyword].value


def test_a_value_under_another_kind_of_vr_goes(clean) -> None:
    source = Dataset()
    source.add(DataElement(0x00280010, "LO", "Sentinel"))
    source.add(DataElement(0x00080070, "OB", b"Sentinel"))
    assert len(clean(source).dataset.group_dataset(0x0028)) == 1  # Longitudinal Temporal Information Modified
    assert "Manufacturer" not in clean(source).dataset


def test_what_says_as_much_as_size_and_weight_stays_with_them_only(clean, clean_by) -> None:
    source = Dataset()
    source.PatientBodyMassIndex, source.PatientWeight = 21.5, 70
    source.PatientSizeCodeSequence = Sequence([Dataset()])
    assert not {"PatientBodyMassIndex", "PatientSizeCodeSequence", "PatientWeight"} & set(clean(source).dataset.dir())
    kept = clean_by(source, HeaderPolicy(options=(Option.RETAIN_PATIENT_CHARACTERISTICS,))).dataset
    assert (kept.PatientBodyMassIndex, kept.PatientWeight) == (21.5, 70) and "PatientSizeCodeSequence" in kept


def test_a_label_that_people_type_is_replaced(clean) -> None:
    source = Dataset()
    source.ContentLabel = "ZOE"
    source.SegmentLabel = "Zoe's liver"
    cleaned = clean(source).dataset
    assert cleaned.ContentLabel == cleaned.SegmentLabel == "REMOVED"


def code(scheme: str, value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    outer = Dataset()
    outer.AnatomicRegionSequence = Sequence([item])
    return outer


@pytest.mark.parametrize("scheme,value", [("SCT", "69536005"), ("SRT", "T-D1100"), ("DCM", "113100"), ("UCUM", "mm")])
def test_a_published_code_passes(scheme: str, value: str, clean) -> None:
    source = code(scheme, value, "Head")
    assert clean(source).dataset.AnatomicRegionSequence == source.AnatomicRegionSequence


@pytest.mark.parametrize(
    "scheme,value", [("99SENTINEL", "1"), ("L", "SENTINEL"), ("", "SENTINEL"), ("DCM", "SENTINEL"), ("SCT", "Zoe")]
)
def test_a_local_code_is_replaced_and_stays_equal_to_itself(scheme: str, value: str, clean, encoded) -> None:
    source = code(scheme, value, "Sentinel of Zoe")
    cleaned = clean(source).dataset
    assert b"SENTINEL" not in encoded(cleaned).upper() and b"Zoe" not in encoded(cleaned)
    item = cleaned.AnatomicRegionSequence[0]
    assert item.CodeMeaning == "REMOVED" and len(item.CodeValue) == 16
    assert clean(source).dataset == cleaned
    assert clean(code(scheme, value + "2", "")).dataset.AnatomicRegionSequence[0].CodeValue != item.CodeValue


def test_the_description_of_a_local_scheme_is_replaced(clean, encoded) -> None:
    item = Dataset()
    item.CodingSchemeDesignator = "99SENTINEL"
    item.CodingSchemeName = "Codes of Sentinel House"
    item.CodingSchemeUID = "1.2.3.77177"
    item.CodingSchemeResponsibleOrganization = "Sentinel House"
    source = Dataset()
    source.CodingSchemeIdentificationSequence = Sequence([item])
    written = encoded(clean(source).dataset)
    assert b"SENTINEL" not in written.upper() and b"1.2.3.77177" not in written


def test_text_stays_readable_in_its_character_set(clean, encoded) -> None:
    source = Dataset()
    source.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    source.Manufacturer = "\u6771\u829d"
    source.PatientName = "Yamada^Tarou=\u5c71\u7530^\u592a\u90ce"
    read = dcmread(BytesIO(encoded(clean(source).dataset)), force=True)
    assert read.Manufacturer == "\u6771\u829d"
    assert str(read.PatientName).startswith("PX-")
