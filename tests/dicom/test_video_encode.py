"""A masked video is black in the mask, near its source elsewhere, and described as it was."""

import io
import math
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from invented_video import COLUMNS, EACH, FRAMES, NAME, PLAN, ROWS, TEXT, Recipe, decoded_by_ffmpeg, names, video

from pixelclean.dicom.video import (
    VideoFrames,
    VideoQuality,
    compare_videos,
    open_video,
    reencode,
)
from pixelclean.dicom.video.masks import PlaneMasks
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

H_264 = Recipe("102", "libx264", "mp4")
WANTED = VideoQuality()


def opened(recipe: Recipe, data: bytes | None = None) -> VideoFrames:
    return open_video(io.BytesIO(video(recipe) if data is None else data), recipe.format, recipe.syntax)


def in_fields(recipe: Recipe, first: str) -> bytes:
    """A video by the program ffmpeg, which says what comes first."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed: no fields in a known order")
    pictures = f"testsrc2=size={COLUMNS}x{ROWS}:rate=25,setfield={first}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", pictures, "-frames:v", str(FRAMES), "-pix_fmt", "yuv420p"]
    fields = ["-flags", "+ildct+ilme", "-top", str(int(first == "tff")), "-b:v", "2M", "-c:v", recipe.encoder]
    order = ["-x264-params", f"{first}=1"] if recipe.encoder == "libx264" else []
    with TemporaryDirectory() as folder:
        path = Path(folder, "made")
        subprocess.run([*command, *fields, *order, "-f", recipe.container, path], check=True)
        return path.read_bytes()


def first_fields(data: bytes) -> list[str]:
    """Of each frame whether its top field comes first, by the program ffprobe."""
    command = ["ffprobe", "-v", "error", "-show_entries", "frame=top_field_first", "-of", "csv=p=0", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return [line.split(",")[0] for line in done.stdout.decode().split()]


def masked(recipe: Recipe, plan: Plan = PLAN) -> tuple[VideoFrames, VideoFrames, bytes]:
    source, target = opened(recipe), io.BytesIO()
    reencode(source, plan, target, WANTED)
    return source, opened(recipe, target.getvalue()), target.getvalue()


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_the_mask_is_black_and_the_rest_is_near_the_source(recipe: Recipe) -> None:
    title = replace(recipe, title=NAME.decode())
    source, output, data = masked(title)
    compared = compare_videos(source, output, PLAN)
    assert compared.holds(WANTED)
    assert compared.planned == FRAMES * TEXT.width * TEXT.height
    assert NAME not in data and b"x264" not in data and b"x265" not in data and b"Lav" not in data
    one, other = source.stream, output.stream
    assert (one.moments, one.rate, one.aspect, one.colours) == (other.moments, other.rate, other.aspect, other.colours)
    assert (one.container, one.rows, one.columns) == (other.container, other.rows, other.columns)


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_ffmpeg_sees_the_same_number_of_frames_and_black(recipe: Recipe) -> None:
    _, output, data = masked(recipe)
    seen = decoded_by_ffmpeg(data, recipe)
    luma, _ = output.stream.black
    steps = 1 << (output.stream.bits - 8)
    assert len(seen) == FRAMES
    assert np.abs(seen[(slice(None), *TEXT.slices)].astype(int) - luma).max() <= WANTED.greatest_residue * steps
    assert np.array_equal(seen[4], output.frame(4)[..., 0])


def test_the_same_video_is_encoded_to_the_same_bytes() -> None:
    assert masked(H_264)[2] == masked(H_264)[2]


@pytest.mark.parametrize(
    "recipe",
    [
        replace(H_264, options={"flags": "+ildct+ilme"}),
        Recipe("100", "mpeg2video", "mpegts", options={"flags": "+ildct+ilme"}),
    ],
)
def test_interlaced_video_stays_interlaced(recipe: Recipe) -> None:
    source, output, _ = masked(recipe)
    assert source.stream.interlaced and output.stream.interlaced
    assert compare_videos(source, output, PLAN).holds(WANTED)


@pytest.mark.parametrize("first", ["tff", "bff"])
@pytest.mark.parametrize("recipe", [H_264, Recipe("100", "mpeg2video", "mpegts")], ids=["h264", "mpeg2"])
def test_the_field_that_comes_first_still_does(recipe: Recipe, first: str) -> None:
    data = in_fields(recipe, first)
    source, target = opened(recipe, data), io.BytesIO()
    reencode(source, PLAN, target, WANTED)
    assert first_fields(data) == first_fields(target.getvalue()) == [str(int(first == "tff"))] * FRAMES


def test_hevc_that_is_coded_in_fields_is_refused_by_name() -> None:
    recipe = Recipe("107", "libx265", "mp4", options={"x265-params": "log-level=none:interlace=tff"})
    source = opened(recipe)
    assert source.stream.interlaced
    with pytest.raises(Refused) as caught:
        reencode(source, PLAN, io.BytesIO(), WANTED)
    assert caught.value.code is ReasonCode.NOT_ENCODED
    assert "HEVC coded in fields" in str(caught.value)


def test_full_range_video_is_black_at_0() -> None:
    source, output, _ = masked(replace(H_264, sampling="yuvj420p", full_range=2))
    assert output.format.photometric == "YBR_FULL"
    assert compare_videos(source, output, PLAN).holds(WANTED)
    assert output.frame(2)[TEXT.slices][..., 0].max() <= WANTED.greatest_residue


def test_frames_that_are_shown_for_different_times_still_are() -> None:
    times = (0, 1, 2, 4, 5, 6, 9, 10, 11, 12, 13, 20)
    _, output, _ = masked(replace(H_264, times=times))
    assert [moment * 25 for moment in output.stream.moments] == list(times)


def test_each_frame_may_have_its_own_mask() -> None:
    regions = (
        Region(TEXT, Act.MASK, Origin.RULE, "test"),
        Region(Box(50, 60, 90, 90), Act.MASK, Origin.DETECTOR, "test", frame=3),
    )
    plan = Plan(ROWS, COLUMNS, FRAMES, regions)
    source, output, _ = masked(H_264, plan)
    assert compare_videos(source, output, plan).holds(WANTED)
    assert output.frame(3)[70, 70, 0] < 40 < output.frame(7)[70, 70, 0]


def test_a_mask_that_covers_everything_leaves_black() -> None:
    plan = Plan(ROWS, COLUMNS, FRAMES, (Region(Box(0, 0, COLUMNS, ROWS), Act.MASK, Origin.RULE, "test"),))
    source, output, _ = masked(H_264, plan)
    compared = compare_videos(source, output, plan)
    assert (compared.residue, compared.luma_psnr) == (0.0, math.inf)


def test_the_proof_fails_for_a_video_whose_text_is_still_there() -> None:
    source = opened(H_264)
    compared = compare_videos(source, opened(H_264), PLAN)
    assert compared.luma_psnr == math.inf
    assert not compared.holds(WANTED)


def test_the_proof_fails_for_a_video_that_changed_elsewhere() -> None:
    other = Plan(ROWS, COLUMNS, FRAMES, (*PLAN.regions, Region(Box(90, 50, 120, 90), Act.MASK, Origin.RULE, "test")))
    source, output, _ = masked(H_264, other)
    assert not compare_videos(source, output, PLAN).holds(WANTED)


def test_another_description_is_no_proof_at_all() -> None:
    source = opened(H_264)
    with pytest.raises(Refused) as caught:
        compare_videos(source, opened(replace(H_264, times=tuple(range(0, 2 * FRAMES, 2)))), PLAN)
    assert caught.value.code is ReasonCode.PROOF_FAILED


def test_masks_grow_to_whole_chroma_samples_and_in_fields_to_four_rows() -> None:
    stream = opened(H_264).stream
    mask = np.zeros((ROWS, COLUMNS), np.bool_)
    mask[5, 7] = True
    progressive, interlaced = PlaneMasks.of(mask, stream), PlaneMasks.of(mask, replace(stream, interlaced=True))
    assert progressive.luma[4:6, 6:8].all() and progressive.luma.sum() == 4
    assert interlaced.luma[4:8, 6:8].all() and interlaced.luma.sum() == 8
    assert progressive.chroma[2, 3] and progressive.chroma.sum() == 1
    assert interlaced.chroma[2:4, 3].all() and interlaced.chroma.sum() == 2


def test_masks_of_mpeg_2_grow_to_whole_macroblocks() -> None:
    stream = opened(next(each for each in EACH if each.encoder == "mpeg2video")).stream
    mask = np.zeros((ROWS, COLUMNS), np.bool_)
    mask[17, 30] = True
    grown = PlaneMasks.of(mask, stream)
    assert grown.luma[16:32, 16:32].all() and grown.luma.sum() == 256
    assert grown.chroma[8:16, 8:16].all() and grown.chroma.sum() == 64
