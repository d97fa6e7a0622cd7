"""The audit log: append-only JSON lines, each with the HMAC of the one before it and itself.

The head, number of entries and last MAC, is anchored in the ledger, so that a cut tail shows.  An entry is anchored
in the same transaction as the change it speaks of, and reaches the file right after it; `catch_up` writes what a
kill kept from the file.  A run that ends as it should leaves nothing to catch up with: what is missing after that was
taken away.  Entries hold digests, codes, places and times: nothing that identifies.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.store.durable import write_all
from pixelclean.store.layout import Store
from pixelclean.store.ledger import AuditHead, AuditStep
from pixelclean.store.records import Record, compact

_PURPOSE = "audit"
_UNSYNCED = 64


class Happening(StrEnum):
    """What an entry is about."""

    RUN_STARTED = "run-started"
    RUN_FINISHED = "run-finished"
    RELEASED = "released"
    QUEUED = "queued"
    QUARANTINED = "quarantined"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    STARTED_OVER = "started-over"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; every field is a digest, a code or a pseudonym."""

    event: Happening
    digest: str = ""
    outcome: str = ""
    codes: tuple[str, ...] = ()
    place: str = ""
    output: str = ""
    policy: str = ""
    judges: str = ""


class Audit:
    """The writing end of one store's log."""

    def __init__(self, store: Store, key: ProjectKey) -> None:
        self._store, self._key = store, key
        self._head, self._unsynced = _anchored(store)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(store.audit, flags, 0o600)
        self._catch_up()

    def close(self) -> None:
        """Only close the file: after an interrupt nobody knows here which step reached the ledger or the file."""
        os.close(self._file)

    def settle(self) -> None:
        """Leave nothing for the ledger to remember."""
        self._sync()
        self._store.ledger.anchor(self.step(()))

    def step(self, entries: Iterable[Entry]) -> AuditStep:
        """The lines for these entries, to be anchored by the ledger and then written by `write`."""
        if len(self._unsynced) >= _UNSYNCED:
            self._sync()
        lines, count, mac = [], self._head.count, self._head.mac
        for entry in entries:
            count += 1
            line, mac = _line(self._key, count, mac, entry)
            lines.append((count, line))
        first = (*self._unsynced, *lines, (count + 1, ""))[0][0]
        return AuditStep(tuple(lines), AuditHead(count, mac, self._head.size), first)

    def write(self, step: AuditStep) -> None:
        """Bring anchored lines into the file."""
        try:
            write_all(self._file, _bytes_of(step.lines))
        except OSError:
            raise ConfigurationError("the audit log cannot be written") from None
        self._head, self._unsynced = step.head, (*self._unsynced, *step.lines)

    def _sync(self) -> None:
        """From here on the ledger need not remember the lines of the file."""
        try:
            os.fsync(self._file)
        except OSError:
            raise ConfigurationError("the audit log cannot be written") from None
        size = self._head.size + len(_bytes_of(self._unsynced))
        self._head, self._unsynced = AuditHead(self._head.count, self._head.mac, size), ()

    def _catch_up(self) -> None:
        """Write the anchored lines that the file lacks; what does not fit is left for `verify` to tell."""
        size, missing = os.fstat(self._file).st_size, _bytes_of(self._unsynced)
        tail = os.pread(self._file, len(missing) + 1, self._head.size)
        if missing.startswith(tail) and size >= self._head.size:
            os.ftruncate(self._file, self._head.size)
            write_all(self._file, missing)
            os.fsync(self._file)
        elif size < self._head.size:
            write_all(self._file, missing)
            os.fsync(self._file)
        count, mac = self._head.count, self._head.mac
        self._head, self._unsynced = AuditHead(count, mac, os.fstat(self._file).st_size), ()


def entry_of(record: Record) -> Entry:
    """The entry for an input that reached its end."""
    return Entry(
        event=Happening(record.outcome.value),
        digest=record.digest,
        outcome=record.outcome.value,
        codes=tuple(str(code) for code in record.codes),
        place=record.place,
        output=record.output,
        policy=record.policy,
        judges=record.judges,
    )


def verify(store: Store, key: ProjectKey) -> list[str]:
    """What is wrong with the log of a store, [] when nothing is; ConfigurationError for the key of another store.

    While a run goes on the head may move under the reader's feet, so that a difference is looked at again.
    """
    if store.key != key.fingerprint:
        raise ConfigurationError("the store was made with another key: its audit log cannot be verified")
    before, problems = _look(store, key)
    for _ in range(3):
        if not problems:
            break
        again, problems = _look(store, key)
        if again == before:
            break
        before = again
    return problems


def _look(store: Store, key: ProjectKey) -> tuple[AuditHead, list[str]]:
    """One look at file and ledger."""
    head, unwritten = _anchored(store)
    present = store.audit.read_bytes() if store.audit.exists() else b""
    missing = _bytes_of(unwritten)
    whole = present[: head.size] + missing if missing.startswith(present[head.size :]) else present
    return head, list(_problems(whole.split(b"\n")[:-1], head, key, whole))


def _anchored(store: Store) -> tuple[AuditHead, tuple[tuple[int, str], ...]]:
    """The head and the lines that may not have reached the file, as the ledger knows them.

    Lines beyond the head come from an interrupted run of an early version, which put the head back when it closed.
    """
    head, unwritten = store.ledger.audit_head()
    if unwritten and unwritten[-1][0] > head.count:
        number, line = unwritten[-1]
        head = AuditHead(number, str((_fields(line.encode()) or {}).get("mac", "")), head.size)
    return head, unwritten


def _problems(lines: list[bytes], head: AuditHead, key: ProjectKey, whole: bytes) -> Iterator[str]:
    mac = ""
    for number, line in enumerate(lines, start=1):
        fields = _fields(line)
        if fields is None:
            yield f"line {number}: not an audit entry"
            continue
        given = str(fields.pop("mac", ""))
        if fields.get("number") != number:
            yield f"line {number}: says it is entry {fields.get('number')}"
        if given != key.chain(_PURPOSE, mac.encode() + compact(fields).encode()):
            yield f"line {number}: does not continue the chain: it, or the line before it, was changed"
        mac = given
    if whole and not whole.endswith(b"\n"):
        yield "the last line is not complete"
    if len(lines) != head.count:
        yield f"{len(lines)} entries, the ledger anchors {head.count}"
    elif mac != head.mac:
        yield "the last entry is not the one that the ledger anchors"


def _fields(line: bytes) -> dict[str, Any] | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _line(key: ProjectKey, number: int, mac: str, entry: Entry) -> tuple[str, str]:
    """An entry as a line without its end, and its MAC."""
    fields = {
        "number": number,
        "time": now(),
        "event": entry.event.value,
        "digest": entry.digest,
        "outcome": entry.outcome,
        "codes": list(entry.codes),
        "place": entry.place,
        "output": entry.output,
        "policy": entry.policy,
        "judges": entry.judges,
        "key": key.fingerprint,
    }
    chained = key.chain(_PURPOSE, mac.encode() + compact(fields).encode())
    return compact({**fields, "mac": chained}), chained


def _bytes_of(lines: Iterable[tuple[int, str]]) -> bytes:
    return "".join(f"{line}\n" for _, line in lines).encode()


def now() -> str:
    """This moment, ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
