"""Re-identification of one file (PS3.15 E.1.2): read, decrypt, put back, and write where only its owner may read it."""

import os
import secrets
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pixelclean.dicom import quiet, read, write
from pixelclean.envelope import PrivateKey, open_envelope
from pixelclean.errors import Refused
from pixelclean.header.encryption.restored import restored
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_OWNER_ONLY = 0o600


class Existing(StrEnum):
    """What happens to a file that is already where an output shall lie."""

    KEEP = "keep"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Reidentifier:
    """Brings back the original attributes of files that were encrypted for `key`; pixels stay as they are."""

    key: PrivateKey
    limits: Limits
    existing: Existing = Existing.KEEP

    def reidentify(self, source: Path, target: Path) -> None:
        """Write `source` with its original attributes to `target`: whole or not at all, mode 0600, in folders of 0700.

        Raises Refused: what reading and restoring say, and NOT_DELIVERED where `target` cannot be written, is `source`
        itself, or is there and shall be kept.
        """
        # Opening a named pipe would wait for somebody to write to it.
        if source.exists() and not source.is_file():
            raise Refused(ReasonCode.UNREADABLE, "not a regular file")
        if self.existing is Existing.KEEP and os.path.lexists(target):
            raise _occupied()
        given = read(source, self.limits)
        with quiet():
            dataset = restored(given.dataset, lambda sealed: open_envelope(sealed, self.key), self.limits)
        if target.exists() and target.samefile(source):
            raise Refused(ReasonCode.NOT_DELIVERED, "the output would replace its input")
        try:
            _make_folder(target.parent)
            # Nobody else can look into the folder while the file is on its way.
            spool = target.parent / f".pixelclean-{secrets.token_hex(8)}"
            spool.mkdir(mode=0o700)
            try:
                draft = spool / "draft"
                write(dataset, given.transfer_syntax, draft)
                draft.chmod(_OWNER_ONLY)
                self._place(draft, target)
            finally:
                shutil.rmtree(spool, ignore_errors=True)
        except FileExistsError:
            raise _occupied() from None
        except OSError:
            raise Refused(ReasonCode.NOT_DELIVERED) from None

    def _place(self, draft: Path, target: Path) -> None:
        """One step that other processes see whole; a link never replaces what is there."""
        if self.existing is Existing.REPLACE:
            draft.replace(target)
        else:
            os.link(draft, target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _make_folder(path: Path) -> None:
    """A folder and what is missing above it: names of folders may identify, too."""
    for folder in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)


def _occupied() -> Refused:
    return Refused(ReasonCode.NOT_DELIVERED, "the output exists already; --overwrite replaces it")
