"""Texts of devices stay where they speak of a device: nobody's title, address, telephone, day or number passes."""

import time

import pytest
from annex_e import of
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import keyword_for_tag

from pixelclean.header import harvest, survivors, withhold
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.identity.coded import defined_terms
from pixelclean.header.impersonal import (
    addresses_somebody,
    is_as_reviewed,
    is_no_term,
    names_somebody,
    speaks_of_somebody,
)
from pixelclean.overrides import Means, Override
from pixelclean.policy import HeaderPolicy

IMPERSONAL = ("ConvolutionKernel", "WindowCenterWidthExplanation", "ContrastBolusRoute", "SequenceName", "FilterType")
PROGRAMS = ("AlgorithmName", "SegmentAlgorithmName", "ApplicationName")
PRODUCTS = ("Manufacturer", "ManufacturerModelName", "SoftwareVersions")


ADDRESSED = [
    *("Dr. Zwinglimann", "Dr. Zwinglimann Lunge", "dr zwinglimann lung", "Frau Zwingl", "IV Sr. Zwingl", "Prof Hand"),
    *("DR. HEAD", "Mrs. Head", "Herr Kopf", "mail: zwingl@hosp.example", "zwingl@hosp.example", "Tel 0399 77123"),
    *("http://pacs.hosp.example/v?pid=1", "www.hosp.example/v", "https://github.com.hosp.example/v"),
    *(
        "https://github.com/v?user=zwingl",
        "Tel. 77123",
        "FAX:+99 399 77-1",
        "St. Zwingl Hospital",
        "CT Klinikum Zwingl",
    ),
    *("/home/zwingl/bin", "Phone 0399/77123", "\u0434\u043e\u043a\u0442\u043e\u0440 Zwingl"),
]
SPOKEN_OF = [
    *("Lung by zwingl", "by zwingl", "Operator: Zwingl", "Radiologist Zwingl", "Zwingl MD", "ID 77123", "Room 77123"),
    *(
        "1.2.1934",
        "01/02/34",
        "2031-07-11",
        "2031/7/11",
        "10:11:12",
        "190711",
        "x 7712345 y",
        "0399 77123",
        "1.2.3.4.5.6",
    ),
    *("geb. 1.2.1934", "fuer Zwingl", "DR ZWINGLIMANN"),
]
OF_A_DEVICE = [
    *(
        "B30f",
        "*fl3d1_ns",
        "STANDARD",
        "WINDOW1",
        "Abdomen",
        "abdomen",
        "Lung Window",
        "Soft Tissue",
        "ALGO1 v3.2",
        "v1.2.3",
    ),
    *(
        "IV",
        "i.v.",
        "per rectum",
        "XYZ Gauss6.00",
        "LARGE BOWTIE FIL",
        "OSEM2D 2i8s",
        "measured, AC CT",
        "mo_rh",
        "Cu_0.3",
    ),
    *("ep2d_diff_1000", "Tc-99m 140 keV", "Sodium Fluoride", "Fluorodeoxyglucose F^18^", "SENSE-Flex-M", "C:HEA;HEP"),
    *("Shepp Logan", "HU", "MR HEAD", "DR CHEST", "mr kernel", "R Wave", "12.1.0", "60059", "0.1234567", "by CT", ""),
]


@pytest.mark.parametrize("keyword", [*IMPERSONAL, *PROGRAMS, *PRODUCTS])
@pytest.mark.parametrize("text", ADDRESSED)
def test_no_reviewed_text_addresses_somebody(keyword: str, text: str, clean) -> None:
    cleaned = clean(of(**{keyword: text})).dataset
    assert cleaned[keyword].value == "REMOVED"


@pytest.mark.parametrize("keyword", [*IMPERSONAL, *PROGRAMS])
@pytest.mark.parametrize("text", SPOKEN_OF)
def test_what_a_device_writes_from_its_own_list_tells_no_day_and_nobody(keyword: str, text: str, clean) -> None:
    assert clean(of(**{keyword: text})).dataset[keyword].value == "REMOVED"


@pytest.mark.parametrize("keyword", IMPERSONAL)
@pytest.mark.parametrize("text", ["Quorl Zwinglimann", "Quorl, Zwinglimann", "H Zwinglimann", "H. Zwinglimann x"])
def test_given_and_family_name_are_no_setting_of_a_device(keyword: str, text: str, clean) -> None:
    assert clean(of(**{keyword: text})).dataset[keyword].value == "REMOVED"


@pytest.mark.parametrize("keyword", [*IMPERSONAL, *PROGRAMS, *PRODUCTS])
@pytest.mark.parametrize("text", OF_A_DEVICE)
def test_what_devices_write_stays(keyword: str, text: str, clean) -> None:
    assert clean(of(**{keyword: text})).dataset[keyword].value == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Vers. Wed May 24 09:02:14 EDT 2017",
            "453561453792__OS.09.460__[2010/06/14]_16:45",
            "1.2.3.4.5",
            "DR-ID 300CL",
        ),
        *("https://github.com/example/program", "git@github.com:example/program.git", "Example Imaging", "DR Tethr"),
        *(
            "St. Jude Medical",
            "Quorl Zwinglian",
            "Patient Monitor",
            "Operator Console",
            "Clinical Gateway",
            "SIR-Spheres",
        ),
    ],
)
@pytest.mark.parametrize("keyword", PRODUCTS)
def test_a_product_has_numbers_and_dates_and_a_name_of_its_own(keyword: str, text: str, clean) -> None:
    assert clean(of(**{keyword: text})).dataset[keyword].value == text


def test_somebody_is_found_over_several_values(clean) -> None:
    assert clean(of(FilterType=["Dr", "Zwinglimann", "B"])).dataset.FilterType == "REMOVED"
    assert clean(of(SoftwareVersions=["C:", "Users", "zwingl"])).dataset.SoftwareVersions == "REMOVED"
    assert clean(of(ConvolutionKernel=["I30f", "3"])).dataset.ConvolutionKernel == ["I30f", "3"]


def test_more_than_a_device_says_is_no_text_of_a_device(clean) -> None:
    assert clean(of(SoftwareVersions=["B30f"] * 2000)).dataset.SoftwareVersions == "REMOVED"


def test_every_defined_term_stays_at_every_reviewed_attribute() -> None:
    terms = [" ".join(term) for term in defined_terms()]
    checks = (addresses_somebody, speaks_of_somebody, names_somebody, is_no_term)
    spelled = [form for term in terms for form in (term, term.upper(), term.title())]
    assert [text for text in spelled if any(check(text) for check in checks[:3]) and not text.isdecimal()] == []
    assert [text for text in spelled if is_no_term(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        *("Dr Zwingl Knie", "DR ZWINGLIMANN", "dr zwinglimann", "HERR ZWINGL", "Frau Kopf", "PROF_ZWINGL"),
        *("0399 77123456", "0399 7712", "tel 0399 7712", "TEL 77123", "X7712345", "7712345", "031-07-1277123"),
        *("H Zwinglimann", "Quorl Zwingl"),
    ],
)
def test_a_coded_value_that_calls_somebody_or_numbers_something_becomes_a_dummy(text: str, clean) -> None:
    cleaned = clean(of(BodyPartExamined=text, ImageType=["ORIGINAL", "PRIMARY", text])).dataset
    assert cleaned.BodyPartExamined == "REMOVED" and cleaned.ImageType == ["ORIGINAL", "PRIMARY", "REMOVED"]


@pytest.mark.parametrize(
    "text",
    [
        *("KNEE", "knee", "Knee Left", "thorax ap", "M_FFE", "DIS2D", "FM3_2", "CSA 3D EDITOR", "ADC_UNSPECIFIED"),
        *(
            "DR HEAD",
            "SR DOCUMENT",
            "L PROF FEM A",
            "PATIENT_SIDE",
            "12345",
            "100000",
            "T1 MAP",
            "2D MIP",
            "MR_PHASE",
            "ST",
        ),
    ],
)
def test_coded_values_of_devices_stay(text: str, clean) -> None:
    assert clean(of(BodyPartExamined=text)).dataset.BodyPartExamined == text


@pytest.mark.parametrize("name", ["Hu^Li", "Us^An", "Od^Bo", "Li^Hu"])
@pytest.mark.parametrize("unit", ["HU", "US", "OD"])
def test_pixels_keep_their_unit_whatever_the_patient_is_called(name: str, unit: str, clean) -> None:
    source = of(PatientName=name, RescaleType=unit, ModalityLUTType=unit)
    cleaned = withhold(clean(source), harvest(source)).dataset
    assert cleaned.RescaleType == cleaned.ModalityLUTType == unit
    assert survivors(cleaned, harvest(source)) == ()


def test_other_short_names_are_withheld_where_they_are_the_entire_value(clean) -> None:
    source = of(PatientName="Li^Bo", ConvolutionKernel="LI", RescaleType="BO")
    cleaned = withhold(clean(source), harvest(source)).dataset
    assert (cleaned.ConvolutionKernel, cleaned.RescaleType) == ("REMOVED", "REMOVED")


def test_a_text_is_judged_only_where_it_was_reviewed() -> None:
    source = of(StudyDescription="Dr. Zwinglimann", ConvolutionKernel="Dr. Zwinglimann")
    assert is_as_reviewed(source["StudyDescription"]) and not is_as_reviewed(source["ConvolutionKernel"])


def test_only_versions_products_and_fonts_may_hold_numbers_and_dates() -> None:
    lists = reviewed()
    free = {keyword_for_tag(tag) for tag in lists.text - lists.impersonal}
    assert {word for word in free if not any(part in word for part in ("Manufacturer", "Version", "Font"))} == set()
    assert lists.text - lists.impersonal <= lists.equipment


@given(st.text(max_size=64))
def test_any_text_can_be_judged(text: str) -> None:
    for check in (addresses_somebody, speaks_of_somebody, names_somebody, is_no_term):
        assert check(text) in (True, False)


@pytest.mark.parametrize("piece", ["a", "a@", "a.", "http://", "0-", "Dr ", "a:", "1.", "Z.", "@", "www."])
def test_long_texts_take_no_square_of_their_time(piece: str, clean) -> None:
    started = time.process_time()
    clean(of(SoftwareVersions=(piece * 4096)[:4095], ConvolutionKernel=(piece * 4096)[:4095]))
    assert time.process_time() - started < 5


def test_what_the_policy_orders_to_stay_is_not_judged(clean_by) -> None:
    source = of(SoftwareVersions="Dr. Zwinglimann", Manufacturer="Dr. Zwinglimann")
    policy = HeaderPolicy(attributes=(Override("SoftwareVersions", Means.KEEP),))
    cleaned = clean_by(source, policy).dataset
    assert (cleaned.SoftwareVersions, cleaned.Manufacturer) == ("Dr. Zwinglimann", "REMOVED")
