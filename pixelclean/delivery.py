"""Delivery: the only code that places outputs, and that takes them back.

The order of a release, each step whole or not begun when a kill comes:

1. the spooled file's digest is verified again;
2. the ledger learns the place, the digest and what is given up for it   (state delivering)
3. the file appears in OUT by one atomic link or rename; what is given up vanishes
4. the ledger learns that it happened, and what the audit log will say    (state finished)
5. the audit log, the preview and superseded originals follow

An input that is held is held first; its earlier output is announced to the ledger, vanishes, and the end is recorded.
`Delivery.open` brings every step that a kill interrupted to its end or back to its start: OUT then holds exactly
what the ledger knows as proven.
"""

import errno
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, assert_never

from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.outcome import Output, Quarantined, Queued, Reason, Released, Result, reasons_of
from pixelclean.reasons import ReasonCode
from pixelclean.store import held
from pixelclean.store.audit import Audit, Entry, Happening, entry_of, now
from pixelclean.store.durable import digest_of_file
from pixelclean.store.layout import Store
from pixelclean.store.ledger import Placed, Standing
from pixelclean.store.records import Ended, Record, Run, State, record_of, source_name
from pixelclean.store.sweep import empty_folder, remove
from pixelclean.store.tree import PlaceTakenError, Tree

_STRANGER = "a file that pixelclean did not place is there"


class _UndeliverableError(Exception):
    """The output cannot be placed; the message is safe to show."""


@dataclass(frozen=True, slots=True)
class _Input:
    """An input on its way: its name in the ledger, where its bytes lie, where its output was spooled, its siblings."""

    name: str
    original: Path
    spool: Path
    siblings: str


class Delivery:
    """Brings results to their ends, one at a time, in the process that holds the store open.

    Every method raises ConfigurationError when the run must stop: the ledger or the audit log cannot be written, or an
    output that has to be withdrawn cannot be removed.
    """

    def __init__(self, store: Store, key: ProjectKey, run: Run, tree: Tree, audit: Audit) -> None:
        self._store, self._ledger, self._key, self._run = store, store.ledger, key, run
        self._tree, self._audit, self._number = tree, audit, 0

    @classmethod
    def open(cls, store: Store, key: ProjectKey, run: Run) -> Self:
        """Make OUT, set right what an earlier run left half done, and begin a run."""
        try:
            store.out.mkdir(parents=True, exist_ok=True)
            tree = Tree(store.out)
        except OSError:
            raise ConfigurationError("OUT cannot be made or opened") from None
        delivery = cls(store, key, run, tree, Audit(store, key))
        try:
            delivery._recover()
            delivery._number = store.ledger.begin_run(run, key.fingerprint, now())
            delivery._say(Entry(Happening.RUN_STARTED, policy=run.policy, judges=run.judges))
        except BaseException:
            delivery.close()
            raise
        return delivery

    def close(self) -> None:
        """Release OUT and the audit log, at any time; the store stays open."""
        try:
            self._audit.close()
        finally:
            self._tree.close()

    def start_over(self) -> None:
        """Withdraw every output of this store and forget every input (`--fresh`)."""
        self._withdraw(placed.place for standing in Standing for placed in self._ledger.outputs(standing))
        step = self._audit.step([Entry(Happening.STARTED_OVER)])
        self._ledger.start_over(step)
        self._audit.write(step)
        for folder in (self._store.queue, self._store.quarantine, self._store.previews):
            empty_folder(folder)

    def done(self, source: Path, digest: str, siblings: str = "") -> Record | None:
        """The record of an input that need not be worked on again, None when it must.

        `siblings` is a digest of what is known of its study, which its result depends on.
        """
        run, key = self._run, self._key.fingerprint
        record = self._ledger.done(source_name(source), digest, run.policy, key, run.judges, siblings)
        return record if record and self._is_still_there(record) else None

    def start(self, *sources: Path) -> None:
        """Note that the work on inputs begins, all in one transaction."""
        self._ledger.start(map(source_name, sources), self._number)

    def deliver(
        self,
        source: Path,
        result: Result,
        original: Path | None = None,
        spool: Path | None = None,
        siblings: str = "",
    ) -> Record:
        """Bring one result to its end and say what that is; the end may be graver than the result's own.

        `source` names the input in results; `original` is where its bytes lie when that is not `source` (a member of
        an archive, a held item); `spool` is the folder that the child wrote to, by default the store's; `siblings` as in
        `done`.
        """
        given = _Input(source_name(source), original or source, spool or self._store.spool, siblings)
        if {result.policy, result.key} - {"", self._run.policy, self._key.fingerprint}:
            result = _quarantined(result, Reason(ReasonCode.INTERNAL_ERROR, "a result of another policy or key"))
        match result.outcome:
            case Released():
                record = self._release(given, result)
            case Queued() | Quarantined():
                record = self._hold(given, result)
            case _:
                assert_never(result.outcome)
        return record

    def skip(self, source: Path, reasons: tuple[Reason, ...], digest: str = "") -> Record:
        """Record an input that is none of ours, met on the walk through a folder: nothing is held."""
        record = self._stamped(Record(source_name(source), digest, State.FINISHED, Ended.SKIPPED, reasons))
        earlier = self._ledger.get(record.source)
        return earlier if earlier and _says_the_same(earlier, record) else self._settle(record, earlier)

    def finish(self) -> None:
        """End the run: the notes that follow from all inputs together, and the last audit entry, on the disk."""
        self._ledger.stamp_notes()
        self._ledger.end_run(self._number, now())
        self._say(Entry(Happening.RUN_FINISHED, policy=self._run.policy, judges=self._run.judges))
        self._audit.settle()

    # release

    def _release(self, given: _Input, result: Result) -> Record:
        earlier = self._ledger.get(given.name)
        record = self._record(given, result)
        try:
            staged = self._verified(given.spool, result)
            record = replace(record, output_size=staged.stat().st_size)
            if shared := self._out_already(record):
                record = replace(record, output=shared.digest, output_size=shared.size)
            else:
                self._place(staged, record, earlier)
        except _UndeliverableError as problem:
            return self._hold(given, _quarantined(result, Reason(ReasonCode.NOT_DELIVERED, str(problem))))
        except OSError as problem:
            return self._hold(given, _quarantined(result, Reason(ReasonCode.NOT_DELIVERED, _detail(problem))))
        self._keep_preview(given.spool, result)
        settled = self._settle(record, earlier)
        _discard(given.spool, result.output)
        return settled

    def _verified(self, spool: Path, result: Result) -> Path:
        """Step 1: the spooled file, when its bytes are still the ones that were proven."""
        if result.output is None or not result.digest:
            raise _UndeliverableError("released without an output or an input's digest")
        if self._store.spool not in (spool, *spool.parents) or ".." in spool.parts:
            raise _UndeliverableError("the spool is not the store's")
        staged = _in_spool(spool, result.output.spool_name)
        if digest_of_file(staged) != result.output.digest:
            raise _UndeliverableError("the spooled file is not the one that was proven")
        return staged

    def _place(self, staged: Path, record: Record, earlier: Record | None) -> None:
        """Steps 2 and 3."""
        ours = self._is_ours(record)
        self._ledger.intend(record, record.output_size, self._given_up(record, earlier))
        try:
            (self._tree.replace if ours else self._tree.add)(staged, record.place)
        except PlaceTakenError:
            self._ledger.forget_outputs([record.place])
            raise _UndeliverableError(_STRANGER) from None
        except OSError:
            self._ledger.withdraw([record.place])
            raise

    def _is_ours(self, record: Record) -> bool:
        """Whether an earlier output of this input has the place; _UndeliverableError where a stranger's file stands."""
        known = self._ledger.output(record.place)
        if known is None:
            if self._tree.exists(record.place):
                raise _UndeliverableError(_STRANGER)
            return False
        others = [other for other in self._ledger.at_place(record.place) if other.source != record.source]
        if any(other.digest != record.digest for other in others):
            raise _UndeliverableError("the output of a different input has its place")
        return True

    def _out_already(self, record: Record) -> Placed | None:
        """The output of another input with these bytes, released under this very judgement; both then share it."""
        shares = any(
            other.outcome is Ended.RELEASED and other.place == record.place and other.state is State.FINISHED
            for other in self._others(record)
            if _judged_alike(other, record)
        )
        known = self._ledger.output(record.place) if shares else None
        return known if known and self._tree.digest(known.place) == known.digest else None

    def _keep_preview(self, spool: Path, result: Result) -> None:
        """A preview that is lost costs a picture in the report, nothing else."""
        with suppress(OSError, _UndeliverableError):
            self._preview(result.digest).unlink(missing_ok=True)
            if result.output and result.output.preview:
                preview = _in_spool(spool, result.output.preview)
                digest_of_file(preview)  # raises for what is no regular file
                preview.chmod(0o600)
                preview.replace(self._preview(result.digest))

    # hold

    def _hold(self, given: _Input, result: Result) -> Record:
        """Keep the original for a person, take back what was released of it before, record the end."""
        record = self._record(given, result)
        earlier = self._ledger.get(given.name)
        if earlier and not record.digest and _says_the_same(earlier, record) and self._is_still_there(earlier):
            return earlier
        try:
            held.hold(self._store, record, result.plan, given.original, self._key)
        except (OSError, held.OriginalChangedError) as problem:
            record = self._record(given, _quarantined(result, _unheld(problem)))
            with suppress(OSError):
                held.hold(self._store, record, result.plan, None, self._key)
        settled = self._settle(record, earlier)
        _discard(given.spool, result.output)
        return settled

    # the end of either

    def _settle(self, record: Record, earlier: Record | None) -> Record:
        """What is given up vanishes, and then the ledger says so: steps 3 (its second half) to 5."""
        self._ledger.withdraw(self._given_up(record, earlier))
        gone = self._remove_withdrawn()
        same = tuple(replace(record, source=other.source) for other in self._outdated(record))
        step = self._audit.step([*map(_withdrawn, gone), entry_of(record)])
        self._ledger.finish((record, *same), (placed.place for placed in gone), step)
        self._audit.write(step)
        self._tidy(record)
        if earlier and earlier.digest != record.digest:
            self._tidy(earlier)
        return record

    def _given_up(self, record: Record, earlier: Record | None) -> tuple[str, ...]:
        """Places of this input, and of inputs that share its verdict, that nobody else releases anything at."""
        outdated = self._outdated(record)
        mine = {record.source, *(other.source for other in outdated)}
        places = {other.place for other in outdated} | ({earlier.place} if earlier else set())
        left = places - {"", record.place}
        return tuple(sorted(p for p in left if all(other.source in mine for other in self._ledger.at_place(p))))

    def _others(self, record: Record) -> tuple[Record, ...]:
        """Other inputs with the same bytes."""
        return tuple(other for other in self._ledger.of_digest(record.digest) if other.source != record.source)

    def _outdated(self, record: Record) -> tuple[Record, ...]:
        """Other inputs with the same bytes, judged by other rules: this verdict is theirs from now on."""
        if record.outcome is Ended.SKIPPED:
            return ()
        others = (other for other in self._others(record) if other.outcome is not Ended.SKIPPED)
        return tuple(o for o in others if o.outcome is Ended.NOT_YET or not _judged_alike(o, record))

    def _withdraw(self, places: Iterable[str]) -> None:
        """Take outputs back, whatever the inputs say about them."""
        self._ledger.withdraw(places)
        gone = self._remove_withdrawn()
        step = self._audit.step(map(_withdrawn, gone))
        self._ledger.finish((), (placed.place for placed in gone), step)
        self._audit.write(step)

    def _remove_withdrawn(self) -> tuple[Placed, ...]:
        """Remove every output that the ledger gives up; ConfigurationError where one stays."""
        gone = self._ledger.outputs(Standing.WITHDRAWING)
        for placed in gone:
            try:
                self._tree.remove(placed.place)
            except OSError:
                raise ConfigurationError(f"{placed.place} must be withdrawn from OUT and cannot be removed") from None
        return gone

    def _tidy(self, record: Record) -> None:
        """Drop the original and the preview of these bytes where no input needs them any more."""
        needing = self._ledger.of_digest(record.digest) or tuple(filter(None, [self._ledger.get(record.source)]))
        outcomes = {other.outcome for other in needing if other.digest == record.digest}
        with suppress(OSError):
            for outcome in {Ended.QUEUED, Ended.QUARANTINED} - outcomes:
                held.drop(self._store, outcome, held.name_of(record, self._key))
            if Ended.RELEASED not in outcomes and record.digest:
                self._preview(record.digest).unlink(missing_ok=True)

    def _record(self, given: _Input, result: Result) -> Record:
        return replace(self._stamped(record_of(given.name, result)), siblings=given.siblings)

    def _stamped(self, record: Record) -> Record:
        run = self._run
        key = self._key.fingerprint
        return replace(record, policy=run.policy, key=key, judges=run.judges, run=self._number)

    def _say(self, entry: Entry) -> None:
        """An audit entry that changes nothing else."""
        step = self._audit.step([entry])
        self._ledger.anchor(step)
        self._audit.write(step)

    def _preview(self, digest: str) -> Path:
        return self._store.previews / f"{digest}.png"

    def _is_still_there(self, record: Record) -> bool:
        """Whether what the record speaks of has not been taken away meanwhile."""
        match record.outcome:
            case Ended.RELEASED:
                with suppress(OSError):
                    return self._tree.size(record.place) == record.output_size
                return False
            case Ended.QUEUED | Ended.QUARANTINED:
                return held.is_held(self._store, record, self._key)
            case _:
                return record.outcome is Ended.SKIPPED

    # after a kill

    def _recover(self) -> None:
        """Bring interrupted deliveries to their ends where the proven file has appeared, else back to their starts."""
        for placed in self._ledger.outputs(Standing.INTENDED):
            waiting = [r for r in self._ledger.at_place(placed.place) if r.state is State.DELIVERING]
            if waiting and self._has_appeared(placed):
                self._settle(replace(waiting[0], state=State.FINISHED), None)
            else:
                self._withdraw([placed.place])
        self._withdraw([])
        self._sweep()

    def _has_appeared(self, placed: Placed) -> bool:
        try:
            return self._tree.digest(placed.place) == placed.digest
        except OSError:
            return False

    def _sweep(self) -> None:
        """Originals and previews that the ledger does not speak of."""
        for outcome in (Ended.QUEUED, Ended.QUARANTINED):
            known = {held.name_of(record, self._key) for record in self._ledger.ended(outcome)}
            for name in set(held.names(self._store, outcome)) - known:
                held.drop(self._store, outcome, name)
        released = {f"{record.digest}.png" for record in self._ledger.ended(Ended.RELEASED)}
        for path in self._store.previews.iterdir():
            if path.name not in released:
                remove(path)


def _judged_alike(one: Record, other: Record) -> bool:
    """Whether two verdicts come from the same policy, key, rules and model, and from the same knowledge of the study."""
    return (one.policy, one.key, one.judges, one.siblings) == (other.policy, other.key, other.judges, other.siblings)


def _says_the_same(earlier: Record, record: Record) -> bool:
    """Whether an input came to the same end before, for the same reasons and under the same judgement."""
    return replace(earlier, run=record.run, seconds=record.seconds) == record


def _withdrawn(placed: Placed) -> Entry:
    return Entry(Happening.WITHDRAWN, digest=placed.content, place=placed.place, output=placed.digest)


def _quarantined(result: Result, reason: Reason) -> Result:
    """This result, held for one reason more."""
    return replace(result, outcome=Quarantined((*reasons_of(result.outcome), reason)), output=None)


def _unheld(problem: Exception) -> Reason:
    if isinstance(problem, held.OriginalChangedError):
        return Reason(ReasonCode.NOT_DELIVERED, "the input changed while it was worked on")
    return Reason(ReasonCode.NOT_DELIVERED, "the original could not be put aside")


def _detail(problem: OSError) -> str:
    """The name of an errno, never the message: that quotes a path."""
    if problem.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link or a file stands where OUT needs a folder"
    return errno.errorcode.get(problem.errno or 0, "the disk refused")


def _in_spool(spool: Path, name: str) -> Path:
    """A file of the spool, by a name that cannot lead out of it."""
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise _UndeliverableError("not the name of a spooled file")
    return spool / name


def _discard(spool: Path, output: Output | None) -> None:
    """What is left in the spool is swept with the next run; sooner is better."""
    if output:
        for name in (output.spool_name, output.preview):
            with suppress(OSError, _UndeliverableError):
                _in_spool(spool, name).unlink(missing_ok=True)
