"""Peers, each in an environment of its own below one scratch folder: installing them, and running them on a folder.

Python peers come from the package registry with pip, PixelMed from Debian's packages, unpacked and not installed.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import dcmread

SCRATCH = Path(tempfile.gettempdir()) / "pixelclean-peers"
_DRIVERS = Path(__file__).with_name("peer_drivers.py")
_CODECS = ("pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle", "pyjpegls")
_MINUTES = 20
_PIXELMED = (
    "libpixelmed-java", "libpixelmed-codec-java", "libpixelmed-imageio-java", "libcommons-codec-java",
    "libcommons-net-java", "libhsqldb-java", "libjaxb-api-java", "libjmdns-java", "libjsonp-java", "libslf4j-java",
    "libvecmath-java",
)  # fmt: skip
Box = tuple[int, int, int, int]


@dataclass(slots=True)
class Done:
    """What a tool did: where its files are, seconds and errors by file name, and what it cost around them."""

    out: Path
    seconds: dict[str, float] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    around: float = 0.0

    def output_of(self, name: str) -> Path | None:
        """The file that became of an input."""
        path = self.out / name
        return path if path.exists() else None


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool, whether it is there, and how it is run: (inputs, out, box, rounds)."""

    name: str
    missing: str | None
    run: Callable[[Path, Path, Box, int], Done]


def install(scratch: Path) -> None:
    """Every peer that can be had; what fails is said and left out."""
    scratch.mkdir(parents=True, exist_ok=True)
    for name, python, packages in (
        ("deid", sys.executable, ("deid==0.4.13", "deid-data", *_CODECS)),
        ("presidio", sys.executable, ("presidio-image-redactor==0.0.62", *_CODECS)),
        ("dicom-dre", _newer_python(), ("dicom-dre==1.4.2",)),
    ):
        if _python(scratch, name).exists():
            continue
        if python is None:
            print(f"{name}: needs Python 3.12")
            continue
        _tried(name, [python, "-m", "venv", str(scratch / name)])
        _tried(name, [str(_python(scratch, name)), "-m", "pip", "install", "-q", *packages])
    _install_pixelmed(scratch / "pixelmed")


def peers(scratch: Path) -> tuple[Peer, ...]:
    """All of them; `missing` says why one cannot run."""
    return (
        _in_python(scratch, "deid"),
        _in_python(scratch, "presidio"),
        _in_python(scratch, "dicom-dre"),
        Peer("PixelMed", _no_pixelmed(scratch), lambda *given: _pixelmed(scratch / "pixelmed", *given)),
    )


def scrubber(scratch: Path) -> Peer:
    """dicom-dre's scrubber of JPEG streams, without anything around it."""
    return _in_python(scratch, "dicom-dre", "scrubber")


def _in_python(scratch: Path, name: str, driver: str | None = None) -> Peer:
    def run(inputs: Path, out: Path, box: Box, rounds: int) -> Done:
        done = Done(out)
        started = time.perf_counter()
        said = subprocess.run(
            [_python(scratch, name), _DRIVERS, driver or name, inputs, out, ",".join(map(str, box)), str(rounds)],
            capture_output=True, text=True, check=False, timeout=60 * _MINUTES,
        )  # fmt: skip
        done.around = time.perf_counter() - started
        for line in map(json.loads, said.stdout.splitlines()):
            done.seconds[line["file"]] = min(line["seconds"], done.seconds.get(line["file"], line["seconds"]))
            done.around -= line["seconds"]
            if line["raised"]:
                done.raised[line["file"]] = line["raised"]
        if not done.seconds:
            print(f"{name} did not start: {said.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return done

    missing = None if _python(scratch, name).exists() else "not installed (--install)"
    return Peer(driver or name, missing, run)


def _python(scratch: Path, name: str) -> Path:
    return scratch / name / "bin" / "python"


def _newer_python() -> str | None:
    """A Python 3.12 or newer; pyenv's shims do not count, they answer without having one."""
    candidates = [shutil.which(name) for name in ("python3.12", "python3.13")]
    candidates += [str(path) for path in sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python"))]
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def _tried(name: str, command: list[str], cwd: Path | None = None) -> bool:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60 * _MINUTES, cwd=cwd)
    if done.returncode:
        print(f"{name}: {' '.join(command[1:4])} failed with exit code {done.returncode}")
    return done.returncode == 0


def _install_pixelmed(folder: Path) -> None:
    if (folder / "usr").exists() or shutil.which("apt-get") is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    if _tried("PixelMed", ["apt-get", "download", *_PIXELMED], cwd=folder):
        for package in folder.glob("*.deb"):
            _tried("PixelMed", ["dpkg", "-x", str(package), str(folder)])


def _no_pixelmed(scratch: Path) -> str | None:
    if shutil.which("java") is None:
        return "no java"
    return None if (scratch / "pixelmed" / "usr").exists() else "not installed (--install, Debian)"


def _pixelmed(folder: Path, inputs: Path, out: Path, box: Box, rounds: int) -> Done:
    """Its command line, one process for each file; what one costs without a file is taken off."""
    out.mkdir(parents=True, exist_ok=True)
    control = out.with_name(f"{out.name}-control")
    left, top, right, bottom = box
    done = Done(out)
    empty = out.with_name(f"{out.name}-empty")
    empty.mkdir(exist_ok=True)
    start_up = min(_deidentified(folder, empty, empty, control)[0] for _ in range(2))
    done.around = start_up
    for file in sorted(inputs.glob("*.dcm")):
        head = dcmread(file, stop_before_pixels=True, specific_tags=["Rows", "Columns"])
        control.write_text(f"{head.Columns}x{head.Rows}=({left},{top},{right - left},{bottom - top})\n")
        one, written = out.with_name(f"{out.name}-one"), out.with_name(f"{out.name}-written")
        for _ in range(rounds):
            for place in (one, written):
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
            shutil.copy(file, one / file.name)
            seconds, code = _deidentified(folder, one, written, control)
            done.seconds[file.name] = min(max(0.0, seconds - start_up), done.seconds.get(file.name, 1e9))
        results = [path for path in written.rglob("*") if path.is_file()]
        if results:
            shutil.move(results[0], out / file.name)
        else:
            done.raised[file.name] = f"no output, exit code {code}"
    return done


def _deidentified(folder: Path, inputs: Path, out: Path, control: Path) -> tuple[float, int]:
    if not control.exists():
        control.write_text("1x1=(0,0,1,1)\n")
    command = ["java", "-Djava.awt.headless=true", "-cp", f"{folder}/usr/share/java/*",
               "com.pixelmed.apps.DeidentifyAndRedact", str(inputs), str(out), str(control), "BLOCK"]  # fmt: skip
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    return time.perf_counter() - started, done.returncode
