"""Of a video nothing leaves but its frames, encoded anew, whether or not anything is masked."""

import io
from dataclasses import replace

import pytest
from invented_video import COLUMNS, EACH, FRAMES, NAME, ROWS, Recipe, av, names, picture, video

from pixelclean.dicom.video import VideoFrames, VideoQuality, compare_videos, open_video, reencode
from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.nal import NalUnits
from pixelclean.dicom.video.parameter_sets import cleaned_record
from pixelclean.dicom.video.start_codes import cleaned_pictures
from pixelclean.errors import Refused
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

UNMASKED, QUALITY = Plan(ROWS, COLUMNS, FRAMES, ()), VideoQuality()
ENCODERS = (b"x264", b"x265", b"Lavc", b"Lavf", b"FFmpeg", b"Service", b"Handler")
SEI = b"\x06\x05" + bytes([16 + len(NAME)]) + b"0123456789abcdef" + NAME + b"\x80"
HEVC_SEI = b"\x4e\x01" + SEI[1:]


def with_sei(data: bytes) -> bytes:
    """An access unit with a message that names somebody, before its first unit; of H.264."""
    return b"\0\0\0\1" + SEI + data


def with_hevc_sei(data: bytes) -> bytes:
    return b"\0\0\0\1" + HEVC_SEI + data


def with_user_data(data: bytes) -> bytes:
    """A coded picture of MPEG-2 with user data behind its picture header and extension."""
    slices = data.index(b"\0\0\1\x01")
    return data[:slices] + b"\0\0\1\xb2" + NAME + data[slices:]


def spiked(recipe: Recipe) -> Recipe:
    """The same with a name in the stream, in the container, and with sound."""
    change = {"mpeg2video": with_user_data, "libx264": with_sei, "libx265": with_hevc_sei}[recipe.encoder]
    audio = {"mpegts": "mp2", "vob": "mp2", "mp4": "aac"}.get(recipe.container, "")
    return replace(recipe, change=change, audio=audio, title=NAME.decode())


def opened(recipe: Recipe, data: bytes) -> VideoFrames:
    return open_video(io.BytesIO(data), recipe.format, recipe.syntax)


def encoded(source: VideoFrames) -> bytes:
    target = io.BytesIO()
    reencode(source, UNMASKED, target, QUALITY)
    return target.getvalue()


@pytest.mark.parametrize("recipe", EACH, ids=names(EACH))
def test_names_in_stream_and_container_and_sound_are_gone_and_the_frames_are_near(recipe: Recipe) -> None:
    data = video(spiked(recipe))
    source = opened(recipe, data)
    assert NAME in data or recipe.container == "vob"
    made = encoded(source)
    output = opened(recipe, made)
    assert not [word for word in (NAME, *ENCODERS) if word in made]
    assert compare_videos(source, output, UNMASKED).holds(QUALITY)
    assert output.stream.moments == source.stream.moments
    assert (output.stream.audio, output.stream.others) == (0, 0)
    assert output.stream.container is source.stream.container


def test_the_packets_of_a_disc_become_those_of_a_transport_stream() -> None:
    recipe = Recipe("102", "libx264", "mpegts")
    plain = video(recipe)
    timed = b"".join(b"\0\1\2\3" + plain[at : at + 188] for at in range(0, len(plain), 188))
    assert encoded(opened(recipe, timed)) == encoded(opened(recipe, plain))


@pytest.mark.parametrize(
    ("coding", "unit"),
    [(Coding.H_264, b"\x74def"), (Coding.H_264, b"\x6fdef"), (Coding.HEVC, b"\x26\x09abc")],
    ids=["slice", "parameters", "layer"],
)
def test_a_second_view_is_refused_by_name(coding: Coding, unit: bytes) -> None:
    with pytest.raises(Refused) as caught:
        NalUnits(coding, 0).cleaned(b"\0\0\1\x65abc\0\0\1" + unit)
    assert caught.value.code is ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX
    assert "second view" in str(caught.value)


def test_a_stream_with_a_second_view_in_each_access_unit_is_refused_by_name() -> None:
    recipe = Recipe("106", "libx264", "mpegts", change=lambda data: data + b"\0\0\1\x74" + data[-40:])
    with pytest.raises(Refused) as caught:
        opened(recipe, video(recipe))
    assert caught.value.code is ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX
    assert "second view" in str(caught.value)


def test_a_second_view_in_a_stream_of_its_own_is_refused_by_name() -> None:
    recipe, file = Recipe("106", "libx264", "mpegts"), io.BytesIO()
    with av.open(file, "w", format="mpegts") as made:
        views = [made.add_stream("libx264", rate=25, options={"bf": "0"}) for _ in range(2)]
        for view in views:
            view.width, view.height, view.pix_fmt = COLUMNS, ROWS, "yuv420p"
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(picture(index, ROWS, COLUMNS), "rgb24")
            made.mux([packet for view in views for packet in view.encode(frame)])
        made.mux([packet for view in views for packet in view.encode(None)])
    with pytest.raises(Refused) as caught:
        opened(recipe, file.getvalue())
    assert caught.value.code is ReasonCode.INCONSISTENT_PIXEL_DATA
    assert "second view" in str(caught.value)


@pytest.mark.parametrize("container", ["mp4", "mpegts"])
def test_two_views_packed_into_each_frame_stay_described_as_such(container: str) -> None:
    recipe = Recipe("105", "libx264", container, options={"x264-params": "frame-packing=3"})
    source = opened(recipe, video(recipe))

    def packing(data: bytes) -> bytes:
        with av.open(io.BytesIO(data)) as file:
            return bytes(next(file.decode(video=0)).side_data["STEREO3D"])

    assert packing(encoded(source)) == packing(video(recipe))


def test_of_messages_recovery_points_stay_and_emulation_is_prevented_again() -> None:
    recovery, name = b"\x06\x04\0\0\3\0\x01", b"\x05" + bytes([len(NAME)]) + NAME
    units = NalUnits(Coding.H_264, 4)
    unit = b"\x06" + name + recovery + name + b"\x80"
    cleaned = units.cleaned(len(unit).to_bytes(4, "big") + unit)
    assert cleaned == b"\0\0\0\x09\x06" + recovery + b"\x80"


def test_filler_and_unspecified_units_go() -> None:
    assert (
        NalUnits(Coding.H_264, 0).cleaned(b"\0\0\1\x0c\xff\xff\x80\0\0\1\x65abc\0\0\1\x18" + NAME) == b"\0\0\0\1\x65abc"
    )
    assert (
        NalUnits(Coding.HEVC, 0).cleaned(b"\0\0\1\x4c\x01\xff\0\0\1\x26\x01abc\0\0\1\x7c\x01" + NAME)
        == b"\0\0\0\1\x26\x01abc"
    )


@pytest.mark.parametrize("data", [b"", b"abc", NAME + b"\0\0\1\x65abc"])
def test_bytes_that_belong_to_no_unit_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        NalUnits(Coding.H_264, 0).cleaned(data)


@pytest.mark.parametrize("data", [b"\0\0\0\x05abc", b"\0\0\0\0", b"\0\0"])
def test_lengths_that_do_not_work_out_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        NalUnits(Coding.H_264, 4).cleaned(data)


def test_a_record_of_parameter_sets_loses_what_stands_behind_them() -> None:
    record = b"\1\x64\0\x0a\xff\xe1\0\x03\x67ab\1\0\x02\x68c\xfd\xf8\xf8\0"
    assert cleaned_record(Coding.H_264, record + NAME) == record
    hevc = b"\1" + bytes(20) + b"\x03"
    sets, message = b"\x20\0\1\0\3\x40\1a", b"\x27\0\1\0\x0e\x4e\1" + NAME
    assert cleaned_record(Coding.HEVC, hevc + b"\2" + sets + message) == hevc + b"\1" + sets


@pytest.mark.parametrize("record", [b"\1", b"\1\x64\0\x0a\xff\xe1\0\x09\x67"])
def test_a_record_that_ends_too_early_is_refused(record: bytes) -> None:
    for coding in (Coding.H_264, Coding.HEVC):
        with pytest.raises(Refused):
            cleaned_record(coding, record)


def test_time_codes_become_midnight_and_copyright_goes() -> None:
    noon, closed = bytes([0b0_01100_00, 0b0001_1_000, 0b001_00000, 0b0_1_0_00000]), b"\0\0\1\xb8\x00\x08\x00\x40"
    copyrighted = b"\0\0\1\xb5\x4f" + bytes(9)
    assert cleaned_pictures(b"\0\0\1\xb8" + noon + copyrighted) == closed


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\1\x00\0\x08\0\0\x04" + NAME,  # extra information of a picture
        b"\0\0\1\x00\0\x08\xff\xf8" + NAME,  # more behind a picture header
        b"\0\0\1\x01\x0e\x02",  # extra information of a slice
        b"\0\0\1\xb7" + NAME,
        b"\0\0\1\xb5\x50" + NAME,
        b"\0\0\1\xbd" + NAME,
        NAME,
    ],
)
def test_headers_that_hold_more_than_video_are_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        cleaned_pictures(data)
    assert caught.value.code is ReasonCode.UNDECODABLE
