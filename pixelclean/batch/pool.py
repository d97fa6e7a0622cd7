"""The pool: files go to long-lived child processes, for each of its steps with a time limit.

A worker that hangs costs the file that it held; one that dies costs a second try of it.  Another one takes its place and
the run goes on.
"""

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from pixelclean.batch.worker import HeaderRead, Patience, Step, WorkerSettings, work
from pixelclean.errors import ConfigurationError
from pixelclean.outcome import Reason, Result, held
from pixelclean.reasons import ReasonCode

_STARTING = 120.0  # seconds that loading libraries and the network may take on a slow disk
_READING = 60.0  # seconds that a header may take at most, where the policy allows a whole file more


@dataclass(frozen=True, slots=True)
class Job:
    """One file to work on, with the digest of the bytes that were met; `again` when its first worker died."""

    path: Path
    digest: str
    step: Step = Step.CLEAN
    again: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A job that ended: its result, and the folder that holds its output."""

    job: Job
    result: Result
    spool: Path


@dataclass(frozen=True, slots=True)
class _End:
    """What came of a job: the worker's answer, or why there is none."""

    job: Job
    answer: Result | HeaderRead | Reason
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
    """`jobs` child processes that read headers and clean files; use as a context manager.

    `live` is what each of them does.  They start with the first job and stay for all that follow.
    """

    settings: WorkerSettings
    jobs: int
    live: Callable[[WorkerSettings, Connection], None] = work
    _workers: list[_Worker] = field(default_factory=list)
    _bereft: list[Job] = field(default_factory=list)
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
        for end in self._ends(jobs):
            match end.answer:
                case Result():
                    yield Done(end.job, end.answer, end.spool)
                case Reason():
                    yield Done(end.job, held(end.job.digest, (end.answer,)), end.spool)
                case _:
                    raise AssertionError("a file was cleaned and a header read")

    def read_headers(self, jobs: Iterator[Job]) -> None:
        """Have the header of each job noted in the index; one that cannot be read, or kills its reader, is not.

        Raises ConfigurationError where the index cannot be written.
        """
        for end in self._ends(replace(job, step=Step.READ_HEADER) for job in jobs):
            if end.answer is HeaderRead.NOT_WRITTEN:
                raise ConfigurationError("the store's index cannot be written; is the disk full?")

    def _ends(self, jobs: Iterator[Job]) -> Iterator[_End]:
        waiting = self._next(jobs)
        while waiting is not None or any(worker.job for worker in self._workers):
            if waiting is not None and len(self._workers) < self.jobs and not self._free():
                with _uninterrupted():
                    self._workers.append(self._started())
            while waiting is not None and (worker := self._free()) is not None:
                self._give(worker, waiting)
                waiting = self._next(jobs)
            yield from self._happened()
            waiting = waiting or self._next(jobs)

    def _next(self, jobs: Iterator[Job]) -> Job | None:
        return self._bereft.pop() if self._bereft else next(jobs, None)

    def _free(self) -> _Worker | None:
        return next((worker for worker in self._workers if worker.ready and worker.job is None), None)

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # A spool for each: two inputs with the same bytes may be cleaned at the same time.
        self._born += 1
        spool = self.settings.spool / f"worker-{self._born}"
        spool.mkdir(mode=0o700)
        process = context.Process(target=self.live, args=(replace(self.settings, spool=spool), theirs), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, spool, ours, time.monotonic() + _STARTING)

    def _give(self, worker: _Worker, job: Job) -> None:
        worker.job = job
        patience = min(self._seconds, _READING) if job.step is Step.READ_HEADER else self._seconds
        worker.deadline = time.monotonic() + patience
        with suppress(OSError):  # it died just now; whoever waits for its answer learns that
            worker.pipe.send((job.step, job.path, job.digest))

    def _happened(self) -> Iterator[_End]:
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

    def _received(self, worker: _Worker) -> Iterator[_End]:
        try:
            answer: Result | HeaderRead | Patience | None = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            yield from self._lost(worker, Reason(ReasonCode.CRASHED, f"exit code {worker.process.exitcode}"))
            return
        worker.ready = True
        if isinstance(answer, Patience):
            worker.deadline += answer.seconds
        elif worker.job is not None and answer is not None:
            job, worker.job = worker.job, None
            yield _End(job, answer, worker.spool)

    def _lost(self, worker: _Worker, reason: Reason) -> Iterator[_End]:
        """A worker is gone: its file has a second try or is held; one that never started means that none will.

        What dies may have been killed for what others did, by a machine out of memory; what takes too long did so itself.
        """
        self._workers.remove(worker)
        _end(worker)
        if not worker.ready:
            raise ConfigurationError(f"a worker process could not start: {reason.code}, {reason.detail}")
        if worker.job is not None and reason.code is ReasonCode.CRASHED and not worker.job.again:
            self._bereft.append(replace(worker.job, again=True))
        elif worker.job is not None:
            yield _End(worker.job, reason, worker.spool)


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    if worker.process.is_alive() and worker.process.pid:
        with suppress(ProcessLookupError):  # so young that it leads no group yet
            os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.kill()
    worker.process.join()
    shutil.rmtree(worker.spool, ignore_errors=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until a worker is whole and known; the worker inherits that and leaves interrupts to us."""
    resource_tracker.ensure_running()  # the first start of a process would start it, and let interrupts in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
