"""The truth: a JSON file that says which lines of text are burned into which files (docs/evaluate.md).

The text of a line tells how many characters it has and is forgotten then; nothing that a truth says is ever shown but
the path of a file as it is given there.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Self, TypeVar

from pixelclean.errors import ConfigurationError
from pixelclean.evaluation.judge import Line
from pixelclean.geometry import Box

T = TypeVar("T")
_LISTS = ("files", "scenes")
_TOP = frozenset({*_LISTS, "note"})
_PLACE = ("file", "uid")
# What a list of scenes says of a file beside its lines: for people.
_ABOUT = frozenset(
    {
        *(
            "scene",
            "note",
            "repo",
            "path",
            "sha1",
            "cols",
            "rows",
            "frames",
            "modality",
            "transfer_syntax",
            "photometric",
        ),
        *("manufacturer", "model", "BurnedInAnnotation", "same_pixels", "same_boxes_other_size", "suggested_split"),
        *("looks_like_real_person", "license"),
    }
)
_ENTRY = frozenset({*_PLACE, "lines"})
_IDENTIFIES = ("identifying", "phi")
_LINE = frozenset({"box", "frames", "text", "kind", *_IDENTIFIES, "in_header"})
_LARGEST = 1 << 28  # bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one file: its path relative to the folder, or else its SOP Instance UID, and its lines.

    `number` counts entries from 1.  A file without lines counts for false alarms only.
    """

    number: int
    file: PurePosixPath | None
    uid: str
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """How messages call it: a UID is not shown."""
        return _named(self.number, self.file)


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth that was read; `path` is where it stood."""

    path: Path
    entries: tuple[Entry, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """The truth in a JSON file; ConfigurationError that names file, entry and line where it is not as it should be."""
        try:
            entries = tuple(_entries(_parsed(path)))
        except ConfigurationError as error:
            raise ConfigurationError(f"{path}: {error}") from None
        if not entries:
            raise ConfigurationError(f"{path}: names no file")
        return cls(path, entries)

    def fault(self, entry: Entry, what: str) -> ConfigurationError:
        """What is wrong with an entry, as an error that names it."""
        return ConfigurationError(f"{self.path}: {entry.name}: {what}")

    def require_fit(self, entry: Entry, rows: int, columns: int, frames: int) -> None:
        """ConfigurationError where a line lies outside an image of that size."""
        for number, line in enumerate(entry.lines, start=1):
            if line.box.right > columns or line.box.bottom > rows:
                raise self.fault(entry, f"line {number}: the box lies outside the image of {columns} by {rows} pixels")
            if line.frames and max(line.frames) >= frames:
                raise self.fault(entry, f"line {number}: the image has {frames} frames, which count from 0")


def _parsed(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError:
        raise ConfigurationError("cannot be read") from None
    if len(content) > _LARGEST:
        raise ConfigurationError(f"is larger than {_LARGEST} bytes")
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"is no JSON: line {error.lineno}, column {error.colno}") from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ConfigurationError("is no JSON in UTF-8") from None


def _entries(content: Any) -> Iterator[Entry]:
    table = _object(content, _TOP, "the whole")
    present = [name for name in _LISTS if name in table]
    if len(present) != 1:
        raise ConfigurationError(f"one list is wanted, {' or '.join(_LISTS)}")
    seen: dict[str, Entry] = {}
    for number, item in enumerate(_list(table[present[0]], present[0]), start=1):
        entry = _within(_called(number, item), partial(_entry, number, item))
        if (first := seen.setdefault(str(entry.file or entry.uid), entry)) is not entry:
            raise ConfigurationError(f"{entry.name}: the same file as in entry {first.number}")
        yield entry


def _called(number: int, item: Any) -> str:
    """How messages call an entry that may be none."""
    file = item.get("file") if isinstance(item, dict) else None
    return _named(number, file if isinstance(file, str) else None)


def _named(number: int, file: object) -> str:
    return f"entry {number} ({file})" if file else f"entry {number}"


def _entry(number: int, item: Any) -> Entry:
    table = _object(item, _ENTRY, "an entry", _ABOUT)
    if sum(name in table for name in _PLACE) != 1:
        raise ConfigurationError("either file, a path, or uid, a SOP Instance UID, is wanted")
    if "lines" not in table:
        raise ConfigurationError("lines is missing; [] says that the file shows no text")
    file = _path(table["file"]) if "file" in table else None
    uid = "" if file else _text(table["uid"], "uid")
    lines = _list(table["lines"], "lines")
    return Entry(
        number,
        file,
        uid,
        tuple(_within(f"line {each}", partial(_line, line)) for each, line in enumerate(lines, start=1)),
    )


def _line(item: Any) -> Line:
    table = _object(item, _LINE, "a line")
    said = [_truth(table[name], name) for name in _IDENTIFIES if name in table]
    if len(said) > 1:
        raise ConfigurationError("either identifying or phi, not both")
    text = table.get("text")
    return Line(
        _box(table.get("box")),
        all(said),
        _characters(_text(text, "text")) if text is not None else 0,
        _frames(table.get("frames")),
    )


def _box(value: Any) -> Box:
    try:
        return Box(*_list(value, "box"))
    except (TypeError, ValueError):
        raise ConfigurationError("box is [left, top, right, bottom] in whole pixels, half-open and not empty") from None


def _frames(value: Any) -> frozenset[int]:
    """None, one frame, or several."""
    frames = [] if value is None else value if isinstance(value, list) else [value]
    if not all(type(frame) is int and frame >= 0 for frame in frames) or value == []:
        raise ConfigurationError("frames is a number from 0 on or a list of some; null where the first frame is meant")
    return frozenset(frames)


def _characters(text: str) -> int:
    """How many places the characters of a text take: accents stand above others."""
    return sum(not unicodedata.combining(character) for character in text.strip())


def _path(value: Any) -> PurePosixPath:
    path = PurePosixPath(_text(value, "file"))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ConfigurationError("file is a path relative to the folder, and within it")
    return path


def _object(value: Any, known: Iterable[str], what: str, about: Iterable[str] = ()) -> Mapping[str, Any]:
    """A JSON object with these keys only; a key that is not known may be a text that was put in the wrong place."""
    if not isinstance(value, dict):
        raise ConfigurationError(f"{what} is an object with keys of these: {', '.join(sorted(known))}")
    if not value.keys() <= {*known, *about}:
        raise ConfigurationError(f"{what} has a key that is none of these: {', '.join(sorted(known))}")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{what} is a list")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{what} is a text")
    return value


def _truth(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{what} is true or false")
    return value


def _within(place: str, step: Callable[[], T]) -> T:
    try:
        return step()
    except ConfigurationError as error:
        raise ConfigurationError(f"{place}: {error}") from None
