"""What the blocks at the right and lower edge of a JPEG image code beyond it (ISO/IEC 10918-1 A.2.4).

Encoders repeat the last column and the last row there.  A frame header that announces up to 15 rows less than were
coded hides as many rows of the picture, a line of text for instance, and the scan still ends with its last MCU.
"""

import struct

import imagecodecs
import numpy as np

from pixelclean.dicom.codecs.jpeg_segments import FRAMES, segments_of
from pixelclean.dicom.codecs.jpeg_stream import read_jpeg

_LOSSLESS = (3, 55)
_BLOCK = 8
_RINGING = 48  # of 256: repeated samples come back so different after quantization; burned-in text stands out more


def repeats_its_edges(stream: bytes) -> bool:
    """Whether nothing but the last column and row, give or take what quantization does to them, is coded beyond.

    `stream` is a complete one.  Raises what the decoder raises.
    """
    header = read_jpeg(stream)
    if header.process in _LOSSLESS:
        return True
    single = len(header.components) == 1
    down = _BLOCK * (1 if single else max(each.vertical for each in header.components))
    across = _BLOCK * (1 if single else max(each.horizontal for each in header.components))
    below, right = -header.rows % down, -header.columns % across
    if not below and not right:
        return True
    space = None if single else "ycbcr"
    whole = imagecodecs.jpeg8_decode(
        _with_size(stream, header.rows + below, header.columns + right), colorspace=space, outcolorspace=space
    )
    planes = whole.reshape(*whole.shape[:2], -1).astype(np.int32)
    image = planes[: header.rows, : header.columns]
    repeated = np.pad(image, ((0, below), (0, right), (0, 0)), "edge")
    return int(np.abs(planes - repeated).max()) <= _RINGING << header.precision - _BLOCK


def _with_size(stream: bytes, rows: int, columns: int) -> bytes:
    """The same scan under a frame header of another size."""
    at = next(segment.content for segment in segments_of(stream) if segment.marker in FRAMES)
    return stream[: at + 1] + struct.pack(">HH", rows, columns) + stream[at + 5 :]
