"""Private tables as CSV, as spreadsheets write and read them: a header line, and lines with their numbers.

UTF-8, with or without BOM; comma, semicolon or tab; quoted where needed.  No message quotes a cell.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pixelclean.errors import ConfigurationError
from pixelclean.private import read_private, write_private

_LARGEST = 64 << 20  # bytes
_BOM = "\ufeff"
_DELIMITERS = (",", ";", "\t")
# A spreadsheet takes a cell that begins like this for a formula; one apostrophe more makes it a text, and is taken off
# again when the file is read.
_FORMULA = re.compile(r"'*[=+\-@]")
_ESCAPED = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """The cells of one line, without padding; `number` counts from 1, with the header line."""

    number: int
    cells: tuple[str, ...]


def read_csv(path: Path, what: str) -> tuple[Line, ...]:
    """Every line that is not empty, the header line first, each with as many cells as it.

    Raises ConfigurationError for a file that others may read or change, that is no table, or that is not there.
    """
    try:
        content = read_private(path, what, _LARGEST)
    except FileNotFoundError:
        raise ConfigurationError(f"no {what} {path}") from None
    try:
        return _lines(_text(content))
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None


def write_csv(path: Path, what: str, rows: Iterable[Sequence[str]]) -> None:
    """Write a new file that nobody else may read; ConfigurationError where there is one, or where it cannot be written."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
    try:
        write_private(path, what, sheet.getvalue().encode("utf-8", "backslashreplace"))
    except FileExistsError:
        raise ConfigurationError(f"the {what} {path} exists already; choose a new name") from None
    except OSError:
        raise ConfigurationError(f"the {what} {path} cannot be written") from None


def _text(content: bytes) -> str:
    if b"\0" in content:
        raise ConfigurationError("holds NUL bytes; save it as CSV in UTF-8")
    try:
        return content.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"line {line} is not UTF-8; save it as CSV in UTF-8") from None


def _lines(text: str) -> tuple[Line, ...]:
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    lines = tuple(_parsed(text, delimiter))
    if not lines:
        raise ConfigurationError("is empty")
    for line in lines:
        if len(line.cells) != len(lines[0].cells):
            raise ConfigurationError(
                f"line {line.number} has {len(line.cells)} cells, the header line has {len(lines[0].cells)}"
            )
    return lines


def _parsed(text: str, delimiter: str) -> Iterable[Line]:
    reader, before = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Line(number, tuple(_as_cell(cell) for cell in cells))
    except csv.Error:
        raise ConfigurationError(f"line {before + 1}: quotes do not match, or a cell is too long") from None


def _as_text(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _as_cell(cell: str) -> str:
    value = cell.strip()
    return value[1:] if _ESCAPED.match(value) else value
