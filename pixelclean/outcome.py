"""Reason, the three ends of a file, and the Result that carries them."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import assert_never

from pixelclean.plan import Plan
from pixelclean.proof import Proof
from pixelclean.reasons import End, ReasonCode


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why a file was held, or what is worth saying about it; `detail` names tags and numbers, never a value."""

    code: ReasonCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """Proven. `notes` say things that do not hold the file back."""

    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Queued:
    """An operator must look."""

    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("nothing waits without a reason")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Cannot be processed as it is."""

    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("nothing is quarantined without a reason")


Outcome = Released | Queued | Quarantined


def reasons_of(outcome: Outcome) -> tuple[Reason, ...]:
    """The reasons, or notes, that an outcome carries."""
    match outcome:
        case Released(notes):
            return notes
        case Queued(reasons) | Quarantined(reasons):
            return reasons
        case _:
            assert_never(outcome)


def word_of(outcome: Outcome) -> str:
    """The outcome as results.jsonl spells it: released, queued or quarantined."""
    match outcome:
        case Released():
            return "released"
        case Queued():
            return "queued"
        case Quarantined():
            return "quarantined"
        case _:
            assert_never(outcome)


def outcome_of(reasons: tuple[Reason, ...]) -> Outcome:
    """The end that a set of reasons leads to: the gravest one decides."""
    ends = {reason.code.end for reason in reasons}
    if End.QUARANTINE in ends:
        return Quarantined(reasons)
    return Queued(reasons) if End.QUEUE in ends else Released(reasons)


@dataclass(frozen=True, slots=True)
class Output:
    """A proven file that waits in the spool: its name there, its digest, and where delivery shall place it.

    `place` is relative to OUT; each of its segments is a keyed pseudonym (DESIGN: OUT holds no PHI, in names either).
    `preview` names a PNG of the released file's first frame in the same spool, "" where there is none.
    """

    spool_name: str
    digest: str
    place: PurePosixPath
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """What the report counts and shows of an image: no value that identifies, only its kind and size."""

    modality: str
    sop_class: str
    rows: int
    columns: int
    frames: int


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that is known about one input after `Cleaner.clean`; picklable, free of PHI.

    `output` is there exactly when the outcome is Released.
    """

    digest: str
    outcome: Outcome
    output: Output | None = None
    plan: Plan | None = None
    proof: Proof | None = None
    image: Image | None = None
    instance: str = ""
    """Keyed pseudonym of the SOP Instance UID, "" where the file has none: two files that share it are noticed."""
    policy: str = ""
    key: str = ""
    seconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.outcome, Released) != (self.output is not None):
            raise ValueError("released and having an output are the same thing")
        if isinstance(self.outcome, Released) and (self.proof is None or not self.proof.holds):
            raise ValueError("nothing is released without a proof that holds")


def held(digest: str, reasons: tuple[Reason, ...], seconds: float = 0.0) -> Result:
    """The result of an input that could not be carried further, whatever its reasons say it ends as.

    A note alone cannot hold a file: it is then an internal error.
    """
    outcome = outcome_of(reasons)
    if isinstance(outcome, Released):
        outcome = Quarantined((*reasons, Reason(ReasonCode.INTERNAL_ERROR, "held without a reason")))
    return Result(digest, outcome, seconds=seconds)
