"""Small invented images: one for a transfer syntax, a photometric interpretation and a depth.

Nobody is in them: a ramp, a ring, grain from a fixed seed, and a line that says who nobody is.  No encoder of
pixelclean is used, so that what it reads here was made by somebody else.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import made_streams
import made_video
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from pydicom import DataElement, Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID

Words = npt.NDArray[np.generic]
ROWS, COLUMNS, FRAMES = 48, 80, 2
TEXT = (6, 3, 74, 15)
"""Left, top, right, bottom of the invented name; on no edge of a block on purpose."""
ROOT = "1.2.840.10008."
IMPLICIT, BIG, DEFLATED = f"{ROOT}1.2", f"{ROOT}1.2.2", f"{ROOT}1.2.1.99"
NATIVE = (IMPLICIT, f"{ROOT}1.2.1", BIG, DEFLATED)
SUBSAMPLED = ("YBR_FULL_422", "YBR_PARTIAL_422")
_BY_SAMPLES = {
    1: {
        "1": "1.2.840.10008.5.1.4.1.1.7.1",
        "8": "1.2.840.10008.5.1.4.1.1.7.2",
    },
    3: {"8": "1.2.840.10008.5.1.4.1.1.7.4"},
}
_WORD, _PARAMETRIC_MAP, _VIDEO = (
    "1.2.840.10008.5.1.4.1.1.7.3",
    "1.2.840.10008.5.1.4.1.1.30",
    "1.2.840.10008.5.1.4.1.1.77.1.1.1",
)


@dataclass(frozen=True, slots=True)
class Depth:
    """How samples are stored; `floating` ones stand in Float or Double Float Pixel Data."""

    name: str
    allocated: int
    stored: int
    signed: bool = False
    floating: bool = False

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The type of a stored word, or of a float."""
        if self.floating:
            return np.dtype(f"f{self.allocated // 8}")
        return np.dtype(f"{'i' if self.signed else 'u'}{max(1, self.allocated // 8)}")


DEPTHS = (
    Depth("1", 1, 1),
    Depth("8", 8, 8),
    Depth("10", 16, 10),
    Depth("12", 16, 12),
    Depth("12 signed", 16, 12, signed=True),
    Depth("16", 16, 16),
    Depth("16 signed", 16, 16, signed=True),
    Depth("32", 32, 32),
    Depth("float", 32, 32, floating=True),
    Depth("double", 64, 64, floating=True),
)
PHOTOMETRICS = (
    "MONOCHROME1",
    "MONOCHROME2",
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_PARTIAL_422",
    "YBR_PARTIAL_420",
    "YBR_ICT",
    "YBR_RCT",
    "XYB",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the matrix."""

    syntax: str
    photometric: str
    depth: Depth

    @property
    def samples(self) -> int:
        """Samples for each pixel."""
        return 1 if self.photometric in PHOTOMETRICS[:3] else 3

    @property
    def name(self) -> str:
        """The name of the file that shows it."""
        photometric = self.photometric.lower().replace(" color", "").replace("_", "-")
        return f"{self.syntax.removeprefix(ROOT)}-{photometric}-{self.depth.name.replace(' ', '-')}.dcm"


def make(cell: Cell, folder: Path) -> Path:
    """The file of a cell; raises made_streams.NoEncoder with a reason where nothing here can encode it."""
    dataset = _described(cell)
    if cell.syntax in made_video.SYNTAXES:
        _put_video(dataset, cell)
    else:
        _put_frames(dataset, cell, [_stored(picture(frame), cell) for frame in range(FRAMES)])
    path = folder / cell.name
    _write(dataset, cell.syntax, path)
    return path


def write_refused(cell: Cell, folder: Path) -> Path:
    """A file in a transfer syntax that nobody here encodes: what is in its one fragment does not matter."""
    dataset = _described(cell)
    dataset.NumberOfFrames = 1
    dataset.PixelData = encapsulate([bytes(64)])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    path = folder / f"refused-{cell.name}"
    _write(dataset, cell.syntax, path)
    return path


@cache
def picture(frame: int, rows: int = ROWS, columns: int = COLUMNS) -> npt.NDArray[np.float64]:
    """A coloured picture, 0 to 1, (row, column, RGB): the name in its corner, and something else in every frame."""
    y, x = np.mgrid[0:rows, 0:columns]
    ring = np.hypot(y - rows * 0.65, x - columns * (0.35 + 0.2 * frame)) / rows
    grain = np.random.default_rng(17 + frame).normal(0, 0.03, (rows, columns, 3))
    ramps = np.stack([x / columns, y / rows, 1 - x / columns], axis=-1)
    shown = np.clip(0.15 + 0.6 * ramps * (0.6 + 0.4 * np.cos(ring * 18))[..., None] + grain, 0, 1)
    canvas = Image.new("L", (columns, rows))
    size = 12 * columns // COLUMNS
    ImageDraw.Draw(canvas).text((6, 2), "ZOE SENTINEL"[: 12 if frame == 0 else 8], fill=255, font=_font(size))
    return np.where(np.asarray(canvas)[..., None] > 100, 0.98, shown)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(9, size - 2))


def ybr(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Luma and chroma, 0 to 1 (PS3.3 C.7.6.3.1.2, YBR_FULL)."""
    red, green, blue = np.moveaxis(rgb, -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return np.stack([luma, (blue - luma) / 1.772 + 0.5, (red - luma) / 1.402 + 0.5], axis=-1)


def _stored(rgb: npt.NDArray[np.float64], cell: Cell) -> Words:
    """The words of one frame, (row, column, sample); what a component transform will be applied to is RGB."""
    depth = cell.depth
    if cell.samples == 1:
        shown = ybr(rgb)[..., :1]
        shown = 1 - shown if cell.photometric == "MONOCHROME1" else shown
    elif cell.photometric in ("YBR_FULL", *SUBSAMPLED):
        shown = ybr(rgb)
    else:
        shown = rgb
    if cell.photometric in SUBSAMPLED:
        shown = shown.copy()
        shown[:, 1::2, 1:] = shown[:, ::2, 1:]
    if depth.floating:
        return np.asarray((shown - 0.25).astype(depth.dtype))
    values = np.rint(np.clip(shown, 0, 1) * ((1 << depth.stored) - 1)).astype(np.int64)
    return np.asarray((values - (1 << depth.stored - 1) if depth.signed else values).astype(depth.dtype))


def _described(cell: Cell) -> Dataset:
    depth, made = cell.depth, Dataset()
    made.SOPClassUID = UID(_sop_class(cell))
    number = int.from_bytes(hashlib.sha256(cell.name.encode()).digest()[:8], "big")
    made.SOPInstanceUID = UID(f"1.2.826.0.1.3680043.10.9999.4.{number}")
    made.StudyInstanceUID, made.SeriesInstanceUID = (
        UID("1.2.826.0.1.3680043.10.9999.2"),
        UID("1.2.826.0.1.3680043.10.9999.3"),
    )
    made.PatientName, made.PatientID, made.Modality = "Sentinel^Zoe", "ZZ-SENTINEL-0001", "OT"
    made.BurnedInAnnotation = "YES"
    made.Rows, made.Columns, made.NumberOfFrames = ROWS, COLUMNS, FRAMES
    made.SamplesPerPixel, made.PhotometricInterpretation = cell.samples, cell.photometric
    made.BitsAllocated = depth.allocated
    if not depth.floating:
        made.BitsStored, made.HighBit = depth.stored, depth.stored - 1
        made.PixelRepresentation = int(depth.signed)
    if cell.samples > 1:
        made.PlanarConfiguration = 1 if cell.syntax.endswith("1.2.5") else 0
    if cell.photometric == "PALETTE COLOR":
        _add_palette(made, depth)
    return made


def _sop_class(cell: Cell) -> str:
    if cell.syntax in made_video.SYNTAXES:
        return _VIDEO
    return _PARAMETRIC_MAP if cell.depth.floating else _BY_SAMPLES[cell.samples].get(cell.depth.name, _WORD)


def _add_palette(dataset: Dataset, depth: Depth) -> None:
    """A palette whose darkest entry is neither the first nor the last."""
    count = 1 << depth.stored
    levels = np.linspace(0, 65535, count)
    dark = count // 3
    for shift, colour in enumerate(("Red", "Green", "Blue")):
        entries = np.roll(levels, dark + 7 * shift if count > 256 else dark).astype("<u2")
        entries[dark] = 0
        descriptor = DataElement(0x00281101 + shift, "US", [count % 65536, 0, 16])
        dataset.add(descriptor)
        setattr(dataset, f"{colour}PaletteColorLookupTableData", entries.tobytes())


def _put_frames(dataset: Dataset, cell: Cell, frames: list[Words]) -> None:
    if cell.syntax in NATIVE:
        _put_native(dataset, cell, frames)
        return
    streams = [made_streams.encode(frame, cell.syntax, cell.photometric, cell.depth) for frame in frames]
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


def _put_native(dataset: Dataset, cell: Cell, frames: list[Words]) -> None:
    depth, order = cell.depth, ">" if cell.syntax == BIG else "<"
    value = made_streams.native(frames, cell.photometric, depth, order)
    keyword = {True: {32: "FloatPixelData", 64: "DoubleFloatPixelData"}}.get(depth.floating, {}).get(depth.allocated)
    setattr(dataset, keyword or "PixelData", value)
    if keyword is None:
        dataset["PixelData"].VR = "OW" if depth.allocated > 8 or cell.syntax == IMPLICIT else "OB"


def _put_video(dataset: Dataset, cell: Cell) -> None:
    video = made_video.encode(cell.syntax, cell.depth.stored, picture)
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = video.rows, video.columns, video.frames
    dataset.CineRate, dataset.FrameTime = video.rate, f"{1000 / video.rate:g}"
    dataset.FrameIncrementPointer = 0x00181063
    dataset.LossyImageCompression, dataset.LossyImageCompressionMethod = "01", video.method
    dataset.LossyImageCompressionRatio = "20"
    # PS3.5 8.2.5 to 8.2.8: the whole stream is one fragment, and the offset table is empty.
    dataset.PixelData = encapsulate([video.stream], has_bot=False)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


def _write(dataset: Dataset, syntax: str, path: Path) -> None:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.ImplementationClassUID = UID("1.2.826.0.1.3680043.10.9999.1")
    if UID(syntax).is_transfer_syntax:
        dcmwrite(path, dataset, enforce_file_format=True)
        return
    # pydicom does not know the youngest transfer syntaxes yet; they are explicit and little endian.
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, dataset)
    with path.open("wb") as file:
        file.write(bytes(128) + b"DICM")
        write_file_meta_info(file, dataset.file_meta, enforce_standard=True)
        file.write(buffer.getvalue())
