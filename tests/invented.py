"""Invented images: tissue that nobody has, text that says who nobody is, and the data sets around them."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID

from pixelclean.dicom import (
    Frames,
    Kind,
    PixelFormat,
    Source,
    encode,
    open_frames,
    put_pixels,
    read_bytes,
    words_of,
    write,
)
from pixelclean.dicom.words import Words
from pixelclean.geometry import Box
from pixelclean.policy import Limits

LIMITS = Limits()
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
SYNTAX = "1.2.840.10008.1.2"
EXPLICIT, BIG = f"{SYNTAX}.1", f"{SYNTAX}.2"

GREY = PixelFormat(120, 200, 1, 1, 8, 8, 7, signed=False, photometric="MONOCHROME2")
DEEP = replace(GREY, bits_allocated=16, bits_stored=12, high_bit=11)
COLOUR = replace(GREY, samples=3, photometric="RGB")

Ink = npt.NDArray[np.bool_]


def of(form: PixelFormat, **changes: Any) -> PixelFormat:
    return replace(form, **changes)


def lettering(rows: int, columns: int, text: str, left: int, top: int, size: int) -> npt.NDArray[np.uint8]:
    """How much ink each pixel takes, 0 to 255; `size` is the height of the font in pixels."""
    canvas = Image.new("L", (columns, rows))
    ImageDraw.Draw(canvas).text((left, top), text, fill=255, font=ImageFont.load_default(size))
    return np.asarray(canvas)


def banner(rows: int = 120, columns: int = 200) -> Ink:
    """Where the two lines of an invented patient stand."""
    lines = (("SENTINEL ZOE", 8, 6, 20), ("03.02.1901", 8, 32, 18))
    return np.any([lettering(rows, columns, *line) > 100 for line in lines], axis=0)


def speckled(rows: int, columns: int, seed: int = 1) -> npt.NDArray[np.float64]:
    """Black with a disc of speckle below the middle, as an ultrasound image has it: 0 to 0.6."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns]
    inside = np.hypot((y - rows * 0.75) / rows * 3, (x - columns * 0.6) / columns * 3) < 0.7
    grain = np.hypot(rng.standard_normal((rows, columns)), rng.standard_normal((rows, columns)))
    return np.asarray(np.where(inside, np.clip(grain * 0.2, 0, 0.6), 0.0))


def with_banner(rows: int = 120, columns: int = 200, seed: int = 1) -> npt.NDArray[np.float64]:
    """Speckle and the two lines, 0 to 1."""
    return np.where(banner(rows, columns), 0.95, speckled(rows, columns, seed))


def words_for(picture: npt.NDArray[np.float64], form: PixelFormat) -> Words:
    """Stored words of `form` that show a picture of 0 (dark) to 1, whatever the photometric interpretation."""
    if form.kind is not Kind.INTEGER:
        return picture[..., np.newaxis].astype(form.dtype)
    shown = 1 - picture if form.photometric == "MONOCHROME1" else picture
    values = np.rint(shown * ((1 << form.bits_stored) - 1)).astype(np.int64)
    if form.signed:
        values -= 1 << (form.bits_stored - 1)
    stacked = np.repeat(values[..., np.newaxis], form.samples, axis=2)
    if form.photometric.startswith("YBR"):
        stacked[..., 1:] = 1 << (form.bits_stored - 1)
    return np.vectorize(lambda value: words_of(value, form), otypes=[form.dtype])(stacked).astype(form.dtype)


def described(form: PixelFormat, **attributes: Any) -> pydicom.Dataset:
    """A data set that describes such pixels, and has none yet."""
    made = pydicom.Dataset()
    made.SOPClassUID, made.SOPInstanceUID = UID(SECONDARY_CAPTURE), UID("1.2.826.0.1.3680043.10.9999.1.5")
    made.StudyInstanceUID, made.SeriesInstanceUID = (
        UID("1.2.826.0.1.3680043.10.9999.2"),
        UID("1.2.826.0.1.3680043.10.9999.3"),
    )
    made.PatientName, made.PatientID, made.Modality = "Sentinel^Zoe", "ZZ-SENTINEL-0001", "OT"
    made.Rows, made.Columns, made.SamplesPerPixel = form.rows, form.columns, form.samples
    made.PhotometricInterpretation, made.BitsAllocated = form.photometric, form.bits_allocated
    if form.frames > 1:
        made.NumberOfFrames = form.frames
    if form.kind is Kind.INTEGER:
        made.BitsStored, made.HighBit, made.PixelRepresentation = form.bits_stored, form.high_bit, int(form.signed)
    if form.samples > 1:
        made.PlanarConfiguration = form.planar
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def source_of(dataset: pydicom.Dataset, form: PixelFormat, frames: list[Words], syntax: str = EXPLICIT) -> Source:
    """The data set with these frames, as a file that pydicom wrote and pixelclean read."""
    put_pixels(dataset, encode(frames, form, syntax))
    return saved(dataset, syntax)


def saved(dataset: pydicom.Dataset, syntax: str) -> Source:
    """The data set as a file that pydicom wrote and pixelclean read."""
    return read_bytes(as_file(dataset, syntax), LIMITS)


def as_file(dataset: pydicom.Dataset, syntax: str) -> bytes:
    """The bytes that pydicom writes, or pixelclean where pydicom does not know the transfer syntax."""
    if not UID(syntax).is_transfer_syntax:
        with TemporaryDirectory() as folder:
            path = Path(folder, "made.dcm")
            write(dataset, syntax, path)
            return path.read_bytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    buffer = BytesIO()
    dataset.save_as(buffer, implicit_vr=syntax == SYNTAX, little_endian=syntax != BIG, enforce_file_format=True)
    return buffer.getvalue()


def opened(source: Source) -> Frames:
    return open_frames(source.dataset, source.transfer_syntax, LIMITS)


def all_of(frames: Frames) -> list[Words]:
    return [frames.frame(index) for index in range(len(frames))]


def covers(boxes: tuple[Box, ...], ink: Ink) -> float:
    """Share of the ink that lies in the boxes."""
    covered = np.zeros_like(ink)
    for box in boxes:
        covered[box.slices] = True
    return float((covered & ink).sum() / ink.sum())
