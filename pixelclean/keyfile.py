"""The file that holds a project's key: made once, readable by its owner only, and refused otherwise.

::

    # pixelclean project key: SECRET, keep a copy in a safe place, and never beside what it has cleaned
    # fingerprint 0123456789abcdef
    <64 hex digits>
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.private import read_private, write_private

_TITLE = "# pixelclean project key: SECRET, keep a copy in a safe place, and never beside what it has cleaned"
_FINGERPRINT = "# fingerprint "
_WHAT = "key file"
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
        return _parsed(path, read_private(path, _WHAT, _LONGEST))
    except FileNotFoundError:
        raise ConfigurationError(
            f"no key file {path}; if the project has a key, restore your copy of it, "
            f"else make one with: pixelclean key new --key {path}"
        ) from None


def create_key(path: Path) -> ProjectKey:
    """A new random key, written to `path`, which must not exist yet; missing folders are made for the owner only."""
    key = ProjectKey(secrets.token_bytes(32))
    text = f"{_TITLE}\n{_FINGERPRINT}{key.fingerprint}\n{key.secret.hex()}\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            write_private(draft, _WHAT, text.encode("ascii"))
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


def require_no_other_key(path: Path, known: Iterable[str]) -> None:
    """ConfigurationError where a key that is about to be made at `path` would not be the project's.

    `known` are the fingerprints that the project's store and vault remember, "" where they remember none: such a
    project has a key, and it was lost.  A new one would give every patient another pseudonym.
    """
    lost = sorted(set(known) - {""})
    if lost:
        raise ConfigurationError(
            f"no key file {path}, but this project belongs to key {', '.join(lost)}: "
            "restore your copy of that key, or name it with --key; no other key is made in its place"
        )


def _sync_folder(folder: Path) -> None:
    """A key that is lost by a power cut would orphan everything cleaned with it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
