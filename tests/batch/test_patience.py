"""Patience: a file of many frames may take longer than one of a single frame, by what the policy says for each."""

import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import misbehaving
import numpy as np
import pytest
from invented import EXPLICIT, GREY, ULTRASOUND, as_file, described, of, opened, source_of, speckled, words_for
from test_pool import settings

from pixelclean.batch.pool import Job, Pool
from pixelclean.batch.task import cleaner_for
from pixelclean.batch.worker import Patience, WorkerSettings, _patience, confine, serve
from pixelclean.dicom import Source, digest_of
from pixelclean.examination import Examination, OpenImage
from pixelclean.outcome import reasons_of
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

LOOKING = 6.0  # seconds that slow eyes take
ULTRASOUND_CINE = "1.2.840.10008.5.1.4.1.1.3.1"
LIMITS = Limits(seconds_per_frame=2.0)
SMALL = of(GREY, rows=40, columns=40)


def cine(frames: int) -> Source:
    form = of(SMALL, frames=frames)
    return source_of(described(form, Modality="US"), form, [words_for(speckled(40, 40), form)] * frames)


@pytest.mark.parametrize("frames, seconds", [(1, 0.0), (2, 2.0), (30, 58.0)])
def test_each_frame_beside_the_first_may_take_what_the_policy_says(frames: int, seconds: float) -> None:
    source = cine(frames)
    assert len(opened(source)) == frames
    assert _patience(source, LIMITS) == Patience(seconds)


@pytest.mark.parametrize("said", [0, -5, None, ""])
def test_a_number_of_frames_that_is_none_asks_for_nothing(said: object) -> None:
    source = cine(1)
    source.dataset.NumberOfFrames = said
    assert _patience(source, LIMITS) == Patience(0.0)


def test_nobody_waits_for_more_frames_than_the_file_has_bytes() -> None:
    source = cine(1)
    source.dataset.NumberOfFrames = 2_000_000_000
    assert _patience(source, LIMITS).seconds < source.size * LIMITS.seconds_per_frame


def test_a_deflated_file_has_as_many_frames_as_it_inflates_to() -> None:
    form = of(SMALL, frames=400)
    source = source_of(described(form, Modality="US"), form, [np.zeros(form.shape, np.uint8)] * 400, f"{EXPLICIT}.99")
    assert source.size < 2000
    assert _patience(source, LIMITS) == Patience(399 * LIMITS.seconds_per_frame)


def test_a_video_which_may_be_encoded_several_times_has_more_patience() -> None:
    video = replace(cine(30), transfer_syntax="1.2.840.10008.1.2.4.102")
    assert _patience(video, LIMITS).seconds > 2 * _patience(cine(30), LIMITS).seconds


def test_without_pixel_data_no_frame_is_waited_for() -> None:
    source = cine(1)
    source.dataset.NumberOfFrames = 30
    del source.dataset.PixelData
    assert _patience(source, LIMITS) == Patience(0.0)


@pytest.mark.parametrize("vr, value", [("US", 7), ("IS", "7"), ("LO", "abc")])
def test_pixel_data_that_are_a_number_or_a_text_have_no_frames(vr: str, value: object) -> None:
    source = cine(1)
    source.dataset.NumberOfFrames = 30
    del source.dataset.PixelData
    source.dataset.add_new("PixelData", vr, value)
    assert _patience(source, LIMITS) == Patience(0.0)


class SlowEyes(misbehaving.Eyes):
    """The real ones, after a while."""

    def examine(self, image: OpenImage) -> Examination:
        time.sleep(LOOKING)
        return self.usual.examine(image)


def live_slowly(settings: WorkerSettings, inbox: Connection) -> None:
    """What pixelclean.batch.worker.work does, with slow eyes."""
    confine(settings.spool)
    cleaner = cleaner_for(settings.task, settings.policy, settings.key)
    serve(replace(cleaner, examiner=SlowEyes(cleaner.examiner, settings.spool)), settings, inbox)


def test_a_worker_that_holds_many_frames_has_more_time_than_one_that_holds_one(tmp_path: Path) -> None:
    jobs = []
    for frames in (1, 12):
        path = tmp_path / f"{frames}.dcm"
        source = cine(frames)
        source.dataset.SOPClassUID = ULTRASOUND_CINE if frames > 1 else ULTRASOUND
        path.write_bytes(as_file(source.dataset, source.transfer_syntax))
        jobs.append(Job(path, digest_of(path)))
    made = settings(tmp_path, seconds=LOOKING / 2, seconds_per_frame=10.0)
    with Pool(made, 2, live_slowly) as pool:
        ends = {done.job.path.stem: done.result for done in pool.results(iter(jobs))}
    assert [reason.code for reason in reasons_of(ends["1"].outcome)] == [ReasonCode.TIMED_OUT]
    assert ends["12"].proof is not None and ends["12"].proof.holds
