"""benchmarks/conformance.py: every shipped policy by default, and a table of counts at its end."""

import argparse
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pixelclean.policy import shipped_policies

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "conformance.py"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    spec = importlib.util.spec_from_file_location("conformance", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "conformance", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "policies, policy, taken",
    [
        (None, None, shipped_policies()),
        (None, "research", ("research",)),
        (["teaching", "basic"], None, ("teaching", "basic")),
    ],
)
def test_all_shipped_policies_are_taken_unless_some_are_named(
    script: ModuleType, policies: list[str] | None, policy: str | None, taken: tuple[str, ...]
) -> None:
    assert script._policies(argparse.Namespace(policies=policies, policy=policy)) == taken


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not installed")
def test_the_last_lines_count_the_files_of_each_policy(sample_data: Path, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for name in ("sr-report.dcm", "ct-truncated.dcm"):
        shutil.copy(sample_data / name, tmp_path / "files")
    policies = ["basic", "teaching"]
    done = subprocess.run(
        [sys.executable, SCRIPT, "--data", tmp_path, "--policies", *policies],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *_, head, _line, basic, teaching = done.stdout.splitlines()
    assert head.split() == [
        "policy",
        "released",
        "read",
        "on",
        "both",
        "sides",
        "without",
        "a",
        "new",
        "error",
        "with",
        "one",
        "errors",
        "gone",
    ]
    for row, policy in zip((basic, teaching), policies, strict=True):
        assert row.split()[:5] == [policy, "1", "1", "1", "0"]
