"""Ctrl-C at any moment of a run: the store stays usable, its audit log whole, and OUT holds what is proven."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from pixelclean.delivery import Delivery
from pixelclean.outcome import Reason
from pixelclean.reasons import ReasonCode
from pixelclean.store import audit
from pixelclean.store.audit import Audit, Entry, Happening
from pixelclean.store.durable import write_all
from pixelclean.store.records import Ended

ROOM = str(Path(audit.__file__).parent)


def anywhere(code: CodeType) -> bool:
    return code.co_filename.startswith(ROOM) or code.co_filename.endswith("pixelclean/delivery.py")


def around_the_log(code: CodeType) -> bool:
    """Before a line that the ledger knows is written, and in the middle of writing it."""
    return code in {Audit.write.__code__, write_all.__code__, Audit.settle.__code__, Audit.close.__code__}


def interrupted_at(number: int, watched: Callable[[CodeType], bool], project: Any) -> int:
    """A run that is interrupted as the watched call of that number begins; returns how many there were."""
    calls = 0

    def watch(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        if event == "call" and watched(frame.f_code):
            calls += 1
            if calls == number:
                sys.setprofile(None)
                raise KeyboardInterrupt

    with project.open_store() as store:
        delivery = None
        sys.setprofile(watch)
        try:
            delivery = Delivery.open(store, project.key, project.later)
            act(project, delivery)
            delivery.finish()
        except KeyboardInterrupt:
            pass
        finally:
            sys.setprofile(None)
            if delivery:
                delivery.close()
    return calls


def act(project: Any, delivery: Delivery) -> None:
    """One output kept, one withdrawn, one new, and something that is none of ours."""
    sources = [project.base / "in" / name for name in ("kept", "doubtful", "new")]
    delivery.deliver(sources[0], project.released(sources[0]))
    delivery.deliver(sources[1], project.held(sources[1], ReasonCode.FAINT_TEXT))
    delivery.deliver(sources[2], project.released(sources[2], preview=b"png"))
    delivery.skip(project.base / "in" / "notes.txt", (Reason(ReasonCode.NOT_DICOM),))


def points(total: int, most: int) -> range:
    return range(1, total + 1, 1 if "PIXELCLEAN_EVERY_KILL" in os.environ else max(1, total // most))


@pytest.mark.parametrize("watched, most", [(anywhere, 12), (around_the_log, 1000)])
def test_an_interrupt_leaves_a_store_that_carries_on(
    project: Any, tmp_path: Path, watched: Callable[[CodeType], bool], most: int
) -> None:
    sources = [project.input(name, name.encode()) for name in ("kept", "doubtful", "new")]
    project.deliver(lambda d: [d.deliver(source, project.released(source)) for source in sources[:2]])
    before = tmp_path / "before"
    for part in (project.out, project.root):
        shutil.copytree(part, before / part.name)

    def start_over() -> None:
        for part in (project.out, project.root):
            shutil.rmtree(part)
            shutil.copytree(before / part.name, part)

    total = interrupted_at(0, watched, project)
    assert total > 5, "the watch counts what it should"
    for number in points(total, most):
        start_over()
        assert interrupted_at(number, watched, project) >= number
        with project.open_store() as store:
            assert audit.verify(store, project.key) == [], f"interrupted at call {number}"
        project.deliver(lambda d: act(project, d), project.later)
        with project.open_store() as store:
            assert audit.verify(store, project.key) == [], f"interrupted at call {number}, and carried on"
            released = {r.place for r in store.ledger.finished() if r.outcome is Ended.RELEASED}
        assert set(project.files_in_out()) == released == {project.place_of(b"kept"), project.place_of(b"new")}


def test_a_store_whose_head_was_put_back_by_an_early_version_carries_on(project: Any) -> None:
    """What the first versions left behind after an interrupt between the ledger's step and the log's."""
    project.deliver(lambda _: None)
    with project.open_store() as store:
        writer = Audit(store, project.key)
        behind, step = writer.step(()), writer.step([Entry(Happening.STARTED_OVER)])
        store.ledger.anchor(step)
        store.ledger.anchor(behind)
        writer.close()
        assert audit.verify(store, project.key) == []
    project.deliver(lambda _: None)
    with project.open_store() as store:
        assert audit.verify(store, project.key) == []
        assert store.ledger.audit_head()[0].count == 5


def test_a_tail_that_was_cut_after_a_run_that_ended_well_is_noticed_whatever_comes_next(project: Any) -> None:
    project.deliver(lambda _: None)
    path = project.root / "audit.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    project.input("kept", b"kept")
    interrupted_at(30, anywhere, project)
    with project.open_store() as store:
        assert audit.verify(store, project.key)
