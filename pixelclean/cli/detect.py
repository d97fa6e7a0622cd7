"""pixelclean detect"""

import json
import os
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pixelclean.cli import options, tables
from pixelclean.cli.codes import of_ends
from pixelclean.cli.looking import Look, by_no_key, files_of, look, looking_cleaner
from pixelclean.detect import drawn, one_by_one, png
from pixelclean.errors import UsageError
from pixelclean.examination import Examination, OpenImage
from pixelclean.geometry import Region


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
def detect(inputs: tuple[Path, ...], policy: str, added: str | None, as_json: bool, preview: Path | None) -> None:
    """Show what `clean` would mask at first sight in INPUT, and change nothing.

    Exits 3 or 4 when a file would be queued or quarantined for what is seen before anything is cleaned.  Files are
    decoded in this very process, without the limits of `clean`: use it on files that you trust not to crash a codec.
    """
    cleaner, console = looking_cleaner(by_no_key(options.load_policy(policy, added))), tables.output()
    if preview is not None:
        _make_private(preview)
    ends = set()
    for number, path in enumerate(files_of(inputs), start=1):
        shown = look(cleaner, path)
        ends |= {reason.code.end for reason in shown.reasons}
        if as_json:
            click.echo(json.dumps(_as_object(shown)))
        else:
            _print(console, shown)
        if preview is not None and shown.inspection is not None and shown.inspection.image is not None:
            _save(preview, number, shown.inspection.image, shown.inspection.seen)
    click.get_current_context().exit(of_ends(ends))


def _as_object(shown: Look) -> dict[str, Any]:
    """Spelled as results.jsonl spells it (DESIGN 6)."""
    seen = _seen(shown)
    return {
        "source": os.fsencode(shown.path).decode("utf-8", "backslashreplace"),
        "digest": shown.source.digest if shown.source else "",
        "reasons": [{"code": reason.code, "detail": reason.detail} for reason in shown.reasons],
        "regions": [_region(region) for region in seen.regions],
        "doubtful": [_region(region) for region in seen.doubtful],
    }


def _seen(shown: Look) -> Examination:
    return shown.inspection.seen if shown.inspection else Examination()


def _region(region: Region) -> dict[str, Any]:
    return {
        "frame": region.frame,
        "box": list(region.box.edges),
        "act": region.act,
        "origin": region.origin,
        "reference": region.reference,
    }


def _print(console: Console, shown: Look) -> None:
    seen = _seen(shown)
    click.echo(click.style(str(shown.path), bold=True))
    tables.regions(console, seen.regions, "would be masked")
    tables.regions(console, seen.doubtful, "may be text or a face")
    tables.reasons(console, shown.reasons)
    if not (seen.regions or seen.doubtful or shown.reasons):
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
        picture = next(one_by_one(image.frames.frame(frame), image.frames.format, image.display))
        path = folder / f"{number:05d}-frame-{frame}.png"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(png(drawn(picture, (*seen.regions, *seen.doubtful))))
