"""A folder tree in which files appear and vanish atomically, and that no link inside it leads out of.

Every folder is opened from its parent's descriptor without following links (openat(2), O_NOFOLLOW), so that a link
planted in OUT, even while a run is going on, cannot move an output elsewhere.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from pixelclean.store.durable import copy, digest_of, open_regular

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_UNNAMED_FILES = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT, errno.ENOSYS}


class PlaceTakenError(Exception):
    """A file that the caller does not own stands at the place."""


class Tree:
    """The tree below one folder. Places are relative POSIX paths; every method raises OSError when the disk does."""

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._file_mode = stat.S_IMODE(os.fstat(self._root).st_mode) & 0o666

    def close(self) -> None:
        os.close(self._root)

    def exists(self, place: str) -> bool:
        """Whether anything, a link included, stands at the place."""
        return self._stat(place) is not None

    def size(self, place: str) -> int | None:
        """The bytes of the regular file at the place, None when there is none."""
        found = self._stat(place)
        return found.st_size if found and stat.S_ISREG(found.st_mode) else None

    def digest(self, place: str) -> str | None:
        """The SHA-256 of the regular file at the place, None when there is none."""
        if self.size(place) is None:
            return None
        with self._folder_of(place) as (folder, name):
            descriptor = open_regular(name, folder)
            try:
                return digest_of(descriptor)
            finally:
                os.close(descriptor)

    def add(self, staged: Path, place: str) -> None:
        """Make the staged file appear at a place where nothing is; PlaceTakenError when something is.

        A hard link is the rename that never overwrites (link(2): EEXIST).
        """
        with self._made_folder_of(place) as (folder, name):
            self._make_ready(staged)
            try:
                self._link_new(staged, folder, name)
            except FileExistsError:
                raise PlaceTakenError from None
            os.fsync(folder)
        staged.unlink(missing_ok=True)

    def replace(self, staged: Path, place: str) -> None:
        """Make the staged file appear at a place instead of what is there."""
        with self._made_folder_of(place) as (folder, name):
            self._make_ready(staged)
            try:
                os.rename(staged, name, dst_dir_fd=folder)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._copy_beside(staged, folder, name)
                os.rename(_part(name), name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        staged.unlink(missing_ok=True)

    def remove(self, place: str) -> None:
        """Make the file at a place vanish, with what a broken copy left beside it and folders that are empty then."""
        try:
            with self._folder_of(place) as (folder, name):
                _unlink(_part(name), folder)
                _unlink(name, folder)
                os.fsync(folder)
        except FileNotFoundError:
            return
        self._remove_empty_folders(place)

    def _link_new(self, staged: Path, folder: int, name: str) -> None:
        """Link on one file system; copy, then link, across two; rename where there are no hard links."""
        try:
            os.link(staged, name, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno == errno.EXDEV:
                self._copy_new(staged, folder, name)
            elif error.errno in _NO_HARD_LINKS:
                _refuse_taken(folder, name)
                os.rename(staged, name, dst_dir_fd=folder)
            else:
                raise

    def _copy_new(self, staged: Path, folder: int, name: str) -> None:
        """The staged file's bytes under a new name on another file system, whole or not at all."""
        try:
            unnamed = os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, self._file_mode, dir_fd=folder)
        except OSError as error:
            if error.errno not in _NO_UNNAMED_FILES:
                raise
            self._copy_beside(staged, folder, name)
            _refuse_taken(folder, name)
            os.rename(_part(name), name, src_dir_fd=folder, dst_dir_fd=folder)
            return
        try:
            self._fill(unnamed, staged)
            # open(2), O_TMPFILE: the way to name it without CAP_DAC_READ_SEARCH
            os.link(f"/proc/self/fd/{unnamed}", name, dst_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(unnamed)

    def _copy_beside(self, staged: Path, folder: int, name: str) -> None:
        """The staged file's bytes in a dot file beside the place; `remove` sweeps what a kill leaves of it."""
        part = _part(name)
        _unlink(part, folder)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(part, flags, self._file_mode, dir_fd=folder)
        try:
            self._fill(descriptor, staged)
        except BaseException:
            _unlink(part, folder)
            raise
        finally:
            os.close(descriptor)

    def _fill(self, target: int, staged: Path) -> None:
        """Copy, and read back what was written."""
        source = open_regular(staged)
        try:
            if copy(source, target) != digest_of(target):
                raise OSError(errno.EIO, "the copy differs")
        finally:
            os.close(source)
        os.fchmod(target, self._file_mode)

    def _make_ready(self, staged: Path) -> None:
        """Give the file the access that OUT's folder grants, and bring it to the disk."""
        descriptor = open_regular(staged)
        try:
            os.fchmod(descriptor, self._file_mode)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _stat(self, place: str) -> os.stat_result | None:
        try:
            with self._folder_of(place) as (folder, name):
                return os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @contextmanager
    def _folder_of(self, place: str) -> Iterator[tuple[int, str]]:
        """The open folder of a place, and the last segment of the place."""
        *folders, name = segments(place)
        descriptor = os.dup(self._root)
        try:
            for folder in folders:
                descriptor = _step_into(descriptor, folder)
            yield descriptor, name
        finally:
            os.close(descriptor)

    @contextmanager
    def _made_folder_of(self, place: str) -> Iterator[tuple[int, str]]:
        """As `_folder_of`, after making the folders that are missing."""
        *folders, _ = segments(place)
        descriptor = os.dup(self._root)
        try:
            for folder in folders:
                with suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=descriptor)
                    os.fsync(descriptor)
                descriptor = _step_into(descriptor, folder)
        finally:
            os.close(descriptor)
        with self._folder_of(place) as found:
            yield found

    def _remove_empty_folders(self, place: str) -> None:
        """From the innermost one outward, until one is not empty."""
        folders = segments(place)[:-1]
        with suppress(OSError):
            for depth in range(len(folders), 0, -1):
                with self._folder_of("/".join(folders[:depth])) as (parent, name):
                    os.rmdir(name, dir_fd=parent)


def segments(place: str) -> tuple[str, ...]:
    """The segments of a place; OSError for one that could lead elsewhere or hide."""
    parts = PurePosixPath(place).parts
    if not parts or not all(_SEGMENT.fullmatch(part) for part in parts):
        raise OSError(errno.EINVAL, "not a place")
    return parts


def _step_into(parent: int, name: str) -> int:
    """The descriptor of a folder inside `parent`, which is closed when that succeeds."""
    child = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    os.close(parent)
    return child


def _part(name: str) -> str:
    return f".{name}.part"


def _unlink(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def _refuse_taken(folder: int, name: str) -> None:
    """Where link(2) cannot refuse an existing name, look before renaming."""
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        raise FileExistsError
