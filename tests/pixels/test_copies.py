"""Copies: whatever shows the pixels once more is found by its place or by its bytes, and nothing else is taken for it."""

from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from typing import Any

import cv2
import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import DEEP, EXPLICIT, GREY, as_file, described
from PIL import Image
from pydicom import Dataset, Sequence

from pixelclean.pixels.copies import pixel_copies, remove_copies
from pixelclean.pixels.pictures import begins_picture, holds_picture, spells_picture

ICON = "00880200"
PRIVATE = "00111001"


def drawn() -> np.ndarray:
    picture = np.random.default_rng(3).integers(0, 80, (64, 96), np.uint8)
    cv2.putText(picture, "SENTINEL", (2, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    return picture


def by_opencv(extension: str, *how: int) -> bytes:
    done, value = cv2.imencode(f".{extension}", drawn(), how)
    assert done
    return value.tobytes()


def by_pillow(kind: str, **how: Any) -> bytes:
    buffer = BytesIO()
    Image.fromarray(drawn()).save(buffer, kind, **how)
    return buffer.getvalue()


def dicom() -> bytes:
    inner = described(GREY)
    inner.PixelData = bytes(GREY.frame_bytes)
    inner["PixelData"].VR = "OB"
    return as_file(inner, EXPLICIT)


SAID_ANYWHERE: dict[str, bytes] = {
    "JPEG": by_opencv("jpg"),
    "JPEG, progressive": by_opencv("jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "JPEG without JFIF": imagecodecs.jpeg8_encode(np.dstack([drawn()] * 3), colorspace="rgb", outcolorspace="rgb"),
    "JPEG, lossless": imagecodecs.ljpeg_encode(drawn().astype(np.uint16)),
    "JPEG-LS": imagecodecs.jpegls_encode(drawn()),
    "JPEG 2000": imagecodecs.jpeg2k_encode(drawn(), codecformat="j2k"),
    "JPEG 2000 in a file": imagecodecs.jpeg2k_encode(drawn(), codecformat="jp2"),
    "JPEG XL in a file": imagecodecs.jpegxl_encode(drawn(), usecontainer=True),
    "PNG": by_opencv("png"),
    "GIF": by_pillow("gif"),
    "WebP": by_pillow("webp"),
    "DICOM": dicom(),
}
SAID_IN_FRONT: dict[str, bytes] = {
    "JPEG XL": imagecodecs.jpegxl_encode(drawn(), usecontainer=False),
    "TIFF": by_pillow("tiff"),
    "TIFF, Big Endian": by_pillow("tiff", big_endian=True),
    "bitmap": by_opencv("bmp"),
    "bitmap without the header of its file": by_opencv("bmp")[14:],
    "portable map": by_opencv("pgm"),
    "PDF": by_pillow("pdf"),
}


@pytest.mark.parametrize("value", (SAID_ANYWHERE | SAID_IN_FRONT).values(), ids=SAID_ANYWHERE | SAID_IN_FRONT)
def test_a_file_of_pictures_is_known_by_its_first_bytes(value: bytes) -> None:
    assert begins_picture(value) or holds_picture(value)


@pytest.mark.parametrize("value", SAID_ANYWHERE.values(), ids=SAID_ANYWHERE)
@pytest.mark.parametrize("before", [b"ACME1.0 " + bytes(57), b"\xff" * 31, b"\xff\xd8\xff"])
def test_a_file_of_pictures_is_known_behind_any_header(value: bytes, before: bytes) -> None:
    assert holds_picture(before + value)


def test_noise_and_plain_numbers_are_no_pictures() -> None:
    rng = np.random.default_rng(11)
    for value in (
        rng.bytes(1 << 22),
        bytes(1 << 16),
        np.arange(1 << 14, dtype="<u2").tobytes(),
        rng.integers(0, 4096, 1 << 16).astype("<u2").tobytes(),
        np.full(1 << 14, 255, np.uint8).tobytes(),
        rng.integers(-60, 60, 1 << 18).astype("<i2").tobytes(),  # samples of a waveform: FF D8 FF everywhere
        b"SV10\4\3\2\1" + bytes(400),
        b"BM" + rng.bytes(60),
    ):
        assert not holds_picture(value)
        assert not begins_picture(value)


@given(st.binary(max_size=80), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"BM", b"RIFF", b"\xff\xd8\xff\xdb\0\2"]))
def test_hostile_bytes_raise_nothing(value: bytes, before: bytes) -> None:
    assert begins_picture(before + value) in (True, False)
    assert holds_picture(before + value) in (True, False)


def test_a_picture_spelled_in_base_64_is_one_and_a_sentence_is_none() -> None:
    assert spells_picture("/9j/" + "A" * 100)
    assert spells_picture("data:image/bmp;base64," + "A" * 100)
    assert not spells_picture("/9j/")
    assert not spells_picture("A sentence of no importance that is longer than sixty-four characters, as some are.")


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def image() -> Dataset:
    """A data set whose frames are of 120 by 200 pixels of one byte."""
    data = described(GREY)
    data.PixelData = bytes(GREY.frame_bytes)
    return data


def private(value: object, vr: str = "OB") -> Dataset:
    data = image()
    data.private_block(0x0011, "ACME", create=True).add_new(0x01, vr, value)
    return data


SHOWN: dict[str, tuple[Callable[[], Dataset], str]] = {
    "an icon": (lambda: item(IconImageSequence=Sequence([item(Rows=1)])), ICON),
    "an empty icon": (lambda: item(IconImageSequence=Sequence()), ICON),
    "an icon three deep": (
        lambda: item(
            SourceImageSequence=Sequence(
                [item(), item(PurposeOfReferenceCodeSequence=Sequence([item(IconImageSequence=Sequence())]))]
            )
        ),
        f"00082112[1].0040A170[0].{ICON}",
    ),
    "pixels in a sequence": (
        lambda: item(SourceImageSequence=Sequence([item(FloatPixelData=b"abcd")])),
        "00082112[0].7FE00008",
    ),
    "an offset table in a sequence": (
        lambda: item(SourceImageSequence=Sequence([item(ExtendedOffsetTable=bytes(8))])),
        "00082112[0].7FE00001",
    ),
    "a raw frame": (lambda: private(bytes(24_000)), PRIVATE),
    "a raw frame in colour": (lambda: private(bytes(72_000), "OW"), PRIVATE),
    "a raw frame of unknown VR": (lambda: private(bytes(24_000), "UN"), PRIVATE),
    "a raw frame of numbers": (lambda: private([0] * 24_000, "US"), PRIVATE),
    "a picture": (lambda: private(SAID_ANYWHERE["PNG"]), PRIVATE),
    "a picture as numbers": (
        lambda: _with(image(), 0x00540020, "US", np.frombuffer(SAID_ANYWHERE["PNG"].ljust(8192), "<u2").tolist()),
        "00540020",
    ),
    "a picture in base 64": (lambda: private("/9j/" + "A" * 100, "UT"), PRIVATE),
    "a document beside an image": (lambda: private(b"%PDF-1.7 "), PRIVATE),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_what_shows_pixels_is_found_and_removed_wherever_it_stands(name: str) -> None:
    make, path = SHOWN[name]
    data = make()
    assert pixel_copies(data) == (path,)
    assert remove_copies(data) == (path,)
    assert pixel_copies(data) == ()


def noise() -> bytes:
    return np.random.default_rng(5).bytes(GREY.frame_bytes)


@pytest.mark.parametrize("frame", [noise(), noise()[:12_000] + bytes(12_000)])
def test_a_copy_is_known_behind_any_header_and_in_part(frame: bytes) -> None:
    for copied in (b"ACME1.0 " + bytes(505) + frame, frame[5000:11_000]):
        data = private(copied)
        data.PixelData = frame
        assert pixel_copies(data) == (PRIVATE,)


@pytest.mark.parametrize(
    "vr, tag, kind", [("US", 0x00540020, "<u2"), ("SL", 0x0040A162, "<i4"), ("FD", 0x00409212, "<f8")]
)
def test_a_copy_is_known_in_an_attribute_of_numbers(vr: str, tag: int, kind: str) -> None:
    words = np.random.default_rng(6).integers(1 << 4, 1 << 14, GREY.frame_bytes // 8).astype(kind)
    data = _with(image(), tag, vr, words.tolist())
    assert pixel_copies(data) == ()
    data.PixelData = words.tobytes()
    assert pixel_copies(data) == (f"{tag:08X}",)


def test_a_table_is_no_copy_of_an_image_that_has_a_ramp() -> None:
    data = private(bytes(range(256)) * 17)
    data.PixelData = (bytes(range(200)) * GREY.rows)[: GREY.frame_bytes]
    assert pixel_copies(data) == ()


def test_all_frames_together_are_a_copy_too() -> None:
    data = private(bytes(5 * 24_000))
    assert pixel_copies(data) == ()
    data.NumberOfFrames = 5
    assert pixel_copies(data) == (PRIVATE,)


KEPT: dict[str, Callable[[], Dataset]] = {
    "the pixels themselves": image,
    "an overlay plane": lambda: _with(image(), 0x60003000, "OW", bytes(24_000)),
    "a look-up table of the size of a frame": lambda: _with(described(DEEP), 0x00281201, "OW", bytes(48_000)),
    "a profile of the size of a frame": lambda: _with(image(), 0x00282000, "OB", bytes(24_000)),
    "encrypted originals": lambda: item(
        EncryptedAttributesSequence=Sequence([item(EncryptedContent=SAID_ANYWHERE["PNG"])])
    ),
    "the document of an object without pixels": lambda: item(EncapsulatedDocument=SAID_IN_FRONT["PDF"]),
    "a private value of another size": lambda: private(bytes(24_002)),
    "a private number": lambda: private([1, 2, 3], "US"),
    "a private text": lambda: private("a text", "LT"),
}


def _with(data: Dataset, tag: int, vr: str, value: object) -> Dataset:
    data.add_new(tag, vr, value)
    return data


@pytest.mark.parametrize("name", KEPT)
def test_what_shows_no_pixels_stays(name: str) -> None:
    data = KEPT[name]()
    before = deepcopy(data)
    assert remove_copies(data) == ()
    assert data == before


def test_items_that_others_share_stay_as_they_were() -> None:
    inner = item(ReferencedSOPInstanceUID="1.2.3", IconImageSequence=Sequence([item(Rows=3)]))
    source = item(ReferencedImageSequence=Sequence([inner, item(ReferencedSOPInstanceUID="1.2.4")]))
    before, leaving = deepcopy(source), Dataset()
    for element in source:
        leaving.add(element)
    remove_copies(leaving)
    assert source == before
    assert [each.ReferencedSOPInstanceUID for each in leaving.ReferencedImageSequence] == ["1.2.3", "1.2.4"]
    assert "IconImageSequence" not in leaving.ReferencedImageSequence[0]
