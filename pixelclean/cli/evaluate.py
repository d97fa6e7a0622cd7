"""pixelclean evaluate"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console

from pixelclean.batch.run import processors
from pixelclean.batch.task import Ways
from pixelclean.cli import options, tables
from pixelclean.cli.codes import ExitCode
from pixelclean.cli.looking import as_in_a_run
from pixelclean.cli.progress import shown
from pixelclean.errors import UsageError
from pixelclean.evaluation import Counts, Evaluation, PrivateFolder, Settings, Truth, write_album
from pixelclean.evaluation import evaluate as evaluated

_HEADINGS = (
    *("modality", "files", "not judged", "lines", "left", "not judged", "identifying", "left", "not judged"),
    *("characters", "left", "changed away from text", "95th percentile"),
)


@click.command(short_help="Measure on labelled files what text would be left.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.argument("truth", metavar="TRUTH", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@options.policy
@options.foretelling
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processors to use.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every file and line, instead of tables.")
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="A private folder for evaluation.json, and for what is written meanwhile.  [default: DIR-evaluation, beside DIR]",
)
@click.option(
    "--pictures",
    "album",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="A private folder for a picture of every miss and every false alarm; they show what is burned in.",
)
def evaluate(
    folder: Path,
    truth: Path,
    policy: str,
    added: str | None,
    key_file: Path | None,
    mapping: Path | None,
    jobs: int | None,
    as_json: bool,
    report: Path | None,
    album: Path | None,
) -> None:
    """Clean the files of DIR that TRUTH labels, as `clean` does, and count what is left of the labelled text.

    TRUTH is a JSON file of boxes (docs/evaluate.md).  Outputs are decoded and judged by their pixels, then thrown away.
    Exits 5 when a line that identifies is left in a file that would be released, else 3 when a file or a line could not
    be judged.  No text is printed or written.
    """
    labelled = Truth.load(truth)
    heading = as_in_a_run(options.load_policy(policy, added), key_file, mapping)
    pictures = PrivateFolder.make(album, "--pictures", [folder]) if album else None
    private = PrivateFolder.make(report or _beside(folder), "--report", [folder])
    try:
        settings = Settings(
            policy=heading.policy,
            key=heading.key,
            ways=Ways(heading.assignments),
            jobs=jobs or processors(),
            spool=private.make_spool(),
            pictures=pictures is not None,
        )
        with shown(Console(stderr=True)) as progress:
            made = evaluated(folder, labelled, settings, progress)
    finally:
        private.remove_spool()
    private.write_report(made)
    count = write_album(pictures, made) if pictures else 0
    if as_json:
        click.echo(json.dumps(made.as_object))
    else:
        _print(tables.output(), made)
        for line in _more(made, private, pictures, count):
            click.echo(line)
    click.get_current_context().exit(_code(made))


def _code(made: Evaluation) -> ExitCode:
    if made.total.released.identifying_left:
        return ExitCode.LEFT
    return ExitCode.QUEUED if made.not_judged else ExitCode.DONE


def _beside(folder: Path) -> Path:
    place = folder.resolve()
    if place == place.parent:
        raise UsageError("DIR is the root of the file system: name a folder with --report")
    return place.with_name(f"{place.name}-evaluation")


def _print(console: Console, made: Evaluation) -> None:
    released = [(row.modality, row.released) for row in made.rows if row.released.files]
    held = [(row.modality, row.held) for row in made.rows if row.held.files]
    tables.show(console, _HEADINGS, _of(released), "released: what is left in the outputs")
    tables.show(console, _HEADINGS, _of(held), "held back: what their masks alone would leave")
    tables.show(console, ("reason", "files", "lines of other files"), made.not_judged, "not judged")


def _of(rows: Iterable[tuple[str, Counts]]) -> Iterator[tuple[object, ...]]:
    for modality, counts in rows:
        yield (
            *(modality, counts.files, counts.not_judged),
            *(counts.lines, counts.lines_left, counts.lines_not_judged),
            *(counts.identifying, counts.identifying_left, counts.identifying_not_judged),
            *(counts.cells, counts.cells_left, _percent(counts.away_median), _percent(counts.away_95)),
        )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def _more(made: Evaluation, report: PrivateFolder, pictures: PrivateFolder | None, count: int) -> Iterator[str]:
    both = (made.total.released, made.total.held)
    files, lines = (
        sum(counts) for counts in ([each.not_judged for each in both], [each.lines_not_judged for each in both])
    )
    yield f"Not judged:      {tables.counted(files, 'file')}, {tables.counted(lines, 'line')}; evaluation.json says which and why"
    if made.not_labelled:
        yield f"Not labelled:    {tables.counted(len(made.not_labelled), 'file')} of DIR, left alone"
    yield f"Every line:      {report.path / 'evaluation.json'}"
    if pictures is not None:
        yield f"Pictures:        {pictures.path / 'index.html'}  ({count}; private: they show what is burned in)"
