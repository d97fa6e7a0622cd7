"""Files that are whole or not there, and readable by their owner only."""

import hashlib
import os
import stat
from pathlib import Path

CHUNK = 1 << 20


def digest_of(descriptor: int) -> str:
    """SHA-256, in hex, of an open file from its start."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while block := os.read(descriptor, CHUNK):
        digest.update(block)
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256, in hex, of a regular file; a link is not followed. Raises OSError."""
    descriptor = open_regular(path)
    try:
        return digest_of(descriptor)
    finally:
        os.close(descriptor)


def open_regular(path: Path | str, folder: int | None = None) -> int:
    """A descriptor for reading a regular file that is no link; `folder` is the descriptor of its folder.

    O_NONBLOCK: a named pipe that somebody left there must not stop the run.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return descriptor


def copy(source: int, target: int) -> str:
    """Copy one open file into another; gives the SHA-256 of what was read, in hex, once it is on the disk."""
    os.lseek(source, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while block := os.read(source, CHUNK):
        digest.update(block)
        write_all(target, block)
    os.fsync(target)
    return digest.hexdigest()


def write_all(descriptor: int, block: bytes) -> None:
    """Write every byte; a full disk may take only a part at first."""
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]


def create_private(path: Path) -> int:
    """A descriptor for writing a new, empty file of mode 0600; what was there under this name is gone."""
    path.unlink(missing_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def replace_file(path: Path, content: bytes) -> None:
    """Give `path` this content by one rename, so that a reader sees the old file or the new one."""
    part = part_of(path)
    descriptor = create_private(part)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
    sync_folder(path.parent)


def part_of(path: Path) -> Path:
    """Where a file lies while it is being written."""
    return path.with_name(path.name + ".part")


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
