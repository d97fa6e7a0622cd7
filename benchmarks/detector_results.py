"""Tables of a benchmark: printed, and kept in a folder as JSON and as Markdown, each part by itself."""

import json
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import running

from pixelclean import resources
from pixelclean.version import __version__

PARTS = ("frames", "false-alarms", "presidio", "speed", "large", "cine")
_CORNER = ":---"


@dataclass(frozen=True, slots=True)
class Table:
    """One table; cells are texts and numbers as they shall be shown."""

    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    @classmethod
    def of(cls, head: Iterable[str], rows: Iterable[Sequence[object]]) -> "Table":
        """A table of any rows."""
        return cls(tuple(head), tuple(tuple(row) for row in rows))

    @property
    def text(self) -> str:
        """For a terminal."""
        return running.table(self.head, self.rows)

    @property
    def markdown(self) -> str:
        """For models/README.md."""
        rule = (_CORNER, *("---:" for _ in self.head[1:]))
        return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (self.head, rule, *self.rows))

    @property
    def as_object(self) -> list[dict[str, object]]:
        """For JSON: a row each, by the heads of the columns."""
        return [dict(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Results:
    """What parts of the benchmark gave, in a folder; without one it is only printed."""

    folder: Path | None

    def take(self, part: str, tables: Sequence[Table], about: dict[str, Any]) -> None:
        """Print the tables of a part, and keep them as PART.json and in detector.md, beside those of the other parts."""
        print(f"\n== {part}: {json.dumps(about)}\n")
        print("\n\n".join(table.text for table in tables), flush=True)
        if self.folder is not None:
            self.keep(part, tables, about)

    def keep(self, part: str, tables: Sequence[Table], about: dict[str, Any]) -> None:
        """Write what there is of a part until now."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        told = {"part": part, "about": {**about, **surroundings()}, "tables": [table.as_object for table in tables]}
        (self.folder / f"{part}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
        shown = "\n\n".join(
            [
                f"## {part}",
                "; ".join(f"{k}: {v}" for k, v in told["about"].items()),
                *(table.markdown for table in tables),
            ]
        )
        (self.folder / f"{part}.md").write_text(shown + "\n", encoding="utf-8")
        parts = [place for each in PARTS if (place := self.folder / f"{each}.md").exists()]
        whole = "\n".join(place.read_text(encoding="utf-8") for place in parts)
        (self.folder / "detector.md").write_text(whole, encoding="utf-8")


def surroundings() -> dict[str, str]:
    """What the figures depend on beside the frames."""
    network = resources.models("text.onnx")
    tesseract = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )[0]
    return {
        "pixelclean": __version__,
        "network": running.sha256(network)[:16],
        "tesseract": tesseract.removeprefix("tesseract "),
        "python": sys.version.split()[0],
        "processor": _processor(),
        "date": time.strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    place = Path("/proc/cpuinfo")
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())
