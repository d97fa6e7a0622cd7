"""The worker: what it says of a file is what its output shows, and no error of the judge goes further."""

from pathlib import Path

from invented import GREY, ULTRASOUND, as_file, banner, described, source_of, with_banner, words_for

from pixelclean.dicom import Source, read, read_bytes
from pixelclean.evaluation import Doubt, Line
from pixelclean.evaluation.shots import Finding
from pixelclean.evaluation.worker import Asked, Judged, Judging
from pixelclean.geometry import Box
from pixelclean.outcome import Released
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Limits

NAME = Line(Box(6, 4, 170, 26), characters=12)
TISSUE = Line(Box(110, 80, 150, 92))


def ultrasound() -> Source:
    dataset = described(GREY, SOPClassUID=ULTRASOUND, Modality="US")
    source = source_of(dataset, GREY, [words_for(with_banner(), GREY)])
    return read_bytes(as_file(source.dataset, source.transfer_syntax), Limits())


def judged(cleaner: Cleaner, source: Source, folder: Path, *lines: Line) -> Judged:
    result = Judging.by(cleaner, Asked({source.digest: lines}, pictures=True)).clean(source, folder / "spool")
    assert isinstance(result, Judged)
    return result


def test_what_is_masked_is_gone_and_what_is_not_is_left(cleaner: Cleaner, tmp_path: Path) -> None:
    assert banner()[NAME.box.slices].any()
    result = judged(cleaner, ultrasound(), tmp_path, NAME, TISSUE)
    assert isinstance(result.outcome, Released) and not result.trouble
    assert result.judgement is not None
    name, tissue = result.judgement.verdict.lines
    assert not name.left and name.cells_left == 0 and name.cells > 8
    assert tissue.left
    (shot,) = [shot for shot in result.judgement.shots if shot.finding is Finding.MISS]
    assert shot.box == TISSUE.box and shot.png.startswith(b"\x89PNG")


def test_lines_of_an_object_without_pixels_are_not_judged(cleaner: Cleaner, tmp_path: Path, sample_data: Path) -> None:
    report = read(sample_data / "sr-report.dcm", Limits())
    result = judged(cleaner, report, tmp_path, NAME)
    assert isinstance(result.outcome, Released)
    assert result.judgement is None and result.trouble == "no-pixel-data"
    assert judged(cleaner, report, tmp_path).judgement is not None


def test_a_label_beside_the_text_is_shown_as_not_judged(cleaner: Cleaner, tmp_path: Path) -> None:
    empty = Line(Box(10, 60, 60, 72), characters=6)
    result = judged(cleaner, ultrasound(), tmp_path, NAME, empty)
    assert result.judgement is not None
    assert [line.doubt for line in result.judgement.verdict.lines] == [None, Doubt.NO_INK]
    (shot,) = [shot for shot in result.judgement.shots if shot.finding is Finding.NOT_JUDGED]
    assert shot.box == empty.box


def test_the_result_is_that_of_the_cleaner(cleaner: Cleaner, tmp_path: Path) -> None:
    source = ultrasound()
    plain = cleaner.clean(source, tmp_path / "plain")
    same = judged(cleaner, source, tmp_path, NAME)
    assert (same.outcome, same.output, same.plan, same.proof) == (plain.outcome, plain.output, plain.plan, plain.proof)
    assert Judging.by(cleaner, Asked({})).digest == cleaner.digest


def test_a_file_that_cannot_be_judged_says_where_it_failed_and_is_cleaned_all_the_same(
    cleaner: Cleaner, tmp_path: Path
) -> None:
    source = ultrasound()
    result = Judging.by(cleaner, Asked({})).clean(source, tmp_path / "spool")
    assert isinstance(result, Judged) and isinstance(result.outcome, Released)
    assert result.judgement is None
    assert result.trouble.startswith("KeyError at worker:")
