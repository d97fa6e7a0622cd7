"""The first look at the inputs: which are worth opening, their digests, and their headers into the index."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pixelclean.batch.discover import Found, Met
from pixelclean.batch.pool import Job, Pool
from pixelclean.dicom import digest_of, looks_like_dicom
from pixelclean.errors import Refused
from pixelclean.outcome import Reason, Result, held
from pixelclean.reasons import ReasonCode
from pixelclean.store.index import Index


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Looks at every input of a run before any of them is cleaned; `looked` hears of each.

    Without an index nothing is looked at beforehand.
    """

    found: list[Found]
    pool: Pool
    index: Index | None
    judges: str
    looked: Callable[[], None]
    _digests: dict[Path, str] = field(default_factory=dict)

    def read_headers(self) -> None:
        """Have the index learn every header that it does not know."""
        if self.index is not None:
            self.pool.read_headers(self._unknown(self.index))

    def job(self, found: Found) -> Job | Result:
        """The job of an input, or its result where there is nothing to clean."""
        digest = self._digests.get(found.path)
        return Job(found.path, digest) if digest else _job(found)

    def siblings(self, digest: str) -> str:
        """A digest of what is known of the study of an input, "" where nothing is."""
        return self.index.state_of(digest) if self.index is not None and digest else ""

    def forget(self) -> None:
        """Know nothing from earlier runs."""
        if self.index is not None:
            self.index.forget()

    def _unknown(self, index: Index) -> Iterator[Job]:
        given = set[str]()
        for found in self.found:
            job = _job(found)
            if isinstance(job, Job):
                self._digests[job.path] = job.digest
                if job.digest not in given and not index.has_read(job.digest, self.judges):
                    given.add(job.digest)
                    yield job
            self.looked()


def _job(found: Found) -> Job | Result:
    """The job of an input, or its result where there is nothing to clean."""
    try:
        return _looked_at(found)
    except Refused as refused:
        return held("", (Reason(refused.code, refused.detail),))
    except OSError:
        return held("", (Reason(ReasonCode.UNREADABLE),))


def _looked_at(found: Found) -> Job:
    """A file worth opening; Refused and OSError for everything else."""
    status = found.path.stat()
    if not stat.S_ISREG(status.st_mode):
        # Opening a named pipe would wait for somebody to write to it.
        raise Refused(ReasonCode.UNREADABLE, _unopened(found.path, status.st_mode))
    if not status.st_size:
        raise Refused(ReasonCode.EMPTY_FILE)
    if found.met is Met.ON_A_WALK and not looks_like_dicom(found.path):
        raise Refused(ReasonCode.NOT_DICOM)
    return Job(found.path, digest_of(found.path))


def _unopened(path: Path, mode: int) -> str:
    """What stands in the place of a file."""
    if not stat.S_ISDIR(mode):
        return "not a regular file"
    followed = not path.is_symlink() or not os.access(path, os.R_OK | os.X_OK)
    return "a folder that cannot be listed" if followed else "a link to a folder is not followed"
