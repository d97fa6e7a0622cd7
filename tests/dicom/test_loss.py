"""What was compressed with loss is told from the stream, not from a transfer syntax that permits both."""

from functools import partial

import imagecodecs
import numpy as np
import pytest

from pixelclean.dicom import PixelFormat, StillFrames, is_lossy

FORM = PixelFormat(48, 64, 1, 1, 8, 8, 7, signed=False, photometric="MONOCHROME2")
PIXELS = np.random.default_rng(1).integers(0, 255, (48, 64), dtype=np.uint8)
ROOT = "1.2.840.10008.1.2.4"
STREAMS = {
    "9-7": imagecodecs.jpeg2k_encode(PIXELS, codecformat="j2k", reversible=False, level=40),
    "5-3": imagecodecs.jpeg2k_encode(PIXELS, codecformat="j2k", reversible=True, level=0),
    "jp2 9-7": imagecodecs.jpeg2k_encode(PIXELS, codecformat="jp2", reversible=False, level=40),
    "ht 9-7": imagecodecs.htj2k_encode(PIXELS, reversible=False),
    "ht 5-3": imagecodecs.htj2k_encode(PIXELS, reversible=True),
    "near": imagecodecs.jpegls_encode(PIXELS, level=3),
    "exact": imagecodecs.jpegls_encode(PIXELS),
    "dct": imagecodecs.jpeg8_encode(PIXELS, 90),
    "predicted": imagecodecs.jpeg8_encode(PIXELS, lossless=True, predictor=1),
    "jxl": imagecodecs.jpegxl_encode(PIXELS, lossless=True),
    "jxl words": imagecodecs.jpegxl_encode(PIXELS.astype(np.uint16) << 4, lossless=True, bitspersample=12),
    "jxl colour": imagecodecs.jpegxl_encode(np.dstack([PIXELS] * 3), lossless=True),
    "jxl lossy": imagecodecs.jpegxl_encode(PIXELS, lossless=False, distance=1.0),
    "jxl lossy colour": imagecodecs.jpegxl_encode(np.dstack([PIXELS] * 3), lossless=False, distance=1.0),
}


@pytest.mark.parametrize(
    ("kind", "syntax", "lossy"),
    [
        ("9-7", "91", True),
        ("5-3", "91", False),
        ("jp2 9-7", "91", True),
        ("9-7", "90", True),
        ("5-3", "90", False),
        ("ht 9-7", "203", True),
        ("ht 5-3", "203", False),
        ("ht 5-3", "201", False),
        ("near", "81", True),
        ("exact", "81", False),
        ("exact", "80", False),
        ("dct", "50", True),
        ("dct", "70", True),
        ("predicted", "70", False),
        ("predicted", "50", False),
        ("jxl", "110", False),
        ("jxl", "112", False),
        ("jxl words", "112", False),
        ("jxl colour", "112", False),
        ("jxl", "111", True),
        ("jxl lossy", "112", True),
        ("jxl lossy colour", "112", True),
    ],
)
def test_loss_is_read_from_the_stream(kind, syntax, lossy):
    frames = StillFrames(FORM, "", lambda _: bytes(STREAMS[kind]), partial(np.asarray))
    assert is_lossy(frames, f"{ROOT}.{syntax}") is lossy


def test_dropped_bits_of_a_lossless_process_are_a_loss():
    stream = bytearray(STREAMS["predicted"])
    stream[stream.index(b"\xff\xda") + 9] |= 1  # the point transform
    assert is_lossy(StillFrames(FORM, "", lambda _: bytes(stream), partial(np.asarray)), f"{ROOT}.70")


def test_one_lossy_frame_makes_the_image_lossy():
    streams = [bytes(STREAMS["5-3"]), bytes(STREAMS["9-7"])]
    form = PixelFormat(48, 64, 2, 1, 8, 8, 7, signed=False, photometric="MONOCHROME2")
    assert is_lossy(StillFrames(form, "", streams.__getitem__, partial(np.asarray)), f"{ROOT}.91")
