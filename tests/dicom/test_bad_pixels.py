"""Pixels that contradict their description: a reason code each, never an image, never a crash."""

import struct
from collections.abc import Sequence

import imagecodecs
import numpy as np
import pydicom
import pytest
from made import COLOUR, EXPLICIT, GREY, LIMITS, image, noise, of

from pixelclean.dicom import PixelFormat, open_frames
from pixelclean.dicom.bare_jpeg_2000 import bare_codestream
from pixelclean.dicom.codecs import ENCODERS, jpeg_2000, jpeg_ls, jpeg_xl
from pixelclean.dicom.codecs.jpeg_xl_header import read_header
from pixelclean.dicom.syntaxes import SYNTAXES
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

ROOT = "1.2.840.10008.1.2"
BASELINE, LOSSLESS, LS, J2K, HT, XL, RLE, DEFLATED, PLAIN = (
    f"{ROOT}.{end}" for end in ("4.50", "4.70", "4.80", "4.90", "4.201", "4.110", "5", "8.1", "1.98")
)
CODED = (LOSSLESS, LS, J2K, HT, XL, RLE, DEFLATED, PLAIN)
INCONSISTENT = ReasonCode.INCONSISTENT_PIXEL_DATA
DEEP = of(GREY, rows=8, columns=12, frames=1, bits_stored=16, high_bit=15)
BYTES = of(DEEP, bits_allocated=8, bits_stored=8, high_bit=7)
RGB = of(COLOUR, rows=8, columns=12, frames=1)
YBR = of(RGB, photometric="YBR_FULL")
THREE = of(BYTES, frames=3)


@pytest.mark.parametrize("photometric, syntaxes", [
    ("YBR_ICT", (EXPLICIT, BASELINE, LOSSLESS, LS, RLE, XL)),
    ("YBR_RCT", (EXPLICIT, BASELINE, LOSSLESS, LS, RLE, XL)),
    ("XYB", (EXPLICIT, BASELINE, LS, J2K, HT, RLE)),
    ("YBR_PARTIAL_420", (EXPLICIT, BASELINE, LS, J2K, HT, RLE, XL)),
])  # fmt: skip
def test_a_colour_space_of_another_transfer_syntax_is_refused(photometric: str, syntaxes: tuple[str, ...]) -> None:
    for syntax in syntaxes:
        made = held(RGB, [b"\xff\xd8\xff\xe0"])
        made.PhotometricInterpretation = photometric
        assert refusal(made, syntax) is INCONSISTENT


def test_twelve_bits_are_no_jpeg_baseline() -> None:
    form = of(DEEP, bits_stored=12, high_bit=11)
    assert refusal(held(form, [b"\xff\xd8\xff\xe0"]), BASELINE) is INCONSISTENT


def item(value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(value) if length is None else length) + value


def even(stream: bytes) -> bytes:
    return stream + b"\0" * (len(stream) % 2)


def held(form: PixelFormat, fragments: Sequence[bytes], table: Sequence[int] = ()) -> pydicom.Dataset:
    """An image with these fragments behind that basic offset table."""
    made = image(form)
    value = item(struct.pack(f"<{len(table)}L", *table)) + b"".join(item(even(fragment)) for fragment in fragments)
    made["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    return made


def coded(form: PixelFormat, syntax: str, seed: int = 1) -> list[bytes]:
    return [ENCODERS[SYNTAXES[syntax].codec](frame, form) for frame in noise(form, seed)]


def frames(made: pydicom.Dataset, syntax: str, limits: Limits = LIMITS) -> list[Words]:
    opened = open_frames(made, syntax, limits)
    return [opened.frame(index) for index in range(len(opened))]


def refusal(made: pydicom.Dataset, syntax: str, limits: Limits = LIMITS) -> ReasonCode:
    with pytest.raises(Refused) as caught:
        frames(made, syntax, limits)
    return caught.value.code


def starts(fragments: Sequence[bytes]) -> list[int]:
    """Where the items of these fragments start behind the offset table."""
    lengths = [len(even(fragment)) + 8 for fragment in fragments]
    return [sum(lengths[:index]) for index in range(len(lengths))]


# Attributes that contradict each other


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        *(("BitsAllocated", bits) for bits in (0, 2, 4, 10, 12, 24, 40, 64, 128)),
        *(("BitsStored", bits) for bits in (0, 17, 255)),
        *(("HighBit", bit) for bit in (0, 14, 16, 31)),
        ("Rows", 0), ("Columns", 0), ("Rows", None), ("Columns", None), ("SamplesPerPixel", 0), ("SamplesPerPixel", 2),
        ("SamplesPerPixel", 4), ("SamplesPerPixel", 3), ("PixelRepresentation", 2), ("PhotometricInterpretation", None),
        ("PhotometricInterpretation", "RGB"), ("PhotometricInterpretation", "CMYK"), ("NumberOfFrames", -1),
        ("PhotometricInterpretation", "YBR_RCT"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("syntax", [EXPLICIT, J2K, RLE])
def test_attributes_that_contradict_each_other_are_refused(keyword: str, value: object, syntax: str) -> None:
    made = image(DEEP)
    made.PixelData = bytes(192)
    if syntax != EXPLICIT:
        made = held(DEEP, coded(DEEP, syntax))
    setattr(made, keyword, value)
    assert refusal(made, syntax) is INCONSISTENT


def test_grey_of_three_samples_is_refused_whatever_the_stream_holds() -> None:
    for syntax in (BASELINE, *CODED):
        stream = bytes(imagecodecs.jpeg8_encode(noise(RGB)[0])) if syntax == BASELINE else coded(RGB, syntax)[0]
        assert refusal(held(of(RGB, photometric="MONOCHROME2"), [stream]), syntax) is INCONSISTENT


@pytest.mark.parametrize("length", [0, 1, 95, 190, 191, 194, 1000])
def test_a_native_value_of_another_length_is_refused(length: int) -> None:
    made = image(DEEP)
    made.PixelData = bytes(length)
    assert refusal(made, EXPLICIT) in {INCONSISTENT, ReasonCode.TRUNCATED}


@pytest.mark.parametrize("syntax", CODED)
def test_native_pixels_under_a_compressed_syntax_are_refused_and_the_reverse(syntax: str) -> None:
    made = image(BYTES)
    made.PixelData = bytes(96)
    assert refusal(made, syntax) is INCONSISTENT
    assert refusal(held(BYTES, coded(BYTES, syntax)), EXPLICIT) is INCONSISTENT


# Streams that contradict the attributes


@pytest.mark.parametrize("syntax", CODED)
@pytest.mark.parametrize(
    "changes",
    [
        {"rows": 9}, {"rows": 4}, {"columns": 13}, {"columns": 6}, {"rows": 12, "columns": 8}, {"rows": 65535},
        {"samples": 3, "photometric": "RGB"},
    ],
    ids=str,
)  # fmt: skip
def test_a_stream_of_another_size_is_refused(syntax: str, changes: dict[str, object]) -> None:
    # frames without a header of their own know no shape, only a length
    knows_no_shape = syntax in (RLE, DEFLATED, PLAIN) and changes == {"rows": 12, "columns": 8}
    made = held(of(BYTES, **changes), coded(BYTES, syntax))
    if knows_no_shape:
        assert frames(made, syntax)[0].shape == (12, 8, 1)
    else:
        assert refusal(made, syntax) in {INCONSISTENT, ReasonCode.TRUNCATED, ReasonCode.UNDECODABLE}


@pytest.mark.parametrize("syntax", CODED)
def test_a_stream_of_more_bits_than_are_allocated_is_refused(syntax: str) -> None:
    assert refusal(held(BYTES, coded(DEEP, syntax)), syntax) in {INCONSISTENT, ReasonCode.TRUNCATED}


@pytest.mark.parametrize("syntax", [LS, J2K, HT, LOSSLESS])
def test_a_stream_of_fewer_bits_than_a_signed_image_stores_is_refused(syntax: str) -> None:
    signed = of(DEEP, signed=True)
    assert refusal(held(signed, coded(BYTES, syntax)), syntax) is INCONSISTENT


@pytest.mark.parametrize("syntax", [LOSSLESS, LS, J2K, HT, XL])
def test_the_stream_of_another_codec_is_refused(syntax: str) -> None:
    for other in CODED:
        if SYNTAXES[other].codec is not SYNTAXES[syntax].codec:
            stream = coded(BYTES, other)
            if {syntax, other} == {J2K, HT}:  # OpenJPEG tells them apart by the stream
                assert np.array_equal(frames(held(BYTES, stream), syntax), noise(BYTES))
            else:
                assert refusal(held(BYTES, stream), syntax) in {ReasonCode.UNDECODABLE, ReasonCode.TRUNCATED}


def test_colour_is_what_stream_and_attributes_agree_about() -> None:
    frame = noise(RGB)[0]
    says_rgb = bytes(imagecodecs.jpeg8_encode(frame, 95, colorspace="rgb", outcolorspace="rgb"))
    says_ybr = bytes(imagecodecs.jpeg8_encode(frame, 95, subsampling="420"))
    assert open_frames(held(RGB, [says_rgb]), BASELINE, LIMITS).format.photometric == "RGB"
    assert refusal(held(RGB, [says_ybr]), BASELINE) is INCONSISTENT
    for stated in (YBR, of(RGB, photometric="YBR_FULL_422")):
        assert refusal(held(stated, [says_rgb]), BASELINE) is INCONSISTENT
        assert open_frames(held(stated, [says_ybr]), BASELINE, LIMITS).format.photometric == "YBR_FULL"


def test_a_lossless_stream_that_denies_the_attributes_is_refused() -> None:
    assert refusal(held(YBR, coded(RGB, LOSSLESS)), LOSSLESS) is INCONSISTENT
    assert np.array_equal(frames(held(RGB, coded(YBR, LOSSLESS)), LOSSLESS), noise(RGB))  # it says nothing of colour


@pytest.mark.parametrize("syntax", [J2K, HT])
def test_a_component_transform_and_luma_contradict_each_other(syntax: str) -> None:
    transformed, plain = coded(RGB, syntax), coded(YBR, syntax)
    assert refusal(held(YBR, transformed), syntax) is INCONSISTENT
    assert refusal(held(of(RGB, photometric="YBR_RCT"), plain), syntax) is INCONSISTENT
    assert refusal(held(of(RGB, photometric="YBR_ICT"), plain), syntax) is INCONSISTENT


@pytest.mark.parametrize("syntax", CODED)
def test_frames_of_different_geometry_are_refused(syntax: str) -> None:
    one = coded(BYTES, syntax)[0]
    for other in (of(BYTES, rows=6), of(BYTES, columns=24), DEEP):
        made = held(of(BYTES, frames=2), [one, coded(other, syntax)[0]])
        assert refusal(made, syntax) in {INCONSISTENT, ReasonCode.TRUNCATED}


def test_frames_that_differ_in_colour_are_refused() -> None:
    frame = noise(RGB)[0]
    streams = [
        bytes(imagecodecs.jpeg8_encode(frame, 95, colorspace="rgb", outcolorspace="rgb")),
        bytes(imagecodecs.jpeg8_encode(frame, 95)),
    ]
    assert refusal(held(of(YBR, frames=2), streams), BASELINE) is INCONSISTENT


# Bombs


def test_a_claim_of_gigabytes_is_refused_before_anything_is_decoded() -> None:
    huge = of(DEEP, rows=65535, columns=65535, frames=1000)
    for syntax in CODED:
        assert refusal(held(huge, coded(DEEP, syntax)), syntax) is ReasonCode.OVER_SIZE_LIMIT


@pytest.mark.parametrize("syntax", [LOSSLESS, LS, J2K, HT])
def test_a_stream_that_claims_gigabytes_is_refused_before_it_is_decoded(syntax: str) -> None:
    stream = bytearray(coded(BYTES, syntax)[0])
    if syntax in (J2K, HT):
        stream[8:16] = struct.pack(">LL", 1 << 31, 1 << 31)
    else:
        at = stream.index(b"\xff\xf7" if syntax == LS else b"\xff\xc3") + 5
        stream[at : at + 4] = b"\xff\xff\xff\xff"
    assert refusal(held(BYTES, [bytes(stream)]), syntax) is INCONSISTENT


def test_a_jpeg_xl_container_cannot_hide_the_size_of_its_codestream() -> None:
    small = jpeg_xl.encode(noise(BYTES)[0], BYTES)
    large = jpeg_xl.encode(noise(of(BYTES, rows=200, columns=200))[0], of(BYTES, rows=200, columns=200))

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">L4s", len(content) + 8, kind) + content

    signature = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
    decoy = box(b"free", b"jxlc" + small) + box(b"jxlc", large)
    assert refusal(held(BYTES, [signature + decoy]), XL) is INCONSISTENT
    wrapped = signature + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"jxlc", small)
    assert np.array_equal(frames(held(BYTES, [wrapped]), XL), noise(BYTES))


def test_a_run_length_segment_that_never_ends_is_refused_before_it_is_decoded() -> None:
    header = struct.pack("<16L", 1, 64, *([0] * 14))
    assert refusal(held(BYTES, [header + b"\x81\0" * (1 << 20)]), RLE) is INCONSISTENT


def test_a_deflated_frame_that_never_ends_is_refused() -> None:
    bomb = coded(of(BYTES, rows=2000, columns=2000), DEFLATED)
    assert refusal(held(BYTES, bomb), DEFLATED) in {INCONSISTENT, ReasonCode.OVER_SIZE_LIMIT}


# Frames and fragments


# libjxl does not say where an image ended: what follows in one frame is dropped when the image is coded anew.
KNOW_THEIR_END = tuple(syntax for syntax in CODED if syntax != XL)


@pytest.mark.parametrize("syntax", KNOW_THEIR_END)
@pytest.mark.parametrize("claimed", [0, 1, 2, 4, 1000, 2147483647])
def test_a_number_of_frames_that_lies_is_refused(syntax: str, claimed: int) -> None:
    fragments = coded(THREE, syntax)
    for table in ((), starts(fragments)):
        made = held(THREE, fragments, table)
        made.NumberOfFrames = claimed
        assert refusal(made, syntax) in {
            INCONSISTENT, ReasonCode.TRUNCATED, ReasonCode.UNDECODABLE, ReasonCode.OVER_SIZE_LIMIT, ReasonCode.MALFORMED,
        }  # fmt: skip


@pytest.mark.parametrize("claimed", [0, 1, 2, 4, 2147483647])
def test_a_number_of_native_frames_that_lies_is_refused(claimed: int) -> None:
    made = image(THREE)
    made.PixelData = bytes(THREE.pixel_bytes)
    made.NumberOfFrames = claimed
    assert refusal(made, EXPLICIT) in {INCONSISTENT, ReasonCode.TRUNCATED, ReasonCode.OVER_SIZE_LIMIT}


@pytest.mark.parametrize("syntax", CODED)
def test_fragments_split_oddly_are_put_together(syntax: str) -> None:
    pieces, table = list[bytes](), list[int]()
    for number, stream in enumerate(coded(THREE, syntax), start=1):
        table.append(sum(len(piece) + 8 for piece in pieces))
        cuts = range(0, len(even(stream)), 2 * number)
        pieces.extend(even(stream)[cut : cut + 2 * number] for cut in cuts)
    opened = frames(held(THREE, pieces, table), syntax)
    assert all(np.array_equal(one, other) for one, other in zip(opened, noise(THREE), strict=True))


@pytest.mark.parametrize("syntax", CODED)
def test_an_offset_table_that_points_elsewhere_is_refused(syntax: str) -> None:
    fragments = coded(THREE, syntax)
    first, second, third = starts(fragments)
    for table in (
        (first, second), (first, second, third, third + 8), (second, second, third), (first, third, second),
        (first, second + 2, third), (first, second + 8, third), (8, second, third), (first, second, 1 << 31),
        (first, first, first),
    ):  # fmt: skip
        assert refusal(held(THREE, fragments, table), syntax) is INCONSISTENT


def test_an_extended_offset_table_that_lies_is_refused() -> None:
    fragments = coded(THREE, LS)
    right, lengths = starts(fragments), [len(fragment) for fragment in fragments]
    for offsets, sizes in (
        (right[:2], lengths[:2]), ([*right, 9], [*lengths, 9]), ([right[0], right[1] + 2, right[2]], lengths),
        (right, [size + 2 for size in lengths]), (right, [size - 2 for size in lengths]), (right, [1 << 40] * 3),
        (right, lengths[:2]), (right[:1] * 3, lengths),
    ):  # fmt: skip
        made = held(THREE, fragments)
        made.ExtendedOffsetTable = struct.pack(f"<{len(offsets)}Q", *offsets)
        made.ExtendedOffsetTableLengths = struct.pack(f"<{len(sizes)}Q", *sizes)
        assert refusal(made, LS) is INCONSISTENT
    made = held(THREE, fragments)
    made.ExtendedOffsetTable = struct.pack("<3Q", *right)
    assert refusal(made, LS) is INCONSISTENT  # without its lengths


@pytest.mark.parametrize("syntax", KNOW_THEIR_END)
def test_more_frames_than_are_announced_are_refused(syntax: str) -> None:
    fragments = coded(THREE, syntax)
    single = of(BYTES, frames=1)
    assert refusal(held(single, fragments), syntax) in {INCONSISTENT, ReasonCode.UNDECODABLE, ReasonCode.MALFORMED}
    two = held(of(BYTES, frames=2), fragments, starts(fragments)[:2])
    assert refusal(two, syntax) in {INCONSISTENT, ReasonCode.UNDECODABLE, ReasonCode.MALFORMED}


@pytest.mark.parametrize("syntax", CODED)
def test_empty_fragments_make_no_frame(syntax: str) -> None:
    fragments = coded(THREE, syntax)
    empty = [fragments[0], b"", fragments[2]]
    assert refusal(held(THREE, empty, starts(empty)), syntax) is not None
    assert refusal(held(THREE, [b"", b"", b""]), syntax) is not None
    assert refusal(held(THREE, []), syntax) is INCONSISTENT


@pytest.mark.parametrize(
    "value",
    [
        b"", item(b""), b"\xfe\xff", item(b"\0\0\0"), item(b"") + b"\xfe\xff\x00\xe0", item(b"") + item(b"", 1 << 30),
        item(b"") + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0), bytes(8), item(b"") + bytes(96),
    ],
    ids=len,
)  # fmt: skip
def test_a_value_that_is_no_sequence_of_fragments_is_refused(value: bytes) -> None:
    made = image(BYTES)
    made["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    assert refusal(made, LS) is INCONSISTENT


# Details that only one codec has


def test_a_jpeg_2000_image_of_subsampled_components_is_refused() -> None:
    stream = bytearray(jpeg_2000.encode(noise(YBR)[0], YBR))
    stream[43 + 3 : 45 + 3] = b"\x02\x02"  # XRsiz and YRsiz of the second component
    assert refusal(held(YBR, [bytes(stream)]), J2K) is ReasonCode.UNDECODABLE


def test_a_jpeg_xl_image_that_is_turned_is_refused() -> None:
    form = of(BYTES, rows=9, columns=14)
    stream = jpeg_xl.encode(noise(form)[0], form)
    head = int.from_bytes(stream[2:12], "little")
    assert head & 0b110 == 0  # neither dimension in eighths, rows in 9 bits
    behind = 1 + 2 + 9 + 3
    behind += 0 if head >> 12 & 7 else 2 + 9  # where the rows and a ratio do not say the columns
    assert head >> behind & 3 == 0  # neither all default nor extra fields
    rest = head >> behind + 2
    for orientation in (0, 5):
        extended = head & (1 << behind) - 1 | (0b10 | orientation << 2 | rest << 8) << behind
        turned = stream[:2] + extended.to_bytes(12, "little")[:10] + stream[12:]
        header = read_header(turned)
        assert (header.rows, header.columns, header.plain) == (9, 14, orientation == 0)
        assert refusal(held(form, [turned]), XL) is ReasonCode.UNDECODABLE


def test_bytes_behind_a_stream_are_refused() -> None:
    for syntax in (LOSSLESS, LS, J2K, HT, DEFLATED):
        tail = coded(BYTES, syntax)[0] + b"Sentinel^Zoe"
        assert refusal(held(BYTES, [tail]), syntax) in {INCONSISTENT, ReasonCode.MALFORMED}


def test_a_jpeg_ls_stream_that_lacks_a_row_is_refused() -> None:
    stream = jpeg_ls.encode(noise(BYTES)[0][:7], of(BYTES, rows=7))
    taller = stream.replace(struct.pack(">HH", 7, 12), struct.pack(">HH", 8, 12))
    assert refusal(held(BYTES, [taller]), LS) is not None


# What a JPEG 2000 stream holds behind its last packet


def lengthened(stream: bytes, more: bytes) -> bytes:
    """The codestream with more in its last tile part, whose length is made right."""
    start = stream.rindex(b"\xff\x90\x00\x0a")
    (length,) = struct.unpack_from(">L", stream, start + 6)
    end = start + length
    return stream[: start + 6] + struct.pack(">L", length + len(more)) + stream[start + 10 : end] + more + stream[end:]


CODESTREAMS = {
    "whole": lambda frame: imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True),
    "lossy": lambda frame: imagecodecs.jpeg2k_encode(frame, 30, codecformat="j2k", reversible=False),
    "high throughput": lambda frame: imagecodecs.htj2k_encode(frame, reversible=True),
    "tiled": lambda frame: imagecodecs.htj2k_encode(frame, reversible=True, tile=(16, 16), tlm=True),
}


@pytest.mark.parametrize("kind", CODESTREAMS)
def test_bytes_behind_the_last_packet_are_noticed(kind: str) -> None:
    form = of(RGB, rows=40, columns=50)
    stream = bytes(CODESTREAMS[kind](noise(form)[0]))
    assert bare_codestream(stream) == stream
    for more in (b"Sentinel^Zoe" * 3, b"Z"):
        longer = lengthened(stream, more)
        assert np.array_equal(jpeg_2000.decode(longer, form), jpeg_2000.decode(stream, form))
        assert bare_codestream(longer) is None
    assert bare_codestream(lengthened(stream, b"\0\0\x80")) is not None  # so do empty packets look


def test_a_high_throughput_stream_in_many_parts_is_followed_to_its_last_packet() -> None:
    stream = jpeg_2000.encode_high_throughput(noise(RGB)[0], RGB)
    assert bare_codestream(stream) == stream
    assert bare_codestream(lengthened(stream, b"Sentinel^Zoe")) is None
    blank = jpeg_2000.encode_high_throughput(np.zeros(RGB.shape, np.uint8), RGB)
    assert bare_codestream(blank) == blank
