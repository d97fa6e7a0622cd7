"""PixelFormat: what the attributes of the Image Pixel Module say about every frame, checked."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import pydicom

from pixelclean.dicom.stored import Value
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode


class Kind(StrEnum):
    """Which of the three pixel data attributes holds the samples (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25)."""

    INTEGER = "integer"
    FLOAT = "float"
    DOUBLE = "double"


PIXEL_KEYWORDS = {Kind.INTEGER: "PixelData", Kind.FLOAT: "FloatPixelData", Kind.DOUBLE: "DoubleFloatPixelData"}
DEEPEST_JPEG_2000 = 24
"""Bits of a sample: OpenJPEG gives back no more of them."""
_FLOAT_BITS = {Kind.FLOAT: 32, Kind.DOUBLE: 64}

_SAMPLES = {
    "MONOCHROME1": 1,
    "MONOCHROME2": 1,
    "PALETTE COLOR": 1,
    "RGB": 3,
    "YBR_FULL": 3,
    "YBR_FULL_422": 3,
    "YBR_PARTIAL_420": 3,
    "YBR_PARTIAL_422": 3,
    "YBR_ICT": 3,
    "YBR_RCT": 3,
    "XYB": 3,
}
_SUBSAMPLED = ("YBR_FULL_422", "YBR_PARTIAL_422")


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """The layout of an image of `frames` frames of `rows` by `columns` pixels of `samples` samples.

    `planar` is Planar Configuration: 0 by pixel, 1 by plane.  `photometric` is the photometric interpretation.
    `swapped` says that native bytes stand in pairs swapped: 8-bit samples in OW words, Big Endian (PS3.5 Annex D).
    """

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: int = 0
    kind: Kind = Kind.INTEGER
    swapped: bool = False

    @classmethod
    def of(cls, dataset: pydicom.Dataset) -> Self:
        """The format that the attributes of a data set state.

        Raises Refused(NO_PIXEL_DATA) without pixel data, Refused(INCONSISTENT_PIXEL_DATA) where the attributes are
        missing or contradict each other.  An absent High Bit is Bits Stored - 1, absent or 0 frames are 1 frame.
        """
        kind = kind_of(dataset)
        samples = _whole(dataset, "SamplesPerPixel", 1 if kind is not Kind.INTEGER else None)
        bits = _whole(dataset, "BitsAllocated")
        stored = _whole(dataset, "BitsStored", bits if kind is not Kind.INTEGER else None)
        made = cls(
            rows=_whole(dataset, "Rows"),
            columns=_whole(dataset, "Columns"),
            frames=_whole(dataset, "NumberOfFrames", 1) or 1,
            samples=samples,
            bits_allocated=bits,
            bits_stored=stored,
            high_bit=_whole(dataset, "HighBit", stored - 1),
            signed=_whole(dataset, "PixelRepresentation", 0) == 1,
            photometric=_photometric(dataset),
            planar=_whole(dataset, "PlanarConfiguration", 0) if samples > 1 else 0,
            kind=kind,
            swapped=bits <= 8 and _in_big_words(dataset, kind),
        )
        made._check(_whole(dataset, "PixelRepresentation", 0))
        return made

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns and samples of one frame's array."""
        return (self.rows, self.columns, self.samples)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The type of the stored words: unsigned whatever Pixel Representation says; one byte per 1-bit pixel."""
        if self.kind is not Kind.INTEGER:
            return np.dtype(np.float32 if self.kind is Kind.FLOAT else np.float64)
        return np.dtype(f"u{max(1, self.bits_allocated // 8)}")

    @property
    def frame_bytes(self) -> int:
        """Bytes of one decoded frame."""
        return self.rows * self.columns * self.samples * self.dtype.itemsize

    @property
    def pixel_bytes(self) -> int:
        """Bytes of all frames, decoded."""
        return self.frames * self.frame_bytes

    @property
    def is_ybr(self) -> bool:
        """Whether the samples are luma and chroma."""
        return self.photometric.startswith("YBR")

    @property
    def is_subsampled(self) -> bool:
        """Whether two neighbouring pixels share their chroma samples in native data (PS3.3 C.7.6.3.1.2)."""
        return self.photometric in _SUBSAMPLED

    def _check(self, representation: int) -> None:
        """Refuse what contradicts itself (PS3.3 C.7.6.3.1)."""
        if not (self.rows and self.columns):
            raise _inconsistent("Rows, Columns")
        if _SAMPLES.get(self.photometric) != self.samples:
            raise _inconsistent("PhotometricInterpretation, SamplesPerPixel")
        if self.planar not in (0, 1) or representation not in (0, 1):
            raise _inconsistent("PlanarConfiguration, PixelRepresentation")
        if self.kind is not Kind.INTEGER:
            if self.bits_allocated != _FLOAT_BITS[self.kind] or self.samples != 1:
                raise _inconsistent("BitsAllocated of float pixels")
            return
        if self.bits_allocated not in (1, 8, 16, 32):
            raise _inconsistent("BitsAllocated")
        if not 1 <= self.bits_stored <= self.high_bit + 1 <= self.bits_allocated:
            raise _inconsistent("BitsStored, HighBit")
        if self.bits_allocated == 1 and self.samples != 1:
            raise _inconsistent("BitsAllocated, SamplesPerPixel")


def kind_of(dataset: pydicom.Dataset) -> Kind:
    """Which pixel data attribute there is; Refused(NO_PIXEL_DATA) for none, INCONSISTENT_PIXEL_DATA for several."""
    kinds = [kind for kind, keyword in PIXEL_KEYWORDS.items() if keyword in dataset]
    if not kinds:
        raise Refused(ReasonCode.NO_PIXEL_DATA)
    if len(kinds) > 1:
        raise _inconsistent("several pixel data attributes")
    return kinds[0]


def _in_big_words(dataset: pydicom.Dataset, kind: Kind) -> bool:
    return dataset.original_encoding[1] is False and dataset[PIXEL_KEYWORDS[kind]].VR == "OW"


def has_pixels(dataset: pydicom.Dataset) -> bool:
    """Whether a data set holds any pixel data attribute."""
    return any(keyword in dataset for keyword in PIXEL_KEYWORDS.values())


def pixel_data(dataset: pydicom.Dataset) -> Value:
    """The value of the pixel data attribute, as the file holds it."""
    value: Value = dataset[PIXEL_KEYWORDS[kind_of(dataset)]].value
    return value


def check_size(pixels: PixelFormat, limits: Limits) -> None:
    """Raise Refused(OVER_SIZE_LIMIT) where decoding would exceed the limits, before anything is allocated."""
    if pixels.frame_bytes > limits.frame_bytes or pixels.pixel_bytes > limits.pixel_bytes:
        raise Refused(ReasonCode.OVER_SIZE_LIMIT, f"pixels: {pixels.pixel_bytes} bytes")


def _inconsistent(what: str) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, what)


def _whole(dataset: pydicom.Dataset, keyword: str, absent: int | None = None) -> int:
    """A non-negative whole number, or `absent` where the attribute is missing or empty."""
    value = dataset.get(keyword)
    if value is None or value == "":
        if absent is None:
            raise _inconsistent(f"{keyword} is missing")
        return absent
    if not isinstance(value, int) or value < 0:
        raise _inconsistent(keyword)
    return int(value)


def _photometric(dataset: pydicom.Dataset) -> str:
    value = dataset.get("PhotometricInterpretation")
    if not isinstance(value, str) or value not in _SAMPLES:
        raise _inconsistent("PhotometricInterpretation")
    return str(value)
