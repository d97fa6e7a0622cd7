"""The store's folder: where everything private lies, who may read it, and who may write it now."""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pixelclean.errors import ConfigurationError, UsageError
from pixelclean.key import ProjectKey
from pixelclean.store.ledger import Ledger
from pixelclean.store.records import path_of_name, source_name
from pixelclean.store.sqlite import make_file
from pixelclean.store.sweep import empty_folder

_FOLDERS = ("spool", "queue", "quarantine", "previews")
_LEDGER, _INDEX, _LOCK = "ledger.sqlite", "index.sqlite", "lock"


@dataclass(frozen=True, slots=True)
class Store:
    """An open store. One process at a time may open it for writing; any number may read."""

    root: Path
    ledger: Ledger
    lock: int | None

    @classmethod
    def open(cls, root: Path, out: Path, key: ProjectKey) -> Self:
        """The store of `out`, made when it is not there, locked until `close`.

        Raises ConfigurationError when other users can reach it, another run uses it, or it belongs to another key
        or another OUT.
        """
        root = root.resolve()
        _create(root)
        lock = _lock(root / _LOCK)
        try:
            store = cls(root, _open_ledger(root), lock)
            store._complete()
            _bind(store.ledger, out.resolve(), key)
        except BaseException:
            os.close(lock)
            raise
        return store

    @classmethod
    @contextmanager
    def borrow(cls, root: Path, out: Path, key: ProjectKey) -> Iterator[Self]:
        """`open` for a rehearsal: a store that was not there before is gone afterwards, so that OUT stays free."""
        had_folder, had_store = root.exists(), (root / _LEDGER).exists()
        with cls.open(root, out, key) as store:
            try:
                yield store
            finally:
                if not had_store:
                    _clear(store)
                if not had_folder:
                    store.root.rmdir()

    @classmethod
    def read(cls, root: Path) -> Self:
        """A store to look at, while a run uses it or after; ConfigurationError when there is none."""
        root = root.resolve()
        if not (root / _LEDGER).is_file():
            raise ConfigurationError(f"{root}: holds no store of pixelclean")
        _verify(root)
        return cls(root, Ledger.read(root / _LEDGER), None)

    def close(self) -> None:
        """Let others write."""
        self.ledger.close()
        if self.lock is not None:
            os.close(self.lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def spool(self) -> Path:
        """Where children write; swept whenever the store is opened."""
        return self.root / "spool"

    @property
    def queue(self) -> Path:
        return self.root / "queue"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def previews(self) -> Path:
        return self.root / "previews"

    @property
    def results(self) -> Path:
        return self.root / "results.jsonl"

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    @property
    def audit(self) -> Path:
        return self.root / "audit.jsonl"

    @property
    def index(self) -> Path:
        """What the headers of the inputs say that identifies, by study; see store/index.py."""
        return self.root / _INDEX

    @property
    def out(self) -> Path:
        """The OUT folder that this store belongs to."""
        return path_of_name(self.ledger.fact("out"))

    @property
    def key(self) -> str:
        """The fingerprint of the key that this store belongs to."""
        return self.ledger.fact("key")

    def _complete(self) -> None:
        """Folders there, everything private, the spool empty."""
        for name in _FOLDERS:
            _make_private_folder(self.root / name)
        for path in self.root.iterdir():
            _verify(path)
        empty_folder(self.spool)


def _clear(store: Store) -> None:
    """Nothing of the store is left; its lock keeps others out until it is closed."""
    store.ledger.close()
    try:
        empty_folder(store.root)
    except OSError:
        raise ConfigurationError(f"{store.root}: what the rehearsal wrote cannot be removed") from None


def default_root(out: Path) -> Path:
    """Where the store of an OUT folder lies when nobody says otherwise: beside it."""
    out = out.resolve()
    if out == out.parent:
        raise UsageError("OUT is the root of the file system")
    return out.with_name(out.name + "-private")


def key_of(root: Path) -> str:
    """The fingerprint of the key that the store at `root` belongs to; "" where there is no store.

    ConfigurationError where one is there that cannot be looked at.
    """
    if not os.path.lexists(root / _LEDGER):
        return ""
    with Store.read(root) as store:
        return store.key


def check_private(files: Iterable[Path], out: Path) -> None:
    """UsageError when a private file (key, mapping, vault) lies inside OUT: who gets OUT would get it too."""
    if any(_within(file.resolve(), out.resolve()) for file in files):
        raise UsageError("the key, a mapping or a vault must not lie inside OUT")


def check_places(inputs: Iterable[Path], out: Path, root: Path) -> None:
    """UsageError when inputs, OUT and the store lie inside each other: private and public must never mix.

    The same holds for the folders of other runs, as far as they can be known: a store by its ledger, an OUT by the store
    at its default place.  An OUT whose store was put elsewhere with --store cannot be told from any other folder.
    """
    out, root = out.resolve(), root.resolve()
    if out == out.parent:
        raise UsageError("OUT is the root of the file system")
    if _within(root, out) or _within(out, root):
        raise UsageError("OUT and the store must not lie inside each other")
    for given in inputs:
        source = given.resolve()
        if _within(out, source) or _within(root, source):
            raise UsageError("neither OUT nor the store may lie inside an input")
        if _within(source, out) or _within(source, root):
            raise UsageError("no input may lie inside OUT or the store")
    for folder in {*out.parents, *root.parents}:
        if _is_store(folder):
            raise UsageError("neither OUT nor the store may lie inside the store of another run")
        if folder.name and _is_out_of(default_root(folder), folder):
            raise UsageError("neither OUT nor the store may lie inside the OUT of another run")


def make_folder_apart(folder: Path, inputs: Iterable[Path]) -> None:
    """Make a private folder for lists that show values: in no input, in no store, and in no OUT that can be known.

    UsageError where it lies in one of them, or an input lies in it; ConfigurationError where it cannot be private.
    """
    folder = folder.resolve()
    for given in inputs:
        source = given.resolve()
        if _within(folder, source) or _within(source, folder):
            raise UsageError("neither may the folder lie inside an input, nor an input inside it")
    for place in (folder, *folder.parents):
        if _is_store(place) or (place.name and _is_out_of(default_root(place), place)):
            raise UsageError("the folder must not lie inside the OUT or the store of a run")
    _make_private_folder(folder)


def check_out(out: Path, root: Path) -> None:
    """UsageError when OUT holds something and the store at `root` is not its own."""
    if out.exists() and not out.is_dir():
        raise UsageError("OUT is not a folder")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (root / _LEDGER).is_file():
        raise UsageError("OUT is not empty and has no store: name its store with --store, or choose an empty folder")
    with Store.read(root) as store:
        if store.out != out.resolve():
            raise UsageError("OUT is not empty and the store belongs to another OUT")


def _is_store(root: Path) -> bool:
    """Whether a store is there; one that we may not look into cannot be known."""
    with suppress(OSError):
        return (root / _LEDGER).is_file() and (root / _LOCK).is_file()
    return False


def _is_out_of(root: Path, out: Path) -> bool:
    """Whether a store is there that we may look into, and belongs to this OUT."""
    if not _is_store(root):
        return False
    try:
        with Store.read(root) as store:
            return store.out == out
    except ConfigurationError:
        return False


def _within(inner: Path, outer: Path) -> bool:
    return inner == outer or outer in inner.parents


def _create(root: Path) -> None:
    """A private folder that is new, empty or a store already: the spool of a stranger's folder is never swept."""
    _make_private_folder(root)
    if not (root / _LEDGER).exists() and any(path.name != _LOCK for path in root.iterdir()):
        raise ConfigurationError(f"{root}: is not empty and is no store of pixelclean; choose another --store")


def _make_private_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        path.chmod(0o700)  # a umask may have taken bits that the owner needs
    except FileExistsError:
        pass
    except OSError:
        raise ConfigurationError(f"{path}: cannot be made") from None
    if path.is_symlink() or not path.is_dir():
        raise ConfigurationError(f"{path}: is not a folder")
    _verify(path)


def _verify(path: Path) -> None:
    """Modes are looked at, not assumed: some file systems ignore what was asked for."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(found.st_mode)
    wanted = 0o700 if stat.S_ISDIR(found.st_mode) else 0o600
    if stat.S_ISLNK(found.st_mode):
        raise ConfigurationError(f"{path}: is a link; a store holds none")
    if mode & 0o077:
        raise ConfigurationError(f"{path}: other users can reach it (mode {mode:03o}); run: chmod {wanted:o} {path}")


def _lock(path: Path) -> int:
    """An exclusive lock that ends with the process (flock(2)); workers are spawned and do not inherit it.

    Whatever a worker still does after that lies in its own folder of the spool, which the next run sweeps.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        raise ConfigurationError(f"{path}: cannot be opened for writing") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise ConfigurationError(f"{path.parent}: another run uses this store (process {holder})") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _open_ledger(root: Path) -> Ledger:
    """SQLite gives its side files the mode of the database, so that one is made first."""
    try:
        make_file(root / _LEDGER)
    except OSError:
        raise ConfigurationError(f"{root}: the ledger cannot be opened for writing") from None
    _verify(root / _LEDGER)
    return Ledger.open(root / _LEDGER)


def _bind(ledger: Ledger, out: Path, key: ProjectKey) -> None:
    """A store belongs to one key and one OUT for good."""
    known_key, known_out = ledger.fact("key"), ledger.fact("out")
    if known_key not in ("", key.fingerprint):
        raise ConfigurationError(
            f"the store was made with key {known_key}, this is key {key.fingerprint}: pseudonyms would not agree; "
            "use the same --key, or a new OUT and store"
        )
    if known_out not in ("", source_name(out)):
        raise ConfigurationError(f"the store belongs to {known_out}; use that OUT, or another --store")
    ledger.set_fact("key", key.fingerprint)
    ledger.set_fact("out", source_name(out))
