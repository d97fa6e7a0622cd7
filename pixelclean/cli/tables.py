"""Every table that the commands print.  Cells are plain text: nothing in a path or a detail is taken for markup."""

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pixelclean.geometry import Region
from pixelclean.outcome import Reason
from pixelclean.reasons import End, ReasonCode

_END_WORDS = {End.QUEUE: "queued", End.QUARANTINE: "quarantined", End.NOTE: "note"}
_STYLES = {"queued": "yellow", "quarantined": "red", "missing": "red", "released": "green"}


def output() -> Console:
    """The console of results: standard output; lines are not cut where it is no terminal."""
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def show(console: Console, headings: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """One table; the first cell of a row decides its colour."""
    table = Table(
        title=Text(title, "bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        cells = [Text(str(cell)) for cell in row]
        cells[0].stylize(_STYLES.get(str(row[0]), ""))
        table.add_row(*cells)
    if table.row_count:
        console.print(table)


def counted(number: int, what: str) -> str:
    """1 file, 2 files."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def counts(console: Console, numbers: Mapping[str, int]) -> None:
    """Files by outcome."""
    show(
        console, ("outcome", "files"), [(word, count) for word, count in numbers.items() if count or word == "released"]
    )


def reason_counts(console: Console, numbers: Iterable[tuple[ReasonCode, int]]) -> None:
    """Reasons by how many files gave them."""
    rows = [(_END_WORDS[code.end], count, code, code.words) for code, count in numbers]
    show(console, ("leads to", "files", "reason", "in words"), rows)


def reasons(console: Console, given: Iterable[Reason]) -> None:
    """The reasons of one file."""
    rows = [(_END_WORDS[reason.code.end], reason.code, reason.detail, reason.code.words) for reason in given]
    show(console, ("leads to", "reason", "detail", "in words"), rows)


def regions(console: Console, found: Iterable[Region], title: str) -> None:
    """Regions of one image."""
    rows = [
        (
            region.act,
            ",".join(map(str, region.box.edges)),
            "all" if region.frame is None else region.frame,
            region.origin,
            region.reference,
        )
        for region in found
    ]
    show(console, ("act", "left,top,right,bottom", "frame", "origin", "reference"), rows, title)
