"""Progressive JPEG: every scan is followed to its last bit, so nothing that was cut passes as an image of less detail."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import COLOUR, EXPLICIT, GREY, LIMITS, image, noise, of
from read_jpegs import plainly, read_back

from pixelclean.dicom import PixelFormat, encode, open_frames, put_pixels, write
from pixelclean.dicom.codecs import jpeg_progressive_kernels
from pixelclean.dicom.codecs.jpeg_kernels import SPARE_WORDS, UNFIT, WINDOWS
from pixelclean.dicom.codecs.jpeg_progressive import check_progressive
from pixelclean.dicom.codecs.jpeg_segments import DHT, DRI, SOS, segments_of
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

ONE = of(GREY, rows=23, columns=37, frames=1, bits_allocated=8, bits_stored=8, high_bit=7)
THREE = of(COLOUR, rows=23, columns=37, frames=1, photometric="YBR_FULL")
END = b"\xff\xd9"
CUT = {ReasonCode.TRUNCATED, ReasonCode.UNDECODABLE}

FULL = """
0 1 2: 0-0, 0, 2; 0: 1-9, 0, 2; 2: 1-63, 0, 1; 1: 1-63, 0, 1; 0: 10-63, 0, 3;
0: 10-63, 3, 2; 0: 1-63, 2, 1; 0 1 2: 0-0, 2, 1; 0 1 2: 0-0, 1, 0; 2: 1-63, 1, 0; 1: 1-63, 1, 0; 0: 1-63, 1, 0;
"""
APART = "0: 0-0, 0, 0; 1: 0-0, 0, 1; 2: 0-0, 0, 0; 1: 0-0, 1, 0; 0: 1-63, 0, 0; 1: 1-63, 0, 0; 2: 1-63, 0, 0;"
TWO = "0 1: 0-0, 0, 1; 2: 0-0, 0, 0; 0: 1-63, 0, 0; 0 1: 0-0, 1, 0; 1: 1-63, 0, 0; 2: 1-5, 0, 0; 2: 6-63, 0, 0;"
ALONE = "0: 0-0, 0, 3; 0: 1-63, 0, 4; 0: 0-0, 3, 2; 0: 1-63, 4, 3; 0: 1-63, 3, 2; 0: 0-0, 2, 1; 0: 1-63, 2, 1; 0: 0-0, 1, 0; 0: 1-63, 1, 0;"
BANDS = "0: 0-0, 0, 0;" + "".join(f"0: {k}-{k}, 0, 0;" for k in range(1, 63)) + "0: 63-63, 0, 0;"
WITHOUT_LAST_BIT = "0: 0-0, 0, 0; 0: 1-63, 0, 1;"
WITHOUT_LAST_DC = "0: 0-0, 0, 1; 0: 1-63, 0, 0;"
WITHOUT_AC = "0: 0-0, 0, 0;"
WITHOUT_LAST_BAND = "0: 0-0, 0, 0; 0: 1-62, 0, 0;"

KINDS: dict[str, tuple[PixelFormat, str, str]] = {
    "grey": (ONE, "", ""),
    "grey, restarts": (ONE, "-restart 2B", ""),
    "grey, a restart for each block": (ONE, "-restart 1B", ""),
    "grey, many bits": (ONE, "", ALONE),
    "grey, many bands": (ONE, "", BANDS),
    "grey, sampled": (ONE, "-sample 2x2", ""),
    "colour": (THREE, "-sample 1x1", ""),
    "4:2:0": (THREE, "", ""),
    "4:2:2": (THREE, "-sample 2x1", ""),
    "4:4:0": (THREE, "-sample 1x2", ""),
    "4:1:1, restarts": (THREE, "-sample 4x1 -restart 1", ""),
    "4:2:0, restarts": (THREE, "-restart 1B", FULL),
    "odd sampling": (THREE, "-sample 2x2,1x2,2x1", FULL),
    "full progression": (THREE, "", FULL),
    "components apart": (THREE, "", APART),
    "two components, then one": (THREE, "-sample 2x1", TWO),
}


def textured(form: PixelFormat) -> Words:
    """Noise over waves: coefficients of every size, and blocks without any."""
    rows, columns, samples = form.shape
    waves = np.sin(np.arange(columns) / 5) + np.cos(np.arange(rows) / 3)[:, None]
    rng = np.random.default_rng(4)
    grey = (waves / 5 + 0.5 + rng.normal(0, 0.1, waves.shape) * (np.arange(columns) > columns // 2)).clip(0, 1)
    return np.stack([np.roll(grey * 255, 3 * index, axis=1) for index in range(samples)], axis=-1).astype(np.uint8)


def coded(frame: Words, options: str, script: str, folder: Path) -> bytes:
    """What cjpeg makes of it; luma and chroma are those of the samples taken as RGB."""
    if shutil.which("cjpeg") is None:
        pytest.skip("cjpeg is not installed")
    rows, columns, samples = frame.shape
    source, scans, made = (folder / name for name in ("source.pnm", "scans", "made.jpg"))
    source.write_bytes(f"P{5 if samples == 1 else 6} {columns} {rows} 255\n".encode() + frame.tobytes())
    scans.write_text(script)
    chosen = ["-scans", str(scans)] if script else ["-progressive"]
    command = ["cjpeg", "-quality", "90", *chosen, *options.split(), "-outfile", str(made), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return made.read_bytes()


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """A stream of each kind."""

    @cache
    def made(kind: str) -> bytes:
        form, options, script = KINDS[kind]
        return coded(textured(form), options, script, tmp_path_factory.mktemp("progressive"))

    return made


def refusal(data: bytes) -> ReasonCode | None:
    """Why it is refused; anything else that is raised is a failure."""
    try:
        check_progressive(data)
    except Refused as refused:
        return refused.code
    return None


# Whole streams


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_stream_is_decoded(kind: str, stream: Callable[[str], bytes]) -> None:
    form = KINDS[kind][0]
    assert np.array_equal(read_back(form, stream(kind)), plainly(form, stream(kind)))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (8, 8), (9, 17), (64, 64), (300, 500)])
@pytest.mark.parametrize("restarts", [0, 1, 3])
def test_what_opencv_writes_is_decoded(rows: int, columns: int, restarts: int) -> None:
    for form in (of(ONE, rows=rows, columns=columns), of(THREE, rows=rows, columns=columns)):
        options = [
            cv2.IMWRITE_JPEG_PROGRESSIVE,
            1,
            cv2.IMWRITE_JPEG_QUALITY,
            95,
            cv2.IMWRITE_JPEG_RST_INTERVAL,
            restarts,
        ]
        for frame in (textured(form), noise(form)[0], np.zeros(form.shape, np.uint8)):
            data = bytes(cv2.imencode(".jpg", frame, options)[1])
            assert np.array_equal(read_back(form, data), plainly(form, data))


@pytest.mark.parametrize("sampling", ["420", "422", "444"])
@pytest.mark.parametrize("options", ["", "-restart 1", "-optimize"])
def test_a_sequential_stream_made_progressive_is_decoded_to_the_same_image(
    sampling: str, options: str, tmp_path: Path
) -> None:
    if shutil.which("jpegtran") is None:
        pytest.skip("jpegtran is not installed")
    sequential = bytes(imagecodecs.jpeg8_encode(textured(THREE), 85, subsampling=sampling))
    (tmp_path / "in.jpg").write_bytes(sequential)
    made = tmp_path / "out.jpg"
    command = ["jpegtran", "-progressive", *options.split(), "-outfile", str(made), str(tmp_path / "in.jpg")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert np.array_equal(read_back(THREE, made.read_bytes()), read_back(THREE, sequential))


@pytest.mark.parametrize("process", ["+es", "+ep"])
@pytest.mark.parametrize("bits", [8, 12])
def test_what_dcmtk_writes_is_whole_until_it_is_cut(process: str, bits: int, tmp_path: Path) -> None:
    if shutil.which("dcmcjpeg") is None:
        pytest.skip("dcmcjpeg is not installed")
    form = of(ONE, bits_allocated=bits + 7 & ~7, bits_stored=bits, high_bit=bits - 1)
    made = image(form)
    put_pixels(made, encode(noise(form), form, EXPLICIT))
    write(made, EXPLICIT, tmp_path / "in.dcm")
    subprocess.run(["dcmcjpeg", process, "in.dcm", "out.dcm"], cwd=tmp_path, check=True, capture_output=True)
    (data,) = pydicom.encaps.generate_frames(pydicom.dcmread(tmp_path / "out.dcm").PixelData, number_of_frames=1)
    data = data[: data.rindex(END) + 2]
    assert read_back(form, data).shape == form.shape
    assert {refusal(data[:at] + END) for at in range(0, len(data) - 3, 7)} <= CUT


# Cut streams


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_cut_anywhere_is_refused_with_an_end_sewn_to_it(kind: str, stream: Callable[[str], bytes]) -> None:
    data = stream(kind)
    assert refusal(data) is None
    last = next(segment.stop for segment in reversed(list(segments_of(data))) if segment.marker == SOS)
    for at in range(0, last - 1, 1 if kind in ("grey", "grey, restarts", "4:2:0") else 5):
        assert refusal(data[:at] + END) in CUT


@pytest.mark.parametrize("kind", ["grey", "full progression", "4:2:0, restarts"])
def test_a_cut_within_any_scan_is_refused_though_all_others_are_whole(
    kind: str, stream: Callable[[str], bytes]
) -> None:
    data = stream(kind)
    for segment in segments_of(data):
        if segment.marker == SOS:
            for less in {1, 2, (segment.stop - segment.end) // 2, segment.stop - segment.end - 1} - {0}:
                cut = data[: segment.stop - less] + data[segment.stop :]
                assert refusal(cut) in CUT or np.array_equal(
                    plainly(KINDS[kind][0], cut), plainly(KINDS[kind][0], data)
                )


@pytest.mark.parametrize("kind", ["grey", "full progression", "two components, then one", "grey, many bits"])
def test_a_stream_without_one_of_its_scans_is_refused(kind: str, stream: Callable[[str], bytes]) -> None:
    data = stream(kind)
    for segment in segments_of(data):
        if segment.marker == SOS:
            assert refusal(data[: segment.start] + data[segment.stop :]) in CUT


@pytest.mark.parametrize("kind", ["grey", "full progression", "grey, many bits"])
def test_a_stream_with_a_scan_given_twice_is_refused(kind: str, stream: Callable[[str], bytes]) -> None:
    data = stream(kind)
    for segment in segments_of(data):
        if segment.marker == SOS:
            assert refusal(data[: segment.stop] + data[segment.start :]) is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("script", [WITHOUT_LAST_BIT, WITHOUT_LAST_DC, WITHOUT_AC, WITHOUT_LAST_BAND])
def test_a_progression_that_was_never_ended_is_refused(script: str, tmp_path: Path) -> None:
    try:
        data = coded(textured(ONE), "", script, tmp_path)
    except subprocess.CalledProcessError:
        pytest.skip("this cjpeg writes no such stream")
    assert refusal(data) is ReasonCode.TRUNCATED


# Streams that are wrong otherwise


def with_scan_header(data: bytes, which: int, first: int, last: int, approximation: int) -> bytes:
    """The stream with other parameters in that scan."""
    scan = [segment for segment in segments_of(data) if segment.marker == SOS][which]
    return data[: scan.end - 3] + bytes((first, last, approximation)) + data[scan.end :]


@pytest.mark.parametrize(
    "parameters",
    [(0, 5, 0x01), (1, 64, 0x01), (5, 1, 0x01), (64, 64, 0), (0, 0, 0x0E), (0, 0, 0x20), (0, 0, 0x12), (0, 0, 0xFE)],
)
def test_parameters_that_no_scan_has_are_refused(
    parameters: tuple[int, int, int], stream: Callable[[str], bytes]
) -> None:
    for which in range(4):
        assert refusal(with_scan_header(stream("grey"), which, *parameters)) is ReasonCode.UNDECODABLE


def test_ac_before_dc_is_refused(stream: Callable[[str], bytes]) -> None:
    data = stream("grey")
    first = next(segment for segment in segments_of(data) if segment.marker == SOS)
    tables = b"".join(data[s.start : s.end] for s in segments_of(data) if s.marker == DHT)
    assert refusal(data[: first.start] + tables + data[first.stop :]) is ReasonCode.UNDECODABLE


def test_more_blocks_than_the_frame_has_are_refused(stream: Callable[[str], bytes]) -> None:
    for kind in ("grey", "4:2:0"):
        data = stream(kind)
        rows = data.index(b"\xff\xc2") + 5
        assert refusal(data[:rows] + struct.pack(">H", 8) + data[rows + 2 :]) in CUT
        assert refusal(data[:rows] + struct.pack(">H", 64) + data[rows + 2 :]) in CUT


def test_restarts_that_are_not_announced_are_refused_and_the_reverse(stream: Callable[[str], bytes]) -> None:
    data = stream("grey, restarts")
    announced = next(segment for segment in segments_of(data) if segment.marker == DRI)
    assert refusal(data[: announced.start] + data[announced.end :]) is ReasonCode.UNDECODABLE
    without = stream("grey")
    assert refusal(without[:2] + data[announced.start : announced.end] + without[2:]) in CUT


def test_whole_bytes_of_padding_are_passed_over_and_others_are_not(stream: Callable[[str], bytes]) -> None:
    data = stream("grey")
    for segment in segments_of(data):
        if segment.marker == SOS:
            for padding in (b"\0\0", b"\xff\x00" * 3):
                assert refusal(data[: segment.stop] + padding + data[segment.stop :]) is None
            assert refusal(data[: segment.stop] + b"\x5a" + data[segment.stop :]) is ReasonCode.UNDECODABLE


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), part=st.floats(0, 1, exclude_max=True), damage=st.binary(min_size=1))
def test_a_damaged_stream_is_refused_or_followed_to_its_end(
    kind: str, part: float, damage: bytes, stream: Callable[[str], bytes]
) -> None:
    data = stream(kind)
    at = int(part * len(data))
    refusal(data[:at] + damage + data[at + len(damage) :])


@pytest.mark.parametrize("kind", ["grey", "grey, restarts", "full progression"])
def test_a_flipped_bit_anywhere_never_crashes(kind: str, stream: Callable[[str], bytes]) -> None:
    data = stream(kind)
    for at in range(0, len(data) * 8, 17):
        flipped = bytearray(data)
        flipped[at >> 3] ^= 1 << (at & 7)
        if struct.unpack_from(">HH", flipped, data.index(b"\xff\xc2") + 5) == (23, 37):  # jpeg.look compares the size
            refusal(bytes(flipped))


def test_the_kernel_and_its_source_agree(stream: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Interpreted, an index that leaves an array is an error."""
    data = stream("grey, many bits")
    cuts = [data, *(data[:at] + END for at in range(600, len(data) - 2, 97))]
    compiled = [refusal(cut) for cut in cuts]
    monkeypatch.setattr("pixelclean.dicom.codecs.jpeg_progressive.compiled", lambda kernel, _signature: kernel)
    assert [refusal(cut) for cut in cuts] == compiled


def test_arguments_that_do_not_fit_together_are_noticed() -> None:
    words, codes = np.zeros(SPARE_WORDS + 1, np.uint32), np.zeros(WINDOWS, np.uint16)
    known = np.zeros((2, 64), np.uint8)

    def ended(end: int = 8, count: int = 2, first: int = 1, last: int = 63, rooms: int = 1) -> int:
        ends, counts, reached = np.array([end]), np.array([count]), np.zeros(rooms, np.int64)
        return jpeg_progressive_kernels.walk_alternating(words, ends, counts, codes, first, last, 1, known, reached)

    assert ended() != UNFIT
    for wrong in ({"end": 33}, {"end": -1}, {"count": 3}, {"count": -1}, {"first": 0}, {"first": 64}, {"last": 64}):
        assert ended(**wrong) == UNFIT
    assert ended(rooms=2) == UNFIT


# As files


@pytest.mark.parametrize("syntax", ["4.50", "4.51", "4.53", "4.55"])
def test_a_cut_file_is_refused_under_every_transfer_syntax(syntax: str, stream: Callable[[str], bytes]) -> None:
    data = stream("grey")
    for value, passes in ((data, True), (data[: len(data) // 2] + END, False)):
        made, padded = image(ONE), value + b"\0" * (len(value) % 2)
        items = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(each)) + each for each in (b"", padded))
        made["PixelData"] = pydicom.DataElement("PixelData", "OB", items, is_undefined_length=True)
        opened = open_frames(made, f"1.2.840.10008.1.2.{syntax}", LIMITS)
        if passes:
            assert opened.frame(0).shape == ONE.shape
        else:
            with pytest.raises(Refused):
                opened.frame(0)


def test_a_sequential_stream_without_the_scan_of_a_component_is_refused(tmp_path: Path) -> None:
    data = coded(textured(THREE), "", "0; 1; 2;", tmp_path)
    assert np.array_equal(read_back(THREE, data), plainly(THREE, data))
    for segment in segments_of(data):
        if segment.marker == SOS:
            cut = data[: segment.start] + END
            with pytest.raises(Refused) as caught:
                read_back(THREE, cut)
            assert caught.value.code in CUT
