"""Long files: their pixel data stay on the disk, and what becomes of them is what becomes of short ones."""

import os
import struct
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from invented import BIG, COLOUR, DEEP, EXPLICIT, GREY, LIMITS, SYNTAX, as_file, described, of, speckled, words_for

from pixelclean.dicom import Kind, PixelFormat, Source, encode, open_frames, pixel_data, put_pixels, read, read_bytes
from pixelclean.dicom.file_meta import read_file_meta
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.stored import Spool, Stored
from pixelclean.drafting import Draft, Drafter
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers
from pixelclean.pipeline import Cleaner
from pixelclean.pixels import make_plan
from pixelclean.policy import Limits, Policy
from pixelclean.proof import Compared
from pixelclean.reasons import ReasonCode

DEFLATED = f"{EXPLICIT}.99"
NOBODY = Identifiers(frozenset(), frozenset())
SHORT = Limits(resident_bytes=1000)
"""Limits by which every image is a long one."""
BOX = Box(91, 71, 161, 110)
FRAMES = 5
FLOATS = of(GREY, frames=FRAMES, bits_allocated=32, bits_stored=32, high_bit=31, kind=Kind.FLOAT)


def made(form: PixelFormat, syntax: str, folder: Path, **attributes: object) -> Path:
    words = [words_for(speckled(form.rows, form.columns, seed), form) for seed in range(form.frames)]
    dataset = described(form, **attributes)
    put_pixels(dataset, encode(words, form, syntax))
    path = folder / "made.dcm"
    path.write_bytes(as_file(dataset, syntax))
    return path


def drafted(path: Path, limits: Limits, folder: Path, *boxes: Box, threads: int = 1) -> tuple[Source, Draft]:
    folder.mkdir(exist_ok=True)
    source = read(path, limits, Spool(folder, limits.resident_bytes))
    frames = open_frames(source.dataset, source.transfer_syntax, limits)
    plan = make_plan([Region(box, Act.MASK, Origin.OPERATOR, "test") for box in boxes], frames.format)
    dataset = pydicom.Dataset(dict(source.dataset.items()))
    dataset.set_original_encoding(*source.dataset.original_encoding)
    drafter = Drafter(source, NOBODY, folder / "draft.dcm", limits, threads=threads)
    return source, drafter.of_image(dataset, frames, plan)


@pytest.mark.parametrize("boxes", [(), (BOX,)], ids=["kept", "masked"])
@pytest.mark.parametrize(
    "form, syntax",
    [
        (of(DEEP, frames=FRAMES), SYNTAX),
        (of(COLOUR, frames=FRAMES, planar=1), EXPLICIT),
        (of(GREY, frames=FRAMES, rows=121, columns=201), BIG),
        (of(COLOUR, frames=FRAMES, photometric="YBR_FULL_422"), EXPLICIT),
        (of(DEEP, frames=FRAMES), DEFLATED),
        (of(DEEP, frames=FRAMES), f"{SYNTAX}.5"),
        (of(DEEP, frames=FRAMES), f"{SYNTAX}.4.80"),
        (of(COLOUR, frames=FRAMES), f"{SYNTAX}.4.90"),
        (FLOATS, EXPLICIT),
        (of(GREY, bits_allocated=1, bits_stored=1, high_bit=0, frames=FRAMES, rows=121, columns=203), EXPLICIT),
    ],
)
def test_a_long_file_becomes_the_same_bytes_as_if_it_were_short(
    form: PixelFormat, syntax: str, boxes: tuple[Box, ...], tmp_path: Path
) -> None:
    path = made(form, syntax, tmp_path)
    short, expected = drafted(path, LIMITS, tmp_path / "short", *boxes)
    long, draft = drafted(path, SHORT, tmp_path / "long", *boxes)
    assert isinstance(pixel_data(short.dataset), bytes)
    assert isinstance(pixel_data(long.dataset), Stored)
    assert draft.path.read_bytes() == expected.path.read_bytes()
    assert (draft.digest, draft.proof) == (expected.digest, expected.proof)
    assert draft.proof.holds
    assert long.digest == short.digest
    assert sorted(each.name for each in (tmp_path / "long").iterdir()) == ["draft.dcm"]


def test_what_stands_behind_long_pixel_data_is_read(tmp_path: Path) -> None:
    form = of(DEEP, frames=FRAMES)
    path = made(form, f"{SYNTAX}.4.80", tmp_path, DataSetTrailingPadding=b"\0" * 40)
    source = read(path, SHORT)
    assert source.dataset.DataSetTrailingPadding == b"\0" * 40
    assert isinstance(pixel_data(source.dataset), Stored)


@pytest.mark.parametrize("syntax", [EXPLICIT, f"{SYNTAX}.4.80", DEFLATED])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_long_file_that_is_cut_is_refused(syntax: str, share: float, tmp_path: Path) -> None:
    path = made(of(DEEP, frames=FRAMES), syntax, tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(Refused) as refused:
        read(path, SHORT, Spool(tmp_path, SHORT.resident_bytes))
    assert refused.value.code is ReasonCode.TRUNCATED
    assert [each.name for each in tmp_path.iterdir()] == ["made.dcm"]


def test_a_data_set_that_inflates_to_more_than_memory_may_take_is_read_from_the_disk(tmp_path: Path) -> None:
    form = of(DEEP, frames=60)
    path = made(form, DEFLATED, tmp_path)
    limits = replace(SHORT, loaded_bytes=2 << 20)
    assert form.frame_bytes * form.frames > limits.loaded_bytes
    with pytest.raises(Refused) as refused:
        read(path, limits)
    assert refused.value.code is ReasonCode.OVER_SIZE_LIMIT
    assert len(pixel_data(read(path, limits, Spool(tmp_path, 1000)).dataset)) == form.frame_bytes * form.frames


@pytest.mark.parametrize(
    "attributes",
    [{}, {"Rows": 1}, {"NumberOfFrames": 59}, {"NumberOfFrames": 2_000_000}, {"BitsAllocated": 9}, {"Columns": None}],
    ids=str,
)
def test_what_inflates_to_more_than_is_announced_is_refused_and_leaves_nothing(
    attributes: dict[str, object], tmp_path: Path
) -> None:
    """Twice as many bytes as there are pixels, or attributes of other pixels than those that there are."""
    form = of(DEEP, frames=60)
    path = tmp_path / "made.dcm"
    dataset = described(form, **attributes)
    dataset.PixelData = bytes(form.frame_bytes * form.frames * 2)
    path.write_bytes(as_file(dataset, DEFLATED))
    limits = replace(SHORT, loaded_bytes=2 << 20, pixel_bytes=form.frame_bytes * 100)
    with pytest.raises(Refused) as refused:
        read(path, limits, Spool(tmp_path, 1000))
    assert refused.value.code in {ReasonCode.OVER_SIZE_LIMIT, ReasonCode.INCONSISTENT_PIXEL_DATA}
    assert [each.name for each in tmp_path.iterdir()] == ["made.dcm"]


def test_a_long_deflated_data_set_without_pixels_is_refused(tmp_path: Path) -> None:
    dataset = described(DEEP, EncapsulatedDocument=bytes(5 << 20))
    path = tmp_path / "made.dcm"
    path.write_bytes(as_file(dataset, DEFLATED))
    with pytest.raises(Refused) as refused:
        read(path, replace(SHORT, loaded_bytes=4 << 20), Spool(tmp_path, 1000))
    assert refused.value.code is ReasonCode.OVER_SIZE_LIMIT


@pytest.mark.parametrize("behind", [b"", b"\0", b"gzip", b"S", b"Sentinel^Zoe", bytes(9)])
def test_behind_a_long_deflate_stream_stands_padding_or_the_trailer_of_gzip(behind: bytes, tmp_path: Path) -> None:
    path = made(of(DEEP, frames=FRAMES), DEFLATED, tmp_path)
    data = path.read_bytes()
    expected = pixel_data(read_bytes(data, LIMITS).dataset)
    start = read_file_meta(data).start
    plain = zlib.decompress(data[start:], -zlib.MAX_WBITS)
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = stream.compress(plain) + stream.flush()
    if behind == b"gzip":
        behind = struct.pack("<LL", zlib.crc32(plain), len(plain))
    path.write_bytes(data[:start] + packed + behind)
    spool = Spool(tmp_path, SHORT.resident_bytes)
    if behind[:1] in (b"S", b"\0") and behind != b"\0":
        with pytest.raises(Refused) as refused:
            read(path, SHORT, spool)
        assert refused.value.code is ReasonCode.MALFORMED
    else:
        found = pixel_data(read(path, SHORT, spool).dataset)
        assert found.read(0, len(found)) == expected


def test_fragments_of_a_long_file_that_are_no_items_are_refused(tmp_path: Path) -> None:
    path = made(of(DEEP, frames=FRAMES), f"{SYNTAX}.4.80", tmp_path)
    data = bytearray(path.read_bytes())
    third = data.find(b"\xfe\xff\x00\xe0", data.find(b"\xfe\xff\x00\xe0", data.find(b"\xe0\x7f\x10\x00")) + 1)
    data[third] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read(path, SHORT)
    assert refused.value.code is ReasonCode.MALFORMED


def test_what_is_no_pixel_data_and_too_long_for_memory_is_refused(tmp_path: Path) -> None:
    path = made(of(DEEP, frames=FRAMES), EXPLICIT, tmp_path, EncapsulatedDocument=bytes(5000))
    with pytest.raises(Refused) as refused:
        read(path, replace(SHORT, loaded_bytes=4000))
    assert refused.value.code is ReasonCode.OVER_SIZE_LIMIT


def test_two_frames_that_become_too_large_when_decoded_are_refused_before_that(tmp_path: Path) -> None:
    path = made(of(DEEP, frames=2), EXPLICIT, tmp_path)
    source = read(path, LIMITS)
    with pytest.raises(Refused) as refused:
        open_frames(source.dataset, EXPLICIT, Limits(frame_bytes=GREY.rows * GREY.columns))
    assert refused.value.code is ReasonCode.OVER_SIZE_LIMIT


def test_a_long_file_that_changes_while_it_is_cleaned_is_held(cleaner: Cleaner, tmp_path: Path) -> None:
    path = made(of(DEEP, frames=FRAMES), EXPLICIT, tmp_path)
    source = read(path, SHORT)
    with path.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"\7")
    os.utime(path, ns=(1, 1))
    result = replace(cleaner, policy=replace(Policy.load(), limits=SHORT)).clean(source, tmp_path / "spool")
    assert result.output is None
    assert ReasonCode.UNREADABLE in {reason.code for reason in result.outcome.reasons}


def test_a_long_file_goes_through_the_whole_flow_as_a_short_one_does(cleaner: Cleaner, tmp_path: Path) -> None:
    path = made(of(DEEP, frames=FRAMES), f"{SYNTAX}.4.80", tmp_path, Modality="US")
    results = [
        replace(cleaner, policy=replace(cleaner.policy, limits=limits)).clean(read(path, limits), tmp_path / name)
        for limits, name in ((LIMITS, "short"), (SHORT, "long"))
    ]
    outputs = [result.output for result in results]
    assert outputs[0] is not None
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_cine_takes_the_memory_of_a_few_frames(threads: int, tmp_path: Path) -> None:
    form = of(DEEP, rows=256, columns=256, frames=400)  # 128 KiB a frame, 50 MiB in all
    path = made(of(form, frames=1), EXPLICIT, tmp_path)
    data = path.read_bytes()
    header, frame = data[: -form.frame_bytes], data[-form.frame_bytes :]
    short = pydicom.dcmread(path, stop_before_pixels=True)
    short.NumberOfFrames = form.frames
    del header
    long = tmp_path / "long.dcm"
    short.PixelData = frame * form.frames
    short["PixelData"].VR = "OW"
    short.save_as(long)
    del short, data, frame
    limits = Limits(resident_bytes=1 << 20)
    tracemalloc.start()
    try:
        _, draft = drafted(long, limits, tmp_path / "spool", Box(0, 0, 40, 40), threads=threads)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert draft.proof.holds
    assert draft.proof.planned_pixels == 1600 * form.frames
    assert peak < 16 << 20


@pytest.mark.parametrize("threads", [1, 3])
def test_so_does_a_cine_of_jpeg_streams(threads: int, tmp_path: Path) -> None:
    form = of(GREY, rows=256, columns=256, frames=200)  # 64 KiB a frame, 13 MiB in all
    picture = words_for(speckled(form.rows, form.columns), form)[..., 0]
    streams = (bytes(imagecodecs.jpeg8_encode(np.roll(picture, number, axis=1), 60)) for number in range(form.frames))
    dataset = described(form)
    dataset.PixelData, _ = encapsulate(streams, form.frames)
    dataset["PixelData"].is_undefined_length = True
    long = tmp_path / "long.dcm"
    long.write_bytes(as_file(dataset, f"{SYNTAX}.4.50"))
    del dataset
    limits = Limits(resident_bytes=1 << 20)
    drafted(long, limits, tmp_path / "compiles", Box(0, 0, 40, 40))
    tracemalloc.start()
    try:
        _, draft = drafted(long, limits, tmp_path / "spool", Box(0, 0, 40, 40), threads=threads)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert draft.proof.holds
    assert draft.proof.compared is Compared.COEFFICIENTS
    assert draft.proof.planned_pixels == 1600 * form.frames
    assert peak < 8 << 20


def test_what_is_gathered_in_a_file_is_no_other_than_what_is_gathered_in_memory(tmp_path: Path) -> None:
    parts = [os.urandom(size) for size in (10, 0, 700, 3, 5000)]
    in_memory, in_file = (Spool(tmp_path, resident).gather(parts) for resident in (1 << 20, 500))
    assert isinstance(in_memory, bytes)
    assert isinstance(in_file, Stored)
    assert in_file.read(0, len(in_file)) == in_memory == b"".join(parts)
    assert not list(tmp_path.iterdir())
