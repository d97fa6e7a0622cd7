"""Looking at files without changing or placing anything: which files, through which cleaner, and what is seen."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from pixelclean.batch.discover import Met, discover
from pixelclean.dicom import Source, looks_like_dicom, read
from pixelclean.errors import Refused
from pixelclean.heading import Deidentified
from pixelclean.key import ProjectKey
from pixelclean.keyfile import default_key_path, load_key
from pixelclean.mapping import read_mapping
from pixelclean.outcome import Reason
from pixelclean.pipeline import Cleaner, Inspection, place_of
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was seen in one file: the reasons that it gave so far, and how far the look came."""

    path: Path
    reasons: tuple[Reason, ...]
    source: Source | None = None
    inspection: Inspection | None = None


def looking_cleaner(heading: Deidentified) -> Cleaner:
    """A cleaner for looking, with headers treated so."""
    return replace(Cleaner.load(heading.policy, heading.key), heading=heading)


def by_no_key(policy: Policy) -> Deidentified:
    """Headers as the policy treats them, by a key that is thrown away."""
    return Deidentified(ProjectKey(secrets.token_bytes(32)), policy)


def as_in_a_run(policy: Policy, key_file: Path | None, mapping: Path | None) -> Deidentified:
    """Headers as a run with this key and this mapping would treat them.

    The key is found as by a run, but never made: without any, one is thrown away afterwards, and that is said.
    """
    path = key_file or default_key_path()
    if key_file is None and not path.exists():
        click.echo("No project key yet (--key): files that an earlier stage cleaned cannot be recognised.", err=True)
        heading = by_no_key(policy)
    else:
        heading = Deidentified(load_key(path), policy)
    return replace(heading, assignments=read_mapping(mapping, heading.key)) if mapping else heading


def files_of(inputs: tuple[Path, ...]) -> Iterator[Path]:
    """Files that were named, and the DICOM files of named folders; those that cannot be opened are among them."""
    for found in discover(inputs):
        if found.met is Met.NAMED or _may_be_dicom(found.path):
            yield found.path


def look(cleaner: Cleaner, path: Path) -> Look:
    """What `clean` would see and doubt in a file before it changes anything; never raises."""
    source = None
    try:
        source = _read(cleaner, path)
        inspection = cleaner.inspect(source)
    except Exception as error:  # noqa: BLE001 - whatever it is, `clean` would hold the file for it
        return Look(path, (reason_of(error),), source)
    return Look(path, inspection.reasons, source, inspection)


def reason_of(error: Exception) -> Reason:
    """The reason that `clean` would give for an error; nothing of a library's message is in it."""
    match error:
        case Refused():
            return Reason(error.code, error.detail)
        case MemoryError():
            return Reason(ReasonCode.OUT_OF_MEMORY)
        case OSError():
            return Reason(ReasonCode.UNREADABLE)
        case _:
            return Reason(ReasonCode.INTERNAL_ERROR, place_of(error))


def _read(cleaner: Cleaner, path: Path) -> Source:
    # Opening a named pipe would wait for somebody to write to it.
    if path.exists() and not path.is_file():
        raise Refused(ReasonCode.UNREADABLE, "not a regular file")
    return read(path, cleaner.policy.limits)


def _may_be_dicom(path: Path) -> bool:
    try:
        return not path.is_file() or looks_like_dicom(path)
    except Refused:
        return True  # whoever asked learns that it could not be read
