"""pixelclean clean"""

from pathlib import Path

import click

from pixelclean.batch.run import RunSettings
from pixelclean.batch.task import Clean
from pixelclean.cli import options
from pixelclean.cli.running import run_and_exit


@click.command(short_help="De-identify headers and pixels.")
@options.inputs
@options.out
@options.policy
@options.of_a_run
def clean(
    inputs: tuple[Path, ...],
    out: Path,
    policy: str,
    key_file: Path | None,
    store: Path | None,
    jobs: int | None,
    fresh: bool,
    dry_run: bool,
) -> None:
    """Remove every identity from INPUT's headers and pixels, prove it, and place in OUT what is proven.

    INPUT is a file or a folder.  What cannot be proven waits in the store, beside OUT and never inside it.  The same
    command again carries on where an earlier run stopped.
    """
    settings = RunSettings(
        policy_source=policy,
        key_file=options.key_in_use(key_file),
        store=store,
        jobs=jobs or options.processors(),
        fresh=fresh,
        dry_run=dry_run,
        task=Clean(),
    )
    run_and_exit(inputs, out, settings)
