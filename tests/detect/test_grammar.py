"""The grammar of harmless lines: settings and units pass, whatever may name somebody does not, and no rule file is taken
on trust.
"""

import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean import resources
from pixelclean.detect.reading import Grammars
from pixelclean.errors import ConfigurationError

SHIPPED = Grammars.load(resources.rules("reading"))
MODALITIES = ("US", "CT", "MR", "DX", "MG", "SC", "")

PHRASE = '[[phrase]]\nid = "length"\nsays = "a length"\npatterns = ["# mm"]\nleast = 0\nmost = 400\ndecimals = 1\nexamples = ["5 mm"]\n'
HEAD = 'modalities = ["*"]\nruler = { least = 0, most = 300, decimals = 1 }\n'


@pytest.mark.parametrize(
    ("modality", "line"),
    [
        ("US", "MI 1.2"),
        ("US", "MI: 1,2"),
        ("US", "mi 1.2 TIs 0.4"),
        ("US", "Depth 12cm"),
        ("US", "Tiefe: 8,5 cm"),
        ("US", "Profondeur 12 cm"),
        ("US", "profundidad 12 cm"),
        ("US", "Diepte 12 cm"),
        ("US", "RT KIDNEY"),
        ("US", "riñón derecho"),
        ("US", "HR 72 bpm"),
        ("CT", "W 400 L 40"),
        ("CT", "C -600 W 900"),
        ("MR", "TE: 12.5 ms"),
        ("DX", "LAT L"),
        ("MG", "R-MLO"),
        ("SC", "3.25 mm"),
        ("", "right"),
        ("US", "Persist Med"),
        ("DX", "AP erect"),
        ("ct ", "120 kV"),
    ],
)
def test_settings_units_sides_and_parts_of_the_body_are_harmless(modality: str, line: str) -> None:
    assert SHIPPED.of(modality).reads(line)


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize(
    "line",
    [
        "", " ", "-", ".", "#", "1", "12.5", "1962", "12.5.62", "12/5/62", "12 5 62", "5 Jul 62", "JUL", "12:30", "12:30:05", "12h30", "L. K.",
        "L K", "LK", "M", "F", "W", "H", "F 62", "62 F", "62 M", "55 Y", "055Y", "55 J.", "55 ans", "DR GAIN", "DR. GAIN 45", "GAIN", "DEPTH",
        "LONG", "Long, Depth", "MI 1962", "MI LEE", "TI 62.07.05", "D 12", "Dr 12 cm", "Mr 12 cm", "012 cm", "07 mm", "1962 mm", "1234 kV", "12.345.6 mm",
        "12 cm 1962", "12 cm SENTINEL", "SENTINEL 12 cm", "+ 12.3 mm ZOE", "12 m", "70 kg", "180 cm M", "GA 20w3d", "20 w", "12 h", "30 min",
        "1 mm 2 mm 3 mm 4 mm 5 mm 6 mm 7 mm 8 mm 9 mm 10 mm 11 mm 12 mm", "１２３４ cm", "٣ cm",  "½ cm",
    ],
)  # fmt: skip
def test_what_may_be_a_name_a_number_or_a_time_is_not(modality: str, line: str) -> None:
    assert not SHIPPED.of(modality).reads(line)


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize(
    "line",
    [
        "ASSIS", "LI", "PER HOCH", "Per Max", "B. MAX", "B. Alto", "CF Hoch", "TDI Min", "WF Low", "THI Low", "SUPINO", "Prone", "Standing", "Debout",
        "RE FEGATO", "LI BLAAS", "Blaas", "Foie", "Liver", "Kidney", "der Niere", "Links", "Gauche", "Droite", "Destra", "Lat", "Flair", "Sag",
        "A.P.", "P.A.", "AP", "PA", "PD", "LAT", "Prof 12 cm", "Prof. Foie", "Ma 250", "Te Li", "Sri 3", "Per 3", "Gain 45", "Dr. 60", "Dr: 45",
    ],
)  # fmt: skip
def test_what_families_and_people_are_called_is_no_word_of_a_machine(modality: str, line: str) -> None:
    assert not SHIPPED.of(modality).reads(line)


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize(
    "line",
    ["Arterial phase", "portal venous", "with contrast", "non contrast", "造影", "prostate", "RT prostate", "placenta", "Uterus sag",
        "left ovary", "rt testis", "liver protocol", "CT head"],
)  # fmt: skip
def test_what_the_basic_profile_removes_from_a_header_does_not_stay_in_a_picture(modality: str, line: str) -> None:
    assert not SHIPPED.of(modality).reads(line)


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize(
    "line",
    [
        "SC 123", "SL 123", "MAP 123", "ID 123", "PI 123", "RI 19.88", "MI 2.03", "SC 123 Map 45 SV 12 mm", "12 mm 3 mm 45 cm", "1 cm 2 cm 3 cm",
        "FR 12 FR 3 FR 198", "TR 12 TE 3 TI 198", "Edge 123 SC 45 Map 67", "PI 1.2 RI 0.4 PI 6.7", "45 N 12 N", "zoom 123", "mag 12",
        "123 cm 456 Hz 78 dB", "C12W345", "W12 L3", "D12 cm", "MI1.2", "SL5.0", "T 1", "kV120",
    ],
)  # fmt: skip
def test_numbers_that_together_may_be_somebodys_are_not_harmless(modality: str, line: str) -> None:
    assert not SHIPPED.of(modality).reads(line)


@pytest.mark.parametrize("line", ["MI 1.2", "RT KIDNEY", "PRF 4.5 kHz"])
def test_what_one_modality_says_is_not_harmless_on_another(line: str) -> None:
    assert SHIPPED.of("US").reads(line)
    assert not SHIPPED.of("CT").reads(line)


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(MODALITIES))
def test_any_text_can_be_judged(text: str, modality: str) -> None:
    grammar = SHIPPED.of(modality)
    assert isinstance(grammar.reads(text), tuple)
    assert grammar.number_of_a_ruler(text) is None or text.strip()


@given(st.text(string.ascii_letters, min_size=6, max_size=12), st.sampled_from(["MI 1.2", "12 cm", "Depth 4 cm", "L"]))
def test_a_stranger_beside_a_harmless_phrase_makes_the_line_a_stranger(word: str, phrase: str) -> None:
    grammar = SHIPPED.of("US")
    if not grammar.reads(word):
        assert not any(map(grammar.reads, (f"zq{word} {phrase}", f"{phrase} zq{word}", f"{phrase} zq{word} {phrase}")))


@given(
    st.integers(1000, 10**9),
    st.sampled_from(["MI", "Depth", "Gain", "TR", "W", "kV", ""]),
    st.sampled_from(["", "cm", "mm", "dB"]),
)
def test_no_number_of_four_digits_is_ever_harmless(number: int, label: str, unit: str) -> None:
    assert not any(SHIPPED.of(modality).reads(f"{label} {number} {unit}") for modality in MODALITIES)


def test_nothing_of_the_grammar_is_a_month_a_sex_an_age_or_a_name_of_the_vocabulary() -> None:
    screens = tomllib.loads(resources.rules("header", "screens.toml").read_text("utf-8"))
    namesakes = tomllib.loads(resources.rules("header", "vocabulary", "namesakes.toml").read_text("utf-8"))
    words = {word for months in screens["months"].values() for month in months for word in month.split()}
    words |= {word for sex in screens["sexes"].values() for word in (sex["letters"] + " " + sex["words"]).split()} - {
        "d"
    }
    words |= {word for units in screens["ages"].values() for word in units.split()} - {"d", "a"}
    words |= {word for group in namesakes["group"] for word in group["words"].split()}
    harmless = {word for word in words for modality in MODALITIES if SHIPPED.of(modality).reads(word)}
    assert harmless == set()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + PHRASE.replace("says", "sais"), "line 3: missing: says"),
        (HEAD + PHRASE + "sure = true\n", "line 3: unknown: sure"),
        (
            "# a comment\n" + HEAD + PHRASE + PHRASE.replace('"5 mm"', '"5 cm"'),
            "line 12: not a line of this phrase: 5 cm",
        ),
        (HEAD + PHRASE.replace('"# mm"', '"#"'), "only on a ruler"),
        (HEAD + PHRASE.replace('"# mm"', '"# # mm"'), "may be one"),
        (HEAD + PHRASE.replace('"# mm"', '"# <units>"'), "no list units"),
        (HEAD + PHRASE.replace('"# mm"', '"#mm"'), "stand apart"),
        (HEAD + PHRASE.replace("400", "1000"), "may be a year"),
        (HEAD + PHRASE.replace("decimals = 1\n", ""), "least, most and decimals"),
        (HEAD + PHRASE.replace("decimals = 1", 'decimals = "1"'), "whole"),
        (HEAD + PHRASE + "fewest_decimals = 2\n", "3 decimals at most"),
        (HEAD + PHRASE + "fewest_decimals = 1\n", "not a line of this phrase: 5 mm"),
        (HEAD + PHRASE.replace('["5 mm"]', "[]"), "examples: texts were expected"),
        (HEAD + PHRASE + 'alone = "yes"\n', "true or false"),
        (HEAD + PHRASE + PHRASE, "one id: length"),
        (HEAD.replace("ruler", "rulers") + PHRASE, "unknown: rulers"),
        ('modalities = ["*"]\n' + PHRASE, "exactly one file"),
        (HEAD + "phrase = []\n" + PHRASE, "not TOML"),
        (HEAD + 'phrase = [{ id = "x" }]\n', "line of its own"),
        (HEAD, "missing: phrase"),
        ("x =", "not TOML"),
    ],
)
def test_a_mistake_in_a_grammar_is_an_error_that_names_file_and_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Grammars.load(tmp_path)
    assert says in str(caught.value)
    assert tmp_path.name in str(caught.value)


def test_the_digest_of_the_grammars_is_that_of_their_content(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(HEAD + PHRASE)
    first = Grammars.load(tmp_path).digest
    site.write_text(HEAD + PHRASE.replace("400", "300"))
    assert Grammars.load(tmp_path).digest != first
