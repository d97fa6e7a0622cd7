"""The pool: files go to long-lived child processes, each file with a time limit.

A worker that dies or hangs costs the file that it held; another one takes its place and the run goes on.
"""

import multiprocessing
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from pixelclean.batch.worker import WorkerSettings, work
from pixelclean.errors import ConfigurationError
from pixelclean.outcome import Reason, Result, held
from pixelclean.reasons import ReasonCode

_STARTING = 120.0  # seconds that loading libraries and networks may take on a slow disk


@dataclass(frozen=True, slots=True)
class Job:
    """One file to clean, with the digest of the bytes that were met."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Done:
    """A job that ended: its result, and the folder that holds its output."""

    job: Job
    result: Result
    spool: Path


@dataclass(slots=True, eq=False)
class _Worker:
    """A child process with a spool of its own, the pipe to it, and what it is doing until when."""

    process: SpawnProcess
    spool: Path
    pipe: Connection
    deadline: float
    job: Job | None = None
    ready: bool = False


@dataclass(slots=True)
class Pool:
    """`jobs` child processes that clean files; use as a context manager."""

    settings: WorkerSettings
    jobs: int
    _workers: list[_Worker] = field(default_factory=list)
    _born: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def results(self, jobs: Iterator[Job]) -> Iterator[Done]:
        """The result of each job, in the order in which they finish; jobs are taken as workers become free.

        The output of a result is there until the next result is asked for.
        """
        waiting = next(jobs, None)
        while waiting is not None or any(worker.job for worker in self._workers):
            if waiting is not None and len(self._workers) < self.jobs and not self._free():
                self._workers.append(self._started())
            while waiting is not None and (worker := self._free()) is not None:
                self._give(worker, waiting)
                waiting = next(jobs, None)
            yield from self._happened()

    def _free(self) -> _Worker | None:
        return next((worker for worker in self._workers if worker.ready and worker.job is None), None)

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # A spool for each: two inputs with the same bytes may be cleaned at the same time.
        self._born += 1
        spool = self.settings.spool / f"worker-{self._born}"
        spool.mkdir(mode=0o700)
        process = context.Process(target=work, args=(replace(self.settings, spool=spool), theirs), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, spool, ours, time.monotonic() + _STARTING)

    def _give(self, worker: _Worker, job: Job) -> None:
        worker.job = job
        worker.deadline = time.monotonic() + self.settings.policy.limits.seconds
        worker.pipe.send((job.path, job.digest))

    def _happened(self) -> Iterator[Done]:
        """Wait for the next message, death or deadline, and say which jobs ended by it."""
        soonest = min((w.deadline for w in self._workers if w.job or not w.ready), default=time.monotonic() + 1)
        ready = set(wait([w.pipe for w in self._workers], max(0.0, soonest - time.monotonic())))
        for worker in list(self._workers):
            if worker.pipe in ready:
                yield from self._received(worker)
            elif (worker.job or not worker.ready) and time.monotonic() >= worker.deadline:
                yield from self._lost(worker, Reason(ReasonCode.TIMED_OUT, f"{self._seconds:g} seconds"))

    @property
    def _seconds(self) -> float:
        return self.settings.policy.limits.seconds

    def _received(self, worker: _Worker) -> Iterator[Done]:
        try:
            result: Result | None = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            yield from self._lost(worker, Reason(ReasonCode.CRASHED, f"exit code {worker.process.exitcode}"))
            return
        worker.ready = True
        if worker.job is not None and result is not None:
            job, worker.job = worker.job, None
            yield Done(job, result, worker.spool)

    def _lost(self, worker: _Worker, reason: Reason) -> Iterator[Done]:
        """A worker is gone: its file is held; a worker that never started means that none will."""
        self._workers.remove(worker)
        _end(worker)
        if not worker.ready:
            raise ConfigurationError(f"a worker process could not start: {reason.code}, {reason.detail}")
        if worker.job is not None:
            yield Done(worker.job, held(worker.job.digest, (reason,)), worker.spool)


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join()
    shutil.rmtree(worker.spool, ignore_errors=True)
