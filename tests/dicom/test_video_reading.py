"""Video is read frame by frame, and refused wherever it is not what its attributes say."""

import io
import struct
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from invented_video import EACH, FRAMES, Recipe, av, names, video

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.video import VIDEO_SYNTAXES, VideoFrames, open_video
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

H_264 = Recipe("102", "libx264", "mp4")
MPEG_2 = Recipe("100", "mpeg2video", "vob")


def opened(recipe: Recipe, data: bytes | None = None, form: PixelFormat | None = None) -> VideoFrames:
    return open_video(io.BytesIO(video(recipe) if data is None else data), form or recipe.format, recipe.syntax)


def refused(recipe: Recipe, data: bytes | None = None, form: PixelFormat | None = None) -> ReasonCode:
    with pytest.raises(Refused) as caught:
        opened(recipe, data, form)
    return caught.value.code


def planes_by_hand(data: bytes, index: int) -> tuple[Words, Words, Words]:
    """Luma and chroma of one frame, by the library's own conversion to arrays."""
    with av.open(io.BytesIO(data)) as file:
        frame = list(file.decode(video=0))[index]
        packed, rows = frame.to_ndarray(), frame.height
    luma, chroma = packed[:rows], packed[rows:].reshape(2, rows // 2, -1)
    return luma, chroma[0], chroma[1]


def test_every_video_syntax_has_a_row() -> None:
    with_twin = [f"1.2.840.10008.1.2.4.{number}" for number in range(100, 107)]
    alone = ["1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108"]
    assert set(VIDEO_SYNTAXES) == {*with_twin, *(f"{uid}.1" for uid in with_twin), *alone}


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_frames_are_luma_and_chroma_as_decoded_each_chroma_sample_repeated(recipe: Recipe) -> None:
    data = video(recipe)
    frames = opened(recipe, data)
    luma, blue, red = planes_by_hand(data, 3)
    assert np.array_equal(frames.frame(3)[..., 0], luma)
    for sample, plane in ((1, blue), (2, red)):
        assert all(np.array_equal(frames.frame(3)[y::2, x::2, sample], plane) for y in (0, 1) for x in (0, 1))
    assert frames.frame(3).shape == frames.format.shape
    assert frames.frame(3).dtype == frames.format.dtype
    assert frames.format.photometric == "YBR_PARTIAL_420"


def test_frames_are_the_same_in_any_order() -> None:
    frames = opened(H_264)
    forward = [frames.frame(index).copy() for index in range(len(frames))]
    backward = [frames.frame(index).copy() for index in reversed(range(len(frames)))]
    assert all(np.array_equal(one, other) for one, other in zip(forward, reversed(backward), strict=True))
    assert len({frames.digest(index) for index in range(len(frames))}) == len(frames)


def test_two_passes_over_one_file_do_not_disturb_each_other() -> None:
    frames = opened(H_264)
    alone = [frames.frame(index).copy() for index in range(len(frames))]
    frames.frame(2)
    for index, _ in enumerate(frames.decoded()):
        assert np.array_equal(frames.frame(index), alone[index])


def test_moments_of_frames_are_those_of_the_container() -> None:
    times = (0, 1, 2, 4, 5, 6, 9, 10, 11, 12, 13, 20)
    frames = opened(replace(H_264, times=times))
    assert [moment * 25 for moment in frames.stream.moments] == list(times)


def test_full_range_makes_the_frames_ybr_full() -> None:
    frames = opened(replace(H_264, sampling="yuvj420p", full_range=2))
    assert frames.format.photometric == "YBR_FULL"
    assert frames.stream.black == (0, 128)


def test_interlaced_video_is_noted() -> None:
    assert opened(replace(H_264, options={"flags": "+ildct+ilme"})).stream.interlaced
    assert not opened(H_264).stream.interlaced


@pytest.mark.parametrize("across, down", [(-1, -1), (1, -1), (-1, 1)])
def test_a_video_that_is_shown_turned_or_mirrored_is_refused(across: int, down: int) -> None:
    data = bytearray(video(H_264))
    matrix = data.find(b"tkhd") + 44  # ISO/IEC 14496-12 8.3.2
    data[matrix : matrix + 36] = struct.pack(">9i", across << 16, 0, 0, 0, down << 16, 0, 0, 0, 1 << 30)
    assert refused(H_264, bytes(data)) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_audio_is_counted() -> None:
    stream = opened(replace(H_264, audio="aac")).stream
    assert (stream.audio, stream.others) == (1, 0)


@pytest.mark.parametrize("frames", [FRAMES - 1, FRAMES + 1])
def test_another_number_of_frames_is_refused(frames: int) -> None:
    form = replace(H_264.format, frames=frames)
    assert refused(H_264, form=form) is ReasonCode.INCONSISTENT_PIXEL_DATA


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": 94},
        {"columns": 126},
        {"rows": 95},
        {"bits_allocated": 16, "bits_stored": 10, "high_bit": 9},
        {"photometric": "RGB"},
        {"signed": True},
    ],
)
def test_attributes_that_contradict_the_stream_are_refused(changes: dict[str, object]) -> None:
    assert refused(H_264, form=replace(H_264.format, **changes)) is ReasonCode.INCONSISTENT_PIXEL_DATA


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("107", "libx264", "mp4"),
        Recipe("102", "libx265", "mp4"),
        Recipe("102", "mpeg2video", "mpegts"),
        Recipe("100", "libx264", "mpegts"),
        Recipe("108", "libx265", "mp4"),
        Recipe("107", "libx265", "mp4", "yuv420p10le"),
        Recipe("102", "libx264", "mp4", "yuv422p"),
        Recipe("100", "mpeg2video", "mpegts", "yuv422p"),
        Recipe("102", "libx264", "h264"),
    ],
)
def test_another_coding_sampling_depth_or_container_is_refused(recipe: Recipe) -> None:
    form = replace(recipe.format, bits_allocated=16, bits_stored=10, high_bit=9) if recipe.uid == "108" else None
    if recipe.uid == "107":
        form = replace(recipe.format, bits_allocated=8, bits_stored=8, high_bit=7)
    code = refused(recipe, form=form)
    assert code in (ReasonCode.INCONSISTENT_PIXEL_DATA, ReasonCode.UNDECODABLE)


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_a_truncated_video_never_passes(recipe: Recipe) -> None:
    data = video(recipe)
    whole = opened(recipe, data).stream.digests
    step = 188 if recipe.container == "mpegts" else 211
    for length in range(len(data) - step, 0, -step * max(1, len(data) // step // 12)):
        try:
            passed = opened(recipe, data[:length]).stream.digests
        except Refused:
            continue
        assert passed == whole, "only what is no picture was cut off"


TRANSPORT = [recipe for recipe in EACH if recipe.container == "mpegts"]


@pytest.mark.parametrize("recipe", TRANSPORT, ids=[recipe.uid for recipe in TRANSPORT])
def test_a_transport_stream_that_lacks_any_packet_of_its_video_is_refused(recipe: Recipe) -> None:
    data = video(recipe)
    starts = [at for at in range(0, len(data), 188) if data[at + 1 : at + 3] in (b"\x01\x00", b"\x41\x00")]
    for start in starts[:: max(1, len(starts) // 12)]:
        refused(recipe, data[:start] + data[start + 188 :])


def test_half_a_packet_at_the_end_of_a_transport_stream_is_truncation() -> None:
    recipe = Recipe("102", "libx264", "mpegts")
    assert refused(recipe, video(recipe)[:-2]) is ReasonCode.TRUNCATED


@pytest.mark.parametrize(
    "data", [b"", b"\0\0", b"no video at all " * 40, b"#EXTM3U\nfile:///etc/passwd\n", b"\x47" * 2000]
)
@pytest.mark.parametrize("recipe", [H_264, MPEG_2], ids=["h264", "mpeg2"])
def test_bytes_that_are_no_video_are_refused(recipe: Recipe, data: bytes) -> None:
    refused(recipe, data)


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_damaged_bytes_end_in_a_refusal_or_in_frames_of_the_right_size(recipe: Recipe) -> None:
    data, rng = video(recipe), np.random.default_rng(7)
    for _ in range(12):
        damaged = bytearray(data)
        for position in rng.integers(0, len(data), 3):
            damaged[position] = rng.integers(0, 256)
        try:
            frames = opened(recipe, bytes(damaged))
        except Refused:
            continue
        assert frames.frame(len(frames) - 1).shape == frames.format.shape


def test_without_the_library_video_is_refused_by_name() -> None:
    program = (
        "import sys; sys.modules['av'] = None\n"
        "import io\n"
        "from pixelclean.dicom.format import PixelFormat\n"
        "from pixelclean.dicom.video import is_available, open_video, reencode\n"
        "from pixelclean.errors import Refused\n"
        "assert not is_available()\n"
        "form = PixelFormat(2, 2, 1, 3, 8, 8, 7, False, 'YBR_PARTIAL_420')\n"
        "try: open_video(io.BytesIO(), form, '1.2.840.10008.1.2.4.102')\n"
        "except Refused as refused: print(refused)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "unsupported-transfer-syntax: av is not installed: pip install pixelclean[video]"
