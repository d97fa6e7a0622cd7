"""pixelclean detect"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pixelclean.cli import options, tables
from pixelclean.cli.codes import of_ends
from pixelclean.cli.looking import files_of, looking_cleaner
from pixelclean.detect import drawn, pictures, png
from pixelclean.dicom import read
from pixelclean.errors import Refused, UsageError
from pixelclean.examination import Examination, OpenImage
from pixelclean.geometry import Region
from pixelclean.outcome import Reason
from pixelclean.pipeline import Cleaner
from pixelclean.reasons import ReasonCode


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was seen in one file: its digest ("" where it could not be read), and the reasons to hold it so far."""

    path: Path
    digest: str
    seen: Examination
    reasons: tuple[Reason, ...]
    image: OpenImage | None = None


@click.command(short_help="Show what would be masked.")
@options.inputs
@options.policy
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file and line.")
@click.option(
    "--preview",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="A new folder for pictures with the boxes on them; they show what is burned in.",
)
def detect(inputs: tuple[Path, ...], policy: str, as_json: bool, preview: Path | None) -> None:
    """Show what `clean` would mask at first sight in INPUT, and change nothing.

    Exits 3 or 4 when a file would be queued or quarantined for what is seen before anything is cleaned.
    """
    cleaner, console = looking_cleaner(policy), tables.output()
    if preview is not None:
        _make_private(preview)
    ends = set()
    for number, path in enumerate(files_of(inputs), start=1):
        look = _look(cleaner, path)
        ends |= {reason.code.end for reason in look.reasons}
        if as_json:
            click.echo(json.dumps(_as_object(look)))
        else:
            _print(console, look)
        if preview is not None and look.image is not None:
            _save(preview, number, look.image, look.seen)
    click.get_current_context().exit(of_ends(ends))


def _look(cleaner: Cleaner, path: Path) -> Look:
    digest = ""
    try:
        source = read(path, cleaner.policy.limits)
        digest = source.digest
        kind, image, seen = cleaner.inspect(source)
    except Refused as refused:
        return Look(path, digest, Examination(), (Reason(refused.code, refused.detail),))
    return Look(path, digest, seen, (*((kind.reason,) if kind.reason else ()), *seen.notes, *_doubts(seen)), image)


def _doubts(seen: Examination) -> Iterator[Reason]:
    """What the decision would ask about, as far as it is known before anything is cleaned."""
    if seen.document:
        yield Reason(ReasonCode.LOOKS_LIKE_DOCUMENT)
    if seen.doubtful:
        yield Reason(ReasonCode.FAINT_TEXT, f"{len(seen.doubtful)} places")


def _as_object(look: Look) -> dict[str, Any]:
    """Spelled as results.jsonl spells it (DESIGN 6)."""
    return {
        "source": os.fsencode(look.path).decode("utf-8", "backslashreplace"),
        "digest": look.digest,
        "reasons": [{"code": reason.code, "detail": reason.detail} for reason in look.reasons],
        "regions": [_region(region) for region in look.seen.regions],
        "doubtful": [_region(region) for region in look.seen.doubtful],
    }


def _region(region: Region) -> dict[str, Any]:
    return {
        "frame": region.frame,
        "box": list(region.box.edges),
        "act": region.act,
        "origin": region.origin,
        "reference": region.reference,
    }


def _print(console: Console, look: Look) -> None:
    click.echo(click.style(str(look.path), bold=True))
    tables.regions(console, look.seen.regions, "would be masked")
    tables.regions(console, look.seen.doubtful, "may be text")
    tables.reasons(console, look.reasons)
    if not (look.seen.regions or look.seen.doubtful or look.reasons):
        click.echo("  nothing\n")


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise UsageError("--preview: name a folder that is not there yet; the pictures in it are private") from None


def _save(folder: Path, number: int, image: OpenImage, seen: Examination) -> None:
    """First, middle and last frame with every box on them; no name of a file is in the name of a picture."""
    last = len(image.frames) - 1
    for frame in sorted({0, last // 2, last}):
        picture = pictures(image.frames.frame(frame), image.frames.format, image.display)[0]
        path = folder / f"{number:05d}-frame-{frame}.png"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(png(drawn(picture, (*seen.regions, *seen.doubtful))))
