"""evaluate: files cleaned as by `clean`, judged by their pixels, with nothing of any text in what it says or writes."""

import json
import re
import shutil
import stat
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import CliRunner, Result

from pixelclean.cli import main
from pixelclean.cli.codes import ExitCode

WORD = "zqxvwk"  # stands in every text and kind of the truth
RELEASED = ("us-single-rgb.dcm", "us-cine-jpeg.dcm", "ct-plain.dcm", "sr-report.dcm")
HELD = ("sc-scanned-form-jpeg2000.dcm", "ct-truncated.dcm")
TISSUE = [100, 100, 140, 112]  # of ct-plain.dcm: no text is there, so nothing masks it


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of the test's own, in which there is no key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def labelled(sample_data: Path, name: str) -> dict[str, Any]:
    """The entry of a sample, by what was drawn into it; every text holds the word, at its own length where it is longer."""
    known = json.loads((sample_data / "truth.json").read_text(encoding="utf-8"))["files"][name]["lines"]
    lines = [
        {
            "box": line["box"],
            "text": WORD.ljust(len(line["text"]), "x"),
            "kind": WORD,
            "phi": line["phi"],
            "frames": line["frames"],
        }
        for line in known
        if line["where"] == "pixels"
    ]
    return {"file": name, "lines": lines}


@dataclass(frozen=True)
class Done:
    shown: Result
    folder: Path
    report: Path
    pictures: Path

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.report / "evaluation.json").read_text())
        return told

    def of(self, name: str) -> dict[str, Any]:
        (file,) = [file for file in self.told["files"] if file["file"] == name]
        return dict(file)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Done:
    """Samples with what was drawn into them, one file that nobody labelled, and one text that is no DICOM."""
    place = tmp_path_factory.mktemp("evaluate")
    folder = place / "in"
    folder.mkdir()
    for name in (*RELEASED, *HELD, "us-palette.dcm"):
        shutil.copy(sample_data / name, folder)
    (folder / "notes.txt").write_text("no DICOM")
    truth = place / "truth.json"
    truth.write_text(json.dumps({"files": [labelled(sample_data, name) for name in (*RELEASED, *HELD)]}))
    shown = run("evaluate", folder, truth, "--pictures", place / "pictures", "--jobs", 1)
    return Done(shown, folder, place / "in-evaluation", place / "pictures")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Done:
    """A label on tissue, which is left, and text that no label tells, which is masked for nothing."""
    place = tmp_path_factory.mktemp("evaluate")
    folder = place / "in"
    folder.mkdir()
    for name in ("ct-plain.dcm", "us-palette.dcm"):
        shutil.copy(sample_data / name, folder)
    truth = place / "truth.json"
    files = [{"file": "ct-plain.dcm", "lines": [{"box": TISSUE}]}, {"file": "us-palette.dcm", "lines": []}]
    truth.write_text(json.dumps({"files": files}))
    shown = run(
        "evaluate", folder, truth, "--report", place / "report", "--pictures", place / "pictures", "--json", "--jobs", 1
    )
    return Done(shown, folder, place / "report", place / "pictures")


def test_samples_are_released_and_held_as_by_clean_and_no_identifying_line_is_left(done: Done) -> None:
    assert done.shown.exit_code == ExitCode.QUEUED, done.shown.output  # one of them was held before it was looked at
    outcomes = {file["file"]: file["outcome"] for file in done.told["files"]}
    assert {name for name, outcome in outcomes.items() if outcome == "released"} == set(RELEASED)
    assert outcomes["ct-truncated.dcm"] == "quarantined"
    assert done.told["total"]["released"]["identifying_left"] == 0
    not_judged = {file["file"]: file["not_judged"] for file in done.told["files"] if file["not_judged"]}
    assert not_judged == {"ct-truncated.dcm": ["truncated"]}


def test_every_label_is_judged_and_has_characters(done: Done, sample_data: Path) -> None:
    for name in RELEASED:
        lines, labels = done.of(name)["lines"], labelled(sample_data, name)["lines"]
        assert len(lines) == len(labels)
        assert [line["identifying"] for line in lines] == [label["phi"] for label in labels]
        assert all(line["cells"] > 0 for line in lines)


def test_what_the_mask_of_a_held_file_would_leave_is_measured_too(done: Done) -> None:
    form, cut = done.of("sc-scanned-form-jpeg2000.dcm"), done.of("ct-truncated.dcm")
    assert form["outcome"] == "queued" and form["lines"]
    assert cut["lines"] is None and cut["away"] is None
    assert (done.told["total"]["held"]["files"], done.told["total"]["held"]["not_judged"]) == (2, 1)
    assert done.told["not_judged"] == [{"reason": "truncated", "files": 1, "lines": 0}]
    assert re.search(r"Not judged: +1 file, \d+ line", done.shown.output)


def test_files_that_nobody_labelled_are_counted_and_left_alone(done: Done) -> None:
    assert done.told["not_labelled"] == ["us-palette.dcm"]
    assert re.search(r"Not labelled: +1 file", done.shown.output)


def test_the_terminal_has_a_row_for_each_modality_and_one_for_all(done: Done) -> None:
    for modality, files in (("CT", 1), ("SR", 1), ("US", 2), ("all", 4)):
        assert re.search(rf"^ {modality} +{files} ", done.shown.output, re.MULTILINE)
    assert re.search(r"^ all +2 +1 ", done.shown.output, re.MULTILINE)  # held: two, one of them not judged


def test_no_text_of_the_truth_is_shown_or_written(done: Done) -> None:
    assert WORD not in done.shown.output
    for path in (*done.report.rglob("*"), *done.pictures.rglob("*")):
        assert WORD not in path.name
        assert path.is_dir() or WORD.encode() not in path.read_bytes()


def test_no_output_stays_behind_and_the_input_is_as_it_was(done: Done, sample_data: Path) -> None:
    assert {path.name for path in done.report.iterdir()} == {"evaluation.json", "made-by-pixelclean-evaluate"}
    for path in done.folder.glob("*.dcm"):
        assert path.read_bytes() == (sample_data / path.name).read_bytes()


def test_only_the_owner_reaches_what_is_written(done: Done) -> None:
    for folder in (done.report, done.pictures):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_label_that_identifies_and_is_left_gives_an_exit_code_of_its_own(wrong: Done) -> None:
    assert wrong.shown.exit_code == ExitCode.LEFT == 5
    (line,) = wrong.of("ct-plain.dcm")["lines"]
    assert line["left"] and line["identifying"] and line["covered"] == 0


@pytest.fixture
def folder(tmp_path: Path, sample_data: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    shutil.copy(sample_data / "ct-plain.dcm", made)
    return made


def test_a_file_that_is_no_dicom_is_counted_listed_and_doubtful(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.dcm").write_bytes(b"no DICOM")
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"files": [{"file": "bad.dcm", "lines": [{"box": [1, 1, 20, 20]}]}]}))
    shown = run("evaluate", folder, truth, "--json", "--jobs", 1)
    assert shown.exit_code == ExitCode.QUEUED
    told = json.loads(shown.stdout)
    assert told["not_judged"] == [{"reason": "not-dicom", "files": 1, "lines": 0}]
    held = told["total"]["held"]
    assert (held["files"], held["not_judged"], held["lines"], held["identifying_not_judged"]) == (1, 1, 1, 1)
    assert told["not_labelled"] == ["ct-plain.dcm"]


def test_a_label_beside_the_text_is_doubtful(folder: Path, tmp_path: Path, sample_data: Path) -> None:
    shutil.copy(sample_data / "us-single-rgb.dcm", folder)
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"files": [{"file": "us-single-rgb.dcm", "lines": [{"box": [0, 56, 50, 68]}]}]}))
    shown = run("evaluate", folder, truth, "--json", "--jobs", 1)
    assert shown.exit_code == ExitCode.QUEUED, shown.output
    told = json.loads(shown.stdout)
    assert told["not_judged"] == [{"reason": "no-ink", "files": 0, "lines": 1}]
    assert told["files"][0]["lines"][0]["not_judged"] == "no-ink"


def test_json_is_the_report(wrong: Done) -> None:
    assert json.loads(wrong.shown.stdout) == wrong.told


def test_misses_come_before_false_alarms_and_each_has_a_picture(wrong: Done) -> None:
    index = [json.loads(line) for line in (wrong.pictures / "index.jsonl").read_text().splitlines()]
    assert index[0]["finding"] == "miss" and index[0]["box"] == TISSUE and index[0]["identifying"]
    assert index[0]["file"] == "ct-plain.dcm"
    alarms = index[1:]
    assert alarms and {alarm["finding"] for alarm in alarms} == {"false alarm"}
    assert {alarm["file"] for alarm in alarms} == {"us-palette.dcm"}
    assert len(alarms) == len(wrong.of("us-palette.dcm")["false_alarms"])
    scores = [alarm["score"] for alarm in alarms]
    assert scores == sorted(scores, reverse=True)
    for each in index:
        assert (wrong.pictures / each["picture"]).read_bytes().startswith(b"\x89PNG")


def test_names_of_pictures_are_numbers_only(wrong: Done) -> None:
    names = {path.name for path in wrong.pictures.glob("*.png")}
    assert all(re.fullmatch(r"(miss|not-judged|false-alarm)-\d{5}\.png", name) for name in names)
    assert "miss-00001.png" in names


def test_the_page_shows_every_picture_and_has_no_script(wrong: Done) -> None:
    page = (wrong.pictures / "index.html").read_text()
    shown: list[str] = []

    class Sources(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            assert tag != "script"
            shown.extend(value for name, value in attrs if name in ("src", "href"))

    Sources().feed(page)
    assert sorted(shown) == sorted(path.name for path in wrong.pictures.glob("*.png"))
    assert "default-src 'none'" in page


def test_a_site_may_name_files_by_their_uid(tmp_path: Path, sample_data: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("first.dcm", "second.dcm"):
        shutil.copy(sample_data / "ct-plain.dcm", folder / name)
    truth = tmp_path / "truth.json"
    for uid, count in (("1.2.3", 0), (_uid(folder / "first.dcm"), 2)):
        truth.write_text(json.dumps({"files": [{"uid": uid, "lines": []}]}))
        shown = run("evaluate", folder, truth)
        assert shown.exit_code == ExitCode.FAILED
        assert f"entry 1: {count} files of the folder have its uid" in shown.output
        assert uid not in shown.output


def _uid(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)


@pytest.mark.parametrize(
    "entries, words",
    [
        ([{"file": "absent.dcm", "lines": []}], "entry 1 (absent.dcm): the folder has no such file"),
        ([{"file": "a.dcm", "lines": [{"box": [0, 0, 9, 9999]}]}], "entry 1 (a.dcm): line 1: the box lies outside"),
        ([{"file": "a.dcm", "lines": [{"box": [0, 0, 9, 9], "frames": 1}]}], "the image has 1 frames"),
        (
            [{"file": "a.dcm", "lines": []}, {"file": "b.dcm", "lines": [{"box": [0, 0, 9, 9]}]}],
            "entry 2 (b.dcm): the same bytes as in entry 1, but other lines",
        ),
        ([{"file": "a.dcm", "lines": [{"box": [0, 0, 9, 9], WORD: 1}]}], "entry 1 (a.dcm): line 1: a line has a key"),
    ],
)
def test_a_truth_that_does_not_fit_the_folder_stops_before_the_first_file(
    tmp_path: Path, sample_data: Path, entries: list[object], words: str
) -> None:
    folder, truth = tmp_path / "in", tmp_path / "truth.json"
    folder.mkdir()
    for name in ("a.dcm", "b.dcm"):
        shutil.copy(sample_data / "ct-plain.dcm", folder / name)
    truth.write_text(json.dumps({"files": entries}))
    shown = run("evaluate", folder, truth)
    assert shown.exit_code == ExitCode.FAILED
    assert words in " ".join(shown.output.split())
    assert WORD not in shown.output
    assert not (tmp_path / "in-evaluation" / "spool").exists()


def test_mistakes_in_usage_exit_with_2(tmp_path: Path) -> None:
    folder, truth = tmp_path / "in", tmp_path / "truth.json"
    folder.mkdir()
    truth.write_text('{"files": [{"file": "a.dcm", "lines": []}]}')
    strange = tmp_path / "strange"
    strange.mkdir(mode=0o700)
    (strange / "theirs.txt").touch()
    for arguments in (
        (),
        (folder,),
        (folder, tmp_path / "absent.json"),
        (tmp_path / "absent", truth),
        (folder, truth, "--pictures", folder / "pictures"),
        (folder, truth, "--pictures", strange),
        (folder, truth, "--report", strange),
    ):
        assert run("evaluate", *arguments).exit_code == ExitCode.USAGE, arguments
    assert (strange / "theirs.txt").exists() and list(folder.iterdir()) == []
