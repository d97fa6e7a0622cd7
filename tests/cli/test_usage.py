"""Usage, help, exit codes of mistakes, and errors that show nothing of a data set."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pixelclean.cli import main
from pixelclean.cli.codes import ExitCode, of_counts, of_ends
from pixelclean.cli.shell import Shell
from pixelclean.errors import ConfigurationError, Refused, UsageError
from pixelclean.reasons import End, ReasonCode
from pixelclean.version import __version__

COMMANDS = (
    *(
        "clean",
        "mask",
        "detect",
        "explain",
        "inventory",
        "evaluate",
        "reidentify",
        "policy",
        "conformance",
        "vault",
        "key",
        "doctor",
    ),
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "click.testing.Result":
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_version_is_the_packages(run) -> None:
    assert run("--version").output == f"pixelclean, version {__version__}\n"


def test_every_command_is_there_and_explains_itself(run) -> None:
    assert set(main.commands) == set(COMMANDS)
    for command in COMMANDS:
        shown = run(command, "--help")
        assert shown.exit_code == 0
        assert shown.output.startswith(f"Usage: pixelclean {command}") or shown.output.startswith("Usage: main")


def test_the_help_names_the_exit_codes(run) -> None:
    assert "3 something waits in the queue" in " ".join(run("--help").output.split())


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("scrub",),
        ("clean",),
        ("clean", "absent.dcm", "out"),
        ("clean", ".", "out", "--jobs", "0"),
        ("clean", ".", "out", "--no-such-option"),
        ("mask", ".", "out"),
        ("mask", ".", "out", "--box", "1,2,3"),
        ("mask", ".", "out", "--box", "9,2,3,4"),
        ("mask", ".", "out", "--box", "-1,2,3,4"),
        ("mask", ".", "out", "--box", "0,0,9,9", "--rules", "."),
        ("explain",),
        ("explain", "absent.dcm"),
        ("detect", "absent.dcm"),
        ("mask", "absent.dcm", "out", "--box", "0,0,9,9"),
        ("detect",),
    ],
)
def test_a_mistake_in_usage_exits_with_2_and_makes_nothing(run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    shown = run(*arguments)
    assert shown.exit_code == ExitCode.USAGE
    assert list(tmp_path.iterdir()) == []


def test_an_input_that_is_not_there_is_named(run, tmp_path: Path) -> None:
    (tmp_path / "here.dcm").touch()
    shown = run("clean", "here.dcm", "absent.dcm", "out")
    assert shown.exit_code == ExitCode.USAGE
    assert "absent.dcm: no such file or folder" in shown.output


def test_a_missing_key_file_is_not_made_when_it_was_named(run, tmp_path: Path) -> None:
    shown = run("clean", ".", "out", "--key", "misspelt")
    assert shown.exit_code == ExitCode.FAILED
    assert "no key file misspelt" in shown.output
    assert not (tmp_path / "misspelt").exists()


@pytest.mark.parametrize(
    "error, code, words",
    [
        (ConfigurationError("the model is missing"), 1, "the model is missing"),
        (UsageError("OUT is not empty"), 2, "OUT is not empty"),
        (
            Refused(ReasonCode.TRUNCATED, "(7FE0,0010)"),
            1,
            "truncated: The file ends before its contents do. ((7FE0,0010))",
        ),
        (KeyboardInterrupt(), 1, "interrupted"),
    ],
)
def test_an_error_of_the_tree_is_one_line_and_a_code(error: BaseException, code: int, words: str) -> None:
    shown = _raising(error)
    assert shown.exit_code == code
    assert words in shown.output
    assert "Traceback" not in shown.output


def test_an_unexpected_error_shows_its_kind_and_place_but_not_its_text() -> None:
    shown = _raising(KeyError("Sentinel^Zoe"))
    assert shown.exit_code == ExitCode.FAILED
    assert "KeyError" in shown.output
    assert "Sentinel" not in shown.output
    assert re.search(r"please report", shown.output)


def _raising(error: BaseException) -> "click.testing.Result":
    @click.group(cls=Shell)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        raise error

    return CliRunner().invoke(group, ["fail"])


def test_the_higher_exit_code_wins() -> None:
    assert of_counts({"released": 9, "queued": 0, "quarantined": 0, "skipped": 4}) == 0
    assert of_counts({"released": 9, "queued": 1, "quarantined": 0}) == 3
    assert of_counts({"released": 0, "queued": 1, "quarantined": 1}) == 4
    assert of_ends([]) == of_ends([End.NOTE]) == 0
    assert of_ends([End.NOTE, End.QUEUE]) == 3
    assert of_ends([End.QUARANTINE, End.QUEUE]) == 4
