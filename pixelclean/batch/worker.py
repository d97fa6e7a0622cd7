"""The worker: a long-lived child process that cleans one file after another.

It has a memory limit, no terminal, no core dumps, and its temporary files lie in the spool.  A codec that aborts kills
it and nothing else.
"""

import os
import resource
import signal
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from pixelclean.batch.task import Task, cleaner_for
from pixelclean.dicom import read
from pixelclean.errors import Refused
from pixelclean.key import ProjectKey
from pixelclean.outcome import Reason, Result, held
from pixelclean.pipeline import Cleaner, place_of
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker needs to start: what to do, by which policy and key, and where to write."""

    task: Task
    policy: Policy
    key: ProjectKey
    spool: Path


def work(settings: WorkerSettings, inbox: Connection) -> None:
    """Receive paths and digests, send results, until the other side hangs up."""
    _confine(settings)
    cleaner = cleaner_for(settings.task, settings.policy, settings.key)
    _limit_memory(settings.policy.limits.memory_bytes)
    inbox.send(None)
    while True:
        try:
            path, digest = inbox.recv()
        except EOFError:
            return
        inbox.send(_clean(cleaner, path, digest, settings.spool))


def _clean(cleaner: Cleaner, path: Path, digest: str, spool: Path) -> Result:
    """One file; whatever goes wrong while reading becomes a result too."""
    try:
        source = read(path, cleaner.policy.limits)
    except Refused as refused:
        return held(digest, (Reason(refused.code, refused.detail),))
    except MemoryError:
        return held(digest, (Reason(ReasonCode.OUT_OF_MEMORY, "while reading"),))
    except Exception as error:
        return held(digest, (Reason(ReasonCode.INTERNAL_ERROR, place_of(error)),))
    if source.digest != digest:
        return held(digest, (Reason(ReasonCode.UNREADABLE, "the file changed during the run"),))
    return cleaner.clean(source, spool)


def _confine(settings: WorkerSettings) -> None:
    """Silence what native libraries print, which may quote values; keep temporary files in the private spool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator ends its workers itself
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    temporary = settings.spool / "tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    os.environ["OMP_THREAD_LIMIT"] = "1"  # files run in parallel, Tesseract's threads would only get in their way
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_memory(beyond: int) -> None:
    """`beyond` bytes of address space on top of what the loaded libraries and networks take."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + beyond,) * 2)
