"""The vault: an optional private file that remembers who the patients were, for whoever may have to find them again.

It belongs to one key.  Workers write to it, each file in one transaction, before the file is released; what identifies
never leaves the process that read it but for this file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.sqlite import insert

from pixelclean.assignments import Assigned, Assignments, canonical
from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header.originals import Originals
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi
from pixelclean.reasons import ReasonCode
from pixelclean.store.vault_database import VaultDatabase
from pixelclean.store.vault_tables import assignments, patients, uids

_NOTHING = Phi("")


class Level(StrEnum):
    """What a UID names."""

    STUDY = "study"
    SERIES = "series"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Remembered:
    """One patient as one of its files called it; `new_id` is what left, `first_seen` a time in ISO 8601, UTC.

    A patient that a mapping names and no file did has an ID and an issuer only.
    """

    new_id: str
    patient_id: Phi
    issuer: Phi
    name: Phi = _NOTHING
    birth_date: Phi = _NOTHING
    sex: Phi = _NOTHING
    first_seen: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands behind a new ID or UID: the patients, and for a UID its level and the original."""

    patients: tuple[Remembered, ...]
    level: Level | None = None
    original: Phi = _NOTHING


@dataclass(slots=True)
class Vault:
    """An open vault; use as a context manager.  Every method raises ConfigurationError when it cannot be used."""

    database: VaultDatabase
    key: ProjectKey
    _known: set[tuple[str, ...]] = field(default_factory=set)

    @classmethod
    def open(cls, path: Path, key: ProjectKey) -> Self:
        """The vault in this file, made when it is not there.

        Raises ConfigurationError when others may read it, when it is none, or when it belongs to another key.
        """
        return cls(VaultDatabase.open(path, key), key)

    @classmethod
    def read(cls, path: Path, key: ProjectKey) -> Self:
        """A vault to look at, while runs write to it or not."""
        return cls(VaultDatabase.read(path, key), key)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def remember(self, source: Originals, leaving: Originals) -> None:
        """Remember what a source was and what it becomes; the same again changes nothing.

        Refused(NOT_DELIVERED) where that cannot be written: such a file waits for the next run.
        """
        new = [row for row in (self._patient(source, leaving), *self._uids(source, leaving)) if row]
        unknown = [row for row in new if row not in self._known]
        if not unknown:
            return
        try:
            with self.database.transaction() as connection:
                for row in unknown:
                    _remember(connection, row)
        except ConfigurationError:
            raise Refused(ReasonCode.NOT_DELIVERED, "the vault cannot be written") from None
        # Instances are met once: to keep them in mind would fill the memory of a long run.
        self._known.update(row for row in unknown if Level.INSTANCE not in row[:1])

    def _patient(self, source: Originals, leaving: Originals) -> tuple[str, ...]:
        """The row of the patient; () where an earlier stage replaced the identity already."""
        was, becomes = _text(source.patient_id), _text(leaving.patient_id)
        if self.key.made_patient(was) or (was == becomes and self._is_assigned(becomes)):
            return ()
        others = (source.issuer, source.name, source.birth_date, source.sex)
        return ("patient", becomes, was, *map(_text, others))

    def _is_assigned(self, new_id: str) -> bool:
        with self.database.transaction() as connection:
            return connection.scalar(select(func.count()).where(assignments.c.new_id == new_id)) != 0

    def _uids(self, source: Originals, leaving: Originals) -> Iterator[tuple[str, ...]]:
        for level in Level:
            was, becomes = (_text(_uid(of, level)) for of in (source, leaving))
            if was and not self.key.made_uid(was):
                yield (level, becomes, was, _text(leaving.patient_id))

    def assignments(self) -> Assignments:
        """Every assigned ID that was imported."""
        with self.database.transaction() as connection:
            rows = connection.execute(select(assignments)).all()
        return Assignments(
            self.key.fingerprint if rows else "", tuple((row.pseudonym, assigned_of(row)) for row in rows)
        )

    def patients(self) -> Iterator[Remembered]:
        """Every patient, by new ID, with each way in which files called it; assigned ones without files at the end."""
        with self.database.transaction() as connection:
            met = connection.execute(select(patients).order_by(*patients.primary_key.columns)).all()
            named = connection.execute(select(assignments).order_by(assignments.c.new_id)).all()
        yield from map(_remembered, met)
        seen = {row.new_id for row in met}
        yield from (_named(row) for row in named if row.new_id not in seen)

    def counts(self) -> dict[str, dict[Level, int]]:
        """How many studies, series and instances are remembered, by new patient ID."""
        found: dict[str, dict[Level, int]] = {}
        number = func.count(uids.c.original.distinct())
        with self.database.transaction() as connection:
            rows = connection.execute(select(uids.c.new_id, uids.c.level, number).group_by(uids.c.new_id, uids.c.level))
            for new_id, level, count in rows:
                found.setdefault(new_id, {})[Level(level)] = count
        return found

    def find(self, new: str) -> tuple[Found, ...]:
        """What stands behind a new patient ID or a new UID; () where nothing is remembered."""
        wanted = canonical(new)
        with self.database.transaction() as connection:
            behind = connection.execute(select(uids).where(uids.c.new == wanted).order_by(uids.c.original)).all()
            found = [Found(_patients(connection, row.new_id), Level(row.level), Phi(row.original)) for row in behind]
            people = _patients(connection, wanted)
        return (*((Found(people),) if people else ()), *found)


def _text(value: Phi) -> str:
    return value.reveal().encode("utf-8", "backslashreplace").decode()


def _uid(of: Originals, level: Level) -> Phi:
    return {Level.STUDY: of.study, Level.SERIES: of.series, Level.INSTANCE: of.instance}[level]


def _remember(connection: Connection, row: tuple[str, ...]) -> None:
    """Insert a row where it is not there; several processes may do so at once."""
    if row[0] == "patient":
        names = ("new_id", "patient_id", "issuer", "name", "birth_date", "sex")
        values = dict(zip(names, row[1:], strict=True))
        seen = datetime.now(UTC).isoformat(timespec="seconds")
        connection.execute(insert(patients).on_conflict_do_nothing(), {**values, "first_seen": seen})
    else:
        values = dict(zip(("level", "new", "original", "new_id"), row, strict=True))
        connection.execute(insert(uids).on_conflict_do_nothing(), values)


def _patients(connection: Connection, new_id: str) -> tuple[Remembered, ...]:
    known = select(patients).where(patients.c.new_id == new_id).order_by(*patients.primary_key.columns)
    found = tuple(map(_remembered, connection.execute(known).all()))
    named = connection.execute(select(assignments).where(assignments.c.new_id == new_id)).all()
    return found or tuple(map(_named, named))


def _remembered(row: Row[Any]) -> Remembered:
    originals = (Phi(row.patient_id), Phi(row.issuer), Phi(row.name), Phi(row.birth_date), Phi(row.sex))
    return Remembered(row.new_id, *originals, row.first_seen)


def _named(row: Row[Any]) -> Remembered:
    return Remembered(row.new_id, Phi(row.patient_id), Phi(row.issuer))


def assigned_of(row: Row[Any]) -> Assigned:
    """What a row of `assignments` gives its patient."""
    return Assigned(row.new_id, row.new_name, tuple((tag, value) for tag, value in json.loads(row.attributes)))
