"""No word of an input comes out anywhere: every attribute, corner and name holds a sentinel, every channel is searched.

What passes on purpose is named here: coded values that Table E.1-1 does not remove, and the reviewed attributes of
rules/header/safe_text.toml, which are searched for the identifiers of their own file instead.
"""

import json
import re
import sqlite3
from pathlib import Path

import numpy as np
import pydicom
import pytest
from project import Project, assert_only_proven_files_are_out, codes, contents
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataset import FileDataset
from sentinel import UID_ROOT, WORD, identified, jpeg_2000_with_comment, jpeg_with_segments, sentinels_in

from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.annex_e.table import row_for

IN_PATH = f"{WORD}path"
JPEG_2000_LOSSLESS = "1.2.840.10008.1.2.4.90"


def as_jpeg_2000(data: FileDataset) -> FileDataset:
    words = (data.pixel_array.astype(np.int32) + 2000).astype("<u2")
    data.PixelRepresentation, data.PixelData = 0, words.tobytes()
    data.PixelData = jpeg_2000_with_comment(data)
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = JPEG_2000_LOSSLESS
    del data.PixelPaddingValue
    return data


class Shown:
    """A project after its run, what the run printed, and which sentinels went in."""

    def __init__(self, base: Path, samples: Path) -> None:
        self.project = Project.new(base)
        folder = self.project.inputs / f"{IN_PATH} Zoe"
        folder.mkdir()
        cine = identified(samples / "us-cine-jpeg.dcm")
        cine.PixelData = jpeg_with_segments(cine)
        form = identified(samples / "sc-scanned-form-jpeg2000.dcm")
        made = {name: identified(samples / f"{name}.dcm") for name in ("mr-overlay-and-icon", "sr-report")}
        made |= {"cine": cine, "form": form, "j2k": as_jpeg_2000(identified(samples / "ct-plain.dcm"))}
        for name, data in made.items():
            data.save_as(folder / f"{IN_PATH}-{name}.dcm")
        whole = (folder / f"{IN_PATH}-j2k.dcm").read_bytes()
        (folder / f"{IN_PATH}-cut.dcm").write_bytes(whole[:-1000])
        (folder / f"{IN_PATH}-junk.dcm").write_bytes(whole + f"{WORD}junk".encode() * 9)
        (folder / f"{IN_PATH}-note.txt").write_text(f"{WORD}note")
        self.given = set().union(*map(sentinels_in, contents(folder).values()))
        self.done = self.project.clean()
        self.outcomes = {re.sub(rf".*{IN_PATH}-", "", each["source"]): each for each in self.project.results()}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Shown:
    return Shown(tmp_path_factory.mktemp("phi"), sample_data)


def passes_on_purpose(found: str) -> bool:
    """Whether a sentinel stood in an attribute that keeps its value."""
    match = re.match(rf"(?i){WORD}([0-9a-f]{{8}})", found) or re.match(re.escape(UID_ROOT) + r"\.(\d+)\.", found)
    if match is None:
        return found.startswith(f"{WORD}icc-profile")  # a sentinel of its own; see the test on profiles
    tag = int(match[1], 10 if found.startswith(UID_ROOT) else 16)
    if tag in reviewed().text | reviewed().binary:
        return True
    return dictionary_VR(tag) == "CS" and row_for(tag) is None


def test_the_run_ends_as_expected(shown: Shown) -> None:
    ends = {name: line["outcome"] for name, line in shown.outcomes.items()}
    released = dict.fromkeys(("mr-overlay-and-icon.dcm", "sr-report.dcm", "cine.dcm", "j2k.dcm"), "released")
    held = {"form.dcm": "queued", "cut.dcm": "quarantined", "junk.dcm": "quarantined", "note.txt": "skipped"}
    assert ends == released | held
    assert shown.done.returncode == 4
    assert_only_proven_files_are_out(shown.project)


def test_the_sentinels_are_many_and_of_every_kind(shown: Shown) -> None:
    assert len(shown.given) > 3000
    corners = (
        "in the preamble",
        " comment",
        " exif",
        " iptc",
        "curve",
        "sound",
        "overlay",
        "trailing",
        "private",
        "in-meta",
    )
    assert all(any(corner in each for each in shown.given) for corner in corners)
    assert keyword_for_tag(0x00100010) == "PatientName"
    assert any("00100010" in each for each in shown.given)


def test_outputs_hold_none_beside_what_passes_on_purpose(shown: Shown) -> None:
    for place, content in shown.project.outputs().items():
        left = {found for found in sentinels_in(content) if not passes_on_purpose(found)}
        assert left == set(), place


def test_names_in_out_hold_none(shown: Shown) -> None:
    names = [path.relative_to(shown.project.out).as_posix() for path in shown.project.out.rglob("*")]
    assert sentinels_in("\n".join(names).encode()) == set()
    assert all(re.fullmatch(r"[a-z2-7]+(/[a-z2-7]+){0,3}(\.dcm)?", name) for name in names)


def test_what_stands_before_the_data_set_is_written_anew(shown: Shown) -> None:
    for content in shown.project.outputs().values():
        assert content[:128] == bytes(128)
        assert sentinels_in(content[: content.index(b"\x08\x00")]) == set()


def test_results_hold_none_beside_the_source(shown: Shown) -> None:
    for line in shown.project.results():
        source = line.pop("source")
        assert IN_PATH in source
        assert sentinels_in(json.dumps(line).encode()) == set()


def test_the_ledger_holds_none_beside_the_source(shown: Shown) -> None:
    with sqlite3.connect(shown.project.store / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE inputs SET source = rowid")
        assert sentinels_in("\n".join(ledger.iterdump()).encode()) == set()
        ledger.rollback()
    raw = sentinels_in((shown.project.store / "ledger.sqlite").read_bytes())
    assert all(found.startswith(IN_PATH) for found in raw)


def test_no_other_file_of_the_store_holds_any(shown: Shown) -> None:
    """Originals that wait are what they are, and the index is there to know; all that is written about them is not."""
    exempt = {"original.dcm", "results.jsonl", "ledger.sqlite", "index.sqlite"}
    for name, content in contents(shown.project.store).items():
        if Path(name).name not in exempt:
            assert sentinels_in(name.encode() + content) == set(), name


def test_the_terminal_shows_none(shown: Shown) -> None:
    assert sentinels_in((shown.done.stdout + shown.done.stderr).encode()) == set()


def test_the_report_shows_no_path(shown: Shown) -> None:
    report = (shown.project.store / "report.html").read_text()
    assert str(shown.project.inputs) not in report
    words = re.sub(r"base64,[\w+/=]*", "", report)  # in a picture's base64 any three letters may follow each other
    assert "Zoe" not in words


def test_nothing_is_left_behind_outside_of_out_and_store(shown: Shown) -> None:
    assert contents(shown.project.base / "tmp") == {}
    assert contents(shown.project.base / "home") == {}


def test_no_temporary_file_and_no_core_is_left(shown: Shown) -> None:
    assert not list((shown.project.store / "spool").rglob("*"))
    assert not [path for path in shown.project.base.rglob("core*") if path.is_file()]
    for content in contents(shown.project.base / "tmp").values():
        assert sentinels_in(content) == set()


def test_the_file_of_a_known_identifier_does_not_keep_it_where_texts_pass(tmp_path: Path, sample_data: Path) -> None:
    """Its name in every attribute that otherwise keeps its text and in a coded value."""
    project = Project.new(tmp_path)
    kept = [tag for tag in sorted(reviewed().text) if dictionary_VR(tag) in ("SH", "LO", "ST", "LT", "UC", "UT")]
    for name, value in (("name", f"{WORD}nm"), ("id", f"{WORD}77"), ("lower", f"{WORD}NM".lower())):
        data = _named(sample_data)
        for tag in kept:
            data.add_new(tag, dictionary_VR(tag), value)
        data.save_as(project.inputs / f"{name}.dcm")
    data = _named(sample_data)
    data.BodyPartExamined = f"{WORD}NM".upper()
    data.save_as(project.inputs / "code.dcm")
    assert project.clean().returncode in (0, 3)
    left = {
        Path(line["source"]).stem
        for line in project.results()
        if line["output"] and sentinels_in((project.out / line["output"]).read_bytes())
    }
    assert left == set()
    assert len(kept) > 50


def test_nor_in_a_colour_profile(tmp_path: Path, sample_data: Path) -> None:
    project = Project.new(tmp_path)
    data = _named(sample_data)
    data.add_new(0x00282000, "OB", f"profile of {WORD}nm^Zoe".encode().ljust(40))
    data.save_as(project.inputs / "profile.dcm")
    project.clean()
    assert not any(map(sentinels_in, project.outputs().values()))


def _named(samples: Path) -> pydicom.Dataset:
    data = pydicom.dcmread(samples / "ct-plain.dcm")
    data.PatientName, data.PatientID = f"{WORD}nm^Zoe", f"{WORD}77"
    return data


def test_refusals_name_no_bytes(shown: Shown) -> None:
    assert codes(shown.outcomes["cut.dcm"]) >= {"truncated"}
    assert codes(shown.outcomes["junk.dcm"]) >= {"malformed"}
