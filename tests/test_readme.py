"""What the README says is what the program does."""

import re
from pathlib import Path

import click
import pytest

from pixelclean import create_key
from pixelclean.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    create_key(tmp_path / "project.key")
    (tmp_path / "spool").mkdir()
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    assert re.fullmatch(r"\w+/\w+/\w+/\w+\.dcm [1-9][0-9]*\n", capsys.readouterr().out)


def test_every_command_is_named_and_no_other() -> None:
    named = set(re.findall(r"^ {4}(?:\$ \.venv/bin/)?pixelclean ([a-z]+)", README, flags=re.MULTILINE))
    assert named == set(main.commands)


def test_every_option_that_is_named_exists() -> None:
    options = {option for command in main.commands.values() for option in _options(command)} | {"--help"}
    assert set(re.findall(r"--[a-z][a-z-]+", README)) <= options


def _options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_every_exit_code_is_explained() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d) \|", README, flags=re.MULTILINE)] == [0, 1, 2, 3, 4]
