"""Long values: those that stay in their file, and those that are put into one while they are made.

A cine of some gigabytes is never in memory.  Where it is read its Pixel Data are a `Stored`, and so they are where they
are made anew: then in a nameless file of the spool, which goes with the last who holds it.
"""

import os
import secrets
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, RawIOBase
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Self, final

from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_PIECE = 1 << 22


@final
class OpenFile:
    """An open file, which is closed when nobody holds it any more: who reads a `Stored` last is not known before."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)

    @classmethod
    def of(cls, path: Path) -> Self:
        """A file for reading; raises OSError."""
        return cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC))


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stored:
    """`length` bytes of `file`, from `start` on; the file is open for reading."""

    file: OpenFile
    start: int
    length: int

    def __len__(self) -> int:
        return self.length

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`, as far as there are any; Refused(UNREADABLE) where the file lost them."""
        start, stop = min(start, self.length), min(stop, self.length)
        parts = list[bytes]()
        while start < stop:
            part = os.pread(self.file.number, stop - start, self.start + start)
            if not part:
                raise Refused(ReasonCode.UNREADABLE, "the file became shorter while it was read")
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def within(self, start: int, stop: int) -> Self:
        """A part of it, which stays in the file."""
        return type(self)(self.file, self.start + start, max(0, stop - start))

    def pieces(self) -> Iterator[bytes]:
        """All bytes, a few MiB at a time."""
        return (self.read(at, at + _PIECE) for at in range(0, self.length, _PIECE))


Value = bytes | Stored


def read(value: Value, start: int, stop: int) -> bytes:
    """A part of a value."""
    return value.read(start, stop) if isinstance(value, Stored) else bytes(value[start:stop])


def pieces(value: Value) -> Iterator[bytes]:
    """All of a value."""
    if isinstance(value, Stored):
        yield from value.pieces()
    else:
        yield value


def overlapping(value: Value, overlap: int) -> Iterator[bytes]:
    """All of a value in pieces of which each begins with the last `overlap` bytes of the one before."""
    yield from (read(value, max(0, at - overlap), at + _PIECE) for at in range(0, len(value), _PIECE))


def is_padded(value: Value, short: Value) -> bool:
    """Whether a value is `short` at even length, which the writer gives every value (PS3.5 7.1.1)."""
    return len(value) == len(short) + len(short) % 2 and (
        read(value, len(short), len(value)).strip(b"\0") == b"" and _begins_with(value, short)
    )


def _begins_with(value: Value, short: Value) -> bool:
    steps = range(0, len(short), _PIECE)
    return all(read(value, at, min(at + _PIECE, len(short))) == read(short, at, at + _PIECE) for at in steps)


class Joined(RawIOBase):
    """Parts of a value, one behind the other, as a file that can be read from any place."""

    def __init__(self, value: Value, parts: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self._value, self._parts = value, parts
        self._begins = [0, *accumulate(stop - start for start, stop in parts)]
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._begins[-1]}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        part = bisect_right(self._begins, self._position) - 1
        if part >= len(self._parts):
            return 0
        start = self._parts[part][0] + self._position - self._begins[part]
        data = read(self._value, start, min(self._parts[part][1], start + len(view)))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


@dataclass(frozen=True, slots=True)
class Spool:
    """Where values go that are longer than `resident` bytes: the private folder of one file's cleaning."""

    folder: Path | None
    resident: int

    def gather(self, parts: Iterable[bytes]) -> Value:
        """Parts that follow each other as one value."""
        gathered = Gathered(self)
        for part in parts:
            gathered.add(part)
        return gathered.value()

    def file(self) -> BinaryIO:
        """An empty file to write to and read from."""
        if self.folder is None:
            return BytesIO()
        file = _nameless(self.folder)
        return os.fdopen(os.dup(file.number), "w+b")

    def taken(self, file: BinaryIO) -> Value:
        """What was written into such a file."""
        file.flush()
        if isinstance(file, BytesIO):
            return file.getvalue()
        return Stored(OpenFile(os.dup(file.fileno())), 0, os.fstat(file.fileno()).st_size)


IN_MEMORY = Spool(None, 0)
"""For values that are short, as those of overlay planes are."""


@dataclass(slots=True, eq=False, repr=False)
class Gathered:
    """A value in the making: in memory, and in a file from the byte on with which it becomes too long for that."""

    spool: Spool
    length: int = 0
    _parts: list[bytes] = field(default_factory=list)
    _file: OpenFile | None = None

    def add(self, part: bytes) -> None:
        """Go on with these bytes; raises OSError where the disk refuses."""
        self._parts.append(part)
        self.length += len(part)
        folder = self.spool.folder
        if folder is not None and self.length > self.spool.resident:
            self._file = self._file or _nameless(folder)
            for waiting in self._parts:
                _write(self._file, waiting)
            self._parts.clear()

    def value(self, start: int = 0) -> Value:
        """All that was added, from `start` on."""
        if self._file is None:
            return b"".join(self._parts)[start:]
        return Stored(self._file, start, self.length - start)

    def replace(self, start: int, part: bytes) -> None:
        """Other bytes in place of as many, where nothing is known before the rest is."""
        if self._file is None:
            whole = b"".join(self._parts)
            self._parts = [whole[:start], part, whole[start + len(part) :]]
        else:
            os.pwrite(self._file.number, part, start)


def _nameless(folder: Path) -> OpenFile:
    """A new file that no folder lists: it is gone when nobody holds it any more, however that comes about."""
    path = folder / secrets.token_hex(16)
    file = OpenFile(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    path.unlink()
    return file


def _write(file: OpenFile, part: bytes) -> None:
    view = memoryview(part)
    while view:
        view = view[os.write(file.number, view) :]
