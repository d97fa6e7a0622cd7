"""pixelclean mask"""

from pathlib import Path
from typing import Unpack

import click

from pixelclean.batch.task import Mask, MaskOnly
from pixelclean.cli import options
from pixelclean.cli.running import run_and_exit
from pixelclean.errors import UsageError
from pixelclean.geometry import Box

_KEPT_NOTICE = (
    "--keep-header: the headers still identify, nothing is marked as de-identified; OUT is for use inside the house."
)


def _boxes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Box, ...]:
    """The boxes that a user wrote, as values."""
    return tuple(_box(value) for value in values)


def _box(value: str) -> Box:
    try:
        left, top, right, bottom = (int(edge) for edge in value.split(","))
        return Box(left, top, right, bottom)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not left,top,right,bottom with left < right and top < bottom") from None


@click.command(short_help="Mask given boxes.")
@options.inputs
@options.out
@click.option(
    "--box",
    "boxes",
    metavar="L,T,R,B",
    multiple=True,
    callback=_boxes,
    help="Pixels to mask; right and bottom lie outside.  Repeatable.",
)
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE",
    help="Device rules that say what to mask; a file, or a folder of them.",
)
@click.option("--keep-header", is_flag=True, help="Pixels only, for use inside the house.")
@options.policy
@options.of_a_run
def mask(
    inputs: tuple[Path, ...],
    out: Path,
    boxes: tuple[Box, ...],
    rules_file: Path | None,
    keep_header: bool,
    **chosen: Unpack[options.Chosen],
) -> None:
    """Fill the given boxes in every frame of every INPUT, and look for nothing else.

    The header is cleaned too.  Nobody has searched for text, so OUT does not claim that its pixels are clean.
    """
    if bool(boxes) == bool(rules_file):
        raise UsageError("say what to mask: either --box, once or more, or --rules")
    if keep_header and (chosen["mapping"] or chosen["vault"] or chosen["recipients"]):
        raise UsageError("with --keep-header nobody becomes anybody else: --mapping, --vault, --recipient say nothing")
    if keep_header:
        click.echo(_KEPT_NOTICE, err=True)
    task = MaskOnly(boxes, rules_file) if keep_header else Mask(boxes, rules_file)
    run_and_exit(inputs, out, options.settings(task, out, **chosen))
