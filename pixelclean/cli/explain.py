"""pixelclean explain"""

from collections.abc import Iterable
from pathlib import Path

import click

from pixelclean.cli import options, tables
from pixelclean.cli.looking import looking_cleaner
from pixelclean.devices import Kind
from pixelclean.dicom import read, syntax_of
from pixelclean.header import Fate
from pixelclean.heading import Deidentified

_WORDS = {True: "changed", False: "kept"}


@click.command(short_help="Say what would become of one file, and why.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.policy
def explain(file: Path, policy: str) -> None:
    """Every attribute's fate and why, every region and why.  No value of FILE is shown."""
    cleaner, console = looking_cleaner(policy), tables.output()
    source = read(file, cleaner.policy.limits)
    kind, image, seen = cleaner.inspect(source)
    click.echo(f"policy           {cleaner.policy.name} {cleaner.policy.version}")
    click.echo(f"transfer syntax  {syntax_of(source.transfer_syntax).name}")
    for line in _about(kind):
        click.echo(line)
    click.echo(f"pixels           {'none' if image is None else _shape(image.frames.format.shape, len(image.frames))}")
    click.echo()
    tables.reasons(console, (*((kind.reason,) if kind.reason else ()), *seen.notes))
    tables.regions(console, seen.regions, "masked")
    tables.regions(console, seen.doubtful, "may be text: an operator is asked")
    if kind.reason is None:
        heading = Deidentified(cleaner.key, cleaner.policy.header)
        fates = heading.cleaned(source, heading.identifiers(source)).fates
        _print_fates(fates)


def _about(kind: Kind) -> Iterable[str]:
    yield f"SOP class        {kind.sop_class or 'unknown'}: {kind.standing}"
    yield f"burns in text    {'often, every place that may be text is masked' if kind.burns_in_text else 'rarely'}"
    yield f"may show a face  {kind.features or 'not known'}"


def _shape(shape: tuple[int, int, int], frames: int) -> str:
    rows, columns, samples = shape
    return f"{frames} frame{'s' if frames != 1 else ''} of {columns} by {rows}, {samples} sample{'s' if samples != 1 else ''}"


def _print_fates(fates: Iterable[Fate]) -> None:
    rows = [(_WORDS[fate.changed], _path(fate.path), fate.keyword or "-", fate.action.name, fate.why) for fate in fates]
    tables.show(tables.output(), ("", "attribute", "keyword", "action", "why"), rows, "header")


def _path(path: str) -> str:
    """(0040,A730)[0].(0010,0010) for 0040A730[0].00100010."""
    return ".".join(f"({part[:4]},{part[4:8]}){part[8:]}" for part in path.split("."))
