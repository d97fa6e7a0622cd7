"""From what a library decoded to stored words of the right shape and type."""

import numpy as np

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode


def as_words(decoded: Words, pixels: PixelFormat) -> Words:
    """`decoded` as (row, column, sample) of `pixels.dtype`.

    Raises Refused(INCONSISTENT_PIXEL_DATA) for another shape, or for samples that do not fit.
    """
    shaped = decoded[..., np.newaxis] if decoded.ndim == 2 else decoded
    if shaped.shape != pixels.shape or shaped.dtype.kind != "u":
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "decoded shape or type")
    if shaped.dtype.itemsize > pixels.dtype.itemsize:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "decoded depth")
    return np.ascontiguousarray(shaped.astype(pixels.dtype, copy=False))


def depth_of(frame: Words, pixels: PixelFormat) -> int:
    """Bits Stored, or Bits Allocated where something stands above it: then every bit is kept."""
    above = int(frame.max()) >> pixels.bits_stored
    return pixels.bits_allocated if above else pixels.bits_stored


def squeezed(frame: Words, depth: int) -> Words:
    """What the encoders want: contiguous, (row, column) for one sample, bytes where `depth` fits into 8 bits."""
    samples = np.ascontiguousarray(frame[..., 0] if frame.shape[-1] == 1 else frame)
    return samples.astype(np.uint8) if depth <= 8 else samples


def is_pad(tail: bytes) -> bool:
    """Whether what follows the end of a stream is nothing but fill bytes, as writers leave in the last fragment.

    A single byte may be any: DCMTK leaves the one that makes a fragment even as it found it.
    """
    return len(tail) == 1 or not tail.strip(b"\0\xff ")


def is_blank_pad(tail: bytes) -> bool:
    """Whether fill bytes tell nothing: all of them are alike, and one that writers choose."""
    return tail.strip(tail[:1]) == b"" and tail[:1] in (b"", b"\0", b"\xff", b" ")
