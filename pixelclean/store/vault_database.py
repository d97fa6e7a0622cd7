"""The vault's file: private, SQLite, written by several processes at once, and bound to one key."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.private import OWNER_ONLY, verify_private
from pixelclean.store.vault_tables import facts, metadata

_WHAT = "vault"
_KIND, _SCHEMA = "pixelclean vault", "1"
# What was remembered is on the disk before the file that it speaks of is placed.  The time to wait comes first: the
# change of the journal waits too.
_WRITING = ("busy_timeout=60000", "journal_mode=WAL", "synchronous=FULL")
_READING = ("busy_timeout=60000", "query_only=ON")
# A transaction that writes says so at once: one that began by reading could not wait for its turn.
_BEGIN = {_WRITING: "BEGIN IMMEDIATE", _READING: "BEGIN"}


class VaultDatabase:
    """Transactions on a vault's file; each raises ConfigurationError when the database cannot be used."""

    def __init__(self, path: Path, pragmas: Sequence[str]) -> None:
        self._path, self._engine = path, _engine(path, tuple(pragmas))

    @classmethod
    def open(cls, path: Path, key: ProjectKey) -> "VaultDatabase":
        """The vault in this file for writing, made when it is not there."""
        _make(path)
        _require_none_but_a_vault(path, key)
        database = cls(path, _WRITING)
        with database._closed_on_error(), database.transaction() as connection:
            if not _tables(connection):
                metadata.create_all(connection)
                for name, value in {"kind": _KIND, "schema": _SCHEMA, "key": key.fingerprint}.items():
                    connection.execute(facts.insert(), {"name": name, "value": value})
            _check(path, connection, key.fingerprint)
        return database

    @classmethod
    def read(cls, path: Path, key: ProjectKey) -> "VaultDatabase":
        """The vault in this file, only to be looked at."""
        _verify(path)
        database = cls(path, _READING)
        with database._closed_on_error(), database.transaction() as connection:
            _check(path, connection, key.fingerprint)
        return database

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction; `from None`, because a database's message quotes the values of the statement."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, UnicodeError):
            raise ConfigurationError(
                f"the vault {self._path} cannot be used: disk full, damaged, or no vault"
            ) from None

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise


def fingerprint_of(path: Path) -> str:
    """The fingerprint of the key that the vault in this file belongs to; "" where no file is."""
    if not os.path.lexists(path):
        return ""
    _verify(path)
    database = VaultDatabase(path, _READING)
    try:
        with database.transaction() as connection:
            return _fact(connection, "key") if _tables(connection) else ""
    finally:
        database.close()


def _require_none_but_a_vault(path: Path, key: ProjectKey) -> None:
    """Look before writing: to open somebody else's database for writing would change it."""
    database = VaultDatabase(path, _READING)
    try:
        with database.transaction() as connection:
            if _tables(connection):
                _check(path, connection, key.fingerprint)
    finally:
        database.close()


def _make(path: Path) -> None:
    """SQLite gives its side files the mode of the database, so that one is made first."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY))
    except FileExistsError:
        pass
    except OSError:
        raise ConfigurationError(f"the vault {path} cannot be made") from None
    _verify(path)


def _verify(path: Path) -> None:
    """The file is there and, like what SQLite puts beside it, no link and its owner's alone."""
    for beside in ("", "-wal", "-shm", "-journal"):
        part = path.with_name(path.name + beside)
        try:
            verify_private(part, _WHAT, part.lstat())
        except FileNotFoundError:
            if not beside:
                raise ConfigurationError(f"no vault {path}") from None
        except OSError:
            raise ConfigurationError(f"the vault {path} cannot be looked at") from None


def _check(path: Path, connection: Connection, fingerprint: str) -> None:
    """ConfigurationError unless it is a vault of this version and key."""
    if _fact(connection, "kind") != _KIND:
        raise ConfigurationError(f"{path} is no vault of pixelclean")
    if _fact(connection, "schema") != _SCHEMA:
        raise ConfigurationError(f"the vault {path} was made by another version of pixelclean")
    if (known := _fact(connection, "key")) != fingerprint:
        raise ConfigurationError(
            f"the vault {path} belongs to key {known}, this is key {fingerprint}: pseudonyms would not agree"
        )


def _fact(connection: Connection, name: str) -> str:
    return connection.scalar(select(facts.c.value).where(facts.c.name == name)) or ""


def _tables(connection: Connection) -> int:
    """How many there are: none in a file that is new."""
    return connection.scalar(select(func.count()).select_from(text("sqlite_master"))) or 0


def _engine(path: Path, pragmas: tuple[str, ...]) -> Engine:
    # Absolute, and as a value: SQLite has names that mean no file, and URLs have marks that end a path.
    engine = create_engine(URL.create("sqlite", database=str(path.absolute())), hide_parameters=True)
    event.listen(engine, "connect", partial(_prepare, pragmas))
    event.listen(engine, "begin", partial(_begin, _BEGIN[pragmas]))
    return engine


def _begin(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)


def _prepare(pragmas: Sequence[str], connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
