"""What the README says is what the program does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pixelclean.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


@pytest.mark.parametrize(
    "number, says",
    [(0, r"Counter\(\{.*'released': [1-9].*\}\)\n"), (1, r"\w+/\w+/\w+/\w+\.dcm [1-9][0-9]*\n")],
)
def test_a_python_example_runs_as_it_is_printed(tmp_path: Path, number: int, says: str) -> None:
    """As a script of its own beside a fresh checkout: only what the checkout holds is there."""
    example = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)[number]
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    for _ in range(2):  # a second run must not stumble over what the first one made
        done = subprocess.run(
            [sys.executable, "example.py"],
            cwd=tmp_path,
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(says, done.stdout)


def test_there_are_two_python_examples_and_the_whole_run_comes_first() -> None:
    first, second = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert "pixelclean.clean(" in first
    assert 'if __name__ == "__main__":' in first
    assert "Cleaner.load(" in second


def test_every_command_is_named_and_no_other() -> None:
    named = set(re.findall(r"^ {4}(?:\$ \.venv/bin/)?pixelclean ([a-z]+)", README, flags=re.MULTILINE))
    assert named == set(main.commands)


def test_every_option_that_is_named_exists() -> None:
    options = {option for command in main.commands.values() for option in _options(command)} | {"--help"}
    assert set(re.findall(r"--[a-z][a-z-]+", README)) <= options


def _options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_every_exit_code_is_explained() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d) \|", README, flags=re.MULTILINE)] == [0, 1, 2, 3, 4, 5]
