"""Assignments: whose ID becomes what, from a mapping that is read strictly and quotes nothing."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.assignments import (
    EVERY_ISSUER,
    NO_ASSIGNMENTS,
    Assigned,
    Assignments,
    canonical,
    mapped_id,
    patient_of_id,
    pseudonym_of_id,
)
from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.mapping import read_mapping, read_rows, write_mapping
from pixelclean.phi import Phi
from pixelclean.trial import trial_attributes

KEY = ProjectKey(bytes(range(32)))
OTHER_KEY = ProjectKey(bytes(32))
SITE_ID, SUBJECT_ID = 0x00120030, 0x00120040

Sheet = Callable[[str], Path]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """A private CSV file with this text."""

    def write(text: str) -> Path:
        path = tmp_path / "mapping.csv"
        path.write_bytes(text.encode())
        path.chmod(0o600)
        return path

    return write


def assigned(original: str, assignments: Assignments, issuer: str = "") -> Assigned | None:
    return patient_of_id(original, issuer, KEY, assignments).assigned


# what a mapping says


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mapping_is_read_as_spreadsheets_write_it(sheet: Sheet, delimiter: str, bom: str, end: str) -> None:
    lines = ["PatientID,NewPatientID,ClinicalTrialSiteID", "", 'ZZ-SENTINEL-1,SUBJ-001,"Site, 3"', " ZZ-2 , SUBJ-002 ,"]
    cells = [line.replace(",", delimiter) if "Site, 3" not in line else line for line in lines]
    cells[2] = f'ZZ-SENTINEL-1{delimiter}SUBJ-001{delimiter}"Site, 3"'
    found = read_mapping(sheet(bom + end.join(cells)), KEY)
    assert assigned("ZZ-SENTINEL-1", found) == Assigned("SUBJ-001", "", ((SITE_ID, "Site, 3"),))
    assert assigned("ZZ-2", found) == Assigned("SUBJ-002")
    assert assigned("ZZ-3", found) is None


@pytest.mark.parametrize("header", ["id_old,id_new", "Patient ID,New Patient ID", "original-id,NEW_ID"])
def test_a_few_other_headings_are_understood(sheet: Sheet, header: str) -> None:
    assert assigned("ZZ-1", read_mapping(sheet(f"{header}\nZZ-1,SUBJ-1\n"), KEY)) == Assigned("SUBJ-1")


def test_a_mapping_holds_no_original_and_travels_between_processes(sheet: Sheet) -> None:
    found = read_mapping(sheet("PatientID,NewPatientID,NewPatientName\nZZ-SENTINEL-1,SUBJ-001,One^Subject\n"), KEY)
    assert "SENTINEL" not in f"{found!r} {found.entries}"
    travelled = pickle.loads(pickle.dumps(found))
    assert travelled == found and travelled.digest == found.digest
    assert assigned("ZZ-SENTINEL-1", travelled) == Assigned("SUBJ-001", "One^Subject")
    assert "SENTINEL" not in repr(read_rows(sheet("PatientID,NewPatientID\nZZ-SENTINEL-1,SUBJ-001\n"), KEY))


def test_an_assigned_id_leads_back_to_the_same_pseudonym(sheet: Sheet) -> None:
    found = read_mapping(sheet("PatientID,NewPatientID\nZZ-1,SUBJ-1\n"), KEY)
    assert found.pseudonym_of(" SUBJ-1 ") == pseudonym_of_id("ZZ-1", "", KEY)
    assert found.pseudonym_of("SUBJ-2") is None


def test_the_order_of_the_lines_does_not_matter_and_every_value_does(sheet: Sheet) -> None:
    header = "PatientID,NewPatientID,NewPatientName\n"
    one = read_mapping(sheet(f"{header}ZZ-1,A,\nZZ-2,B,\n"), KEY)
    assert read_mapping(sheet(f"{header}ZZ-2,B,\nZZ-1,A,\n"), KEY) == one
    others = [f"{header}ZZ-1,A,\n", f"{header}ZZ-1,A,X^\nZZ-2,B,\n", f"{header}ZZ-1,B,\nZZ-2,A,\n"]
    assert len({one.digest, *(read_mapping(sheet(text), KEY).digest for text in others)}) == 4
    assert NO_ASSIGNMENTS.digest == ""


# who a patient is


@given(st.text(min_size=1).filter(lambda text: canonical(text) != ""), st.sampled_from([" ", "  ", "\0", ""]))
def test_padding_makes_no_other_patient(text: str, padding: str) -> None:
    assert pseudonym_of_id(padding + text + padding, "", KEY) == pseudonym_of_id(text, "", KEY)


@given(st.lists(st.text(max_size=8).map(canonical), min_size=4, max_size=4))
def test_different_ids_and_issuers_are_different_patients(texts: list[str]) -> None:
    one, other = (texts[0], texts[1].casefold()), (texts[2], texts[3].casefold())
    same = pseudonym_of_id(*one, KEY) == pseudonym_of_id(*other, KEY)
    assert same == ((one[0], canonical(one[1])) == (other[0], canonical(other[1])))


def test_a_pseudonym_stands_for_itself_whoever_issued_it() -> None:
    pseudonym = pseudonym_of_id("ZZ-1", "", KEY)
    assert pseudonym_of_id(f" {pseudonym}", "Elsewhere", KEY) == pseudonym
    assert pseudonym_of_id(pseudonym, "", OTHER_KEY) != pseudonym


def test_an_issuer_counts_only_where_it_is_named() -> None:
    def pseudonym(issuer: str, *issuers: str) -> str:
        return patient_of_id("ZZ-1", issuer, KEY, issuers=issuers).pseudonym

    assert pseudonym("") == pseudonym("North") == pseudonym("South")
    assert pseudonym("", "South") == pseudonym("North", "South") != pseudonym("South", "South")
    assert pseudonym("SOUTH ", "South") == pseudonym("South", " south")
    assert len({pseudonym(issuer, EVERY_ISSUER) for issuer in ("", "North", "South")}) == 3


def test_a_line_with_an_issuer_goes_before_the_one_for_any_issuer(sheet: Sheet) -> None:
    text = "PatientID,IssuerOfPatientID,NewPatientID\nZZ-1,,A\nZZ-1,South,B\nZZ-2,South,C\n"
    found = read_mapping(sheet(text), KEY)
    given = {
        (original, issuer): patient_of_id(original, issuer, KEY, found).new_id
        for original in ("ZZ-1", "ZZ-2")
        for issuer in ("", "North", "South")
    }
    assert [given["ZZ-1", issuer] for issuer in ("", "North", "South")] == ["A", "A", "B"]
    assert given["ZZ-2", "South"] == "C"
    assert given["ZZ-2", ""] == given["ZZ-2", "North"] == pseudonym_of_id("ZZ-2", "", KEY)


def test_any_id_of_a_patient_is_mapped_the_same_way(sheet: Sheet) -> None:
    found = read_mapping(sheet("PatientID,NewPatientID\nZZ-1,SUBJ-1\n"), KEY)
    assert mapped_id("ZZ-1 ", "", KEY, found) == "SUBJ-1"
    assert mapped_id("SUBJ-1", "", KEY, found) == "SUBJ-1"
    other = mapped_id("ZZ-9", "", KEY, found)
    assert other == pseudonym_of_id("ZZ-9", "", KEY) == mapped_id(other, "", KEY, found)
    assert mapped_id(" ", "", KEY, found) == ""
    assert mapped_id(pseudonym_of_id("ZZ-1", "", KEY), "", KEY, found) == "SUBJ-1"


def test_two_sources_of_assignments_join_unless_they_contradict_each_other() -> None:
    one = Assignments(KEY.fingerprint, (("p1", Assigned("A")),))
    two = Assignments(KEY.fingerprint, (("p1", Assigned("A")), ("p2", Assigned("B"))))
    assert one.joined(two) == two == two.joined(one) == NO_ASSIGNMENTS.joined(two) == two.joined(NO_ASSIGNMENTS)
    for other in ((("p1", Assigned("C")),), (("p3", Assigned("A")),)):
        with pytest.raises(ConfigurationError):
            two.joined(Assignments(KEY.fingerprint, other))
    with pytest.raises(ConfigurationError, match="keys"):
        one.joined(Assignments(OTHER_KEY.fingerprint, (("p2", Assigned("B")),)))


def test_assignments_of_another_key_are_refused() -> None:
    made = Assignments(KEY.fingerprint, (("p1", Assigned("A")),))
    made.require_key(KEY)
    NO_ASSIGNMENTS.require_key(OTHER_KEY)
    with pytest.raises(ConfigurationError, match=OTHER_KEY.fingerprint):
        made.require_key(OTHER_KEY)


# what is refused

ORIGINAL, NEW = "ZZ-SENTINEL-1", "SENTNEW-1"
GOOD = f"PatientID,NewPatientID,NewPatientName,ClinicalTrialSiteID\n{ORIGINAL},{NEW},,\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n , \n", "empty"),
        (f"{ORIGINAL},{NEW}\n", "no header line with PatientID and NewPatientID"),
        (f"PatientID,Other\n{ORIGINAL},{NEW}\n", "no header line with NewPatientID"),
        (f"NewPatientID\n{NEW}\n", "no header line with PatientID"),
        ("PatientID,NewPatientID,PatientComments\n", "line 1: column 3 (PatientComments)"),
        ("PatientID,NewPatientID,PatientBirthDate\n", "line 1: column 3 (PatientBirthDate)"),
        ("PatientID,NewPatientID,ConsentForClinicalTrialUseSequence\n", "column 3"),
        ("PatientID,NewPatientID,\n", "column 3 (no name)"),
        ("PatientID,NewPatientID,New Patient ID\n", "two columns are NewPatientID"),
        (f"{GOOD}ZZ-2,SENTNEW-2\n", "line 3 has 2 cells, the header line has 4"),
        (f"{GOOD}\nZZ-2,,,\n", "line 4, NewPatientID: is empty"),
        (f"{GOOD}ZZ-2,' ',,\n".replace("'", '"'), "line 3, NewPatientID: is empty"),
        (f"{GOOD},SENTNEW-2,,\n", "line 3, PatientID: is empty"),
        (f"{GOOD}\\,SENTNEW-2,,\n", "line 3, PatientID: is empty"),
        (f"{GOOD} {ORIGINAL} ,SENTNEW-2,,\n", "line 3, PatientID: is the patient of line 2"),
        (f"{GOOD}ZZ-2,{NEW},,\n", "line 3, NewPatientID: was given in line 2"),
        (f"{GOOD}ZZ-2,{NEW.lower()},,\n", "line 3, NewPatientID: was given in line 2"),
        (f"{GOOD}ZZ-2,ZZ-3,,\nZZ-3,SENTNEW-3,,\n", "line 3, NewPatientID: is the original PatientID of line 4"),
        (f"{GOOD}ZZ-2,ZZ-2,,\n", "line 3, NewPatientID: holds the original PatientID"),
        (f"{GOOD}ZZ-0044,T-zz 0044,,\n", "line 3, NewPatientID: holds the original PatientID"),
        (f"{GOOD}004711,SUBJ-4711,,\n", "line 3, NewPatientID: holds the original PatientID"),
        (f"{GOOD}4711,SUBJ-2,Zoe^4711,\n", "line 3, NewPatientName: holds the original PatientID"),
        (f"{GOOD}4711,SUBJ-2,,Site 4711\n", "line 3, ClinicalTrialSiteID: holds the original PatientID"),
        (f"{GOOD}ZZ-2,{'N' * 65},,\n", "line 3, NewPatientID: is longer than 64 characters"),
        (f"{GOOD}ZZ-2,SUBJ-2,,{'S' * 65}\n", "line 3, ClinicalTrialSiteID: is longer"),
        (f"{GOOD}ZZ-2,A\\B,,\n", "line 3, NewPatientID: has a backslash"),
        (f'{GOOD}ZZ-2,"A\nB",,\n', "line 3, NewPatientID: has characters"),
        (f"{GOOD}ZZ-2,A\x1b[31m,,\n", "line 3, NewPatientID: has characters"),
        (f"{GOOD}ZZ-2,A\x85B,,\n", "line 3, NewPatientID: has characters"),
        (f"{GOOD}ZZ-2,Jürgen,,\n", "line 3, NewPatientID: has characters"),
        (f"{GOOD}ZZ-2,SUBJ-2,A=B,\n", "line 3, NewPatientName: is no name"),
        (f"{GOOD}ZZ-2,SUBJ-2,a^b^c^d^e^f,\n", "line 3, NewPatientName: is no name"),
        (f"{GOOD}1.23457E+11,SUBJ-2,,\n", "line 3, PatientID: looks like a number that a spreadsheet has rounded"),
        (f"{GOOD}ZZ-2,{pseudonym_of_id('ZZ-3', '', KEY)},,\n", "line 3, NewPatientID: is the pseudonym of another"),
        (f'{GOOD}"ZZ-2,SUBJ-2,,\n', "line 3: quotes"),
        (f"{GOOD}ZZ\0-2,SUBJ-2,,\n", "NUL"),
    ],
)
def test_what_would_merge_mix_or_give_away_patients_is_refused(sheet: Sheet, text: str, said: str) -> None:
    path = sheet(text)
    with pytest.raises(ConfigurationError) as caught:
        read_mapping(path, KEY)
    message = str(caught.value)
    assert said in message and str(path) in message
    assert not any(value in message for value in ("SENTINEL", "SENTNEW", "SUBJ", "ZZ", "4711", "Jürgen", "Zoe"))


def test_bytes_that_are_no_utf_8_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    path.touch(mode=0o600)
    for content, said in (
        (f"{GOOD}ZZ-2,J\xfcrgen,,\n".encode("latin-1"), "line 3 is not UTF-8"),
        (GOOD.encode("utf-16"), "NUL"),
        (b'PatientID,NewPatientID\n"' + b"N" * 200_000 + b'",A\n', "line 2"),
    ):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=said):
            read_mapping(path, KEY)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_mapping_that_others_may_read_or_change_is_refused(sheet: Sheet, mode: int) -> None:
    path = sheet(GOOD)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=r"by others .*chmod 600"):
        read_mapping(path, KEY)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "absent", tmp_path, tmp_path / "pipe"):
        with pytest.raises(ConfigurationError):
            read_mapping(path, KEY)


def test_a_mapping_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    path.touch(mode=0o600)
    os.truncate(path, (64 << 20) + 1)
    with pytest.raises(ConfigurationError, match="larger"):
        read_mapping(path, KEY)


def test_a_short_id_is_not_looked_for_inside_other_words(sheet: Sheet) -> None:
    assert assigned("17", read_mapping(sheet("PatientID,NewPatientID\n17,S-0417\n"), KEY)) == Assigned("S-0417")


# writing it

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(
    lambda text: canonical(f"ZZ{text}")
)


@given(st.lists(ids, min_size=1, max_size=6, unique_by=lambda text: pseudonym_of_id(text, "", KEY)))
def test_what_was_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, originals: list[str]) -> None:
    path = tmp_path_factory.mktemp("sheets") / "mapping.csv"
    given = [
        (Phi(text), Phi(""), Assigned(f"new{n:03}", "A^B", ((SUBJECT_ID, "=1"),))) for n, text in enumerate(originals)
    ]
    write_mapping(path, given)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [(row.patient_id, row.issuer, row.assigned) for row in read_rows(path, KEY)] == given


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'=1", "''-1", "'x"])
def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path: Path, text: str) -> None:
    write_mapping(tmp_path / "mapping.csv", [(Phi(text), Phi(text), Assigned("SUBJ-1"))])
    cells = (tmp_path / "mapping.csv").read_text().splitlines()[1].split(",")
    assert all(cell[:1] not in {"=", "+", "-", "@"} for cell in cells)
    (row,) = read_rows(tmp_path / "mapping.csv", KEY)
    assert (row.patient_id.reveal(), row.issuer.reveal()) == (text, text)


def test_a_mapping_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match="exists already"):
        write_mapping(path, [(Phi("ZZ-1"), Phi(""), Assigned("SUBJ-1"))])
    assert path.read_text() == "mine"


def test_every_attribute_that_a_mapping_may_fill_is_one_of_a_clinical_trial() -> None:
    assert all(attribute.tag >> 16 == 0x0012 and attribute.vr in {"LO", "ST"} for attribute in trial_attributes())
    assert {attribute.module for attribute in trial_attributes()} == {"subject", "study", "series"}


@pytest.mark.parametrize("lines", ["", "\n\n", ",,\n"])
def test_a_mapping_that_names_nobody_is_refused(lines: str, tmp_path: Path) -> None:
    """Taken for no mapping at all, it would let every patient leave whom it was to hold."""
    path = tmp_path / "ids.csv"
    path.touch(mode=0o600)
    path.write_text("PatientID,NewPatientID,NewPatientName\n" + lines)
    with pytest.raises(ConfigurationError, match=r"names no patient|is empty"):
        read_mapping(path, KEY)
