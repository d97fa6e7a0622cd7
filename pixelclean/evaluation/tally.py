"""Tally: the judgements of all files as counts, by modality and together; what was not judged is counted too."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from pixelclean.evaluation.judge import LineVerdict, Verdict, all_left
from pixelclean.evaluation.truth import Entry
from pixelclean.evaluation.worker import Judged, Judgement
from pixelclean.outcome import Released, Result, reasons_of, word_of
from pixelclean.reasons import ReasonCode

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
    def not_judged(self) -> tuple[str, ...]:
        """Why there is no judgement: what the judge stumbled over, else the reasons that held the file before it was
        looked at; () where it was judged."""
        if self.judgement is not None:
            return ()
        if isinstance(self.result, Judged) and self.result.trouble:
            return (self.result.trouble,)
        codes = {reason.code for reason in reasons_of(self.result.outcome)}
        return tuple(sorted(codes or {ReasonCode.INTERNAL_ERROR}))

    @property
    def verdict(self) -> Verdict | None:
        """What is left; of an output that could not be judged, everything."""
        if self.judgement is not None:
            return self.judgement.verdict
        if not self.released:
            return None
        return Verdict(tuple(map(all_left, self.entry.lines)), None)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is left in some files, of the lines that are labelled there.

    `not_judged` are the files that could not be looked at; a line that is not judged is one of theirs, or one whose label
    is in doubt.  Of an output that could not be looked at every line counts as left.
    """

    files: int
    not_judged: int
    lines: int
    lines_left: int
    lines_not_judged: int
    identifying: int
    identifying_left: int
    identifying_not_judged: int
    cells: int
    cells_left: int
    away_median: float | None
    away_95: float | None

    @classmethod
    def of(cls, files: Iterable[Scored]) -> Self:
        """Counts over these files; percentiles are None where no pixel was compared."""
        given = tuple(files)
        lines = [line for each in given if each.verdict is not None for line in each.verdict.lines]
        unseen = [line for each in given if each.verdict is None for line in each.entry.lines]
        identifying = [line for line in lines if line.line.identifies]
        unseen_identifying = sum(line.identifies for line in unseen)
        away = [each.verdict.away for each in given if each.verdict is not None and each.verdict.away is not None]
        return cls(
            files=len(given),
            not_judged=sum(bool(each.not_judged) for each in given),
            lines=len(lines) + len(unseen),
            lines_left=sum(line.left for line in lines),
            lines_not_judged=sum(line.doubt is not None for line in lines) + len(unseen),
            identifying=len(identifying) + unseen_identifying,
            identifying_left=sum(line.left for line in identifying),
            identifying_not_judged=sum(line.doubt is not None for line in identifying) + unseen_identifying,
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
    def not_judged(self) -> tuple[tuple[str, int, int], ...]:
        """What was not judged, by reason: how many files, and how many lines of files that were."""
        files = Counter(why for each in self.files for why in each.not_judged)
        lines = Counter(str(line.doubt) for each in self.files for line in _lines_of(each.verdict) if line.doubt)
        return tuple((why, files[why], lines[why]) for why in sorted({*files, *lines}))

    @property
    def as_object(self) -> Mapping[str, Any]:
        """For JSON: no text, and no path but those that the truth or the folder gives."""
        return {
            "modalities": [asdict(row) for row in self.rows[:-1]],
            "total": asdict(self.total),
            "not_judged": [{"reason": why, "files": files, "lines": lines} for why, files, lines in self.not_judged],
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
        "not_judged": list(scored.not_judged),
        "lines": [_line(number, line) for number, line in enumerate(verdict.lines, start=1)] if verdict else None,
        "away": judgement.verdict.away if judgement else None,
        "false_alarms": [
            {"box": list(alarm.box.edges), "frame": alarm.frame, "pixels": alarm.pixels} for alarm in judgement.alarms
        ]
        if judgement
        else None,
    }


def _lines_of(verdict: Verdict | None) -> tuple[LineVerdict, ...]:
    return verdict.lines if verdict else ()


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
        "not_judged": verdict.doubt or "",
    }
