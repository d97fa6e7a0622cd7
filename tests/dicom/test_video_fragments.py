"""A video may stand in fragments wherever they were cut; it leaves in one, and in several only where that is permitted."""

import struct
from itertools import pairwise

import numpy as np
import pydicom
import pytest
from invented import described, opened, saved
from invented_video import EACH, Recipe, names, video

from pixelclean.dicom import Source
from pixelclean.dicom.fragments import LONGEST_FRAGMENT, encapsulate_pieces, encapsulate_stream, stream_of
from pixelclean.dicom.video import VideoFrames
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

H_264 = Recipe("102.1", "libx264", "mp4")
ITEM = struct.Struct("<HHL")


def item(data: bytes) -> bytes:
    return ITEM.pack(0xFFFE, 0xE000, len(data)) + data


def cut(stream: bytes, seed: int) -> list[bytes]:
    """Fragments of any even lengths, two bytes and nothing among them."""
    places = 2 * np.random.default_rng(seed).integers(0, len(stream) // 2, 6)
    bounds = [*sorted({0, 2, *(int(place) for place in places)}), len(stream)]
    parts = [stream[start:stop] for start, stop in pairwise(bounds)]
    return [parts[0], b"", *parts[1:-1], parts[-1] + b"\0" * (len(stream) % 2)]


def source_with(recipe: Recipe, value: bytes, **more: bytes) -> Source:
    dataset = described(recipe.format)
    dataset["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    for keyword, table in more.items():
        setattr(dataset, keyword, table)
    return saved(dataset, recipe.syntax)


def digests(source: Source) -> tuple[str, ...]:
    frames = opened(source)
    assert isinstance(frames, VideoFrames)
    return frames.stream.digests


@pytest.mark.parametrize("table", [b"", b"\0\0\0\0"], ids=["no-offset", "one-offset"])
@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_a_video_in_several_fragments_is_the_video_in_one(recipe: Recipe, table: bytes) -> None:
    stream = video(recipe)
    whole = digests(source_with(recipe, encapsulate_stream(stream)))
    fragments = b"".join(item(part) for part in cut(stream, len(stream)))
    assert digests(source_with(recipe, item(table) + fragments)) == whole


@pytest.mark.parametrize("table", [b"\4\0\0\0", b"\0\0\0\0\x08\0\0\0", b"SENT"])
def test_offsets_that_name_anything_but_the_start_are_refused(table: bytes) -> None:
    stream = encapsulate_stream(video(H_264))
    assert isinstance(stream, bytes)
    with pytest.raises(Refused) as caught:
        opened(source_with(H_264, item(table) + stream[8:]))
    assert caught.value.code is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_an_extended_offset_table_is_for_frames_and_refused_beside_a_video() -> None:
    value = encapsulate_stream(video(H_264))
    assert isinstance(value, bytes)
    table = {"ExtendedOffsetTable": bytes(8), "ExtendedOffsetTableLengths": struct.pack("<Q", len(value) - 16)}
    with pytest.raises(Refused) as caught:
        opened(source_with(H_264, value, **table))
    assert caught.value.code is ReasonCode.INCONSISTENT_PIXEL_DATA


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_padding_inside_a_video_never_changes_it_unnoticed(recipe: Recipe) -> None:
    stream = video(recipe)
    whole = digests(source_with(recipe, encapsulate_stream(stream)))
    middle = len(stream) // 2 | 1
    rest = stream[middle:] + b"\0" * ((len(stream) - middle) % 2)
    padded = source_with(recipe, item(b"") + item(stream[:middle] + b"\0") + item(rest))
    try:
        read = digests(padded)
    except Refused:
        return
    assert read == whole


@pytest.mark.parametrize("length", [1, 2, 999, 1000, 1001, 4000, 4001])
def test_a_stream_longer_than_a_fragment_takes_several_of_even_length(length: int) -> None:
    stream = np.random.default_rng(length).bytes(length)
    dataset = pydicom.Dataset()
    dataset["PixelData"] = pydicom.DataElement(
        "PixelData", "OB", encapsulate_pieces(stream, longest=1000), is_undefined_length=True
    )
    value, parts = dataset["PixelData"].value, stream_of(dataset)
    assert [len(part) for part in parts[:-1]] == [1000] * ((length - 1) // 1000)
    assert len(parts[-1]) % 2 == 0
    assert b"".join(value[part.start : part.stop] for part in parts) == stream + b"\0" * (length % 2)


def test_where_one_fragment_is_permitted_a_longer_stream_is_refused() -> None:
    assert LONGEST_FRAGMENT == 2**32 - 2
    assert encapsulate_stream(bytes(1000), longest=1000) == item(b"") + item(bytes(1000))
    with pytest.raises(Refused) as caught:
        encapsulate_stream(bytes(1001), longest=1000)
    assert caught.value.code is ReasonCode.NOT_ENCODED
    assert "one fragment" in str(caught.value)


def test_a_video_written_in_several_fragments_is_read_again() -> None:
    stream = video(H_264)
    source = source_with(H_264, encapsulate_pieces(stream, longest=1000))
    assert len(stream_of(source.dataset)) == -(-len(stream) // 1000)
    assert digests(source) == digests(source_with(H_264, encapsulate_stream(stream)))
