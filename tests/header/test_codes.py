"""Of a code only what a published scheme says passes; nobody's name passes as its meaning."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence
from pydicom.sr.codedict import Collection

from pixelclean.header import harvest, survivors, withhold
from pixelclean.header.units import is_unit


def coded(value: str, scheme: str, meaning: str, **root: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    outer = Dataset()
    outer.AnatomicRegionSequence = Sequence([item])
    for keyword, text in root.items():
        setattr(outer, keyword, text)
    return outer


def test_a_meaning_in_bytes_goes(clean) -> None:
    source = coded("10200004", "SCT", "")
    source.AnatomicRegionSequence[0]["CodeMeaning"] = DataElement(0x00080104, "OB", b"Sentinel^Zoe")
    assert "CodeMeaning" not in clean(source).dataset.AnatomicRegionSequence[0]


@pytest.mark.parametrize("value", [None, ""])
def test_a_meaning_without_a_value_is_no_code(value: str | None, clean, encoded) -> None:
    source = coded("", "DCM", "Mrs Zoe Sentinel")
    if value is None:
        del source.AnatomicRegionSequence[0].CodeValue
    assert b"Sentinel" not in encoded(clean(source).dataset)


def test_the_texts_that_describe_a_published_scheme_are_replaced(clean, encoded) -> None:
    item = Dataset()
    item.CodingSchemeDesignator, item.CodingSchemeUID = "SCT", "2.16.840.1.113883.6.96"
    item.CodingSchemeName = "Sentinel's terms"
    item.CodingSchemeResponsibleOrganization = "Sentinel House"
    item.CodingSchemeVersion = "Sentinel 7"
    source = Dataset()
    source.CodingSchemeIdentificationSequence = Sequence([item])
    cleaned = clean(source).dataset
    assert b"Sentinel" not in encoded(cleaned)
    (described,) = cleaned.CodingSchemeIdentificationSequence
    assert (described.CodingSchemeDesignator, described.CodingSchemeUID) == ("SCT", "2.16.840.1.113883.6.96")


@pytest.mark.parametrize(
    "scheme,uid,stays",
    [
        ("SCT", "2.16.840.1.113883.6.96", True),
        ("DCM", "1.2.840.10008.2.16.4", True),
        ("NCIt", "2.16.840.1.113883.3.26.1.1", True),
        ("SCT", "2.16.840.1.113883.3.7712", False),
        ("SCT", "2.16.840.1.113883.3.771.2345", False),
        ("SCT", "2.16.840.1.113883.3.26.1.1.7", False),
        ("SCT", "2.16.840.1.113883.2.7712", False),
        ("SCT", "2.16.840.1.113883.6.96.7712.345", False),
    ],
)
def test_a_scheme_keeps_its_published_uid_and_none_of_an_organisation(
    scheme: str, uid: str, *, stays: bool, clean
) -> None:
    item = Dataset()
    item.CodingSchemeDesignator, item.CodingSchemeUID = scheme, uid
    source = Dataset()
    source.CodingSchemeIdentificationSequence = Sequence([item])
    (described,) = clean(source).dataset.CodingSchemeIdentificationSequence
    assert (described.CodingSchemeUID == uid) is stays


@pytest.mark.parametrize(
    "scheme,value",
    [
        *(("DCM", "77123"), ("UCUM", "SENTINEL-Z-0707"), ("UCUM", "7712345"), ("MDC", "SENTINEL"), ("FMA", "Sentinel")),
        *(("SRT", "T-ZOESEN"), ("RFC5646", "Sentinel"), ("I10", "SENTINEL")),
        *(("SCPECG", "5.12.2019"), ("SCPECG", "5.10.3-1977"), ("SCPECG", "D.3-ZOE")),
    ],
)
def test_a_value_that_the_scheme_cannot_have_is_local(scheme: str, value: str, clean) -> None:
    (item,) = clean(coded(value, scheme, "Sentinel")).dataset.AnatomicRegionSequence
    assert item.CodingSchemeDesignator == "99REMOVED" and item.CodeMeaning == "REMOVED" and item.CodeValue != value


@pytest.mark.parametrize(
    "value",
    ["mm[Hg]", "{counts}/s", "[hnsf'U]", "g/ml{SUVbw}", "10-6.mm2/s", "ml/[100]g/min", "%", "1", "dyn.s.cm-5/m2"],
)
def test_units_pass(value: str, clean) -> None:
    (item,) = clean(coded(value, "UCUM", value)).dataset.AnatomicRegionSequence
    assert (item.CodeValue, item.CodeMeaning) == (value, value)


def test_every_unit_that_the_standard_names_is_one() -> None:
    values = {code.value for code in Collection("UCUM").concepts.values()}
    assert {value for value in values if not is_unit(value)} == set()


TYPED_CODES = [
    *(("7.May.26", "UCUM"), ("7.5.26", "UCUM"), ("07.05.1926", "UCUM"), ("7d.5mo.60a", "UCUM"), ("10-26.10-5", "UCUM")),
    *(
        ("Lee", "UCUM"),
        ("MR.Lutz", "UCUM"),
        ("John.Doe", "UCUM"),
        ("m.Schulz", "UCUM"),
        ("Gal", "UCUM"),
        ("Yu", "UCUM"),
    ),
    *(
        ("{Schulz}", "UCUM"),
        ("ml{7.5.26}", "UCUM"),
        ("{}", "UCUM"),
        ("(ml", "UCUM"),
        ("ml//s", "UCUM"),
        ("12345", "UCUM"),
    ),
    *(
        ("JOHN", "IBSI"),
        ("1926", "IBSI"),
        ("7MAY", "IBSI"),
        ("Lee-Kim", "RFC5646"),
        ("lee", "RFC5646"),
        ("LEE", "ISO3166_1"),
    ),
    *(("A00.JOHN", "I10"), ("JOHN", "I11"), ("P-FACED", "SRT")),
]


@pytest.mark.parametrize("value,scheme", TYPED_CODES)
def test_a_name_or_a_date_is_no_code_and_no_meaning_of_one(value: str, scheme: str, clean, encoded) -> None:
    (item,) = clean(coded(value, scheme, value)).dataset.AnatomicRegionSequence
    assert (item.CodingSchemeDesignator, item.CodeMeaning) == ("99REMOVED", "REMOVED") and item.CodeValue != value


@pytest.mark.parametrize(
    "value,scheme",
    [
        *(("FCBV", "IBSI"), ("25C7", "IBSI"), ("en-US", "RFC5646"), ("eng", "ISO639_2"), ("US", "ISO3166_1")),
        *(("S72.001A", "I10"), ("CA40.0", "I11"), ("T-62000", "SRT"), ("R-FFFFC", "SRT"), ("R97.20", "I10")),
        *(("5.10.3-11", "SCPECG"), ("5.13.5-7", "SCPECG"), ("5.4.5-33-1-1", "SCPECG")),
    ],
)
def test_codes_of_published_schemes_pass(value: str, scheme: str, clean) -> None:
    (item,) = clean(coded(value, scheme, "Liver")).dataset.AnatomicRegionSequence
    assert (item.CodeValue, item.CodingSchemeDesignator) == (value, scheme)


@given(st.text("mgl.s/{}[]()0123*^+-'%LeK", max_size=64))
def test_whether_a_text_is_a_unit_is_found_in_no_time(text: str) -> None:
    started = time.process_time()
    is_unit(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("value", ["19260507", "1926050799", "SCT26"])
def test_a_code_that_holds_a_date_of_the_patient_says_nothing(value: str, clean) -> None:
    source = coded(value, "SCT", "Liver", PatientBirthDate="19260507")
    found = harvest(source)
    (item,) = withhold(clean(source), found).dataset.AnatomicRegionSequence
    assert item.CodeValue != value and item.CodingSchemeDesignator == "99REMOVED"
    if value.isdecimal():
        assert any(path.endswith("00080100") for path in survivors(source, found))


def test_a_concept_of_dicom_is_no_day_that_is_written_like_it(clean) -> None:
    source = coded("121005", "DCM", "Observer Type", StudyDate="20121005")
    found = harvest(source)
    cleaned = withhold(clean(source), found).dataset
    assert cleaned.AnatomicRegionSequence[0].CodeValue == "121005" and survivors(cleaned, found) == ()


TYPED = [
    *("Liver 7/7/1977", "Liver 77123", "Liver, seen on 1977-07-07", "Liver\nZoe", "x" * 65, "Liver of Zoe Sentinel"),
    *("Mr Hand", "Dr. Liver", "Liver Nagelkerke"),
]


@pytest.mark.parametrize("meaning", TYPED)
def test_a_meaning_of_other_words_than_a_dictionarys_is_replaced_by_the_published_one(meaning: str, clean) -> None:
    (item,) = clean(coded("121401", "DCM", meaning)).dataset.AnatomicRegionSequence
    assert (item.CodeValue, item.CodeMeaning) == ("121401", "Derivation")


@pytest.mark.parametrize("meaning", TYPED)
def test_where_none_is_published_it_goes(meaning: str, clean) -> None:
    for value, scheme in (("121327000", "SCT"), ("T-62000", "SRT")):
        (item,) = clean(coded(value, scheme, meaning)).dataset.AnatomicRegionSequence
        assert (item.CodeValue, item.CodeMeaning) == (value, "REMOVED")


@pytest.mark.parametrize("meaning", ["Liver", "Upper abdomen", "Leber", "foie"])
def test_a_meaning_in_words_of_a_dictionary_stays(meaning: str, clean) -> None:
    (item,) = clean(coded("121327000", "SCT", meaning)).dataset.AnatomicRegionSequence
    assert item.CodeMeaning == meaning


@pytest.mark.parametrize("meaning", ["Liver of Sentinel", "for zoe, sentinel", "Liversentinel", "born 7 July 1977"])
def test_a_meaning_that_names_the_patient_is_replaced_and_holds_no_file(meaning: str, patient, clean) -> None:
    source = coded("121401", "DCM", meaning, PatientName="Sentinel^Zoe", PatientBirthDate="19770707")
    found = harvest(source)
    cleaned = withhold(clean(source), found).dataset
    assert cleaned.AnatomicRegionSequence[0].CodeMeaning in ("Derivation", "REMOVED")
    assert survivors(cleaned, found) == ()


def test_a_code_that_is_the_id_of_the_patient_says_nothing(clean) -> None:
    source = coded("177123", "DCM", "Liver", PatientID="177-123")
    (item,) = withhold(clean(source), harvest(source)).dataset.AnatomicRegionSequence
    assert (item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning) == ("REMOVED", "99REMOVED", "REMOVED")


def test_a_patient_called_like_a_term_keeps_the_meaning_of_another(clean) -> None:
    source = coded("51185008", "SCT", "Chest", PatientName="Chest^Jane")
    (item,) = withhold(clean(source), harvest(source)).dataset.AnatomicRegionSequence
    assert item.CodeMeaning == "Chest"
