"""Video through the whole flow: text goes, sound and user data go, frames and their moments stay."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "dicom"))
from invented_video import EACH, Recipe, file_of, video

from pixelclean.dicom import open_frames, read
from pixelclean.outcome import Quarantined, Released, Result
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Limits
from pixelclean.proof import Compared
from pixelclean.reasons import ReasonCode

LIMITS = Limits()
ONE_OF_EACH = [next(each for each in EACH if each.encoder == name) for name in ("mpeg2video", "libx264", "libx265")]
LARGE = {"rows": 192, "columns": 256}


def cleaned(cleaner: Cleaner, path: Path, folder: Path) -> Result:
    return cleaner.clean(read(path, LIMITS), folder / "spool")


@pytest.mark.parametrize("recipe", ONE_OF_EACH, ids=lambda each: each.encoder)
def test_text_in_a_video_is_masked_and_the_proof_says_how_near_the_rest_is(
    cleaner: Cleaner, recipe: Recipe, tmp_path: Path
) -> None:
    recipe = replace(recipe, **LARGE, audio="mp2" if recipe.container == "mpegts" else "aac")
    result = cleaned(cleaner, file_of(recipe, tmp_path), tmp_path)
    assert isinstance(result.outcome, Released), result.outcome
    assert result.output is not None
    assert result.proof is not None
    assert result.plan is not None
    assert result.proof.compared is Compared.VIDEO
    assert result.proof.video is not None
    assert result.proof.planned_pixels > 0
    assert result.proof.syntax_out == recipe.syntax
    written = read(tmp_path / "spool" / result.output.spool_name, LIMITS)
    frames = open_frames(written.dataset, written.transfer_syntax, LIMITS)
    assert len(frames) == recipe.frames
    for index, mask in enumerate(result.plan.masks()):
        assert np.abs(frames.frame(index)[mask].astype(int) - (16, 128, 128)).max() <= 16
    assert written.dataset.LossyImageCompression == "01"
    assert len(written.dataset.LossyImageCompressionMethod) == len(written.dataset.LossyImageCompressionRatio) == 2
    assert ReasonCode.SOUND_REMOVED in {reason.code for reason in result.outcome.notes}
    assert b"SENTINEL" not in (tmp_path / "spool" / result.output.spool_name).read_bytes()


def test_a_level_that_changes_is_told_and_one_that_stays_is_not(cleaner: Cleaner, tmp_path: Path) -> None:
    stated = replace(ONE_OF_EACH[1], **LARGE, options={"level": "1.0"})  # whose frames are too large for that
    raised = cleaned(cleaner, file_of(stated, tmp_path), tmp_path)
    assert isinstance(raised.outcome, Released)
    assert [note.detail for note in raised.outcome.notes if note.code is ReasonCode.VIDEO_LEVEL_CHANGED] == ["1 to 1.2"]
    kept = cleaned(cleaner, file_of(replace(stated, options={"level": "3.1"}), tmp_path), tmp_path)
    assert isinstance(kept.outcome, Released)
    assert ReasonCode.VIDEO_LEVEL_CHANGED not in {note.code for note in kept.outcome.notes}


def test_a_quality_out_of_reach_holds_the_file_and_names_what_asks_for_it(cleaner: Cleaner, tmp_path: Path) -> None:
    recipe = replace(ONE_OF_EACH[1], **LARGE, frames=3)
    strict = replace(cleaner.policy, pixel=replace(cleaner.policy.pixel, video_psnr=95.0))
    result = cleaned(replace(cleaner, policy=strict), file_of(recipe, tmp_path), tmp_path)
    assert isinstance(result.outcome, Quarantined)
    assert result.output is None
    (reason,) = result.outcome.reasons
    assert reason.code is ReasonCode.NOT_ENCODED
    assert "pixel.video_psnr 95 dB" in reason.detail


def test_a_video_that_is_cut_is_held(cleaner: Cleaner, tmp_path: Path) -> None:
    recipe = replace(ONE_OF_EACH[1], **LARGE)
    stream = video(recipe)
    result = cleaned(cleaner, file_of(recipe, tmp_path, stream[: len(stream) // 2]), tmp_path)
    assert result.output is None


def test_without_pyav_a_video_is_refused_by_the_name_of_its_library(tmp_path: Path) -> None:
    path = file_of(ONE_OF_EACH[1], tmp_path)
    script = (
        "import sys; sys.modules['av'] = None\n"
        "from pathlib import Path\n"
        "from pixelclean.dicom import open_frames, read\n"
        "from pixelclean.errors import Refused\n"
        "from pixelclean.policy import Limits\n"
        "source = read(Path(sys.argv[1]), Limits())\n"
        "try: open_frames(source.dataset, source.transfer_syntax, Limits())\n"
        "except Refused as refused: print(refused.code, refused.detail)\n"
    )
    said = subprocess.run([sys.executable, "-c", script, path], check=True, capture_output=True, text=True).stdout
    assert said.split(maxsplit=1)[0] == ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX
    assert "av" in said
