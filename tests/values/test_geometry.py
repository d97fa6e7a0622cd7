"""Boxes and masks: the laws that everything after them relies on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.geometry import Act, Box, Origin, Region, bounds, grown, hull, mask_of, merged

edges = st.integers(0, 40)
boxes = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    edges,
    edges,
    st.integers(1, 20),
    st.integers(1, 20),
)


@given(boxes)
def test_the_area_of_a_box_is_the_number_of_its_pixels(box):
    assert mask_of([box], 80, 80).sum() == box.width * box.height


@given(boxes, boxes)
def test_an_intersection_is_what_both_cover(one, other):
    both = mask_of([one], 80, 80) & mask_of([other], 80, 80)
    meeting = one.intersection(other)
    assert np.array_equal(both, mask_of([meeting] if meeting else [], 80, 80))


@given(boxes, st.integers(0, 5))
def test_a_grown_box_contains_the_box_and_stays_in_the_image_after_clipping(box, margin):
    larger = box.grown(margin)
    assert larger.intersection(box) == box
    clipped = larger.clipped(30, 30)
    assert clipped is None or (clipped.right <= 30 and clipped.bottom <= 30)


@given(st.tuples(st.integers(1, 40), st.integers(1, 40)), st.integers(0, 40), st.data())
def test_a_grown_mask_holds_what_is_no_farther_away_than_the_margin_and_nothing_else(shape, margin, data):
    points = data.draw(st.lists(st.tuples(*(st.integers(0, side - 1) for side in shape)), max_size=3))
    mask, rows, columns = np.zeros(shape, bool), *np.indices(shape)
    for point in points:
        mask[point] = True
    near = [(abs(rows - row) <= margin) & (abs(columns - column) <= margin) for row, column in points]
    assert np.array_equal(grown(mask, margin), np.any(near, axis=0) if near else mask)


@pytest.mark.parametrize("edges", [(0, 0, 0, 5), (5, 0, 4, 5), (-1, 0, 4, 5), (0, 3, 4, 3)])
def test_an_empty_inverted_or_negative_box_is_refused(edges):
    with pytest.raises(ValueError, match="not a box"):
        Box(*edges)


def test_the_edges_of_a_box_are_whole_numbers():
    with pytest.raises(TypeError):
        Box(0, 0, 2.5, 3)  # type: ignore[arg-type]


def test_the_first_edge_is_a_column_and_the_second_a_row():
    mask = mask_of([Box(left=1, top=2, right=4, bottom=3)], rows=5, columns=6)
    assert np.argwhere(mask).tolist() == [[2, 1], [2, 2], [2, 3]]


def test_a_region_without_a_frame_speaks_about_every_frame():
    everywhere = Region(Box(0, 0, 1, 1), Act.MASK, Origin.RULE, "r")
    third = Region(Box(0, 0, 1, 1), Act.MASK, Origin.RULE, "r", frame=2)
    assert everywhere.applies_to(0) and everywhere.applies_to(7)
    assert third.applies_to(2) and not third.applies_to(1)


@given(st.lists(boxes, min_size=1, max_size=6))
def test_a_hull_is_the_bounds_of_what_its_boxes_cover(several):
    assert hull(several) == bounds(mask_of(several, 60, 60))


def test_a_mask_of_nothing_has_no_bounds():
    assert bounds(np.zeros((3, 4), np.bool_)) is None


@given(st.lists(boxes, max_size=8))
def test_merged_boxes_hold_all_that_went_in_and_do_not_meet(several):
    left = merged(several)
    assert not any(one.intersection(other) for one in left for other in left if one is not other)
    assert all(any(whole.intersection(box) == box for whole in left) for box in several)


@given(st.lists(boxes, max_size=8))
def test_boxes_that_do_not_meet_are_merged_no_further(several):
    left = merged(several)
    assert sorted(merged(left), key=lambda box: box.edges) == sorted(left, key=lambda box: box.edges)
