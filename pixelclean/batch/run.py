"""A run: find the inputs, have each cleaned in a child process, deliver every result, and say what came of it."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from time import monotonic

from pixelclean.batch.discover import Found, Met, discover
from pixelclean.batch.pool import Job, Pool
from pixelclean.batch.task import Clean, Task, cleaner_for
from pixelclean.batch.worker import WorkerSettings
from pixelclean.delivery import Delivery
from pixelclean.dicom import digest_of, looks_like_dicom
from pixelclean.errors import ConfigurationError, Refused, UsageError
from pixelclean.keyfile import create_key, default_key_path, load_key
from pixelclean.outcome import Reason, Result, held, reasons_of, word_of
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode
from pixelclean.store import report, results
from pixelclean.store.layout import Store, check_out, check_places, default_root
from pixelclean.store.records import Ended, Record, Run, source_name
from pixelclean.version import __version__

_IMAGES = frozenset({".dcm", ".dicom", ".ima"})  # an empty file of such a name is an image that was lost
_NONE_OF_OURS = frozenset({ReasonCode.EMPTY_FILE, ReasonCode.NOT_DICOM, ReasonCode.DICOMDIR})


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a caller chooses; `policy_source` is a policy, its name or its file, `store` is by default beside OUT."""

    policy_source: str | Path | Policy
    key_file: Path
    store: Path | None = None
    jobs: int = 1
    fresh: bool = False
    dry_run: bool = False
    task: Task = field(default_factory=Clean)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, in files."""

    done: int
    total: int
    released: int = 0
    queued: int = 0
    quarantined: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a run: files by outcome and by reason, earlier results that still hold included."""

    counts: Mapping[str, int]
    reasons: tuple[tuple[ReasonCode, int], ...]
    seconds: float
    store: Path
    out: Path


@dataclass(slots=True)
class _Tally:
    """Counts what is finished and tells whoever listens."""

    total: int
    listener: Callable[[Progress], None]
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: str) -> None:
        self.outcomes[outcome] += 1
        self.listener(Progress(self.outcomes.total(), self.total, **self.outcomes))


def clean(
    inputs: str | PathLike[str] | Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    *,
    policy: str | PathLike[str] | Policy = "basic",
    key: str | PathLike[str] | None = None,
    store: str | PathLike[str] | None = None,
    jobs: int | None = None,
) -> Summary:
    """Clean files and folders into `out`, as `pixelclean clean` does.

    `policy` is a Policy, the name of a shipped one or a TOML file, `key` the project's key file (by default the one of
    this user, made at first use), `store` the private folder (by default beside `out`), `jobs` how many processors to
    use (by default all).
    Files are cleaned in child processes, so a script calls this under `if __name__ == "__main__":`.
    Raises UsageError and ConfigurationError; what becomes of a file is never an exception.
    """
    many = [inputs] if isinstance(inputs, str | PathLike) else inputs
    settings = RunSettings(
        policy_source=policy if isinstance(policy, str | Policy) else Path(policy),
        key_file=Path(key) if key is not None else _own_key(),
        store=Path(store) if store is not None else None,
        jobs=jobs or processors(),
    )
    return run(tuple(Path(given) for given in many), Path(out), settings)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _own_key() -> Path:
    path = default_key_path()
    if not path.exists():
        create_key(path)
    return path


def run(
    inputs: tuple[Path, ...], out: Path, settings: RunSettings, progress: Callable[[Progress], None] = lambda _: None
) -> Summary:
    """Clean every input into OUT; the run carries on where an earlier one with this store stopped.

    Raises UsageError and ConfigurationError before anything is touched, and ConfigurationError when the store fails.
    """
    started = monotonic()
    source = settings.policy_source
    policy, key = source if isinstance(source, Policy) else Policy.load(source), load_key(settings.key_file)
    judges = cleaner_for(settings.task, policy, key).digest
    root = settings.store or default_root(out)
    check_places(inputs, out, root)
    check_out(out, root)
    found = list(discover(inputs))
    tally = _Tally(len(found), progress)
    with (Store.borrow if settings.dry_run else Store.open)(root, out, key) as store:
        _bind(store, settings.task)
        workers, threads = _shared_out(settings.jobs, len(found))
        pool = Pool(WorkerSettings(settings.task, policy, key, store.spool, threads), workers)
        if settings.dry_run:
            reasons = _rehearse(found, pool, tally)
        else:
            delivery = Delivery.open(store, key, Run(policy.name, policy.digest, judges, __version__))
            try:
                if settings.fresh:
                    delivery.start_over()
                _Work(found, pool, delivery, tally).do()
                delivery.finish()
                reasons = _reasons(store, found)
            finally:
                try:
                    _conclude(store)
                finally:
                    delivery.close()
    return Summary(tally.outcomes, tuple(reasons.most_common()), monotonic() - started, root, out)


def _reasons(store: Store, found: list[Found]) -> Counter[ReasonCode]:
    """Reasons of the inputs of this run, as they stand when all are known: some notes follow from all together."""
    names = {source_name(each.path) for each in found}
    return Counter(code for source, codes in store.ledger.reasons() if source in names for code in set(codes))


def _conclude(store: Store) -> None:
    """What is derived from the ledger, also after a run that broke off."""
    try:
        results.export(store)
        report.write(store)
    except OSError:
        raise ConfigurationError("results and report cannot be written into the store; is the disk full?") from None


def _bind(store: Store, task: Task) -> None:
    """One OUT holds the files of one task: identified headers and cleaned ones must never stand side by side."""
    name, known = type(task).__name__, store.ledger.fact("task")
    if known not in ("", name):
        raise UsageError("this OUT was made by another command (clean, mask, or mask --keep-header); choose a new OUT")
    store.ledger.set_fact("task", name)


def _shared_out(jobs: int, files: int) -> tuple[int, int]:
    """Worker processes, and threads in each: many files keep processes busy, a few large ones need threads."""
    workers = max(1, min(jobs, files))
    return workers, max(1, jobs // workers)


@dataclass(frozen=True, slots=True)
class _Work:
    """The inputs of a run on their way to their ends."""

    found: list[Found]
    pool: Pool
    delivery: Delivery
    tally: _Tally

    def do(self) -> None:
        met = {found.path: found.met for found in self.found}
        with self.pool:
            for done in self.pool.results(self._jobs()):
                self._end(Found(done.job.path, met[done.job.path]), done.result, done.spool)

    def _jobs(self) -> Iterator[Job]:
        """The inputs that need work; the others come to their ends here."""
        for found in self.found:
            job = _job(found)
            if isinstance(job, Result):
                self._end(found, job)
            elif (record := self.delivery.done(job.path, job.digest)) is not None:
                self._count(record)
            else:
                self.delivery.start(job.path)
                yield job

    def _end(self, found: Found, result: Result, spool: Path | None = None) -> None:
        if _is_skipped(found, result):
            self._count(self.delivery.skip(found.path, reasons_of(result.outcome), result.digest))
        else:
            self._count(self.delivery.deliver(found.path, result, spool=spool))

    def _count(self, record: Record) -> None:
        self.tally.add(record.outcome.value)


def _rehearse(inputs: list[Found], pool: Pool, tally: _Tally) -> Counter[ReasonCode]:
    """Clean everything in the spool and place nothing; the reasons of what would not be skipped."""
    met = {found.path: found.met for found in inputs}
    reasons: Counter[ReasonCode] = Counter()

    def end(found: Found, result: Result) -> None:
        if _is_skipped(found, result):
            tally.add(Ended.SKIPPED.value)
        else:
            tally.add(word_of(result.outcome))
            reasons.update({reason.code for reason in reasons_of(result.outcome)})

    def jobs() -> Iterator[Job]:
        for found in inputs:
            job = _job(found)
            if isinstance(job, Job):
                yield job
            else:
                end(found, job)

    with pool:
        for done in pool.results(jobs()):
            end(Found(done.job.path, met[done.job.path]), done.result)
    return reasons


def _is_skipped(found: Found, result: Result) -> bool:
    """Whether a file that a walk met is nothing that anybody asked to have cleaned."""
    codes = {reason.code for reason in reasons_of(result.outcome)}
    lost = ReasonCode.EMPTY_FILE in codes and found.path.suffix.lower() in _IMAGES
    return found.met is Met.ON_A_WALK and bool(codes) and codes <= _NONE_OF_OURS and not lost


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
