"""Time of a frame on one core, and the memory that a large frame takes."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import pytesseract
from detector_finders import RapidOcr, findings, in_memory, one_core
from detector_results import Table
from made_real import Picture
from made_text import written
from made_ultrasound import ultrasound_ground

SIZES = ((600, 800), (960, 1280))
LARGE = ((600, 800), (960, 1280), (1920, 2560), (2500, 4000), (4000, 5000))
_SEED = 77


def screens(rows: int, columns: int, count: int) -> list[Picture]:
    """Ultrasound screens with text, of one size."""
    made = []
    for number in range(count):
        rng = np.random.default_rng([_SEED, number])
        picture = written(rng, ultrasound_ground(rng), "screen").picture
        made.append(np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8))
    return made


def times(rapidocr: RapidOcr | None, count: int) -> Table:
    """Milliseconds of a processor for a frame, and how many times ours the peers take; finders take turns on each frame.

    Time that a process waits while others use the machine does not count, time of its children does.
    """
    rows = []
    for size in SIZES:
        taken: dict[str, list[float]] = {}
        for picture in screens(*size, count):
            frames, display = in_memory(picture)
            finders: dict[str, Callable[[], object]] = {
                "everything": lambda frames=frames, display=display: findings(frames, display, burns_in_text=True),
                "the sure": lambda frames=frames, display=display: findings(frames, display, burns_in_text=False),
                "tesseract": lambda picture=picture: pytesseract.image_to_data(picture, config="--psm 11"),
            }
            for name, find in finders.items():
                started = _processor()
                find()
                taken.setdefault(name, []).append(_processor() - started)
            if rapidocr is not None:
                taken.setdefault("rapidocr", []).append(float(rapidocr.ask(picture)["seconds"]))
        ours = median(taken["everything"][1:] or taken["everything"])
        for name, seconds in taken.items():
            mid = median(seconds[1:] or seconds)  # the first frame warms up
            rows.append([f"{size[1]} x {size[0]}", name, f"{1000 * mid:.0f}", f"{mid / ours:.1f}"])
    return Table.of(["frame", "finder", "ms", "times ours"], rows)


def _processor() -> float:
    """Seconds of a processor that this process and its finished children have used."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def large(step: int = 1) -> Table:
    """Seconds and extra memory of every `step`-th size, each in a process of its own."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="pixelclean-large-") as name:
        place = Path(name) / "picture.npy"
        screen = screens(600, 800, 1)[0]
        for height, width in LARGE[::step]:
            np.save(place, np.tile(screen, (-(-height // 600), -(-width // 800), 1))[:height, :width])
            command = [sys.executable, str(Path(__file__)), str(place)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=one_core())
            if done.returncode:
                sys.exit(f"{width} x {height}: {done.stderr.strip().splitlines()[-1:]}")
            told = json.loads(done.stdout)
            each = 1e9 * told["seconds"] / (height * width)
            rows.append([f"{width} x {height}", f"{told['seconds']:.2f}", f"{each:.0f}", f"{told['extra'] / 1024:.0f}"])
    return Table.of(["frame", "seconds", "ns a pixel", "MiB extra"], rows)


def _alone(place: Path) -> None:
    """One frame in this process: seconds, and KiB that its peak lies above what it held before."""
    findings(*in_memory(np.zeros((64, 64, 3), np.uint8)), burns_in_text=True)
    frames, display = in_memory(np.load(place))
    before = memory("VmRSS")
    started = _processor()
    findings(frames, display, burns_in_text=True)
    seconds = _processor() - started
    print(json.dumps({"seconds": seconds, "extra": memory("VmHWM") - before}))


def memory(name: str) -> int:
    """KiB of resident memory, now (VmRSS) or at most (VmHWM; getrusage counts the process that started this one too)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    _alone(Path(sys.argv[1]))
