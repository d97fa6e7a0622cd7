"""The coefficients that prove a blackened JPEG: read from streams written by hand, compared block by block."""

import shutil
import struct
import subprocess
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jpeg_by_hand import ByHand

from pixelclean.dicom.codecs.jpeg_coefficients import CoefficientComparison, coefficients, compare_coefficients
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

UNTOUCHED = np.zeros((40, 50), bool)
FACTORS = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def by_hand(draw: st.DrawFn) -> ByHand:
    """Any stream that the standard allows, of up to three components."""
    sampling = tuple(draw(st.lists(FACTORS, min_size=1, max_size=3).filter(lambda each: len(each) != 2)))
    together = tuple(range(len(sampling)))
    fits = sum(h * v for h, v in sampling) <= 10
    divisions = [tuple((index,) for index in reversed(together)), *([(together,)] if fits else [])]
    if len(sampling) == 3 and sum(h * v for h, v in sampling[1:]) <= 10:
        divisions.append(((0,), (1, 2)))
    precision = draw(st.sampled_from([8, 12]))
    return ByHand(
        rows=draw(st.integers(1, 70)),
        columns=draw(st.integers(1, 70)),
        precision=precision,
        sampling=sampling,
        scans=draw(st.sampled_from(divisions)),
        interval=draw(st.sampled_from([0, 0, 1, 2, 5, 40])),
        steps=draw(st.sampled_from([(1, 1), (16, 11), (255, 3), (300, 900)])),
        spread=draw(st.sampled_from([1, 60, 1000 if precision == 8 else 16000])),
        full=draw(st.booleans()),
        complete=draw(st.booleans()),
        one_table=draw(st.booleans()),
        fill=draw(st.sampled_from([b"", b"\xff", b"\xff\xff\xff"])),
        seed=draw(st.integers(0, 2**32)),
    )


@settings(deadline=None, max_examples=60)
@given(by_hand())
def test_every_coefficient_is_read_as_it_was_written(made: ByHand) -> None:
    read, written = coefficients(made.stream()), made.planes()
    assert len(read) == len(written)
    for one, other in zip(read, written, strict=True):
        assert one.dtype == np.int16
        assert np.array_equal(one, other)


@pytest.mark.skipif(shutil.which("jpegtran") is None, reason="jpegtran is not installed")
@pytest.mark.parametrize("options", [["-optimize"], ["-restart", "2B"], ["-restart", "1", "-optimize"]])
@pytest.mark.parametrize("sampling", [((1, 1),), ((2, 1), (1, 1), (1, 1)), ((2, 2), (1, 2), (1, 1))])
def test_a_stream_that_jpegtran_codes_anew_has_the_same_coefficients(options: list[str], sampling: tuple) -> None:
    """In the blocks that the image has: those that fill up the last MCUs it fills in its own way."""
    made = ByHand(sampling=sampling, scans=(tuple(range(len(sampling))),))
    stream = made.stream()
    other = subprocess.run(["jpegtran", "-copy", "all", *options], input=stream, capture_output=True, check=True).stdout
    assert other != stream
    for index, (one, two) in enumerate(zip(coefficients(stream), coefficients(other), strict=True)):
        down, across = made.size_of(index, (index,))
        assert np.array_equal(one[:down, :across], two[:down, :across])


def changed(made: ByHand, *places: tuple[int, int, int, int, int]) -> bytes:
    """The stream in which a coefficient of a component's block is another one: component, down, across, at, value."""

    class Changed(ByHand):
        def planes(self) -> list[np.ndarray]:
            planes = super().planes()
            for component, down, across, at, value in places:
                planes[component][down, across, at] = value
            return planes

    return Changed(**{name: getattr(made, name) for name in made.__dataclass_fields__}).stream()


@pytest.mark.parametrize("scans", [((0, 1, 2),), ((0,), (1,), (2,)), ((1, 2), (0,))])
def test_blocks_that_differ_are_counted_inside_and_outside(scans: tuple[tuple[int, ...], ...]) -> None:
    made = ByHand(sampling=((2, 1), (1, 1), (1, 1)), scans=scans, steps=(16, 12))
    stream = made.stream()
    assert compare_coefficients(stream, stream, UNTOUCHED, (0, 128, 128)) == CoefficientComparison(0, 0)
    other = changed(made, (0, 2, 3, 63, 9), (0, 2, 3, 5, -9), (1, 4, 0, 0, 999), (2, 0, 1, 1, 77))
    assert compare_coefficients(stream, other, UNTOUCHED, (0, 128, 128)) == CoefficientComparison(3, 0)
    masked = UNTOUCHED.copy()
    masked[20, 27] = True  # MCU (2, 1), which holds two blocks of luma, grown by a pixel that is in the same one
    assert compare_coefficients(stream, other, masked, (0, 128, 128)) == CoefficientComparison(2, 4)
    black = [(0, 2, 2), (0, 2, 3), (1, 2, 1), (2, 2, 1)]
    zeros = [(*block, at, 0) for block in black for at in range(64)]
    other = changed(made, *zeros, (0, 2, 2, 0, -64), (0, 2, 3, 0, -64))
    assert compare_coefficients(stream, other, masked, (0, 128, 128)) == CoefficientComparison(0, 0)
    other = changed(made, *zeros, (0, 2, 2, 0, -64), (0, 2, 3, 0, -63), (2, 2, 1, 40, 1))
    assert compare_coefficients(stream, other, masked, (0, 128, 128)) == CoefficientComparison(0, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 39},
        {"columns": 49},
        {"precision": 12},
        {"steps": (16, 13)},
        {"steps": (17, 12)},
        {"sampling": ((1, 2), (1, 1), (1, 1))},
        {"scans": ((0,), (1, 2))},
        {"scans": ((1, 0, 2),)},
        {"sampling": ((1, 1),), "scans": ((0,),)},
    ],
)
def test_a_stream_with_other_headers_proves_nothing(change: dict) -> None:
    made = ByHand(sampling=((2, 1), (1, 1), (1, 1)), scans=((0, 1, 2),))
    with pytest.raises(Refused) as refused:
        compare_coefficients(made.stream(), replace(made, **change).stream(), UNTOUCHED, (0, 128, 128))
    assert refused.value.code is ReasonCode.PROOF_FAILED


def test_a_stream_without_the_marker_that_decides_its_colours_proves_nothing() -> None:
    stream = bytes(imagecodecs.jpeg8_encode(np.zeros((40, 50, 3), np.uint8), colorspace="rgb", outcolorspace="rgb"))
    at = stream.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", stream, at + 2)
    with pytest.raises(Refused) as refused:
        compare_coefficients(stream, stream[:at] + stream[at + 2 + length :], UNTOUCHED, (0, 0, 0))
    assert refused.value.code is ReasonCode.PROOF_FAILED


def test_a_small_stream_that_announces_a_huge_image_is_refused_before_room_is_made_for_it() -> None:
    stream = ByHand().stream()
    at = stream.index(b"\xff\xc0")
    with pytest.raises(Refused) as refused:
        coefficients(stream[: at + 5] + b"\xff\xff\xff\xff" + stream[at + 9 :])
    assert refused.value.code is ReasonCode.TRUNCATED


def test_a_dc_that_leads_out_of_16_bits_is_refused() -> None:
    (plane,) = coefficients(with_differences_of(32767, 1))
    assert plane[0, 0, 0] == 32767
    with pytest.raises(Refused) as refused:
        coefficients(with_differences_of(32767, 2))
    assert refused.value.code is ReasonCode.UNDECODABLE


def with_differences_of(difference: int, times: int) -> bytes:
    """Grey blocks that are each that much brighter than the one before; their end is the only other code."""
    head = ByHand(columns=8, rows=8 * times).stream()
    head = head[: head.index(b"\xff\xc4")]
    size = difference.bit_length()
    tables = b"\xff\xc4\0\x14\0\x01" + bytes(15) + bytes([size]) + b"\xff\xc4\0\x14\x10\x01" + bytes(15) + b"\0"
    bits = ("0" + format(difference, f"0{size}b") + "0") * times
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    return head + tables + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + data + b"\xff\xd9"
