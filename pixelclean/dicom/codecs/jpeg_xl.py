"""JPEG XL through libjxl, which gives RGB whatever the stream holds inside."""

from dataclasses import replace

import imagecodecs
import numpy as np

from pixelclean.dicom.codecs.words import as_words, depth_of, squeezed
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "imagecodecs"
_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
_SIZE_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


def is_available() -> bool:
    """Whether the library was built with this codec."""
    return bool(imagecodecs.JPEGXL.available)


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples; the size in the header must be right before anything is decoded."""
    if _size(_codestream(frame)) != (pixels.rows, pixels.columns):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "JPEG XL: size of the stream")
    return replace(pixels, photometric="RGB", planar=0) if pixels.samples == 3 else pixels


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The samples; libjxl itself refuses a stream without an end."""
    return as_words(np.asarray(imagecodecs.jpegxl_decode(frame)), pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """A stream without loss and without colour transform."""
    depth = depth_of(frame, pixels)
    return bytes(imagecodecs.jpegxl_encode(squeezed(frame, depth), lossless=True, bitspersample=depth))


def may_be_lossy(frame: bytes) -> bool:
    """Whether the samples are coded as XYB, as libjxl codes everything with loss, or the header is out of the ordinary.

    ImageMetadata (ISO/IEC 18181-1 D.3): what is without loss is coded in the colours that it has.
    """
    bits = _Bits(int.from_bytes(_codestream(frame)[2:], "little"))
    _dimensions(bits)
    all_default, extra_fields = bits.take(1), bits.take(1)
    if all_default or extra_fields:
        return True
    floating, choice = bits.take(1), bits.take(2)
    bits.take(6 if choice == 3 else 0)
    bits.take(4 if floating else 0)
    bits.take(1)  # how wide the decoder's buffers are
    extra_channels = bits.take(2)
    return extra_channels > 0 or bits.take(1) == 1


def _codestream(frame: bytes) -> bytes:
    """The first bytes of the codestream, out of a container where there is one (ISO/IEC 18181-2)."""
    if frame.startswith(_CODESTREAM):
        return frame[:64]
    if frame.startswith(_CONTAINER):
        for kind, skip in ((b"jxlc", 4), (b"jxlp", 8)):
            if (found := frame.find(kind)) > 0:
                return frame[found + skip : found + skip + 64]
    raise Refused(ReasonCode.UNDECODABLE, "not a JPEG XL stream")


def _size(head: bytes) -> tuple[int, int]:
    """Rows and columns of SizeHeader (ISO/IEC 18181-1 D.2): bits come least significant first."""
    if not head.startswith(_CODESTREAM) or len(head) < 12:
        raise Refused(ReasonCode.TRUNCATED, "JPEG XL header")
    return _dimensions(_Bits(int.from_bytes(head[2:], "little")))


def _dimensions(bits: "_Bits") -> tuple[int, int]:
    small = bits.take(1)
    rows = _extent(bits, small)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return rows, rows * across // down
    return rows, _extent(bits, small)


class _Bits:
    """A number read from its least significant bit on."""

    def __init__(self, number: int) -> None:
        self._left = number

    def take(self, count: int) -> int:
        taken = self._left & ((1 << count) - 1)
        self._left >>= count
        return taken


def _extent(bits: _Bits, small: int) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take(_SIZE_BITS[bits.take(2)]) + 1
