"""Originals that wait: one folder per item in queue/ or quarantine/, named by the digest of the input.

`original.dcm` is the input itself, a hard link where the file system allows it; `item.json` says why it waits and what
was proposed.  Where the input came from is in the ledger only.  A folder without item.json is not an item yet.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixelclean.key import ProjectKey
from pixelclean.outcome import Image, Reason
from pixelclean.plan import Plan
from pixelclean.proof import Proof
from pixelclean.store.durable import copy, create_private, digest_of_file, open_regular, part_of, replace_file
from pixelclean.store.layout import Store
from pixelclean.store.records import (
    Ended,
    Record,
    image_from_json,
    proof_from_json,
    reasons_as_json,
    reasons_from_json,
    regions_as_json,
    regions_from_json,
    value_as_json,
)
from pixelclean.store.sweep import remove

ORIGINAL, ITEM = "original.dcm", "item.json"


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One input that waits. `original` is None when it could not be read; `plan` is what was proposed."""

    digest: str
    outcome: Ended
    reasons: tuple[Reason, ...]
    plan: Plan | None
    proof: Proof | None
    image: Image | None
    policy: str
    key: str
    judges: str
    original: Path | None


class OriginalChangedError(Exception):
    """The input is not what was worked on any more."""


def name_of(record: Record, key: ProjectKey) -> str:
    """The folder of an item; an input whose bytes could not be read has no digest, so its path stands for it."""
    return record.digest or f"unread-{key.pseudonym('held', record.source, 32)}"


def hold(store: Store, record: Record, plan: Plan | None, original: Path | None, key: ProjectKey) -> None:
    """Put the original, when there is one, and what is known about it aside. Raises OSError, OriginalChangedError."""
    folder = _room(store, record.outcome) / name_of(record, key)
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = original is not None and bool(record.digest) and _keep_original(original, folder / ORIGINAL, record.digest)
    item = {
        "digest": record.digest,
        "outcome": record.outcome.value,
        "reasons": reasons_as_json(record.reasons),
        "plan": _plan_as_json(plan),
        "proof": value_as_json(record.proof),
        "image": value_as_json(record.image),
        "policy": record.policy,
        "key": record.key,
        "judges": record.judges,
        "original": ORIGINAL if kept else None,
    }
    replace_file(folder / ITEM, json.dumps(item, indent=1).encode())


def is_held(store: Store, record: Record, key: ProjectKey) -> bool:
    """Whether the item of a queued or quarantined record is there."""
    return (_room(store, record.outcome) / name_of(record, key) / ITEM).is_file()


def drop(store: Store, outcome: Ended, name: str) -> None:
    """Remove an item that is superseded."""
    remove(_room(store, outcome) / name)


def items(store: Store, outcome: Ended) -> Iterator[HeldItem]:
    """Every item of queue/ or quarantine/, ordered by name."""
    for folder in sorted(_room(store, outcome).iterdir()):
        if (folder / ITEM).is_file():
            yield load(folder)


def names(store: Store, outcome: Ended) -> tuple[str, ...]:
    """The names of all folders in queue/ or quarantine/."""
    return tuple(sorted(path.name for path in _room(store, outcome).iterdir()))


def load(folder: Path) -> HeldItem:
    """One item. Raises OSError, and ValueError or KeyError when item.json is not ours."""
    item = json.loads((folder / ITEM).read_bytes())
    return HeldItem(
        digest=item["digest"],
        outcome=Ended(item["outcome"]),
        reasons=reasons_from_json(item["reasons"]),
        plan=_plan_from_json(item["plan"]),
        proof=proof_from_json(item["proof"]),
        image=image_from_json(item["image"]),
        policy=item["policy"],
        key=item["key"],
        judges=item["judges"],
        original=folder / item["original"] if item["original"] else None,
    )


def _room(store: Store, outcome: Ended) -> Path:
    return {Ended.QUEUED: store.queue, Ended.QUARANTINED: store.quarantine}[outcome]


def _keep_original(original: Path, target: Path, digest: str) -> bool:
    """The original's bytes as `target`; what is there already is kept when it is the same."""
    if target.is_file() and digest_of_file(target) == digest:
        return True
    part = part_of(target)
    part.unlink(missing_ok=True)
    try:
        os.link(original.resolve(), part)
    except OSError:
        _copy_original(original, part)
    if digest_of_file(part) != digest:
        part.unlink()
        raise OriginalChangedError
    part.replace(target)
    return True


def _copy_original(original: Path, part: Path) -> None:
    """Across file systems, or where the kernel protects files of other users from being linked."""
    source = open_regular(original.resolve())
    try:
        target = create_private(part)
        try:
            copy(source, target)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _plan_as_json(plan: Plan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    size = {"rows": plan.rows, "columns": plan.columns, "frames": plan.frames}
    return {"digest": plan.digest, **size, "regions": regions_as_json(plan.regions)}


def _plan_from_json(item: dict[str, Any] | None) -> Plan | None:
    if item is None:
        return None
    return Plan(item["rows"], item["columns"], item["frames"], regions_from_json(item["regions"]))
