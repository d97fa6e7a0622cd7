"""A kill at any point of a run, and a full disk: OUT never holds what the ledger does not know as proven."""

import errno
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pixelclean.delivery import Delivery
from pixelclean.errors import ConfigurationError
from pixelclean.reasons import ReasonCode
from pixelclean.store import audit
from pixelclean.store.durable import digest_of_file
from pixelclean.store.records import Ended

WATCHED = {
    "commit", "link", "rename", "replace", "unlink", "rmdir", "mkdir", "fsync", "ftruncate", "write", "fchmod",
}  # fmt: skip


def first_run(project: Any, delivery: Delivery) -> None:
    sources = [project.input(name, name.encode()) for name in ("kept", "again", "doubtful", "waiting")]
    for source in sources[:3]:
        delivery.deliver(source, project.released(source))
    delivery.deliver(sources[3], project.held(sources[3], ReasonCode.FAINT_TEXT))


def second_run(project: Any, delivery: Delivery) -> None:
    """Under another policy: one output replaced, one withdrawn, one new, one unchanged in its place."""
    folder = project.base / "in"
    for name in ("again", "doubtful", "waiting"):
        source = folder / name
        if delivery.done(source, digest_of_file(source)):
            continue
        delivery.start(source)
        if name == "doubtful":
            delivery.deliver(source, project.held(source, ReasonCode.FAINT_TEXT))
        else:
            delivery.deliver(source, project.released(source, b"better:" + name.encode(), preview=b"png"))


PROVEN = {b"clean:kept", b"clean:again", b"clean:doubtful", b"better:again", b"better:waiting"}
LAST = {"kept": b"clean:kept", "again": b"better:again", "waiting": b"better:waiting"}


def in_a_child_killed_before_call(number: int, act: Callable[[], object]) -> int:
    """Run `act` in a process of its own that is killed before its watched call of that number.

    Returns how many watched calls it came to.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as pipe:
            return len(pipe.read())
    calls = 0

    def watch(_: object, event: str, called: Any) -> None:
        nonlocal calls
        if event == "c_call" and called.__name__ in WATCHED:
            calls += 1
            if calls == number:
                sys.setprofile(None)
                os.write(writer, b"." * calls)
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    try:
        act()
    finally:
        sys.setprofile(None)
        os.write(writer, b"." * calls)
        os._exit(0)


def points(total: int) -> range:
    """Where to kill: everywhere when PIXELCLEAN_EVERY_KILL is set, else at a spread of places that fits a quick run."""
    return range(1, total + 1, 1 if "PIXELCLEAN_EVERY_KILL" in os.environ else max(1, total // 10))


def known_as_proven(project: Any) -> dict[str, str]:
    with project.open_store() as store:
        released = [record for record in store.ledger.finished() if record.outcome is Ended.RELEASED]
        assert audit.verify(store, project.key) == []
    return {record.place: record.output for record in released}


def test_a_kill_at_any_point_leaves_only_what_is_proven(project: Any, tmp_path: Path) -> None:
    project.deliver(lambda d: first_run(project, d))
    before = tmp_path / "before"
    for part in (project.out, project.root):
        shutil.copytree(part, before / part.name)
    expected = {project.place_of(name.encode()): content for name, content in LAST.items()}

    def again() -> None:
        project.deliver(lambda d: second_run(project, d), project.later)

    def killed_at(number: int) -> int:
        for part in (project.out, project.root):
            shutil.rmtree(part)
            shutil.copytree(before / part.name, part)
        return in_a_child_killed_before_call(number, again)

    total = killed_at(0)
    assert total > 40, "the watch counts what it should"
    for number in points(total):
        assert killed_at(number) == number
        assert set(project.files_in_out().values()) <= PROVEN, f"killed before call {number}"
        project.deliver(lambda _: None, project.later)
        after = {place: project.sha(content) for place, content in project.files_in_out().items()}
        assert after == known_as_proven(project), f"killed before call {number}"
        assert not list((project.root / "spool").iterdir())
        again()
        assert project.files_in_out() == expected, f"killed before call {number}"
        assert [path.name for path in (project.root / "queue").iterdir()] == [project.sha(b"doubtful")]


def other_file_system(tmp_path: Path) -> Path:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    return shared / f"pixelclean-test-{os.getpid()}"


@pytest.fixture
def far(project: Any, tmp_path: Path) -> Iterator[Any]:
    """The project with its OUT on another file system than its store."""
    out = other_file_system(tmp_path)
    yield replace(project, out=out)
    shutil.rmtree(out, ignore_errors=True)


def test_out_may_be_on_another_file_system(far: Any) -> None:
    source = far.input("a", b"one")
    far.deliver(lambda d: d.deliver(source, far.released(source)))
    far.deliver(lambda d: d.deliver(source, far.released(source, b"better")), far.later)
    assert far.files_in_out() == {far.place_of(b"one"): b"better"}
    far.deliver(lambda d: d.deliver(source, far.held(source, ReasonCode.FAINT_TEXT)))
    assert far.files_in_out() == {}


def again_elsewhere(far: Any, source: Path, cleaned: bytes) -> None:
    far.deliver(lambda d: d.deliver(source, far.released(source, cleaned)), far.later)


def test_a_kill_while_copying_to_another_file_system_leaves_nothing_half(far: Any) -> None:
    source = far.input("a", b"one")
    far.deliver(lambda d: d.deliver(source, far.released(source)))
    total = in_a_child_killed_before_call(0, partial(again_elsewhere, far, source, b"better"))
    for number in points(total):
        cleaned = f"better {number}".encode()
        assert in_a_child_killed_before_call(number, partial(again_elsewhere, far, source, cleaned)) == number
        visible = {place: content for place, content in far.files_in_out().items() if "/." not in place}
        assert all(content in (b"clean:one", b"better", cleaned) for content in visible.values())
        far.deliver(lambda _: None, far.later)
        after = {place: far.sha(content) for place, content in far.files_in_out().items()}
        assert after == known_as_proven(far), f"killed before call {number}"
        far.deliver(lambda d: d.deliver(source, far.released(source)))


def in_a_child(act: Callable[[], object]) -> int:
    """The exit status of `act` in a process of its own: 0, 3 for a ConfigurationError, 4 for anything else."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        act()
    except ConfigurationError:
        os._exit(3)
    except:  # noqa: E722 (a fork must never come back into pytest)
        os._exit(4)
    os._exit(0)


def test_a_disk_that_fills_up_while_copying_ends_in_quarantine(far: Any) -> None:
    source = far.input("a", b"one")

    def act(delivery: Delivery) -> None:
        result = far.released(source, b"x" * 6_000_000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        delivery.deliver(source, result)

    assert in_a_child(lambda: far.deliver(act)) == 0
    assert far.files_in_out() == {}
    with far.open_store() as store:
        record = store.ledger.get(str(source))
    assert (record.outcome, [(r.code, r.detail) for r in record.reasons]) == (
        Ended.QUARANTINED,
        [(ReasonCode.NOT_DELIVERED, errno.errorcode[errno.EFBIG])],
    )


def test_a_ledger_that_cannot_be_written_stops_the_run_with_nothing_placed(project: Any) -> None:
    source = project.input("a", b"one")

    def act(delivery: Delivery) -> None:
        result = project.released(source)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        delivery.deliver(source, result)

    assert in_a_child(lambda: project.deliver(act)) == 3
    assert project.files_in_out() == {}
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    assert project.files_in_out() == {project.place_of(b"one"): b"clean:one"}
