"""JPEG: baseline, extended, progressive (lossy) and lossless, through libjpeg-turbo."""

from dataclasses import replace

import imagecodecs

from pixelclean.dicom.codecs.jpeg_stream import JpegStream, read_jpeg
from pixelclean.dicom.codecs.words import as_words, depth_of, squeezed
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "imagecodecs"
_LOSSLESS, _DCT = 3, (0, 1, 2)


def is_available() -> bool:
    """Whether the library was built with this codec."""
    return bool(imagecodecs.JPEG8.available)


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples in a complete stream: YBR_FULL at full resolution, RGB, or one sample."""
    stream = read_jpeg(frame)
    if stream.process not in (*_DCT, _LOSSLESS):
        raise Refused(ReasonCode.UNDECODABLE, f"JPEG process SOF{stream.process}")
    stream.check(pixels)
    if pixels.samples == 1:
        return pixels
    photometric = _lossless_colour(stream, pixels) if stream.process == _LOSSLESS else _colour(stream, pixels)
    return replace(pixels, photometric=photometric, planar=0)


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The samples as they are in the stream: equal colour spaces in and out make the library convert nothing."""
    space = None if pixels.samples == 1 else ("rgb" if pixels.photometric == "RGB" else "ycbcr")
    return as_words(imagecodecs.jpeg8_decode(frame, colorspace=space, outcolorspace=space), pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """Process 14, selection value 1, for one sample or RGB."""
    space = None if pixels.samples == 1 else "rgb"
    depth = max(2, depth_of(frame, pixels))
    return bytes(
        imagecodecs.jpeg8_encode(
            squeezed(frame, depth),
            lossless=True,
            predictor=1,
            bitspersample=depth,
            colorspace=space,
            outcolorspace=space,
        )
    )


def _colour(stream: JpegStream, pixels: PixelFormat) -> str:
    """What the samples of a lossy stream are; the markers decide, as they do in every JPEG reader.

    Unsubsampled components without any marker under RGB may be either, and are refused.
    """
    if stream.adobe == 0 or _spells_rgb(stream):
        return "RGB"
    if stream.is_subsampled or stream.jfif or stream.adobe == 1 or pixels.photometric != "RGB":
        return "YBR_FULL"
    raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "PhotometricInterpretation: RGB or YBR in the stream")


def _lossless_colour(stream: JpegStream, pixels: PixelFormat) -> str:
    """Lossless streams carry no transform of their own: the attributes decide, unless the stream denies it."""
    if stream.is_subsampled:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: subsampled lossless stream")
    says_rgb = stream.adobe == 0 or _spells_rgb(stream)
    says_ybr = stream.adobe == 1
    if (pixels.photometric == "RGB" and says_ybr) or (pixels.photometric != "RGB" and says_rgb):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "PhotometricInterpretation: RGB or YBR in the stream")
    return "YBR_FULL" if pixels.photometric == "YBR_FULL_422" else pixels.photometric


def _spells_rgb(stream: JpegStream) -> bool:
    return bytes(component.identifier for component in stream.components) == b"RGB"
