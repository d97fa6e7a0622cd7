"""What the ledger remembers: one Record per input, one Run per call, and their JSON."""

import dataclasses
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.outcome import Image, Reason, Result, reasons_of, word_of
from pixelclean.proof import Proof
from pixelclean.reasons import ReasonCode


class State(StrEnum):
    """How far the work on an input is known to have come."""

    STARTED = "started"
    DELIVERING = "delivering"
    FINISHED = "finished"


class Ended(StrEnum):
    """The ends of an input as results.jsonl spells them; NOT_YET never reaches it."""

    NOT_YET = ""
    RELEASED = "released"
    QUEUED = "queued"
    QUARANTINED = "quarantined"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Run:
    """What is the same for every input of a call; `judges` is one digest that stands for rules, model and version."""

    policy_name: str
    policy: str
    judges: str
    version: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as the ledger remembers it; times are ISO 8601 in UTC, `finished` is "" while it runs or after a kill."""

    number: int
    facts: Run
    key: str
    started: str
    finished: str


@dataclass(frozen=True, slots=True)
class Record:
    """One input. `source` may identify a patient, so `repr` hides it; nothing else here does.

    `plan` and `judges` are digests, `place` is relative to OUT, `output` and `output_size` describe the file there.
    `siblings` is a digest of what the index knew of its study, "" where it knew nothing.
    """

    source: str = field(repr=False)
    digest: str = ""
    state: State = State.STARTED
    outcome: Ended = Ended.NOT_YET
    reasons: tuple[Reason, ...] = ()
    regions: tuple[Region, ...] = ()
    plan: str = ""
    proof: Proof | None = None
    image: Image | None = None
    place: str = ""
    output: str = ""
    output_size: int = 0
    instance: str = ""
    policy: str = ""
    key: str = ""
    judges: str = ""
    siblings: str = ""
    seconds: float = 0.0
    run: int = 0

    @property
    def codes(self) -> tuple[ReasonCode, ...]:
        return tuple(reason.code for reason in self.reasons)


_ESCAPED = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")


def source_name(path: Path) -> str:
    """How a path is written in the ledger: bytes that are no UTF-8 as \\xe9, and a backslash as two.

    Different paths have different names, and `path_of_name` gives the path back.
    """
    return os.fsencode(path).replace(b"\\", rb"\\").decode("utf-8", "backslashreplace")


def path_of_name(name: str) -> Path:
    """The path that `source_name` wrote."""
    return Path(os.fsdecode(_ESCAPED.sub(_unescaped, name.encode())))


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if found[1] else b"\\"


def record_of(name: str, result: Result) -> Record:
    """The record of a finished result, before delivery adds what only delivery knows."""
    plan, output = result.plan, result.output
    return Record(
        source=name,
        digest=result.digest,
        state=State.FINISHED,
        outcome=Ended(word_of(result.outcome)),
        reasons=reasons_of(result.outcome),
        regions=plan.regions if plan else (),
        plan=plan.digest if plan else "",
        proof=result.proof,
        image=result.image,
        place=output.place.as_posix() if output else "",
        output=output.digest if output else "",
        instance=result.instance,
        seconds=result.seconds,
    )


def reasons_as_json(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Reasons as results.jsonl shows them."""
    return [{"code": str(reason.code), "detail": reason.detail} for reason in reasons]


def reasons_from_json(items: Iterable[Mapping[str, str]]) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonCode(item["code"]), item["detail"]) for item in items)


def regions_as_json(regions: Iterable[Region]) -> list[dict[str, Any]]:
    """Regions as results.jsonl shows them."""
    return [
        {
            "frame": region.frame,
            "box": list(region.box.edges),
            "act": str(region.act),
            "origin": str(region.origin),
            "reference": region.reference,
        }
        for region in regions
    ]


def regions_from_json(items: Iterable[Mapping[str, Any]]) -> tuple[Region, ...]:
    return tuple(
        Region(Box(*item["box"]), Act(item["act"]), Origin(item["origin"]), item["reference"], item["frame"])
        for item in items
    )


def proof_from_json(item: Mapping[str, Any] | None) -> Proof | None:
    if item is None:
        return None
    return Proof(**{**item, "identifiers_left": tuple(item["identifiers_left"])})


def image_from_json(item: Mapping[str, Any] | None) -> Image | None:
    return None if item is None else Image(**item)


def value_as_json(value: Proof | Image | None) -> dict[str, Any] | None:
    """A proof or an image, field by field."""
    return None if value is None else dataclasses.asdict(value)


def compact(value: object) -> str:
    """JSON without spaces, keys in the order they were given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
