"""Text beside the pixels of an encoded frame is taken out; the pixels and everything that decodes them stay."""

import struct

import imagecodecs
import numpy as np
import pytest

from pixelclean.dicom.bare import bare
from pixelclean.dicom.syntaxes import Codec

SENTINEL = b"ZZ-SENTINEL-0001"
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
def test_segments_that_decide_colour_and_names_of_encoders_stay(marker, content):
    told = with_segment(JPEGS[Codec.JPEG], marker, content)
    assert bare(told, Codec.JPEG) == told


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc"),
        (0xEE, b"Adobe\0\x64\0\0\0\0\x01" + SENTINEL),
        (0xFE, b"JPEG Pro " + SENTINEL),
    ],
)
def test_a_thumbnail_or_text_behind_a_known_segment_is_taken_out(marker, content):
    assert content not in bare(with_segment(JPEGS[Codec.JPEG], marker, content), Codec.JPEG)


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


def test_boxes_of_a_jpeg_xl_container_that_do_not_decode_are_taken_out():
    naked = imagecodecs.jpegxl_encode(PIXELS, lossless=True)
    head = b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x14ftypjxl \0\0\0\0jxl "
    box = struct.pack(">L", 8 + len(naked)) + b"jxlc" + naked
    text = struct.pack(">L", 8 + len(SENTINEL)) + b"xml " + SENTINEL
    stripped = bare(head + text + box, Codec.JPEG_XL)
    assert stripped == head + box
    assert np.array_equal(imagecodecs.jpegxl_decode(stripped), PIXELS)
