"""Arguments and options that several commands share, and the key that a run uses."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import click

from pixelclean.batch.run import RunSettings, known_keys, processors
from pixelclean.batch.task import Task
from pixelclean.envelope import Cipher
from pixelclean.errors import UsageError
from pixelclean.keyfile import create_key, default_key_path, load_key, require_no_other_key
from pixelclean.policy import Policy
from pixelclean.store.layout import default_root

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
    """--policy and --options"""
    return click.option(
        "--policy", default="basic", show_default=True, metavar="NAME|FILE", help="A shipped policy, or a .toml file."
    )(profile_options(command))


def profile_options(command: Command) -> Command:
    """--options"""
    return click.option(
        "--options",
        "added",
        metavar="LIST",
        multiple=True,
        callback=lambda _context, _parameter, given: ",".join(given) or None,
        help="Options of PS3.15 E.3 beside the policy's own: keys or codes of CID 7050, or deidentify:RetainUIDsOption,...;"
        " repeatable.",
    )(command)


def foretelling(command: Command) -> Command:
    """--key and --mapping of a command that foretells a run; other than for the run itself, no key is ever made."""
    key = click.option(
        "--key",
        "key_file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The project's key, by which files that were cleaned before are recognised; by default the one in your "
        "configuration folder, if any.",
    )
    return key(_mapping(command))


def _mapping(command: Command) -> Command:
    return click.option(
        "--mapping",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="CSV",
        help="New IDs by patient: columns PatientID, NewPatientID and more (docs/policies.md).",
    )(command)


def load_policy(name: str, added: str | None) -> Policy:
    """The policy of --policy with the options of --options."""
    loaded = Policy.load(name)
    return loaded.with_options(added) if added else loaded


def described(policy: Policy) -> str:
    """The policy and every option in force, whether it is the policy's own or was added."""
    return f"{policy.name} {policy.version}: {', '.join(policy.header.options) or 'the profile alone'}"


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
            _mapping,
            click.option(
                "--vault",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="Remembers originals, and knows new IDs; made when it is not there.",
            ),
            click.option(
                "--recipient",
                "recipients",
                multiple=True,
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="CERT",
                help="Put originals into every output, encrypted for the holder of this certificate; repeatable.",
            ),
            click.option(
                "--recipient-cipher",
                type=click.Choice([cipher.value for cipher in Cipher]),
                help="What originals are encrypted with.  [default: aes-256]",
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
    added: str | None
    key_file: Path | None
    store: Path | None
    mapping: Path | None
    vault: Path | None
    recipients: tuple[Path, ...]
    recipient_cipher: str | None
    jobs: int | None
    fresh: bool
    dry_run: bool


def settings(task: Task, out: Path, **chosen: Unpack[Chosen]) -> RunSettings:
    """The settings of a run that does `task` and fills OUT."""
    if chosen["recipient_cipher"] and not chosen["recipients"]:
        raise UsageError("--recipient-cipher says nothing without --recipient: name whoever shall be able to decrypt")
    return RunSettings(
        policy_source=load_policy(chosen["policy"], chosen["added"]),
        key_file=key_in_use(chosen["key_file"], chosen["store"] or default_root(out), chosen["vault"]),
        mapping=chosen["mapping"],
        vault=chosen["vault"],
        recipients=chosen["recipients"],
        recipient_cipher=Cipher(chosen["recipient_cipher"] or Cipher.AES_256),
        store=chosen["store"],
        jobs=chosen["jobs"] or processors(),
        fresh=chosen["fresh"],
        dry_run=chosen["dry_run"],
        task=task,
    )


def key_in_use(named: Path | None, store: Path, vault: Path | None) -> Path:
    """The key file of a run, checked; the default one is made when it is not there, and that is said.

    A named file is never made: a misspelt name would silently start other pseudonyms.  Where the store knows a key, none
    is made either: that key was lost.
    """
    path = named or default_key_path()
    if named is None and not path.exists():
        require_no_other_key(path, known_keys(store, vault))
        made = create_key(path)
        click.echo(f"Made a project key in {path} (fingerprint {made.fingerprint}).", err=True)
        click.echo("Keep a copy in a safe place: without it, later files get other pseudonyms.", err=True)
    else:
        load_key(path)
    return path
