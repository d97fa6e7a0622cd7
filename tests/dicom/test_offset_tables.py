"""Offset tables leave only where they are what the fragments need; text in their place does not."""

import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from made import COLOUR, EXPLICIT, GREY, LIMITS, image, noise, of

from pixelclean.dicom import encode, keep_true_offset_tables, open_frames, put_pixels, read, write
from pixelclean.dicom.fragments import encapsulate

RLE = "1.2.840.10008.1.2.5"
SENTINEL = b"ZZ-SENTINEL-0001"
FORM = of(GREY, frames=3)


def with_extended_table(offsets: bytes | None = None, lengths: bytes | None = None) -> pydicom.Dataset:
    """Three frames of RLE that are found by an extended offset table, which says what is given."""
    made = image(FORM)
    put_pixels(made, encode(noise(FORM), FORM, RLE))
    value = made.PixelData
    (size,) = struct.unpack_from("<L", value, 4)
    starts = struct.unpack_from("<3L", value, 8)
    ends = (*starts[1:], len(value) - 8 - size)
    made["PixelData"].value = struct.pack("<HHL", 0xFFFE, 0xE000, 0) + value[8 + size :]
    made.ExtendedOffsetTable = struct.pack("<3Q", *starts) if offsets is None else offsets
    true = struct.pack("<3Q", *(end - start - 8 for start, end in zip(starts, ends, strict=True)))
    made.ExtendedOffsetTableLengths = true if lengths is None else lengths
    return made


def test_a_true_table_stays_and_finds_the_frames(tmp_path: Path) -> None:
    made = with_extended_table()
    keep_true_offset_tables(made, encapsulated=True)
    assert "ExtendedOffsetTable" in made
    write(made, RLE, tmp_path / "a")
    frames = open_frames(read(tmp_path / "a", LIMITS).dataset, RLE, LIMITS)
    assert all(np.array_equal(frames.frame(i), frame) for i, frame in enumerate(noise(FORM)))


@pytest.mark.parametrize("table", [SENTINEL, SENTINEL + bytes(8), b""])
def test_text_in_place_of_a_table_goes_and_the_frames_are_found_without(table: bytes, tmp_path: Path) -> None:
    for made in (with_extended_table(offsets=table), with_extended_table(lengths=table)):
        value = made.PixelData
        keep_true_offset_tables(made, encapsulated=True)
        assert "ExtendedOffsetTable" not in made
        assert "ExtendedOffsetTableLengths" not in made
        assert made.PixelData == value
        assert len(open_frames(made, RLE, LIMITS)) == 3


def test_a_table_beside_a_basic_one_or_native_pixels_goes() -> None:
    for syntax in (RLE, EXPLICIT):
        made = image(COLOUR)
        put_pixels(made, encode(noise(COLOUR), COLOUR, syntax))
        made.ExtendedOffsetTable = SENTINEL
        keep_true_offset_tables(made, encapsulated=syntax == RLE)
        assert "ExtendedOffsetTable" not in made


def test_tables_in_items_go_at_every_depth() -> None:
    made, item, deep = with_extended_table(), pydicom.Dataset(), pydicom.Dataset()
    deep.ExtendedOffsetTableLengths = item.ExtendedOffsetTable = SENTINEL
    item.ReferencedImageSequence = [deep]
    made.SourceImageSequence = [item]
    keep_true_offset_tables(made, encapsulated=True)
    assert "ExtendedOffsetTable" in made
    assert "ExtendedOffsetTable" not in item
    assert "ExtendedOffsetTableLengths" not in deep


def test_what_is_put_in_brings_its_own_table_and_no_other() -> None:
    made = with_extended_table()
    put_pixels(made, encode(noise(FORM), FORM, RLE))
    assert "ExtendedOffsetTable" not in made
    assert encapsulate([b"ab"], 1)[1] is None
