"""clean and mask as a user starts them: a process of their own, its exit code, and what lies on the disk afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from asn1crypto import cms
from recipient_keys import certificate_file

ROOT = Path(__file__).resolve().parents[2]
TRUTH: dict[str, Any] = json.loads((ROOT / "sample_data" / "truth.json").read_text(encoding="utf-8"))["files"]


@pytest.fixture
def pixelclean(tmp_path: Path) -> "Command":
    return Command(tmp_path)


class Command:
    """`pixelclean` with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config")}

    def __call__(self, *arguments: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pixelclean", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def results(self) -> list[dict[str, Any]]:
        lines = (self.folder / "out-private" / "results.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def result(self, name: str) -> dict[str, Any]:
        (result,) = [result for result in self.results() if Path(result["source"]).name == name]
        return result


def released(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_clean_slice_is_released_and_the_first_run_says_that_it_made_a_key(
    pixelclean: Command, sample_data: Path
) -> None:
    done = pixelclean("clean", sample_data / "ct-plain.dcm", pixelclean.out)
    assert done.returncode == 0, done.stderr
    assert "Made a project key" in done.stderr
    assert "report.html" in done.stdout
    (output,) = released(pixelclean.out)
    assert "SENTINEL" not in str(pydicom.dcmread(output)).upper()


def test_a_file_that_waits_makes_the_exit_code_3(pixelclean: Command, sample_data: Path) -> None:
    done = pixelclean("clean", sample_data / "sc-scanned-form-jpeg2000.dcm", pixelclean.out)
    assert done.returncode == 3, done.stderr
    assert "looks-like-document" in done.stdout
    assert released(pixelclean.out) == []


def test_a_quarantined_file_wins_over_a_queued_one(pixelclean: Command, sample_data: Path) -> None:
    held = [sample_data / name for name in ("ct-truncated.dcm", "sc-scanned-form-jpeg2000.dcm")]
    done = pixelclean("clean", *held, pixelclean.out)
    assert done.returncode == 4, done.stderr
    assert {result["outcome"] for result in pixelclean.results()} == {"queued", "quarantined"}


def test_a_dry_run_places_nothing(pixelclean: Command, sample_data: Path) -> None:
    done = pixelclean("clean", sample_data / "ct-plain.dcm", pixelclean.out, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert released(pixelclean.out) == []
    assert "nothing was placed" in done.stdout


def test_a_dry_run_leaves_nothing_behind_but_a_key_made_at_first_use(pixelclean: Command, sample_data: Path) -> None:
    pixelclean("clean", sample_data / "ct-plain.dcm", pixelclean.out, "--dry-run")
    made = sorted(path.relative_to(pixelclean.folder) for path in pixelclean.folder.rglob("*") if path.is_file())
    assert made == [Path("config/pixelclean/key")]
    assert not pixelclean.out.exists()


def test_a_named_file_that_cannot_be_opened_stops_nothing(pixelclean: Command, sample_data: Path) -> None:
    dangling = pixelclean.folder / "dangling.dcm"
    dangling.symlink_to(pixelclean.folder / "nothing")
    inputs = [sample_data / "ct-plain.dcm", dangling, sample_data / "sr-report.dcm"]
    for command, more in (("clean", ()), ("mask", ("--box", "0,0,9,9"))):
        out = pixelclean.folder / command
        done = pixelclean(command, *inputs, out, *more)
        assert done.returncode == 4, done.stderr
        assert len(released(out)) == 2
        assert "unreadable" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_named_file_that_may_not_be_read_stops_nothing(pixelclean: Command, sample_data: Path) -> None:
    locked = pixelclean.folder / "locked.dcm"
    locked.write_bytes((sample_data / "ct-plain.dcm").read_bytes())
    locked.chmod(0)
    done = pixelclean("clean", locked, sample_data / "sr-report.dcm", pixelclean.out)
    assert done.returncode == 4, done.stderr
    assert len(released(pixelclean.out)) == 1


def test_the_end_of_a_run_names_absolute_paths_and_says_what_skipped_means(
    pixelclean: Command, sample_data: Path
) -> None:
    inputs = pixelclean.folder / "inputs"
    inputs.mkdir()
    (inputs / "slice.dcm").write_bytes((sample_data / "ct-plain.dcm").read_bytes())
    (inputs / "notes.txt").write_text("nothing of ours")
    here = os.path.relpath(pixelclean.out, ROOT)
    done = pixelclean("clean", inputs, here)
    assert done.returncode == 0, done.stderr
    assert f"Released files:  {pixelclean.out}" in done.stdout
    assert "left where it was" in done.stdout
    again = pixelclean("clean", sample_data / "ct-plain.dcm", pixelclean.folder / "other")
    assert "left where it was" not in again.stdout


def test_a_folder_with_something_in_it_and_no_store_is_refused(pixelclean: Command, sample_data: Path) -> None:
    pixelclean.out.mkdir()
    (pixelclean.out / "somebody's.txt").touch()
    done = pixelclean("clean", sample_data / "ct-plain.dcm", pixelclean.out)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr


def test_an_unknown_policy_ends_the_run_with_1(pixelclean: Command, sample_data: Path) -> None:
    done = pixelclean("clean", sample_data / "ct-plain.dcm", pixelclean.out, "--policy", "nonsense")
    assert done.returncode == 1
    assert "no policy nonsense" in done.stderr


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> "Command":
    """One run over every sample."""
    command = Command(tmp_path_factory.mktemp("samples"))
    done = command("clean", *sorted(sample_data.glob("*.dcm")), command.out, "--jobs", 2)
    assert done.returncode == 4, done.stderr
    return command


@pytest.mark.parametrize("name", TRUTH)
def test_a_sample_ends_as_its_truth_says(samples: "Command", name: str) -> None:
    result = samples.result(name)
    assert result["outcome"] == TRUTH[name]["outcome"]
    assert set(TRUTH[name]["reasons"]) <= {reason["code"] for reason in result["reasons"]}


@pytest.mark.parametrize("name", [name for name, entry in TRUTH.items() if entry["outcome"] == "released"])
def test_a_released_sample_holds_no_identity(samples: "Command", name: str) -> None:
    path = samples.out / samples.result(name)["output"]
    assert b"sentinel" not in path.read_bytes().lower()
    lines = [line for line in TRUTH[name]["lines"] if line["phi"] and line["where"] == "pixels"]
    if lines:
        pixels = pydicom.dcmread(path).pixel_array
        frames = pixels if name == "us-cine-jpeg.dcm" else pixels[np.newaxis]
        for line in lines:
            left, top, right, bottom = line["box"]
            assert all(_is_one_colour(frame[top:bottom, left:right]) for frame in frames), line["text"]


def _is_one_colour(pixels: Any) -> bool:
    return bool((pixels == pixels[0, 0]).all())


def test_text_above_the_stored_bits_is_gone_and_the_image_is_not(samples: "Command", sample_data: Path) -> None:
    name = "ct-text-in-high-bits.dcm"
    before = np.frombuffer(pydicom.dcmread(sample_data / name).PixelData, "<u2")
    after = np.frombuffer(pydicom.dcmread(samples.out / samples.result(name)["output"]).PixelData, "<u2")
    assert (after == before & 0x0FFF).all()


def test_a_second_run_finds_nothing_to_do(samples: "Command", sample_data: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in released(samples.out)}
    again = samples("clean", *sorted(sample_data.glob("*.dcm")), samples.out)
    assert again.returncode == 4, again.stderr
    assert {path: path.stat().st_mtime_ns for path in released(samples.out)} == before


def test_mask_fills_the_box_and_cleans_the_header(pixelclean: Command, sample_data: Path) -> None:
    done = pixelclean("mask", sample_data / "us-single-rgb.dcm", pixelclean.out, "--box", "0,0,640,56")
    assert done.returncode == 0, done.stderr
    (output,) = released(pixelclean.out)
    before, after = pydicom.dcmread(sample_data / "us-single-rgb.dcm"), pydicom.dcmread(output)
    assert not after.pixel_array[:56].any()
    assert (after.pixel_array[56:] == before.pixel_array[56:]).all()
    assert after.PatientName != before.PatientName


def test_mask_with_the_header_kept_says_so_and_claims_nothing(pixelclean: Command, sample_data: Path) -> None:
    done = pixelclean("mask", sample_data / "us-single-rgb.dcm", pixelclean.out, "--box", "0,0,640,56", "--keep-header")
    assert done.returncode == 0, done.stderr
    assert "inside the house" in done.stderr
    (output,) = released(pixelclean.out)
    after = pydicom.dcmread(output)
    assert after.PatientName == "Sentinel^Zoe^Anna^Dr"
    assert "PatientIdentityRemoved" not in after
    assert "DeidentificationMethodCodeSequence" not in after


def ciphers(out: Path) -> set[str]:
    """What the envelopes of every output are sealed with."""
    envelopes = [
        cms.ContentInfo.load(item.EncryptedContent)
        for path in released(out)
        for item in pydicom.dcmread(path).EncryptedAttributesSequence
    ]
    inner = [envelope["content"]["encrypted_content_info"]["content_encryption_algorithm"] for envelope in envelopes]
    return {algorithm.encryption_cipher + str(8 * algorithm.key_length) for algorithm in inner}


def test_originals_are_encrypted_with_the_cipher_that_was_asked_for_and_again_where_another_one_is(
    pixelclean: Command, sample_data: Path
) -> None:
    """Without --fresh: another cipher is another task, the same one is not."""
    arguments = ("clean", sample_data / "sr-report.dcm", pixelclean.out, "--recipient")
    arguments += (certificate_file(pixelclean.folder, "anna"),)
    pixelclean(*arguments)
    assert ciphers(pixelclean.out) == {"aes256"}
    for cipher in ("aes-128", "aes-192"):
        done = pixelclean(*arguments, "--recipient-cipher", cipher)
        assert done.returncode == 0, done.stderr
        assert ciphers(pixelclean.out) == {cipher.replace("-", "")}
    before = [path.stat().st_mtime_ns for path in released(pixelclean.out)]
    pixelclean(*arguments, "--recipient-cipher", "aes-192")
    assert [path.stat().st_mtime_ns for path in released(pixelclean.out)] == before


def test_a_cipher_without_anybody_to_encrypt_for_is_a_mistake(pixelclean: Command, sample_data: Path) -> None:
    done = pixelclean("clean", sample_data / "sr-report.dcm", pixelclean.out, "--recipient-cipher", "aes-128")
    assert done.returncode == 2
    assert "--recipient" in done.stderr
    assert list(pixelclean.folder.iterdir()) == []


def test_an_undefined_character_set_has_a_reason_of_its_own(pixelclean: Command, sample_data: Path) -> None:
    dataset = pydicom.dcmread(sample_data / "sr-report.dcm")
    content = (sample_data / "sr-report.dcm").read_bytes()
    term = dataset.SpecificCharacterSet.encode()
    assert content.count(term) == 1
    bad = pixelclean.folder / "bad.dcm"
    bad.write_bytes(content.replace(term, b"Z" * len(term)))
    done = pixelclean("clean", bad, pixelclean.out)
    assert done.returncode == 4
    assert "unknown-character-set" in done.stdout and "malformed" not in done.stdout
    assert "Lengths" not in done.stdout
