"""report.html: a run for people. One file, no script, nothing fetched, no source path and no value of a data set."""

import base64
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

from pixelclean.dicom import SYNTAXES
from pixelclean.reasons import End, ReasonCode
from pixelclean.store import figures as counted
from pixelclean.store.advice import advice_for
from pixelclean.store.durable import replace_file
from pixelclean.store.layout import Store
from pixelclean.store.records import Ended, PastRun, Record

_TEMPLATE = Path(__file__).with_name("report.html.j2")
_LARGEST_PREVIEW = 1 << 20
_HELD_SHOWN = 500


def write(store: Store) -> None:
    """Write report.html anew from the ledger and the previews. Raises OSError."""
    replace_file(store.report, render(store).encode())


def render(store: Store) -> str:
    """The report as HTML."""
    run = store.ledger.last_run()
    pictures = frozenset(path.stem for path in store.previews.glob("*.png") if _is_small(path))
    figures = counted.gather(store.ledger.finished(), pictures, run.number if run else 0)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        run=run,
        clock=_clock(run, figures.worked_on),
        key=store.key,
        figures=figures,
        outcomes=counted.OUTCOMES,
        reasons=_reasons(figures),
        syntaxes=[(_syntax(a), _syntax(b), count) for (a, b), count in figures.syntaxes.most_common()],
        sheet=[_picture(store, record) for record in figures.sheet],
        held=[_held(record) for record in figures.held[:_HELD_SHOWN]],
        held_left=max(0, len(figures.held) - _HELD_SHOWN),
        audit=store.ledger.audit_head()[0],
    )


def _clock(run: PastRun | None, worked_on: int) -> dict[str, str]:
    """When the run was, how long it took and how fast it was, as a reader says it."""
    if run is None:
        return {"started": "not yet", "finished": "not yet", "seconds": "-", "rate": "-"}
    started = datetime.fromisoformat(run.started)
    if not run.finished:
        return {"started": _moment(started), "finished": "not finished", "seconds": "-", "rate": "-"}
    finished = datetime.fromisoformat(run.finished)
    seconds = (finished - started).total_seconds()
    rate = f"{worked_on / seconds:.1f} files/s" if seconds > 0 else "-"
    return {"started": _moment(started), "finished": _moment(finished), "seconds": _duration(seconds), "rate": rate}


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _reasons(figures: counted.Figures) -> list[dict[str, Any]]:
    """Every reason that occurs: what holds files first, notes last, frequent ones before rare ones."""
    order = [End.QUARANTINE.value, End.QUEUE.value, End.NOTE.value, Ended.SKIPPED.value]
    found = sorted(figures.reasons.items(), key=lambda pair: (order.index(pair[0][1]), -pair[1], pair[0]))
    return [
        {"code": code.value, "end": end, "count": count, "words": code.words, "advice": advice_for(code)}
        for (code, end), count in found
    ]


def _syntax(uid: str) -> str:
    return SYNTAXES[uid].name if uid in SYNTAXES else uid or "none"


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= _LARGEST_PREVIEW


def _picture(store: Store, record: Record) -> dict[str, Any]:
    """A released frame with its regions, in the image's own coordinates."""
    content = (store.previews / f"{record.digest}.png").read_bytes()
    image = record.image
    assert image is not None
    return {
        "data": base64.b64encode(content).decode(),
        "name": short(record),
        "modality": counted.modality_of(record),
        "rows": image.rows,
        "columns": image.columns,
        "frames": image.frames,
        "boxes": list(counted.masks_of(record)),
        "masks": counted.mask_count(record),
    }


def _held(record: Record) -> dict[str, Any]:
    return {
        "name": short(record),
        "outcome": record.outcome.value,
        "modality": counted.modality_of(record),
        "codes": [code.value for code in record.codes if code.end is not End.NOTE],
        "words": [ReasonCode(code).words for code in record.codes if code.end is not End.NOTE],
    }


def short(record: Record) -> str:
    """How the report names an input: the first 12 digits of its digest."""
    return record.digest[:12] or "unread"
