"""What is taken for an identifier, where, and what the policy, the key or a sibling say about it."""

import pytest
from annex_e import of
from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import tag_for_keyword

from pixelclean.header import Identifier, Kind, Trace, harvest, may_identify, retains, survivors, traces_of, withhold
from pixelclean.header.identity.telling import telling
from pixelclean.header.made import made_by
from pixelclean.header.patient import patient_name
from pixelclean.options import Option
from pixelclean.phi import Phi
from pixelclean.policy import HeaderPolicy


def retained(*keywords: str):
    tags = {tag_for_keyword(keyword) for keyword in keywords}
    return lambda tag: tag in tags


def texts(found) -> set[str]:
    return {identifier.value.reveal() for identifier in found.texts}


def trace(keyword: str, kind: Kind, text: str) -> Trace:
    return Trace(tag_for_keyword(keyword), Identifier(kind, Phi(text)))


# traits


def test_age_and_sex_are_looked_for_in_pixels_only(clean) -> None:
    source = of(PatientAge="055Y", PatientSex="M", ConvolutionKernel="M 055Y", ScanOptions="M", PatientName="")
    found = harvest(source)
    assert {identifier.kind for identifier in found.texts} == {Kind.TRAIT}
    assert survivors(source, found) == ()
    assert withhold(clean(source), found).dataset.ConvolutionKernel == "M 055Y"
    assert not found.needles.words and not found.needles.stems


@pytest.mark.parametrize(
    "given,normal", [("055Y", "055Y"), ("55", "055Y"), ("18 m", "018M"), ("old", ""), ("999Z", "")]
)
def test_an_age_is_known_however_it_was_written(given: str, normal: str) -> None:
    source = of()
    source.add(DataElement(0x00101010, "LO", given))
    assert texts(harvest(source)) == {normal} - {""}


# codes that name people and places


def code(value: str, meaning: str) -> Dataset:
    return of(CodeValue=value, CodingSchemeDesignator="99ZZ", CodeMeaning=meaning)


def test_a_code_for_a_person_is_an_id_and_its_meaning_a_name(nested) -> None:
    staff = of(PersonIdentificationCodeSequence=Sequence([code("ZZ-STAFF-7", "Sentinel, Ida")]))
    found = harvest(nested(of(OperatorIdentificationSequence=Sequence([staff])), 2))
    assert {Identifier(Kind.ID, Phi("ZZ-STAFF-7")), Identifier(Kind.PERSON, Phi("Sentinel, Ida"))} == found.texts


def test_a_code_for_anything_else_names_nobody() -> None:
    assert harvest(of(AnatomicRegionSequence=Sequence([code("51185008", "Chest")]))).texts == frozenset()


# what the policy retains


@pytest.mark.parametrize("keyword", ["StationName", "InstitutionName", "InstitutionAddress", "StudyDate"])
def test_a_place_device_or_date_that_the_policy_retains_is_no_identifier(keyword: str) -> None:
    value = "20070717" if keyword == "StudyDate" else "Sentinel House"
    source = of(**{keyword: value})
    assert texts(harvest(source)) == {value}
    found = harvest(source, retained(keyword))
    assert found.texts == frozenset() and len(found.spared) == 1
    assert survivors(source, found) == ()


def test_an_equal_value_elsewhere_is_none_either_and_another_one_is() -> None:
    source = of(
        StudyDate="20070717", SeriesDate="2007.07.17", PatientBirthDate="19770707",
        StationName="ZZCT-1", PerformedStationName="zzct 1", InstitutionName="Sentinel House",
    )  # fmt: skip
    found = harvest(source, retained("StudyDate", "StationName"))
    assert {"19770707", "Sentinel House"} <= texts(found)
    assert not {"20070717", "ZZCT-1", "zzct 1"} & texts(found)


@pytest.mark.parametrize(
    "keyword,value",
    [
        ("PatientName", "Sentinel^Zoe"),
        ("PatientID", "ZZ-1234"),
        ("PatientAddress", "1 Sentinel Road"),
        ("PatientAge", "055Y"),
    ],
)
def test_names_ids_and_addresses_of_persons_identify_whatever_a_policy_retains(keyword: str, value: str) -> None:
    assert texts(harvest(of(**{keyword: value}), retained(keyword))) == {value}


def test_a_persons_name_is_not_spared_because_a_retained_place_is_called_like_it() -> None:
    source = of(PatientName="Sentinel House", InstitutionName="Sentinel House")
    assert harvest(source, retained("InstitutionName")).texts == {Identifier(Kind.PERSON, Phi("Sentinel House"))}


def test_retained_uids_are_no_originals_anywhere() -> None:
    source = of(StudyInstanceUID="1.2.3.4.5.77", SeriesInstanceUID="1.2.3.4.5.77", FrameOfReferenceUID="1.2.3.4.5.78")
    assert harvest(source, retained("StudyInstanceUID")).uids == {"1.2.3.4.5.78"}


def test_nothing_that_names_a_person_may_be_retained() -> None:
    kinds = telling().kinds | {tag: coded.meaning for tag, coded in telling().coded.items()}
    persons = {tag for tag, kind in kinds.items() if kind in (Kind.PERSON, Kind.ID, Kind.TRAIT)}
    assert persons and not persons & telling().retainable


# siblings


def test_what_a_sibling_knows_is_looked_for_too(clean) -> None:
    stripped = of(ConvolutionKernel="for Sentinel")
    found = harvest(stripped, siblings=frozenset({trace("PatientName", Kind.PERSON, "Sentinel^Zoe")}))
    assert withhold(clean(stripped), found).dataset.ConvolutionKernel == "REMOVED"
    assert survivors(stripped, found) == ("00181210",)


def test_the_policy_judges_a_siblings_values_as_it_judges_ones_own() -> None:
    siblings = frozenset({
        trace("StationName", Kind.DEVICE, "ZZCT-1"), trace("PerformedLocation", Kind.PLACE, "zzct 1"),
        trace("PatientID", Kind.ID, "ZZ-1234"),
    })  # fmt: skip
    assert texts(harvest(of(), retained("StationName"), siblings)) == {"ZZ-1234"}
    own = of(StationName="ZZCT-1")
    assert texts(harvest(own, retained("StationName"), siblings - {trace("StationName", Kind.DEVICE, "ZZCT-1")})) == {
        "ZZ-1234"
    }


# values that the key made


def test_what_this_key_made_is_no_identifier_and_what_another_made_is(key) -> None:
    identity = key.patient("ZZ-SENTINEL-1")
    source = of(
        PatientID=identity, PatientName=patient_name(identity), StudyInstanceUID=key.uid("1.2.3"),
        SOPInstanceUID="1.2.3.4.5.6", OtherPatientIDs="ZZ-1234",
    )  # fmt: skip
    found = harvest(source, made=made_by(key))
    assert (texts(found), found.uids) == ({"ZZ-1234"}, {"1.2.3.4.5.6"})
    other = type(key)(bytes(32))
    assert texts(harvest(source, made=made_by(other))) == {identity, str(source.PatientName), "ZZ-1234"}


def test_a_name_that_looks_like_ours_is_not_ours(key) -> None:
    source = of(PatientName=patient_name("sentinel-zoe"), PatientID="ZZ-1234")
    assert texts(harvest(source, made=made_by(key))) == {str(source.PatientName), "ZZ-1234"}


def test_what_the_cleaning_writes_is_no_identifier_of_its_file_or_of_a_sibling(key) -> None:
    source = of(PatientName="Trial^Seven", PatientID="TRIAL-0007", OtherPatientIDs="ZZ-1234")
    siblings = frozenset({trace("PatientID", Kind.ID, "TRIAL-0007"), trace("PatientID", Kind.ID, "ZZ-5678")})
    made = made_by(key, frozenset({"TRIAL-0007", "Trial^Seven"}))
    assert texts(harvest(source, siblings=siblings, made=made)) == {"ZZ-1234", "ZZ-5678"}


# moved dates


def test_a_moved_date_that_is_another_date_of_the_file_by_chance_survives_nothing() -> None:
    found = harvest(of(StudyDate="20070717", PatientBirthDate="19770707", PatientID="ZZ-1234"))
    output = of(StudyDate="19770707", ConvolutionKernel="19770707")
    output.SharedFunctionalGroupsSequence = Sequence([of(AcquisitionDate="20070717")])
    assert survivors(output, found) == ("00080020", "00181210", "52009229[0].00080022")
    output.LongitudinalTemporalInformationModified = "MODIFIED"
    assert survivors(output, found) == ("00181210",)
    output.StudyDate = "ZZ-1234"
    assert "00080020" in survivors(output, found)


# the look at headers


def test_a_header_without_what_cannot_identify_says_the_same(patient) -> None:
    patient.OperatorIdentificationSequence = Sequence(
        [of(PersonIdentificationCodeSequence=Sequence([code("ZZ-STAFF-7", "Sentinel, Ida")]))]
    )
    assert traces_of(_pruned(patient)) == traces_of(patient)


def _pruned(dataset: Dataset) -> Dataset:
    kept = Dataset()
    for element in dataset:
        if element.VR == "SQ":
            kept.add(DataElement(element.tag, "SQ", Sequence([_pruned(item) for item in element.value])))
        elif may_identify(int(element.tag), element.VR):
            kept.add(element)
    return kept


def test_uids_of_safe_private_elements_are_none_where_uids_are_retained() -> None:
    source = Dataset()
    source.add_new(0x00990010, "LO", "NQHeader")
    source.add_new(0x00991001, "UI", "1.2.3.4.77177")
    both = (Option.RETAIN_UIDS, Option.RETAIN_SAFE_PRIVATE)
    assert harvest(source, retains(HeaderPolicy(options=both))).uids == frozenset()
    for options in ((), both[:1], both[1:]):
        assert harvest(source, retains(HeaderPolicy(options=options))).uids == {"1.2.3.4.77177"}


# UIDs that stay


@pytest.mark.parametrize(
    "uid,is_told",
    [
        ("1.2.826.0.1.99.20230105.101112.1", True),
        ("1.2.826.0.1.99.777120230105101112.1", True),
        ("1.2.826.0.1.99.19260507.1", True),
        ("1.2.826.0.1.99.4821377.1", True),
        ("1.2.826.0.1.99.148213771.1", True),
        ("1.2.826.0.1.99.13579.1", True),
        ("1.2.826.0.1.99.7135791.1", False),
        ("1.2.826.0.1.99.2023.0105.1", False),
        ("1.2.826.0.1.99.20230106.1", False),
        ("1.2.840.10008.5.1.4.1.1.2", False),
    ],
)
def test_a_retained_uid_that_tells_a_date_or_an_id_does_not_leave(uid: str, is_told: bool) -> None:
    source = of(PatientID="04821377", AccessionNumber="AB 13579", PatientBirthDate="19260507", StudyDate="20230105")
    source.SeriesInstanceUID = uid
    found = harvest(source, retained("SeriesInstanceUID"))
    assert bool(survivors(of(FrameOfReferenceUID=uid), found)) is is_told
    assert bool(survivors(of(ConvolutionKernel=f"see {uid} "), found)) is is_told


def test_where_dates_stay_a_uid_may_tell_them() -> None:
    source = of(StudyDate="20230105", SeriesInstanceUID="1.2.826.0.1.99.20230105.1")
    found = harvest(source, retained("SeriesInstanceUID", "StudyDate"))
    assert survivors(of(SeriesInstanceUID="1.2.826.0.1.99.20230105.1"), found) == ()


def test_a_uid_of_the_key_may_hold_any_digits(key) -> None:
    uid = key.uid("1.2.3")
    source = of(AccessionNumber=uid[10:16], SeriesInstanceUID=uid)
    assert uid not in harvest(source, retained("SeriesInstanceUID"), made=made_by(key)).uids
