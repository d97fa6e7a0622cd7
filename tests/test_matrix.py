"""docs/pixels.md: no place without a file or a reason, every row what the command gives."""

import re
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pixelclean.dicom import SYNTAXES

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "pixels.md").read_text(encoding="utf-8")
PREFIX = "1.2.840.10008.1.2"


@pytest.fixture(scope="module")
def matrix() -> Iterator[ModuleType]:
    """The script, which finds its neighbours as it does when it runs."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import matrix as script  # noqa: PLC0415

        yield script
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))


def told(page: str) -> set[tuple[str, str, str]]:
    """Every place that a row of a family's table speaks of."""
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| `.*( \| .*){7} \|$", line)]
    return {
        (syntax, photometric, depth)
        for row in rows
        for syntax in re.findall("`(.*?)`", row[0])
        for photometric in row[1].split(", ")
        for depth in row[2].split(", ")
    }


def test_every_transfer_syntax_that_is_read_has_its_table(matrix: ModuleType) -> None:
    shown = {syntax for family in matrix.cells.families() for syntax in family.syntaxes}
    assert set(SYNTAXES) <= shown
    assert not shown & {cell.syntax for cell in matrix.cells.refused()}


def test_every_place_has_a_row_or_a_reason(matrix: ModuleType) -> None:
    wanted = {
        (matrix._short(cell.syntax), cell.photometric, cell.depth.name)
        for family in matrix.cells.families()
        for cell in matrix.cells.cells(family)
        if matrix.cells.why_empty(family, cell) is None
    }
    assert told(PAGE) == wanted


def test_the_page_tells_every_reason(matrix: ModuleType) -> None:
    assert matrix.nowhere() in PAGE
    for family in matrix.cells.families():
        reasons = {cell: why for cell in matrix.cells.cells(family) if (why := matrix.cells.why_empty(family, cell))}
        for line in matrix.reasons_of(family, reasons):
            assert line in PAGE


@pytest.mark.parametrize("depth", ["8", "16 signed"])
def test_a_row_says_what_becomes_of_its_file(depth: str, matrix: ModuleType, tmp_path: Path) -> None:
    """One grey file of every transfer syntax that has it, masked anew."""
    made = {}
    for family in matrix.cells.families():
        for cell in matrix.cells.cells(family):
            grey = cell.photometric == "MONOCHROME2" and cell.depth.name == depth
            if grey and matrix.cells.why_empty(family, cell) is None:
                made[cell] = matrix.made_pixels.make(cell, tmp_path)
    lines = matrix.masked(made.values(), tmp_path / "out", Namespace(jobs=1))
    for cell, file in made.items():
        fate = " | ".join(matrix.fate_of(lines[file], file).cells)
        rows = [row for row in PAGE.splitlines() if f"| {fate} |" in row]
        place = (matrix._short(cell.syntax), cell.photometric, cell.depth.name)
        assert place in told("\n".join(rows)), cell.name


@pytest.mark.parametrize("tail", [".4.92", ".4.94", ".4.95", ".4.205", ".7.1", ".7.3", ".4.58", ".4.66"])
def test_what_has_no_decoder_is_refused_by_name(tail: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{tail}` |"))
    assert "unsupported-transfer-syntax" in row
