"""The worker: a long-lived child process that cleans one file after another.

It has a memory limit, no terminal, no core dumps, and its temporary files lie in the spool.  A codec that aborts kills
it and nothing else; it never outlives the process that started it.
"""

import fcntl
import os
import resource
import tempfile
from dataclasses import dataclass
from multiprocessing import parent_process
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
    """What a worker needs to start: what to do, by which policy and key, where to write, with how many threads."""

    task: Task
    policy: Policy
    key: ProjectKey
    spool: Path
    threads: int = 1


def work(settings: WorkerSettings, inbox: Connection) -> None:
    """The life of a worker: what `Pool` starts in a process of its own."""
    confine(settings.spool)
    serve(cleaner_for(settings.task, settings.policy, settings.key, settings.threads), settings, inbox)


def serve(cleaner: Cleaner, settings: WorkerSettings, inbox: Connection) -> None:
    """Receive paths and digests, send results, until the other side hangs up."""
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


def confine(spool: Path) -> None:
    """Silence what native libraries print, which may quote values; keep temporary files in the private spool."""
    os.setsid()  # away from the terminal, and one group with Tesseract, which ends with its worker
    _end_with_the_coordinator()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    temporary = spool / "tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    os.environ["OMP_THREAD_LIMIT"] = "1"  # files run in parallel, Tesseract's threads would only get in their way
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_the_coordinator() -> None:
    """Have the kernel end this process and its children when the one that started it is gone, even inside a codec.

    The sentinel is a pipe that only the coordinator holds open; SIGIO comes when it closes, and terminates (fcntl(2)).
    """
    coordinator = parent_process()
    if coordinator is not None:
        fcntl.fcntl(coordinator.sentinel, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(coordinator.sentinel, fcntl.F_SETFL, os.O_ASYNC)


def _limit_memory(beyond: int) -> None:
    """`beyond` bytes of address space on top of what the loaded libraries and networks take."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + beyond,) * 2)
