"""What the blocks at the right and lower edge of a JPEG image code beyond it (ISO/IEC 10918-1 A.2.4).

Encoders repeat the last column and the last row there, and libjpeg fills blocks that hold no pixel at all with the mean
of another block of their MCU.  A frame header that announces up to 15 rows less than were
coded hides as many rows of the picture, a line of text for instance, and the scan still ends with its last MCU.
"""

import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np

from pixelclean.dicom.codecs.jpeg_coefficients import coefficients
from pixelclean.dicom.codecs.jpeg_kernels import Coefficients
from pixelclean.dicom.codecs.jpeg_segments import FRAMES, segments_of
from pixelclean.dicom.codecs.jpeg_stream import Component, JpegStream, read_jpeg
from pixelclean.geometry import BoolArray

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
    apart = np.abs(planes - repeated)
    for index, filled in enumerate(_filled_blocks(stream, header)):
        apart[: filled.shape[0], : filled.shape[1], index][filled[: apart.shape[0], : apart.shape[1]]] = 0
    return int(apart.max()) <= _RINGING << header.precision - _BLOCK


def _filled_blocks(stream: bytes, header: JpegStream) -> Iterator[BoolArray]:
    """For each component the pixels, (rows, columns), whose block lies beyond it and shows the mean of another one."""
    if len(header.components) == 1:
        return
    down = max(each.vertical for each in header.components)
    across = max(each.horizontal for each in header.components)
    for component, blocks in zip(header.components, coefficients(stream), strict=True):
        rows = -(-header.rows * component.vertical // (down * _BLOCK))
        columns = -(-header.columns * component.horizontal // (across * _BLOCK))
        beyond = np.ones(blocks.shape[:2], np.bool_)
        beyond[:rows, :columns] = False
        filled = beyond & ~blocks[..., 1:].any(axis=-1) & _has_twin(blocks[..., 0], component)
        scale = (_BLOCK * down // component.vertical, _BLOCK * across // component.horizontal)
        yield filled.repeat(scale[0], axis=0).repeat(scale[1], axis=1)


def _has_twin(means: Coefficients, component: Component) -> BoolArray:
    """Whether the mean of a block is that of another block of its MCU."""
    high, wide = component.vertical, component.horizontal
    if means.shape[0] % high or means.shape[1] % wide:
        return np.zeros(means.shape, np.bool_)  # coded alone, block by block: there are none beyond it
    units = means.reshape(means.shape[0] // high, high, -1, wide).swapaxes(1, 2).reshape(-1, high * wide)
    twins = (units[:, :, None] == units[:, None, :]).sum(axis=-1) > 1
    return np.asarray(twins.reshape(means.shape[0] // high, -1, high, wide).swapaxes(1, 2).reshape(means.shape))


def _with_size(stream: bytes, rows: int, columns: int) -> bytes:
    """The same scan under a frame header of another size."""
    at = next(segment.content for segment in segments_of(stream) if segment.marker in FRAMES)
    return stream[: at + 1] + struct.pack(">HH", rows, columns) + stream[at + 5 :]
