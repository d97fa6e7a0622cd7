"""Private SQLite files, whose messages never leave this room: they quote the values of a statement."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

_SIDE_FILES = ("-wal", "-shm", "-journal")


def make_file(path: Path) -> None:
    """The empty database, readable by its owner only, where none is; SQLite gives its side files the mode of it.

    Raises OSError.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def remove_file(path: Path) -> None:
    """The database is gone, with what SQLite put beside it; a link is not followed."""
    for beside in ("", *_SIDE_FILES):
        path.with_name(path.name + beside).unlink(missing_ok=True)


def engine_of(path: Path, pragmas: Sequence[str]) -> Engine:
    """An engine on the database in this file that prepares each connection with the pragmas.

    Where several processes write, a transaction that writes begins with that: after reading it could not wait its turn.
    """
    # Absolute, and as a value: SQLite has names that mean no file, and URLs have marks that end a path.
    engine = create_engine(URL.create("sqlite", database=str(path.absolute())), hide_parameters=True)
    event.listen(engine, "connect", partial(_prepare, pragmas))
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """sqlite3 would begin late, and not at all for CREATE TABLE: a kill could leave half a schema."""
    connection.exec_driver_sql("BEGIN")


def _prepare(pragmas: Sequence[str], connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
