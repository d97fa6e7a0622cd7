"""The level of a video stays, unless it does not carry the quality or is none that the stream may state."""

import io
from dataclasses import replace
from fractions import Fraction

import pytest
from invented_video import EACH, PLAN, Recipe, av, names, video

from pixelclean.dicom.video import (
    VIDEO_SYNTAXES,
    VideoComparison,
    VideoFrames,
    VideoQuality,
    compare_videos,
    level_name,
    open_video,
    reencode,
)
from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.ladder import ladder
from pixelclean.dicom.video.stream import VideoStream
from pixelclean.errors import Refused
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

H_264 = Recipe("102", "libx264", "mp4")
LOW_MPEG_2 = {"profile": "main", "level": "10", "qmin": "1"}
LOWEST_HEVC = {"x265-params": "log-level=none:level-idc=10:crf=6"}
NOISY = {"noise": 90}


def opened(recipe: Recipe, data: bytes | None = None) -> VideoFrames:
    return open_video(io.BytesIO(video(recipe) if data is None else data), recipe.format, recipe.syntax)


def masked(recipe: Recipe, quality: VideoQuality | None = None) -> tuple[VideoStream, bytes, VideoComparison]:
    source, target = opened(recipe), io.BytesIO()
    compared = reencode(source, PLAN, target, quality or VideoQuality())
    return source.stream, target.getvalue(), compared


def level_in(data: bytes) -> int:
    """The level by the bytes of the parameter sets: of the records in MP4, of the first sequence extension in MPEG-2."""
    if (at := data.find(b"avcC")) >= 0:
        return data[at + 4 + 3]
    if (at := data.find(b"hvcC")) >= 0:
        return data[at + 4 + 12]
    if (at := data.find(b"\0\0\1\xb5\x14")) >= 0:
        return data[at + 5] >> 4
    with av.open(io.BytesIO(data)) as file:
        return int(file.streams.video[0].codec_context.level)


def numbers(stream: VideoStream) -> list[int]:
    return [level.number for level in ladder(stream)]


@pytest.fixture(scope="module")
def stream() -> VideoStream:
    """H.264 of 320 by 240 pixels, 25 frames a second, level 3."""
    described = opened(replace(H_264, options={"level": "3.0"})).stream
    return replace(described, rows=240, columns=320)


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_the_level_is_kept(recipe: Recipe) -> None:
    source, made, _ = masked(recipe)
    assert opened(recipe, made).stream.level == source.level
    assert level_in(made) == level_in(video(recipe))


@pytest.mark.parametrize("level", ["1", "1b", "1.1", "2.2", "4.1"])
def test_every_level_of_h_264_is_kept(level: str) -> None:
    recipe = replace(H_264, options={"level": level, "profile": "high"})
    source, made, _ = masked(recipe)
    assert level_name(source) == level
    assert level_in(made) == level_in(video(recipe)) == source.level


def test_mpeg_2_that_is_hard_to_code_is_quantised_more_finely_on_its_own_level() -> None:
    recipe = Recipe("100", "mpeg2video", "mpegts", options=LOW_MPEG_2, **NOISY)
    source, made, compared = masked(recipe, VideoQuality(least_psnr=42))
    assert compared.psnr >= 42
    assert level_in(made) == source.level == 10


@pytest.mark.parametrize(
    ("recipe", "stated", "highest"),
    [
        (replace(H_264, options={"level": "1.0", "crf": "4"}, **NOISY), 10, 41),
        (Recipe("107", "libx265", "mp4", options=LOWEST_HEVC, **NOISY), 30, 153),
    ],
    ids=["h264", "hevc"],
)
def test_a_level_too_poor_for_the_quality_gives_way_to_the_lowest_that_is_not(
    recipe: Recipe, stated: int, highest: int
) -> None:
    source, made, compared = masked(recipe)
    assert source.level == stated
    assert stated < level_in(made) < highest
    assert level_in(made) == opened(recipe, made).stream.level
    assert compared.holds(VideoQuality())


def test_low_level_mpeg_2_becomes_main_level_where_its_rate_is_too_low() -> None:
    options = LOW_MPEG_2 | {"b": "4000000"}
    recipe = Recipe("100", "mpeg2video", "mpegts", options=options, rows=288, columns=352, frames=6, noise=120)
    source, target = opened(recipe), io.BytesIO()
    compared = reencode(source, Plan(288, 352, 6, ()), target, VideoQuality())
    assert (source.stream.level, level_in(target.getvalue())) == (10, 8)
    assert compared.holds(VideoQuality())


@pytest.mark.parametrize(
    "recipe",
    [
        replace(H_264, options={"level": "1.0", "crf": "4"}, **NOISY),
        Recipe("107", "libx265", "mp4", options=LOWEST_HEVC, **NOISY),
        Recipe("100", "mpeg2video", "mpegts", options=LOW_MPEG_2, **NOISY),
    ],
    ids=["h264", "hevc", "mpeg2"],
)
def test_a_quality_that_no_level_carries_is_refused_by_the_names_that_the_policy_has_for_it(recipe: Recipe) -> None:
    with pytest.raises(Refused) as caught:
        masked(recipe, VideoQuality(least_psnr=90))
    assert caught.value.code is ReasonCode.NOT_ENCODED
    assert "pixel.video_psnr 90 dB" in str(caught.value)


def test_the_first_level_is_the_streams_own_and_the_last_the_highest_of_the_transfer_syntax(
    stream: VideoStream,
) -> None:
    assert numbers(stream) == [30, 31, 32, 40, 41]
    assert numbers(replace(stream, syntax=VIDEO_SYNTAXES["1.2.840.10008.1.2.4.104"])) == [30, 31, 32, 40, 41, 42]
    assert numbers(replace(stream, level=41)) == [41]


def test_without_a_level_the_lowest_that_holds_the_frames_comes_first(stream: VideoStream) -> None:
    assert numbers(replace(stream, level=-99))[0] == 13
    assert numbers(replace(stream, level=10))[0] == 13


def test_a_level_above_the_transfer_syntax_becomes_its_highest(stream: VideoStream) -> None:
    assert numbers(replace(stream, level=52)) == [41]


def test_frames_that_no_permitted_level_holds_get_the_lowest_one_that_does(stream: VideoStream) -> None:
    large = replace(stream, rows=2160, columns=3840, level=51)
    assert numbers(large) == [51]
    assert numbers(replace(large, level=41)) == [51]


def test_frames_that_no_level_holds_are_refused() -> None:
    source = opened(H_264)
    assert numbers(replace(source.stream, rows=9000, columns=9000)) == []
    with pytest.raises(Refused) as caught:
        reencode(
            replace(source, stream=replace(source.stream, rows=9000, columns=9000)), PLAN, io.BytesIO(), VideoQuality()
        )
    assert caught.value.code is ReasonCode.NOT_ENCODED


def test_frames_in_a_second_are_counted_as_they_are_shown(stream: VideoStream) -> None:
    assert numbers(replace(stream, level=13, rate=Fraction(1000)))[0] == 13
    hurried = replace(stream, level=13, rate=Fraction(100), time_base=stream.time_base / 4)
    assert numbers(hurried)[0] == 30


def test_fields_are_for_the_levels_of_h_264_that_have_them(stream: VideoStream) -> None:
    syntax = VIDEO_SYNTAXES["1.2.840.10008.1.2.4.104"]
    fields = replace(stream, interlaced=True, syntax=syntax, level=13)
    assert (numbers(fields)[0], numbers(fields)[-1]) == (21, 41)


def test_what_a_player_of_discs_takes_bounds_every_level(stream: VideoStream) -> None:
    disc = replace(stream, syntax=VIDEO_SYNTAXES["1.2.840.10008.1.2.4.103"])
    assert {level.kilobits for level in ladder(disc)} == {12500, 17500, 25000, 40000}
    assert max(level.buffer for level in ladder(disc)) == 30000


def test_an_output_that_states_a_level_it_may_not_is_no_proof() -> None:
    source = opened(replace(H_264, options={"level": "3.0"}))
    with pytest.raises(Refused) as caught:
        compare_videos(source, opened(replace(H_264, options={"level": "2.0"})), PLAN)
    assert caught.value.code is ReasonCode.PROOF_FAILED


def test_only_twins_and_hevc_are_fragmentable() -> None:
    for uid, syntax in VIDEO_SYNTAXES.items():
        assert syntax.fragmentable == (uid.endswith(".1") or syntax.coding is Coding.HEVC)
