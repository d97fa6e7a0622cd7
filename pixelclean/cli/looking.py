"""Looking at files without changing or placing anything: which files, and through which cleaner."""

import secrets
from collections.abc import Iterator
from pathlib import Path

from pixelclean.batch.discover import Met, discover
from pixelclean.dicom import looks_like_dicom
from pixelclean.key import ProjectKey
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Policy


def looking_cleaner(policy: str) -> Cleaner:
    """A cleaner for looking: its key is thrown away, since no pseudonym leaves it."""
    return Cleaner.load(Policy.load(policy), ProjectKey(secrets.token_bytes(32)))


def files_of(inputs: tuple[Path, ...]) -> Iterator[Path]:
    """Files that were named, and the DICOM files of named folders."""
    for found in discover(inputs):
        if found.met is Met.NAMED or looks_like_dicom(found.path):
            yield found.path
