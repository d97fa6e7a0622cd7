"""Frames come out as they are stored, or not at all."""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from made import BIG, COLOUR, EXPLICIT, GREY, LIMITS, image, noise, of, written

from pixelclean.dicom import PixelFormat, check_size, encode, open_frames, put_pixels
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

BASELINE, LS, J2K, RLE = (f"1.2.840.10008.1.2.{end}" for end in ("4.50", "4.80", "4.90", "5"))
COMPRESSED = ["4.57", "4.70", "4.80", "4.90", "4.110", "4.201", "5", "8.1", "1.98"]


def refusal(dataset: pydicom.Dataset, syntax: str, limits: Limits = LIMITS) -> ReasonCode:
    with pytest.raises(Refused) as caught:
        decoded(dataset, syntax, limits)
    return caught.value.code


def decoded(dataset: pydicom.Dataset, syntax: str, limits: Limits) -> list[Words]:
    frames = open_frames(dataset, syntax, limits)
    return [frames.frame(index) for index in range(len(frames))]


def held(form: PixelFormat, streams: list[bytes], *, table: bool = True) -> pydicom.Dataset:
    """An image with these encoded frames."""
    made = image(form)
    value, _ = encapsulate(streams, len(streams))
    if not table:
        (length,) = struct.unpack_from("<L", value, 4)
        value = value[:4] + bytes(4) + value[8 + length :]
    made["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    return made


def jpeg(frame: np.ndarray, **how: object) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(frame, 95, **how))


@pytest.mark.parametrize("ending", COMPRESSED)
def test_a_frame_cut_anywhere_is_refused(ending: str) -> None:
    form = of(GREY, frames=1, rows=20, columns=20, bits_stored=16, high_bit=15)
    syntax = f"1.2.840.10008.1.2.{ending}"
    made = image(form)
    put_pixels(made, encode(noise(form), form, syntax))
    stream = bytes(made.PixelData[20:]).rstrip(b"\0")
    for end in {*range(0, len(stream) - 2, max(1, len(stream) // 25)), len(stream) - 3}:
        refusal(held(form, [stream[:end]]), syntax)


@pytest.mark.parametrize("ending", COMPRESSED)
def test_a_stream_of_another_size_is_refused(ending: str) -> None:
    form = of(GREY, frames=1, bits_stored=16, high_bit=15)
    syntax = f"1.2.840.10008.1.2.{ending}"
    made = image(form)
    put_pixels(made, encode(noise(form), form, syntax))
    made.Rows, made.Columns = 9, 10
    assert refusal(made, syntax) in {
        ReasonCode.INCONSISTENT_PIXEL_DATA, ReasonCode.TRUNCATED, ReasonCode.UNDECODABLE,
    }  # fmt: skip


@pytest.mark.parametrize("subsampling", ["444", "422", "420"])
def test_lossy_colour_comes_out_as_ybr_and_no_conversion_happens(subsampling: str) -> None:
    grey = np.repeat(noise(of(COLOUR, samples=1, photometric="MONOCHROME2"))[0], 3, axis=2)
    frames = open_frames(
        held(of(COLOUR, frames=1, photometric="YBR_FULL_422"), [jpeg(grey, subsampling=subsampling)]), BASELINE, LIMITS
    )
    assert frames.format.photometric == "YBR_FULL"
    assert np.abs(frames.frame(0)[..., 1:].astype(int) - 128).max() <= 1


def test_a_jpeg_that_says_rgb_is_rgb() -> None:
    frame = noise(COLOUR)[0]
    stream = jpeg(frame, colorspace="rgb", outcolorspace="rgb")
    frames = open_frames(held(of(COLOUR, frames=1), [stream]), BASELINE, LIMITS)
    assert frames.format.photometric == "RGB"
    assert np.abs(frames.frame(0).astype(int) - frame).mean() < 6
    called_ybr = held(of(COLOUR, frames=1, photometric="YBR_FULL"), [stream])
    assert refusal(called_ybr, BASELINE) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_a_jpeg_that_does_not_say_what_it_is_under_rgb_is_refused() -> None:
    stream = jpeg(noise(COLOUR)[0], subsampling="444")
    silent = stream[:2] + stream[20:]  # without its JFIF segment
    assert refusal(held(of(COLOUR, frames=1), [silent]), BASELINE) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_reversible_colour_comes_out_as_rgb(tmp_path: Path) -> None:
    source = written(tmp_path, COLOUR, noise(COLOUR), J2K)
    assert source.dataset.PhotometricInterpretation == "YBR_RCT"
    assert open_frames(source.dataset, J2K, LIMITS).format.photometric == "RGB"
    source.dataset.PhotometricInterpretation = "YBR_FULL"
    assert refusal(source.dataset, J2K) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_signed_jpeg_2000_words_are_twos_complement_whatever_the_stream_says() -> None:
    values = np.array([[-5, 7], [-2048, 2047]], np.int16)
    form = of(GREY, rows=2, columns=2, frames=1, signed=True)
    for samples in (values, (values & 0xFFF).view(np.uint16)):
        stream = bytes(imagecodecs.jpeg2k_encode(samples, codecformat="j2k", reversible=True, bitspersample=12))
        frame = open_frames(held(form, [stream]), J2K, LIMITS).frame(0)
        assert np.array_equal(frame[..., 0].view(np.int16), values)


def test_frames_without_an_offset_table_are_found_by_their_codestreams() -> None:
    frames = noise(of(GREY, frames=3))
    streams = [bytes(imagecodecs.jpegls_encode(frame[..., 0])) for frame in frames]
    pieces = [part for stream in streams for part in (stream[:40], stream[40:])]
    opened = open_frames(held(of(GREY, frames=3), pieces, table=False), LS, LIMITS)
    assert all(np.array_equal(opened.frame(i), frames[i]) for i in range(3))
    assert refusal(held(of(GREY, frames=4), pieces, table=False), LS) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_an_offset_table_that_lies_is_refused() -> None:
    streams = [bytes(imagecodecs.jpegls_encode(frame[..., 0])) for frame in noise(GREY)]
    made = held(GREY, streams)
    made["PixelData"].value = made.PixelData[:12] + b"\x07\0\0\0" + made.PixelData[16:]
    assert refusal(made, LS) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_an_extended_offset_table_is_followed() -> None:
    frames = noise(GREY)
    streams = [bytes(imagecodecs.jpegls_encode(frame[..., 0])) for frame in frames]
    made = held(GREY, streams, table=False)
    first = len(streams[0]) + len(streams[0]) % 2 + 8
    made.ExtendedOffsetTable = struct.pack("<QQ", 0, first)
    made.ExtendedOffsetTableLengths = struct.pack("<QQ", *(len(stream) for stream in streams))
    assert np.array_equal(open_frames(made, LS, LIMITS).frame(1), frames[1])
    made.ExtendedOffsetTable = struct.pack("<QQ", 0, first + 2)
    assert refusal(made, LS) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_bytes_behind_a_stream_are_refused_unless_they_are_fill() -> None:
    stream = bytes(imagecodecs.jpegls_encode(noise(of(GREY, frames=1))[0][..., 0]))
    form = of(GREY, frames=1)
    open_frames(held(form, [stream + b"\0\0\xff\xff"]), LS, LIMITS).frame(0)
    assert refusal(held(form, [stream + b"Sentinel^Zoe"]), LS) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_native_lengths_must_be_right() -> None:
    made = image(GREY)
    put_pixels(made, encode(noise(GREY), GREY, EXPLICIT))
    whole = bytes(made.PixelData)
    made.PixelData = whole[:-2]
    assert refusal(made, EXPLICIT) is ReasonCode.TRUNCATED
    made.PixelData = whole + b"\0\0"
    assert refusal(made, EXPLICIT) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_big_endian_words_that_hold_bytes_are_swapped_in_pairs(tmp_path: Path) -> None:
    form = of(GREY, bits_allocated=8, bits_stored=8, high_bit=7, swapped=True)
    frames = noise(form)
    made = image(form)
    made["PixelData"] = pydicom.DataElement("PixelData", "OW", b"")
    put_pixels(made, encode(frames, form, BIG))
    assert made.PixelData[:2] == bytes([frames[0][0, 1, 0], frames[0][0, 0, 0]])
    made.set_original_encoding(is_implicit_vr=False, is_little_endian=False)
    assert np.array_equal(open_frames(made, BIG, LIMITS).frame(1), frames[1])


def test_a_claim_of_gigabytes_is_refused_before_anything_is_allocated() -> None:
    made = image(of(GREY, rows=65535, columns=65535, frames=2000))
    made.PixelData = b"\0\0"
    assert refusal(made, EXPLICIT) is ReasonCode.OVER_SIZE_LIMIT
    with pytest.raises(Refused):
        check_size(GREY, Limits(pixel_bytes=GREY.pixel_bytes - 1))
    check_size(GREY, Limits(pixel_bytes=GREY.pixel_bytes))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("Rows", 0), ("BitsAllocated", 12), ("BitsAllocated", 64), ("BitsStored", 17), ("BitsStored", 0),
        ("HighBit", 16), ("HighBit", 3), ("SamplesPerPixel", 3), ("PhotometricInterpretation", "ZZ"),
        ("PhotometricInterpretation", "RGB"), ("PixelRepresentation", 2), ("NumberOfFrames", -1), ("Columns", None),
    ],
)  # fmt: skip
def test_attributes_that_contradict_each_other_are_refused(keyword: str, value: object) -> None:
    made = image(GREY)
    made.PixelData = bytes(240)
    setattr(made, keyword, value)
    assert refusal(made, EXPLICIT) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_an_absent_high_bit_and_zero_frames_are_understood() -> None:
    made = image(of(GREY, frames=0))
    del made.HighBit
    made.PixelData = bytes(120)
    assert PixelFormat.of(made) == of(GREY, frames=1)


def test_no_pixels_and_two_kinds_of_pixels_are_told_apart() -> None:
    made = image(GREY)
    assert refusal(made, EXPLICIT) is ReasonCode.NO_PIXEL_DATA
    made.PixelData, made.FloatPixelData = bytes(240), bytes(480)
    assert refusal(made, EXPLICIT) is ReasonCode.INCONSISTENT_PIXEL_DATA


def test_equal_frames_have_equal_digests_and_the_decoder_is_named() -> None:
    first, second = noise(GREY)
    made = image(of(GREY, frames=3))
    put_pixels(made, encode([first, second, first], of(GREY, frames=3), RLE))
    frames = open_frames(made, RLE, LIMITS)
    assert frames.digest(0) == frames.digest(2) != frames.digest(1)
    assert frames.decoder.startswith("pylibjpeg-rle ")
    with pytest.raises(IndexError):
        frames.frame(3)
