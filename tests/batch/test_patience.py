"""Patience: a file of many frames may take longer than one of a single frame, by what the policy says for each."""

import pytest
from invented import GREY, described, of, opened, source_of, speckled, words_for

from pixelclean.batch.worker import Patience, _patience
from pixelclean.dicom import Source
from pixelclean.policy import Limits

LIMITS = Limits(seconds_per_frame=2.0)
SMALL = of(GREY, rows=4, columns=4)


def cine(frames: int) -> Source:
    form = of(SMALL, frames=frames)
    return source_of(described(form), form, [words_for(speckled(4, 4), form)] * frames)


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
