"""pixelclean inventory"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console

from pixelclean import resources
from pixelclean.batch.run import Progress
from pixelclean.cli import options, tables
from pixelclean.cli.looking import as_in_a_run, files_of, reason_of
from pixelclean.cli.progress import shown
from pixelclean.devices import Kinds
from pixelclean.dicom import Source, read
from pixelclean.errors import Refused, UsageError
from pixelclean.heading import Deidentified
from pixelclean.inventory import AsItIs, Attribute, Foretold, Inventory, Outlook, Tally, Word
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode
from pixelclean.store import inventory_pages
from pixelclean.store.layout import make_folder_apart

_FORETELLING = {"policy": "--policy", "added": "--options", "key_file": "--key", "mapping": "--mapping"}


@click.command(short_help="List every attribute with its values and its fate, for a last look.")
@options.inputs
@options.policy
@options.foretelling
@click.option("--cleaned", is_flag=True, help="INPUT is cleaned already: list what is there, foretell nothing.")
@click.option("--kept", is_flag=True, help="Only attributes whose values, or parts of them, would stay.")
@click.option("--values", default=50, show_default=True, type=click.IntRange(min=1), metavar="N", help="Values shown.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="A private folder for the lists.  [default: INPUT-inventory, beside the first INPUT]",
)
@click.option("--force", is_flag=True, help="Replace the lists of an earlier inventory.")
def inventory(
    inputs: tuple[Path, ...],
    policy: str,
    added: str | None,
    key_file: Path | None,
    mapping: Path | None,
    cleaned: bool,
    kept: bool,
    values: int,
    out: Path | None,
    force: bool,
) -> None:
    """Each attribute of INPUT, public and private, at every depth: distinct values, counts, and what `clean` would do.

    Writes inventory.html, for reading, and inventory.csv, with every value.  Both show values, so their folder is
    private and must not lie in INPUT; the terminal shows counts only.  With the project's key they also say which
    pseudonym stands for whom.
    """
    if cleaned:
        _require_nothing_foretold(click.get_current_context())
    folder = out or _beside(inputs[0])
    make_folder_apart(folder, inputs)
    if not force:
        inventory_pages.require_none(folder)
    chosen = options.load_policy(policy, added)
    outlook = AsItIs() if cleaned else _foretold(as_in_a_run(chosen, key_file, mapping))
    made = _taken(tuple(files_of(inputs)), outlook, chosen.limits)
    listed = replace(made, attributes=tuple(_staying(made))) if kept else made
    sheet, page = inventory_pages.replaced(listed, folder, values)
    _print(tables.output(), made)
    click.echo(f"To read:         {page}  (private: it shows values)")
    click.echo(f"For a program:   {sheet}  (a cell like a formula has an apostrophe in front)")


def _require_nothing_foretold(context: click.Context) -> None:
    for name, option in _FORETELLING.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise UsageError(f"{option} says nothing with --cleaned, which foretells nothing")


def _beside(given: Path) -> Path:
    place = given.resolve()
    if place == place.parent:
        raise UsageError("INPUT is the root of the file system: name a folder with --out")
    return place.with_name(f"{place.name}-inventory")


def _foretold(heading: Deidentified) -> Foretold:
    return Foretold(heading, Kinds.load(resources.rules("kinds.toml")))


def _taken(files: tuple[Path, ...], outlook: Outlook, limits: Limits) -> Inventory:
    """The inventory of all files; one that cannot be read is counted with its reason."""
    tally = Tally(outlook)
    with shown(Console(stderr=True)) as progress:
        for done, file in enumerate(files, start=1):
            try:
                tally.add(_read(file, limits))
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are still looked at
                tally.unread(reason_of(error).code)
            progress(Progress(done, len(files)))
    return tally.inventory()


def _staying(made: Inventory) -> Iterator[Attribute]:
    return (attribute for attribute in made.attributes if attribute.word.stays)


def _read(path: Path, limits: Limits) -> Source:
    # Opening a named pipe would wait for somebody to write to it.
    if path.exists() and not path.is_file():
        raise Refused(ReasonCode.UNREADABLE, "not a regular file")
    return read(path, limits)


def _print(console: Console, made: Inventory) -> None:
    """Counts: no name of a private block and no value reaches the terminal."""
    tables.reason_counts(console, made.unread)
    tables.reason_counts(console, made.held)
    words = Counter(attribute.word for attribute in made.attributes)
    private = Counter(attribute.word for attribute in made.attributes if attribute.is_private)
    rows = [(word, words[word], private[word]) for word in Word if words[word]]
    tables.show(
        console,
        ("fate", "attributes", "of them private"),
        rows,
        f"{tables.counted(made.files, 'file')}, {made.outlook}",
    )
    if made.left_out:
        click.echo(f"Left out:        {made.left_out} elements of attributes beyond the most that are listed")
