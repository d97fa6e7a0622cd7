"""JPEG 2000 and HTJ2K: decoded by OpenJPEG, encoded by OpenJPEG.

HTJ2K is decoded by OpenJPEG too: the binding of OpenJPH wraps samples of lossy streams from 255 to 0.
"""

from dataclasses import replace

import imagecodecs
import numpy as np

from pixelclean.dicom.codecs.jpeg_2000_stream import CodeStream, codestream_of, read_codestream
from pixelclean.dicom.codecs.words import as_words, depth_of, squeezed
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "imagecodecs"
_TRANSFORMED = ("YBR_RCT", "YBR_ICT", "RGB")
_PLAIN = ("RGB", "YBR_FULL")


def is_available() -> bool:
    """Whether the library was built with this codec."""
    return bool(imagecodecs.JPEG2K.available)


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples: the decoder undoes the component transform, so what it transformed is RGB."""
    stream = read_codestream(codestream_of(frame))
    stream.check(pixels)
    if pixels.samples == 1:
        return pixels
    if pixels.photometric not in (_TRANSFORMED if stream.multiple else _PLAIN):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "PhotometricInterpretation and component transform")
    return replace(pixels, photometric="RGB" if stream.multiple else pixels.photometric, planar=0)


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The stored words; two's complement where Pixel Representation says so, whatever the stream calls itself."""
    codestream = codestream_of(frame)
    stream = read_codestream(codestream)
    decoded = np.asarray(imagecodecs.jpeg2k_decode(codestream))
    return as_words(_words(decoded, stream, pixels), pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """A reversible codestream; RGB through the reversible component transform."""
    depth = _depth(frame, pixels)
    return bytes(
        imagecodecs.jpeg2k_encode(
            _samples(frame, pixels, depth),
            codecformat="j2k",
            reversible=True,
            bitspersample=depth,
            mct=pixels.photometric == "RGB",
        )
    )


def encode_high_throughput(frame: Words, pixels: PixelFormat) -> bytes:
    """A reversible HTJ2K codestream; RGB through the reversible component transform."""
    samples = _samples(frame, pixels, pixels.bits_allocated)
    return bytes(imagecodecs.htj2k_encode(samples, reversible=True, rgb=pixels.photometric == "RGB"))


def _words(decoded: Words, stream: CodeStream, pixels: PixelFormat) -> Words:
    """The bit patterns of Bits Allocated: sign bits fill up to the top for signed pixels, zeros for others."""
    depth = stream.precision if pixels.signed else max(stream.precision, pixels.bits_stored)
    unused = pixels.bits_allocated - depth
    bits = decoded.astype(np.int64).astype(pixels.dtype)
    if pixels.signed:
        words: Words = ((bits << unused).view(f"i{pixels.dtype.itemsize}") >> unused).view(pixels.dtype)
    else:
        words = bits & pixels.dtype.type((1 << depth) - 1)
    return words


def _depth(frame: Words, pixels: PixelFormat) -> int:
    if not pixels.signed:
        return depth_of(frame, pixels)
    values = frame.view(f"i{frame.dtype.itemsize}")
    limit = 1 << pixels.bits_stored - 1
    fits = -limit <= int(values.min()) and int(values.max()) < limit
    return pixels.bits_stored if fits else pixels.bits_allocated


def _samples(frame: Words, pixels: PixelFormat, depth: int) -> Words:
    """What the encoder wants: signed samples where they are, and bytes where 8 bits are enough."""
    samples = squeezed(frame, depth)
    return samples.view(f"i{samples.dtype.itemsize}") if pixels.signed else samples
