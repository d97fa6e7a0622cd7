"""The audit log notices every change that its key's holder did not make."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pixelclean.reasons import ReasonCode
from pixelclean.store import audit

Edit = Callable[[list[bytes]], list[bytes]]


def run_twice(project: Any) -> None:
    one, two = project.input("Sentinel^Zoe", b"one"), project.input("b", b"two")
    project.deliver(lambda d: d.deliver(one, project.released(one)))
    project.deliver(lambda d: d.deliver(two, project.held(two, ReasonCode.UNDECODABLE)))


def problems(project: Any) -> list[str]:
    with project.open_store() as store:
        return audit.verify(store, project.key)


def test_an_untouched_log_is_whole_and_holds_no_path(project: Any) -> None:
    run_twice(project)
    assert problems(project) == []
    text = (project.root / "audit.jsonl").read_text()
    assert "Sentinel" not in text
    assert re.findall(r'"event":"([a-z-]+)"', text) == [
        "run-started", "released", "run-finished", "run-started", "quarantined", "run-finished",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: [*lines[:1], lines[1].replace(b"released", b"reLeased"), *lines[2:]],
        lambda lines: [*lines[:1], *lines[2:]],
        lambda lines: [*lines[:2], lines[1], *lines[2:]],
        lambda lines: lines[:-1],
        lambda lines: [],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, b"nonsense\n"],
        lambda lines: [*lines[:-1], lines[-1][:-9]],
    ],
    ids=["edited", "removed", "inserted", "tail cut", "emptied", "swapped", "repeated", "nonsense", "torn"],
)
@pytest.mark.parametrize("runs_after", [0, 1])
def test_a_log_that_was_tampered_with_is_noticed(project: Any, edit: Edit, runs_after: int) -> None:
    run_twice(project)
    path = project.root / "audit.jsonl"
    path.write_bytes(b"".join(edit(path.read_bytes().splitlines(keepends=True))))
    for _ in range(runs_after):
        project.deliver(lambda _: None)
    assert problems(project)


def test_many_entries_are_forgotten_by_the_ledger_and_kept_by_the_log(project: Any) -> None:
    sources = [project.input(f"f{number}", str(number).encode()) for number in range(70)]

    def act(delivery: Any) -> None:
        for source in sources:
            delivery.skip(source, ())

    project.deliver(act)
    with project.open_store() as store:
        head, unwritten = store.ledger.audit_head()
    assert head.count == 72
    assert len(unwritten) < 70
    assert problems(project) == []
