"""A name typed into a field that stays is withheld, however it is spelled; a device's own words are not."""

import time
from itertools import product
from string import ascii_lowercase

import pytest
from annex_e import of
from hypothesis import given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence

from pixelclean.errors import Refused
from pixelclean.header import harvest, survivors, withhold
from pixelclean.header.identity.stems import Edges, Stems
from pixelclean.header.uids import is_registered
from pixelclean.options import Option
from pixelclean.policy import HeaderPolicy
from pixelclean.reasons import ReasonCode


@pytest.fixture
def treated(clean):
    """The output for a source, and what the proof finds in it."""

    def treat(source: Dataset) -> tuple[Dataset, tuple[str, ...]]:
        found = harvest(source)
        cleaned = withhold(clean(source), found).dataset
        return cleaned, survivors(cleaned, found)

    return treat


@pytest.mark.parametrize(
    "identity,text",
    [
        ({"PatientBirthDate": "19770709"}, "born 09.07.1977"),
        ({"PatientBirthDate": "19770709"}, "DOB 1977-07-09 x"),
        ({"PatientBirthDate": "19770709"}, "on 9 July 1977"),
        ({"PatientBirthDate": "19770709"}, "9/7/77"),
        ({"PatientBirthDate": "19770709"}, "x_19770709_y"),
        ({"PatientID": "48213"}, "MRN 48213"),
        ({"PatientID": "4821"}, "MRN 4821 b"),
        ({"PatientID": "AB-12/34-99"}, "AB123499"),
        ({"PatientID": "AB123499"}, "ID:AB-12.3499x"),
        ({"PatientID": "SSN 077-07-1120"}, "077071120"),
        ({"PatientName": "KIM^SU"}, "Mrs KIM 3/12"),
        ({"PatientName": "Sentinel^Zoe"}, "jsentinel_t2"),
        ({"PatientName": "Sentinel^Zoe"}, "SENTINELZOE"),
        ({"PatientName": "O'Sentinson^Zoe"}, "OSENTINSON"),
        ({"PatientName": "Osentinson^Zoe"}, "o'sentinson"),
        ({"PatientName": "Müllersen^Zoe"}, "Muellersen"),
        ({"PatientName": "Muellersen^Zoe"}, "MÜLLERSEN"),
        ({"PatientName": "Muellersen^Zoe"}, "Mullersen"),
        ({"PatientName": "Sorensentin^Bo"}, "Sørensentin"),
        ({"PatientName": "Soerensentin^Bo"}, "Sørensentin"),
        ({"PatientName": "Lodzentin^Bo"}, "ŁODZENTIN"),
        ({"PatientName": "Isikentin^Bo"}, "ışıkentin"),
        ({"PatientName": "Mouk^Mi"}, "moukmi"),
        ({"PatientName": "Mouk^Mi"}, "x_MIMOUK"),
        ({"PatientName": "王^伟"}, "王伟"),
        ({"PatientName": "Wang^Wei=王^伟"}, "CT 王 伟"),
        ({"PatientName": "Wang^Wei=王^伟"}, "王^伟"),
        ({"PatientAddress": "17 Sentinel Crescent"}, "Crescent Sentinel 17"),
        ({"PatientID": "B-07-77123"}, "x 77123 y"),
        ({"PatientID": "B-00077123-X"}, "x 77123 y"),
        (
            {"PatientName": "\u0421\u0435\u043d\u0442\u0438\u043d\u0435\u043b\u0435\u0432^\u042e\u043b\u0438\u044f"},
            "x Sentinelev",
        ),
        (
            {"PatientName": "\u0421\u0435\u043d\u0442\u0438\u043d\u0435\u043b\u0435\u0432^\u042e\u043b\u0438\u044f"},
            "x SENTINELEW",
        ),
        (
            {"PatientName": "\u0421\u0435\u043d\u0442\u0438\u043d\u0435\u043b\u0435\u0432^\u042e\u043b\u0438\u044f"},
            "x Yuliya",
        ),
        (
            {"PatientName": "\u0421\u0435\u043d\u0442\u0438\u043d\u0435\u043b\u0435\u0432^\u042e\u043b\u0438\u044f"},
            "x Iuliia",
        ),
        ({"PatientName": "van der Zent^Zoe"}, "x vdZent"),
        ({"PatientName": "von Zent^Zoe"}, "x vZent"),
        ({"PatientName": "Sentinelsen^Zoe"}, "x SENTINELSE 2"),
        ({"PatientName": "Sentinelsen^Zoe"}, "x SENTIN 2"),
        ({"PatientTelephoneNumbers": "0777 7712345"}, "tel 07777712345"),
        ({"PatientTelephoneNumbers": "+99 777 7712345"}, "0777/771-2345"),
    ],
)
def test_spellings_hide_nothing(identity: dict[str, str], text: str, treated) -> None:
    cleaned, left = treated(of(ConvolutionKernel=text, **identity))
    assert cleaned.ConvolutionKernel == "REMOVED"
    assert left == ()


def test_a_name_split_over_values_is_withheld(treated) -> None:
    cleaned, _ = treated(of(PatientName="Sentinel^Zoe", FilterType=["SENT", "INEL", "B"]))
    assert cleaned.FilterType == "REMOVED"


@pytest.mark.parametrize("text", ["B30f", "SOFT TISSUE", "Sharp 1.5", "T2 FLAIR", "12.1.0"])
def test_the_words_of_a_device_stay(text: str, patient, treated) -> None:
    patient.ConvolutionKernel = text
    cleaned, left = treated(patient)
    assert cleaned.ConvolutionKernel == text and left == ()


@pytest.mark.parametrize(
    "identity,text",
    [
        ({"PatientName": "Sentinelsen^Zoe"}, "x SENTI 2"),
        ({"PatientName": "Sentinelsen^Zoe"}, "x SENTINOUS 2"),
        ({"PatientName": "Radialski^Zoe"}, "Radial 2"),
        ({"PatientName": "Headneckson^Zoe"}, "HEADNECK 20"),
        ({"PatientName": "Sentine^Zoe"}, "sentin 2"),
        ({"PatientID": "B-07-7712"}, "x 7712 y"),
        ({"PatientName": "van der Zent^Zoe"}, "vdz 3"),
    ],
)
def test_shorter_pieces_of_names_and_ids_stand_by_chance(identity: dict[str, str], text: str, treated) -> None:
    cleaned, left = treated(of(ConvolutionKernel=text, **identity))
    assert cleaned.ConvolutionKernel == text and left == ()


@pytest.mark.parametrize("vr,value", [("LO", "Sentinel^Zoe"), ("OB", b"Sentinel^Zoe"), ("UT", "Sentinel^Zoe")])
def test_a_name_under_another_vr_is_known(vr: str, value: object, treated) -> None:
    source = of(SequenceName="for Sentinel Zoe")
    source[0x00100010] = DataElement(0x00100010, vr, value, already_converted=True)
    assert treated(source)[0].SequenceName == "REMOVED"


def test_an_id_in_bytes_is_known(treated) -> None:
    source = of(SequenceName="ZZ77123")
    source[0x00100020] = DataElement(0x00100020, "OB", b"ZZ77123 ", already_converted=True)
    assert treated(source)[0].SequenceName == "REMOVED"


def test_a_name_in_another_character_set_than_said_is_known(treated) -> None:
    source = of(SequenceName="MUENCHSENSON")
    source[0x00100010] = DataElement(0x00100010, "PN", b"M\xfcnchsenson^Zoe")
    assert treated(source)[0].SequenceName == "REMOVED"


@pytest.mark.parametrize("keyword", ["SoftwareVersions", "ManufacturerModelName", "Manufacturer"])
@pytest.mark.parametrize(
    "text", ["syngo SN-7712345", "Sentinel Hospital Zoetown CT", "SENTINELCT3", "SentCT3", "for Zoelina", "1977-07-09"]
)
def test_a_product_names_no_place_no_device_and_nobody(keyword: str, text: str, treated) -> None:
    source = of(
        DeviceSerialNumber="SN-7712345",
        InstitutionName="Sentinel Hospital Zoetown",
        StationName="SENTCT3" if text == "SentCT3" else "SENTINELCT3",
        PatientName="Sen^Zoelina",
        PatientBirthDate="19770709",
        **{keyword: text},
    )
    assert treated(source)[0][keyword].value == "REMOVED"


def test_a_product_stays(treated) -> None:
    source = of(
        StationName="SIEMENS", InstitutionName="Sentinel House", Manufacturer="SIEMENS", SoftwareVersions="VB17A"
    )
    cleaned, left = treated(source)
    assert (cleaned.Manufacturer, cleaned.SoftwareVersions, left) == ("SIEMENS", "VB17A", ())


def test_numbers_that_are_the_id_or_the_birth_date_are_emptied(treated) -> None:
    source = of(PatientID="7712345", PatientBirthDate="19770709")
    source.SeriesNumber, source.AcquisitionNumber, source.InstanceNumber = "7712345", "19770709", "7"
    cleaned, left = treated(source)
    assert cleaned.SeriesNumber is None and cleaned.AcquisitionNumber is None and cleaned.InstanceNumber == 7
    assert left == ()


@pytest.mark.parametrize("number", ["07712345", "+7712345", "7712345.0", "7712345.00", "7.712345E6"])
def test_a_number_is_the_id_however_it_is_written(number: str, treated) -> None:
    cleaned, left = treated(of(PatientID="7712345", WindowCenter=number))
    assert cleaned.WindowCenter is None and left == ()


def test_an_id_is_the_same_number_without_its_zeros(treated) -> None:
    cleaned, left = treated(of(PatientID="007712345", SeriesNumber="7712345", InstanceNumber="771234"))
    assert cleaned.SeriesNumber is None and cleaned.InstanceNumber == 771234 and left == ()


@pytest.mark.parametrize("options", [(), (Option.RETAIN_DEVICE_IDENTITY,), (Option.RETAIN_PATIENT_CHARACTERISTICS,)])
def test_what_an_option_keeps_and_the_file_must_not_say_is_withheld(options: tuple[Option, ...], clean_by) -> None:
    """An address with the name in it, the day of the study as that of a calibration, the serial number of a patient."""
    source = of(PatientName="Sentinel^Zoe", PatientID="7712345", StudyDate="20070717")
    source.SexParametersForClinicalUseCategoryReference = "http://sentinel.invalid/7712345"
    source.DateOfLastCalibration, source.DeviceSerialNumber = "20070717", "SN 7712345"
    policy, found = HeaderPolicy(options=options), harvest(source)
    cleaned = withhold(clean_by(source, policy), found).dataset
    assert survivors(cleaned, found) == ()
    for keyword, dummy in (
        ("SexParametersForClinicalUseCategoryReference", "about:blank"),
        ("DateOfLastCalibration", "19000101"),
        ("DeviceSerialNumber", "REMOVED"),
    ):
        assert cleaned.get(keyword) in (None, dummy)


def test_a_date_that_was_moved_onto_another_one_stays(patient, clean_by) -> None:
    cleaned = clean_by(patient, HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,)))
    moved = str(cleaned.dataset.StudyDate)
    patient.SeriesDate = patient.PatientBirthDate = moved
    again = clean_by(patient, HeaderPolicy(options=(Option.RETAIN_MODIFIED_DATES,)))
    assert withhold(again, harvest(patient)).dataset.StudyDate == moved


def test_coded_values_are_withheld_one_by_one(treated) -> None:
    source = of(PatientName="Sentinel^Zoe", PatientBirthDate="19770709")
    source.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "ZOE SENTINEL", "XSENTINELX"]
    source.ScanOptions = "19770709"
    cleaned, left = treated(source)
    assert cleaned.ImageType == ["ORIGINAL", "PRIMARY", "AXIAL", "REMOVED", "REMOVED"]
    assert cleaned.ScanOptions == "REMOVED" and left == ()


@pytest.mark.parametrize("name,part,kept", [("LEE^AN", "LEE", False), ("ARM^AN", "ARM", True), ("LEE^AN", "LEG", True)])
def test_a_body_part_is_no_short_name(name: str, part: str, *, kept: bool, treated) -> None:
    cleaned, _ = treated(of(PatientName=name, BodyPartExamined=part))
    assert cleaned.BodyPartExamined == (part if kept else "REMOVED")


def test_orientations_and_group_numbers_are_no_names(clean) -> None:
    cleaned = clean(of(PatientOrientation=["SENTINEL", "ZOE"], ContextIdentifier="SENTINEL", MappingResource="DCMR"))
    assert not cleaned.dataset.PatientOrientation and not cleaned.dataset.ContextIdentifier
    assert cleaned.dataset.MappingResource == "DCMR"
    assert clean(of(PatientOrientation=["L", "PH"])).dataset.PatientOrientation == ["L", "PH"]


@pytest.mark.parametrize(
    "keyword", ["ReferencedSOPClassUID", "RelatedGeneralSOPClassUID", "MappingResourceUID", "ContextUID"]
)
def test_a_uid_that_nobody_registered_is_mapped_wherever_it_stands(keyword: str, treated) -> None:
    source = of(**{keyword: "1.2.826.0.1.7777.19770709.7712345"})
    cleaned, left = treated(source)
    assert cleaned[keyword].value.startswith("2.25.") and left == ()
    kept = treated(of(**{keyword: "1.2.840.10008.5.1.4.1.1.66.7"}))[0]
    assert kept[keyword].value == "1.2.840.10008.5.1.4.1.1.66.7"


def test_the_class_of_the_object_stays_and_holds_one_value(clean) -> None:
    assert clean(of(SOPClassUID="1.3.12.2.7.7")).dataset.SOPClassUID == "1.3.12.2.7.7"
    assert "SOPClassUID" not in clean(of(SOPClassUID=["1.2.840.10008.5.1.4.1.1.2", "1.2.7712345"])).dataset


@pytest.mark.parametrize("uid", ["1.2.840.10008.6.1.2", "1.2.840.10008.5.1.4.1.1.66.7", "1.2.840.10008.8.1.1"])
def test_context_groups_and_new_classes_are_registered(uid: str) -> None:
    assert is_registered(uid)


def test_the_proof_reads_uids_and_character_sets_as_text() -> None:
    source = of(PatientName="Sentinel^Zoe", PatientID="7712345")
    output = Dataset()
    output[0x00080005] = DataElement(0x00080005, "CS", "SENTINEL ZOE", already_converted=True)
    output[0x0008001A] = DataElement(0x0008001A, "UI", "Sentinel^Zoe", already_converted=True)
    output.ReferencedSOPClassUID, output.DeviceUID = "1.2.826.7712345.1", "2.25.7712345"
    assert survivors(output, harvest(source)) == ("00080005", "0008001A", "00081150", "00181002")
    for terms in ("ISO_IR 100", ["", "ISO 2022 IR 87"], "ISO_IR 192"):
        assert survivors(of(SpecificCharacterSet=terms), harvest(of(PatientName="Iso^Ir", PatientID="2022"))) == ()


def test_withholding_reaches_items_and_is_told(clean) -> None:
    source = of(PatientName="Sentinel^Zoe")
    source.SharedFunctionalGroupsSequence = Sequence([of(SequenceName="sentinel")])
    told = withhold(clean(source), harvest(source))
    assert "52009229[0].00180024" in {fate.path for fate in told.fates if fate.changed}
    assert "entinel" not in repr(told.fates)


def test_an_instance_uid_of_several_values_is_mapped_and_not_lost(clean) -> None:
    cleaned = clean(of(SOPInstanceUID=["1.2.7712345", "..\\etc"])).dataset
    assert all(uid.startswith("2.25.") for uid in cleaned.SOPInstanceUID)


@pytest.mark.parametrize(
    "value",
    [
        *("LEE", "MRS LEE", "HEAD LEE", "OF ANN LEE", "LI Q", "X LEEANN", "ID 12-34", "12 34 X", "NO 1234"),
        *("DOB 07MAY1926", "BORN 1926-05-07", "7 MAI 1926", "X19260507", "070526", "7-5-26", "MAY 7 1926", "26MAY07"),
    ],
)
def test_a_coded_value_holds_no_short_name_no_short_id_and_no_date(value: str, treated) -> None:
    source = of(PatientName="Lee^Ann^Li", PatientID="12-34", PatientBirthDate="19260507", ScanOptions=value)
    source.ImageType = ["ORIGINAL", "PRIMARY", value]
    cleaned, left = treated(source)
    assert cleaned.ImageType == ["ORIGINAL", "PRIMARY", "REMOVED"] and cleaned.ScanOptions == "REMOVED"
    assert left == ()


@pytest.mark.parametrize(
    "term", ["AX", "LI", "MR", "HEAD", "PRIMARY", "FAT", "YES", "IN PROGRESS", "M_FFE", "PALETTE COLOR", "HFS", "LIN"]
)
def test_a_defined_term_stays_whatever_the_patient_is_called(term: str, treated) -> None:
    name = term.replace("_", " ").split()[0]
    source = of(PatientName=f"{name.title()}^{name.title()}", ScanOptions=term, PhotometricInterpretation=term)
    cleaned, left = treated(source)
    assert cleaned.ScanOptions == term and left == ()


def test_a_coded_value_that_cannot_be_withheld_is_found() -> None:
    found = harvest(of(PatientName="Lee^Ann", PatientBirthDate="19260507"))
    output = of(PhotometricInterpretation="MRS LEE", ImageType=["ORIGINAL", "BORN 7MAY26"], Modality="MR")
    assert set(survivors(output, found)) == {"00080008", "00280004"}


@pytest.mark.parametrize(
    "tag,vr,value",
    [
        *((0x00209057, "UL", 4821377), (0x00209057, "UL", 19260507), (0x00186020, "SL", -4821377)),
        *((0x00181271, "FD", 19260507.0), (0x00189073, "FD", 4821377.0), (0x00189058, "FL", 19260508.0)),
    ],
)
def test_binary_numbers_are_looked_at_as_numbers_in_digits_are(tag: int, vr: str, value: float, treated) -> None:
    source = of(PatientID="04821377", PatientBirthDate="19260507")
    source.add(DataElement(tag, vr, value))
    cleaned, left = treated(source)
    assert not cleaned[tag].value and left == ()
    assert survivors(source, harvest(source))[-1] == f"{tag:08X}"
    source[tag].value = 77
    assert treated(source)[0][tag].value == 77


@pytest.mark.parametrize("text", ["7 de mayo de 1926", "le 7 mai 1926", "1926\u5e745\u67087\u65e5", "May 7th, 1926"])
def test_a_day_is_known_in_other_languages(text: str, treated) -> None:
    assert treated(of(PatientBirthDate="19260507", ConvolutionKernel=text))[0].ConvolutionKernel == "REMOVED"


@pytest.mark.parametrize("text", ["12.1.0", "B30f 7 5 27", "1.2.840.10008.5.1", "260508", "07MAY1962", "1926"])
def test_other_numbers_are_no_day_of_the_file(text: str, treated) -> None:
    assert treated(of(PatientBirthDate="19260507", SoftwareVersions=text))[0].SoftwareVersions == text


@given(st.sets(st.text("ab", min_size=2, max_size=7), max_size=90), st.text("ab", max_size=40))
def test_stems_are_found_where_they_stand_however_many_there_are(stems: set[str], text: str) -> None:
    found = Stems(frozenset(stems))
    places = {
        (start, start + len(stem)) for stem in stems for start in range(len(text)) if text.startswith(stem, start)
    }
    assert set(found.spans(text)) == places and found.stand_in(text) is bool(places)
    edges = Edges(frozenset(stems))
    assert edges.stand_at(text) is any(text.startswith(stem) or text.endswith(stem) for stem in stems)


@given(st.sets(st.text("abc", min_size=2, max_size=9), max_size=20), st.text("abcd", max_size=60))
def test_stems_are_found_in_a_long_text_as_in_a_short_one(stems: set[str], text: str) -> None:
    around = "-" * (1 << 16)
    assert Stems(frozenset(stems)).stand_in(around + text + around) is any(stem in text for stem in stems)


def test_thousands_of_names_in_thousands_of_texts_take_no_square_of_their_time(treated) -> None:
    """Names that are looked for one by one in each text took a minute."""
    words = [f"{a}{b}{c}senti" for a, b, c in product(ascii_lowercase[:16], repeat=3)][:4000]
    items = [of(PersonName=f"{word}^{word[::-1]}", SequenceName=f"x {word[:6]}z", FilterType=word) for word in words]
    started = time.process_time()
    cleaned, _ = treated(of(SharedFunctionalGroupsSequence=Sequence(items)))
    assert time.process_time() - started < 20
    assert {item.FilterType for item in cleaned.SharedFunctionalGroupsSequence} == {"REMOVED"}


def test_more_names_than_can_be_looked_for_hold_the_file() -> None:
    items = [of(PersonName=f"Sentinel{number}^Zoe") for number in range(5001)]
    with pytest.raises(Refused) as refused:
        harvest(of(SharedFunctionalGroupsSequence=Sequence(items)))
    assert refused.value.code is ReasonCode.TOO_MANY_IDENTIFIERS and "entinel" not in str(refused.value)
