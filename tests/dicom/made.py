"""Files made in the open, byte by byte where structure is tested."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom

from pixelclean.dicom import PixelFormat, Source, encode, put_pixels, read, write
from pixelclean.dicom.words import Words
from pixelclean.policy import Limits

EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
BIG = "1.2.840.10008.1.2.2"
LIMITS = Limits()
GREY = PixelFormat(6, 10, 2, 1, 16, 12, 11, signed=False, photometric="MONOCHROME2")
COLOUR = PixelFormat(6, 10, 2, 3, 8, 8, 7, signed=False, photometric="RGB")
LONG = ("OB", "OW", "SQ", "UN", "UT")
SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
ITEM_END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0)


def element(tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    """One Explicit VR Little Endian element; `length` lies when given."""
    said = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    return head + (struct.pack("<HL", 0, said) if vr in LONG else struct.pack("<H", said)) + value


def implicit(tag: int, value: bytes, length: int | None = None) -> bytes:
    """One Implicit VR Little Endian element, or an item."""
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def item(value: bytes, length: int | None = None) -> bytes:
    return implicit(0xFFFEE000, value, length)


def part10(body: bytes, syntax: str = EXPLICIT, sop_class: str = "1.2.840.10008.5.1.4.1.1.7") -> bytes:
    """Preamble, prefix, file meta information and a data set."""
    meta = element(0x00020002, "UI", _even(sop_class)) + element(0x00020010, "UI", _even(syntax))
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<L", len(meta))) + meta + body


def noise(form: PixelFormat, seed: int = 1) -> list[Words]:
    """Frames of random words of that format, signs extended, chroma shared where the format shares it."""
    rng = np.random.default_rng(seed)
    if form.dtype.kind == "f":
        return [rng.random(form.shape).astype(form.dtype) for _ in range(form.frames)]
    made = [rng.integers(0, 1 << form.bits_stored, form.shape).astype(form.dtype) for _ in range(form.frames)]
    if form.signed:
        unused = form.bits_allocated - form.bits_stored
        made = [((f << unused).view(f"i{f.itemsize}") >> unused).view(f.dtype) for f in made]
    if form.is_subsampled:
        for frame in made:
            frame[:, 1::2, 1:] = frame[:, ::2, 1:]
    return made


def image(form: PixelFormat) -> pydicom.Dataset:
    """A data set that describes such pixels, and has none yet."""
    made = pydicom.Dataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.826.0.1"
    made.PatientName = "Sentinel^Zoe"
    made.Rows, made.Columns, made.SamplesPerPixel = form.rows, form.columns, form.samples
    made.NumberOfFrames, made.PhotometricInterpretation = form.frames, form.photometric
    made.BitsAllocated, made.BitsStored, made.HighBit = form.bits_allocated, form.bits_stored, form.high_bit
    made.PixelRepresentation = int(form.signed)
    return made


def written(folder: Path, form: PixelFormat, frames: list[Words], syntax: str) -> Source:
    """Such an image, encoded, written and read again."""
    made = image(form)
    put_pixels(made, encode(frames, form, syntax))
    path = folder / f"{syntax}-{len(list(folder.iterdir()))}.dcm"
    write(made, syntax, path)
    return read(path, LIMITS)


def of(form: PixelFormat, **changes: object) -> PixelFormat:
    return replace(form, **changes)  # type: ignore[arg-type]


def _even(uid: str) -> bytes:
    return (uid + "\0" * (len(uid) % 2)).encode()
