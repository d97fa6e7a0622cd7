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
from pixelclean.dicom.codecs.jpeg_segments import DHT, DQT, DRI, FRAMES, SOS, segments_of
from pixelclean.dicom.codecs.jpeg_stream import Component, JpegStream, read_jpeg
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray
from pixelclean.reasons import ReasonCode

_LOSSLESS = (3, 55)
_TABLES = (DHT, DQT, DRI)
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
    down, across = (_BLOCK * (1 if single else factor) for factor in header.finest)
    below, right = -header.rows % down, -header.columns % across
    if not below and not right:
        return True
    if not single and header.scans > 1:
        return all(repeats_its_edges(alone) for alone in _alone(stream, header))
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


def _alone(stream: bytes, header: JpegStream) -> Iterator[bytes]:
    """Each component as an image of its own; Refused where one has no scan of its own.

    Such a scan codes no more blocks than its component has (A.2.2), so the frame cannot be enlarged for all of them.
    """
    segments = tuple(segments_of(stream))
    frame = next(segment for segment in segments if segment.marker in FRAMES)
    down, across = header.finest
    tables = b""
    for segment in segments:
        if segment.marker in _TABLES:
            tables += stream[segment.start : segment.stop]
        elif segment.marker == SOS:
            named, identifier = stream[segment.content : segment.content + 2]
            if named != 1:
                raise Refused(ReasonCode.UNDECODABLE, "JPEG: some components in one scan, some in another")
            index = next(i for i, each in enumerate(header.components) if each.identifier == identifier)
            component = header.components[index]
            rows = -(-header.rows * component.vertical // down)
            columns = -(-header.columns * component.horizontal // across)
            quantization = stream[frame.content + 6 + 3 * index + 2]
            size = struct.pack(">HBHHB", 11, header.precision, rows, columns, 1)
            shown = bytes((0xFF, frame.marker)) + size + bytes((identifier, 0x11, quantization))
            yield b"\xff\xd8" + tables + shown + stream[segment.start : segment.stop] + b"\xff\xd9"


def _filled_blocks(stream: bytes, header: JpegStream) -> Iterator[BoolArray]:
    """For each component the pixels, (rows, columns), whose block lies beyond it and shows the mean of another one."""
    if len(header.components) == 1:
        return
    down, across = header.finest
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
