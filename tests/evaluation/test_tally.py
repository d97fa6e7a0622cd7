"""The tally: what is released and what is held are counted apart, and what cannot be judged counts as left."""

from pathlib import PurePosixPath

from pixelclean.evaluation import Entry, Evaluation, Line
from pixelclean.evaluation.judge import Doubt, LineVerdict, Verdict
from pixelclean.evaluation.tally import Scored
from pixelclean.evaluation.worker import Judged, Judgement
from pixelclean.geometry import Box
from pixelclean.outcome import Image, Output, Queued, Reason, Released, Result, held
from pixelclean.proof import Proof
from pixelclean.reasons import ReasonCode

NAME, UNIT = Line(Box(0, 0, 9, 9)), Line(Box(0, 20, 9, 29), identifies=False)
PROOF = Proof(0, 0, 0, 0, (), True, "1.2", "1.2", "none")
OUTPUT = Output("a.dcm", "0" * 64, PurePosixPath("p/a.dcm"))


def result(modality: str, *, released: bool = True) -> Result:
    outcome = Released() if released else Queued((Reason(ReasonCode.FAINT_TEXT),))
    image = Image(modality, "", 10, 10, 1)
    return Result("0" * 64, outcome, OUTPUT if released else None, proof=PROOF, image=image)


def scored(given: Result, left: tuple[bool, bool] | None = None, away: float = 0.0, trouble: str = "") -> Scored:
    """A file with both lines; `left` says which of them are."""
    entry = Entry(1, PurePosixPath("a.dcm"), "", (NAME, UNIT))
    lines = tuple(
        LineVerdict(line, gone, 0.0 if gone else 1.0, 0, 5, 3 * gone)
        for line, gone in zip(entry.lines, left or (False, False), strict=True)
    )
    judgement = Judgement(Verdict(lines, away)) if left else None
    return Scored("a.dcm", entry, Judged.of(given, judgement, trouble))


def test_what_is_left_is_counted_by_modality_and_together() -> None:
    files = (
        scored(result("US"), (False, True), away=0.02),
        scored(result("US"), (False, False), away=0.04),
        scored(result("CT"), (True, True)),
    )
    made = Evaluation(files, ())
    assert [row.modality for row in made.rows] == ["CT", "US", "all"]
    ultrasound, total = made.rows[1].released, made.total.released
    assert (ultrasound.lines, ultrasound.lines_left, ultrasound.identifying, ultrasound.identifying_left) == (
        4,
        1,
        2,
        0,
    )
    assert (ultrasound.cells, ultrasound.cells_left, ultrasound.away_median) == (20, 3, 0.03)
    assert (total.files, total.lines_left, total.identifying_left, total.cells_left) == (3, 3, 1, 9)


def test_what_is_held_back_leaks_nothing_and_is_counted_apart() -> None:
    made = Evaluation((scored(result("US", released=False), (True, True)),), ())
    assert made.total.released.files == made.total.released.identifying_left == 0
    assert made.total.held.identifying_left == 1


def test_an_output_that_could_not_be_judged_counts_as_left() -> None:
    total = Evaluation((scored(result("US"), trouble="undecodable"),), ()).total.released
    assert (total.lines_left, total.identifying_left, total.away_median) == (2, 1, None)
    assert (total.not_judged, total.lines_not_judged) == (1, 0)
    assert total.cells == total.cells_left == 2


def test_a_file_that_was_held_before_it_was_looked_at_is_not_judged_and_neither_are_its_lines() -> None:
    refused = held("0" * 64, (Reason(ReasonCode.TRUNCATED),))
    made = Evaluation((Scored("a.dcm", Entry(1, None, "1.2", (NAME, UNIT)), refused),), ())
    total = made.total.held
    assert (total.files, total.not_judged) == (1, 1)
    assert (total.lines, total.lines_left, total.lines_not_judged) == (2, 0, 2)
    assert (total.identifying, total.identifying_not_judged) == (1, 1)
    assert made.not_judged == (("truncated", 1, 0),)


def test_a_label_in_doubt_is_counted_with_its_reason() -> None:
    entry = Entry(1, PurePosixPath("a.dcm"), "", (NAME, UNIT))
    lines = (LineVerdict(NAME, False, 1.0, 0, 0, 0, Doubt.NO_INK), LineVerdict(UNIT, False, 1.0, 0, 5, 0))
    made = Evaluation((Scored("a.dcm", entry, Judged.of(result("US"), Judgement(Verdict(lines, 0.0)))),), ())
    total = made.total.released
    assert (total.not_judged, total.lines, total.lines_not_judged, total.identifying_not_judged) == (0, 2, 1, 1)
    assert made.not_judged == (("no-ink", 0, 1),)


def test_files_without_pixels_do_not_lower_the_median() -> None:
    entry = Entry(1, PurePosixPath("b.dcm"), "", ())
    empty = Scored("b.dcm", entry, Judged.of(result("SR"), Judgement(Verdict((), None))))
    files = (scored(result("US"), (False, False), away=0.04), empty)
    assert Evaluation(files, ()).total.released.away_median == 0.04
