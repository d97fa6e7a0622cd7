"""Without its network a run stops before the first file, says why, and places nothing."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GARBAGE = b"no network of any kind"
_WITHOUT = (
    "import sys; sys.modules['onnxruntime'] = None; from pixelclean.cli import main; main(prog_name='pixelclean')"
)


def overwritten(models: Path) -> None:
    for network in models.glob("*.onnx"):
        network.write_bytes(network.read_bytes()[:-1] + b"\xff")


def cut(models: Path) -> None:
    for network in models.glob("*.onnx"):
        network.write_bytes(network.read_bytes()[:1000])


def removed(models: Path) -> None:
    for network in models.glob("*.onnx"):
        network.unlink()


def exchanged(models: Path) -> None:
    """The checksum is right, the file is no network."""
    for network in models.glob("*.onnx"):
        network.write_bytes(GARBAGE)
    table = models / "models.toml"
    sum_of = hashlib.sha256(GARBAGE).hexdigest()
    table.write_text(re.sub(r"\b[0-9a-f]{64}\b", sum_of, table.read_text(encoding="utf-8")), encoding="utf-8")


def unlisted(models: Path) -> None:
    (models / "models.toml").write_text("[none]\n", encoding="utf-8")


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A copy of all that an installation has."""
    for room in ("pixelclean", "rules", "models"):
        shutil.copytree(ROOT / room, tmp_path / "here" / room, ignore=shutil.ignore_patterns("training", "__pycache__"))
    return tmp_path / "here"


def run(installation: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=installation,
        env={**os.environ, "PYTHONPATH": str(installation), "XDG_CONFIG_HOME": str(installation / "config")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("damage", [overwritten, cut, removed, exchanged, unlisted])
def test_a_run_with_a_damaged_network_stops_before_the_first_file(
    installation: Path, damage: Callable[[Path], None]
) -> None:
    damage(installation / "models")
    out = installation / "out"
    done = run(installation, "-m", "pixelclean", "clean", ROOT / "sample_data" / "ct-plain.dcm", out)
    assert_stopped(done, "models.toml" if damage is not removed and damage is not exchanged else ".onnx")
    assert not list(installation.glob("out*"))


@pytest.mark.parametrize("command", ["clean", "mask", "detect"])
def test_a_run_without_onnxruntime_stops_before_the_first_file(installation: Path, command: str) -> None:
    out = [installation / "out"] if command != "detect" else []
    boxes = ["--box", "1,1,9,9"] if command == "mask" else []
    file = ROOT / "sample_data" / "ct-plain.dcm"
    assert_stopped(run(installation, "-c", _WITHOUT, command, file, *out, *boxes), "onnxruntime")
    assert not list(installation.glob("out*"))


def test_what_looks_at_no_pixels_works_without_onnxruntime(installation: Path) -> None:
    done = run(installation, "-c", _WITHOUT, "policy", "list")
    assert done.returncode == 0, done.stderr


def assert_stopped(done: "subprocess.CompletedProcess[str]", named: str) -> None:
    assert done.returncode == 1
    (message,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert named in message
    assert "Traceback" not in done.stderr
    assert not done.stdout.strip()
