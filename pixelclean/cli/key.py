"""pixelclean key"""

import re
from pathlib import Path

import click

from pixelclean.errors import UsageError
from pixelclean.keyfile import create_key, default_key_path, load_key

_FINGERPRINT = re.compile(r"[0-9a-fA-F]{16}")
_KEY = click.option(
    "--key",
    "named",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The key file.  [default: one in your configuration folder]",
)


@click.group(short_help="The project's secret key.")
def key() -> None:
    """One secret per project: every pseudonym comes from it, and whoever holds it can tell whose they are."""


@key.command()
@_KEY
def new(named: Path | None) -> None:
    """Make a new key; an existing one is never replaced."""
    path = named or default_key_path()
    click.echo(f"{create_key(path).fingerprint}  {path}")
    click.echo("Keep a copy in a safe place: without it, later files get other pseudonyms.", err=True)


@key.command()
@_KEY
def show(named: Path | None) -> None:
    """The key's fingerprint, which names it without giving it away."""
    path = named or default_key_path()
    click.echo(f"{load_key(path).fingerprint}  {path}")


@key.command()
@click.argument("fingerprint", required=False)
@_KEY
def check(fingerprint: str | None, named: Path | None) -> None:
    """Whether the key file is whole and private, and is the key of that FINGERPRINT (a report names it)."""
    if fingerprint is not None and not _FINGERPRINT.fullmatch(fingerprint):
        raise UsageError(f"{fingerprint} is no fingerprint, which has 16 hex digits; name a key file with --key")
    path = named or default_key_path()
    found = load_key(path).fingerprint
    if fingerprint is not None and fingerprint.lower() != found:
        raise click.ClickException(f"{path} is another key: {found}")
    click.echo(f"{found}  {path}: whole, and readable by its owner only")
