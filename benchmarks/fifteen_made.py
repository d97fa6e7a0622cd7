"""The fifteen files of the comparison: one encoding each, 1024 x 768, an invented name in the top 60 rows.

The same kinds as in an earlier comparison of the field's tools: what breaks in practice, not what is rare.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imagecodecs
import made_streams
import numpy as np
import numpy.typing as npt
from made_pixels import Depth, ybr
from PIL import Image, ImageDraw, ImageFont
from pydicom import Dataset, Sequence, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

ROWS, COLUMNS, BANNER = 768, 1024, 60
BOX = (0, 0, COLUMNS, BANNER)
_ROOT = "1.2.840.10008.1.2"
EXPLICIT, DEFLATED, RLE = f"{_ROOT}.1", f"{_ROOT}.1.99", f"{_ROOT}.5"
_SC, _US, _US_CINE, _CR, _CT = (f"1.2.840.10008.5.1.4.1.1.{tail}" for tail in ("7", "6.1", "3.1", "1", "2"))
_LINES = (("SENTINEL^ZOE  ZZ-SENTINEL-0001", 12, 4), ("03.02.1901 F   04/03/2001 10:11:13", 12, 31))
BYTE, _TWELVE, _SIGNED = Depth("8", 8, 8), Depth("12", 16, 12), Depth("16 signed", 16, 16, signed=True)
Pictures = list[npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Made:
    """One file: what it is, and where it lies."""

    kind: str
    path: Path


def make_all(folder: Path) -> tuple[Made, ...]:
    """The fifteen files, in the order of the table."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number, (kind, make) in enumerate(_KINDS.items(), 1):
        dataset = make()
        path = folder / f"{number:02d}.dcm"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(
            f"1.2.826.0.1.3680043.10.9999.6.{number}"
        )
        dcmwrite(path, dataset, enforce_file_format=True)
        made.append(Made(kind, path))
    return tuple(made)


@cache
def ink() -> npt.NDArray[np.bool_]:
    """Where the letters stand."""
    canvas = Image.new("L", (COLUMNS, ROWS))
    for text, left, top in _LINES:
        ImageDraw.Draw(canvas).text((left, top), text, fill=255, font=ImageFont.load_default(22))
    return np.asarray(canvas) > 100


@cache
def scene(frame: int, *, with_text: bool = True) -> npt.NDArray[np.float64]:
    """A dark console with a coloured sector of speckle, 0 to 1, (row, column, RGB)."""
    rng = np.random.default_rng(600 + frame)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    reach, angle = np.hypot(y - 70, x - 512), np.abs(np.arctan2(x - 512, y - 70))
    inside = (reach > 40) & (reach < 660) & (angle < 0.6) & (y > 70)
    grain = np.hypot(rng.standard_normal((ROWS, COLUMNS)), rng.standard_normal((ROWS, COLUMNS))) * 0.22
    grey = np.where(inside, np.clip(grain * (1 - reach / 900), 0, 0.8), 0.03)
    flow = np.hypot(y - 380 - 12 * frame, x - 500) < 70
    colours = np.stack([grey, grey, grey], axis=-1)
    colours[flow] = colours[flow] * 0.4 + np.array([0.55, 0.12, 0.08])
    colours[120:620, 960:980] = np.linspace([0.9, 0.2, 0.1], [0.1, 0.3, 0.9], 500)[:, None]
    if with_text:
        colours[ink()] = 0.95
    return colours


def _grey(frame: int = 0, *, with_text: bool = True) -> npt.NDArray[np.float64]:
    return ybr(scene(frame, with_text=with_text))[..., :1]


def described(sop_class: str, modality: str, photometric: str, depth: Depth, syntax: str, frames: int = 1) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    made.StudyInstanceUID, made.SeriesInstanceUID = (
        UID("1.2.826.0.1.3680043.10.9999.7"),
        UID("1.2.826.0.1.3680043.10.9999.8"),
    )
    made.StudyDate, made.StudyTime, made.AccessionNumber = "20010304", "101113", "ZZ-SENTINEL-0002"
    made.PatientName, made.PatientID, made.PatientBirthDate = "Sentinel^Zoe", "ZZ-SENTINEL-0001", "19010203"
    made.Modality, made.Manufacturer, made.BurnedInAnnotation = modality, "Nobody", "YES"
    made.StudyID, made.SeriesNumber, made.InstanceNumber = "1", 1, 1
    made.Rows, made.Columns, made.SamplesPerPixel = ROWS, COLUMNS, 3 if photometric[:3] in ("RGB", "YBR") else 1
    made.PhotometricInterpretation, made.BitsAllocated = photometric, depth.allocated
    made.BitsStored, made.HighBit, made.PixelRepresentation = depth.stored, depth.stored - 1, int(depth.signed)
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = 0
    if frames > 1:
        made.NumberOfFrames, made.FrameTime, made.FrameIncrementPointer = frames, "40", 0x00181063
    return made


def _words(shown: npt.NDArray[np.float64], depth: Depth) -> npt.NDArray[np.generic]:
    values = np.rint(np.clip(shown, 0, 1) * ((1 << depth.stored) - 1)).astype(np.int64)
    return (values - (1 << depth.stored - 1) if depth.signed else values).astype(depth.dtype)


def _native(dataset: Dataset, pictures: Pictures, depth: Depth) -> Dataset:
    words = [_words(picture, depth) for picture in pictures]
    dataset.PixelData = made_streams.native(words, dataset.PhotometricInterpretation, depth, "<")
    dataset["PixelData"].VR = "OW" if depth.allocated > 8 else "OB"
    return dataset


def _coded(dataset: Dataset, pictures: Pictures, depth: Depth) -> Dataset:
    syntax, photometric = dataset.file_meta.TransferSyntaxUID, dataset.PhotometricInterpretation
    streams = [made_streams.encode(_words(picture, depth), syntax, photometric, depth) for picture in pictures]
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def _rgb() -> Dataset:
    return _native(described(_US, "US", "RGB", BYTE, EXPLICIT), [scene(0)], BYTE)


def _rle() -> Dataset:
    dataset = described(_US, "US", "RGB", BYTE, RLE)
    dataset.PlanarConfiguration = 1
    return _coded(dataset, [scene(0)], BYTE)


def _jpeg_2000() -> Dataset:
    return _coded(described(_US, "US", "YBR_RCT", BYTE, f"{_ROOT}.4.90"), [scene(0)], BYTE)


def _jpeg_ls() -> Dataset:
    return _coded(described(_US, "US", "MONOCHROME2", BYTE, f"{_ROOT}.4.80"), [_grey()], BYTE)


def _cine() -> Dataset:
    dataset = described(_US_CINE, "US", "YBR_FULL_422", BYTE, f"{_ROOT}.4.50", frames=5)
    dataset.LossyImageCompression, dataset.LossyImageCompressionMethod = "01", "ISO_10918_1"
    frames = [_words(scene(frame), BYTE) for frame in range(5)]
    streams = [
        bytes(imagecodecs.jpeg8_encode(frame, 85, colorspace="rgb", outcolorspace="ycbcr", subsampling="422"))
        for frame in frames
    ]
    dataset.LossyImageCompressionRatio = f"{sum(f.nbytes for f in frames) / sum(map(len, streams)):.1f}"
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def _ybr() -> Dataset:
    return _native(described(_US, "US", "YBR_FULL", BYTE, EXPLICIT), [ybr(scene(0))], BYTE)


def _ybr_shared() -> Dataset:
    return _native(described(_US, "US", "YBR_FULL_422", BYTE, EXPLICIT), [ybr(scene(0))], BYTE)


def _palette() -> Dataset:
    """Index 0 is black: the kind that tools get right by chance as well."""
    dataset = described(_US, "US", "PALETTE COLOR", BYTE, EXPLICIT)
    levels = np.linspace(0, 65535, 256).astype("<u2")
    for colour, table in (("Red", levels), ("Green", levels), ("Blue", np.minimum(levels, 52000))):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table.tobytes())
    return _native(dataset, [_grey()], BYTE)


def _capture() -> Dataset:
    return _native(described(_SC, "OT", "MONOCHROME2", _TWELVE, EXPLICIT), [_grey()], _TWELVE)


def _radiograph() -> Dataset:
    return _native(described(_CR, "CR", "MONOCHROME1", _TWELVE, EXPLICIT), [1 - _grey()], _TWELVE)


def _signed() -> Dataset:
    dataset = described(_CT, "CT", "MONOCHROME2", _SIGNED, EXPLICIT)
    dataset.RescaleIntercept, dataset.RescaleSlope = "0", "1"
    return _native(dataset, [_grey()], _SIGNED)


def _some_frames() -> Dataset:
    dataset = described(_US_CINE, "US", "MONOCHROME2", BYTE, EXPLICIT, frames=5)
    return _native(dataset, [_grey(frame, with_text=frame in (1, 2)) for frame in range(5)], BYTE)


def _icon_and_overlay() -> Dataset:
    dataset = _native(described(_US, "US", "RGB", BYTE, EXPLICIT), [scene(0)], BYTE)
    icon = Dataset()
    icon.Rows, icon.Columns, icon.SamplesPerPixel, icon.PhotometricInterpretation = 48, 64, 1, "MONOCHROME2"
    icon.BitsAllocated, icon.BitsStored, icon.HighBit, icon.PixelRepresentation = 8, 8, 7, 0
    icon.PixelData = _words(_grey(), BYTE)[::16, ::16].tobytes()
    icon["PixelData"].VR = "OB"
    dataset.IconImageSequence = Sequence([icon])
    bits = np.packbits(ink().reshape(-1), bitorder="little").tobytes()
    for element, vr, value in (
        (0x0010, "US", ROWS), (0x0011, "US", COLUMNS), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1), (0x0102, "US", 0), (0x3000, "OW", bits),
    ):  # fmt: skip
        dataset.add_new(0x60000000 | element, vr, value)
    return dataset


def _planes() -> Dataset:
    dataset = described(_US, "US", "RGB", BYTE, EXPLICIT)
    dataset.PlanarConfiguration = 1
    dataset.PixelData = _words(scene(0), BYTE).transpose(2, 0, 1).tobytes()
    dataset["PixelData"].VR = "OB"
    return dataset


def _deflated() -> Dataset:
    return _native(described(_SC, "OT", "MONOCHROME2", BYTE, DEFLATED), [_grey()], BYTE)


_KINDS: dict[str, Callable[[], Dataset]] = {
    "RGB, explicit": _rgb,
    "RGB, RLE": _rle,
    "RGB, JPEG 2000": _jpeg_2000,
    "grey, JPEG-LS": _jpeg_ls,
    "YBR_FULL_422, JPEG baseline, 5 frames": _cine,
    "YBR_FULL, uncompressed": _ybr,
    "YBR_FULL_422, uncompressed": _ybr_shared,
    "PALETTE COLOR": _palette,
    "MONOCHROME2, 12 bits": _capture,
    "MONOCHROME1, 12 bits": _radiograph,
    "MONOCHROME2, signed": _signed,
    "grey, 5 frames, text in 2": _some_frames,
    "icon and overlay": _icon_and_overlay,
    "Planar Configuration 1": _planes,
    "deflated": _deflated,
}
