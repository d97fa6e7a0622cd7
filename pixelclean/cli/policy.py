"""pixelclean policy, pixelclean conformance"""

from dataclasses import fields
from pathlib import Path

import click

from pixelclean import resources, statement
from pixelclean.cli import options, tables
from pixelclean.cli.codes import ExitCode
from pixelclean.errors import ConfigurationError
from pixelclean.header import rules_of
from pixelclean.options import Option
from pixelclean.policy import Limits, PixelPolicy, Policy, shipped_policies


@click.group(short_help="What policies there are, and what they do.")
def policy() -> None:
    """A policy is the one description of what a run removes, keeps, asks and refuses."""


@policy.command("list")
def list_policies() -> None:
    """The shipped policies."""
    rows = []
    for name in shipped_policies():
        loaded = Policy.load(name)
        purpose = _purpose(resources.rules("policies", f"{name}.toml"))
        rows.append((loaded.name, loaded.version, ", ".join(statement.claims(loaded)), purpose))
    tables.show(tables.output(), ("policy", "version", "codes of CID 7050", "for"), rows)


@policy.command()
@click.argument("name", metavar="NAME|FILE")
@options.profile_options
def show(name: str, added: str | None) -> None:
    """Everything a policy sets, and what it does to each attribute of Table E.1-1."""
    loaded = options.load_policy(name, added)
    for line in _described(loaded):
        click.echo(line)
    rows = [(line.short, line.tag, line.name, line.profile, line.in_force) for line in statement.lines(loaded)]
    tables.show(tables.output(), ("done", "tag", "attribute", "profile", "in force"), rows)


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Whether policies are whole: every name known, every order possible.  Exits 1 when one of them is not."""
    code = ExitCode.DONE
    for name in files:
        try:
            click.echo(f"{name}: {_checked(name)}")
        except ConfigurationError as error:
            click.echo(f"Error: {error}", err=True)
            code = ExitCode.FAILED
    click.get_current_context().exit(code)


def _checked(name: str) -> str:
    """What a whole policy is; ConfigurationError, with its name, for another one."""
    loaded = Policy.load(name)
    try:
        rules_of(loaded.header)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    claims = ", ".join(statement.claims(loaded)) or "no code"
    more = "" if "113100" in statement.claims(loaded) else "leaves more than the Basic Profile, so no 113100; "
    return f"policy {loaded.name} {loaded.version}, {more}claims {claims}, digest {loaded.digest}"


@click.command(short_help="The conformance statement of a policy (PS3.15 E.1.3).")
@click.argument("name", metavar="POLICY")
@options.profile_options
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--force", is_flag=True, help="Replace an earlier statement.")
def conformance(name: str, added: str | None, out: Path | None, force: bool) -> None:
    """What POLICY removes, replaces, keeps and claims, as Markdown: made from the rules that `clean` runs."""
    text = statement.statement(options.load_policy(name, added))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(f"{out} exists already; choose a new --out, or replace it with --force") from None
    except OSError:
        raise click.ClickException(f"{out} cannot be written") from None
    click.echo(f"Written: {out}")


def _purpose(file: Path) -> str:
    """The first sentence of the comment that a shipped policy begins with."""
    comment = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.removeprefix("#").strip())
    return " ".join(comment).partition(".  ")[0].partition(". ")[0].rstrip(".")


def _described(loaded: Policy) -> list[str]:
    header = loaded.header
    return [
        f"policy      {loaded.name} {loaded.version}, by {loaded.author}, approved by {loaded.approver}",
        f"digest      {loaded.digest}",
        f"options     {', '.join(header.options) or 'none'}",
        f"claims      {', '.join(statement.claims(loaded)) or 'no code'}",
        f"dates       {_dates(loaded)}",
        f"ages        over {header.oldest_age} years are one group",
        f"embedded    documents, voices, raw data: {header.embedded}",
        f"unmapped    patients that a mapping does not name: {header.unmapped}",
        f"no pixels   image objects without any: {header.without_pixels}",
        f"issuers     whose Patient IDs are told apart: {', '.join(header.issuers) or 'none'}",
        *(f"order       {order.attribute}: {statement.order_in_words(order)}" for order in header.attributes),
        *_settings("pixel", loaded.pixel),
        *_settings("limits", loaded.limits),
        "",
    ]


def _settings(room: str, settings: PixelPolicy | Limits) -> list[str]:
    """One line for each setting, as it would stand in the policy's file."""
    return [f"{room:<12}{field.name} = {getattr(settings, field.name)}" for field in fields(settings)]


def _dates(loaded: Policy) -> str:
    """Orders for single dates are told with the other orders."""
    header = loaded.header
    shift = f"one shift a patient in {header.shift}, at most {header.longest_shift_days} days"
    if Option.RETAIN_FULL_DATES in header.options:
        return "kept"
    if Option.RETAIN_MODIFIED_DATES in header.options:
        return f"moved; {shift}"
    return f"removed, those that an order cleans are moved; {shift}" if statement.moves_dates(loaded) else "removed"
