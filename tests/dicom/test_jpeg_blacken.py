"""A JPEG stream is blackened without decoding it: MCUs of the mask show the fill, all others keep every coefficient."""

import re
import shutil
import struct
import subprocess
from functools import cache
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jpeg_by_hand import ByHand
from pydicom.encaps import generate_frames
from test_jpeg_coefficients import by_hand

from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.codecs.jpeg_blacken import blacken, blackened_area, can_be_blackened
from pixelclean.dicom.codecs.jpeg_coefficients import CoefficientComparison, coefficients, compare_coefficients
from pixelclean.dicom.codecs.jpeg_stream import read_jpeg
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

PROVEN = CoefficientComparison(0, 0)
YBR, GREY, RGB = (0, 128, 128), (0,), (0, 0, 0)
needs_jpegtran = pytest.mark.skipif(shutil.which("jpegtran") is None, reason="jpegtran is not installed")
needs_cjpeg = pytest.mark.skipif(shutil.which("cjpeg") is None, reason="cjpeg is not installed")


@cache
def picture(rows: int, columns: int, samples: int) -> np.ndarray:
    """Colourful, with edges: chroma that a decoder smooths over the border of blocks shows."""
    y, x = np.mgrid[:rows, :columns]
    waves = [128 + 120 * np.sin(x / (3 + each) + each) * np.cos(y / (5 - each)) for each in range(samples)]
    grain = np.random.default_rng(rows).normal(0, 12, (rows, columns, samples))
    made = (np.stack(waves, -1) + grain).clip(0, 255).astype(np.uint8)
    return made[..., 0] if samples == 1 else made


def decoded(stream: bytes) -> np.ndarray:
    """The samples as they are stored: (row, column, component)."""
    space = None if len(read_jpeg(stream).components) == 1 else "ycbcr"
    made = imagecodecs.jpeg8_decode(stream, colorspace=space, outcolorspace=space)
    return made.reshape(*made.shape[:2], -1)


def grown(area: np.ndarray) -> np.ndarray:
    padded = np.pad(area, 1)
    rows, columns = area.shape
    return np.any([padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0)


def check(stream: bytes, mask: np.ndarray, fill: tuple[int, ...], *, fringe: bool) -> bytes:
    """Blacken, and look at the result with a decoder that knows nothing of how it was made."""
    after = blacken(stream, mask, fill)
    assert compare_coefficients(stream, after, mask, fill) == PROVEN
    assert blacken(after, mask, fill) == after
    area = blackened_area(stream, mask)
    assert area[mask].all()
    assert area.any() == mask.any()
    before, now = decoded(stream), decoded(after)
    assert (now[mask] == fill).all()
    assert np.array_equal(now[~area][:, 0], before[~area][:, 0])
    untouched = ~grown(area) if fringe else ~area
    assert np.array_equal(now[untouched], before[untouched])
    return after


def box(rows: int, columns: int, *boxes: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((rows, columns), bool)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = True
    return mask


@st.composite
def masks(draw: st.DrawFn, rows: int, columns: int) -> np.ndarray:
    """A few boxes, or scattered pixels."""
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 2**32)))
        return rng.random((rows, columns)) < draw(st.sampled_from([0.0, 0.0005, 0.01, 0.2, 1.0]))
    edges = st.tuples(*(st.integers(0, side) for side in (rows, rows, columns, columns)))
    boxes = draw(st.lists(edges, max_size=3))
    return box(rows, columns, *((min(a, b), max(a, b), min(c, d), max(c, d)) for a, b, c, d in boxes))


@settings(deadline=None, max_examples=80)
@given(
    st.data(),
    st.integers(1, 90),
    st.integers(1, 110),
    st.sampled_from([None, "444", "422", "420", "440", "411"]),
    st.integers(5, 100),
    st.booleans(),
)
def test_any_mask_over_any_common_stream(data, rows, columns, subsampling, quality, own_tables) -> None:
    samples = 1 if subsampling is None else 3
    space = None if samples == 1 else "ycbcr"
    stream = bytes(
        imagecodecs.jpeg8_encode(
            picture(rows, columns, samples),
            quality,
            subsampling=subsampling,
            optimize=own_tables,
            colorspace=space,
            outcolorspace=space,
        )
    )
    fill = (data.draw(st.sampled_from([0, 255])),) if samples == 1 else YBR
    check(stream, data.draw(masks(rows, columns)), fill, fringe=subsampling not in (None, "444"))


@settings(deadline=None, max_examples=80)
@given(st.data(), by_hand())
def test_any_mask_over_any_stream_that_the_standard_allows(data, made: ByHand) -> None:
    """Every coefficient outside is the one that was written, every block inside shows the fill and nothing else."""
    stream, top = made.stream(), (1 << made.precision) - 1
    fill = data.draw(st.sampled_from([(0, top // 2 + 1, top // 2 + 1), (0, 0, 0), (top, 0, top)]))[: len(made.sampling)]
    mask = data.draw(masks(made.rows, made.columns))
    after = blacken(stream, mask, fill)
    assert compare_coefficients(stream, after, mask, fill) == PROVEN
    assert blacken(after, mask, fill) == after
    area = blackened_area(stream, mask)
    assert area[mask].all()
    height, width = made.cell
    for index, (before, now) in enumerate(zip(made.planes(), coefficients(after), strict=True)):
        h, v = made.sampling[index] if len(made.sampling) > 1 else (1, 1)
        down, across = np.indices(before.shape[:2])
        rows, columns = down // v * height, across // h * width
        inside = area[np.minimum(rows, made.rows - 1), np.minimum(columns, made.columns - 1)]
        assert np.array_equal(now[~inside], before[~inside])
        assert not now[inside][:, 1:].any()
        levels = np.unique(now[inside][:, 0])
        shown = levels * made.steps[min(index, 1)] / 8 + (top + 1) // 2
        assert np.array_equal(shown.round().clip(0, top), [fill[index]] * len(levels))


@pytest.mark.parametrize("precision", [8, 12])
@pytest.mark.parametrize("step", [1, 2, 3, 7, 16, 99, 255, 500, 1023])
@pytest.mark.parametrize("end", [0, 1])
def test_both_ends_of_the_range_are_shown_exactly_whatever_the_quantization(precision, step, end) -> None:
    made = ByHand(precision=precision, steps=(step, step), spread=max(1, 1000 // step))
    fill = end * ((1 << precision) - 1)
    check(made.stream(), box(40, 50, (9, 20, 9, 30)), (fill,), fringe=False)


def test_a_fill_between_the_ends_is_as_near_as_the_quantization_allows() -> None:
    made = ByHand(steps=(20, 20))
    mask = box(40, 50, (9, 20, 9, 30))
    for fill in range(1, 255):
        shown = decoded(blacken(made.stream(), mask, (fill,)))[mask].astype(int)
        assert np.abs(shown - fill).max() <= 20 / 8 / 2 + 0.5


def test_a_quantization_too_coarse_for_black_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        blacken(ByHand(steps=(5000, 1), spread=1).stream(), box(40, 50), GREY)
    assert refused.value.code is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("subsampling", ["444", "422", "420"])
def test_colour_transforms_that_are_off_are_blackened_too(subsampling: str) -> None:
    stream = bytes(imagecodecs.jpeg8_encode(picture(50, 60, 3), 90, colorspace="rgb", outcolorspace="rgb"))
    mask = box(50, 60, (9, 20, 9, 30))
    after = blacken(stream, mask, RGB)
    assert compare_coefficients(stream, after, mask, RGB) == PROVEN
    assert not imagecodecs.jpeg8_decode(after)[mask].any()


@needs_cjpeg
@pytest.mark.parametrize(
    "sampling", ["1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x2,2x1,1x2", "3x1", "1x3", "3x3"]
)
@pytest.mark.parametrize(
    "options",
    [[], ["-optimize"], ["-restart", "3B"], ["-restart", "1", "-optimize"], ["-scans"], ["-scans", "-restart", "2B"]],
)
def test_streams_of_cjpeg_of_every_sampling_restarts_and_scans(
    sampling: str, options: list[str], tmp_path: Path
) -> None:
    scans = tmp_path / "scans"
    scans.write_text("1 2: 0 63 0 0;\n0: 0 63 0 0;\n")
    options = [part for each in options for part in ([each, str(scans)] if each == "-scans" else [each])]
    image = b"P6 75 61 255\n" + picture(61, 75, 3).tobytes()
    command = ["cjpeg", "-quality", "85", "-sample", sampling, *options]
    made = subprocess.run(command, input=image, capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this cjpeg does not write it")
    check(made.stdout, box(61, 75, (30, 41, 17, 40), (60, 61, 70, 75)), YBR, fringe=sampling != "1x1")


@needs_jpegtran
@pytest.mark.parametrize("subsampling", [None, "444", "422", "420"])
@pytest.mark.parametrize("options", [["-optimize"], ["-restart", "2B"], ["-optimize", "-restart", "1"]])
def test_jpegtran_reads_what_was_blackened_without_a_warning(subsampling: str | None, options: list[str]) -> None:
    samples = 1 if subsampling is None else 3
    stream = bytes(imagecodecs.jpeg8_encode(picture(70, 90, samples), 80, subsampling=subsampling))
    stream = subprocess.run(["jpegtran", *options], input=stream, capture_output=True, check=True).stdout
    after = blacken(stream, box(70, 90, (0, 20, 5, 60), (60, 70, 80, 90)), YBR[:samples])
    again = subprocess.run(["jpegtran", "-copy", "none"], input=after, capture_output=True, check=True)
    assert again.stderr == b""
    assert np.array_equal(decoded(again.stdout), decoded(after))


@pytest.mark.parametrize(
    "made",
    [
        ByHand(),
        ByHand(interval=4, fill=b"\xff\xff"),
        ByHand(sampling=((2, 2), (1, 1), (1, 1)), scans=((0,), (2, 1)), interval=3),
    ],
)
def test_without_a_mask_every_byte_stays(made: ByHand) -> None:
    assert blacken(made.stream(), box(40, 50), YBR[: len(made.sampling)]) == made.stream()


def test_a_part_between_restarts_that_holds_no_mask_keeps_its_bytes() -> None:
    made = ByHand(sampling=((2, 2), (1, 1), (1, 1)), scans=((0, 1, 2),), interval=4, complete=True)
    stream = made.stream()
    parts = re.split(rb"\xff[\xd0-\xd7]", stream)
    after = re.split(rb"\xff[\xd0-\xd7]", blacken(stream, box(40, 50, (18, 20, 5, 9)), YBR))
    assert [one == other for one, other in zip(parts, after, strict=True)] == [True, False, True]


def test_a_mask_over_subsampled_chroma_takes_in_the_mcu_that_is_one_pixel_away() -> None:
    coarse = ByHand(sampling=((2, 1), (1, 1), (1, 1)), scans=((0, 1, 2),)).stream()
    fine = ByHand(sampling=((1, 1), (1, 1), (1, 1)), scans=((0, 1, 2),)).stream()
    edge = box(40, 50, (8, 9, 16, 32))
    assert np.array_equal(blackened_area(coarse, edge), box(40, 50, (8, 16, 0, 48)))
    assert np.array_equal(blackened_area(fine, edge), box(40, 50, (8, 16, 16, 32)))
    assert np.array_equal(blackened_area(coarse, box(40, 50, (15, 16, 17, 31))), box(40, 50, (8, 16, 16, 32)))


def test_one_component_alone_is_blackened_by_blocks_whatever_its_sampling_factors() -> None:
    made = ByHand(sampling=((2, 2),))
    assert np.array_equal(blackened_area(made.stream(), box(40, 50, (8, 9, 8, 9))), box(40, 50, (8, 16, 8, 16)))


@pytest.mark.parametrize("scans", [((0, 1, 2),), ((0,), (1,), (2,))])
@pytest.mark.parametrize("one_table", [True, False])
def test_codes_that_a_table_lacks_are_added(scans: tuple[tuple[int, ...], ...], one_table: bool) -> None:
    """Each table knows a DC difference of 0 only, and no end of a block."""
    sampling = ((1, 1), (1, 1), (1, 1))
    stream = ByHand(sampling=sampling, scans=scans, spread=0, full=True, one_table=one_table).stream()
    after = check(stream, box(40, 50, (8, 20, 8, 20)), YBR, fringe=False)
    assert after.count(b"\xff\xc4") == stream.count(b"\xff\xc4") + len(scans)


def test_a_later_scan_that_was_coded_with_an_earlier_table_gets_it_back() -> None:
    made = ByHand(sampling=((1, 1), (1, 1), (1, 1)), scans=((0,), (1,), (2,)), spread=30, complete=True, one_table=True)
    stream = made.stream()
    scans = [match.start() for match in re.finditer(rb"\xff\xda\0\x08\x01", stream)]
    assert len(scans) == 3
    once = stream  # every scan defines the same tables again; only the first definition is needed
    for scan in reversed(scans[1:]):
        begin = stream.rindex(b"\xff\xc4", 0, stream.rindex(b"\xff\xc4", 0, scan))
        once = once[:begin] + once[scan:]
    assert once.count(b"\xff\xc4") == 2
    table = once.index(b"\xff\xc4")
    lacking = without_large_differences(once, table)
    mask = box(40, 50, (8, 20, 8, 20))
    after = check(lacking, mask, YBR, fringe=False)
    assert after.count(b"\xff\xc4") == 4  # one with more codes before the first scan, the old one before the second
    check(after, box(40, 50, (30, 31, 0, 50)), YBR, fringe=False)


def without_large_differences(stream: bytes, at: int) -> bytes:
    """The same stream, whose DC table has no codes for differences of 7 bits or more; they are the last in it."""
    (length,) = struct.unpack_from(">H", stream, at + 2)
    counts, symbols = bytearray(stream[at + 5 : at + 21]), stream[at + 21 : at + 2 + length]
    kept = symbols[:7]
    assert list(kept) == list(range(7))
    counts[3] = len(kept)
    return stream[: at + 2] + struct.pack(">HB", 19 + len(kept), 0) + bytes(counts) + kept + stream[at + 2 + length :]


def test_a_table_without_room_for_another_code_is_refused() -> None:
    """Codes of 1 to 16 bits, one each, leave nothing but the one that is all ones."""
    stream = ByHand(spread=0).stream()
    at = stream.index(b"\xff\xc4")
    (length,) = struct.unpack_from(">H", stream, at + 2)
    assert stream[at + 4 : at + 2 + length] == b"\0\1" + bytes(15) + b"\0"
    full = b"\0" + bytes([1] * 16) + bytes((0, *range(17, 32)))  # as far as it is needed it is the table that was there
    told = stream[: at + 2] + struct.pack(">H", 2 + len(full)) + full + stream[at + 2 + length :]
    assert np.array_equal(coefficients(told)[0], coefficients(stream)[0])
    with pytest.raises(Refused) as refused:
        blacken(told, box(40, 50, (0, 8, 0, 8)), GREY)
    assert refused.value.detail == "JPEG: no Huffman code is left"


def with_process(stream: bytes, marker: int) -> bytes:
    at = stream.index(b"\xff\xc0")
    return stream[: at + 1] + bytes((marker,)) + stream[at + 2 :]


def other_streams() -> dict[str, bytes]:
    grey, colour = ByHand(complete=True).stream(), ByHand(sampling=((1, 1),) * 3, scans=((0,), (1,), (2,))).stream()
    behind = colour.rindex(b"\xff\xd9")
    last = colour.rindex(b"\xff\xda")
    lossless = bytes(imagecodecs.jpeg8_encode(picture(40, 50, 1), lossless=True, predictor=1))
    return {
        **{f"SOF{marker - 0xC0}": with_process(grey, marker) for marker in (0xC2, 0xC3, 0xC5, 0xC9, 0xCA, 0xCD)},
        "lossless": lossless,
        "lines at the end": grey[:-2] + b"\xff\xdc\0\x04\0\x28" + grey[-2:],
        "a component twice": colour[:behind] + colour[last:],
        "a component never": colour[: colour.rindex(b"\xff\xc4", 0, colour.rindex(b"\xff\xc4", 0, last))] + b"\xff\xd9",
        "twelve bits in baseline": ByHand(precision=12).stream().replace(b"\xff\xc1", b"\xff\xc0"),
        "nothing": b"",
        "no JPEG": b"ZZ-SENTINEL",
        "cut": grey[:-2],
    }


@pytest.mark.parametrize("kind", other_streams())
def test_streams_that_cannot_be_blackened_are_known_as_such_and_refused(kind: str) -> None:
    stream = other_streams()[kind]
    assert not can_be_blackened(stream)
    with pytest.raises(Refused):
        blacken(stream, box(40, 50, (0, 8, 0, 8)), GREY)


@pytest.mark.parametrize(
    "made", [ByHand(), ByHand(precision=12), ByHand(sampling=((2, 1), (1, 1), (1, 1)), scans=((0, 1, 2),))]
)
def test_baseline_and_extended_streams_can_be_blackened(made: ByHand) -> None:
    assert can_be_blackened(made.stream())


@pytest.mark.parametrize("tail", [b"\0", b"ZZ-SENTINEL", b"\xff\xd0\0"])
def test_a_scan_that_holds_more_than_its_image_is_refused(tail: bytes) -> None:
    stream = ByHand().stream()
    with pytest.raises(Refused) as refused:
        blacken(stream[:-2] + tail + stream[-2:], box(40, 50, (0, 8, 0, 8)), GREY)
    assert refused.value.code is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_scan_that_ends_too_early_is_truncated(share: float) -> None:
    stream = ByHand(complete=True).stream()
    data = stream.index(b"\xff\xda") + 10
    cut = stream[: data + int(share * (len(stream) - data))].rstrip(b"\xff")
    with pytest.raises(Refused) as refused:
        blacken(cut + b"\xff\xd9", box(40, 50, (0, 8, 0, 8)), GREY)
    assert refused.value.code is ReasonCode.TRUNCATED


@pytest.mark.parametrize(
    ("shape", "fill"),
    [((40, 49), (0,)), ((50, 40), (0,)), ((40, 50), (0, 0)), ((40, 50), (256,)), ((40, 50), (-1,))],
)
def test_a_mask_or_a_fill_that_is_not_the_images_is_refused(shape: tuple[int, int], fill: tuple[int, ...]) -> None:
    with pytest.raises(Refused) as refused:
        blacken(ByHand().stream(), np.ones(shape, bool), fill)
    assert refused.value.code is ReasonCode.INCONSISTENT_PIXEL_DATA


@pytest.mark.parametrize("subsampling", [None, "444", "422", "420"])
def test_what_was_blackened_still_holds_its_image_and_nothing_else(subsampling: str | None) -> None:
    samples = 1 if subsampling is None else 3
    stream = bytes(imagecodecs.jpeg8_encode(picture(64, 96, samples), 80, subsampling=subsampling))
    assert bare_jpeg(stream) == stream
    after = blacken(stream, box(64, 96, (0, 20, 5, 60)), YBR[:samples])
    assert bare_jpeg(after) == after


def test_real_streams_are_blackened_exactly(shared_data: Path) -> None:
    seen = 0
    for path in sorted((shared_data / "files").rglob("*")):
        for stream in frames_of(path):
            if not can_be_blackened(stream):
                continue
            seen += 1
            rows, columns = size_of(stream)
            rng = np.random.default_rng(len(stream))
            mask = box(rows, columns, *(sorted_box(rng, rows, columns) for _ in range(2)))
            samples = decoded(stream).shape[-1]
            check(stream, mask, YBR[:samples], fringe=True)
    assert seen >= 20


def frames_of(path: Path) -> list[bytes]:
    """The first few encoded frames of a file whose syntax is baseline or extended JPEG."""
    if not path.is_file():
        return []
    try:
        dataset = pydicom.dcmread(path)
        if dataset.file_meta.TransferSyntaxUID not in (pydicom.uid.JPEGBaseline8Bit, pydicom.uid.JPEGExtended12Bit):
            return []
        frames = generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1) or 1))
        return [frame for frame, _ in zip(frames, range(5), strict=False)]
    except Exception:  # noqa: BLE001 - what is no DICOM, or broken, is not what is tested here
        return []


def size_of(stream: bytes) -> tuple[int, int]:
    at = stream.index(re.search(rb"\xff[\xc0\xc1]", stream)[0])
    return struct.unpack_from(">HH", stream, at + 5)


def sorted_box(rng: np.random.Generator, rows: int, columns: int) -> tuple[int, int, int, int]:
    return *sorted(rng.integers(0, rows + 1, 2)), *sorted(rng.integers(0, columns + 1, 2))
