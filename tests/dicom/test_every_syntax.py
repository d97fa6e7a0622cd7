"""The set of transfer syntaxes is closed, and what is decoded and encoded agrees with programs that share no code."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from made import COLOUR, EXPLICIT, GREY, LIMITS, image, noise, of, part10, written
from pydicom.uid import UID_dictionary

from pixelclean.dicom import SYNTAXES, Codec, PixelFormat, encode, lossless_target, open_frames, put_pixels, read, write
from pixelclean.dicom.codecs import ENCODERS, jpeg_2000, jpeg_xl
from pixelclean.dicom.codecs.jpeg_2000_segments import COD, SOT, TLM, header_end, segments
from pixelclean.dicom.source import read_bytes
from pixelclean.dicom.syntaxes import holds, syntax_of
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

ROOT = "1.2.840.10008.1.2"
NAMED = {uid: entry[0] for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"}
DEEP = of(GREY, rows=41, columns=53, frames=1, bits_stored=16, high_bit=15)
BYTES = of(DEEP, bits_allocated=8, bits_stored=8, high_bit=7)
RGB = of(COLOUR, rows=41, columns=53, frames=1)
YBR = of(RGB, photometric="YBR_FULL")
TWELVE = of(DEEP, bits_stored=12, high_bit=11)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., None]:
    """Runs a program with one of these files as its last two arguments, or skips where it is not installed."""

    def run_it(program: str, *arguments: object) -> None:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        subprocess.run([program, *map(str, arguments)], cwd=tmp_path, check=True, capture_output=True, timeout=60)

    return run_it


def smooth(form: PixelFormat) -> Words:
    """A frame that is easy to compress, with a little noise."""
    rows, columns, samples = form.shape
    waves = np.sin(np.arange(columns) / 9) + np.cos(np.arange(rows) / 7)[:, None]
    rng = np.random.default_rng(2)
    grey = (waves / 4 + 0.5 + rng.normal(0, 0.01, waves.shape)).clip(0, 1) * ((1 << form.bits_stored) - 1)
    return np.stack([np.roll(grey, 5 * index, axis=1) for index in range(samples)], axis=-1).astype(form.dtype)


def native(folder: Path, form: PixelFormat, frame: Words) -> Path:
    return saved(folder, form, [frame], EXPLICIT)


def saved(folder: Path, form: PixelFormat, frames: list[Words], syntax: str) -> Path:
    made = image(form)
    put_pixels(made, encode(frames, form, syntax))
    path = folder / f"{len(list(folder.iterdir()))}.dcm"
    write(made, syntax, path)
    return path


def ours(path: Path) -> Words:
    source = read(path, LIMITS)
    return open_frames(source.dataset, source.transfer_syntax, LIMITS).frame(0)


def raw(path: Path, form: PixelFormat) -> Words:
    """The samples of a native file that another program wrote."""
    dataset = pydicom.dcmread(path)
    assert not dataset.file_meta.TransferSyntaxUID.is_compressed
    words = np.frombuffer(dataset.PixelData, form.dtype.newbyteorder("<"), count=int(np.prod(form.shape)))
    if dataset.get("PlanarConfiguration", 0):
        return np.moveaxis(words.reshape(form.samples, form.rows, form.columns), 0, -1)
    return words.reshape(form.shape)


# The closed set


@pytest.mark.parametrize("uid", sorted(NAMED))
def test_every_transfer_syntax_of_the_standard_is_read_or_refused_by_its_name(uid: str) -> None:
    if uid in SYNTAXES:
        assert syntax_of(uid).uid == uid
        return
    with pytest.raises(Refused) as caught:
        syntax_of(uid)
    assert caught.value.code is ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX
    assert caught.value.detail.replace("&", "and") == NAMED[uid]


def test_a_file_in_a_private_syntax_is_refused_without_a_digit_of_it() -> None:
    for uid in ("1.2.826.0.1.3680043.19700101", "1.2.840.10008.1.2.4.19700101", f"{ROOT}.1 ", "Sentinel^Zoe"):
        with pytest.raises(Refused) as caught:
            read_bytes(part10(b"", uid), LIMITS)
        assert not any(letter.isdigit() for letter in caught.value.detail)
        assert "Sentinel" not in caught.value.detail


def test_the_private_syntax_with_two_byte_orders_is_known_by_name() -> None:
    with pytest.raises(Refused) as caught:
        syntax_of("1.2.840.113619.5.2")
    assert "GE" in caught.value.detail


# What is written, read by others


@pytest.mark.parametrize(
    ("ending", "form", "program"),
    [
        *((end, form, "dcmdjpeg +cn") for end in ("4.57", "4.70") for form in (BYTES, TWELVE, DEEP, RGB, YBR)),
        *((end, form, "dcmdjpls") for end in ("4.80", "4.81") for form in (BYTES, TWELVE, DEEP, RGB, YBR)),
        *(("5", form, "dcmdrle") for form in (BYTES, TWELVE, RGB, YBR)),
        *(
            (end, form, "gdcmconv --raw")
            for end in ("4.70", "4.80", "4.90", "5")
            for form in (BYTES, TWELVE, DEEP, RGB, YBR)
        ),
    ],
)
def test_other_programs_read_the_words_that_were_written(
    ending: str, form: PixelFormat, program: str, tmp_path: Path, run: Callable[..., None]
) -> None:
    frame = noise(form)[0]
    path = saved(tmp_path, form, [frame], f"{ROOT}.{ending}")
    run(*program.split(), path, "native.dcm")
    assert np.array_equal(raw(tmp_path / "native.dcm", form), frame)


@pytest.mark.parametrize("stored", range(1, 17))
@pytest.mark.parametrize("signed", [False, True])
def test_high_throughput_streams_of_any_depth_are_read_by_openjph_and_openjpeg(stored: int, signed: bool) -> None:
    form = of(DEEP, bits_stored=stored, high_bit=stored - 1, signed=signed)
    frame = noise(form)[0]
    stream = jpeg_2000.encode_high_throughput(frame, form)
    values = frame[..., 0].view(np.int16) if signed else frame[..., 0]
    assert np.array_equal(imagecodecs.htj2k_decode(stream), values)
    assert np.array_equal(imagecodecs.jpeg2k_decode(stream), values)


@pytest.mark.parametrize("codec", [Codec.JPEG_2000, Codec.HTJ2K])
@pytest.mark.parametrize("form", [BYTES, TWELVE, DEEP, RGB], ids=["8", "12", "16", "colour"])
def test_codestreams_are_read_by_the_program_of_openjpeg(
    codec: Codec, form: PixelFormat, tmp_path: Path, run: Callable[..., None]
) -> None:
    frame = noise(form)[0]
    (tmp_path / "frame.j2k").write_bytes(ENCODERS[codec](frame, form))
    run("opj_decompress", "-i", "frame.j2k", "-o", "frame.rawl")
    planes = np.fromfile(tmp_path / "frame.rawl", form.dtype).reshape(form.samples, form.rows, form.columns)
    assert np.array_equal(np.moveaxis(planes, 0, -1), frame)


@pytest.mark.parametrize("form", [BYTES, DEEP, RGB], ids=["8", "16", "colour"])
def test_jpeg_xl_is_read_by_djxl(form: PixelFormat, tmp_path: Path, run: Callable[..., None]) -> None:
    frame = noise(form)[0]
    (tmp_path / "frame.jxl").write_bytes(jpeg_xl.encode(frame, form))
    name = "frame.ppm" if form.samples == 3 else "frame.pgm"
    run("djxl", "frame.jxl", name)
    portable = (tmp_path / name).read_bytes()
    assert portable.endswith(frame.astype(form.dtype.newbyteorder(">")).tobytes())


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (64, 64), (65, 2049), (300, 500)])
def test_what_is_written_as_rpcl_is_what_the_standard_asks_for(rows: int, columns: int, tmp_path: Path) -> None:
    form = of(RGB, rows=rows, columns=columns)
    assert lossless_target(f"{ROOT}.4.202", form) == f"{ROOT}.4.202"
    stream = jpeg_2000.encode_high_throughput(smooth(form), form)
    end = header_end(stream, 2, SOT)
    header = dict(segments(stream, 2, end))
    progression, levels = header[COD][1], header[COD][5]
    assert progression == 2
    assert -(-max(rows, columns) // 2**levels) <= 64
    parts = list(struct.iter_unpack(">HL", header[TLM][2:]))
    position = end
    for number, (tile, length) in enumerate(parts):
        marker, _, index, told, part, count = struct.unpack_from(">HHHLBB", stream, position)
        assert (marker, index, tile, told, part, count) == (SOT, 0, 0, length, number, levels + 1)
        position += length
    assert stream[position:] == b"\xff\xd9"


def test_luma_and_chroma_find_a_place_in_every_family() -> None:
    deep = of(YBR, bits_allocated=16, bits_stored=12, high_bit=11)
    targets = {uid: (lossless_target(uid, YBR), lossless_target(uid, deep)) for uid in SYNTAXES}
    assert targets[f"{ROOT}.4.50"] == (f"{ROOT}.4.80", f"{ROOT}.4.70")
    assert targets[f"{ROOT}.4.70"] == (f"{ROOT}.4.70", f"{ROOT}.4.70")
    assert targets[f"{ROOT}.4.80"] == (f"{ROOT}.4.80", f"{ROOT}.4.70")
    assert targets[f"{ROOT}.4.202"] == (f"{ROOT}.4.202", f"{ROOT}.4.202")


def test_indices_into_a_palette_are_written_where_nothing_can_be_lost() -> None:
    indices = of(BYTES, photometric="PALETTE COLOR")
    assert lossless_target(f"{ROOT}.4.81", indices) == f"{ROOT}.4.80"
    assert lossless_target(f"{ROOT}.4.91", indices) == f"{ROOT}.4.90"
    assert lossless_target(f"{ROOT}.4.81", BYTES) == f"{ROOT}.4.81"


def test_long_words_stay_jpeg_2000_as_far_as_they_fit(tmp_path: Path) -> None:
    for stored, ending in ((24, "4.90"), (25, "1")):
        for signed in (False, True):
            form = of(DEEP, bits_allocated=32, bits_stored=stored, high_bit=stored - 1, signed=signed)
            target = lossless_target(f"{ROOT}.4.90", form)
            assert target == f"{ROOT}.{ending}"
            source = written(tmp_path, form, noise(form), target)
            assert np.array_equal(open_frames(source.dataset, target, LIMITS).frame(0), noise(form)[0])


def test_signed_colour_has_no_compressed_form() -> None:
    signed = of(RGB, signed=True)
    assert not any(holds(codec, signed) for codec in ENCODERS if codec not in (Codec.RLE, *UNCOMPRESSED))


UNCOMPRESSED = (Codec.PLAIN_FRAME, Codec.DEFLATED_FRAME)


# What others write, read here


def agrees(folder: Path, run: Callable[..., None], form: PixelFormat, encoder: str, decoder: str) -> Words:
    """What is read here from a file that `encoder` wrote; exactly what `decoder` reads from it."""
    run(*encoder.split(), native(folder, form, smooth(form)), "coded.dcm")
    run(*decoder.split(), "coded.dcm", "native.dcm")
    read_here = ours(folder / "coded.dcm")
    assert np.array_equal(read_here, raw(folder / "native.dcm", form))
    return read_here


@pytest.mark.parametrize("process", ["+eb", "+ee", "+es", "+ep"])
@pytest.mark.parametrize("form", [BYTES, TWELVE, RGB], ids=["8", "12", "colour"])
def test_lossy_jpeg_is_read_as_dcmtk_reads_it(
    process: str, form: PixelFormat, tmp_path: Path, run: Callable[..., None]
) -> None:
    if form is TWELVE and process == "+eb":
        pytest.skip("baseline has 8 bits")
    for sampling in ("+s4", "+s2", "+cr") if form is RGB else ("+s4",):
        agrees(tmp_path, run, form, f"dcmcjpeg {process} +q 95 {sampling}", "dcmdjpeg +cn")


@pytest.mark.parametrize("predictor", range(1, 8))
def test_every_predictor_and_a_point_transform_are_read(
    predictor: int, tmp_path: Path, run: Callable[..., None]
) -> None:
    for form in (DEEP, RGB):
        exact = agrees(tmp_path, run, form, f"dcmcjpeg +el +sv {predictor}", "dcmdjpeg +cn")
        assert np.array_equal(exact, smooth(form))
        agrees(tmp_path, run, form, f"dcmcjpeg +el +sv {predictor} +pt 2", "dcmdjpeg +cn")


@pytest.mark.parametrize("options", ["", "+en +md 3"], ids=["exact", "near"])
def test_jpeg_ls_is_read_in_every_order_of_samples(options: str, tmp_path: Path, run: Callable[..., None]) -> None:
    for form in (BYTES, TWELVE, DEEP):
        agrees(tmp_path, run, form, f"dcmcjpls {options}", "dcmdjpls")
    for order in ("+il", "+is", "+in"):
        for form in (RGB, YBR):
            agrees(tmp_path, run, form, f"dcmcjpls {options} {order}", "dcmdjpls")


@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [
        ("dcmcrle", "dcmdrle"),
        ("gdcmconv --jpeg", "dcmdjpeg +cn"),
        ("gdcmconv --jpegls", "dcmdjpls"),
        ("gdcmconv --j2k", "gdcmconv --raw"),
        ("dcmconv +td", "dcmconv +te"),
        ("dcmconv +tb", "dcmconv +te"),
        ("dcmconv +ti", "dcmconv +te"),
    ],
)
def test_what_is_coded_without_loss_comes_out_as_it_went_in(
    encoder: str, decoder: str, tmp_path: Path, run: Callable[..., None]
) -> None:
    for form in (BYTES, TWELVE, DEEP, RGB, YBR):
        assert np.array_equal(agrees(tmp_path, run, form, encoder, decoder), smooth(form))


@pytest.mark.parametrize(
    "options",
    [
        *(f"-p {order} -n 4 -r 20,10,1" for order in ("LRCP", "RLCP", "RPCL", "PCRL", "CPRL")),
        *(f"-p {order} -t 32,32 -c [16,16],[32,32] -b 16,16 -SOP -EPH" for order in ("LRCP", "RPCL", "CPRL")),
        *(f"-M {mode}" for mode in (1, 2, 4, 8, 16, 32, 63)),
        "-I -r 5",
        "-mct 0",
        "-d 5,7 -T 3,2 -t 32,32",
        "-ROI c=0,U=3",
        "-TLM -PLT -t 32,32",
        "-p RPCL -TP R -t 32,32",
    ],
)
def test_jpeg_2000_of_any_layout_is_read_as_openjpeg_reads_it(
    options: str, tmp_path: Path, run: Callable[..., None]
) -> None:
    (tmp_path / "in.rawl").write_bytes(np.moveaxis(smooth(RGB), -1, 0).tobytes())
    shape = f"{RGB.columns},{RGB.rows},3,8,u"
    run("opj_compress", "-i", "in.rawl", "-o", "coded.j2k", "-F", shape, *options.split())
    run("opj_decompress", "-i", "coded.j2k", "-o", "out.rawl")
    stream = (tmp_path / "coded.j2k").read_bytes()
    photometric = {"-mct 0": "RGB", "-I -r 5": "YBR_ICT"}.get(options, "YBR_RCT")
    form = jpeg_2000.look(stream, of(RGB, photometric=photometric))
    planes = np.fromfile(tmp_path / "out.rawl", np.uint8).reshape(3, RGB.rows, RGB.columns)
    assert form.photometric == "RGB"
    assert np.array_equal(jpeg_2000.decode(stream, form), np.moveaxis(planes, 0, -1))


def portable(frame: Words) -> bytes:
    rows, columns, samples = frame.shape
    most = (1 << 8 * frame.dtype.itemsize) - 1
    head = f"P{5 if samples == 1 else 6} {columns} {rows} {most}\n".encode()
    return head + frame.astype(frame.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize(
    ("options", "lossy"),
    [
        ("-d 0", False),
        ("-d 0 -e 1", False),
        ("-d 0 --container=1", False),
        ("-d 1", True),
        ("-d 1 -m 1", True),
        ("-d 1 -p", True),
    ],
)
@pytest.mark.parametrize("form", [BYTES, DEEP, RGB], ids=["8", "16", "colour"])
def test_jpeg_xl_is_read_as_djxl_reads_it(
    options: str, lossy: bool, form: PixelFormat, tmp_path: Path, run: Callable[..., None]
) -> None:
    name = "ppm" if form.samples == 3 else "pgm"
    (tmp_path / f"in.{name}").write_bytes(portable(smooth(form)))
    run("cjxl", f"in.{name}", "coded.jxl", *options.split())
    run("djxl", "coded.jxl", f"out.{name}")
    stream = (tmp_path / "coded.jxl").read_bytes()
    frame = jpeg_xl.decode(stream, jpeg_xl.look(stream, form))
    theirs = (tmp_path / f"out.{name}").read_bytes()[-frame.nbytes :]
    decoded = np.frombuffer(theirs, form.dtype.newbyteorder(">")).reshape(form.shape)
    assert np.abs(frame.astype(int) - decoded).max() <= int(lossy)  # two versions of a library round apart
    assert np.array_equal(frame, smooth(form)) is not lossy
    assert jpeg_xl.may_be_lossy(stream) is lossy


@pytest.mark.parametrize("keeping", ["1", "0"], ids=["rebuildable", "bare"])
def test_a_jpeg_inside_jpeg_xl_is_known_to_have_lost_something(
    keeping: str, tmp_path: Path, run: Callable[..., None]
) -> None:
    (tmp_path / "in.jpg").write_bytes(imagecodecs.jpeg8_encode(smooth(RGB), 90, subsampling="420"))
    run("cjxl", "in.jpg", "coded.jxl", "-j", "1", f"--jpeg_store_metadata={keeping}")
    stream = (tmp_path / "coded.jxl").read_bytes()
    assert jpeg_xl.may_be_lossy(stream)
    assert jpeg_xl.look(stream, of(RGB, photometric="YBR_FULL_422")).photometric == "RGB"


@pytest.mark.parametrize("options", ["", "-restart 1", "-scans script"])
def test_progressive_jpeg_is_read_as_djpeg_reads_it(options: str, tmp_path: Path, run: Callable[..., None]) -> None:
    (tmp_path / "in.pgm").write_bytes(portable(smooth(BYTES)))
    (tmp_path / "script").write_text(
        "0: 0-0, 0, 1; 0: 1-5, 0, 2; 0: 6-63, 0, 1; 0: 1-5, 2, 1; 0: 1-63, 1, 0; 0: 0-0, 1, 0;"
    )
    run("cjpeg", "-quality", "95", "-progressive", *options.split(), "-outfile", "coded.jpg", "in.pgm")
    run("djpeg", "-pnm", "-outfile", "out.pgm", "coded.jpg")
    made = image(BYTES)
    stream = (tmp_path / "coded.jpg").read_bytes()
    assert b"\xff\xc2" in stream
    stream += b"\0" * (len(stream) % 2)
    value = struct.pack("<HHL", 0xFFFE, 0xE000, 0) + struct.pack("<HHL", 0xFFFE, 0xE000, len(stream)) + stream
    made["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    frame = open_frames(made, f"{ROOT}.4.55", LIMITS).frame(0)
    assert (tmp_path / "out.pgm").read_bytes().endswith(frame.tobytes())


@pytest.mark.parametrize("ending", ["4.58", "4.59", "4.66"])
def test_lossless_arithmetic_coding_and_hierarchical_jpeg_are_refused_by_name(ending: str) -> None:
    with pytest.raises(Refused, match="JPEG") as caught:
        read_bytes(part10(b"", f"{ROOT}.{ending}"), LIMITS)
    assert caught.value.code is ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX


def test_names_of_syntaxes_are_told_apart() -> None:
    names = sorted(row.name for row in SYNTAXES.values())
    assert all(one != other for one, other in pairwise(names))
