"""What is remembered of JPEG streams: the same as what a walk finds, and never more than there is room for."""

from contextlib import suppress

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from jpeg_by_hand import ByHand
from test_jpeg_coefficients import by_hand

from pixelclean.dicom.codecs.jpeg_kernels import SPARE_WORDS, UNFIT, WHOLE, unlike, unstuff
from pixelclean.dicom.codecs.jpeg_scan import Bits, unstuffed
from pixelclean.dicom.codecs.jpeg_survey import Surveys, survey
from pixelclean.errors import Refused


def streams(count: int) -> list[bytes]:
    rng = np.random.default_rng(3)
    return [bytes(imagecodecs.jpeg8_encode(rng.integers(0, 256, (40, 56), np.uint8), 90)) for _ in range(count)]


def test_a_stream_that_is_known_is_not_walked_over_again() -> None:
    surveys, (one, other) = Surveys(1 << 20), streams(2)
    first = surveys.of(one)
    assert surveys.of(other) is not first
    assert surveys.of(bytes(bytearray(one))) is first


def test_a_stream_that_changed_by_one_bit_is_another_one() -> None:
    surveys, (stream,) = Surveys(1 << 20), streams(1)
    first, changed = surveys.of(stream), bytearray(stream)
    changed[-5] ^= 1
    with suppress(Refused):  # it may be damaged now: then it is not taken for the one that is whole either
        assert surveys.of(bytes(changed)) is not first


def test_a_damaged_stream_is_refused_each_time() -> None:
    surveys, (stream,) = Surveys(1 << 20), streams(1)
    cut = stream[: len(stream) // 2] + b"\xff\xd9"
    for _ in range(2):
        with pytest.raises(Refused):
            surveys.of(cut)


def test_the_first_ones_stay_and_of_the_others_the_latest_few() -> None:
    made = streams(20)
    room = 3 * survey(made[0]).bytes_held + 2000
    surveys = Surveys(room)
    found = [surveys.of(stream) for stream in made]
    again = [surveys.of(stream) is before for stream, before in zip(made, found, strict=True)]
    assert all(again[:2])
    assert sum(again) <= 3
    assert surveys.of(made[-1]) is surveys.of(made[-1])


@settings(deadline=None, max_examples=40)
@given(by_hand())
def test_the_bits_between_the_places_are_those_of_the_blocks(made: ByHand) -> None:
    """Each block begins where the one before it ends, in parts that begin where the data of the last one ended."""
    stream = made.stream()
    found = survey(stream)
    assert found.layout is not None
    for scan, walked in zip(found.layout.scans, found.scans, strict=True):
        behind, finished = walked.places.bounds(walked.ends)
        assert len(behind) == len(finished) == scan.mcus * len(scan.mcu)
        last = np.cumsum(walked.places.counts) - 1
        assert np.array_equal(finished[last], walked.reached)
        begins = np.append(0, finished[:-1])
        begins[np.append(0, last[:-1] + 1)] = np.append(0, walked.ends[:-1])
        assert np.array_equal(begins + walked.places.heads, behind)
        assert np.all(behind < finished)


@pytest.mark.parametrize(
    "data", [b"", b"\1\2\3", b"\xff\0", b"\xff\0\xff\0\0", bytes(range(255)) * 9, b"\0" * 7 + b"\xff\0"]
)
def test_bits_without_markers_are_the_same_by_either_way(data: bytes) -> None:
    slow, ends = unstuffed(data)
    bits = Bits.of(data)
    assert bits.ends.tolist() == (ends * 8).tolist()
    assert bits.words.astype(">u4").tobytes() == slow.tobytes() + bytes(-len(slow) % 4 + 4 * SPARE_WORDS)


@pytest.mark.parametrize("data", [b"\xff", b"\1\xff", b"\xff\1", b"\xff\xff\0", b"\0\xff\xd0\1"])
def test_what_is_no_stuffed_byte_is_left_to_who_knows_markers(data: bytes) -> None:
    assert unstuff(np.frombuffer(data, np.uint8), np.zeros(9, np.uint8)) == -1


def test_nothing_is_copied_where_there_is_no_room_for_it() -> None:
    assert unstuff(np.zeros(9, np.uint8), np.zeros(8, np.uint8)) == -1


def test_pieces_of_bits_are_compared_wherever_they_lie() -> None:
    rng = np.random.default_rng(5)
    said = rng.integers(0, 2, 3000, np.uint8)
    for shift in (0, 1, 31, 33):
        for changed in (-1, 0, 5, 700, 1999):
            other = np.concatenate((rng.integers(0, 2, shift, np.uint8), said))
            if changed >= 0:
                other[shift + changed] ^= 1
            bounds = np.array([0, 1, 33, 64, 65, 700, 701, 1999, 2000], np.int64)
            differs = np.zeros(len(bounds) - 1, np.uint8)
            froms, tos = bounds[:-1], bounds[1:]
            ended = unlike(words_of(said), froms, tos, words_of(other), froms + shift, tos + shift, differs)
            assert ended == WHOLE
            assert differs.tolist() == [int(a <= changed < b) for a, b in zip(froms, tos, strict=True)]


def words_of(bits: np.ndarray) -> np.ndarray:
    packed = np.packbits(bits).tobytes()
    return np.frombuffer(packed + bytes(-len(packed) % 4 + 4 * SPARE_WORDS), ">u4").astype(np.uint32)


@pytest.mark.parametrize("harm", ["behind the end", "before the start", "too few", "no words"])
def test_places_outside_of_the_bits_are_refused(harm: str) -> None:
    words, froms, tos = np.zeros(SPARE_WORDS + 1, np.uint32), np.array([0]), np.array([32])
    if harm == "behind the end":
        tos += 1
    elif harm == "before the start":
        froms -= 1
    elif harm == "no words":
        words = words[:3]
    differs = np.zeros(2 if harm == "too few" else 1, np.uint8)
    assert unlike(words, froms, tos, words, froms, tos, differs) == UNFIT
