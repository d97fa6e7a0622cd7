"""Frames that are native inside their fragments: Encapsulated Uncompressed (PS3.5 A.4.11)."""

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.native import frame_length, pack_frame, unpack_frame
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "pixelclean"


def is_available() -> bool:
    """Always: no library is needed."""
    return True


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples, when the frame has the right length."""
    check_length(frame, pixels)
    return pixels


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The stored words."""
    return unpack_frame(frame[: frame_length(pixels)], pixels)


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """Native bytes, little endian."""
    return pack_frame(frame, pixels)


def is_padded_with_zeros(frame: bytes, pixels: PixelFormat) -> bool:
    """Whether what follows the samples is nothing or a zero."""
    return not any(frame[frame_length(pixels) :])


def check_length(frame: bytes, pixels: PixelFormat) -> None:
    """Refuse a native frame that is too short, or longer than with its pad byte."""
    length = frame_length(pixels)
    if len(frame) < length:
        raise Refused(ReasonCode.TRUNCATED, "frame")
    if len(frame) > length + length % 2:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "length of a frame")
