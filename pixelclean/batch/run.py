"""A run: find the inputs, have every header read and then each file cleaned, in child processes; deliver every result.

At its end it says what came of it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from os import PathLike
from pathlib import Path
from time import monotonic

from pixelclean.assignments import NO_ASSIGNMENTS
from pixelclean.batch.discover import Found, Met, discover
from pixelclean.batch.first_look import FirstLook
from pixelclean.batch.pool import Job, Pool
from pixelclean.batch.task import Clean, MaskOnly, Task, Ways, cleaner_for
from pixelclean.batch.worker import WorkerSettings
from pixelclean.delivery import Delivery
from pixelclean.envelope import Cipher, Recipients
from pixelclean.errors import ConfigurationError, UsageError
from pixelclean.key import ProjectKey
from pixelclean.keyfile import create_key, default_key_path, load_key, require_no_other_key
from pixelclean.mapping import read_mapping
from pixelclean.outcome import Result, reasons_of, word_of
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode
from pixelclean.store import report, results
from pixelclean.store.index import Index
from pixelclean.store.layout import Store, check_out, check_places, check_private, default_root, key_of
from pixelclean.store.records import Ended, Record, Run, source_name
from pixelclean.store.vault import Vault
from pixelclean.store.vault_database import fingerprint_of
from pixelclean.store.vault_mapping import import_mapping
from pixelclean.version import __version__

_IMAGES = frozenset({".dcm", ".dicom", ".ima"})  # an empty file of such a name is an image that was lost
_NONE_OF_OURS = frozenset({ReasonCode.EMPTY_FILE, ReasonCode.NOT_DICOM, ReasonCode.DICOMDIR})


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a caller chooses; `policy_source` is a policy, its name or its file, `store` is by default beside OUT.

    `mapping` is a CSV of new IDs, `vault` the file that remembers originals, `recipients` are certificates of those for
    whom originals are encrypted, with `recipient_cipher`.
    """

    policy_source: str | Path | Policy
    key_file: Path
    store: Path | None = None
    jobs: int = 1
    fresh: bool = False
    dry_run: bool = False
    task: Task = field(default_factory=Clean)
    mapping: Path | None = None
    vault: Path | None = None
    recipients: tuple[Path, ...] = ()
    recipient_cipher: Cipher = Cipher.AES_256


class Phase(StrEnum):
    """What a run is doing: it knows every header before it cleans the first file."""

    READING = "reading headers"
    CLEANING = "cleaning"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase of a run has come, in files."""

    done: int
    total: int
    phase: Phase = Phase.CLEANING
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
class Tally:
    """Counts what is looked at and what is finished, and tells whoever listens."""

    total: int
    listener: Callable[[Progress], None]
    outcomes: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0

    def look(self) -> None:
        """One header more was looked at."""
        self.looked_at += 1
        self.listener(Progress(self.looked_at, self.total, Phase.READING))

    def add(self, outcome: str) -> None:
        """One file more is finished."""
        self.outcomes[outcome] += 1
        self.listener(Progress(self.outcomes.total(), self.total, Phase.CLEANING, **self.outcomes))


def clean(
    inputs: str | PathLike[str] | Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    *,
    policy: str | PathLike[str] | Policy = "basic",
    key: str | PathLike[str] | None = None,
    store: str | PathLike[str] | None = None,
    jobs: int | None = None,
    mapping: str | PathLike[str] | None = None,
    vault: str | PathLike[str] | None = None,
    recipients: Sequence[str | PathLike[str]] = (),
    recipient_cipher: str = Cipher.AES_256,
) -> Summary:
    """Clean files and folders into `out`, as `pixelclean clean` does.

    `policy` is a Policy, the name of a shipped one or a TOML file, `key` the project's key file (by default the one of
    this user, made at first use), `store` the private folder (by default beside `out`), `jobs` how many processors to
    use (by default all), `mapping` a CSV of new IDs, `vault` the file that remembers originals, `recipients` the
    certificates of those for whom originals are encrypted, with `recipient_cipher`: aes-128, aes-192 or aes-256.
    Files are cleaned in child processes, so a script calls this under `if __name__ == "__main__":`.
    Raises UsageError and ConfigurationError; what becomes of a file is never an exception.
    """
    many = [inputs] if isinstance(inputs, str | PathLike) else inputs
    settings = RunSettings(
        policy_source=policy if isinstance(policy, str | Policy) else Path(policy),
        key_file=Path(key) if key is not None else _own_key(_root_of(out, store), vault),
        store=Path(store) if store is not None else None,
        jobs=jobs or processors(),
        mapping=Path(mapping) if mapping is not None else None,
        vault=Path(vault) if vault is not None else None,
        recipients=tuple(Path(recipient) for recipient in recipients),
        recipient_cipher=_cipher(recipient_cipher),
    )
    return run(tuple(Path(given) for given in many), Path(out), settings)


def _cipher(name: str) -> Cipher:
    try:
        return Cipher(name)
    except ValueError:
        raise UsageError(f"recipient_cipher: choose one of {', '.join(Cipher)}") from None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _root_of(out: str | PathLike[str], store: str | PathLike[str] | None) -> Path:
    return Path(store) if store is not None else default_root(Path(out))


def _own_key(store: Path, vault: str | PathLike[str] | None) -> Path:
    path = default_key_path()
    if not path.exists():
        require_no_other_key(path, known_keys(store, Path(vault) if vault is not None else None))
        create_key(path)
    return path


def known_keys(store: Path, vault: Path | None) -> tuple[str, ...]:
    """Fingerprints of the keys that a store and a vault belong to, "" for what is not there."""
    return key_of(store), fingerprint_of(vault) if vault is not None else ""


def run(
    inputs: tuple[Path, ...], out: Path, settings: RunSettings, progress: Callable[[Progress], None] = lambda _: None
) -> Summary:
    """Clean every input into OUT; the run carries on where an earlier one with this store stopped.

    Raises UsageError and ConfigurationError before anything is touched, and ConfigurationError when the store fails.
    """
    started = monotonic()
    source = settings.policy_source
    policy, key = source if isinstance(source, Policy) else Policy.load(source), load_key(settings.key_file)
    ways = _ways(settings, key, out)
    judges = cleaner_for(settings.task, policy, key, ways=ways).digest
    root = settings.store or default_root(out)
    check_places(inputs, out, root)
    check_out(out, root)
    found = list(discover(inputs))
    tally = Tally(len(found), progress)
    with ExitStack() as opened:
        store = opened.enter_context((Store.borrow if settings.dry_run else Store.open)(root, out, key))
        _bind(store, settings.task)
        index = opened.enter_context(_index_of(store, key, settings))
        workers, threads = shared_out(settings.jobs, len(found))
        place = index.path if index else None
        pool = Pool(WorkerSettings(settings.task, policy, key, store.spool, threads, place, ways), workers)
        looks = FirstLook(found, pool, index, judges, tally.look)
        if settings.dry_run:
            reasons = _rehearse(found, pool, looks, tally)
        else:
            delivery = Delivery.open(store, key, Run(policy.name, policy.digest, judges, __version__))
            try:
                if settings.fresh:
                    delivery.start_over()
                    looks.forget()
                _Work(found, pool, looks, delivery, tally).do()
                delivery.finish()
                reasons = _reasons(store, found)
            finally:
                try:
                    _conclude(store)
                finally:
                    delivery.close()
    return Summary(tally.outcomes, tuple(reasons.most_common()), monotonic() - started, root, out)


def _ways(settings: RunSettings, key: ProjectKey, out: Path) -> Ways:
    """The ways to the new identity and back, read and checked before anything is touched."""
    private = (settings.key_file, settings.mapping, settings.vault)
    check_private([path for path in private if path is not None], out)
    assignments = read_mapping(settings.mapping, key) if settings.mapping else NO_ASSIGNMENTS
    if settings.vault is not None and (not settings.dry_run or settings.vault.exists()):
        with (Vault.read if settings.dry_run else Vault.open)(settings.vault, key) as vault:
            if settings.mapping and not settings.dry_run:
                import_mapping(vault, settings.mapping)  # so that a later run knows it without the CSV
            assignments = vault.assignments().joined(assignments)
    recipients = Recipients.load(settings.recipients) if settings.recipients else None
    return Ways(assignments, recipients, None if settings.dry_run else settings.vault, settings.recipient_cipher)


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


@contextmanager
def _index_of(store: Store, key: ProjectKey, settings: RunSettings) -> Iterator[Index | None]:
    """The index of the studies; None where headers stay as they are, so that nothing is looked for."""
    if isinstance(settings.task, MaskOnly):
        yield None
        return
    copy = store.spool / store.index.name
    opened = Index.borrow(store.index, copy, key) if settings.dry_run else Index.open(store.index, key)
    with opened as index:
        yield index


def shared_out(jobs: int, files: int) -> tuple[int, int]:
    """Worker processes, and threads in each: many files keep processes busy, a few large ones need threads."""
    workers = max(1, min(jobs, files))
    return workers, max(1, jobs // workers)


@dataclass(frozen=True, slots=True)
class _Work:
    """The inputs of a run on their way to their ends."""

    found: list[Found]
    pool: Pool
    looks: FirstLook
    delivery: Delivery
    tally: Tally

    def do(self) -> None:
        met = {found.path: found.met for found in self.found}
        with self.pool:
            self.looks.read_headers()
            for done in self.pool.results(self._jobs()):
                self._end(Found(done.job.path, met[done.job.path]), done.result, done.spool)

    def _jobs(self) -> Iterator[Job]:
        """The inputs that need work; the others come to their ends here."""
        for found in self.found:
            job = self.looks.job(found)
            if isinstance(job, Result):
                self._end(found, job)
            elif (record := self.delivery.done(job.path, job.digest, self.looks.siblings(job.digest))) is not None:
                self._count(record)
            else:
                self.delivery.start(job.path)
                yield job

    def _end(self, found: Found, result: Result, spool: Path | None = None) -> None:
        if _is_skipped(found, result):
            self._count(self.delivery.skip(found.path, reasons_of(result.outcome), result.digest))
        else:
            siblings = self.looks.siblings(result.digest)
            self._count(self.delivery.deliver(found.path, result, spool=spool, siblings=siblings))

    def _count(self, record: Record) -> None:
        self.tally.add(record.outcome.value)


def _rehearse(inputs: list[Found], pool: Pool, looks: FirstLook, tally: Tally) -> Counter[ReasonCode]:
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
            job = looks.job(found)
            if isinstance(job, Job):
                yield job
            else:
                end(found, job)

    with pool:
        looks.read_headers()
        for done in pool.results(jobs()):
            end(Found(done.job.path, met[done.job.path]), done.result)
    return reasons


def _is_skipped(found: Found, result: Result) -> bool:
    """Whether a file that a walk met is nothing that anybody asked to have cleaned."""
    codes = {reason.code for reason in reasons_of(result.outcome)}
    lost = ReasonCode.EMPTY_FILE in codes and found.path.suffix.lower() in _IMAGES
    return found.met is Met.ON_A_WALK and bool(codes) and codes <= _NONE_OF_OURS and not lost
