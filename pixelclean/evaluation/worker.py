"""The worker: cleans a file as `clean` does, then judges what came of it, in the same process and its limits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from pixelclean.batch.task import cleaner_for
from pixelclean.batch.worker import WorkerSettings, confine, serve
from pixelclean.dicom import Frames, Source, has_pixels, open_frames, quiet, read
from pixelclean.errors import Refused
from pixelclean.evaluation.ink import Shown
from pixelclean.evaluation.judge import Line, Verdict, judge
from pixelclean.evaluation.shots import Alarm, Shot, alarms, shot_of_alarm, shot_of_line
from pixelclean.evaluation.sight import Sight, filled
from pixelclean.header import Trace
from pixelclean.outcome import Result
from pixelclean.pipeline import Cleaner, place_of
from pixelclean.plan import Plan
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was seen of one file: of its output where it is released, else of what its plan would have masked.

    A file without pixels and without labels has neither lines nor pixels that could change.
    """

    verdict: Verdict
    alarms: tuple[Alarm, ...] = ()
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged(Result):
    """A result with its judgement; `trouble` is the kind and place of the error where there could be none."""

    judgement: Judgement | None = None
    trouble: str = ""

    @classmethod
    def of(cls, result: Result, judgement: Judgement | None = None, trouble: str = "") -> Self:
        """The result and what was seen."""
        same = {each.name: getattr(result, each.name) for each in fields(Result)}
        return cls(**same, judgement=judgement, trouble=trouble)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the workers judge: the lines of each file, by its SHA-256, and whether pictures are wanted."""

    lines: Mapping[str, tuple[Line, ...]]
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Judging(Cleaner):
    """A cleaner that judges what it did."""

    asked: Asked = field(default_factory=lambda: Asked({}))

    @classmethod
    def by(cls, cleaner: Cleaner, asked: Asked) -> Self:
        """The same cleaner, judging."""
        same = {each.name: getattr(cleaner, each.name) for each in fields(Cleaner)}
        return cls(**same, asked=asked)

    def clean(self, source: Source, spool: Path, siblings: frozenset[Trace] = frozenset()) -> Result:
        """The result of the cleaner, with its judgement; never raises."""
        result = Cleaner.clean(self, source, spool, siblings)
        try:
            with quiet():
                return Judged.of(result, _judgement(source, result, spool, self.asked, self.policy.limits))
        except Refused as refused:
            return Judged.of(result, trouble=str(refused.code))
        except Exception as error:  # noqa: BLE001 - whatever it is, the file counts as not judged
            return Judged.of(result, trouble=place_of(error))


def work(asked: Asked, settings: WorkerSettings, inbox: Connection) -> None:
    """The life of a worker that judges: what `Pool` starts in a process of its own."""
    confine(settings.spool)
    cleaner = cleaner_for(settings.task, settings.policy, settings.key, settings.threads, settings.ways)
    serve(Judging.by(cleaner, asked), settings, inbox)


def _judgement(source: Source, result: Result, spool: Path, asked: Asked, limits: Limits) -> Judgement | None:
    """What is seen of the output, or of the plan where there is none; None where there is neither.

    Refused where nothing shows what the lines are asked of.
    """
    lines = asked.lines[source.digest]
    if result.output is None and result.plan is None:
        return None
    if not has_pixels(source.dataset):
        if lines:
            raise Refused(ReasonCode.NO_PIXEL_DATA, "lines are labelled")
        return Judgement(Verdict((), None))
    if result.plan is None:
        raise Refused(ReasonCode.NO_PIXEL_VERDICT, "pixels without a plan")
    sight = Sight.of(source.dataset, source.transfer_syntax, limits)
    output = _frames_of(spool / result.output.spool_name, limits) if result.output else None
    pairs = sight.beside(output) if output else sight.masked(result.plan)
    verdict, far = judge(lines, pairs, sight.loss), alarms(result.plan, lines)
    shots = _shots(sight, output, result.plan, verdict, far) if asked.pictures else ()
    return Judgement(verdict, far, tuple(shots))


def _frames_of(path: Path, limits: Limits) -> Frames:
    written = read(path, limits)
    return open_frames(written.dataset, written.transfer_syntax, limits)


def _shots(sight: Sight, output: Frames | None, plan: Plan, verdict: Verdict, far: tuple[Alarm, ...]) -> Iterator[Shot]:
    for line in verdict.lines:
        if line.left or line.doubt:
            before = sight.before(line.frame)
            yield shot_of_line(line, before, _after(sight, output, plan, before, line.frame))
    for alarm in far:
        yield shot_of_alarm(alarm, sight.before(alarm.frame))


def _after(sight: Sight, output: Frames | None, plan: Plan, before: Shown, frame: int) -> Shown:
    return sight.after(output, frame) if output else filled(before, plan.mask(frame))
