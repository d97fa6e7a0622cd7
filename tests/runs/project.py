"""A project in a folder, worked on by `pixelclean` in a process of its own, and what must hold after every run."""

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pydicom

from pixelclean.keyfile import create_key

Results = list[dict[str, Any]]


@dataclass(frozen=True)
class Project:
    """`base` holds the key, the inputs (in/), OUT (out/), the store (out-private/), HOME (home/) and TMPDIR (tmp/)."""

    base: Path

    @classmethod
    def new(cls, base: Path) -> "Project":
        for name in ("in", "tmp", "home"):
            (base / name).mkdir()
        create_key(base / "key")
        return cls(base)

    @property
    def inputs(self) -> Path:
        return self.base / "in"

    @property
    def out(self) -> Path:
        return self.base / "out"

    @property
    def store(self) -> Path:
        return self.base / "out-private"

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "pixelclean", *map(str, arguments)]

    def start(self, *arguments: object, largest_file: int | None = None) -> "subprocess.Popen[str]":
        """Start `pixelclean` in a session of its own; `largest_file` is how many bytes the disk has room for."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self._environment(),
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=partial(_as_from_a_terminal, largest_file),  # noqa: PLW1509 - no thread runs
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        return {**kept, "TMPDIR": str(self.base / "tmp"), "HOME": str(self.base / "home")}

    def run(self, *arguments: object, largest_file: int | None = None) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, largest_file=largest_file)
        stdout, stderr = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def clean(self, *options: object, largest_file: int | None = None) -> "subprocess.CompletedProcess[str]":
        """`pixelclean clean in out`."""
        fixed = ("--key", self.base / "key", "--jobs", 2)
        return self.run("clean", self.inputs, self.out, *fixed, *options, largest_file=largest_file)

    def results(self) -> Results:
        return [json.loads(line) for line in (self.store / "results.jsonl").read_bytes().splitlines()]

    def result(self, name: str) -> dict[str, Any]:
        """The line of the input with this path below in/."""
        (found,) = [line for line in self.results() if line["source"] == str(self.inputs / name)]
        return found

    def outputs(self) -> dict[str, bytes]:
        """Everything in OUT that is no folder, by its place."""
        return contents(self.out)


def contents(folder: Path) -> dict[str, bytes]:
    """Everything below a folder that is no folder."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def states(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Mode, size, time of change and content of every entry below a folder, without following links."""
    return {str(path): _state(path) for path in sorted(folder.rglob("*"))}


def _state(path: Path) -> tuple[int, int, int, str]:
    status = path.lstat()
    content = path.read_bytes() if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK) else b""
    return status.st_mode, status.st_size, status.st_mtime_ns, hashlib.sha256(content).hexdigest()


def assert_only_proven_files_are_out(project: Project) -> None:
    """OUT holds what results.jsonl lists as released, with a proof that holds, and nothing else."""
    released = [line for line in project.results() if line["outcome"] == "released"]
    assert set(project.outputs()) == {line["output"] for line in released}
    for line in released:
        proof = line["proof"]
        assert (proof["changed_outside"], proof["not_filled_inside"], proof["text_left"]) == (0, 0, 0)
        assert proof["identifiers_left"] == []
    assert all(line["output"] is None for line in project.results() if line["outcome"] != "released")


def codes(line: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in line["reasons"]}


def edited(original: Path, target: Path, edit: Callable[[Any], object]) -> None:
    """A copy of a DICOM file with a change."""
    dataset = pydicom.dcmread(original)
    edit(dataset)
    dataset.save_as(target)


def copied(names: Iterable[str], origin: Path, target: Path) -> None:
    for name in names:
        (target / name).write_bytes((origin / name).read_bytes())


def _as_from_a_terminal(largest_file: int | None) -> None:
    """Ctrl-C counts, even where the tests themselves run in the background of a shell, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if largest_file:
        _limit_files(largest_file)


def _limit_files(largest: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
