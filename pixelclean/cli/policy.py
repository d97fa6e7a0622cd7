"""pixelclean policy, pixelclean conformance"""

from pathlib import Path

import click

from pixelclean import resources, statement
from pixelclean.cli import options, tables
from pixelclean.errors import ConfigurationError
from pixelclean.header import method_of, rules_of
from pixelclean.options import Option
from pixelclean.policy import Policy


@click.group(short_help="What policies there are, and what they do.")
def policy() -> None:
    """A policy is the one description of what a run removes, keeps, asks and refuses."""


@policy.command("list")
def list_policies() -> None:
    """The shipped policies."""
    rows = []
    for file in sorted(resources.rules("policies").glob("*.toml")):
        loaded = Policy.load(file.stem)
        claims = ", ".join(method_of(loaded).codes)
        rows.append((loaded.name, loaded.version, claims, _purpose(file)))
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
    """Whether policies are whole: every name known, every order possible."""
    for name in files:
        loaded = Policy.load(name)
        try:
            rules_of(loaded.header)
        except ConfigurationError as error:
            raise ConfigurationError(f"{name}: {error}") from None
        claimed = (
            "claims 113100" if "113100" in method_of(loaded).codes else "leaves more than the Basic Profile: no 113100"
        )
        click.echo(f"{name}: policy {loaded.name} {loaded.version}, {claimed}, digest {loaded.digest}")


@click.command(short_help="The conformance statement of a policy (PS3.15 E.1.3).")
@click.argument("name", metavar="POLICY")
@options.profile_options
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
def conformance(name: str, added: str | None, out: Path | None) -> None:
    """What POLICY removes, replaces, keeps and claims, as Markdown: made from the rules that `clean` runs."""
    text = statement.statement(options.load_policy(name, added))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
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
    shown = ", ".join(header.options) or "none"
    return [
        f"policy      {loaded.name} {loaded.version}, by {loaded.author}, approved by {loaded.approver}",
        f"digest      {loaded.digest}",
        f"options     {shown}",
        f"claims      {', '.join(method_of(loaded).codes) or 'no code'}",
        f"dates       {_dates(header.options)}; shift {header.shift}, at most {header.longest_shift_days} days",
        f"ages        over {header.oldest_age} years are one group",
        f"embedded    documents, voices, raw data: {header.embedded}",
        f"unmapped    patients that a mapping does not name: {header.unmapped}",
        *(f"order       {order.attribute}: {order.means}" for order in header.attributes),
        "",
    ]


def _dates(chosen: tuple[Option, ...]) -> str:
    if Option.RETAIN_FULL_DATES in chosen:
        return "kept"
    return "moved" if Option.RETAIN_MODIFIED_DATES in chosen else "removed"
