"""A run from the command line: start it, show it, and say at its end what came of it and what to do next."""

from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console

from pixelclean.batch.run import RunSettings, Summary, run
from pixelclean.cli import tables
from pixelclean.cli.codes import of_counts
from pixelclean.cli.progress import shown


def run_and_exit(inputs: tuple[Path, ...], out: Path, settings: RunSettings) -> None:
    """Run, print the tables, and leave with the code that DESIGN 6 promises."""
    with shown(Console(stderr=True)) as progress:
        summary = run(inputs, out, settings, progress)
    console = tables.output()
    tables.counts(console, summary.counts)
    tables.reason_counts(console, summary.reasons)
    for line in _next_steps(summary, settings):
        click.echo(line)
    click.get_current_context().exit(of_counts(summary.counts))


def _next_steps(summary: Summary, settings: RunSettings) -> Iterable[str]:
    yield f"{tables.counted(sum(summary.counts.values()), 'file')} in {summary.seconds:.0f} s."
    if summary.counts.get("skipped", 0):
        yield "Skipped:         not DICOM, or empty, or a DICOMDIR; left where it was"
    if settings.dry_run:
        yield "A dry run: nothing was placed, and nothing was withdrawn."
        return
    if summary.counts.get("released", 0):
        yield f"Released files:  {summary.out.resolve()}"
    store = summary.store.resolve()
    yield f"Report:          {store / 'report.html'}  (private, like everything beside it)"
    if summary.counts.get("queued", 0):
        yield f"Queue:           {store / 'queue'}  waits for a person; nothing of it is in OUT"
    if summary.counts.get("quarantined", 0):
        yield f"Quarantine:      {store / 'quarantine'}  cannot be cleaned as it is; nothing of it is in OUT"
