"""What a user sees of a run that goes on."""

import io

import pytest
from rich.console import Console

from pixelclean.batch.run import Phase, Progress
from pixelclean.cli import progress
from pixelclean.cli.progress import shown

TOLD = (
    *(Progress(done, 3, Phase.READING) for done in (1, 2, 3)),
    *(Progress(done, 3, Phase.CLEANING, released=done - 1, queued=1) for done in (1, 2, 3)),
)


def test_a_log_says_the_phase_and_then_what_became_of_the_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    with shown(Console(file=io.StringIO())) as show:
        for now in TOLD:
            show(now)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == [f"{done} of 3: reading headers" for done in (1, 2, 3)]
    assert lines[-1] == "3 of 3: 2 released, 1 queued"


def test_a_terminal_shows_each_phase_from_its_start() -> None:
    screen = io.StringIO()
    with shown(Console(file=screen, force_terminal=True, width=120)) as show:
        for now in TOLD:
            show(now)
    text = screen.getvalue()
    assert "3/3" in text and "2 released, 1 queued" in text
