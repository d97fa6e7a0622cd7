"""Decoders that are not pixelclean's, each in a process of its own: stored words out of a DICOM file.

DCMTK (after jpegtran where the coding is arithmetic), GDCM, OpenJPEG's and libjxl's programs, ffmpeg, pydicom with pylibjpeg; what is left after them (bytes that are
not compressed, or deflated) is read by the few lines here.  None converts a colour.
"""

import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import UID

Words = npt.NDArray[np.generic]
ROOT = "1.2.840.10008.1.2"
NATIVE = (ROOT, f"{ROOT}.1", f"{ROOT}.1.99", f"{ROOT}.2")
JPEG = tuple(f"{ROOT}.4.{tail}" for tail in (50, 51, 53, 55, 57, 70))
ARITHMETIC = tuple(f"{ROOT}.4.{tail}" for tail in (52, 54, 56))
JPEG_LS = tuple(f"{ROOT}.4.{tail}" for tail in (80, 81))
JPEG_2000 = tuple(f"{ROOT}.4.{tail}" for tail in (90, 91))
HTJ2K = tuple(f"{ROOT}.4.{tail}" for tail in (201, 202, 203))
JPEG_XL = tuple(f"{ROOT}.4.{tail}" for tail in (110, 111, 112))
RLE = (f"{ROOT}.5",)
OURS = (f"{ROOT}.1.98", f"{ROOT}.8.1")
MPEG_2 = tuple(f"{ROOT}.4.{tail}" for tail in ("100", "100.1", "101", "101.1"))
VIDEO = tuple(f"{ROOT}.4.{major}{minor}" for major in range(100, 109) for minor in ("", ".1"))
SECONDS = 120


class Undecoded(Exception):
    """This decoder does not read this file; the message is ours, never the tool's."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """A way to read files of some transfer syntaxes: (frame, row, column, sample) of stored words."""

    name: str
    program: str | None
    syntaxes: tuple[str, ...]
    decode: Callable[[Path, Path], Words]

    @property
    def is_there(self) -> bool:
        """Whether its program is installed."""
        return self.program is None or shutil.which(self.program) is not None


def decoders() -> tuple[Decoder, ...]:
    """All that this script knows, installed or not."""
    return (
        Decoder("dcmtk dcmconv", "dcmconv", NATIVE, _through("dcmconv", "+te")),
        Decoder("dcmtk dcmdjpeg", "dcmdjpeg", JPEG, _through("dcmdjpeg", "--conv-never")),
        Decoder("jpegtran, dcmtk dcmdjpeg", "jpegtran", ARITHMETIC, _with_huffman_codes),
        Decoder("dcmtk dcmdjpls", "dcmdjpls", JPEG_LS, _through("dcmdjpls")),
        Decoder("dcmtk dcmdrle", "dcmdrle", RLE, _through("dcmdrle")),
        Decoder("gdcm", "gdcmconv", (*NATIVE, *JPEG, *JPEG_LS, *JPEG_2000, *RLE), _gdcm),
        Decoder("openjpeg", "opj_decompress", (*JPEG_2000, *HTJ2K), _openjpeg),
        Decoder("pylibjpeg-openjpeg", None, (*JPEG_2000, *HTJ2K), _pylibjpeg),
        Decoder("djxl", "djxl", JPEG_XL, _djxl),
        Decoder("numpy and zlib", None, OURS, _by_hand),
        Decoder("ffmpeg", "ffmpeg", VIDEO, _ffmpeg),
    )


def _run(*command: object) -> None:
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Undecoded("takes too long") from None
    if done.returncode:
        raise Undecoded(f"exit code {done.returncode}")


def _through(program: str, *options: str) -> Callable[[Path, Path], Words]:
    """A program that writes the file again without compression."""

    def decode(file: Path, spool: Path) -> Words:
        plain = spool / "plain.dcm"
        plain.unlink(missing_ok=True)
        _run(program, *options, file, plain)
        try:
            return _unpacked(dcmread(plain))
        except (OSError, ValueError, AttributeError, KeyError) as error:
            raise Undecoded(f"what it wrote is not readable: {type(error).__name__}") from None

    return decode


def _with_huffman_codes(file: Path, spool: Path) -> Words:
    """jpegtran codes the coefficients again, in a way that DCMTK reads."""
    dataset, recoded = dcmread(file), spool / "huffman.dcm"
    frames = generate_frames(dataset.PixelData, number_of_frames=_shape(dataset)[0])
    dataset.PixelData = encapsulate([_jpegtran(frame) for frame in frames])
    dataset.file_meta.TransferSyntaxUID = UID(f"{ROOT}.4.50")
    dataset.save_as(recoded)
    return _through("dcmdjpeg", "--conv-never")(recoded, spool)


def _jpegtran(frame: bytes) -> bytes:
    try:
        done = subprocess.run(["jpegtran"], input=frame, capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Undecoded("takes too long") from None
    if done.returncode:
        raise Undecoded(f"exit code {done.returncode}")
    return done.stdout


def _gdcm(file: Path, spool: Path) -> Words:
    dataset = dcmread(file, stop_before_pixels=True, force=True)
    if "422" in str(dataset.get("PhotometricInterpretation")) and dataset.get("BitsAllocated") == 16:
        raise Undecoded("takes words of 4:2:2 for bytes")
    return _through("gdcmconv", "--raw")(file, spool)


def _unpacked(dataset: Dataset) -> Words:
    """The words of native, little endian Pixel Data (PS3.5 8.1.1)."""
    for keyword, kind in (("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")):
        if keyword in dataset:
            return _cut(np.frombuffer(dataset[keyword].value, kind), dataset)
    value = bytes(dataset.PixelData)
    if dataset.BitsAllocated == 1:
        return _cut(np.unpackbits(np.frombuffer(value, np.uint8), bitorder="little"), dataset)
    words = np.frombuffer(
        value[: len(value) // (dataset.BitsAllocated // 8) * (dataset.BitsAllocated // 8)], _type(dataset)
    )
    shared = dataset.PhotometricInterpretation in ("YBR_FULL_422", "YBR_PARTIAL_422")
    return _full(words, dataset) if shared else _cut(words, dataset)


def _type(dataset: Dataset) -> np.dtype[np.generic]:
    return np.dtype(f"<u{dataset.BitsAllocated // 8}")


def _shape(dataset: Dataset) -> tuple[int, int, int, int]:
    return (
        int(dataset.get("NumberOfFrames") or 1),
        dataset.Rows,
        dataset.Columns,
        int(dataset.get("SamplesPerPixel") or 1),
    )


def _cut(words: Words, dataset: Dataset) -> Words:
    frames, rows, columns, samples = _shape(dataset)
    words = words[: frames * rows * columns * samples]
    if samples > 1 and dataset.get("PlanarConfiguration") == 1:
        return words.reshape(frames, samples, rows, columns).transpose(0, 2, 3, 1)
    return words.reshape(frames, rows, columns, samples)


def _full(words: Words, dataset: Dataset) -> Words:
    """Y Y Cb Cr for two pixels as samples of both (PS3.3 C.7.6.3.1.2)."""
    frames, rows, columns, _ = _shape(dataset)
    pairs = words[: frames * rows * columns * 2].reshape(frames, rows, columns // 2, 4)
    full = np.repeat(pairs[..., [0, 2, 3]], 2, axis=2)
    full[:, :, 1::2, 0] = pairs[..., 1]
    return full


def _streams(dataset: Dataset) -> Iterator[bytes]:
    return generate_frames(dataset.PixelData, number_of_frames=_shape(dataset)[0])


def _each(file: Path, read: Callable[[bytes, Dataset], Words]) -> Words:
    """Every frame's stream through one step."""
    try:
        dataset = dcmread(file)
        return np.stack([read(stream, dataset) for stream in _streams(dataset)])
    except (OSError, ValueError, AttributeError, KeyError, zlib.error) as error:
        raise Undecoded(f"frames: {type(error).__name__}") from None


def _by_hand(file: Path, _spool: Path) -> Words:
    def read(stream: bytes, dataset: Dataset) -> Words:
        deflated = dataset.file_meta.TransferSyntaxUID.endswith(".8.1")
        one = Dataset()
        one.update(dataset)
        one.NumberOfFrames = 1
        one.PixelData = zlib.decompressobj(-15).decompress(stream) if deflated else stream
        return np.asarray(_unpacked(one)[0])

    return _each(file, read)


def _openjpeg(file: Path, spool: Path) -> Words:
    def read(stream: bytes, dataset: Dataset) -> Words:
        coded = spool / ("frame.j2k" if stream.startswith(b"\xff\x4f") else "frame.jp2")
        raw = spool / "frame.rawl"
        raw.unlink(missing_ok=True)
        coded.write_bytes(stream)
        _run("opj_decompress", "-i", coded, "-o", raw)
        _, rows, columns, samples = _shape(dataset)
        planes = np.frombuffer(raw.read_bytes(), np.uint8)
        size = len(planes) // (rows * columns * samples)
        words = planes[: rows * columns * samples * size].view(f"<u{size}").reshape(samples, rows, columns)
        return np.ascontiguousarray(words.transpose(1, 2, 0))

    return _each(file, read)


def _pylibjpeg(file: Path, _spool: Path) -> Words:
    try:
        dataset = dcmread(file)
        decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
        array, _ = decoder.as_array(dataset, decoding_plugin="pylibjpeg", raw=True)
        return np.asarray(array).reshape(_shape(dataset))
    except Exception as error:  # noqa: BLE001 - plugins raise anything
        raise Undecoded(type(error).__name__) from None


def _djxl(file: Path, spool: Path) -> Words:
    def read(stream: bytes, dataset: Dataset) -> Words:
        coded, shown = spool / "frame.jxl", spool / ("frame.pgm" if _shape(dataset)[3] == 1 else "frame.ppm")
        shown.unlink(missing_ok=True)
        coded.write_bytes(stream)
        _run("djxl", coded, shown)
        words = _portable(shown.read_bytes())
        if dataset.BitsStored in (8, 16):
            return words
        # djxl 0.7 writes words of 16 bits whatever largest value its header names.
        return np.rint(words * (((1 << dataset.BitsStored) - 1) / 65535)).astype(words.dtype)

    return _each(file, read)


def _portable(data: bytes) -> Words:
    """A binary PGM or PPM: big endian words where the largest value needs two bytes."""
    kind, columns, rows, largest = data.split(maxsplit=4)[:4]
    start = len(data) - int(columns) * int(rows) * (3 if kind == b"P6" else 1) * (2 if int(largest) > 255 else 1)
    words = np.frombuffer(data[start:], ">u2" if int(largest) > 255 else "u1")
    return words.reshape(int(rows), int(columns), -1).astype(words.dtype.newbyteorder("<"))


def _ffmpeg(file: Path, spool: Path) -> Words:
    """Luma only: what a picture shows in YUV 4:2:0, 8 bits or 10 as they are stored."""
    dataset = dcmread(file)
    coded, raw = spool / "video.bin", spool / "video.raw"
    raw.unlink(missing_ok=True)
    coded.write_bytes(b"".join(generate_frames(dataset.PixelData, number_of_frames=1)))
    layout = "gray" if dataset.BitsStored == 8 else f"gray{dataset.BitsStored}le"
    _run("ffmpeg", "-y", "-v", "error", "-i", coded, "-map", "0:v:0", "-vf", "extractplanes=y",
         "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", layout, raw)  # fmt: skip
    words = np.frombuffer(raw.read_bytes(), np.uint8 if layout == "gray" else "<u2")
    return words.reshape(-1, dataset.Rows, dataset.Columns, 1)
