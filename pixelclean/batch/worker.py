"""The worker: a long-lived child process that reads one header after another, and then cleans one file after another.

It has a memory limit, no terminal, no core dumps, and its temporary files lie in the spool.  A codec that aborts kills
it and nothing else; it never outlives the process that started it.
"""

import fcntl
import os
import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import assert_never

from pixelclean.batch.task import NO_WAYS, Task, Ways, cleaner_for
from pixelclean.dicom import Codec, Source, has_pixels, pixel_data, quiet, read, read_header, syntax_of
from pixelclean.dicom.stored import Spool, Stored
from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header import Trace, made_by, may_identify, study_of, traces_of
from pixelclean.key import ProjectKey
from pixelclean.outcome import Reason, Result, held
from pixelclean.pipeline import Cleaner, place_of
from pixelclean.policy import Limits, Policy
from pixelclean.reasons import ReasonCode
from pixelclean.store.index import Index
from pixelclean.store.vault import Vault

_TRIES = 4  # of a video: `video.reencoding` makes one as a rule, and nine at most


class Step(StrEnum):
    """What a worker does to a file: first to all of them the one, then the other."""

    READ_HEADER = "read header"
    CLEAN = "clean"


class HeaderRead(StrEnum):
    """What came of reading a header."""

    NOTED = "noted"
    """What it says is in the index, or nothing can be read of it."""
    FAILED = "failed"
    """Nothing is known; the next run tries again."""
    NOT_WRITTEN = "not written"
    """The index cannot take it: files would be cleaned without knowing of their siblings."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What a worker says of a file of many frames: how many seconds more than the limit it may take."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker needs to start: what to do, by which policy and key, where to write, with how many threads.

    `index` is the index of the studies, None for a task that looks for no identifiers.
    """

    task: Task
    policy: Policy
    key: ProjectKey
    spool: Path
    threads: int = 1
    index: Path | None = None
    ways: Ways = NO_WAYS


def work(settings: WorkerSettings, inbox: Connection) -> None:
    """The life of a worker: what `Pool` starts in a process of its own."""
    confine(settings.spool)
    cleaner = cleaner_for(settings.task, settings.policy, settings.key, settings.threads, settings.ways)
    vault = Vault.open(settings.ways.vault, settings.key) if settings.ways.vault else None
    serve(replace(cleaner, memory=vault), settings, inbox)


def serve(cleaner: Cleaner, settings: WorkerSettings, inbox: Connection) -> None:
    """Receive steps, paths and digests, send what came of them, until the other side hangs up."""
    index = Index.join(settings.index, settings.key) if settings.index else None
    _limit_memory(settings.policy.limits.memory_bytes)
    inbox.send(None)
    while True:
        try:
            step, path, digest = inbox.recv()
        except EOFError:
            return
        match Step(step):
            case Step.READ_HEADER:
                inbox.send(_read_header(cleaner, index, path, digest))
            case Step.CLEAN:
                inbox.send(_clean(cleaner, index, path, digest, settings.spool, inbox.send))
            case unknown:
                assert_never(unknown)


def _read_header(cleaner: Cleaner, index: Index | None, path: Path, digest: str) -> HeaderRead:
    """Note what the header of one file says; one that is refused says nothing, and meets its fate when it is cleaned."""
    if index is None:
        return HeaderRead.FAILED
    study, traces = "", frozenset[Trace]()
    try:
        with quiet():  # pydicom's warnings quote values
            header = read_header(path, cleaner.policy.limits, may_identify)
            study, traces = study_of(header), traces_of(header, made_by(cleaner.key))
    except Refused as refused:
        if refused.code is ReasonCode.UNREADABLE:
            return HeaderRead.FAILED
    except Exception:
        return HeaderRead.FAILED
    try:
        index.add(digest, cleaner.digest, study, traces)
    except ConfigurationError:
        return HeaderRead.NOT_WRITTEN
    return HeaderRead.NOTED


def _clean(
    cleaner: Cleaner, index: Index | None, path: Path, digest: str, spool: Path, ask: Callable[[Patience], None]
) -> Result:
    """One file; whatever goes wrong while reading becomes a result too.  For many frames it asks for patience."""
    try:
        source = read(path, cleaner.policy.limits, Spool(spool, cleaner.policy.limits.resident_bytes))
        ask(_patience(source, cleaner.policy.limits))
        with quiet():
            siblings = index.siblings(study_of(source.dataset)) if index else frozenset[Trace]()
    except Refused as refused:
        return held(digest, (Reason(refused.code, refused.detail),))
    except ConfigurationError:  # a later run tries again
        return held(digest, (Reason(ReasonCode.NOT_DELIVERED, "the index of the studies cannot be read"),))
    except MemoryError:
        return held(digest, (Reason(ReasonCode.OUT_OF_MEMORY, "while reading"),))
    except Exception as error:
        return held(digest, (Reason(ReasonCode.INTERNAL_ERROR, place_of(error)),))
    if source.digest != digest:
        return held(digest, (Reason(ReasonCode.UNREADABLE, "the file changed during the run"),))
    return cleaner.clean(source, spool, siblings)


def _patience(source: Source, limits: Limits) -> Patience:
    """That of as many frames as the file says and can hold: each takes a byte of its pixel data at least.

    A video may be encoded several times, until it is as near to its source as the policy asks.
    """
    with quiet():
        said = source.dataset.get("NumberOfFrames")
    value = pixel_data(source.dataset) if has_pixels(source.dataset) else None
    frames = min(said, len(value)) if isinstance(value, bytes | Stored) and isinstance(said, int) else 1
    tries = _TRIES if syntax_of(source.transfer_syntax).codec is Codec.VIDEO else 1
    return Patience(max(0, frames - 1) * limits.seconds_per_frame * tries)


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
    """`beyond` bytes of address space on top of what the loaded libraries and the network take."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + beyond,) * 2)
