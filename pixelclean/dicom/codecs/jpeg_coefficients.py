"""The quantized coefficients of sequential JPEG streams, and the proof that only blackened MCUs have others than before.

Every code and every value of both streams is decoded, whatever made them: nothing here knows how blocks are blackened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pixelclean.dicom.codecs.jpeg_cells import cells_of, levels_of, sequential, walked_scan
from pixelclean.dicom.codecs.jpeg_kernels import Coefficients, Integers
from pixelclean.dicom.codecs.jpeg_layout import Layout, Scan
from pixelclean.dicom.codecs.jpeg_scan import Keep
from pixelclean.dicom.codecs.jpeg_stream import read_jpeg
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray
from pixelclean.reasons import ReasonCode

_COEFFICIENTS = 64
_WORDS = _COEFFICIENTS * 2 // 8  # of 64 bits, in one block


@dataclass(frozen=True, slots=True)
class CoefficientComparison:
    """Blocks of all components: changed outside the blackened MCUs, not the fill inside them."""

    changed_outside: int
    not_filled_inside: int

    def __add__(self, other: "CoefficientComparison") -> "CoefficientComparison":
        return CoefficientComparison(
            self.changed_outside + other.changed_outside, self.not_filled_inside + other.not_filled_inside
        )


def coefficients(stream: bytes) -> tuple[Coefficients, ...]:
    """The quantized coefficients of each component, (blocks down, blocks across, 64), each block in zigzag order.

    Where a scan interleaves components the blocks that fill up its last MCUs are among them.  Raises Refused.
    """
    layout = sequential(stream)
    planes = dict(plane for scan in layout.scans for plane in _planes(stream, scan))
    return tuple(planes[index] for index in range(len(layout.components)))


def compare_coefficients(before: bytes, after: bytes, mask: BoolArray, fill: Sequence[int]) -> CoefficientComparison:
    """Compare all blocks of a stream with those of the stream that `blacken` made of it, with the same mask and fill.

    Raises Refused: PROOF_FAILED where the two do not say the same of size, depth, colour, sampling, quantization and
    scans; UNDECODABLE or TRUNCATED where one of them cannot be decoded to its end.
    """
    first, second = sequential(before), sequential(after)
    if read_jpeg(before) != read_jpeg(after) or _description(first) != _description(second):
        raise Refused(ReasonCode.PROOF_FAILED, "JPEG: the output's headers are not the source's")
    cells, levels = cells_of(first, mask), levels_of(first, fill)
    total = CoefficientComparison(0, 0)
    for one, other in zip(first.scans, second.scans, strict=True):
        black, mcu_levels = one.spread(cells), [levels[unit.component] for unit in one.mcu]
        total += _compared(_blocks(before, one), _blocks(after, other), black, np.array(mcu_levels, np.int16))
    return total


def _description(layout: Layout) -> list[list[tuple[int, tuple[int, ...]]]]:
    """The components of each scan, and by what each of them is quantized."""
    return [[(part.index, part.steps) for part in scan.parts] for scan in layout.scans]


def _compared(
    before: Coefficients, after: Coefficients, black: BoolArray, levels: Coefficients
) -> CoefficientComparison:
    """Compare the blocks, (MCU, unit, 64), of two scans; `black` by MCU, `levels` by unit."""
    units = len(levels)
    differs = np.flatnonzero(before.view(np.int64).ravel() != after.view(np.int64).ravel()) // _WORDS
    outside = np.unique(differs[~black[differs // units]])
    inside = after[black]
    filled = np.zeros_like(inside)
    filled[:, :, 0] = levels
    unfilled = np.unique(np.flatnonzero(inside.view(np.int64).ravel() != filled.view(np.int64).ravel()) // _WORDS)
    return CoefficientComparison(len(outside), len(unfilled))


def _blocks(stream: bytes, scan: Scan) -> Coefficients:
    """The blocks of a scan as they are coded: (MCU, unit, 64)."""
    walked = walked_scan(stream, scan, Keep.COEFFICIENTS)
    return walked.coefficients.reshape(scan.mcus, -1, _COEFFICIENTS)


def _planes(stream: bytes, scan: Scan) -> Iterator[tuple[int, Coefficients]]:
    """The components of a scan by their index, each block in its place."""
    blocks = _blocks(stream, scan)
    for part, begin, width in zip(scan.parts, _begins(scan), scan.widths, strict=True):
        down, across = (part.component.vertical, part.component.horizontal) if scan.is_interleaved else (1, 1)
        own = blocks[:, begin : begin + width].reshape(scan.down, scan.across, down, across, _COEFFICIENTS)
        yield part.index, own.swapaxes(1, 2).reshape(scan.down * down, scan.across * across, _COEFFICIENTS)


def _begins(scan: Scan) -> Integers:
    """Where the units of each component begin in an MCU."""
    return np.cumsum((0, *scan.widths[:-1]))
