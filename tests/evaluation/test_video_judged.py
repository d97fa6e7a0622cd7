"""Video is encoded anew with loss: what was masked is gone all the same, and what was not has not changed."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "dicom"))
from invented_video import EACH, file_of

from pixelclean.dicom import read
from pixelclean.evaluation import Line
from pixelclean.evaluation.judge import near_to
from pixelclean.evaluation.worker import Asked, Judged, Judging
from pixelclean.geometry import Box
from pixelclean.outcome import Released
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Limits

ROWS, COLUMNS = 192, 256
NAME, ELSEWHERE = Line(Box(8, 13, 80, 23)), Line(Box(200, 150, 240, 170))


def test_a_video_is_judged_by_what_it_shows(cleaner: Cleaner, tmp_path: Path) -> None:
    recipe = next(each for each in EACH if each.encoder == "libx264")
    source = read(file_of(replace(recipe, rows=ROWS, columns=COLUMNS), tmp_path), Limits())
    result = Judging.by(cleaner, Asked({source.digest: (NAME, ELSEWHERE)})).clean(source, tmp_path / "spool")
    assert isinstance(result, Judged) and isinstance(result.outcome, Released) and not result.trouble
    assert result.judgement is not None and result.plan is not None
    assert [line.left for line in result.judgement.verdict.lines] == [False, True]
    masked = result.plan.mask(0) & ~near_to((NAME, ELSEWHERE), ROWS, COLUMNS)
    assert result.judgement.verdict.away == pytest.approx(masked.mean(), abs=0.01)
