"""Tally: the judgements of all files as counts, by modality and together."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from pixelclean.evaluation.judge import LineVerdict, Verdict
from pixelclean.evaluation.truth import Entry
from pixelclean.evaluation.worker import Judged, Judgement
from pixelclean.outcome import Released, Result, reasons_of, word_of

ALL = "all"
"""Stands for every modality together."""
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled file: its path relative to the folder, what the truth says of it, what came of it."""

    file: str
    entry: Entry
    result: Result

    @property
    def released(self) -> bool:
        """Whether there is an output; what is held back leaks nothing."""
        return isinstance(self.result.outcome, Released)

    @property
    def modality(self) -> str:
        """One of the listed terms, "other", or "unknown" where the file was held before that was asked."""
        return self.result.image.modality if self.result.image else _UNKNOWN

    @property
    def judgement(self) -> Judgement | None:
        """What was seen; None where there was nothing to see, or no way to see it."""
        return self.result.judgement if isinstance(self.result, Judged) else None

    @property
    def trouble(self) -> str:
        """Why there is no judgement, "" where none was due."""
        return self.result.trouble if isinstance(self.result, Judged) else ""

    @property
    def verdict(self) -> Verdict | None:
        """What is left; of an output that could not be judged, everything."""
        if self.judgement is not None:
            return self.judgement.verdict
        if not self.released:
            return None
        return Verdict(tuple(LineVerdict(line, True, 0.0, 0, 0, 0) for line in self.entry.lines), 0.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is left in some files; `measured` are those that could be looked at, shares are of their pixels."""

    files: int
    measured: int
    lines: int
    lines_left: int
    identifying: int
    identifying_left: int
    cells: int
    cells_left: int
    away_median: float | None
    away_95: float | None

    @classmethod
    def of(cls, files: Iterable[Scored]) -> Self:
        """Counts over these files; percentiles are None where none was judged."""
        given = tuple(files)
        verdicts = [each.verdict for each in given if each.verdict is not None]
        lines = [line for verdict in verdicts for line in verdict.lines]
        identifying = [line for line in lines if line.line.identifies]
        away = [each.judgement.verdict.away for each in given if each.judgement is not None]
        return cls(
            files=len(given),
            measured=len(verdicts),
            lines=len(lines),
            lines_left=sum(line.left for line in lines),
            identifying=len(identifying),
            identifying_left=sum(line.left for line in identifying),
            cells=sum(line.cells for line in lines),
            cells_left=sum(line.cells_left for line in lines),
            away_median=float(np.percentile(away, 50)) if away else None,
            away_95=float(np.percentile(away, 95)) if away else None,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one modality, or of all: of what was released, and of what the plans of held files would do."""

    modality: str
    released: Counts
    held: Counts


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of all labelled files, and which files of the folder the truth does not name."""

    files: tuple[Scored, ...]
    not_labelled: tuple[str, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One for each modality, and the last one for all."""
        modalities = sorted({each.modality for each in self.files})
        return (
            *(_row(name, [each for each in self.files if each.modality == name]) for name in modalities),
            self.total,
        )

    @property
    def total(self) -> Row:
        """All files together."""
        return _row(ALL, self.files)

    @property
    def as_object(self) -> Mapping[str, Any]:
        """For JSON: no text, and no path but those that the truth or the folder gives."""
        return {
            "modalities": [asdict(row) for row in self.rows[:-1]],
            "total": asdict(self.total),
            "files": [_file(each) for each in self.files],
            "not_labelled": list(self.not_labelled),
        }


def _row(modality: str, files: Iterable[Scored]) -> Row:
    given = tuple(files)
    released = Counts.of(each for each in given if each.released)
    return Row(modality, released, Counts.of(each for each in given if not each.released))


def _file(scored: Scored) -> dict[str, Any]:
    verdict, judgement = scored.verdict, scored.judgement
    return {
        "file": scored.file,
        "entry": scored.entry.number,
        "modality": scored.modality,
        "outcome": word_of(scored.result.outcome),
        "reasons": sorted({reason.code for reason in reasons_of(scored.result.outcome)}),
        "not_judged": scored.trouble,
        "lines": [_line(number, line) for number, line in enumerate(verdict.lines, start=1)] if verdict else None,
        "away": judgement.verdict.away if judgement else None,
        "false_alarms": [
            {"box": list(alarm.box.edges), "frame": alarm.frame, "pixels": alarm.pixels} for alarm in judgement.alarms
        ]
        if judgement
        else None,
    }


def _line(number: int, verdict: LineVerdict) -> dict[str, Any]:
    return {
        "line": number,
        "box": list(verdict.line.box.edges),
        "identifying": verdict.line.identifies,
        "left": verdict.left,
        "covered": round(verdict.covered, 4),
        "frame": verdict.frame,
        "cells": verdict.cells,
        "cells_left": verdict.cells_left,
    }
