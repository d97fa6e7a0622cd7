"""Overlay planes: bits are what the bytes say, and clearing boxes clears nothing else."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from pixelclean.dicom.overlays import Overlay, overlay_groups, remove_group, stored_planes
from pixelclean.errors import Refused
from pixelclean.geometry import Box

GROUP = 0x6002
shapes = st.tuples(st.integers(1, 3), st.integers(1, 20), st.integers(1, 20))


def plane(drawn: np.ndarray, vr: str = "OW", *, little: bool = True) -> Dataset:
    """A data set with the plane that is drawn as (frame, row, column)."""
    value = np.packbits(drawn.reshape(-1), bitorder="little").tobytes()
    value += b"\0" * (len(value) % 2)
    if vr == "OW" and not little:
        value = np.frombuffer(value, np.uint16).byteswap().tobytes()
    frames, rows, columns = drawn.shape
    made = Dataset()
    made.set_original_encoding(is_implicit_vr=False, is_little_endian=little)
    for element, representation, number in (
        (0x0010, "US", rows),
        (0x0011, "US", columns),
        (0x0015, "IS", frames),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, vr, value),
    ):
        made.add_new((GROUP, element), representation, number)
    return made


def drawn_in(overlay: Overlay) -> np.ndarray:
    frames = overlay.frames
    return np.stack([frames.frame(index)[..., 0] for index in range(len(frames))])


@st.composite
def drawings(draw: st.DrawFn) -> np.ndarray:
    seed = draw(st.integers(0, 1000))
    share = draw(st.sampled_from([0.0, 0.1, 0.5]))
    return (np.random.default_rng(seed).random(draw(shapes)) < share).astype(np.uint8)


@given(drawings(), st.sampled_from(["OB", "OW"]), st.booleans())
def test_a_plane_goes_through_unchanged_in_every_byte_order(drawn: np.ndarray, vr: str, little: bool) -> None:
    data = plane(drawn, vr, little=little)
    before = data[GROUP, 0x3000].value
    overlay = Overlay.of(data, GROUP)
    assert np.array_equal(drawn_in(overlay), drawn)
    assert np.array_equal(overlay.ink, drawn.any(axis=0))
    assert overlay.is_blank == (not drawn.any())
    overlay.put_into(data)
    assert data[GROUP, 0x3000].value == before
    assert vr == data[GROUP, 0x3000].VR


@given(drawings(), st.lists(st.tuples(*[st.integers(0, 25)] * 4), max_size=3))
def test_clearing_boxes_clears_these_pixels_in_every_frame_and_no_other(
    drawn: np.ndarray, corners: list[tuple[int, int, int, int]]
) -> None:
    boxes = [Box(left, top, left + 1 + wide, top + 1 + high) for left, top, wide, high in corners]
    expected = drawn.copy()
    for box in boxes:
        expected[:, box.top : box.bottom, box.left : box.right] = 0
    assert np.array_equal(drawn_in(Overlay.of(plane(drawn), GROUP).without(boxes)), expected)


@given(drawings().filter(np.any))
def test_distinct_frames_are_all_that_show_something_each_once(drawn: np.ndarray) -> None:
    shown = Counter(frame.tobytes() for frame in drawn_in(Overlay.of(plane(drawn), GROUP).distinct()))
    assert shown == {frame.tobytes(): 1 for frame in drawn if frame.any()}


@given(drawings(), st.binary(max_size=9))
def test_whatever_follows_the_last_pixel_is_left_behind(drawn: np.ndarray, tail: bytes) -> None:
    data = plane(drawn, "OB")
    bits = np.packbits(drawn.reshape(-1), bitorder="little")
    expected = bits.tobytes()
    bits[-1] |= 0xFF << drawn.size % 8 & 0xFF if drawn.size % 8 else 0
    data[GROUP, 0x3000].value = bits.tobytes() + tail
    assert Overlay.of(data, GROUP).bits == expected


def test_words_of_big_endian_are_whole_words() -> None:
    data = plane(np.ones((1, 4, 4), np.uint8), little=False)
    data[GROUP, 0x3000].value += b"\0"
    with pytest.raises(Refused):
        Overlay.of(data, GROUP)


def test_an_attribute_that_does_not_say_how_many_frames_is_not_one_frame() -> None:
    data = plane(np.ones((1, 4, 4), np.uint8))
    data[GROUP, 0x0015].value = None
    with pytest.raises(Refused):
        Overlay.of(data, GROUP)
    del data[GROUP, 0x0015]
    assert Overlay.of(data, GROUP).format.frames == 1


def test_a_group_is_removed_whole_and_private_neighbours_are_none() -> None:
    data = plane(np.ones((1, 4, 4), np.uint8))
    data.add_new((0x6003, 0x0010), "LO", "SOMEBODY")
    data.PatientName = "Sentinel^Zoe"
    assert overlay_groups(data) == (GROUP,)
    remove_group(data, GROUP)
    assert [int(tag) for tag in data.keys()] == [0x60030010, 0x00100010]  # noqa: SIM118
    assert stored_planes(data) == {}
