"""JPEG with arithmetic coding: every decision is followed, so that what decoders make up behind a cut does not pass."""

import shutil
import struct
import subprocess
from functools import cache

import imagecodecs
import numpy as np
import pydicom
import pytest
from arithmetic_by_hand import Arithmetic
from hypothesis import given, settings
from hypothesis import strategies as st
from jpeg_by_hand import ByHand
from made import COLOUR, GREY, LIMITS, image, of
from made_arithmetic import Coding, Conditioning, full_progression, sequential, spectral_selection
from read_jpegs import plainly, read_back

from pixelclean.dicom import PixelFormat, open_frames
from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.codecs import jpeg
from pixelclean.dicom.codecs.jpeg_arithmetic import check_arithmetic
from pixelclean.dicom.codecs.jpeg_arithmetic_kernels import ESTIMATES, FIXED, walk_arithmetic
from pixelclean.dicom.codecs.jpeg_blacken import can_be_blackened
from pixelclean.dicom.codecs.jpeg_kernels import UNFIT
from pixelclean.dicom.codecs.jpeg_segments import DAC, DRI, FRAMES, SOS, segments_of
from pixelclean.dicom.codecs.jpeg_stream import read_jpeg
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

END = b"\xff\xd9"
CUT = {ReasonCode.TRUNCATED, ReasonCode.UNDECODABLE}
LAST_BYTES = 32
"""How near the end of a scan a cut must be to leave something that may be a whole scan."""

BANDS = (((0,), Coding(0, 0)), ((0,), Coding(1, 5)), ((0,), Coding(6, 63)))
BITS = (
    ((0,), Coding(0, 0, 0, 2)),
    ((0,), Coding(1, 9, 0, 2)),
    ((0,), Coding(10, 63, 0, 1)),
    ((0,), Coding(0, 0, 2, 1)),
    ((0,), Coding(1, 9, 2, 1)),
    ((0,), Coding(1, 63, 1, 0)),
    ((0,), Coding(0, 0, 1, 0)),
)
COLOURS = (
    ((0, 1, 2), Coding(0, 0, 0, 1)),
    *(((index,), Coding(1, 63, 0, 1)) for index in range(3)),
    ((0, 1, 2), Coding(0, 0, 1, 0)),
    *(((index,), Coding(1, 63, 1, 0)) for index in range(3)),
)
THREE, APART, SHARED = ((1, 1),) * 3, ((0,), (1,), (2,)), ((0, 1, 2),)
KINDS: dict[str, Arithmetic] = {
    "grey": Arithmetic(ByHand()),
    "grey, another size": Arithmetic(ByHand(rows=17, columns=9)),
    "grey, one block": Arithmetic(ByHand(rows=3, columns=5)),
    "grey, restarts": Arithmetic(ByHand(interval=4)),
    "grey, a restart for each block": Arithmetic(ByHand(interval=1)),
    "grey, 12 bits": Arithmetic(ByHand(precision=12, spread=900)),
    "grey, every last coefficient": Arithmetic(ByHand(full=True)),
    "grey, conditioned": Arithmetic(ByHand(spread=60), conditioning=Conditioning(2, 6, 30)),
    "grey, zeros kept": Arithmetic(ByHand(interval=2), drops_zeros=False),
    "grey, nothing below": Arithmetic(ByHand(rows=400, columns=60), blank_from=8),
    "colour": Arithmetic(ByHand(sampling=THREE, scans=SHARED)),
    "4:2:0": Arithmetic(ByHand(sampling=((2, 2), (1, 1), (1, 1)), scans=SHARED)),
    "4:2:2, restarts": Arithmetic(ByHand(sampling=((2, 1), (1, 1), (1, 1)), scans=SHARED, interval=2)),
    "components apart": Arithmetic(ByHand(sampling=((2, 2), (1, 1), (1, 1)), scans=APART)),
    "bands": Arithmetic(ByHand(), BANDS),
    "bands, restarts": Arithmetic(ByHand(interval=5), BANDS),
    "bits": Arithmetic(ByHand(), BITS),
    "bits, 12 of them": Arithmetic(ByHand(precision=12, spread=900), BITS),
    "bits, conditioned": Arithmetic(ByHand(spread=60), BITS, Conditioning(1, 4, 63)),
    "bits, nothing below": Arithmetic(ByHand(rows=400, columns=60), BITS, blank_from=8),
    "bits, colour": Arithmetic(ByHand(sampling=THREE, scans=SHARED), COLOURS),
    "bits, 4:2:0, restarts": Arithmetic(ByHand(sampling=((2, 2), (1, 1), (1, 1)), scans=SHARED, interval=2), COLOURS),
}
SHORT_ONES = ("grey", "grey, restarts", "4:2:0", "bands", "bits", "bits, 4:2:0, restarts")


@cache
def stream(kind: str) -> bytes:
    return KINDS[kind].stream()


def form_of(kind: str) -> PixelFormat:
    made = KINDS[kind].made
    base = of(COLOUR, photometric="YBR_FULL") if len(made.sampling) == 3 else GREY
    stored = made.precision
    allocated = 8 if stored == 8 else 16
    return of(
        base, frames=1, rows=made.rows, columns=made.columns,
        bits_allocated=allocated, bits_stored=stored, high_bit=stored - 1,
    )  # fmt: skip


def refusal(data: bytes) -> ReasonCode | None:
    """Why it is refused; anything else that is raised is a failure."""
    try:
        check_arithmetic(data, read_jpeg(data).process)
    except Refused as refused:
        return refused.code
    return None


def scans_of(data: bytes) -> list:
    return [segment for segment in segments_of(data) if segment.marker == SOS]


def shaded(rows: int, columns: int) -> np.ndarray:
    """Grain over waves."""
    y, x = np.mgrid[:rows, :columns]
    grain = np.random.default_rng(7).normal(0, 8, (rows, columns))
    return (128 + 60 * np.sin(x / 7) * np.cos(y / 9) + grain).clip(0, 255).astype(np.uint8)


# Whole streams


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_stream_is_decoded_as_the_same_coefficients_with_huffman_coding(kind: str) -> None:
    form = form_of(kind)
    assert np.array_equal(read_back(form, stream(kind)), read_back(form, KINDS[kind].sequential()))


@pytest.mark.parametrize("coded", [sequential, spectral_selection, full_progression])
@pytest.mark.parametrize("quality", [30, 90])
def test_a_black_background_does_not_look_like_a_cut(coded, quality: int) -> None:
    """Its decisions are what was expected all along, so encoders leave out the bytes for them."""
    rows, columns = 120, 160
    y, x = np.mgrid[:rows, :columns]
    grain = shaded(rows, columns)
    for picture in (grain * (y < 70), grain * ((x - 80) ** 2 + (y - 60) ** 2 < 2500), grain * 0, grain):
        data = coded(bytes(imagecodecs.jpeg8_encode(picture.astype(np.uint8), quality)))
        assert refusal(data) is None


@pytest.mark.parametrize("sampling", ["420", "422", "444"])
@pytest.mark.parametrize("options", ["", "-progressive", "-restart 1", "-progressive -restart 2B"])
@pytest.mark.parametrize("quality", [40, 95])
def test_what_jpegtran_writes_is_decoded_to_the_same_image(sampling: str, options: str, quality: int) -> None:
    if shutil.which("jpegtran") is None:
        pytest.skip("jpegtran is not installed")
    picture = np.stack([np.roll(shaded(90, 70), 3 * index, axis=1) for index in range(3)], axis=-1)
    before = bytes(imagecodecs.jpeg8_encode(picture, quality, subsampling=sampling))
    command = ["jpegtran", "-arithmetic", *options.split()]
    after = subprocess.run(command, input=before, check=True, capture_output=True, timeout=60).stdout
    assert read_jpeg(after).process in (9, 10)
    form = of(COLOUR, rows=90, columns=70, frames=1, photometric="YBR_FULL")
    assert np.array_equal(read_back(form, after), read_back(form, before))


# Cut streams


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_cut_anywhere_is_refused_with_an_end_sewn_to_it(kind: str) -> None:
    data = stream(kind)
    assert refusal(data) is None
    last = scans_of(data)[-1].stop
    for at in range(2, last - LAST_BYTES, 1 if kind in SHORT_ONES else 5):
        with pytest.raises(Refused) as caught:
            check_arithmetic(data[:at] + END, read_jpeg(data).process)
        assert caught.value.code in CUT


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_within_any_scan_is_refused_though_all_others_are_whole(kind: str) -> None:
    data = stream(kind)
    for scan in scans_of(data):
        for at in range(scan.end + 1, scan.stop - LAST_BYTES, 1 if kind in SHORT_ONES else 5):
            assert refusal(data[:at] + data[scan.stop :]) in CUT


@pytest.mark.parametrize("kind", ["grey", "grey, 12 bits", "grey, every last coefficient"])
def test_what_a_cut_of_the_last_bytes_can_hide_are_the_last_blocks(kind: str) -> None:
    data, form = stream(kind), form_of(kind)
    (scan,) = scans_of(data)
    whole = read_back(form, data)
    for less in range(1, LAST_BYTES + 1):
        cut = data[: scan.stop - less] + END
        if refusal(cut) is None:
            assert np.array_equal(read_back(form, cut)[:-8], whole[:-8])


def test_a_part_without_a_byte_is_not_taken_for_a_flat_one() -> None:
    data = Arithmetic(ByHand(rows=80, columns=160, interval=50)).stream()
    assert refusal(data) is None
    for marker in (b"\xff\xd0", b"\xff\xd2"):
        at = data.index(marker) + 2
        behind = data.index(b"\xff\xd1" if marker == b"\xff\xd0" else END)
        for left in (b"", b"\0\0"):
            assert refusal(data[:at] + left + data[behind:]) is ReasonCode.TRUNCATED


def test_without_the_zeros_that_an_encoder_may_leave_out_a_stream_is_the_same() -> None:
    kept, dropped = (
        Arithmetic(ByHand(seed=seed), drops_zeros=keep).stream() for seed in (3,) for keep in (False, True)
    )
    assert len(dropped) <= len(kept)
    assert refusal(kept) is refusal(dropped) is None
    assert np.array_equal(read_back(form_of("grey"), kept), read_back(form_of("grey"), dropped))


@pytest.mark.parametrize("kind", ["bands", "bits", "bits, 4:2:0, restarts", "components apart"])
def test_a_stream_without_one_of_its_scans_or_with_one_twice_is_refused(kind: str) -> None:
    data = stream(kind)
    for scan in scans_of(data):
        assert refusal(data[: scan.start] + data[scan.stop :]) in CUT
        assert refusal(data[: scan.stop] + data[scan.start :]) is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("scans", [BITS[:-1], BITS[:-2] + BITS[-1:], BANDS[:1], BANDS[:2]])
def test_a_progression_that_was_never_ended_is_refused(scans) -> None:
    assert refusal(Arithmetic(ByHand(), scans).stream()) is ReasonCode.TRUNCATED


# What is hidden behind the last MCU


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", [b"Z", b"\xff\0", b"\0\1", b"Sentinel^Zoe" * 3])
def test_bytes_behind_the_last_mcu_of_any_scan_are_noticed_unless_they_are_part_of_the_image(
    kind: str, tail: bytes
) -> None:
    """Where zeros were left out, one more byte makes another number, and decisions that the image shows."""
    data, form = stream(kind), form_of(kind)
    for scan in scans_of(data)[:: 1 if kind in SHORT_ONES else 3]:
        longer = data[: scan.stop] + tail + data[scan.stop :]
        shows = (
            len(tail) <= 2
            and refusal(longer) is None
            and not np.array_equal(plainly(form, longer), plainly(form, data))
        )
        assert shows or refusal(longer) in CUT


def test_bytes_in_front_of_a_restart_marker_are_noticed() -> None:
    data = stream("grey, restarts")
    (scan,) = scans_of(data)
    at = data.index(b"\xff\xd0", scan.end)
    assert refusal(data[:at] + b"Z" + data[at:]) is ReasonCode.UNDECODABLE
    assert refusal(data[: at - 3] + data[at:]) is ReasonCode.TRUNCATED


@pytest.mark.parametrize("kind", ["grey", "bits", "4:2:0"])
@pytest.mark.parametrize("rows", [8, 16, 64])
def test_a_frame_header_of_another_size_than_was_coded_is_noticed(kind: str, rows: int) -> None:
    data = stream(kind)
    at = next(segment.content for segment in segments_of(data) if segment.marker in FRAMES) + 1
    assert refusal(data[:at] + struct.pack(">H", rows) + data[at + 2 :]) in CUT


@pytest.mark.parametrize("kind", ["grey", "bits", "4:2:0"])
def test_such_a_stream_never_leaves_as_it_is(kind: str) -> None:
    """Nothing shows that it holds its image only, nor are its blocks made black where they stand."""
    assert bare_jpeg(stream(kind)) is None
    assert not can_be_blackened(stream(kind))


# Streams that are wrong otherwise


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\0\x10\x10", b"\0\x01", b"\x04\x10", b"\x10\0", b"\x10\x40", b"\x14\x05", b"\x20\x05"]
)
def test_conditioning_that_there_is_not_is_refused(content: bytes) -> None:
    told = struct.pack(">BBH", 0xFF, DAC, len(content) + 2) + content
    data = stream("grey")
    assert refusal(data[:2] + told + data[2:]) is ReasonCode.UNDECODABLE


def test_conditioning_that_is_not_what_was_coded_with_is_noticed() -> None:
    data = stream("grey, conditioned")
    told = next(segment for segment in segments_of(data) if segment.marker == DAC)
    assert refusal(data[: told.start] + data[told.end :]) in CUT
    for content in (b"\0\x10\x10\x05", b"\x01\xff\x11\x3f", b"\x03\0\x13\x01"):  # as it is anyway, or of other areas
        segment = struct.pack(">BBH", 0xFF, DAC, len(content) + 2) + content
        assert refusal(stream("grey")[:2] + segment + stream("grey")[2:]) is None


@pytest.mark.parametrize("parameters", [(0, 62, 0), (1, 63, 0), (0, 0, 0), (0, 63, 1), (0, 63, 0x10)])
def test_a_sequential_scan_has_no_other_parameters(parameters: tuple[int, int, int]) -> None:
    data = stream("grey")
    (scan,) = scans_of(data)
    assert refusal(data[: scan.end - 3] + bytes(parameters) + data[scan.end :]) is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("parameters", [(0, 5, 0), (1, 64, 0), (5, 1, 0), (0, 0, 0x0E), (0, 0, 0x20), (0, 0, 0x12)])
def test_parameters_that_no_progressive_scan_has_are_refused(parameters: tuple[int, int, int]) -> None:
    data = stream("bits")
    for scan in scans_of(data):
        assert refusal(data[: scan.end - 3] + bytes(parameters) + data[scan.end :]) is ReasonCode.UNDECODABLE


def test_areas_that_there_are_not_are_refused() -> None:
    data = stream("grey")
    (scan,) = scans_of(data)
    for tables in (0x40, 0x04):
        wrong = data[: scan.content + 2] + bytes((tables,)) + data[scan.content + 3 :]
        assert refusal(wrong) is ReasonCode.UNDECODABLE


def test_restarts_that_are_not_announced_are_refused_and_the_reverse() -> None:
    data = stream("grey, restarts")
    announced = next(segment for segment in segments_of(data) if segment.marker == DRI)
    assert refusal(data[: announced.start] + data[announced.end :]) is ReasonCode.UNDECODABLE
    without = stream("grey")
    assert refusal(without[:2] + data[announced.start : announced.end] + without[2:]) is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xCB, 0xCD, 0xCE, 0xCF])
def test_lossless_and_hierarchical_processes_are_refused(marker: int) -> None:
    data = stream("grey")
    at = data.index(b"\xff\xc9") + 1
    with pytest.raises(Refused):
        read_back(form_of("grey"), data[:at] + bytes((marker,)) + data[at + 1 :])


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), part=st.floats(0, 1, exclude_max=True), damage=st.binary(min_size=1))
def test_a_damaged_stream_is_refused_or_followed_to_its_end(kind: str, part: float, damage: bytes) -> None:
    data = stream(kind)
    at = int(part * len(data))
    damaged = data[:at] + damage + data[at + len(damage) :]
    try:
        jpeg.look(damaged, form_of(kind))
    except Refused:
        return
    refusal(damaged)


@pytest.mark.parametrize("kind", ["grey", "4:2:0", "bits"])
def test_a_flipped_bit_anywhere_never_crashes(kind: str) -> None:
    data = stream(kind)
    for at in range(0, len(data) * 8, 17):
        flipped = bytearray(data)
        flipped[at >> 3] ^= 1 << (at & 7)
        try:
            jpeg.look(bytes(flipped), form_of(kind))
        except Refused:
            continue
        refusal(bytes(flipped))


@pytest.mark.parametrize("kind", ["grey, restarts", "bits"])
def test_the_kernel_and_its_source_agree(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interpreted, an index that leaves an array is an error."""
    data = stream(kind)
    first = scans_of(data)[0].end
    cuts = [data, *(data[:at] + b"\x5a" + data[at + 1 :] for at in range(first, len(data) - 2, 211))]
    compiled = [refusal(cut) for cut in cuts]
    monkeypatch.setattr("pixelclean.dicom.codecs.jpeg_arithmetic.compiled", lambda kernel, _signature: kernel)
    assert [refusal(cut) for cut in cuts] == compiled


def test_arguments_that_do_not_fit_together_are_noticed() -> None:
    def ended(
        end: int = 4, count: int = 2, first: int = 1, last: int = 63, refines: int = 0,
        unit: tuple[int, ...] = (0, 0, 0), bins: int = FIXED + 1, blocks: int = 2, rooms: int = 1, areas: int = 4,
    ) -> int:  # fmt: skip
        ends, counts = np.array([end]), np.array([count])
        known, statistics = np.zeros((blocks, 64), np.uint8), np.zeros(bins, np.uint8)
        conditioning = np.array([(0, 1, 5)] * areas)
        shifts, needed = np.zeros(rooms, np.int64), np.zeros(1, np.int64)
        return walk_arithmetic(
            np.zeros(4, np.uint8), ends, counts, np.array([unit]), conditioning, ESTIMATES, first, last, refines,
            statistics, np.zeros((4, 2), np.int64), known, shifts, needed,
        )  # fmt: skip

    assert ended() != UNFIT
    for wrong in ({"end": 5}, {"end": -1}, {"count": 3}, {"count": -1}, {"first": 64}, {"first": -1}, {"last": 64}):
        assert ended(**wrong) == UNFIT
    for wrong in ({"first": 0}, {"blocks": 0}, {"blocks": 3}, {"rooms": 2}, {"bins": FIXED}, {"areas": 3}):
        assert ended(**wrong) == UNFIT
    for unit in ((4, 0, 0), (0, 4, 0), (0, 0, 4), (-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0)):
        assert ended(unit=unit) == UNFIT
    assert ended(first=0, blocks=0, refines=1) == UNFIT


# As files


@pytest.mark.parametrize("syntax", ["4.51", "4.52", "4.54", "4.56"])
@pytest.mark.parametrize("kind", ["grey", "bits"])
def test_a_cut_file_is_refused_under_every_transfer_syntax(syntax: str, kind: str) -> None:
    data = stream(kind)
    for value, passes in ((data, True), (data[: len(data) - 60] + END, False)):
        made, padded = image(form_of(kind)), value + b"\0" * (len(value) % 2)
        items = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(each)) + each for each in (b"", padded))
        made["PixelData"] = pydicom.DataElement("PixelData", "OB", items, is_undefined_length=True)
        opened = open_frames(made, f"1.2.840.10008.1.2.{syntax}", LIMITS)
        if passes:
            assert opened.frame(0).shape == form_of(kind).shape
        else:
            with pytest.raises(Refused):
                opened.frame(0)
