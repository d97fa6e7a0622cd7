"""pixelclean clean"""

from pathlib import Path
from typing import Unpack

import click

from pixelclean.batch.task import Clean
from pixelclean.cli import options
from pixelclean.cli.running import run_and_exit


@click.command(short_help="De-identify headers and pixels.")
@options.inputs
@options.out
@options.policy
@options.of_a_run
def clean(inputs: tuple[Path, ...], out: Path, **chosen: Unpack[options.Chosen]) -> None:
    """Remove every identity from INPUT's headers and pixels, prove it, and place in OUT what is proven.

    INPUT is a file, or a folder that is searched to any depth.  What cannot be proven waits in the store, beside OUT and never inside it.  The same
    command again carries on where an earlier run stopped.
    """
    run_and_exit(inputs, out, options.settings(Clean(), out, **chosen))
