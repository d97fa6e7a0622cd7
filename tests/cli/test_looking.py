"""detect, explain and doctor: they look, say what they see, and change nothing."""

import json
import stat
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pixelclean.cli import doctor, main

SENTINELS = ("Sentinel^", "Zoe", "ZZ-SENTINEL", "Referrer", "19010203")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def test_detect_finds_the_banner_of_an_ultrasound_image(sample_data: Path, configuration: Path) -> None:
    shown = run("detect", sample_data / "us-single-rgb.dcm", "--json")
    assert shown.exit_code == 0
    (line,) = shown.stdout.splitlines()
    look = json.loads(line)
    truth = json.loads((sample_data / "truth.json").read_text())["files"]["us-single-rgb.dcm"]
    for entry in truth["lines"]:
        if entry["phi"]:
            left, top, right, bottom = entry["box"]
            middle = (left + right) / 2, (top + bottom) / 2
            assert any(_holds(region["box"], *middle) for region in look["regions"]), entry["text"]
    assert not configuration.exists(), "looking makes no key"


def _holds(box: list[int], x: float, y: float) -> bool:
    return box[0] <= x < box[2] and box[1] <= y < box[3]


def test_detect_says_what_is_wrong_with_a_truncated_file(sample_data: Path) -> None:
    shown = run("detect", sample_data / "ct-truncated.dcm", "--json")
    assert shown.exit_code == 4
    assert [reason["code"] for reason in json.loads(shown.stdout)["reasons"]] == ["truncated"]


def test_previews_are_private_and_carry_no_name_of_a_file(sample_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "previews"
    shown = run("detect", sample_data / "us-cine-jpeg.dcm", "--preview", folder)
    assert shown.exit_code == 0
    made = sorted(folder.iterdir())
    assert [path.name for path in made] == [f"00001-frame-{frame}.png" for frame in (0, 2, 5)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in made)
    assert run("detect", sample_data / "us-cine-jpeg.dcm", "--preview", folder).exit_code == 2


@pytest.mark.parametrize("name", ["us-palette.dcm", "mr-overlay-and-icon.dcm", "sr-report.dcm"])
def test_explain_gives_every_attribute_a_fate_and_shows_no_value(sample_data: Path, name: str) -> None:
    shown = run("explain", sample_data / name)
    assert shown.exit_code == 0
    words = " ".join(shown.output.split())
    assert "(0010,0010)" in words
    assert "(0009,1001)" in words
    assert not any(sentinel in shown.output for sentinel in SENTINELS)


def test_explain_quarantines_a_truncated_file_with_its_reason(sample_data: Path) -> None:
    shown = run("explain", sample_data / "ct-truncated.dcm")
    assert shown.exit_code == 4
    assert "truncated" in shown.output
    assert "The file ends before its contents do." in shown.output


def test_doctor_finds_a_working_installation(configuration: Path) -> None:
    shown = run("doctor")
    assert shown.exit_code == 0, shown.output
    assert "JPEG" in shown.output
    assert not configuration.exists()


def test_doctor_asks_for_what_the_project_depends_on() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]
    asked = {requirement.split(">")[0].split("<")[0] for requirement in project["dependencies"]}
    assert set(doctor.PACKAGES) == asked


def test_doctor_exits_with_1_and_says_how_to_get_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    shown = run("doctor")
    assert shown.exit_code == 1
    assert "Missing: Tesseract" in shown.output
