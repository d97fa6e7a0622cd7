"""Words read from a screen are compared with the identifiers as screens spell them."""

from datetime import date

import pytest
from annex_e import of
from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from pixelclean.header import harvest, known_among, numbers_among, spellings
from pixelclean.header.identity.identifier import Identifier, Kind
from pixelclean.header.identity.near import Near
from pixelclean.header.identity.noise import _shortest
from pixelclean.header.identity.reading import _spellings
from pixelclean.header.identity.screens import spellings_of
from pixelclean.header.words import ordinary_words
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


def test_the_digits_of_a_number_are_known_whatever_stands_between_them() -> None:
    identifiers = spellings(harvest(of(PatientID="ZZ123445", StudyDate="20070705")))
    for line, found in (("12 cm 34 dB 45 Hz", {0, 2, 4}), ("5 mm 7 cm 2007 x", {0, 2, 4}), ("9 1 2 3", set())):
        assert numbers_among([Phi(word) for word in line.split()], identifiers) == found


def test_ordinary_words_are_nobodys_name() -> None:
    assert known("HEAD TEST", PatientName="Head^Z") == []


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(max_size=40))
def test_any_text_can_be_compared_with_any_name(name: str, text: str) -> None:
    identifiers = frozenset(Identifier(kind, Phi(name)) for kind in Kind)
    assert all(form == form.casefold() and len(form) > 1 for form in spellings_of(identifiers))
    assert known_among([Phi(text)], _spellings(identifiers)) <= {0}


@given(st.dates())
def test_every_day_is_known_as_its_digits(day) -> None:
    if day.year > 999:
        assert known(f"{day:%Y%m%d}", StudyDate=f"{day:%Y%m%d}")
        assert known(f"{day:%d.%m.%Y}", StudyDate=f"{day:%Y%m%d}")


@pytest.mark.parametrize(
    "line",
    [
        "SENT1NEL",
        "5ENTINEL",
        "SEMTINEL",
        "SENTLNEL, Z0E",
        "SENTINE",
        "SENTINELL",
        "SENTI NEL",
        "S ENTINEL",
        "SENTINELZOE",
        "xxSENTINELyy",
        "SENTIN",
    ],
)
def test_a_name_is_known_as_a_reader_may_misread_it(line: str) -> None:
    assert known(line, PatientName="Sentinel^Zoe")


@pytest.mark.parametrize("line", ["SENTIENT", "SENSOR", "LINEAR", "SE NT", "1 2 3"])
def test_another_word_is_not_taken_for_it(line: str) -> None:
    assert known(line, PatientName="Sentinel^Zoe") == []


@pytest.mark.parametrize("line", ["HEAD", "HEADS TEST", "UPPER", "CHEST VIEW"])
def test_no_resemblance_makes_a_name_of_ordinary_words(line: str) -> None:
    assert known(line, PatientName="Upperx^Heads") in ([], ["HEADS"], line.split())
    assert known("UPPER", PatientName="Upperx^Zoe") == []


@pytest.mark.parametrize(
    "line",
    [
        "O5.O7.2OO7",
        "l7JUL2OO7 05JULZ007",
        "5th July 2007",
        "5 de julio de 2007",
        "5. Juli 07",
        "le 5 juillet 2007",
        "5 luglio 2007",
        "5 de julho de 2007",
        "5 juli 2007",
        "2007\u5e747\u67085\u65e5",
    ],
)
def test_a_date_is_known_misread_and_in_the_words_of_many_languages(line: str) -> None:
    assert known(line, StudyDate="20070705")


@pytest.mark.parametrize("line", ["ACC77I7717", "77l7717x ACC7717717", "ZZ-SENT1NEL-OOO1"])
def test_an_id_is_known_as_a_reader_may_misread_it(line: str) -> None:
    assert known(line, AccessionNumber="ACC7717717", PatientID="ZZ-SENTINEL-0001")


@pytest.mark.parametrize("line", ["7717718", "ACC7717718", "771771", "7717 7170"])
def test_no_digit_is_taken_for_another_one(line: str) -> None:
    assert known(line, AccessionNumber="7717717") == []


def test_a_name_in_cyrillic_is_known_as_other_countries_write_it() -> None:
    assert known("SENTINELEV", PatientName="\u0421\u0435\u043d\u0442\u0438\u043d\u0435\u043b\u0435\u0432^\u0417") == [
        "SENTINELEV"
    ]


_CONFUSED = (("o", "0"), ("i", "1"), ("l", "1"), ("l", "i"), ("s", "5"), ("b", "8"), ("z", "2"), ("rn", "m"), ("m", "rn"),
    ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("g", "6"))  # fmt: skip
_LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=12)


@given(_LETTERS, st.sampled_from(_CONFUSED), st.data())
def test_any_single_confusion_in_a_name_of_five_letters_or_more_is_seen_through(name, confused, data) -> None:
    """With the letters that are confused put where the name does not have them."""
    shown, read = confused
    place = data.draw(st.integers(0, len(name)))
    whole, misread = (name[:place] + part + name[place:] for part in (shown, read))
    assume_telling(whole, misread)
    assert known(misread.upper(), PatientName=f"{whole}^q")


@given(_LETTERS, st.data())
def test_any_letter_may_be_missing_wrong_or_too_many_in_a_longer_name(name, data) -> None:
    """But for m, w and d, which count as two where they are taken for two."""
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    for misread in (name[:place] + name[place + 1 :], name[:place] + letter + name[place + 1 :], name + letter):
        assume_telling(name, misread)
        assert known(misread, PatientName=f"{name}^q") or len(misread) < 5 or set(name + misread) & set("mwd")


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from(" ./-_,:"))
def test_every_day_is_known_in_every_order_and_with_every_separator(day: date, between: str) -> None:
    stored = f"{day:%Y%m%d}"
    for form in ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%m{0}%y", "%d{0}%b{0}%Y", "%B{0}%d{0}%Y"):
        line = day.strftime(form.format(between))
        assert known(line, StudyDate=stored) == line.split(), line


_FEW_LETTERS = st.text("abc1", min_size=5, max_size=14)


@given(st.sets(_FEW_LETTERS, max_size=20), _FEW_LETTERS)
def test_no_text_but_for_an_edit_or_two_is_missed_among_many(texts: set[str], text: str) -> None:
    for edits in (1, 2) if len(text) >= 10 else (1,):
        nearest = min((Levenshtein.distance(text, each) for each in texts), default=3)
        assert Near.of(texts).holds(text, edits) == (nearest <= edits)


@given(st.sets(st.text("abc", min_size=2, max_size=9), max_size=30))
def test_where_any_of_many_texts_stands_one_of_the_shortest_does(texts: set[str]) -> None:
    assert _shortest(texts) == {text for text in texts if not any(other in text for other in texts - {text})}


def assume_telling(*texts: str) -> None:
    assume(not ordinary_words() & set(texts))
