"""Files that only their owner may read: the key, and the lists that say who is who."""

import os
import stat
from pathlib import Path

from pixelclean.errors import ConfigurationError

OWNER_ONLY = 0o600


def read_private(path: Path, what: str, longest: int) -> bytes:
    """The content of a regular file; `what` is how messages call it, `longest` is in bytes.

    Raises FileNotFoundError for a file that is not there, and ConfigurationError for one that others may read or
    change, that is too long, or that cannot be read.
    """
    try:
        # O_NONBLOCK: a named pipe must not stop the run.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError:
        raise ConfigurationError(f"the {what} {path} cannot be opened") from None
    try:
        verify_private(path, what, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(longest + 1)
    except OSError:
        raise ConfigurationError(f"the {what} {path} cannot be read") from None
    finally:
        os.close(descriptor)
    if len(content) > longest:
        raise ConfigurationError(f"the {what} {path} is larger than {longest} bytes")
    return content


def write_private(path: Path, what: str, content: bytes) -> None:
    """Write a new file that nobody else may read, and verify that the file system agreed to that.

    Raises OSError, FileExistsError among them; what was written by then is gone.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
    try:
        os.fchmod(descriptor, OWNER_ONLY)
        verify_private(path, what, os.fstat(descriptor))
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def verify_private(path: Path, what: str, status: os.stat_result) -> None:
    """ConfigurationError unless it is a regular file that its owner alone may read and change."""
    if not stat.S_ISREG(status.st_mode):
        raise ConfigurationError(f"the {what} {path} is not a regular file")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigurationError(
            f"the {what} {path} can be read or changed by others (mode {stat.S_IMODE(status.st_mode):04o}); "
            f"if nobody has: chmod 600 {path}"
        )
