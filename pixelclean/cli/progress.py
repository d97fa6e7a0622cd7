"""How a run shows that it goes on: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from pixelclean.batch.run import Phase, Progress

_EVERY = 10.0  # seconds between plain lines


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A function that shows each progress it is given, for as long as the context lasts."""
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task("", total=None)
            phase = Phase.READING

            def show(now: Progress) -> None:
                nonlocal phase
                if now.phase is not phase:
                    bar.reset(task)  # the one phase does not tell how fast the other is
                    phase = now.phase
                bar.update(task, total=now.total or None, completed=now.done, description=_so_far(now))

            yield show
    else:
        yield _PlainLines()


def _bar(console: Console) -> Bar:
    return Bar(
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
    )


class _PlainLines:
    """A line every ten seconds, for logs."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        if time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            click.echo(f"{now.done} of {now.total}: {_so_far(now)}", err=True)


def _so_far(now: Progress) -> str:
    if now.phase is Phase.READING:
        return str(Phase.READING)
    counts = {"released": now.released, "queued": now.queued, "quarantined": now.quarantined, "skipped": now.skipped}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
