"""Videos made in the open, by PyAV: moving blobs, an invented name burned in, and whatever else a test needs beside."""

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from invented import described
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.fragments import encapsulate_stream
from pixelclean.dicom.words import Words
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.plan import Plan

av = pytest.importorskip("av", reason="PyAV, the extra pixelclean[video], is not installed: video is NOT tested")

ROOT = "1.2.840.10008.1.2.4."
ROWS, COLUMNS, FRAMES = 96, 128, 12
NAME = b"SENTINEL^ZOE"
TEXT = Box(6, 5, 90, 31)
PLAN = Plan(ROWS, COLUMNS, FRAMES, (Region(TEXT, Act.MASK, Origin.RULE, "test"),))
_QUIET = {"libx265": {"x265-params": "log-level=none"}}


@dataclass(frozen=True)
class Recipe:
    """What to make, and the transfer syntax that it goes into."""

    uid: str
    encoder: str
    container: str
    sampling: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    audio: str = ""
    title: str = ""
    rows: int = ROWS
    columns: int = COLUMNS
    frames: int = FRAMES
    times: tuple[int, ...] = ()
    full_range: int = 0
    noise: int = 12
    change: Callable[[bytes], bytes] = bytes

    @property
    def syntax(self) -> str:
        return ROOT + self.uid

    @property
    def format(self) -> PixelFormat:
        deep = self.sampling.endswith("10le")
        bits = (16, 10, 9) if deep else (8, 8, 7)
        return PixelFormat(self.rows, self.columns, self.frames, 3, *bits, signed=False, photometric="YBR_PARTIAL_420")


EACH = (
    Recipe("100", "mpeg2video", "mpegts"),
    Recipe("100", "mpeg2video", "vob"),
    Recipe("101", "mpeg2video", "mpeg2video"),
    Recipe("101.1", "mpeg2video", "mp4"),
    Recipe("102", "libx264", "mp4"),
    Recipe("102.1", "libx264", "mpegts"),
    Recipe("103", "libx264", "mpegts"),
    Recipe("105", "libx264", "mp4"),
    Recipe("107", "libx265", "mp4"),
    Recipe("107", "libx265", "mpegts"),
    Recipe("108", "libx265", "mp4", "yuv420p10le"),
)

# MP4 states rates of MPEG-2 that were measured, and measures them again when it is written again.
STABLE = tuple(recipe for recipe in EACH if (recipe.encoder, recipe.container) != ("mpeg2video", "mp4"))


def names(recipes: tuple[Recipe, ...]) -> list[str]:
    return [f"{recipe.uid}-{recipe.container}" for recipe in recipes]


def picture(index: int, rows: int, columns: int, noise: int = 12) -> Words:
    """One RGB frame: a gradient, a blob that moves, so many steps of noise, and the burned-in name."""
    rng = np.random.default_rng(index)
    shade = np.linspace(20, 160, columns).astype(np.uint8)
    made = np.broadcast_to(shade[None, :, None], (rows, columns, 3)).copy()
    made += rng.integers(0, noise, made.shape, dtype=np.uint8)
    cv2.circle(made, (20 + 5 * index, rows - 25), 14, (200, 60, 90), -1)
    cv2.putText(made, "SENTINEL ZOE", (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (250, 250, 250), 1)
    return made


def video(recipe: Recipe) -> bytes:
    """The bytes of such a file."""
    file = io.BytesIO()
    with av.open(file, "w", format=recipe.container) as made:
        stream = made.add_stream(recipe.encoder, rate=25, options=_QUIET.get(recipe.encoder, {}) | recipe.options)
        stream.width, stream.height, stream.pix_fmt = recipe.columns, recipe.rows, recipe.sampling
        if recipe.encoder == "mpeg2video":
            stream.bit_rate = 3_000_000
        if recipe.full_range:
            stream.codec_context.color_range = recipe.full_range
        sound = made.add_stream(recipe.audio, rate=48000) if recipe.audio else None
        if recipe.title:
            made.metadata["title"] = recipe.title
            made.metadata["service_name"] = recipe.title
        for packet in _packets(stream, recipe):
            made.mux(packet)
        for packet in _noise(sound) if sound else ():
            made.mux(packet)
    return file.getvalue()


def file_of(recipe: Recipe, folder: Path, stream: bytes | None = None) -> Path:
    """Such a video, or this stream in its place, as a file of somebody invented."""
    dataset = described(recipe.format, Modality="US")
    dataset.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.77.1.4.1")
    dataset.Modality = "XC"
    dataset["PixelData"] = pydicom.DataElement(
        "PixelData", "OB", encapsulate_stream(video(recipe) if stream is None else stream), is_undefined_length=True
    )
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(recipe.syntax)
    dataset.is_undefined_length = True
    path = folder / "made.dcm"
    dataset.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return path


def _packets(stream: av.VideoStream, recipe: Recipe) -> Iterator[av.Packet]:
    for index in range(recipe.frames):
        frame = av.VideoFrame.from_ndarray(picture(index, recipe.rows, recipe.columns, recipe.noise), "rgb24")
        frame = frame.reformat(format=recipe.sampling)
        if recipe.times:
            frame.pts, frame.time_base = recipe.times[index], Fraction(1, 25)
        for packet in stream.encode(frame):
            yield _changed(packet, stream, recipe)
    for packet in stream.encode(None):
        yield _changed(packet, stream, recipe)


def _changed(packet: av.Packet, stream: av.VideoStream, recipe: Recipe) -> av.Packet:
    made = av.Packet(recipe.change(bytes(packet)))
    made.pts, made.dts, made.time_base, made.duration = packet.pts, packet.dts, packet.time_base, packet.duration
    made.is_keyframe, made.stream = packet.is_keyframe, stream
    return made


def _noise(stream: av.AudioStream) -> Iterator[av.Packet]:
    for index in range(20):
        layout, form = stream.codec_context.layout.name, stream.codec_context.format.name
        planes = 2 if form.endswith("p") else 1
        kind = np.float32 if form.startswith("flt") else np.int16
        samples = np.zeros((planes, 1152 * 2 // planes), kind)
        frame = av.AudioFrame.from_ndarray(samples, format=form, layout=layout)
        frame.sample_rate, frame.pts = 48000, index * 1152
        yield from stream.encode(frame)
    yield from stream.encode(None)


def decoded_by_ffmpeg(data: bytes, recipe: Recipe) -> Words:
    """All frames as (frame, row, column) of luma, by the program ffmpeg and not by the library."""

    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed: no independent look at the video")
    deep = recipe.sampling.endswith("10le")
    sampling = "gray10le" if deep else "gray"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        "-",
        "-vf",
        "extractplanes=y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        sampling,
        "-fps_mode",
        "passthrough",
        "-",
    ]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    assert not done.stderr
    words = np.frombuffer(done.stdout, "<u2" if deep else np.uint8)
    return words.reshape(-1, recipe.rows, recipe.columns)
