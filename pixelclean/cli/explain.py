"""pixelclean explain"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console

from pixelclean.cli import options, tables
from pixelclean.cli.codes import of_ends
from pixelclean.cli.looking import Look, as_in_a_run, look, looking_cleaner, reason_of
from pixelclean.dicom import Source, quiet, syntax_of
from pixelclean.dicom.stored import IN_MEMORY
from pixelclean.fates import Told, told
from pixelclean.heading import Deidentified
from pixelclean.outcome import Outcome, Queued, Released, outcome_of, word_of
from pixelclean.pipeline import Cleaner, Inspection
from pixelclean.treatment import Redaction, Treatment, redact

_UNTIL_THEN = {
    Released: "once the written file proves clean (of an image, a second look may mask more, or ask)",
    Queued: "waits for a person",
}


@click.command(short_help="Say what would become of one file, and why.")
@click.argument("file", type=options.FILE)
@options.policy
@options.foretelling
def explain(file: Path, policy: str, added: str | None, key_file: Path | None, mapping: Path | None) -> None:
    """What would become of FILE: where it ends and why, every region, every attribute's fate.  No value is shown.

    Exits 3 or 4 when it would be queued or quarantined for what is seen at first sight.  FILE is decoded in this very
    process, without the limits of `clean`: use it on a file that you trust not to crash a codec.
    """
    options.require([file])
    heading = as_in_a_run(options.load_policy(policy, added), key_file, mapping)
    cleaner, console = looking_cleaner(heading), tables.output()
    shown = look(cleaner, file)
    reasons, syntax = shown.reasons, ""
    fates: tuple[Told, ...] = ()
    if shown.source is not None and shown.inspection is not None and shown.inspection.kind.reason is None:
        try:
            syntax, fates = _leaving(cleaner, heading, shown.source, shown.inspection)
        except Exception as error:  # noqa: BLE001 - whatever it is, `clean` would hold the file for it
            reasons = (*reasons, reason_of(error))
    for line in (*_about(cleaner, shown, syntax), *_end(outcome_of(reasons))):
        click.echo(line)
    click.echo()
    tables.reasons(console, reasons)
    if shown.inspection is not None:
        tables.regions(console, shown.inspection.seen.regions, "masked")
        tables.regions(console, shown.inspection.seen.doubtful, "may be text or a face: an operator is asked")
    _print(console, fates)
    click.get_current_context().exit(of_ends(reason.code.end for reason in reasons))


@quiet()  # pydicom's warnings quote values
def _leaving(cleaner: Cleaner, heading: Deidentified, source: Source, seen: Inspection) -> tuple[str, tuple[Told, ...]]:
    """The transfer syntax and every attribute as they would leave: cleaned in memory, nothing is written."""
    identifiers = heading.identifiers(source)
    leaving = heading.dataset(source, identifiers, seen.kind)
    cleaner.examiner.overlays(leaving, identifiers).put_into(leaving)
    redaction = Redaction(Treatment.KEPT)
    if seen.image is not None and seen.plan is not None:
        redaction = redact(leaving, seen.image.frames, seen.plan, source.transfer_syntax, IN_MEMORY, cleaner.quality)
    syntax = redaction.encoded.transfer_syntax if redaction.encoded else source.transfer_syntax
    return syntax, told(source.dataset, heading.cleaned(source, identifiers), leaving, redaction.treatment)


def _about(cleaner: Cleaner, shown: Look, leaving: str) -> Iterator[str]:
    """What is known about the file; `leaving` is the transfer syntax of its output, "" where that is not known."""
    yield f"policy           {options.described(cleaner.policy)}"
    if shown.source is not None:
        syntax = shown.source.transfer_syntax
        written = f", written as {syntax_of(leaving).name}" if leaving and leaving != syntax else ""
        yield f"transfer syntax  {syntax_of(syntax).name}{written}"
    if shown.inspection is not None:
        kind, image = shown.inspection.kind, shown.inspection.image
        yield f"SOP class        {kind.sop_class or 'unknown'}: {kind.standing}"
        yield f"burns in text    {'often, every place that may be text is masked' if kind.burns_in_text else 'rarely'}"
        yield f"may show a face  {kind.features or 'not known'}"
        if kind.reason is None:
            yield f"pixels           {_shape(image.frames.format.shape, len(image.frames)) if image else 'none'}"


def _end(outcome: Outcome) -> Iterator[str]:
    """Where the file ends, as far as it is known before anything is written."""
    more = _UNTIL_THEN.get(type(outcome), "it cannot be cleaned as it is")
    yield f"becomes          {word_of(outcome)}: {more}"


def _shape(shape: tuple[int, int, int], frames: int) -> str:
    rows, columns, samples = shape
    return f"{tables.counted(frames, 'frame')} of {columns} by {rows}, {tables.counted(samples, 'sample')}"


def _print(console: Console, fates: Iterable[Told]) -> None:
    rows = [(fate.becomes, _path(fate.path), fate.keyword or "-", fate.why) for fate in fates]
    tables.show(console, ("", "attribute", "keyword", "why"), rows, "what the output would say")


def _path(path: str) -> str:
    """(0040,A730)[0].(0010,0010) for 0040A730[0].00100010."""
    return ".".join(f"({part[:4]},{part[4:8]}){part[8:]}" for part in path.split("."))
