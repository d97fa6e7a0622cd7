"""JPEG-LS: decoded by imagecodecs, encoded by pyjpegls, which writes the true depth (both on CharLS)."""

from dataclasses import replace

import imagecodecs
import jpeg_ls

from pixelclean.dicom.codecs.jpeg_stream import read_jpeg
from pixelclean.dicom.codecs.words import as_words, depth_of, squeezed
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "imagecodecs"
_SOF_LS = 55
_BY_PIXEL = 2


def is_available() -> bool:
    """Whether the library was built with this codec."""
    return bool(imagecodecs.JPEGLS.available)


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples; the stream knows no colour, so the attributes decide."""
    stream = read_jpeg(frame)
    if stream.process != _SOF_LS:
        raise Refused(ReasonCode.UNDECODABLE, "not a JPEG-LS stream")
    stream.check(pixels)
    if stream.is_subsampled:
        raise Refused(ReasonCode.UNDECODABLE, "subsampled JPEG-LS stream")
    photometric = "YBR_FULL" if pixels.photometric == "YBR_FULL_422" else pixels.photometric
    return replace(pixels, photometric=photometric, planar=0)


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The samples of a stream, whatever its interleave mode."""
    return as_words(imagecodecs.jpegls_decode(frame), pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """A stream without loss, interleaved by pixel."""
    depth = max(2, depth_of(frame, pixels))
    interleave = _BY_PIXEL if pixels.samples > 1 else None
    samples = squeezed(frame, depth)
    try:
        stream = jpeg_ls.encode_buffer(
            samples.tobytes(), pixels.rows, pixels.columns, pixels.samples, depth, 0, interleave
        )
    except RuntimeError:
        # pyjpegls gives the stream no more room than the samples take: too little for a handful of pixels
        return bytes(imagecodecs.jpegls_encode(samples))
    return bytes(stream)
