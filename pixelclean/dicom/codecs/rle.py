"""RLE Lossless (PS3.5 Annex G): byte planes, most significant first, each a PackBits segment."""

import struct
from dataclasses import replace
from itertools import pairwise

import numpy as np
from rle import rle

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.native import frame_length, pack_frame, unpack_frame
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

REQUIRES = "pylibjpeg-rle"
_HEADER = struct.Struct("<16L")
_LONGEST_RUN, _EXPANSION = 128, 64  # of what is decoded: by one run, and for each byte of a segment
_LITTLE = 1 << 24  # bytes that may be decoded without a look at how many they will be


def is_available() -> bool:
    """Whether the library has what is called here; without it the import has failed already."""
    return hasattr(rle, "decode_segment")


def look(frame: bytes, pixels: PixelFormat) -> PixelFormat:
    """The format of the samples; the header must name the right segments, inside the fragment and in order."""
    _segments(frame, pixels)
    photometric = "YBR_FULL" if pixels.photometric == "YBR_FULL_422" else pixels.photometric
    return replace(pixels, photometric=photometric, planar=0)


def decode(frame: bytes, pixels: PixelFormat) -> Words:
    """The stored words; every segment must decode to exactly one byte plane."""
    planes = [_plane(segment, _plane_length(pixels)) for segment in _segments(frame, pixels)]
    if pixels.bits_allocated == 1:
        return unpack_frame(planes[0].tobytes(), pixels)
    size = pixels.dtype.itemsize
    # most significant byte first: the planes of one sample make big endian words
    stacked = np.stack(planes, axis=-1).reshape(*pixels.shape[:2], pixels.samples, size)
    words = stacked.view(pixels.dtype.newbyteorder(">"))[..., 0]
    return np.ascontiguousarray(words.astype(pixels.dtype))


def encode(frame: Words, pixels: PixelFormat) -> bytes:
    """Header and segments, each row encoded by itself and each segment of even length."""
    segments = [_packed(plane, pixels) for plane in _planes(frame, pixels)]
    offsets = np.cumsum([_HEADER.size, *(len(segment) for segment in segments)])[:-1]
    numbers = [len(segments), *(int(offset) for offset in offsets)]
    return _HEADER.pack(*numbers, *([0] * (16 - len(numbers)))) + b"".join(segments)


def holds_only_planes(frame: bytes, pixels: PixelFormat) -> bool:
    """Whether each segment ends with its byte plane, or with a pad byte of zero behind it (PS3.5 G.3.1)."""
    length = _plane_length(pixels)
    return all(_ends_with_its_plane(segment, length) for segment in _segments(frame, pixels))


def _ends_with_its_plane(segment: bytes, length: int) -> bool:
    position, decoded = _reach(segment, length)
    return decoded == length and position <= len(segment) and segment[position:] in (b"", b"\0")


def _is_padded(segment: bytes, length: int) -> bool:
    """Whether nothing but zeros stands behind the byte plane, more of them than the one that makes it even."""
    position, decoded = _reach(segment, length)
    return decoded == length and not segment[position:].strip(b"\0")


def _reach(segment: bytes, length: int) -> tuple[int, int]:
    """How far `length` bytes reach into a segment, and how many the run ends with that completes them.

    n < 128 is followed by n + 1 bytes, n > 128 by one that stands for 257 - n, 128 by none (PS3.5 G.3.2).
    """
    position = decoded = 0
    end = len(segment)
    while decoded < length and position < end:
        run = segment[position]
        if run < 128:
            position += run + 2
            decoded += run + 1
        elif run > 128:
            position += 2
            decoded += 257 - run
        else:
            position += 1
    return position, decoded


def _segments(frame: bytes, pixels: PixelFormat) -> list[bytes]:
    if len(frame) < _HEADER.size:
        raise Refused(ReasonCode.TRUNCATED, "RLE header")
    count, *offsets = _HEADER.unpack_from(frame)
    expected = 1 if pixels.bits_allocated == 1 else pixels.samples * pixels.dtype.itemsize
    if count != expected:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "number of RLE segments")
    edges = [*offsets[:count], len(frame)]
    if edges[0] != _HEADER.size or any(offsets[count:]):
        raise Refused(ReasonCode.UNDECODABLE, "RLE header")
    if any(start >= end for start, end in pairwise(edges)):
        raise Refused(ReasonCode.TRUNCATED, "RLE segment")
    return [frame[start:end] for start, end in pairwise(edges)]


def _plane_length(pixels: PixelFormat) -> int:
    return frame_length(pixels) if pixels.bits_allocated == 1 else pixels.rows * pixels.columns


def _plane(segment: bytes, length: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    most = length + _LONGEST_RUN
    if len(segment) * _EXPANSION > length + _LITTLE and _reach(segment, most + 1)[1] > most:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "length of an RLE segment")
    plane = np.frombuffer(bytes(rle.decode_segment(segment)), np.uint8)
    if len(plane) < length:
        raise Refused(ReasonCode.TRUNCATED, "RLE segment")
    if len(plane) > length and not _is_padded(segment, length):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "length of an RLE segment")
    return plane[:length]


def _planes(frame: Words, pixels: PixelFormat) -> list[bytes]:
    if pixels.bits_allocated == 1:
        return [pack_frame(frame, pixels)]
    size = pixels.dtype.itemsize
    planes = frame.astype(pixels.dtype.newbyteorder(">")).view(np.uint8).reshape(*frame.shape, size)
    return [planes[..., sample, byte].tobytes() for sample in range(pixels.samples) for byte in range(size)]


def _packed(plane: bytes, pixels: PixelFormat) -> bytes:
    row = len(plane) if pixels.bits_allocated == 1 else pixels.columns
    packed = bytes(rle.encode_segment(plane, row))
    return packed + b"\0" * (len(packed) % 2)
