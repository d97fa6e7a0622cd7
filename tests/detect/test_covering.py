"""Coverings: few boxes that cover a mask, with little waste."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pixelclean.detect.covering import covering
from pixelclean.geometry import Box, mask_of

edges = st.integers(0, 40)
masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(masks, st.floats(0.1, 1.0), st.integers(0, 20))
def test_a_covering_covers_every_pixel_of_the_mask_with_boxes_that_are_full_enough(mask, least_share, spare):
    covering_boxes = covering(mask, least_share, spare)
    assert not (mask & ~mask_of(covering_boxes, *mask.shape)).any()
    assert all(mask[box.slices].sum() + spare >= least_share * mask[box.slices].size for box in covering_boxes)


@given(masks)
def test_a_covering_without_waste_is_the_mask_itself(mask):
    assert np.array_equal(mask_of(covering(mask, 1.0), *mask.shape), mask)


def test_an_l_shape_takes_two_boxes():
    mask = mask_of([Box(0, 0, 2, 10), Box(0, 8, 10, 10)], 10, 10)
    assert len(covering(mask, 0.9)) == 2


@given(edges, edges, st.integers(1, 20), st.integers(1, 20))
def test_a_rectangle_is_one_box_again(left, top, width, height):
    box = Box(left, top, left + width, top + height)
    assert covering(mask_of([box], 80, 80), 1.0) == (box,)


def test_what_is_empty_takes_no_box():
    assert covering(np.zeros((3, 4), np.bool_), 0.5) == ()
