"""The index of the studies: what the headers of a store's inputs say that identifies, by study.

An instance whose header says nothing profits from its siblings, whatever the order: before a run cleans anything, every
header is read.  Workers write and read the values; the process that coordinates them sees keyed digests only.  What a
study is known by grows and never shrinks, so that a file need not be cleaned again because a sibling has gone.

Studies, not patients: a Patient ID is unique with its issuer at best, many headers say "1" or "ANONYMOUS", and every new
study of a patient would have all the earlier ones cleaned again.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header import Identifier, Kind, Trace
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi
from pixelclean.reasons import ReasonCode
from pixelclean.store.sqlite import engine_of, make_file, remove_file

MOST = 1000
"""Identifiers of one study: more than any has, and as many as can be looked for in every instance of it."""
_LONGEST = 1024  # characters: no VR that names somebody allows more in a value (PS3.5 6.2)
_VERSION = 1
# What is lost with the power is read again, so that not every commit need be on the disk.
_PRAGMAS = ("busy_timeout=60000", "journal_mode=WAL", "synchronous=NORMAL")

_metadata = MetaData()
_headers = Table(
    "headers",
    _metadata,
    Column("digest", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("study", "judges")),
)
_known = Table(
    "known",
    _metadata,
    *(Column(name, Text, primary_key=True) for name in ("study", "mark")),
    Column("tag", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("kind", "text")),
)


@dataclass(slots=True)
class Index:
    """The index in one file; every method raises ConfigurationError when the file cannot be used."""

    path: Path
    _key: ProjectKey = field(repr=False)
    _engine: Engine = field(repr=False)
    _states: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, path: Path, key: ProjectKey) -> Self:
        """The index in this file, by the one process that may; one that is damaged or of another version begins anew."""
        try:
            if not _is_sound(path):
                remove_file(path)
            make_file(path)
        except OSError:
            raise ConfigurationError("the store's index cannot be opened for writing") from None
        index = cls(path, key, engine_of(path, _PRAGMAS))
        with index._transaction() as connection:
            _metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {_VERSION}")
        return index

    @classmethod
    @contextmanager
    def borrow(cls, path: Path, copy: Path, key: ProjectKey) -> Iterator[Self]:
        """`open` for a rehearsal: what is learned is learned by a copy, which is gone afterwards."""
        try:
            make_file(copy)
            if path.exists() and _is_sound(path):
                _copy(path, copy)
            with cls.open(copy, key) as index:
                yield index
        finally:
            remove_file(copy)

    @classmethod
    def join(cls, path: Path, key: ProjectKey) -> Self:
        """The index that another process has opened."""
        return cls(path, key, engine_of(path, _PRAGMAS))

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # for the process that coordinates

    def has_read(self, digest: str, judges: str) -> bool:
        """Whether the header of the input with this digest was read by these rules."""
        with self._transaction() as connection:
            known = connection.scalar(select(_headers.c.judges).where(_headers.c.digest == digest))
        return known == judges

    def state_of(self, digest: str) -> str:
        """A digest of everything that the study of this input is known by; "" for an input without study.

        To be asked when nobody writes any more.
        """
        with self._transaction() as connection:
            study = connection.scalar(select(_headers.c.study).where(_headers.c.digest == digest)) or ""
            if study and study not in self._states:
                self._states[study] = hashlib.sha256("".join(_marks(connection, study)).encode()).hexdigest()
        return self._states[study] if study else ""

    def forget(self) -> None:
        """Know nothing any more (`--fresh`)."""
        with self._transaction() as connection:
            connection.execute(_headers.delete())
            connection.execute(_known.delete())
        self._states.clear()

    # for the workers

    def add(self, digest: str, judges: str, study: str, traces: Iterable[Trace]) -> None:
        """What the header of an input says; `study` is its Study Instance UID, "" where it has no siblings."""
        pseudonym = self._pseudonym(study) if study else ""
        with self._transaction() as connection:
            row = {"digest": digest, "study": pseudonym, "judges": judges}
            connection.execute(insert(_headers).values(row).on_conflict_do_update(index_elements=["digest"], set_=row))
            if pseudonym:
                self._learn(connection, pseudonym, traces)

    def siblings(self, study: str) -> frozenset[Trace]:
        """Everything that the study with this UID is known by, in any of its instances.

        Raises Refused(TOO_MANY_IDENTIFIERS) where that is more than can be looked for: a UID that many patients share.
        """
        if not study:
            return frozenset()
        wanted = select(_known.c.tag, _known.c.kind, _known.c.text).where(_known.c.study == self._pseudonym(study))
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
        if len(rows) > MOST:
            raise Refused(ReasonCode.TOO_MANY_IDENTIFIERS, f"more than {MOST}")
        return frozenset(Trace(row.tag, Identifier(Kind(row.kind), Phi(row.text))) for row in rows)

    def _learn(self, connection: Connection, study: str, traces: Iterable[Trace]) -> None:
        """Add what is new, and not more than one beyond the most that can be looked for."""
        rows = [_row(trace) for trace in traces]
        marked = {self._mark(row): row for row in rows if len(str(row["text"])) <= _LONGEST}
        known = _marks(connection, study)
        new = sorted(marked.keys() - set(known))[: max(0, MOST + 1 - len(known))]
        for mark in new:
            connection.execute(_known.insert(), {"study": study, "mark": mark, **marked[mark]})

    def _pseudonym(self, study: str) -> str:
        """As this key writes the UID, so that the instances of an earlier stage are siblings of their originals."""
        return self._key.pseudonym("index-study", self._key.uid(study), 32)

    def _mark(self, row: dict[str, str | int]) -> str:
        return self._key.pseudonym("index-identifier", f"{row['tag']}\0{row['kind']}\0{row['text']}", 32)

    # the database

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction; `from None`, because a database's message quotes the values of the statement."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, UnicodeError):
            raise ConfigurationError("the store's index cannot be used: disk full, damaged, or not writable") from None


def _is_sound(path: Path) -> bool:
    """Whether the file is an index of this version, or none yet."""
    if not path.exists() or not path.stat().st_size:
        return True
    engine = engine_of(path, ())
    try:
        with engine.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar()
            health = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return bool(version == _VERSION and health == "ok")


def _copy(path: Path, copy: Path) -> None:
    """What stands in the file and beside it, in another one that is there and empty (sqlite.org/lang_vacuum.html)."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error:
        raise ConfigurationError("the store's index cannot be copied; is the disk full?") from None


def _marks(connection: Connection, study: str) -> list[str]:
    return list(connection.scalars(select(_known.c.mark).where(_known.c.study == study).order_by(_known.c.mark)))


def _row(trace: Trace) -> dict[str, str | int]:
    """What the database can hold of a trace: a lone half of a surrogate pair is no text for it."""
    text = trace.identifier.value.reveal().encode("utf-8", "replace").decode()
    return {"tag": trace.tag, "kind": trace.identifier.kind.value, "text": text}
