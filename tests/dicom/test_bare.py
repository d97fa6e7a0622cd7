"""Text beside the pixels of an encoded frame is taken out; the pixels and everything that decodes them stay."""

import shutil
import struct
import subprocess
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest

from pixelclean.dicom import PixelFormat
from pixelclean.dicom.bare import bare as bare_of
from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.codecs import ENCODERS
from pixelclean.dicom.codecs.jpeg_stream import read_jpeg
from pixelclean.dicom.syntaxes import Codec

SENTINEL = b"ZZ-SENTINEL-0001"
FORM = PixelFormat(48, 64, 1, 1, 8, 8, 7, signed=False, photometric="MONOCHROME2")
PIXELS = np.random.default_rng(1).integers(0, 255, (48, 64), dtype=np.uint8)

JPEGS = {
    Codec.JPEG: imagecodecs.jpeg8_encode(PIXELS, level=90),
    Codec.JPEG_LOSSLESS: imagecodecs.jpeg8_encode(PIXELS, lossless=True, predictor=1),
    Codec.JPEG_LS: imagecodecs.jpegls_encode(PIXELS),
}
DECODE = {
    Codec.JPEG: imagecodecs.jpeg8_decode,
    Codec.JPEG_LOSSLESS: imagecodecs.jpeg8_decode,
    Codec.JPEG_LS: imagecodecs.jpegls_decode,
}
CODESTREAM = imagecodecs.jpeg2k_encode(PIXELS, codecformat="j2k", reversible=True, level=0)


def bare(stream, codec):
    return bare_of(bytes(stream), codec, FORM)


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG stream with one more segment behind its start of image."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def with_comment(stream: bytes, content: bytes) -> bytes:
    """A JPEG 2000 codestream with one more comment behind SIZ (ISO/IEC 15444-1 A.9.2)."""
    behind_siz = 4 + struct.unpack_from(">H", stream, 4)[0]
    return stream[:behind_siz] + struct.pack(">HHH", 0xFF64, len(content) + 4, 1) + content + stream[behind_siz:]


@pytest.mark.parametrize("codec", JPEGS)
@pytest.mark.parametrize("marker", [0xFE, *range(0xE0, 0xF0)])
def test_a_segment_with_text_is_taken_out_and_the_pixels_stay(codec, marker):
    told = with_segment(JPEGS[codec], marker, b"Exif\0\0" + SENTINEL)
    stripped = bare(told, codec)
    assert SENTINEL not in stripped
    assert np.array_equal(DECODE[codec](stripped), DECODE[codec](JPEGS[codec]))


@pytest.mark.parametrize("codec", JPEGS)
def test_a_stream_without_such_segments_keeps_every_byte(codec):
    assert bare(JPEGS[codec], codec) == JPEGS[codec]


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
        (0xE8, b"mrfx\x01"),
        (0xFE, b"JPEG Pro"),
    ],
)
def test_segments_that_decide_colour_and_names_of_encoders_stay_once(marker, content):
    plain = JPEGS[Codec.JPEG]
    without = plain[:2] + plain[4 + struct.unpack_from(">H", plain, 4)[0] :]  # the JFIF segment of the encoder
    told = with_segment(without, marker, content)
    assert bare(told, Codec.JPEG) == told
    assert bare(with_segment(told, marker, content), Codec.JPEG) == told


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc"),
        (0xE0, b"JFIF\0ZZ-SENT\0\0"),
        (0xE0, b"LJIF\0ZZ-SENTI"),
        (0xE8, b"SPIFF\0" + (2 * SENTINEL)[:24]),
        (0xEE, b"Adobe\0ZZ-SEN"),
        (0xDC, SENTINEL),
        (0xFE, b"Created by OpenJPEG version 88442213"),
        (0xEE, b"Adobe\0\x64\0\0\0\0\x01" + SENTINEL),
        (0xFE, b"JPEG Pro " + SENTINEL),
    ],
)
def test_a_thumbnail_or_text_behind_a_known_segment_is_taken_out(marker, content):
    assert content not in bare(with_segment(JPEGS[Codec.JPEG], marker, content), Codec.JPEG)


@pytest.mark.parametrize("marker, content", [
    (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc"),
    (0xE0, b"JFIF\0\x01\x09ZZ-SE\0\0"),
    (0xEE, b"Adobe\0\x64ZZ-S\x01"),
    (0xEE, b"Adobe\0\x64\0\0\0\0\x01" + SENTINEL),
    (0xEE, b"Adobe\0\x65\1\0\0\0\x09"),
])  # fmt: skip
def test_what_a_segment_says_of_colour_stays_when_more_stands_in_it(marker, content):
    plain = JPEGS[Codec.JPEG]
    without = plain[:2] + plain[4 + struct.unpack_from(">H", plain, 4)[0] :]
    told = with_segment(without, marker, content)
    assert read_jpeg(bare(told, Codec.JPEG)) == read_jpeg(told) != read_jpeg(without)


@pytest.mark.parametrize("marker, content", [
    (0xE0, b"JFIF\0"),
    (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0"),
    (0xE5, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
    (0xEE, b"Adobe\0\x64\0\0\0\0"),
    (0xE5, b"Adobe\0\x64\0\0\0\0\x01"),
])  # fmt: skip
def test_a_segment_that_says_nothing_to_a_decoder_goes_and_does_not_come_to_say_anything(marker, content):
    plain = JPEGS[Codec.JPEG]
    without = plain[:2] + plain[4 + struct.unpack_from(">H", plain, 4)[0] :]
    assert bare(with_segment(without, marker, content), Codec.JPEG) == without


def test_fill_bytes_before_a_marker_change_nothing():
    told = with_segment(JPEGS[Codec.JPEG], 0xEE, b"Adobe\0\x64\0\0\0\0\x01")
    filled = told[:2] + b"\xff\xff" + told[2:]
    assert bare(filled, Codec.JPEG) == filled


def test_a_comment_between_two_scans_is_taken_out():
    colour = imagecodecs.jpeg8_encode(np.dstack([PIXELS] * 3), level=90)
    behind = colour.rindex(b"\xff\xd9")
    told = colour[:behind] + b"\xff\xfe" + struct.pack(">H", len(SENTINEL) + 2) + SENTINEL + colour[behind:]
    assert bare(told, Codec.JPEG) == colour


@pytest.mark.parametrize("codec", [Codec.JPEG_2000, Codec.HTJ2K])
def test_a_comment_in_a_codestream_is_taken_out_and_the_pixels_stay(codec):
    stripped = bare(with_comment(CODESTREAM, SENTINEL), codec)
    assert SENTINEL not in stripped
    assert np.array_equal(imagecodecs.jpeg2k_decode(stripped), PIXELS)


def test_a_comment_in_a_tile_part_is_taken_out_and_its_length_corrected():
    sot = CODESTREAM.index(b"\xff\x90")
    comment = struct.pack(">HHH", 0xFF64, len(SENTINEL) + 4, 1) + SENTINEL
    (length,) = struct.unpack_from(">L", CODESTREAM, sot + 6)
    told = (
        CODESTREAM[: sot + 6]
        + struct.pack(">L", length and length + len(comment))
        + CODESTREAM[sot + 10 : sot + 12]
        + comment
        + CODESTREAM[sot + 12 :]
    )
    assert bare(told, Codec.JPEG_2000) == bare(CODESTREAM, Codec.JPEG_2000)


def test_a_codestream_whose_comment_names_its_encoder_keeps_every_byte():
    assert b"Created by" in CODESTREAM  # OpenJPEG signs what it writes
    assert bare(CODESTREAM, Codec.JPEG_2000) == CODESTREAM


def test_a_lossless_codestream_of_several_resolutions_and_components_keeps_every_byte():
    colour = np.dstack([PIXELS, PIXELS.T.reshape(48, 64), PIXELS[::-1]])
    stream = bytes(imagecodecs.jpeg2k_encode(colour, codecformat="j2k", reversible=True, level=0, mct=True))
    assert bare(stream, Codec.JPEG_2000) == stream


@pytest.mark.parametrize("marker", [0xFF56, 0xFF57, 0xFF58, 0xFF59, 0xFF63, 0xFF6F, 0xFF74, 0xFF78])
def test_a_segment_that_does_not_decode_is_taken_out_of_a_codestream(marker):
    assert bare(with_main_segment(marker, SENTINEL), Codec.JPEG_2000) == CODESTREAM


@pytest.mark.parametrize("marker", [0xFF50, 0xFF52, 0xFF53, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F, 0xFF60])
def test_a_codestream_with_text_in_a_segment_that_decodes_is_unclear(marker):
    assert bare(with_main_segment(marker, SENTINEL), Codec.JPEG_2000) is None
    assert bare(with_main_segment(marker, b"\0" + SENTINEL), Codec.JPEG_2000) is None


def test_steps_behind_those_of_the_last_resolution_are_unclear():
    start = CODESTREAM.index(b"\xff\x5c")
    (length,) = struct.unpack_from(">H", CODESTREAM, start + 2)
    told = CODESTREAM[: start + 2] + struct.pack(">H", length + len(SENTINEL))
    told += CODESTREAM[start + 4 : start + 2 + length] + SENTINEL + CODESTREAM[start + 2 + length :]
    assert np.array_equal(imagecodecs.jpeg2k_decode(told), PIXELS)
    assert bare(told, Codec.JPEG_2000) is None


def test_a_list_of_tile_lengths_stays_when_it_is_true_and_goes_when_it_is_text():
    sot = CODESTREAM.index(b"\xff\x90")
    length = len(CODESTREAM) - 2 - sot
    true = with_main_segment(0xFF55, b"\0\x40" + struct.pack(">L", length))
    assert bare(true, Codec.JPEG_2000) == true
    assert bare(with_main_segment(0xFF55, b"\0\x40ZZ-S"), Codec.JPEG_2000) == CODESTREAM
    assert bare(with_main_segment(0xFF55, SENTINEL), Codec.JPEG_2000) in (CODESTREAM, None)


def test_bytes_behind_the_end_of_a_stream_stay_only_where_they_are_all_alike():
    for codec, stream in ((Codec.JPEG, JPEGS[Codec.JPEG]), (Codec.JPEG_2000, CODESTREAM)):
        assert bare(stream + bytes(6), codec) == stream + bytes(6)
        assert bare(stream + b"\xff\0 \0", codec) == stream


def test_it_is_never_clear_that_a_jpeg_xl_stream_holds_its_image_only():
    naked = imagecodecs.jpegxl_encode(PIXELS, lossless=True)
    assert bare(naked, Codec.JPEG_XL) is None
    assert bare(naked + SENTINEL, Codec.JPEG_XL) is None


@pytest.mark.parametrize("codec", [Codec.RLE, Codec.PLAIN_FRAME, Codec.DEFLATED_FRAME])
def test_a_frame_that_ends_with_its_samples_keeps_every_byte(codec):
    stream = ENCODERS[codec](PIXELS[..., None], FORM)
    assert bare(stream, codec) == stream


@pytest.mark.parametrize("tail", [SENTINEL, b"\x80" * 4 + b"Z", b"\x0f" + SENTINEL, b"\0\0"])
def test_bytes_behind_the_last_run_of_a_byte_plane_are_unclear(tail):
    stream = ENCODERS[Codec.RLE](PIXELS[..., None], FORM)
    assert bare(stream + tail, Codec.RLE) is None


def test_a_pad_byte_that_is_a_letter_is_unclear():
    form = PixelFormat(3, 3, 1, 1, 8, 8, 7, signed=False, photometric="MONOCHROME2")
    assert bare_of(bytes(9) + b"\0", Codec.PLAIN_FRAME, form) == bytes(10)
    assert bare_of(bytes(9) + b"Z", Codec.PLAIN_FRAME, form) is None


def with_main_segment(marker, content):
    """A JPEG 2000 codestream with one more segment at the end of its main header."""
    sot = CODESTREAM.index(b"\xff\x90")
    return CODESTREAM[:sot] + struct.pack(">HH", marker, len(content) + 2) + content + CODESTREAM[sot:]


@pytest.mark.parametrize("rows, columns", [(8, 16), (17, 40), (24, 24), (481, 641)])
def test_blocks_that_libjpeg_fills_beyond_the_image_hide_nothing(rows: int, columns: int) -> None:
    """Half of the lower MCUs holds no pixel of the image: libjpeg puts the mean of a block before it there."""
    picture = np.full((rows, columns, 3), 200, np.uint8)
    picture[: rows // 2] = 40
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    made, stream = cv2.imencode(
        ".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    )
    assert made
    assert bare_jpeg(stream.tobytes()) is not None


def in_scans_of_their_own(stream: bytes, folder: Path, scans: str = "0;1;2;") -> bytes:
    if shutil.which("jpegtran") is None:
        pytest.skip("jpegtran is not installed")
    (folder / "scans").write_text(scans)
    command = ["jpegtran", "-scans", str(folder / "scans")]
    return subprocess.run(command, input=stream, check=True, capture_output=True, timeout=60).stdout


@pytest.mark.parametrize("sampling", ["444", "422", "420", "440"])
@pytest.mark.parametrize("rows, columns", [(75, 100), (96, 200), (61, 99), (64, 64), (8, 9)])
def test_components_in_scans_of_their_own_hold_the_image_only(
    rows: int, columns: int, sampling: str, tmp_path: Path
) -> None:
    y, x = np.mgrid[:rows, :columns]
    picture = np.stack([128 + 90 * np.sin(x / (4 + each)) * np.cos(y / 5) for each in range(3)], -1).astype(np.uint8)
    stream = bytes(imagecodecs.jpeg8_encode(picture, 85, subsampling=sampling))
    apart = in_scans_of_their_own(stream, tmp_path)
    assert read_jpeg(apart).scans == 3
    assert bare_jpeg(apart) == apart


@pytest.mark.parametrize("sampling", ["444", "420"])
def test_rows_that_are_hidden_in_the_last_blocks_of_any_component_are_noticed(sampling: str, tmp_path: Path) -> None:
    """A line in luma or in chroma alone, in rows that the frame header does not announce."""
    for component in range(3):
        picture = np.full((64, 64, 3), 128, np.uint8)
        picture[60:64, 8:40, component] = 250
        stream = bytes(
            imagecodecs.jpeg8_encode(picture, 95, subsampling=sampling, colorspace="ycbcr", outcolorspace="ycbcr")
        )
        apart = bytearray(in_scans_of_their_own(stream, tmp_path))
        assert bare_jpeg(bytes(apart)) == apart
        at = apart.index(b"\xff\xc0") + 5
        apart[at : at + 2] = (58).to_bytes(2, "big")
        assert bare_jpeg(bytes(apart)) is None
