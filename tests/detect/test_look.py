"""Looks: what becomes of the scores of a picture."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pixelclean.detect.look import NOTHING, without_spill
from pixelclean.policy import PixelPolicy

scores = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(-9, 12, width=32)
)


@given(scores)
def test_what_is_cut_as_spill_lies_beside_text_that_stays(before):
    after = without_spill(before)
    text = PixelPolicy().text_score
    cut = (before > text) & (after == NOTHING)
    beside = cv2.dilate((after > text).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    assert not (cut & ~beside).any()
    assert np.array_equal(after[after != NOTHING], before[after != NOTHING])


def test_the_empty_cell_beside_clear_text_is_cut_and_the_text_is_not():
    before = np.array([[-9, -1, 8, 7, 6, -1.5, -9]], np.float32)
    assert (without_spill(before) > PixelPolicy().text_score).tolist() == [
        [False, False, True, True, True, False, False]
    ]
