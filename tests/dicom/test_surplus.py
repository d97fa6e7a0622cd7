"""A JPEG stream is kept only where each scan ends with its last MCU: a decoder stops there and shows nothing of it."""

import struct
from contextlib import suppress
from functools import cache

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.codecs.jpeg_huffman import huffman
from pixelclean.dicom.codecs.jpeg_scan import Bits, Keep, Unit, walk
from pixelclean.dicom.codecs.jpeg_surplus import tables_of
from pixelclean.dicom.codecs.jpeg_typical import TYPICAL
from pixelclean.errors import Refused

SENTINEL = b"ZZ-SENTINEL-0001"
SOF = {0xC0, 0xC1, 0xC3}


def shaded(rows: int, columns: int, samples: int = 1) -> np.ndarray:
    y, x = np.mgrid[:rows, :columns]
    grain = np.random.default_rng(rows).normal(0, 6, (rows, columns, samples))
    grey = (128 + 60 * np.sin(x / 9) + 50 * np.cos(y / 7))[..., None] + grain
    return grey.clip(0, 255).astype(np.uint8)[..., 0] if samples == 1 else grey.clip(0, 255).astype(np.uint8)


@cache
def stream_of(kind: str) -> bytes:
    grey, colour = shaded(77, 91), shaded(77, 91, 3)
    encode = imagecodecs.jpeg8_encode
    match kind:
        case "grey":
            return bytes(encode(grey, 90))
        case "own tables":
            return bytes(encode(grey, 90, optimize=True))
        case "lossless":
            return bytes(encode(grey, lossless=True, predictor=1))
        case "lossless colour":
            return bytes(encode(colour, lossless=True, predictor=6, colorspace="rgb", outcolorspace="rgb"))
        case "lossless words":
            return bytes(encode(grey.astype(np.uint16) * 255, lossless=True, predictor=4, bitspersample=16))
        case _:
            return bytes(encode(colour, 90, subsampling=kind))


KINDS = ["grey", "own tables", "lossless", "lossless colour", "lossless words", "444", "422", "420", "411"]


def with_rows(stream: bytes, rows: int) -> bytes:
    at = next(i for i in range(len(stream)) if stream[i] == 0xFF and stream[i + 1] in SOF)
    return stream[: at + 5] + struct.pack(">H", rows) + stream[at + 7 :]


def restarted(stream: bytes, interval: int) -> bytes:
    """The same headers with a restart interval; the scan is not coded for it."""
    at = stream.index(b"\xff\xda")
    return stream[:at] + b"\xff\xdd\0\x04" + struct.pack(">H", interval) + stream[at:]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_that_holds_its_image_only_keeps_every_byte(kind: str) -> None:
    assert bare_jpeg(stream_of(kind)) == stream_of(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [40, 69, 78, 85])
def test_a_scan_of_more_or_fewer_rows_than_announced_is_unclear(kind: str, rows: int) -> None:
    told = with_rows(stream_of(kind), rows)
    side = 1 if "lossless" in kind else 16 if kind == "420" else 8
    same_blocks = -(-rows // side) == -(-77 // side)
    assert (tables_of(told) is None) is not same_blocks
    assert same_blocks or bare_jpeg(told) is None


@pytest.mark.parametrize("subsampling", [None, "444", "422", "420"])
@pytest.mark.parametrize("quality", [50, 90])
def test_text_in_the_rows_or_columns_that_fill_up_the_last_blocks_is_unclear(subsampling: str, quality: int) -> None:
    samples = 1 if subsampling is None else 3
    picture = shaded(80, 96, samples)
    picture[75:79, 10:60:3] = 255  # strokes below row 74
    stream = bytes(imagecodecs.jpeg8_encode(picture, quality, subsampling=subsampling))
    assert bare_jpeg(stream) == stream
    assert bare_jpeg(with_rows(stream, 74)) is None
    cut = bytes(imagecodecs.jpeg8_encode(picture[:74].copy(), quality, subsampling=subsampling))
    assert bare_jpeg(cut) == cut


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", [b"Z", SENTINEL, b"\xff\0", b"\0", b"\xff\xd0" + SENTINEL])
def test_bytes_behind_the_last_unit_of_a_scan_are_unclear(kind: str, tail: bytes) -> None:
    stream = stream_of(kind)
    assert bare_jpeg(stream[:-2] + tail + stream[-2:]) is None


def test_a_second_scan_of_the_same_component_is_unclear() -> None:
    stream = stream_of("grey")
    scan = stream[stream.index(b"\xff\xda") : -2]
    assert bare_jpeg(stream[:-2] + scan + stream[-2:]) is None


def test_a_progressive_stream_is_unclear() -> None:
    stream = stream_of("grey")
    at = stream.index(b"\xff\xc0")
    assert bare_jpeg(stream[: at + 1] + b"\xc2" + stream[at + 2 :]) is None


def test_a_restart_interval_that_the_scan_does_not_have_is_unclear() -> None:
    assert bare_jpeg(restarted(stream_of("grey"), 4)) is None
    assert bare_jpeg(restarted(stream_of("grey"), 0xFFFF)) == restarted(stream_of("grey"), 0xFFFF)


@pytest.mark.parametrize("marker", [0xDB, 0xC4])
def test_a_table_that_no_scan_uses_is_taken_out(marker: int) -> None:
    content = b"\x03" + (SENTINEL * 4) if marker == 0xDB else b"\x13" + bytes(15) + bytes([len(SENTINEL)]) + SENTINEL
    stream = stream_of("420")
    told = stream[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content + stream[2:]
    assert bare_jpeg(told) == stream


@pytest.mark.parametrize("marker", [0xDB, 0xC4])
def test_an_unused_table_is_taken_out_of_a_segment_that_has_used_ones(marker: int) -> None:
    stream = stream_of("grey")
    at = stream.index(bytes((0xFF, marker)))
    (length,) = struct.unpack_from(">H", stream, at + 2)
    slot = b"\x02" if marker == 0xDB else b"\x12"
    table = slot + (SENTINEL * 4 if marker == 0xDB else bytes(15) + bytes([len(SENTINEL)]) + SENTINEL)
    told = stream[: at + 2] + struct.pack(">H", length + len(table)) + stream[at + 4 : at + 2 + length]
    assert bare_jpeg(told + table + stream[at + 2 + length :]) == stream


def test_a_table_that_is_defined_again_before_it_is_used_is_taken_out() -> None:
    stream = stream_of("grey")
    content = b"\0" + SENTINEL * 4
    told = stream[:2] + b"\xff\xdb" + struct.pack(">H", len(content) + 2) + content + stream[2:]
    assert bare_jpeg(told) == stream


def test_a_used_table_with_symbols_that_never_occur_is_unclear_unless_it_is_a_typical_one() -> None:
    stream = stream_of("own tables")
    at = stream.index(b"\xff\xc4", stream.index(b"\xff\xc4") + 2)
    (length,) = struct.unpack_from(">H", stream, at + 2)
    assert stream[at + 4] == 0x10  # the AC table, whose longest codes leave room for one more
    counts = bytearray(stream[at + 5 : at + 21])
    counts[15] += 1
    symbols = stream[at + 21 : at + 2 + length]
    unused = next(s for s in range(0x51, 0x5A) if s not in symbols)
    told = stream[: at + 2] + struct.pack(">H", length + 1) + stream[at + 4 : at + 5] + bytes(counts) + symbols
    told += bytes([unused]) + stream[at + 2 + length :]
    assert np.array_equal(imagecodecs.jpeg8_decode(told), imagecodecs.jpeg8_decode(stream))
    assert bare_jpeg(told) is None


def test_the_typical_tables_are_those_that_libjpeg_writes() -> None:
    stream, found = stream_of("444"), set()
    for table in TYPICAL:
        found.add(stream.count(table))
    assert len(TYPICAL) == 4
    assert found == {1}


@pytest.mark.parametrize(
    ("data", "mcus", "interval", "exact"),
    [
        (b"\x7f", 1, 0, True),
        (b"\x00", 1, 0, True),
        (b"\x5f", 1, 0, False),  # padding of zeros and ones
        (b"\x00", 8, 0, True),
        (b"\x00", 9, 0, False),
        (b"\x00\xff\0", 8, 0, False),
        (b"\x00\xff\xd0\x00", 16, 8, True),
        (b"\x00\xff\xd1\x00", 16, 8, False),  # restart markers count from 0
        (b"\x00\xff\xd0\x00", 16, 0, False),
        (b"\x00\xff\xd0\x00", 12, 8, True),
        (b"\x00\xff\xd0\x00\xff\xd1\x00", 16, 8, False),
        (b"\x00\xff", 8, 0, False),
        (b"", 1, 0, False),
        (b"\x00", 0, 0, False),
    ],
)
def test_samples_are_counted_to_the_last_bit(data: bytes, mcus: int, interval: int, exact: bool) -> None:
    """With this table a 0 is a whole sample."""
    table = huffman(bytes((1, *([0] * 15))) + b"\0", alternating=False)
    assert table is not None
    assert ends_with_its_last_unit(data, [Unit(table)], mcus, interval) is exact


def ends_with_its_last_unit(data: bytes, mcu: list[Unit], mcus: int, interval: int) -> bool:
    try:
        walked = walk(Bits.of(data), mcu, mcus, interval, Keep.ENDS)
    except Refused:
        return False
    return walked.ends_with_its_last_byte and walked.is_padded


@given(st.integers(1, 4000), st.integers(1, 3), st.integers(0, 7), st.integers(0, 2**32))
def test_a_walk_over_many_chunks_counts_like_one_over_bits(samples: int, spare: int, extra: int, seed: int) -> None:
    """Samples of 1 bit (0) or 3 bits (10 and the bit of its value), written in the open."""
    table = huffman(bytes((1, 1, *([0] * 14))) + b"\0\x01", alternating=False)
    assert table is not None
    choice = np.random.default_rng(seed).integers(0, 2, samples)
    bits = "".join("0" if not each else "101" for each in choice)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    assert ends_with_its_last_unit(data, [Unit(table)], samples, 0)
    assert not ends_with_its_last_unit(data + b"\x55" * spare, [Unit(table)], samples, 0)
    assert not ends_with_its_last_unit(data, [Unit(table)], samples + 8 + extra, 0)


def test_a_large_scan_is_walked_through_several_chunks() -> None:
    stream = bytes(imagecodecs.jpeg8_encode(shaded(600, 700, 3), lossless=True, predictor=1))
    assert len(stream) > 5 << 16
    assert bare_jpeg(stream) == stream
    assert bare_jpeg(with_rows(stream, 599)) is None


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_damaged_stream_is_refused_or_unclear_and_raises_nothing_else(kind: str, data: st.DataObject) -> None:
    stream = bytearray(stream_of(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(2, min(len(stream) - 1, 900)))
        match data.draw(st.integers(0, 2)):
            case 0:
                stream[at] = data.draw(st.integers(0, 255))
            case 1:
                del stream[at : at + data.draw(st.integers(1, 40))]
            case _:
                stream[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    tables_of(bytes(stream))
    with suppress(Refused):
        bare_jpeg(bytes(stream))


@given(st.binary(max_size=600))
def test_any_bytes_are_no_jpeg_stream(data: bytes) -> None:
    assert tables_of(b"\xff\xd8" + data) is None or data
