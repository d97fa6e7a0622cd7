"""A Record as a row of the ledger, and back."""

import json
from typing import Any

from sqlalchemy import Row

from pixelclean.store.records import (
    Ended,
    Record,
    State,
    compact,
    image_from_json,
    proof_from_json,
    reasons_as_json,
    reasons_from_json,
    regions_as_json,
    regions_from_json,
    value_as_json,
)


def row_of(record: Record) -> dict[str, Any]:
    """The columns of `inputs`; what describes the file in OUT is a row of `outputs`."""
    return {
        "source": record.source,
        "digest": record.digest,
        "state": record.state.value,
        "outcome": record.outcome.value,
        "reasons": compact(reasons_as_json(record.reasons)),
        "regions": compact(regions_as_json(record.regions)),
        "plan": record.plan,
        "proof": compact(value_as_json(record.proof)),
        "image": compact(value_as_json(record.image)),
        "place": record.place,
        "instance": record.instance,
        "policy": record.policy,
        "key": record.key,
        "judges": record.judges,
        "siblings": record.siblings,
        "seconds": record.seconds,
        "run": record.run,
    }


def record_from_row(row: Row[Any]) -> Record:
    """The record of a row of `inputs` joined with its row of `outputs`."""
    return Record(
        source=row.source,
        digest=row.digest,
        state=State(row.state),
        outcome=Ended(row.outcome),
        reasons=reasons_from_json(json.loads(row.reasons)),
        regions=regions_from_json(json.loads(row.regions)),
        plan=row.plan,
        proof=proof_from_json(json.loads(row.proof)),
        image=image_from_json(json.loads(row.image)),
        place=row.place,
        output=row.output or "",
        output_size=row.size or 0,
        instance=row.instance,
        policy=row.policy,
        key=row.key,
        judges=row.judges,
        siblings=row.siblings,
        seconds=row.seconds,
        run=row.run,
    )
