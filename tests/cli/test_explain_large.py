"""explain on what is no short still image: a video, and pixel data that stay in their file."""

import sys
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from click.testing import CliRunner, Result
from invented import DEEP, EXPLICIT, SYNTAX, as_file, described, of, source_of, speckled, words_for

from pixelclean.cli import main
from pixelclean.dicom import pixel_data, read
from pixelclean.dicom.fragments import encapsulate_stream
from pixelclean.dicom.stored import Stored
from pixelclean.policy import Limits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "dicom"))

POLICY = 'name = "short"\nversion = "1"\nauthor = "nobody"\napprover = "nobody"\n[limits]\nresident_bytes = 1000\n'
PHOTOGRAPHIC_VIDEO = "1.2.840.10008.5.1.4.1.1.77.1.4.1"
CT = "1.2.840.10008.5.1.4.1.1.2"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration folder of the test's own, in which there is no key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def row(shown: Result, tag: str) -> str:
    (line,) = [line for line in shown.output.splitlines() if f" {tag} " in line]
    return " ".join(line.split())


def test_a_video_with_a_name_in_it_would_be_masked_and_stay_a_video(tmp_path: Path) -> None:
    invented_video = pytest.importorskip("invented_video")
    recipe = replace(invented_video.EACH[5], rows=192, columns=256, frames=6)
    dataset = described(recipe.format, SOPClassUID=PHOTOGRAPHIC_VIDEO, Modality="XC")
    value = encapsulate_stream(invented_video.video(recipe))
    dataset["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    path = tmp_path / "video.dcm"
    path.write_bytes(as_file(dataset, recipe.syntax))
    shown = run("explain", path)
    assert shown.exit_code == 0, shown.output
    assert "6 frames of 256 by 192, 3 samples" in shown.output
    assert "written as" not in shown.output
    told = row(shown, "(7FE0,0010)")
    assert told.startswith("changed") and "encoded anew with loss" in told
    assert row(shown, "(0028,2112)").split()[0] in ("added", "changed")


@pytest.mark.parametrize("syntax", [EXPLICIT, f"{SYNTAX}.4.80"])
def test_long_pixel_data_are_told_as_short_ones_are(syntax: str, tmp_path: Path) -> None:
    form = of(DEEP, frames=1)
    hiding = words_for(speckled(120, 200), form)
    hiding[30:40, 50:90] |= 0x5000
    plain = [hiding] if syntax == EXPLICIT else [words_for(speckled(120, 200), form)]
    source = source_of(described(form, SOPClassUID=CT, Modality="CT"), form, plain, syntax)
    path, policy = tmp_path / "long.dcm", tmp_path / "short.toml"
    path.write_bytes(as_file(source.dataset, syntax))
    policy.write_text(POLICY)
    assert isinstance(pixel_data(read(path, Limits(resident_bytes=1000)).dataset), Stored)
    long, short = run("explain", path, "--policy", policy), run("explain", path)
    assert long.exit_code == short.exit_code == 0
    told = "changed (7FE0,0010) PixelData hidden bits cleared" if syntax == EXPLICIT else "kept (7FE0,0010)"
    assert row(long, "(7FE0,0010)").startswith(told)
    told_of_long, told_of_short = (
        [line for line in shown.stdout.splitlines() if not line.startswith("policy")] for shown in (long, short)
    )
    assert told_of_long == told_of_short
    assert sorted(each.name for each in tmp_path.iterdir()) == ["long.dcm", "short.toml"]
