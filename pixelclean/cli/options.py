"""Arguments and options that several commands share, and the key that a run uses."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pixelclean.keyfile import create_key, default_key_path, load_key

Command = TypeVar("Command", bound=Callable[..., Any])

READABLE = click.Path(exists=True, path_type=Path)


def inputs(command: Command) -> Command:
    """INPUT..."""
    return click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=READABLE)(command)


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
            click.option("--dry-run", is_flag=True, help="Do everything except placing files in OUT."),
        )
    ):
        command = option(command)
    return command


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


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
