"""JPEG 2000 and HTJ2K: decoded by OpenJPEG, encoded by OpenJPEG and OpenJPH.

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
_LEVELS, _THUMBNAIL_BITS = 5, 6
_COMPONENTS = 42  # where the SIZ segment, the first of all, describes them


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
    """A reversible HTJ2K codestream; RGB through the reversible component transform.

    Whatever of the three transfer syntaxes it is for, it is what the narrowest of them asks for (PS3.5 10.18, A.4.4):
    RPCL, a tile part for each resolution, their lengths in the main header, and a smallest resolution of 64 by 64.
    """
    depth = _depth(frame, pixels)
    stream = imagecodecs.htj2k_encode(
        _centred(frame, pixels, depth),
        reversible=True,
        rgb=pixels.photometric == "RGB",
        resolutions=max(_LEVELS, (max(pixels.rows, pixels.columns) - 1).bit_length() - _THUMBNAIL_BITS),
        tlm=True,
        tilepart=imagecodecs.HTJ2K.TILEPART.RESOLUTIONS,
    )
    return _restated(bytes(stream), depth, pixels)


def _centred(frame: Words, pixels: PixelFormat, depth: int) -> Words:
    """Signed samples around 0, as the level shift of unsigned ones leaves them (ISO/IEC 15444-1 G.1.2)."""
    samples = squeezed(frame, depth)
    shift = 0 if pixels.signed else 1 << depth - 1
    centred: Words = (samples - samples.dtype.type(shift)).view(f"i{samples.dtype.itemsize}")
    return centred


def _restated(stream: bytes, depth: int, pixels: PixelFormat) -> bytes:
    """The same stream, its samples said to be what they are: the encoder knows those of 8 and 16 bits only.

    The bit planes that it counts are then more than are needed, which the packets say of each block.
    """
    restated = bytearray(stream)
    end = _COMPONENTS + 3 * pixels.samples
    restated[_COMPONENTS:end:3] = bytes([depth - 1 | pixels.signed << 7]) * pixels.samples
    return bytes(restated)


def _words(decoded: Words, stream: CodeStream, pixels: PixelFormat) -> Words:
    """The bit patterns of Bits Allocated: sign bits fill up to the top for signed pixels, zeros for others."""
    depth = stream.precision if pixels.signed else max(stream.precision, pixels.bits_stored)
    unused = pixels.bits_allocated - depth
    bits = decoded.astype(pixels.dtype)
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
