"""What is blackened in a sequential JPEG stream: whole MCUs of the frame, and the DC that shows the fill in each component.

A decoder smooths subsampled components across the border between two blocks, so that one pixel beyond it still shows
something of its neighbour (the triangle filter of libjpeg).  Where a component is subsampled the MCUs of a mask that is
one pixel larger are blackened, so that the mask itself is dark to its last pixel.
"""

from collections.abc import Sequence

import numpy as np

from pixelclean.dicom.codecs.jpeg_layout import Layout, Sampling, layout_of
from pixelclean.dicom.codecs.jpeg_scan import Walked
from pixelclean.dicom.codecs.jpeg_survey import Survey
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray
from pixelclean.reasons import ReasonCode

_BLOCK = 8
_BASELINE = 0xC0
_ODD = frozenset({0xCC, 0xDC, 0xDE, 0xDF})  # DAC, DNL, DHP, EXP: other processes, and lines that are counted at the end


def sequential(stream: bytes) -> Layout:
    """The layout of a sequential Huffman-coded stream that codes each component once; Refused for any other."""
    return _required(layout_of(stream))


def sequential_layout(survey: Survey) -> Layout:
    """The same of a stream that has been walked over."""
    return _required(survey.layout)


def is_sequential(layout: Layout | None) -> bool:
    """Whether it is that of such a stream."""
    depths = (8,) if layout and layout.process == _BASELINE else (8, 12)
    return layout is not None and layout.is_sequential and layout.precision in depths and not layout.others & _ODD


def _required(layout: Layout | None) -> Layout:
    if layout is None or not is_sequential(layout):
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: not sequential")
    return layout


def require_no_more(walked: Walked) -> None:
    """Refused where a scan goes on behind its last MCU."""
    if not walked.ends_with_its_last_byte:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: more in a scan than its image")


def cells_of(sampling: Sampling, mask: BoolArray) -> BoolArray:
    """The MCUs of the frame, (down, across), that hold a pixel of the mask, (rows, columns)."""
    if mask.shape != (sampling.rows, sampling.columns):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "JPEG: size of the stream")
    (down, across), (rows_smoothed, columns_smoothed) = sampling.cell, sampling.is_subsampled
    bands = _bands(mask, down, int(rows_smoothed))
    return _bands(np.ascontiguousarray(bands.T), across, int(columns_smoothed)).T


def area_of(sampling: Sampling, mask: BoolArray) -> BoolArray:
    """The pixels, (rows, columns), of the MCUs that hold a pixel of the mask."""
    down, across = sampling.cell
    cells = cells_of(sampling, mask)
    return cells.repeat(down, axis=0).repeat(across, axis=1)[: sampling.rows, : sampling.columns]


def levels_of(layout: Layout, fill: Sequence[int]) -> dict[int, int]:
    """By the component's index, the quantized DC of a block that shows nothing but its sample of the fill."""
    if len(fill) != len(layout.components) or not all(0 <= sample < 1 << layout.precision for sample in fill):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "JPEG: samples of the fill")
    steps = {part.index: part.steps[0] for scan in layout.scans for part in scan.parts if part.quantization}
    return {index: _level(sample, layout.precision, steps[index]) for index, sample in enumerate(fill)}


def _level(sample: int, precision: int, step: int) -> int:
    """The DC of a sample, 8 times its distance from the middle (ISO/IEC 10918-1 A.3.1, A.3.3), quantized.

    At the ends of the range it is rounded outward: what is darker than black is shown black.
    """
    distance = _BLOCK * (sample - (1 << precision - 1))
    if not step:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: quantization by 0")
    if sample == 0:
        level = distance // step
    elif sample == (1 << precision) - 1:
        level = -(-distance // step)
    else:
        level = (2 * distance + step) // (2 * step)
    # Decoders cut off what is a little outside of the range; what is far outside makes some of them wrap.
    if abs(level * step) > 1 << precision + 3:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: quantization too coarse for black")
    return level


def _bands(mask: BoolArray, side: int, beyond: int) -> BoolArray:
    """Which bands of `side` rows hold any of the mask, by column, or are `beyond` (0 or 1) rows away from it."""
    missing = -len(mask) % side
    whole = np.concatenate((mask, np.zeros((missing, mask.shape[1]), np.bool_))) if missing else mask
    bands: BoolArray = np.logical_or.reduce(whole.reshape(-1, side, whole.shape[1]), axis=1)
    if beyond:
        bands[1:] |= whole[side - 1 :: side][:-1]
        bands[:-1] |= whole[side::side]
    return bands
