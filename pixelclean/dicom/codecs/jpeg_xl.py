"""JPEG XL through libjxl, which gives RGB whatever the stream holds inside."""

from dataclasses import replace

import imagecodecs
import numpy as np

from pixelclean.dicom.codecs.jpeg_xl_header import read_header
from pixelclean.dicom.codecs.words import as_words, depth_of, squeezed
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "imagecodecs"


def is_available() -> bool:
    """Whether the library was built with this codec."""
    return bool(imagecodecs.JPEGXL.available)


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples; what the header says must be right before anything is decoded."""
    header = read_header(frame)
    if (header.rows, header.columns) != (pixels.rows, pixels.columns):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "JPEG XL: size of the stream")
    if not header.plain:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG XL: turned, animated, of floats or with more channels")
    if header.depth > pixels.bits_allocated or pixels.signed:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "JPEG XL: depth of the stream")
    return replace(pixels, photometric="RGB", planar=0) if pixels.samples == 3 else pixels


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The samples; libjxl itself refuses a stream without an end."""
    return as_words(np.asarray(imagecodecs.jpegxl_decode(frame)), pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """A stream without loss and without colour transform."""
    depth = depth_of(frame, pixels)
    return bytes(imagecodecs.jpegxl_encode(squeezed(frame, depth), lossless=True, bitspersample=depth))


def may_be_lossy(frame: bytes) -> bool:
    """Whether the picture is in XYB or in DCT blocks, as libjxl codes everything with loss, or out of the ordinary."""
    return read_header(frame).lossy
