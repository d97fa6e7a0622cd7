"""Arguments and options that several commands share, and the key that a run uses."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import click

from pixelclean.batch.run import RunSettings, processors
from pixelclean.batch.task import Task
from pixelclean.errors import UsageError
from pixelclean.keyfile import create_key, default_key_path, load_key

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(dir_okay=False, readable=False, path_type=Path)
"""A file that is looked at; one that cannot be opened is a finding about it, so click does not ask."""


def inputs(command: Command) -> Command:
    """INPUT...; what is not there is a mistake in usage, what cannot be opened becomes a line of the run."""
    return click.argument(
        "inputs",
        metavar="INPUT...",
        nargs=-1,
        required=True,
        type=click.Path(readable=False, path_type=Path),
        callback=lambda _context, _parameter, given: require(given),
    )(command)


def require(given: Sequence[Path]) -> Sequence[Path]:
    """The paths, when each of them is there, be it as a link to nothing."""
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
    return given


def out(command: Command) -> Command:
    """OUT"""
    return click.argument("out", metavar="OUT", type=click.Path(file_okay=False, path_type=Path))(command)


def policy(command: Command) -> Command:
    """--policy"""
    return click.option(
        "--policy", default="basic", show_default=True, metavar="NAME|FILE", help="A shipped policy, or a .toml file."
    )(command)


def of_a_run(command: Command) -> Command:
    """The options of a command that fills OUT."""
    for option in reversed(
        (
            click.option(
                "--key",
                "key_file",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="The project's key; by default one in your configuration folder, made at first use.",
            ),
            click.option(
                "--store",
                type=click.Path(file_okay=False, path_type=Path),
                metavar="DIR",
                help="The private side: queue, ledger, report.  [default: OUT-private]",
            ),
            click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processors to use.  [default: all]"),
            click.option("--fresh", is_flag=True, help="Clean again what an earlier run has finished."),
            click.option(
                "--dry-run",
                is_flag=True,
                help="Clean and prove everything, and leave nothing behind but a key made at first use.",
            ),
        )
    ):
        command = option(command)
    return command


class Chosen(TypedDict):
    """What `policy` and `of_a_run` hand to a command."""

    policy: str
    key_file: Path | None
    store: Path | None
    jobs: int | None
    fresh: bool
    dry_run: bool


def settings(task: Task, **chosen: Unpack[Chosen]) -> RunSettings:
    """The settings of a run that does `task`."""
    return RunSettings(
        policy_source=chosen["policy"],
        key_file=key_in_use(chosen["key_file"]),
        store=chosen["store"],
        jobs=chosen["jobs"] or processors(),
        fresh=chosen["fresh"],
        dry_run=chosen["dry_run"],
        task=task,
    )


def key_in_use(named: Path | None) -> Path:
    """The key file of a run, checked; the default one is made when it is not there, and that is said.

    A named file is never made: a misspelt name would silently start other pseudonyms.
    """
    path = named or default_key_path()
    if named is None and not path.exists():
        made = create_key(path)
        click.echo(f"Made a project key in {path} (fingerprint {made.fingerprint}).", err=True)
        click.echo("Keep a copy in a safe place: without it, later files get other pseudonyms.", err=True)
    else:
        load_key(path)
    return path
