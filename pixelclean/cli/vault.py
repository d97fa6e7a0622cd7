"""pixelclean vault"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from pixelclean.cli import tables
from pixelclean.keyfile import default_key_path, load_key
from pixelclean.phi import Phi
from pixelclean.store.vault import Found, Level, Remembered, Vault
from pixelclean.store.vault_mapping import export_mapping, import_mapping

Command = TypeVar("Command", bound=Callable[..., Any])

_FILE = click.Path(dir_okay=False, path_type=Path)
_ORIGINALS = ("original ID", "issuer", "name", "birth date", "sex")
_HINT = "Originals are hidden; show them with --reveal, where nobody else sees the screen."


def _of_a_vault(command: Command) -> Command:
    """VAULT and --key; a key is never made here: a new one would open no vault."""
    command = click.option(
        "--key",
        "key_file",
        type=_FILE,
        metavar="FILE",
        help="The key file.  [default: the one in your configuration folder]",
    )(command)
    return click.argument("vault_file", metavar="VAULT", type=_FILE)(command)


_REVEAL = click.option("--reveal", is_flag=True, help="Show who the patients are.")


@click.group(short_help="Who the patients were: the private way back.")
def vault() -> None:
    """A vault remembers originals beside what left (`clean --vault FILE`), and the IDs that a trial assigned.

    It is a private file, bound to the project's key: whoever holds it knows every patient.  Keep it like the key.
    """


@vault.command(name="import", short_help="Take in a mapping CSV.")
@_of_a_vault
@click.argument("csv_file", metavar="CSV", type=_FILE)
def import_(vault_file: Path, csv_file: Path, key_file: Path | None) -> None:
    """Take the assigned IDs of CSV into VAULT, which is made when it is not there; all of them or none.

    CSV has a header line with PatientID and NewPatientID, and if you like IssuerOfPatientID, NewPatientName and keywords
    of clinical trial attributes.  Only its owner may be able to read it.
    """
    with Vault.open(vault_file, load_key(key_file or default_key_path())) as opened:
        done = import_mapping(opened, csv_file)
    click.echo(f"Patients: {done.new} new, {done.changed} with another name or other attributes, {done.known} known.")
    if done.gone:
        click.echo(
            f"{done.gone} of the new ones left under a pseudonym of the key already: clean their files again, or they have"
            " two IDs.",
            err=True,
        )


@vault.command(short_help="Write a mapping CSV.")
@_of_a_vault
@click.argument("csv_file", metavar="CSV", type=_FILE)
def export(vault_file: Path, csv_file: Path, key_file: Path | None) -> None:
    """Write every patient of VAULT with original and new ID to CSV, a new file that only you can read."""
    with Vault.read(vault_file, load_key(key_file or default_key_path())) as opened:
        done = export_mapping(opened, csv_file)
    click.echo(f"{tables.counted(done.written, 'patient')} written to {csv_file}; it says who they are.")
    if done.left_out:
        left = tables.counted(done.left_out, "patient")
        click.echo(f"Left out: {left} without an original ID, or who kept it; a mapping cannot name them.", err=True)


@vault.command(name="list", short_help="Every patient, by new ID.")
@_of_a_vault
@_REVEAL
def list_(vault_file: Path, key_file: Path | None, reveal: bool) -> None:
    """Every patient of VAULT by the ID that left, and how much of each is remembered."""
    with Vault.read(vault_file, load_key(key_file or default_key_path())) as opened:
        counts, people = opened.counts(), tuple(opened.patients())
        assigned = len(opened.assignments())
    rows = [
        (_shown(person.new_id), *(counts.get(person.new_id, {}).get(level, 0) for level in Level), *cells)
        for person, cells in ((person, _cells(person, reveal=reveal)) for person in people)
    ]
    headings = ("new ID", "studies", "series", "instances", *(_ORIGINALS if reveal else ("first seen",)))
    tables.show(tables.output(), headings, rows if reveal else dict.fromkeys(rows))
    shown = tables.counted(len({person.new_id for person in people}), "patient")
    click.echo(f"{shown}, {assigned} of them with an assigned ID.")
    if people and not reveal:
        click.echo(_HINT, err=True)


@vault.command(short_help="What stands behind a new ID or UID.")
@_of_a_vault
@click.argument("new", metavar="NEW_ID_OR_UID")
@_REVEAL
def find(vault_file: Path, new: str, key_file: Path | None, reveal: bool) -> None:
    """What stands in VAULT behind a Patient ID or a study, series or SOP Instance UID of an output.

    Exits 1 when nothing does.
    """
    with Vault.read(vault_file, load_key(key_file or default_key_path())) as opened:
        found = opened.find(new)
    if not found:
        raise click.ClickException("the vault remembers nothing of this ID or UID")
    headings = ("what", "new patient ID", *(("original UID", *_ORIGINALS) if reveal else ("first seen",)))
    rows = [row for each in found for row in _rows(each, reveal=reveal)]
    tables.show(tables.output(), headings, rows)
    if not reveal:
        click.echo(_HINT, err=True)


def _rows(found: Found, *, reveal: bool) -> Iterator[tuple[str, ...]]:
    original = (_open(found.original),) if reveal else ()
    for person in found.patients:
        yield (found.level or "patient", _shown(person.new_id), *original, *_cells(person, reveal=reveal))


def _cells(person: Remembered, *, reveal: bool) -> tuple[str, ...]:
    if not reveal:
        return (person.first_seen or "no file yet",)
    return tuple(map(_open, (person.patient_id, person.issuer, person.name, person.birth_date, person.sex)))


def _open(value: Phi) -> str:
    return _shown(value.reveal())


def _shown(text: str) -> str:
    """What a data set holds may command a terminal; of what cannot be printed, the code point is."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)
