"""Identifiers are taken from the source and found wherever they survive; ordinary words are not mistaken for them."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, Sequence

from pixelclean.header import harvest, is_known, spellings, survivors
from pixelclean.header.words import words_of
from pixelclean.phi import Phi


def named(name: str, **values: str) -> Dataset:
    dataset = Dataset()
    dataset.PatientName = name
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def output(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_identifiers_hide_what_they_hold_and_are_not_pickled(patient) -> None:
    found = harvest(patient)
    assert "entinel" not in repr(found) and "entinel" not in repr(found.texts) + repr(found.search_terms)
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_nothing_survives_a_cleaning(patient, clean) -> None:
    assert survivors(clean(patient).dataset, harvest(patient)) == ()


def test_the_source_itself_is_full_of_survivors(patient) -> None:
    found = survivors(patient, harvest(patient))
    assert {"00100010", "00100020", "00080050", "00080080", "0008103E", "0020000D", "00100030", "00081010"} <= set(
        found
    )


def test_names_are_harvested_at_every_depth_and_of_staff(nested) -> None:
    found = harvest(nested(output(OperatorsName="Sentinel^Op"), 3))
    assert survivors(output(SoftwareVersions="for SENTINEL only"), found) == ("00181020",)


def test_a_survivor_is_named_by_its_path() -> None:
    found = harvest(named("Sentinel^Zoe"))
    dataset = output(SharedFunctionalGroupsSequence=Sequence([Dataset(), output(SequenceName="sentinel1 sentinel")]))
    assert survivors(dataset, found) == ("52009229[1].00180024",)


@pytest.mark.parametrize("text", ["Zo\u00eb SENTINEL", "sentinel_zoe", "zoe^sentinel", "x/Sentinel/y"])
def test_case_accents_and_punctuation_hide_nothing(text: str) -> None:
    assert survivors(output(ConvolutionKernel=text), harvest(named("Sentinel^Zo\u00e9")))


@pytest.mark.parametrize(
    "name,text",
    [
        ("Lee^Ann", "SLEEVE"),
        ("Lee^Ann", "Lee filter"),
        ("Ct^M", "CT kernel"),
        ("Head^Test", "Head kernel test"),
        ("Siemens^X", "SIEMENS"),
        ("Sentinel^Zoe", "Sentinels"),
        ("REMOVED", "REMOVED"),
    ],
)
def test_a_part_of_a_word_a_short_name_or_an_ordinary_word_is_no_survivor(name: str, text: str) -> None:
    assert survivors(output(ConvolutionKernel=text), harvest(named(name))) == ()


def test_a_short_name_is_found_as_a_whole_value_and_as_a_full_name() -> None:
    found = harvest(named("Lee^Ann"))
    assert survivors(output(ConvolutionKernel="LEE"), found)
    assert survivors(output(ConvolutionKernel="kernel of Ann Lee"), found)


def test_a_patient_called_chest_holds_no_chest_image() -> None:
    meaning = Dataset()
    meaning.CodeValue, meaning.CodingSchemeDesignator, meaning.CodeMeaning = "51185008", "SCT", "Chest"
    dataset = output(BodyPartExamined="CHEST", Modality="CT", AnatomicRegionSequence=Sequence([meaning]))
    assert survivors(dataset, harvest(named("Chest^Jane"))) == ()
    assert survivors(output(ConvolutionKernel="Jane Chest"), harvest(named("Chest^Jane")))


@pytest.mark.parametrize("value", ["ZOE SENTINEL", "SENTINEL", "THE_SENTINEL"])
def test_a_coded_value_that_spells_the_name_is_a_survivor(value: str) -> None:
    assert survivors(output(BodyPartExamined=value), harvest(named("Sentinel^Zoe")))


@pytest.mark.parametrize(
    "identity,text,expected",
    [
        ("ZZ-1234", "for zz 1234", True),
        ("7717717", "id 7717717", True),
        ("7717", "7717", True),
        ("7717", "V 7717", False),
        ("1", "1", False),
    ],
)
def test_ids_are_found_by_their_length(identity: str, text: str, *, expected: bool) -> None:
    found = harvest(named("", PatientID=identity))
    assert bool(survivors(output(ConvolutionKernel=text), found)) is expected


@pytest.mark.parametrize("text", ["19770707", "1977-07-07", "07.07.1977", "7 Jul 1977".replace("7 J", "07 J")])
def test_a_date_is_found_as_a_whole_value_in_its_usual_renderings(text: str) -> None:
    found = harvest(named("", PatientBirthDate="19770707"))
    assert survivors(output(ConvolutionKernel=text), found)
    assert is_known(Phi(text.replace(" ", "-")), spellings(found))


def test_a_station_called_like_its_model_does_not_hold_the_image() -> None:
    source = output(StationName="SKYRA", ManufacturerModelName="Skyra")
    assert survivors(output(ManufacturerModelName="Skyra"), harvest(source)) == ()
    assert survivors(output(ConvolutionKernel="skyra"), harvest(source))


def test_an_original_uid_is_found_as_uid_and_inside_text() -> None:
    found = harvest(output(StudyInstanceUID="1.2.3.4.5.77", SOPClassUID="1.2.840.10008.5.1.4.1.1.2"))
    assert found.uids == {"1.2.3.4.5.77"}
    assert survivors(output(SeriesInstanceUID="1.2.3.4.5.77"), found)
    assert survivors(output(ConvolutionKernel="see 1.2.3.4.5.77."), found)
    assert not survivors(output(SOPClassUID="1.2.840.10008.5.1.4.1.1.2", ConvolutionKernel="1.2.3.4.5.771"), found)


def test_ideographs_are_found_from_two_characters_on() -> None:
    found = harvest(named("Yamada^Tarou=\u5c71\u7530^\u592a\u90ce"))
    assert survivors(output(ConvolutionKernel="\u5c71\u7530"), found)


@given(st.text(st.characters(codec="latin-1", categories=["L"]), min_size=4, max_size=12))
def test_a_long_name_is_found_in_any_text_that_holds_it_as_a_word(name: str) -> None:
    found = harvest(named(f"{name}^Zq"))
    if len(words_of(name)) == 1 and found.search_terms.tokens & set(words_of(name)):
        assert survivors(output(ConvolutionKernel=f"a {name} b"), found)


def test_letters_for_mathematics_hide_nothing() -> None:
    text = "".join(chr(0x1D400 + ord(letter) - ord("A")) for letter in "SENTINEL")
    assert survivors(output(ConvolutionKernel=text), harvest(named("Sentinel^Zoe")))
