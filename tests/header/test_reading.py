"""Words read from a screen are compared with the identifiers as screens spell them."""

import pytest
from annex_e import of
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.header import harvest, known_among, spellings
from pixelclean.header.identity.identifier import Identifier, Kind
from pixelclean.header.identity.screens import spellings_of
from pixelclean.phi import Phi


def known(line: str, **values: object) -> list[str]:
    """The words of a line, as Tesseract separates them, that spell an identifier of a file with these values."""
    words = [Phi(word) for word in line.split()]
    found = known_among(words, spellings(harvest(of(**values))))
    return [word.reveal() for place, word in enumerate(words) if place in found]


@pytest.mark.parametrize(
    "line",
    [
        "SENTINEL, ZOE",
        "SENTINEL^ZOE",
        "SENTINEL^ZOE^ANNA",
        "Zoe Sentinel",
        "Z. Sentinel",
        "Sentinel Z",
        "Sentinel, Z.A.",
        "Zoe A. Sentinel",
        "Z.A.Sentinel",
        "sentinel_zoe",
        "Name:SENTINEL",
        "SENTINEL,ZOE(F)",
        "Zo\u00eb S\u00e9ntinel",
    ],
)
def test_a_name_is_known_in_any_order_with_initials_and_whatever_stands_beside_it(line: str) -> None:
    assert known(line, PatientName="Sentinel^Zoe^Anna^Dr") == line.split()


@pytest.mark.parametrize("line", ["Ann Lee", "LEE, A.", "A. Lee", "Lee^Ann"])
def test_a_name_too_short_to_tell_alone_is_known_with_its_neighbour(line: str) -> None:
    assert known(line, PatientName="Lee^Ann") == line.split()
    assert known("Lee filter", PatientName="Lee^Ann") == []


@pytest.mark.parametrize("name", ["Zoe Sentinel", "Sentinel Zoe", "Sentinel, Zoe"])
def test_a_name_that_was_typed_without_carets_is_known_in_both_orders(name: str) -> None:
    for line in ("SENTINEL ZOE", "ZOE SENTINEL", "Z. SENTINEL"):
        assert known(line, PatientName=name) == line.split()


def test_an_umlaut_is_known_as_other_keyboards_write_it() -> None:
    for line in ("MUELLERSEN", "MULLERSEN", "M\u00dcLLERSEN"):
        assert known(line, PatientName="M\u00fcllersen^Zoe") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "20070705",
        "2007-07-05",
        "05.07.2007",
        "5.7.07",
        "07/05/2007",
        "7/5/07",
        "05-Jul-2007",
        "5 July 2007",
        "July 5, 2007",
        "5. Juli 2007",
        "05 juil. 2007",
        "05JUL07",
        "2007 Jul 05",
        "2007-07-05T07:17:17",
        "20070705071717",
        "05.07.2007-07:17",
        "Date:05/07/2007",
    ],
)
def test_a_date_is_known_in_the_forms_of_every_country_and_with_a_time(line: str) -> None:
    found = known(line, StudyDate="20070705")
    assert found == line.split()


@pytest.mark.parametrize("line", ["06.07.2007", "5.8.07", "5 August 2007", "5 7", "0 5 7 10", "JUL"])
def test_another_day_and_a_scale_are_no_date_of_the_file(line: str) -> None:
    assert not {"06.07", "5.8.07", "August", "5", "7", "JUL"} & set(known(line, StudyDate="20070705"))


def test_a_moment_is_known_by_its_day() -> None:
    assert known("17.07.2007", AcquisitionDateTime="20070717071717.5+0100") == ["17.07.2007"]


@pytest.mark.parametrize("line", ["7717717", "ACC7717717", "A-7717717", "Acc#:7717717", "0007717717"])
def test_a_number_is_known_with_and_without_its_prefix(line: str) -> None:
    for number in ("7717717", "ACC7717717", "ACC-007717717"):
        assert known(line, AccessionNumber=number) == line.split()


@pytest.mark.parametrize(
    "line", ["55Y", "055Y", "55 Y/F", "F 55Y", "55yo", "55 years", "55 J.", "55F", "F55", "Female", "weiblich"]
)
def test_age_and_sex_are_known(line: str) -> None:
    found = known(line, PatientAge="055Y", PatientSex="F")
    assert set(line.split()) - set(found) <= {"F"}
    assert found


@pytest.mark.parametrize("line", ["54Y", "55", "155Y", "F", "55 dB", "Male", "55m/s"])
def test_another_age_a_number_and_a_letter_are_not(line: str) -> None:
    assert known(line, PatientAge="055Y", PatientSex="F") == []


def test_an_age_that_the_header_does_not_say_is_worked_out() -> None:
    assert known("99Y", PatientBirthDate="19010203", StudyDate="20010101") == ["99Y"]
    assert known("18 months", PatientBirthDate="20000203", StudyDate="20010804") == ["18", "months"]


def test_digits_in_neighbouring_words_are_one_number_only_if_it_is_long() -> None:
    assert known("1 2 3 4 5", PatientID="12345") == []
    assert known("12 34 56", PatientID="123456") == ["12", "34", "56"]


def test_ordinary_words_are_nobodys_name() -> None:
    assert known("HEAD TEST", PatientName="Head^Z") == []


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(max_size=40))
def test_any_text_can_be_compared_with_any_name(name: str, text: str) -> None:
    spelled = spellings_of(frozenset(Identifier(kind, Phi(name)) for kind in Kind))
    assert all(form == form.casefold() and len(form) > 1 for form in spelled)
    assert known_among([Phi(text)], frozenset(map(Phi, spelled))) <= {0}


@given(st.dates())
def test_every_day_is_known_as_its_digits(day) -> None:
    if day.year > 999:
        assert known(f"{day:%Y%m%d}", StudyDate=f"{day:%Y%m%d}")
        assert known(f"{day:%d.%m.%Y}", StudyDate=f"{day:%Y%m%d}")
