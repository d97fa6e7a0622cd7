"""results.jsonl: one line per input, exported from the ledger for other programs."""

import os
from typing import Any

from pixelclean.store.durable import create_private, part_of, sync_folder
from pixelclean.store.layout import Store
from pixelclean.store.records import Record, compact, reasons_as_json, regions_as_json, value_as_json


def export(store: Store) -> None:
    """Write results.jsonl anew, ordered by source; a reader sees the old file or the new one. Raises OSError."""
    part = part_of(store.results)
    with os.fdopen(create_private(part), "wb") as file:
        for record in store.ledger.finished():
            file.write(f"{compact(line_of(record))}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(store.results)
    sync_folder(store.root)


def line_of(record: Record) -> dict[str, Any]:
    """One input as results.jsonl shows it; `source` is the only field that may identify."""
    return {
        "source": record.source,
        "digest": record.digest,
        "outcome": record.outcome.value,
        "output": record.place or None,
        "reasons": reasons_as_json(record.reasons),
        "regions": regions_as_json(record.regions),
        "proof": value_as_json(record.proof),
        "policy": record.policy,
        "key": record.key,
        "seconds": round(record.seconds, 3),
    }
