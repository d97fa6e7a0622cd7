"""The ledger: what is known about every input, output and run; all else in the store is derived from it.

SQLite through SQLAlchemy Core.  Messages of the database never leave this module: they may quote a source path.
One transaction per step of a delivery, so that a kill leaves a step done or not done (delivery.py has the order).
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, bindparam, exists, func, select
from sqlalchemy.exc import SQLAlchemyError

from pixelclean.errors import ConfigurationError
from pixelclean.outcome import Reason
from pixelclean.reasons import ReasonCode
from pixelclean.store import tables
from pixelclean.store.records import Ended, PastRun, Record, Run, State, reasons_from_json
from pixelclean.store.rows import record_from_row, row_of
from pixelclean.store.sqlite import engine_of
from pixelclean.store.tables import facts, inputs, outputs, runs, unwritten

SCHEMA = "2"
# Write-ahead, so that `status` reads while a run writes; every commit is on the disk before a file is placed.
_WRITING = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000")
_READING = ("query_only=ON", "busy_timeout=10000")


class Standing(StrEnum):
    """What the ledger holds true of a place in OUT."""

    INTENDED = "intended"
    PLACED = "placed"
    WITHDRAWING = "withdrawing"


@dataclass(frozen=True, slots=True)
class Placed:
    """A file in OUT: its place, digest and size, and the digest of the input it was made from."""

    place: str
    digest: str
    size: int
    content: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """How far the audit log goes: entries, the last MAC, and the bytes of the file without unwritten lines."""

    count: int = 0
    mac: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class AuditStep:
    """Audit lines that become true together with a change of the ledger, and the head after them.

    `unwritten` is the number of the first line that may not be on the disk yet.
    """

    lines: tuple[tuple[int, str], ...]
    head: AuditHead
    unwritten: int


class Ledger:
    """The database of one store. Every method raises ConfigurationError when the database cannot be used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, path: Path) -> "Ledger":
        """The ledger in this file, made when it is not there; refuses one of another schema."""
        ledger = cls(engine_of(path, _WRITING))
        with ledger._transaction() as connection:
            tables.metadata.create_all(connection)
        schema = ledger.fact("schema")
        if not schema:
            ledger.set_fact("schema", SCHEMA)
        else:
            _check(schema)
        return ledger

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """The ledger in this file, only to be looked at: a file that is none of ours stays as it is."""
        ledger = cls(engine_of(path, _READING))
        try:
            _check(ledger.fact("schema"))
        except ConfigurationError:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        self._engine.dispose()

    # facts and runs

    def fact(self, name: str) -> str:
        """A fact about the store itself, "" when it was never set."""
        with self._transaction() as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == name)) or ""

    def set_fact(self, name: str, value: str) -> None:
        with self._transaction() as connection:
            _set_fact(connection, name, value)

    def begin_run(self, run: Run, key: str, started: str) -> int:
        """The number of a new run."""
        with self._transaction() as connection:
            number = (connection.scalar(select(func.max(runs.c.number))) or 0) + 1
            values = {"policy_name": run.policy_name, "policy": run.policy, "judges": run.judges}
            connection.execute(
                runs.insert().values(
                    number=number, key=key, version=run.version, started=started, finished="", **values
                )
            )
            return number

    def end_run(self, number: int, finished: str) -> None:
        with self._transaction() as connection:
            connection.execute(runs.update().where(runs.c.number == number).values(finished=finished))

    def last_run(self) -> PastRun | None:
        """The latest run, None before the first one."""
        with self._transaction() as connection:
            row = connection.execute(select(runs).order_by(runs.c.number.desc()).limit(1)).first()
        if row is None:
            return None
        return PastRun(
            row.number, Run(row.policy_name, row.policy, row.judges, row.version), row.key, row.started, row.finished
        )

    # inputs

    def get(self, source: str) -> Record | None:
        """What is known about an input, finished or not."""
        return next(iter(self._few(_OF_SOURCE, source)), None)

    def done(self, source: str, digest: str, policy: str, key: str, judges: str, siblings: str) -> Record | None:
        """The finished record of this very input under this very judgement, None when it has to be worked on.

        `siblings` as in Record: an input is worked on again when its study is known by more.
        An input that could not be delivered is never done: the disk may have room by now.
        """
        record = self.get(source)
        if record is None or record.state is not State.FINISHED or ReasonCode.NOT_DELIVERED in record.codes:
            return None
        asked = (digest, policy, key, judges, siblings)
        known = (record.digest, record.policy, record.key, record.judges, record.siblings)
        return record if digest and asked == known else None

    def of_digest(self, digest: str) -> tuple[Record, ...]:
        """Every input with these bytes, ordered by source."""
        return self._few(_OF_DIGEST, digest) if digest else ()

    def at_place(self, place: str) -> tuple[Record, ...]:
        """Every input whose output has this place."""
        return self._few(_AT_PLACE, place) if place else ()

    def finished(self) -> Iterator[Record]:
        """Every input that has an end, ordered by source."""
        with self._transaction() as connection:
            many = connection.execution_options(yield_per=500)
            for row in many.execute(_RECORDS.where(inputs.c.outcome != Ended.NOT_YET.value)):
                yield record_from_row(row)

    def ended(self, outcome: Ended) -> Iterator[Record]:
        """Source and digest, and nothing else, of every input with that outcome."""
        wanted = select(inputs.c.source, inputs.c.digest).where(inputs.c.outcome == outcome.value)
        with self._transaction() as connection:
            for source, digest in connection.execution_options(yield_per=500).execute(wanted):
                yield Record(source, digest, outcome=outcome)

    def reasons(self) -> Iterator[tuple[str, tuple[ReasonCode, ...]]]:
        """The source and the codes of every input that ended and was not skipped, notes included."""
        ends = [Ended.RELEASED.value, Ended.QUEUED.value, Ended.QUARANTINED.value]
        wanted = select(inputs.c.source, inputs.c.reasons).where(inputs.c.outcome.in_(ends))
        with self._transaction() as connection:
            for source, reasons in connection.execution_options(yield_per=500).execute(wanted):
                yield source, tuple(reason.code for reason in reasons_from_json(json.loads(reasons)))

    def counts(self) -> dict[str, int]:
        """Inputs by outcome; "" counts those without an end yet."""
        with self._transaction() as connection:
            rows = connection.execute(select(inputs.c.outcome, func.count()).group_by(inputs.c.outcome))
            return {row[0]: row[1] for row in rows}

    def start(self, sources: Iterable[str], run: int) -> None:
        """Note that the work on inputs begins; what is known about their earlier outputs stays."""
        with self._transaction() as connection:
            for source in sources:
                begun = {"known": source, "state": State.STARTED.value, "run": run}
                if not connection.execute(_SET_INPUT, begun).rowcount:
                    connection.execute(_ADD_INPUT, row_of(Record(source, run=run)))

    # the steps of a delivery

    def intend(self, record: Record, size: int, leaving: Iterable[str]) -> None:
        """Before a file appears: its place, its digest, and the places that are given up for it."""
        with self._transaction() as connection:
            _withdraw(connection, leaving)
            _put_output(connection, Placed(record.place, record.output, size, record.digest), Standing.INTENDED)
            _put(connection, replace(record, state=State.DELIVERING))

    def withdraw(self, places: Iterable[str]) -> None:
        """Before files vanish: which ones."""
        if leaving := tuple(places):
            with self._transaction() as connection:
                _withdraw(connection, leaving)

    def finish(self, records: Iterable[Record], gone: Iterable[str], audit: AuditStep) -> None:
        """After files appeared and vanished: the ends of inputs, and what the audit says about it."""
        with self._transaction() as connection:
            for record in records:
                _put(connection, record)
                connection.execute(_SET_OUTPUT, {"known": record.place, "standing": Standing.PLACED.value})
            _forget_outputs(connection, gone)
            _put_audit(connection, audit)

    def forget_outputs(self, places: Iterable[str]) -> None:
        """These places hold nothing of ours; inputs that say so have no end any more."""
        with self._transaction() as connection:
            _forget_outputs(connection, places)

    def start_over(self, audit: AuditStep) -> None:
        """Forget every input and output."""
        with self._transaction() as connection:
            connection.execute(outputs.delete())
            connection.execute(inputs.delete())
            _put_audit(connection, audit)

    # outputs

    def output(self, place: str) -> Placed | None:
        """What the ledger knows of a place."""
        return next(iter(self._placed(_OUTPUT_AT, place)), None)

    def outputs(self, standing: Standing) -> tuple[Placed, ...]:
        """Every output of that standing."""
        return self._placed(_OUTPUTS_OF, standing.value)

    # notes

    def stamp_notes(self) -> None:
        """Write the notes that follow from all inputs together, the same whatever the order of the work was."""
        with self._transaction() as connection:
            shared, again = _sharing_an_instance(connection), _met_before(connection)
            noted = _carrying(connection, ReasonCode.SHARED_SOP_INSTANCE_UID, ReasonCode.SAME_FILE_AGAIN)
        for source in sorted(shared | again | noted):
            if record := self.get(source):
                notes = [ReasonCode.SHARED_SOP_INSTANCE_UID] * (source in shared)
                notes += [ReasonCode.SAME_FILE_AGAIN] * (source in again)
                self._write_notes(record, notes)

    def _write_notes(self, record: Record, notes: Sequence[ReasonCode]) -> None:
        ours = {ReasonCode.SHARED_SOP_INSTANCE_UID, ReasonCode.SAME_FILE_AGAIN}
        kept = [reason for reason in record.reasons if reason.code not in ours]
        wanted = (*kept, *(Reason(code) for code in notes))
        if wanted != record.reasons:
            with self._transaction() as connection:
                _put(connection, replace(record, reasons=wanted))

    # audit

    def audit_head(self) -> tuple[AuditHead, tuple[tuple[int, str], ...]]:
        """The anchored head, and the numbered lines that may not have reached the file yet."""
        with self._transaction() as connection:
            head = connection.scalar(select(facts.c.value).where(facts.c.name == "audit"))
            lines = connection.execute(select(unwritten).order_by(unwritten.c.number)).all()
        return AuditHead(**json.loads(head or "{}")), tuple((line.number, line.line) for line in lines)

    def anchor(self, audit: AuditStep) -> None:
        """Audit lines that speak of no change of the ledger."""
        self.finish((), (), audit)

    # the database

    def _few(self, wanted: Select[Any], value: str) -> tuple[Record, ...]:
        with self._transaction() as connection:
            return tuple(record_from_row(row) for row in connection.execute(wanted, {"value": value}).all())

    def _placed(self, wanted: Select[Any], value: str) -> tuple[Placed, ...]:
        with self._transaction() as connection:
            rows = connection.execute(wanted, {"value": value}).all()
        return tuple(Placed(row.place, row.digest, row.size, row.content) for row in rows)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction; `from None`, because a database's message quotes the values of the statement."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError:
            raise ConfigurationError("the store's ledger cannot be used: disk full, damaged, or not writable") from None


def _check(schema: str) -> None:
    if schema != SCHEMA:
        raise ConfigurationError("the store's ledger was made by another version of pixelclean; use a new store")


def _among(wanted: Select[Any], column: Column[str]) -> Select[Any]:
    return wanted.where(column == bindparam("value"))


# Statements are built once: to build one costs more than to execute it.  Records come with what is known of their outputs.
_RECORDS = (
    select(inputs, outputs.c.digest.label("output"), outputs.c.size)
    .select_from(inputs.outerjoin(outputs, inputs.c.place == outputs.c.place))
    .order_by(inputs.c.source)
)
_OF_SOURCE, _OF_DIGEST, _AT_PLACE = (_among(_RECORDS, inputs.c[name]) for name in ("source", "digest", "place"))
_OUTPUTS = select(outputs).order_by(outputs.c.place)
_OUTPUT_AT, _OUTPUTS_OF = (_among(_OUTPUTS, outputs.c[name]) for name in ("place", "standing"))
_SET_INPUT, _ADD_INPUT = inputs.update().where(inputs.c.source == bindparam("known")), inputs.insert()
_SET_OUTPUT, _ADD_OUTPUT = outputs.update().where(outputs.c.place == bindparam("known")), outputs.insert()
_ADD_UNWRITTEN, _DROP_UNWRITTEN = unwritten.insert(), unwritten.delete().where(unwritten.c.number < bindparam("first"))
_SET_FACT, _ADD_FACT = facts.update().where(facts.c.name == bindparam("known")), facts.insert()


def _set_fact(connection: Connection, name: str, value: str) -> None:
    if not connection.execute(_SET_FACT, {"known": name, "value": value}).rowcount:
        connection.execute(_ADD_FACT, {"name": name, "value": value})


def _put(connection: Connection, record: Record) -> None:
    row = row_of(record)
    if not connection.execute(_SET_INPUT, {"known": record.source, **row}).rowcount:
        connection.execute(_ADD_INPUT, row)


def _put_output(connection: Connection, placed: Placed, standing: Standing) -> None:
    values = {"digest": placed.digest, "size": placed.size, "content": placed.content, "standing": standing.value}
    if not connection.execute(_SET_OUTPUT, {"known": placed.place, **values}).rowcount:
        connection.execute(_ADD_OUTPUT, {"place": placed.place, **values})


def _withdraw(connection: Connection, places: Iterable[str]) -> None:
    for place in places:
        connection.execute(_SET_OUTPUT, {"known": place, "standing": Standing.WITHDRAWING.value})


def _forget_outputs(connection: Connection, places: Iterable[str]) -> None:
    """An input that still points to a place that is empty now has to be worked on again."""
    for place in places:
        connection.execute(outputs.delete().where(outputs.c.place == place))
        again = {"state": State.STARTED.value, "outcome": Ended.NOT_YET.value, "place": ""}
        connection.execute(inputs.update().where(inputs.c.place == place).values(again))


def _put_audit(connection: Connection, audit: AuditStep) -> None:
    """The head moves with the change it speaks of; lines before `unwritten` are known to be in the file."""
    connection.execute(_DROP_UNWRITTEN, {"first": audit.unwritten})
    for number, line in audit.lines:
        connection.execute(_ADD_UNWRITTEN, {"number": number, "line": line})
    _set_fact(connection, "audit", json.dumps(dataclasses.asdict(audit.head)))


def _sharing_an_instance(connection: Connection) -> set[str]:
    """Inputs that share their SOP Instance UID with different bytes."""
    known = (inputs.c.instance != "") & (inputs.c.outcome != Ended.NOT_YET.value)
    several = select(inputs.c.instance).where(known).group_by(inputs.c.instance)
    several = several.having(func.count(inputs.c.digest.distinct()) > 1)
    return set(connection.scalars(select(inputs.c.source).where(known & inputs.c.instance.in_(several))))


def _met_before(connection: Connection) -> set[str]:
    """Released inputs whose bytes an input that sorts before them released too."""
    first = inputs.alias()
    earlier = exists().where(
        first.c.digest == inputs.c.digest,
        first.c.source < inputs.c.source,
        first.c.outcome == Ended.RELEASED.value,
    )
    released = (inputs.c.outcome == Ended.RELEASED.value) & (inputs.c.digest != "")
    return set(connection.scalars(select(inputs.c.source).where(released & earlier)))


def _carrying(connection: Connection, *codes: ReasonCode) -> set[str]:
    """Inputs that carry one of the notes from before."""
    found: set[str] = set()
    for code in codes:
        found |= set(connection.scalars(select(inputs.c.source).where(inputs.c.reasons.contains(code.value))))
    return found
