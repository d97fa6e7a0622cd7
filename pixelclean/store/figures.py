"""The figures of the report: what the ledger holds, counted. No source path gets in here."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from pixelclean.geometry import Act
from pixelclean.reasons import ReasonCode
from pixelclean.store.records import Ended, Record

SHEET = 60
OUTCOMES = (Ended.RELEASED, Ended.QUEUED, Ended.QUARANTINED, Ended.SKIPPED)
NO_IMAGE = "no image"


@dataclass(slots=True)
class Figures:
    """Counts over all inputs of a store, gathered in one pass."""

    outcomes: Counter[Ended] = field(default_factory=Counter)
    modalities: Counter[tuple[str, Ended]] = field(default_factory=Counter)
    reasons: Counter[tuple[ReasonCode, str]] = field(default_factory=Counter)
    syntaxes: Counter[tuple[str, str]] = field(default_factory=Counter)
    masked: int = 0
    cleared: int = 0
    untouched: int = 0
    worked_on: int = 0
    held: list[Record] = field(default_factory=list)
    shown: dict[str, list[Record]] = field(default_factory=dict)
    frames: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.outcomes.total()

    def share(self, outcome: Ended) -> float:
        """Percent of all inputs with this outcome."""
        return 100 * self.outcomes[outcome] / self.total if self.total else 0.0

    @property
    def modality_rows(self) -> list[tuple[str, dict[Ended, int], int]]:
        """Each modality, its counts by outcome and their sum, the most frequent first."""
        sums: Counter[str] = Counter()
        for (modality, _), count in self.modalities.items():
            sums[modality] += count
        by_size = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(name, {o: self.modalities[name, o] for o in OUTCOMES}, count) for name, count in by_size]

    @property
    def not_shown(self) -> int:
        """Released images that the contact sheet has no room for, or no picture of."""
        return self.frames.total() - len(self.sheet)

    @property
    def sheet(self) -> list[Record]:
        """Released images for the contact sheet, the modalities taking turns."""
        turns = zip_longest(*(self.shown[modality] for modality in sorted(self.shown)))
        return [record for turn in turns for record in turn if record is not None][:SHEET]


def gather(records: Iterable[Record], pictures: frozenset[str], run: int) -> Figures:
    """Count every record; `pictures` are the digests that have a preview, `run` is the latest run's number."""
    figures = Figures()
    for record in records:
        _count(figures, record, run)
        if record.outcome is Ended.RELEASED:
            _count_released(figures, record)
            _offer(figures, record, pictures)
        elif record.outcome in (Ended.QUEUED, Ended.QUARANTINED):
            figures.held.append(record)
    figures.held.sort(key=lambda record: (record.outcome is Ended.QUARANTINED, modality_of(record), record.digest))
    return figures


def modality_of(record: Record) -> str:
    return record.image.modality or "not stated" if record.image else NO_IMAGE


def masks_of(record: Record) -> Iterator[tuple[int, int, int, int, str]]:
    """Left, top, width, height and act of every region that applies to the first frame."""
    for region in record.regions:
        if region.applies_to(0):
            box = region.box
            yield box.left, box.top, box.width, box.height, region.act.value


def mask_count(record: Record) -> int:
    return sum(region.act is Act.MASK for region in record.regions)


def _count(figures: Figures, record: Record, run: int) -> None:
    figures.outcomes[record.outcome] += 1
    figures.worked_on += record.run == run
    figures.reasons.update({(code, _leads_to(record, code)) for code in record.codes})
    if record.outcome is not Ended.SKIPPED:
        figures.modalities[modality_of(record), record.outcome] += 1


def _count_released(figures: Figures, record: Record) -> None:
    proof = record.proof
    if proof is None:
        return
    if _has_pixels(record):
        masked = proof.planned_pixels > 0
        figures.masked += masked
        figures.cleared += not masked and not proof.pixels_unchanged
        figures.untouched += not masked and proof.pixels_unchanged
    if proof.syntax_in != proof.syntax_out:
        figures.syntaxes[proof.syntax_in, proof.syntax_out] += 1


def _offer(figures: Figures, record: Record, pictures: frozenset[str]) -> None:
    """A candidate for the contact sheet; ones with masks come first, for they are what a reader wants to check."""
    if not _has_pixels(record):
        return
    modality = modality_of(record)
    figures.frames[modality] += 1
    if record.digest not in pictures:
        return
    shown = figures.shown.setdefault(modality, [])
    if all(record.digest != other.digest for other in shown):
        shown.append(record)
        shown.sort(key=lambda one: (mask_count(one) == 0, one.digest))
        del shown[SHEET:]


def _has_pixels(record: Record) -> bool:
    """Whether a released object is an image: a report, say, has a kind and no size."""
    return record.image is not None and record.image.frames > 0


def _leads_to(record: Record, code: ReasonCode) -> str:
    """What a reason did to this input: an input that was skipped is not held."""
    return Ended.SKIPPED.value if record.outcome is Ended.SKIPPED else code.end.value
