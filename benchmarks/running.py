"""What the benchmark scripts share: the data folder, a run of the command line, and its results.

They use pixelclean as a user does, through its command line, and read only what it leaves behind.  No path of an input
and no text of an image is printed unless the script says so: names may identify.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixelclean.keyfile import create_key

ROOT = Path(__file__).resolve().parent.parent
FINISHED = {0: "everything was released", 3: "something waits in the queue", 4: "something was quarantined"}
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run: where its files are, what it wrote, what it cost (bytes are the process tree's peak)."""

    out: Path
    store: Path
    code: int
    seconds: float
    tree_bytes: int
    process_bytes: int
    results: tuple[Line, ...]

    def output_of(self, line: Line) -> Path | None:
        """The released file of one result."""
        return self.out / line["output"] if line.get("output") else None


def parser(description: str | None) -> argparse.ArgumentParser:
    """Options that every script has."""
    options = argparse.ArgumentParser(description=(description or "").split("\n", maxsplit=1)[0])
    default = os.environ.get("PIXELCLEAN_TEST_DATA") or ROOT.parent / "shared" / "data"
    options.add_argument("--data", type=Path, default=Path(default), help="folder with files/, inventory.json, ...")
    options.add_argument("--jobs", type=int, help="handed on to pixelclean clean")
    options.add_argument("--policy", help="handed on to pixelclean clean")
    return options


def require(folder: Path) -> None:
    """Stop with a sentence when the data are absent."""
    if not (folder / "files").is_dir():
        sys.exit(f"no data in {folder}: name the folder with --data or PIXELCLEAN_TEST_DATA")


def clean(
    inputs: Iterable[Path], out: Path, key: Path, options: argparse.Namespace, task: tuple[str, ...] = ("clean",)
) -> Run:
    """`pixelclean clean INPUTS OUT`, or another task; stops the script when the run itself failed."""
    if not key.exists():
        create_key(key)
    command = [sys.executable, "-m", "pixelclean", task[0], *map(str, inputs), str(out), *task[1:], "--key", str(key)]
    for name in ("jobs", "policy"):
        if (value := getattr(options, name, None)) is not None:
            command += [f"--{name}", str(value)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        memory = _Memory(process.pid)
        memory.start()
        said, _ = process.communicate()
        seconds = time.perf_counter() - started
        memory.stop()
    if process.returncode not in FINISHED:
        sys.exit(f"pixelclean clean failed with exit code {process.returncode}:\n{said[-4000:]}")
    store = out.with_name(f"{out.name}-private")
    return Run(out, store, process.returncode, seconds, memory.tree, memory.process, results_of(store))


def earlier(out: Path) -> Run:
    """A run that was made before, by its OUT."""
    store = out.with_name(f"{out.name}-private")
    return Run(out, store, 0, 0.0, 0, 0, results_of(store))


def results_of(store: Path) -> tuple[Line, ...]:
    """The lines of results.jsonl."""
    text = (store / "results.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines() if line.strip())


def by_input(run: Run, files: Iterable[Path], base: Path) -> dict[Path, list[Line]]:
    """The results of each input file: by its path, else by its digest when no path leads to it."""
    by_path: dict[Path, list[Line]] = {}
    by_digest: dict[str, list[Line]] = {}
    for line in run.results:
        source = Path(line["source"])
        for place in {source, base / source, Path.cwd() / source}:
            by_path.setdefault(Path(os.path.normpath(place)), []).append(line)
        by_digest.setdefault(str(line.get("digest")), []).append(line)
    return {file: by_path.get(Path(os.path.normpath(file))) or by_digest.get(sha256(file), []) for file in files}


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def codes_of(line: Line) -> str:
    """The reason codes of one result, without their details."""
    return ", ".join(sorted({str(reason["code"]) for reason in line.get("reasons", ())}))


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Columns of text, the first two to the left, the others to the right."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


class _Memory(threading.Thread):
    """Polls the resident memory of a process and its descendants (Linux: /proc); pages they share count each time."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.tree = self.process = 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.05):
            sizes = [_resident(pid) for pid in _tree(self.pid)]
            self.tree = max(self.tree, sum(sizes))
            self.process = max(self.process, *sizes, 0)

    def stop(self) -> None:
        self._done.set()
        self.join()


def _tree(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(place.name))
    found = [root]
    for pid in found:
        found.extend(parents.get(pid, ()))
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
