"""inventory: private lists beside the input, and counts on the terminal."""

import csv
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from invented import EXPLICIT, GREY, as_file, described

from pixelclean.cli import main
from pixelclean.key import ProjectKey
from pixelclean.keyfile import create_key, default_key_path
from pixelclean.spreadsheet import read_csv
from pixelclean.store.layout import Store, default_root

NASTY = '=HYPERLINK("http://zz")<script>alert(1)</script>'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of the test's own, in which there is no key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.mark.parametrize("given", [("--policy", "research"), ("--options", "retain_uids"), ("--mapping", "ids.csv")])
def test_a_list_of_what_is_there_takes_nothing_that_only_foretells(given: tuple[str, str], folder: Path) -> None:
    shown = run("inventory", folder, "--cleaned", *given)
    assert shown.exit_code == 2 and f"{given[0]} says nothing with --cleaned" in shown.output
    assert not folder.with_name("in-inventory").exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of an invented patient, one that is cut short, and a text that is no DICOM."""
    place = tmp_path / "in"
    place.mkdir()
    for number in (1, 2):
        dataset = described(GREY, SOPClassUID="1.2.840.10008.5.1.4.1.1.2", SOPInstanceUID=f"1.2.3.{number}")
        dataset.Manufacturer, dataset.SeriesDescription = "ZZ Devices", "Sentinel"
        dataset.private_block(0x0029, NASTY, create=True).add_new(1, "LO", NASTY)
        (place / f"{number}.dcm").write_bytes(as_file(dataset, EXPLICIT))
    (place / "cut.dcm").write_bytes((place / "1.dcm").read_bytes()[:-3])
    (place / "notes.txt").write_text("no DICOM")
    return place


def sheet(place: Path) -> list[dict[str, str]]:
    header, *lines = read_csv(place / "inventory.csv", "inventory")
    return [dict(zip(header.cells, line.cells, strict=True)) for line in lines]


def test_the_lists_lie_beside_the_input_and_only_their_owner_reads_them(folder: Path) -> None:
    before = sorted(folder.iterdir())
    done = run("inventory", folder)
    assert done.exit_code == 0, done.output
    place = folder.with_name("in-inventory")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {path.name for path in place.iterdir()} == {"inventory.csv", "inventory.html"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    assert sorted(folder.iterdir()) == before


def test_the_terminal_shows_counts_and_no_value(folder: Path) -> None:
    shown = run("inventory", folder)
    assert "2 files, and what policy basic" in shown.output
    assert re.search(r"quarantined +1 +truncated", shown.output)
    assert not any(word in shown.output for word in ("Sentinel", "ZZ", "script", "HYPERLINK"))


def test_the_sheet_names_every_attribute_its_values_and_its_fate(folder: Path) -> None:
    run("inventory", folder)
    lines = sheet(folder.with_name("in-inventory"))
    (kept,) = [line for line in lines if line["attribute"] == "Manufacturer"]
    assert (kept["fate"], kept["value"], kept["times"], kept["files"]) == ("kept", "ZZ Devices", "2", "2")
    (name,) = [line for line in lines if line["attribute"] == "PatientName"]
    assert (name["fate"], name["value"]) == ("replaced", "Sentinel^Zoe")
    (private,) = [line for line in lines if line["tags"] == "(0029,xx01)"]
    assert (private["fate"], private["private"], private["value"]) == ("removed", "yes", NASTY)


def test_no_cell_is_a_formula_to_a_spreadsheet(folder: Path) -> None:
    run("inventory", folder)
    with (folder.with_name("in-inventory") / "inventory.csv").open(newline="", encoding="utf-8") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert f"'{NASTY}" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_the_page_holds_values_as_text_only_and_fetches_nothing(folder: Path) -> None:
    run("inventory", folder)
    page = (folder.with_name("in-inventory") / "inventory.html").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<script") == 1
    assert not re.search(r'(?:src|href)="', page)
    assert "default-src 'none'" in page


def test_every_tag_of_the_page_is_closed(folder: Path) -> None:
    run("inventory", folder)
    opened: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            if tag not in {"meta", "br", "wbr", "input"}:
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Balance().feed((folder.with_name("in-inventory") / "inventory.html").read_text())
    assert opened == []


def test_kept_lists_only_what_would_stay_and_cleaned_foretells_nothing(folder: Path) -> None:
    run("inventory", folder, "--kept", "--out", folder.with_name("kept"))
    assert {line["fate"] for line in sheet(folder.with_name("kept")) if line["attribute"] == "PatientName"} == set()
    assert any(line["attribute"] == "Manufacturer" for line in sheet(folder.with_name("kept")))
    run("inventory", folder, "--cleaned", "--out", folder.with_name("as-is"))
    assert {line["fate"] for line in sheet(folder.with_name("as-is"))} == {"kept"}


def test_fewer_values_are_shown_where_fewer_are_asked_for_and_the_sheet_has_all(folder: Path) -> None:
    run("inventory", folder, "--cleaned", "--values", "1")
    page = (folder.with_name("in-inventory") / "inventory.html").read_text()
    assert "1 of 2 distinct values" in page
    lines = sheet(folder.with_name("in-inventory"))
    assert {line["value"] for line in lines if line["attribute"] == "SOPInstanceUID"} == {"1.2.3.1", "1.2.3.2"}


def test_an_earlier_inventory_is_replaced_only_on_demand(folder: Path) -> None:
    assert run("inventory", folder).exit_code == 0
    kept = folder.with_name("in-inventory") / "notes.txt"
    kept.write_text("of a reviewer")
    refused = run("inventory", folder)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert run("inventory", folder, "--force").exit_code == 0
    assert kept.read_text() == "of a reviewer"


@pytest.mark.parametrize("place", ["in", "in/lists", "."])
def test_the_lists_never_lie_in_an_input_nor_an_input_in_their_folder(folder: Path, place: str) -> None:
    refused = run("inventory", folder, "--out", folder.parent / place)
    assert refused.exit_code == 2
    assert not list(folder.rglob("inventory.*"))


def test_the_lists_never_lie_in_the_out_of_a_run(sample_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    Store.open(default_root(out), out, ProjectKey(bytes(32))).close()
    for inside in (out / "lists", default_root(out) / "lists"):
        refused = run("inventory", sample_data / "ct-plain.dcm", "--out", inside)
        assert refused.exit_code == 2
        assert not inside.exists()


def test_a_folder_that_others_can_reach_is_refused(folder: Path) -> None:
    open_one = folder.with_name("open")
    open_one.mkdir()
    open_one.chmod(0o755)
    refused = run("inventory", folder, "--out", open_one)
    assert refused.exit_code == 1
    assert list(open_one.iterdir()) == []


def test_what_cannot_be_opened_is_counted_and_what_is_not_there_is_a_mistake(folder: Path) -> None:
    (folder / "dangling.dcm").symlink_to(folder / "nothing")
    shown = run("inventory", folder / "dangling.dcm", folder / "1.dcm", "--out", folder.with_name("lists"))
    assert shown.exit_code == 0, shown.output
    assert re.search(r"quarantined +1 +unreadable", shown.output)
    assert run("inventory", folder / "absent", "--out", folder.with_name("other")).exit_code == 2


def fates(place: Path, attribute: str) -> set[str]:
    return {line["fate"] for line in sheet(place) if line["attribute"] == attribute}


def test_what_the_key_made_in_an_earlier_stage_would_stay_and_without_a_key_nobody_could_know(
    folder: Path, configuration: Path
) -> None:
    shown = run("inventory", folder, "--out", folder.with_name("without"))
    assert "cannot be recognised" in shown.stderr and not configuration.exists()
    key = create_key(default_key_path())
    dataset = described(GREY, SOPClassUID="1.2.840.10008.5.1.4.1.1.2", SOPInstanceUID=key.uid("1.2.3.4"))
    dataset.PatientID = key.patient("ZZ-SENTINEL-1")
    cleaned = folder.with_name("cleaned.dcm")
    cleaned.write_bytes(as_file(dataset, EXPLICIT))
    known = run("inventory", cleaned, "--out", folder.with_name("with"))
    assert "cannot be recognised" not in known.output
    assert fates(folder.with_name("with"), "SOPInstanceUID") == fates(folder.with_name("with"), "PatientID") == {"kept"}
    create_key(folder.with_name("other.key"))
    other = ("--key", folder.with_name("other.key"), "--out", folder.with_name("of-another"))
    assert run("inventory", cleaned, *other).exit_code == 0
    assert "kept" not in fates(folder.with_name("of-another"), "PatientID")


def test_patients_that_the_mapping_does_not_name_would_be_held(folder: Path) -> None:
    path = folder.with_name("ids.csv")
    path.touch(mode=0o600)
    path.write_text("PatientID,NewPatientID\nZZ-SENTINEL-9,SUBJ-9\n")
    shown = run("inventory", folder, "--mapping", path)
    assert shown.exit_code == 0
    assert re.search(r"queued +2 +patient-not-mapped", shown.output)


def test_a_list_of_what_is_cleaned_already_asks_for_no_key(folder: Path) -> None:
    assert "cannot be recognised" not in run("inventory", folder, "--cleaned").output
