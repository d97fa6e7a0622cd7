"""Files of certificates and keys."""

import os
import stat
from pathlib import Path

from pixelclean.errors import ConfigurationError

_LONGEST = 1 << 20  # bytes; whatever is longer is neither a key nor a certificate


def content_of(path: Path, what: str) -> bytes:
    """What a file holds; ConfigurationError, with its name and what it should be, where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except FileNotFoundError:
        raise ConfigurationError(f"the {what} {path} is not there") from None
    except OSError:
        raise ConfigurationError(f"the {what} {path} cannot be opened or read") from None
    if len(content) > _LONGEST:
        raise ConfigurationError(f"{path} is too long for a {what}")
    return content


def is_pem(content: bytes) -> bool:
    """Whether this is text with marked blocks, rather than DER."""
    return b"-----BEGIN " in content


def verify_private(path: Path, what: str) -> None:
    """ConfigurationError when others on this machine may read or change the file; a pipe has its own protection."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise ConfigurationError(f"the {what} {path} is not there") from None
    except OSError:
        raise ConfigurationError(f"the {what} {path} cannot be opened or read") from None
    mode = stat.S_IMODE(status.st_mode)
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and mode & 0o077:
        raise ConfigurationError(
            f"the {what} {path} can be read or changed by others (mode {mode:04o}); if nobody has: chmod 600 {path}"
        )
