"""JPEG through libjpeg-turbo: baseline, extended, progressive (lossy) and lossless.

The lossy ones may have arithmetic coding.
"""

from dataclasses import replace

import imagecodecs

from pixelclean.dicom.codecs.jpeg_arithmetic import ARITHMETIC
from pixelclean.dicom.codecs.jpeg_progressive import PROGRESSIVE
from pixelclean.dicom.codecs.jpeg_segments import FRAMES, SOS, segments_of
from pixelclean.dicom.codecs.jpeg_stream import JpegStream, read_jpeg
from pixelclean.dicom.codecs.jpeg_survey import SurveyOf, survey
from pixelclean.dicom.codecs.words import as_words, depth_of, squeezed
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "imagecodecs"
_LOSSLESS, _DCT = 3, (0, 1, PROGRESSIVE, *ARITHMETIC)
_ADOBE = slice(2, 18)  # where the encoder puts its only application segment


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


def decode(frame: bytes, pixels: PixelFormat, survey_of: SurveyOf = survey) -> Words:
    """The samples as they are in the stream: equal colour spaces in and out make the library convert nothing.

    The library makes up what a scan lacks, and whole scans, and keeps its warnings to itself.  Raises Refused(TRUNCATED
    or UNDECODABLE) where a scan does not hold the samples that it should, or holds more.
    """
    if not all(walked.is_followed_by_fill for walked in survey_of(frame).scans):
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: more in a scan than its image")
    space = None if pixels.samples == 1 else ("rgb" if pixels.photometric == "RGB" else "ycbcr")
    return as_words(imagecodecs.jpeg8_decode(frame, colorspace=space, outcolorspace=space), pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """Process 14, selection value 1; RGB says so in the stream, luma and chroma only in the attributes."""
    space = None if pixels.samples == 1 else "rgb"
    depth = max(2, depth_of(frame, pixels))
    stream = bytes(
        imagecodecs.jpeg8_encode(
            squeezed(frame, depth),
            lossless=True,
            predictor=1,
            bitspersample=depth,
            colorspace=space,
            outcolorspace=space,
        )
    )
    return _without_colour(stream) if pixels.is_ybr else stream


def _without_colour(stream: bytes) -> bytes:
    """A stream of three components that was told to be RGB, with what says so taken out and numbers for letters.

    Told that it is YCbCr the encoder gives luma and chroma tables of their own, and codes both with one of them.
    """
    bare = bytearray(stream[: _ADOBE.start] + stream[_ADOBE.stop :])
    for segment in segments_of(bytes(bare)):
        if segment.marker in FRAMES or segment.marker == SOS:
            first, step = (segment.content + 6, 3) if segment.marker in FRAMES else (segment.content + 1, 2)
            bare[first : first + 3 * step : step] = b"\x01\x02\x03"
    return bytes(bare)


def _colour(stream: JpegStream, pixels: PixelFormat) -> str:
    """What the samples of a lossy stream are, where the attributes and the markers agree about it.

    A viewer may go by the one or by the other: where they differ nobody knows which colours are meant.  Components
    without any marker under RGB may be either.
    """
    says_rgb = stream.adobe == 0 or _spells_rgb(stream)
    if says_rgb and stream.jfif:  # which knows luma and chroma only, and comes first for libjpeg
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "JPEG: markers that deny each other's colours")
    if says_rgb and pixels.photometric == "RGB":
        return "RGB"
    if not says_rgb and pixels.photometric != "RGB":
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
