"""pixelclean reidentify: from encrypted files to files that identify, for one pair of eyes."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from encrypted_by_hand import LIMITS, by_hand, content, differing, of, sealed, stripped
from pydicom import Dataset
from recipient_keys import certificate_file, key_file, needs_gdcmanon

from pixelclean.cli.reidentify import reidentify
from pixelclean.cli.shell import Shell
from pixelclean.dicom import read, write
from pixelclean.header.encryption.attached import attach

Reidentify = Callable[..., Result]
DONE = "re-identified"


@pytest.fixture
def program(tmp_path: Path) -> Reidentify:
    """The command as the shell runs it, with the private key of Anna unless another one is named."""
    key = key_file(tmp_path, "anna")

    @click.group(cls=Shell)
    def group() -> None: ...

    group.add_command(reidentify)

    def run(*arguments: object, key: Path = key) -> Result:
        return CliRunner().invoke(group, ["reidentify", *map(str, arguments), "--private-key", str(key)])

    return run


@pytest.fixture
def original(sample_data: Path) -> Dataset:
    return read(sample_data / "us-palette.dcm", LIMITS).dataset


@pytest.fixture
def encrypted(sample_data: Path, tmp_path: Path, original: Dataset) -> Path:
    """A folder with two encrypted files, one of them below, and a file that is none of DICOM."""
    folder = tmp_path / "encrypted"
    (folder / "below").mkdir(parents=True)
    for name in ("one.dcm", "below/two.dcm"):
        cleaned = stripped(original, "PatientBirthDate")
        attach(cleaned, original, sealed)
        write(cleaned, read(sample_data / "us-palette.dcm", LIMITS).transfer_syntax, folder / name)
    (folder / "notes.txt").write_text("no DICOM here")
    return folder


def test_one_file_becomes_one_file_that_identifies_for_its_owner_only(
    program: Reidentify, encrypted: Path, tmp_path: Path, original: Dataset
) -> None:
    again = tmp_path / "new" / "Sentinel" / "again.dcm"
    shown = program(encrypted / "one.dcm", again)
    assert shown.exit_code == 0, shown.output
    assert differing(read(again, LIMITS).dataset, original) <= {0x00120062}
    assert again.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (again.parent, again.parent.parent)} == {0o700}
    assert list(again.parent.iterdir()) == [again]
    assert b"1.2.826" in again.read_bytes()[:512], "file meta information names the original instance"
    assert "what was masked stays masked" in shown.output


def test_a_folder_is_mirrored(program: Reidentify, encrypted: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    shown = program(encrypted, out)
    assert shown.exit_code == 0, shown.output
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == ["below/two.dcm", "one.dcm"]
    assert f"{DONE}   2 " in shown.output


def test_several_folders_lie_under_their_names(program: Reidentify, encrypted: Path, tmp_path: Path) -> None:
    shutil.copytree(encrypted, tmp_path / "more")
    out = tmp_path / "again"
    assert program(encrypted, tmp_path / "more", encrypted / "one.dcm", out).exit_code == 0
    names = sorted(str(path.relative_to(out)) for path in out.rglob("*.dcm"))
    assert names == ["encrypted/below/two.dcm", "encrypted/one.dcm", "more/below/two.dcm", "more/one.dcm"]


def test_two_inputs_of_one_name_do_not_replace_each_other(program: Reidentify, encrypted: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    shutil.copy(encrypted / "one.dcm", tmp_path / "other")
    shown = program(encrypted / "one.dcm", tmp_path / "other" / "one.dcm", tmp_path / "again", "--overwrite")
    assert shown.exit_code == 4
    assert "another input has the same name" in shown.output
    assert f"{DONE}   1 " in shown.output


def test_a_file_that_is_there_is_replaced_only_on_demand(program: Reidentify, encrypted: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.dcm"
    again.write_bytes(b"precious")
    shown = program(encrypted / "one.dcm", again)
    assert shown.exit_code == 4
    assert "not-delivered" in shown.output
    assert "exists already; --overwrite replaces it" in shown.output
    assert again.read_bytes() == b"precious"
    assert program(encrypted / "one.dcm", again, "--overwrite").exit_code == 0
    assert read(again, LIMITS).dataset.PatientIdentityRemoved == "NO"
    assert again.stat().st_mode & 0o777 == 0o600


def test_inputs_are_never_written_over_or_mixed_with_outputs(
    program: Reidentify, encrypted: Path, tmp_path: Path
) -> None:
    before = (encrypted / "one.dcm").read_bytes()
    for out in (encrypted, encrypted / "again", encrypted.parent):
        assert program(encrypted, out, "--overwrite").exit_code == 2
    assert program(encrypted / "one.dcm", encrypted, "--overwrite").exit_code == 2
    (tmp_path / "link.dcm").symlink_to(encrypted / "one.dcm")
    for target in (encrypted / "one.dcm", tmp_path / "link.dcm"):
        assert program(encrypted / "one.dcm", target, "--overwrite").exit_code == 4
    assert (encrypted / "one.dcm").read_bytes() == before


def test_each_file_that_cannot_be_done_has_one_line_with_its_code_and_the_others_are_done(
    program: Reidentify, encrypted: Path, tmp_path: Path, sample_data: Path, original: Dataset
) -> None:
    shutil.copy(sample_data / "ct-plain.dcm", encrypted / "plain.dcm")
    shutil.copy(sample_data / "ct-truncated.dcm", encrypted / "truncated.dcm")
    write(by_hand(original, sealed(b"Sentinel^Zoe")), "1.2.840.10008.1.2.1", encrypted / "noise.dcm")
    shown = program(encrypted, tmp_path / "again")
    assert shown.exit_code == 4
    lines = {line.split(": ")[0].rpartition("/")[2]: line.split(": ")[1] for line in shown.stderr.splitlines()}
    expected = {"plain.dcm": "not-encrypted-here", "truncated.dcm": "truncated", "noise.dcm": "cannot-restore"}
    assert lines == expected
    assert "Sentinel" not in shown.output
    assert f"{DONE}   2 " in shown.output
    assert {path.name for path in (tmp_path / "again").rglob("*.dcm")} == {"one.dcm", "two.dcm"}


def test_another_key_opens_nothing_and_leaves_nothing(program: Reidentify, encrypted: Path, tmp_path: Path) -> None:
    shown = program(encrypted, tmp_path / "again", key=key_file(tmp_path, "dora"))
    assert shown.exit_code == 4
    assert shown.stderr.count("cannot-decrypt") == 2
    assert not (tmp_path / "again").exists()


def test_a_passphrase_and_a_certificate_may_be_given(program: Reidentify, encrypted: Path, tmp_path: Path) -> None:
    locked = key_file(tmp_path, "ben", b"a secret")
    passphrase = tmp_path / "passphrase"
    passphrase.write_bytes(b"a secret\n")
    passphrase.chmod(0o600)
    given = ("--passphrase-file", passphrase, "--certificate", certificate_file(tmp_path, "ben"))
    assert program(encrypted, tmp_path / "again", *given, key=locked).exit_code == 0
    shown = program(encrypted, tmp_path / "more", key=locked)
    assert shown.exit_code == 1
    assert "give its passphrase" in shown.output


def test_a_key_or_certificate_that_will_not_do_is_named_before_anything_is_read(
    program: Reidentify, encrypted: Path, tmp_path: Path
) -> None:
    open_to_all = key_file(tmp_path, "carl")
    open_to_all.chmod(0o644)
    assert "chmod 600" in program(encrypted, tmp_path / "again", key=open_to_all).output
    shown = program(encrypted, tmp_path / "again", "--certificate", certificate_file(tmp_path, "ben"))
    assert shown.exit_code == 1
    assert "does not belong" in shown.output
    assert program("absent.dcm", tmp_path / "again").exit_code == 2


def test_a_named_pipe_is_refused_and_not_waited_for(program: Reidentify, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    shown = program(tmp_path / "pipe", tmp_path / "again.dcm")
    assert shown.exit_code == 4
    assert "unreadable" in shown.output


def test_a_folder_that_cannot_be_written_is_a_reason_and_no_traceback(
    program: Reidentify, encrypted: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    shown = program(encrypted / "one.dcm", tmp_path / "file" / "again.dcm")
    assert shown.exit_code == 4
    assert "not-delivered" in shown.output


@needs_gdcmanon
def test_files_that_gdcmanon_encrypted_are_reidentified(
    program: Reidentify, tmp_path: Path, sample_data: Path, original: Dataset
) -> None:
    shown = certificate_file(tmp_path, "anna")
    command = ["gdcmanon", "-e", "--des3", "-c", shown, sample_data / "us-palette.dcm", tmp_path / "foreign.dcm"]
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=60)
    assert program(tmp_path / "foreign.dcm", tmp_path / "again.dcm").exit_code == 0
    assert differing(read(tmp_path / "again.dcm", LIMITS).dataset, original) <= {0x00120062}


def test_an_item_made_for_this_key_by_anybody_replaces_no_pixels(
    program: Reidentify, tmp_path: Path, original: Dataset
) -> None:
    hostile = of(PatientName="Sentinel^Zoe", PixelData=b"\0\0")
    hostile["PixelData"].VR = "OB"
    write(by_hand(original, sealed(content(hostile))), "1.2.840.10008.1.2.1", tmp_path / "hostile.dcm")
    shown = program(tmp_path / "hostile.dcm", tmp_path / "again.dcm")
    assert shown.exit_code == 4
    assert "7FE0" in shown.output
