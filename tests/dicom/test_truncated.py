"""A stream that was cut is refused, wherever that was, or gives the very image where nothing but padding was lost."""

import struct

import cv2
import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import COLOUR, EXPLICIT, GREY, LIMITS, image, noise, of, part10

from pixelclean.dicom import PixelFormat, encode, open_frames, put_pixels
from pixelclean.dicom.codecs import ENCODERS
from pixelclean.dicom.source import read_bytes
from pixelclean.dicom.syntaxes import SYNTAXES
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused

ROOT = "1.2.840.10008.1.2"
DEEP = of(GREY, rows=24, columns=40, frames=1, bits_stored=16, high_bit=15)
BYTES = of(DEEP, bits_allocated=8, bits_stored=8, high_bit=7)
RGB = of(COLOUR, rows=24, columns=40, frames=1)
YBR = of(RGB, photometric="YBR_FULL")


def item(value: bytes) -> bytes:
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(value)) + value


def decoded(form: PixelFormat, syntax: str, stream: bytes) -> Words | None:
    """The frame, or None where it is refused; anything else that is raised is a failure."""
    made = image(form)
    padded = stream + b"\0" * (len(stream) % 2)
    made["PixelData"] = pydicom.DataElement("PixelData", "OB", item(b"") + item(padded), is_undefined_length=True)
    try:
        return open_frames(made, syntax, LIMITS).frame(0)
    except Refused:
        return None


def jpeg(form: PixelFormat, **how: object) -> bytes:
    frame = noise(form)[0]
    return bytes(imagecodecs.jpeg8_encode(frame if form.samples == 3 else frame[..., 0], 90, **how))


def progressive(form: PixelFormat, restarts: int) -> bytes:
    options = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, restarts)
    return bytes(cv2.imencode(".jpg", noise(form)[0], options)[1])


def coded(form: PixelFormat, syntax: str) -> bytes:
    return ENCODERS[SYNTAXES[syntax].codec](noise(form)[0], form)


LOSSLESS = {
    f"{end} {name}": (form, f"{ROOT}.{end}", coded(form, f"{ROOT}.{end}"))
    for end in ("4.57", "4.80", "4.90", "4.110", "4.201", "5", "8.1", "1.98")
    for name, form in (("16", DEEP), ("8", BYTES), ("colour", RGB))
}
OTHERS = {
    "baseline": (BYTES, f"{ROOT}.4.50", jpeg(BYTES)),
    "baseline 4:2:0": (YBR, f"{ROOT}.4.50", jpeg(YBR, subsampling="420")),
    "progressive": (BYTES, f"{ROOT}.4.55", progressive(BYTES, 0)),
    "progressive 4:2:0": (YBR, f"{ROOT}.4.55", progressive(YBR, 0)),
    "progressive, restarts": (YBR, f"{ROOT}.4.53", progressive(YBR, 2)),
    "progressive as baseline": (YBR, f"{ROOT}.4.50", progressive(YBR, 1)),
    "near": (BYTES, f"{ROOT}.4.81", bytes(imagecodecs.jpegls_encode(noise(BYTES)[0][..., 0], level=3))),
    "9-7": (DEEP, f"{ROOT}.4.91", bytes(imagecodecs.jpeg2k_encode(noise(DEEP)[0][..., 0], 40, codecformat="j2k"))),
    "in a file": (DEEP, f"{ROOT}.4.91", bytes(imagecodecs.jpeg2k_encode(noise(DEEP)[0][..., 0], codecformat="jp2"))),
    "xyb": (RGB, f"{ROOT}.4.112", bytes(imagecodecs.jpegxl_encode(noise(RGB)[0], lossless=False, distance=1.0))),
}
STREAMS = LOSSLESS | OTHERS


@pytest.mark.parametrize("kind", sorted(STREAMS))
def test_a_whole_stream_is_decoded(kind: str) -> None:
    assert decoded(*STREAMS[kind]) is not None


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(sorted(STREAMS)), part=st.floats(0, 1, exclude_max=True))
def test_a_stream_cut_anywhere_is_refused_or_the_same(kind: str, part: float) -> None:
    form, syntax, stream = STREAMS[kind]
    end = int(part * len(stream))
    if kind.startswith(("1.98", "5 ", "4.110", "xyb")):  # without an end of their own: a pad byte would be a sample
        end -= end % 2
    frame = decoded(form, syntax, stream[:end])
    assert frame is None or np.array_equal(frame, decoded(form, syntax, stream))


ENDS = {"4.50", "4.53", "4.55", "4.57", "4.80", "4.81"}
SEWN = sorted(kind for kind, (_, syntax, _) in STREAMS.items() if syntax.removeprefix(f"{ROOT}.") in ENDS)


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(SEWN), part=st.floats(0, 1, exclude_max=True))
def test_an_end_sewn_to_a_cut_stream_does_not_make_it_whole(kind: str, part: float) -> None:
    form, syntax, stream = STREAMS[kind]
    frame = decoded(form, syntax, stream[: int(part * (len(stream) - 4))] + b"\xff\xd9")
    assert frame is None or np.array_equal(frame, decoded(form, syntax, stream))


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(sorted(STREAMS)), part=st.floats(0, 1, exclude_max=True), noise_at=st.binary(min_size=1))
def test_a_damaged_stream_is_refused_or_an_image_of_the_same_format(kind: str, part: float, noise_at: bytes) -> None:
    form, syntax, stream = STREAMS[kind]
    at = int(part * len(stream))
    frame = decoded(form, syntax, stream[:at] + noise_at + stream[at + len(noise_at) :])
    assert frame is None or (frame.shape, frame.dtype) == (form.shape, form.dtype)


def frame_of(file: bytes, syntax: str) -> Words:
    return open_frames(read_bytes(file, LIMITS).dataset, syntax, LIMITS).frame(0)


@pytest.mark.parametrize("syntax", [EXPLICIT, f"{ROOT}.4.90", f"{ROOT}.5"])
def test_a_file_cut_anywhere_is_refused(syntax: str) -> None:
    made = image(of(BYTES, rows=6, columns=10))
    form = of(BYTES, rows=6, columns=10)
    put_pixels(made, encode(noise(form), form, syntax))
    buffer = pydicom.filebase.DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    pydicom.filewriter.write_dataset(buffer, made)
    whole = part10(buffer.getvalue(), syntax)
    assert np.array_equal(frame_of(whole, syntax), noise(form)[0])
    for end in range(len(whole)):
        with pytest.raises(Refused):
            frame_of(whole[:end], syntax)
