"""explain: where a file ends, and what its output would say; both as `clean` then does it."""

import json
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import CliRunner, Result
from invented import (
    COLOUR,
    CT,
    GREY,
    ULTRASOUND,
    as_file,
    described,
    source_of,
    speckled,
    with_banner,
    words_for,
)

from pixelclean.cli import main
from pixelclean.dicom import read
from pixelclean.key import ProjectKey
from pixelclean.keyfile import create_key, default_key_path
from pixelclean.outcome import reasons_of, word_of
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Policy

CODES = {"released": 0, "queued": 3, "quarantined": 4}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of the test's own, in which there is no key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def ends(shown: Result) -> str:
    (line,) = [line for line in shown.output.splitlines() if line.startswith("becomes")]
    return line.split()[1].removesuffix(":")


def row(shown: Result, tag: str) -> str:
    (line,) = [line for line in shown.output.splitlines() if f" {tag} " in line]
    return " ".join(line.split())


def image(folder: Path, sop_class: str = ULTRASOUND, *, text: bool = True, **attributes: Any) -> Path:
    """An invented image in a file."""
    picture = with_banner() if text else speckled(120, 200)
    dataset = described(GREY, SOPClassUID=sop_class, **{"Modality": "US", **attributes})
    source = source_of(dataset, GREY, [words_for(picture, GREY)])
    path = folder / "image.dcm"
    path.write_bytes(as_file(source.dataset, source.transfer_syntax))
    return path


@pytest.fixture
def small_mask(tmp_path: Path) -> Path:
    """A policy that asks about nearly every mask."""
    path = tmp_path / "strict.toml"
    path.write_text(
        'name = "strict"\nversion = "1"\nauthor = "nobody"\napprover = "nobody"\n[pixel]\nlargest_mask = 0.01\n'
    )
    return path


@pytest.mark.parametrize("name", ["ct-plain.dcm", "us-single-rgb.dcm", "ct-truncated.dcm", "sr-report.dcm"])
def test_the_end_and_the_exit_code_are_those_of_the_truth(sample_data: Path, name: str) -> None:
    wanted = json.loads((sample_data / "truth.json").read_text(encoding="utf-8"))["files"][name]
    shown = run("explain", sample_data / name)
    assert ends(shown) == wanted["outcome"]
    assert shown.exit_code == CODES[wanted["outcome"]]
    assert all(reason in shown.output for reason in wanted["reasons"])


def test_a_scanned_page_waits_and_both_commands_say_so(sample_data: Path) -> None:
    for command in ("explain", "detect"):
        shown = run(command, sample_data / "sc-scanned-form-jpeg2000.dcm")
        assert shown.exit_code == 3
        assert "looks-like-document" in shown.output


def test_a_mask_that_is_too_large_for_the_policy_is_a_doubt_of_both_commands(tmp_path: Path, small_mask: Path) -> None:
    path = image(tmp_path)
    for command in ("explain", "detect"):
        shown = run(command, path, "--policy", small_mask)
        assert shown.exit_code == 3
        assert "mask-too-large" in shown.output


def test_burned_in_yes_without_a_finding_is_a_doubt_of_both_commands(tmp_path: Path) -> None:
    path = image(tmp_path, text=False, BurnedInAnnotation="YES")
    for command in ("explain", "detect"):
        shown = run(command, path)
        assert shown.exit_code == 3
        assert "burned-in-yes-nothing-found" in shown.output


@pytest.mark.parametrize(
    "sop_class, code, exit_code",
    [
        ("1.2.840.10008.5.1.4.1.1.999", "sop-class-not-allowed", 3),
        ("1.2.840.10008.5.1.4.1.1.104.1", "embedded-content", 3),
        ("1.2.840.10008.5.1.4.1.1.68.1", "sop-class-refused", 4),
    ],
)
def test_a_kind_that_is_not_cleaned_is_told_with_its_reason(
    tmp_path: Path, sop_class: str, code: str, exit_code: int
) -> None:
    path = image(tmp_path, sop_class)
    for command in ("explain", "detect"):
        shown = run(command, path)
        assert shown.exit_code == exit_code
        assert code in shown.output


def test_what_explain_says_is_what_clean_then_decides(
    cleaner: Cleaner, sample_data: Path, small_mask: Path, tmp_path: Path
) -> None:
    """One piece of code answers both: `decision.doubts`."""
    policy = Policy.load(small_mask)
    strict = Cleaner.load(policy, cleaner.key)
    source = source_of(described(GREY, SOPClassUID=ULTRASOUND, Modality="US"), GREY, [words_for(with_banner(), GREY)])
    early = strict.inspect(source)
    late = reasons_of(strict.clean(source, tmp_path).outcome)
    assert early.reasons
    assert {reason.code for reason in early.reasons} <= {reason.code for reason in late}


def test_marks_are_told_as_what_they_are(tmp_path: Path) -> None:
    shown = run("explain", image(tmp_path, BurnedInAnnotation="YES"))
    for tag in ("(0012,0062)", "(0012,0063)", "(0012,0064)", "(0028,0303)", "(0018,A001)"):
        assert row(shown, tag).startswith("added")
    assert row(shown, "(0028,0301)").startswith("changed")
    plain = run("explain", image(tmp_path, CT, text=False, Modality="CT"))
    assert row(plain, "(0028,0301)").startswith("added")
    assert row(plain, "(0028,0302)").startswith("added")


def test_a_mark_that_was_there_already_is_told_once_and_its_old_items_are_not(tmp_path: Path) -> None:
    old = pydicom.Dataset()
    old.Manufacturer = "Somebody"
    path = image(tmp_path, PatientIdentityRemoved="YES", ContributingEquipmentSequence=[old])
    shown = run("explain", path)
    assert row(shown, "(0012,0062)").startswith("kept")
    assert row(shown, "(0018,A001)").startswith("changed")
    assert "(0018,A001)[0]" not in shown.output


def test_pixel_data_are_told_by_what_becomes_of_them(tmp_path: Path, sample_data: Path) -> None:
    assert row(run("explain", image(tmp_path)), "(7FE0,0010)") == "changed (7FE0,0010) PixelData masked"
    plain = run("explain", image(tmp_path, CT, text=False, Modality="CT"))
    assert row(plain, "(7FE0,0010)") == "kept (7FE0,0010) PixelData kept byte for byte"
    hidden = run("explain", sample_data / "ct-text-in-high-bits.dcm")
    assert row(hidden, "(7FE0,0010)") == "changed (7FE0,0010) PixelData hidden bits cleared"


def test_attributes_that_describe_masked_pixels_are_told_with_them(tmp_path: Path, sample_data: Path) -> None:
    shown = run("explain", image(tmp_path, LargestImagePixelValue=255))
    assert row(shown, "(0028,0107)").startswith("removed")
    lossy = run("explain", sample_data / "us-cine-jpeg.dcm")
    assert "JPEG Baseline (Process 1)" in lossy.output
    assert "written as" not in lossy.output
    assert row(lossy, "(0008,2111)").startswith("changed")


@pytest.mark.parametrize("name", ["us-palette.dcm", "mr-overlay-and-icon.dcm", "sr-report.dcm", "cr-monochrome1.dcm"])
def test_every_fate_is_true_of_the_output(cleaner: Cleaner, sample_data: Path, tmp_path: Path, name: str) -> None:
    """Compared with what `clean` writes: which attributes stand there, and which of them are as they were."""
    source = read(sample_data / name, cleaner.policy.limits)
    result = cleaner.clean(source, tmp_path)
    assert word_of(result.outcome) == "released"
    assert result.output is not None
    after = read(tmp_path / result.output.spool_name, cleaner.policy.limits).dataset
    lines = [line.split() for line in run("explain", sample_data / name).output.splitlines()]
    told = {line[1]: line[0] for line in lines if len(line) > 2 and line[1].startswith("(") and len(line[1]) == 11}
    assert set(told) >= {_shown(tag) for tag in {*source.dataset.keys(), *after.keys()}}
    for tag in {*source.dataset.keys(), *after.keys()}:
        said = told[_shown(tag)]
        assert (said == "added") == (tag not in source.dataset), tag
        assert (said == "removed") == (tag not in after), tag
        if said == "kept" and source.dataset[tag].VR != "SQ":
            assert after[tag].value == source.dataset[tag].value, tag
        if said == "changed" and source.dataset[tag].VR != "SQ":
            assert after[tag].value != source.dataset[tag].value, tag


def _shown(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def test_a_file_that_cannot_be_opened_is_a_finding_and_one_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    link = tmp_path / "dangling.dcm"
    link.symlink_to(tmp_path / "nothing")
    shown = run("explain", link)
    assert shown.exit_code == 4
    assert "unreadable" in shown.output
    assert run("explain", tmp_path / "absent.dcm").exit_code == 2
    assert run("explain", tmp_path).exit_code == 2


def test_colour_is_no_exception(tmp_path: Path) -> None:
    dataset = described(COLOUR, SOPClassUID=ULTRASOUND, Modality="US")
    source = source_of(dataset, COLOUR, [words_for(with_banner(), COLOUR)], "1.2.840.10008.1.2.4.90")
    path = tmp_path / "colour.dcm"
    path.write_bytes(as_file(source.dataset, source.transfer_syntax))
    shown = run("explain", path)
    assert shown.exit_code == 0
    assert row(shown, "(7FE0,0010)").startswith("changed")


# the key and the mapping of a run


def cleaned_before(folder: Path, key: ProjectKey, **attributes: Any) -> Path:
    """What an earlier stage with this key may have left."""
    path = image(folder, CT, text=False, Modality="CT", SOPInstanceUID=key.uid("1.2.3"), **attributes)
    return path.rename(folder / "cleaned.dcm")


def mapping(folder: Path, *lines: str) -> Path:
    path = folder / "ids.csv"
    path.touch(mode=0o600)
    path.write_text("\n".join(("PatientID,NewPatientID", *lines, "")))
    return path


def test_a_file_that_this_project_cleaned_is_recognised_by_the_default_key_and_keeps_what_the_key_made(
    tmp_path: Path,
) -> None:
    key = create_key(default_key_path())
    shown = run("explain", cleaned_before(tmp_path, key, PatientID=key.patient("ZZ-SENTINEL-1")))
    assert "cleaned-before" in shown.output and "cannot be recognised" not in shown.output
    assert row(shown, "(0008,0018)").startswith("kept")
    assert row(shown, "(0010,0020)").startswith("kept")


def test_a_key_that_is_named_is_used_and_never_made(tmp_path: Path, configuration: Path) -> None:
    key, place = create_key(tmp_path / "project.key"), tmp_path / "absent.key"
    path = cleaned_before(tmp_path, key, PatientID=key.patient("ZZ-SENTINEL-1"))
    assert "cleaned-before" in run("explain", path, "--key", tmp_path / "project.key").output
    shown = run("explain", path, "--key", place)
    assert shown.exit_code == 1 and "no key file" in shown.output
    assert not place.exists() and not configuration.exists()


def test_without_any_key_explain_goes_on_and_says_in_one_line_what_it_cannot_see(
    tmp_path: Path, configuration: Path
) -> None:
    key = ProjectKey(bytes(32))
    shown = run("explain", cleaned_before(tmp_path, key, PatientID=key.patient("ZZ-SENTINEL-1")))
    assert shown.exit_code == 0
    (line,) = shown.stderr.splitlines()
    assert "No project key" in line and "cannot be recognised" in line
    assert "cleaned-before" not in shown.output and row(shown, "(0008,0018)").startswith("changed")
    assert not configuration.exists()


def test_a_patient_that_the_mapping_does_not_name_waits_as_in_a_run_and_one_that_it_names_does_not(
    tmp_path: Path,
) -> None:
    create_key(default_key_path())
    path = image(tmp_path, CT, text=False, Modality="CT", PatientID="ZZ-SENTINEL-1")
    other = run("explain", path, "--mapping", mapping(tmp_path, "ZZ-SENTINEL-2,SUBJ-2"))
    assert other.exit_code == 3 and "patient-not-mapped" in other.output
    named = run("explain", path, "--mapping", mapping(tmp_path, "ZZ-SENTINEL-1,SUBJ-1"))
    assert named.exit_code == 0 and "assigned by the mapping" in named.output
    assert "SUBJ-1" not in named.output


def test_a_patient_that_was_mapped_in_an_earlier_stage_waits_where_the_mapping_is_not_at_hand(tmp_path: Path) -> None:
    path = cleaned_before(tmp_path, create_key(default_key_path()), PatientID="SUBJ-1")
    assert "patient-not-mapped" in run("explain", path).output
    shown = run("explain", path, "--mapping", mapping(tmp_path, "ZZ-SENTINEL-1,SUBJ-1"))
    assert "cleaned-before" in shown.output and ends(shown) == "released"


def test_the_first_line_names_every_option_in_force(tmp_path: Path) -> None:
    shown = run("explain", image(tmp_path), "--options", "113110,deidentify:RetainDeviceIdentityOption")
    line = shown.stdout.splitlines()[0]
    assert line.endswith("basic+options 2: clean_pixel_data, retain_device_identity, retain_uids")
