"""A folder of everything that can be wrong with an input, through the command line, in one run."""

import os
import shutil
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import pydicom
import pytest
from project import Project, assert_only_proven_files_are_out, codes, contents, edited, states
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import MediaStorageDirectoryStorage

from pixelclean.batch.run import Phase, Progress, RunSettings, run
from pixelclean.cli import main

_ITEM, _ITEM_END, _SEQUENCE_END, _UNDEFINED = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD), 0xFFFFFFFF
_OPENED = struct.pack("<HH2sHL", 0x0040, 0xA730, b"SQ", 0, _UNDEFINED) + struct.pack("<HHL", *_ITEM, _UNDEFINED)
_CLOSED = struct.pack("<HHLHHL", *_ITEM_END, 0, *_SEQUENCE_END, 0)
_PIXELS = struct.pack("<HH2s", 0x7FE0, 0x0010, b"OW")
_ROWS = struct.pack("<HH2s", 0x0028, 0x0010, b"US")
_SYNTAX = struct.pack("<HH2sH", 0x0002, 0x0010, b"UI", 20)
_LATIN = os.fsdecode(b"caf\xe9.dcm")
_LONG = "n" * 251 + ".dcm"

QUARANTINED = {
    "cut-in-prefix.dcm": "missing-transfer-syntax",
    "cut-in-meta.dcm": "truncated",
    "cut-in-header.dcm": "truncated",
    "cut-in-pixels.dcm": "truncated",
    "cut-in-fragment.dcm": "truncated",
    "cut-stream-in-whole-fragment.dcm": "truncated",
    "length-too-long.dcm": "truncated",
    "length-too-short.dcm": "malformed",
    "junk-after-the-end.dcm": "malformed",
    "deep.dcm": "nested-too-deep",
    "claims-terabytes.dcm": "over-size-limit",
    "claims-more-than-there-is.dcm": "truncated",
    "rle-claims-gigabytes.dcm": "over-size-limit",
    "stream-of-another-size.dcm": "inconsistent-pixel-data",
    "no-syntax.dcm": "missing-transfer-syntax",
    "unknown-syntax.dcm": "unsupported-transfer-syntax",
    "pipe.dcm": "unreadable",
    "socket.dcm": "unreadable",
    "dangling.dcm": "unreadable",
    "points-to-itself.dcm": "unreadable",
    "circle/up": "unreadable",
    "empty.dcm": "empty-file",
    "EMPTY.IMA": "empty-file",
}
SKIPPED = {
    "text.txt": "not-dicom",
    "text.dcm": "not-dicom",
    "cut-in-preamble.dcm": "not-dicom",
    "empty.log": "empty-file",
    "media/DICOMDIR": "dicomdir",
}
RELEASED = {
    "good.dcm": "shared-sop-instance-uid",
    "same-bytes.dcm": "same-file-again",
    "same-uid.dcm": "shared-sop-instance-uid",
    "link-to-good.dcm": "shared-sop-instance-uid",
    "no-pixels.dcm": "shared-sop-instance-uid",
    "padded-with-zeros.dcm": "shared-sop-instance-uid",
    "media/IM000000": "same-file-again",
    "new\nline.dcm": "same-file-again",
    _LATIN: "",
    _LONG: "same-file-again",
}


def bad_inputs(folder: Path, samples: Path) -> None:
    """One file for each name above."""
    slice_, report = (samples / "ct-plain.dcm").read_bytes(), (samples / "sr-report.dcm").read_bytes()
    pixels, rows, syntax = (slice_.index(each) for each in (_PIXELS, _ROWS, _SYNTAX))
    cine = (samples / "us-cine-jpeg.dcm").read_bytes()
    written = {
        "text.txt": b"Sentinel^Zoe was here\n",
        "text.dcm": b"Sentinel^Zoe was here\n" * 40,
        "empty.dcm": b"",
        "EMPTY.IMA": b"",
        "empty.log": b"",
        "cut-in-preamble.dcm": slice_[:100],
        "cut-in-prefix.dcm": slice_[:132],
        "cut-in-meta.dcm": slice_[:200],
        "cut-in-header.dcm": slice_[:1500],
        "cut-in-pixels.dcm": slice_[:-1000],
        "cut-in-fragment.dcm": cine[:-700],
        "length-too-long.dcm": slice_[:rows] + _ROWS + struct.pack("<H", 0xFFF0) + slice_[rows + 8 : rows + 90],
        "length-too-short.dcm": slice_[:rows] + _ROWS + struct.pack("<H", 1) + slice_[rows + 8 :],
        "junk-after-the-end.dcm": slice_ + b"Sentinel^Zoe" * 20,
        "deep.dcm": slice_[:pixels] + _OPENED * 1000 + _CLOSED * 1000 + slice_[pixels:],
        "no-syntax.dcm": slice_[:syntax] + slice_[syntax + 28 :],
        "unknown-syntax.dcm": slice_[: syntax + 8] + b"1.2.840.10008.1.9.9\0" + slice_[syntax + 28 :],
        "good.dcm": slice_,
        "same-bytes.dcm": slice_,
        "same-uid.dcm": slice_[:-2] + b"\x01\0",
        "padded-with-zeros.dcm": slice_ + bytes(512),
        "new\nline.dcm": report,
        _LATIN: report,
        _LONG: report,
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    edited(samples / "ct-plain.dcm", folder / "no-pixels.dcm", lambda data: data.__delattr__("PixelData"))
    edited(samples / "ct-plain.dcm", folder / "claims-terabytes.dcm", _claim(65535, 999))
    edited(samples / "ct-plain.dcm", folder / "claims-more-than-there-is.dcm", _claim(1024, 1))
    edited(samples / "sc-screen-rle.dcm", folder / "rle-claims-gigabytes.dcm", _claim(60000, 1))
    edited(samples / "sc-dose-sheet-jpegls.dcm", folder / "stream-of-another-size.dcm", _claim(9000, 1))
    edited(samples / "us-cine-jpeg.dcm", folder / "cut-stream-in-whole-fragment.dcm", _cut_third_frame)
    _special_files(folder)
    (folder / "media").mkdir()
    edited(samples / "sr-report.dcm", folder / "media" / "DICOMDIR", _call_directory)
    (folder / "media" / "IM000000").write_bytes(slice_)


def _call_directory(data: Any) -> None:
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    data.DirectoryRecordSequence = []


def _claim(side: int, frames: int) -> Callable[[Any], None]:
    def claim(data: Any) -> None:
        data.Rows = data.Columns = side
        data.NumberOfFrames = frames

    return claim


def _cut_third_frame(data: Any) -> None:
    frames = list(generate_frames(data.PixelData, number_of_frames=data.NumberOfFrames))
    frames[2] = frames[2][: len(frames[2]) // 4 * 2]
    data.PixelData = encapsulate(frames)


def _special_files(folder: Path) -> None:
    os.mkfifo(folder / "pipe.dcm")
    (folder / "link-to-good.dcm").symlink_to("good.dcm")
    (folder / "dangling.dcm").symlink_to("nowhere.dcm")
    (folder / "points-to-itself.dcm").symlink_to("points-to-itself.dcm")
    (folder / "circle").mkdir()
    (folder / "circle" / "up").symlink_to("..")
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.dcm")
    finally:
        os.chdir(here)


class After:
    """The project after the run, the exit code and messages of it, and its inputs before."""

    def __init__(self, base: Path, samples: Path) -> None:
        self.project = Project.new(base)
        bad_inputs(self.project.inputs, samples)
        self.before = states(self.project.inputs)
        self.done = self.project.clean()
        self.lines = {self._name(line["source"]): line for line in self.project.results()}

    def _name(self, source: str) -> str:
        """The input that a line speaks of; bytes that are no UTF-8 stand escaped in it."""
        name = source.removeprefix(f"{self.project.inputs}/")
        return _LATIN if name == "caf\\xe9.dcm" else name


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> After:
    return After(tmp_path_factory.mktemp("bad"), sample_data)


def test_quarantine_is_what_the_exit_code_says(after: After) -> None:
    assert after.done.returncode == 4, after.done.stderr


def test_there_is_exactly_one_line_for_each_input(after: After) -> None:
    assert sorted(after.lines) == sorted([*QUARANTINED, *SKIPPED, *RELEASED])
    assert len(after.project.results()) == len(after.lines)


@pytest.mark.parametrize("name", QUARANTINED)
def test_what_cannot_be_read_is_quarantined_and_says_why(after: After, name: str) -> None:
    assert after.lines[name]["outcome"] == "quarantined"
    assert codes(after.lines[name]) - {"shared-sop-instance-uid"} == {QUARANTINED[name]}


@pytest.mark.parametrize("name", SKIPPED)
def test_what_is_no_instance_is_skipped_on_a_walk(after: After, name: str) -> None:
    assert after.lines[name]["outcome"] == "skipped"
    assert codes(after.lines[name]) == {SKIPPED[name]}


@pytest.mark.parametrize("name", RELEASED)
def test_what_is_only_unusual_is_released(after: After, name: str) -> None:
    assert after.lines[name]["outcome"] == "released"
    assert RELEASED[name] in codes(after.lines[name]) | {""}


def test_only_proven_files_are_out(after: After) -> None:
    assert_only_proven_files_are_out(after.project)


def test_a_link_to_a_folder_says_that_it_was_not_followed(after: After) -> None:
    (reason,) = after.lines["circle/up"]["reasons"]
    assert reason["detail"] == "a link to a folder is not followed"


def test_inputs_are_what_they_were(after: After) -> None:
    assert states(after.project.inputs) == after.before


def test_the_same_bytes_share_one_output_and_others_do_not(after: After) -> None:
    same = {after.lines[name]["output"] for name in ("good.dcm", "same-bytes.dcm", "link-to-good.dcm")}
    assert len(same) == 1
    assert after.lines["same-uid.dcm"]["output"] not in same


def test_nobody_is_shown_a_traceback_or_a_name(after: After) -> None:
    shown = after.done.stdout + after.done.stderr
    assert "Traceback" not in shown
    assert "sentinel" not in shown.lower()


def test_bytes_are_not_spelled_out_as_a_tag(after: After) -> None:
    """What stands where a tag should be may be a piece of a name: (6553,746E) is the Sent of Sentinel."""
    (reason,) = (r for r in after.lines["junk-after-the-end.dcm"]["reasons"] if r["code"] == "malformed")
    assert "6553" not in reason["detail"]


def test_two_names_that_look_alike_when_escaped_have_a_line_each(tmp_path: Path, sample_data: Path) -> None:
    project = Project.new(tmp_path)
    for name in (_LATIN, "caf\\xe9.dcm"):
        shutil.copy(sample_data / "sr-report.dcm", project.inputs / name)
    assert project.clean().returncode == 0
    assert len(project.results()) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_quarantined(tmp_path: Path, sample_data: Path) -> None:
    project = Project.new(tmp_path)
    shutil.copy(sample_data / "sr-report.dcm", project.inputs / "locked.dcm")
    (project.inputs / "locked.dcm").chmod(0)
    assert project.clean().returncode == 4
    assert codes(project.result("locked.dcm")) == {"unreadable"}


def test_a_file_that_is_replaced_during_the_run_is_held_and_done_by_the_next(tmp_path: Path, sample_data: Path) -> None:
    project = Project.new(tmp_path)
    for name in ("1.dcm", "2.dcm", "3.dcm"):
        shutil.copy(sample_data / "sr-report.dcm", project.inputs / name)
    edited(sample_data / "ct-plain.dcm", project.base / "other.dcm", lambda data: None)

    def replace_second(progress: Progress) -> None:
        # By then the second file is known and waits for the only worker.
        if progress.phase is Phase.CLEANING and progress.done == 1:
            (project.base / "other.dcm").replace(project.inputs / "2.dcm")

    settings = RunSettings("basic", project.base / "key", jobs=1)
    summary = run((project.inputs,), project.out, settings, replace_second)
    assert summary.counts == {"released": 2, "quarantined": 1}
    assert {"unreadable", "not-delivered"} == codes(project.result("2.dcm"))
    assert_only_proven_files_are_out(project)
    assert run((project.inputs,), project.out, settings).counts == {"released": 3}
    assert_only_proven_files_are_out(project)


def test_named_files_that_are_no_instances_are_quarantined(tmp_path: Path) -> None:
    """Who names a file means it: then it is no file that just happened to be in a folder."""
    project = Project.new(tmp_path)
    (project.inputs / "text.txt").write_text("Sentinel^Zoe was here")
    (project.inputs / "empty.dcm").touch()
    os.mkfifo(project.inputs / "pipe")
    names = sorted(project.inputs.iterdir())
    assert project.run("clean", *names, project.out, "--key", project.base / "key").returncode == 4
    ends = {Path(line["source"]).name: (line["outcome"], codes(line)) for line in project.results()}
    assert ends == {
        "empty.dcm": ("quarantined", {"empty-file"}),
        "pipe": ("quarantined", {"unreadable"}),
        "text.txt": ("quarantined", {"not-dicom"}),
    }
    rehearsed = project.clean("--dry-run")
    assert "quarantined   1" in rehearsed.stdout  # the pipe; the others are skipped on a walk
    assert rehearsed.returncode == 4


def test_a_full_disk_is_said_and_costs_nothing_once_there_is_room(tmp_path: Path, sample_data: Path) -> None:
    project = Project.new(tmp_path)
    for name in ("ct-plain.dcm", "us-single-rgb.dcm"):
        shutil.copy(sample_data / name, project.inputs)
    assert project.clean(largest_file=400_000).returncode == 4
    assert codes(project.result("us-single-rgb.dcm")) == {"not-delivered"}
    assert_only_proven_files_are_out(project)
    assert project.clean().returncode == 0
    assert_only_proven_files_are_out(project)


def test_a_disk_too_full_for_the_ledger_ends_the_run_in_one_line(tmp_path: Path, sample_data: Path) -> None:
    project = Project.new(tmp_path)
    shutil.copy(sample_data / "sr-report.dcm", project.inputs)
    done = project.clean(largest_file=105_000)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert contents(project.base).keys().isdisjoint({"out"})


@pytest.mark.parametrize(
    "inputs, out, options",
    [
        (("in",), "in/out", ()),
        (("in",), "in", ()),
        (("in/sub",), "in", ()),
        (("in",), "link-to-in/out", ()),
        (("in",), "taken", ()),
        (("in",), "in/1.dcm", ()),
        (("in",), "out", ("--store", "in/store")),
        (("in",), "out", ("--store", "out/store")),
        (("in",), "out/inside", ("--store", "out")),
        (("taken-private",), "out", ("--store", "taken-private")),
    ],
)
def test_places_that_lie_in_each_other_are_a_mistake_and_nothing_is_touched(
    tmp_path: Path, inputs: tuple[str, ...], out: str, options: tuple[str, ...]
) -> None:
    base = Project.new(tmp_path).base
    for name in ("in/1.dcm", "in/sub/2.dcm", "taken/somebody's.txt", "taken-private/3.dcm"):
        (base / name).parent.mkdir(exist_ok=True)
        (base / name).write_bytes(b"Sentinel")
    (base / "link-to-in").symlink_to("in")
    before = states(base)
    paths = [str(base / name) if not name.startswith("-") else name for name in (*inputs, out, *options)]
    shown = click.testing.CliRunner().invoke(main, ["clean", *paths, "--key", str(base / "key")])
    assert shown.exit_code == 2, shown.output
    assert states(base) == before


def test_a_stored_file_is_read_by_others_as_the_mask_of_out_says(after: After) -> None:
    """OUT is for others: its files have its folder's mode, not the store's."""
    wanted = after.project.out.stat().st_mode & 0o666
    assert {path.stat().st_mode & 0o777 for path in after.project.out.rglob("*.dcm")} == {wanted}
    pydicom.dcmread(next(after.project.out.rglob("*.dcm")))
