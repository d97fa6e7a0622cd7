"""Frames that are deflated one by one: Deflated Image Frame Compression (PS3.5 A.4.14)."""

from pixelclean.dicom.codecs.plain import check_length
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.inflate import deflate, inflate
from pixelclean.dicom.native import frame_length, pack_frame, unpack_frame
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "pixelclean"


def is_available() -> bool:
    """Always: zlib is part of Python."""
    return True


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples, when the stream is complete and has the right length."""
    check_length(_inflated(frame, pixels), pixels)
    return pixels


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The stored words."""
    return unpack_frame(_inflated(frame, pixels)[: frame_length(pixels)], pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """A raw deflate stream of the native bytes."""
    return deflate(pack_frame(frame, pixels))


def _inflated(frame: bytes, pixels: PixelFormat) -> bytes:
    try:
        return inflate(frame, frame_length(pixels) + 1)
    except Refused as refused:
        if refused.code is ReasonCode.OVER_SIZE_LIMIT:
            raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "length of a frame") from None
        raise
