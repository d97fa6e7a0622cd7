"""The file that holds a project's key: made once, readable by its owner only, and refused otherwise.

::

    # pixelclean project key: SECRET, keep a copy in a safe place, and never beside what it has cleaned
    # fingerprint 0123456789abcdef
    <64 hex digits>
"""

import errno
import os
import secrets
import stat
from pathlib import Path

from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey

_TITLE = "# pixelclean project key: SECRET, keep a copy in a safe place, and never beside what it has cleaned"
_FINGERPRINT = "# fingerprint "
_OWNER_ONLY = 0o600
_LONGEST = 4096  # bytes; whatever is longer is not a key file


def default_key_path() -> Path:
    """`pixelclean/key` in the user's configuration folder (XDG_CONFIG_HOME, or ~/.config); it need not exist."""
    named = os.environ.get("XDG_CONFIG_HOME", "")  # noqa: TID251 - the convention is a variable of the environment
    # The XDG convention says that a relative path is to be ignored.
    folder = Path(named) if Path(named).is_absolute() else Path.home() / ".config"
    return folder / "pixelclean" / "key"


def load_key(path: Path) -> ProjectKey:
    """The key in `path`.  ConfigurationError when others may read the file, or when it holds no whole key."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise ConfigurationError(f"no key file {path}; make one with: pixelclean key new --key {path}") from None
    except OSError:
        raise ConfigurationError(f"the key file {path} cannot be opened") from None
    try:
        _verify_private(path, os.fstat(descriptor))
        return _parsed(path, os.read(descriptor, _LONGEST))
    finally:
        os.close(descriptor)


def create_key(path: Path) -> ProjectKey:
    """A new random key, written to `path`, which must not exist yet; missing folders are made for the owner only."""
    key = ProjectKey(secrets.token_bytes(32))
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(draft, f"{_TITLE}\n{_FINGERPRINT}{key.fingerprint}\n{key.secret.hex()}\n")
            # A link appears whole or not at all and never replaces a key: nobody can read half of one.
            os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except FileExistsError:
        raise ConfigurationError(f"the key file {path} exists already; a project keeps its key") from None
    except OSError:
        raise ConfigurationError(f"the key file {path} cannot be made") from None
    return key


def _write(draft: Path, text: str) -> None:
    """Write a new file that nobody else may read, and verify that the file system agreed to that."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        os.fchmod(descriptor, _OWNER_ONLY)
        _verify_private(draft, os.fstat(descriptor))
        if os.write(descriptor, text.encode("ascii")) != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """A key that is lost by a power cut would orphan everything cleaned with it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _verify_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigurationError(f"the key file {path} is not a regular file")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigurationError(
            f"the key file {path} can be read or changed by others (mode {stat.S_IMODE(status.st_mode):04o}); "
            f"if nobody has: chmod 600 {path}"
        )


def _parsed(path: Path, content: bytes) -> ProjectKey:
    """The key in the content of a file; no message quotes any of it."""
    lines = [line.strip() for line in content.decode("ascii", errors="replace").splitlines() if line.strip()]
    digits = [line for line in lines if not line.startswith("#")]
    try:
        (only,) = digits
        key = ProjectKey(bytes.fromhex(only))
    except ValueError:
        raise ConfigurationError(f"the key file {path} does not hold one key of 64 hex digits") from None
    named = [line.removeprefix(_FINGERPRINT) for line in lines if line.startswith(_FINGERPRINT)]
    if any(fingerprint != key.fingerprint for fingerprint in named):
        raise ConfigurationError(f"the key file {path} is damaged: its fingerprint is another key's")
    return key
