"""The quantized coefficients of sequential JPEG streams, and the proof that only blackened MCUs have others than before.

Every code and every difference of both streams is decoded, whatever made them: nothing here knows how blocks are
blackened.  Blocks have the same coefficients where their DC is the same and the same bits follow it, by tables that give
these bits the same meaning; where any block is not proven so, the values of all of them are decoded and compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pixelclean.dicom.codecs import jpeg_kernels as kernels
from pixelclean.dicom.codecs.jpeg_cells import cells_of, levels_of, require_no_more, sequential, sequential_layout
from pixelclean.dicom.codecs.jpeg_huffman import EOB, Huffman
from pixelclean.dicom.codecs.jpeg_kernels import Coefficients, Integers
from pixelclean.dicom.codecs.jpeg_layout import Layout, Scan
from pixelclean.dicom.codecs.jpeg_scan import Bits, Keep, Walked, walk
from pixelclean.dicom.codecs.jpeg_survey import SurveyOf, survey
from pixelclean.dicom.compiled import compiled
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


def compare_coefficients(
    before: bytes,
    after: bytes,
    mask: BoolArray,
    fill: Sequence[int],
    surveys_of: tuple[SurveyOf, SurveyOf] = (survey, survey),
) -> CoefficientComparison:
    """Compare all blocks of a stream with those of the stream that `blacken` made of it, with the same mask and fill.

    `surveys_of` are who has walked over the one and over the other.  Raises Refused: PROOF_FAILED where the two do not say the same of size, depth, colour, sampling, quantization and
    scans; UNDECODABLE or TRUNCATED where one of them cannot be decoded to its end.
    """
    surveys = surveys_of[0](before), surveys_of[1](after)
    first, second = (sequential_layout(found) for found in surveys)
    if surveys[0].header != surveys[1].header or _description(first) != _description(second):
        raise Refused(ReasonCode.PROOF_FAILED, "JPEG: the output's headers are not the source's")
    cells, levels = cells_of(first.sampling, mask), levels_of(first, fill)
    total = CoefficientComparison(0, 0)
    ones, others = (
        [_Coded.of(stream, scan, walked) for scan, walked in zip(layout.scans, found.scans, strict=True)]
        for stream, layout, found in ((before, first, surveys[0]), (after, second, surveys[1]))
    )
    for one, other in zip(ones, others, strict=True):
        black = one.scan.spread(cells)
        shown = np.array([levels[unit.component] for unit in one.scan.mcu], np.int16)
        if not _is_proven(one, other, black, shown):
            total += _compared(one.blocks(), other.blocks(), black, shown)
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """One scan of a stream, as it is coded."""

    scan: Scan
    walked: Walked
    bits: Bits

    @classmethod
    def of(cls, stream: bytes, scan: Scan, walked: Walked) -> "_Coded":
        """Refused where the scan goes on behind its last MCU."""
        require_no_more(walked)
        return cls(scan, walked, Bits.of(stream[scan.segment.end : scan.segment.stop]))

    def blocks(self) -> Coefficients:
        """The values of all blocks: (MCU, unit, 64)."""
        return _blocks(self.bits, self.scan)


def _is_proven(one: _Coded, other: _Coded, black: BoolArray, levels: Coefficients) -> bool:
    """Whether all blocks outside of the `black` MCUs have equal DC and equal bits behind it, of equal meaning, and each
    one inside has the DC of its unit in `levels` and then the code that ends a block, and nothing else."""
    if not all(map(_keeps_its_codes, _alternating(one.scan), _alternating(other.scan))):
        return False
    units = len(levels)
    begins, finished = one.walked.places.bounds(one.walked.ends)
    other_begins, other_finished = other.walked.places.bounds(other.walked.ends)
    differs = (one.walked.places.predicted != other.walked.places.predicted).view(np.uint8)
    unlike = compiled(kernels.unlike, kernels.UNLIKE)
    words = (one.bits.words, begins, finished, other.bits.words, other_begins, other_finished)
    if unlike(*words, differs) != kernels.WHOLE:
        raise AssertionError("places outside of the bits")
    inside = np.flatnonzero(black)
    if np.count_nonzero(differs) != np.count_nonzero(differs.reshape(-1, units)[inside]):
        return False
    if np.any(other.walked.places.predicted.reshape(-1, units)[inside] != levels):
        return False
    codes = [table.codes.get(EOB, (0, 0)) for table in _alternating(other.scan)]
    ends, lengths = np.array([code for code, _ in codes]), np.array([length for _, length in codes])
    at, till = other_begins.reshape(-1, units)[inside], other_finished.reshape(-1, units)[inside]
    return bool(np.all(till - at == lengths) and np.all(_bits_at(other.bits, at, lengths) == ends))


def _alternating(scan: Scan) -> list[Huffman]:
    """The AC table of each unit of an MCU."""
    return [unit.alternating for unit in scan.mcu if unit.alternating is not None]


@lru_cache(maxsize=64)
def _keeps_its_codes(one: Huffman, other: Huffman) -> bool:
    """Whether every code of a table means the same in another one."""
    return set(one.all_codes) <= set(other.all_codes)


def _bits_at(bits: Bits, at: Integers, lengths: Integers) -> Integers:
    """So many bits from there on, 16 at most, as a number; of each unit of some MCUs."""
    word = at >> 5
    both = bits.words[word].astype(np.uint64) << np.uint64(32) | bits.words[word + 1]
    shift = (64 - lengths - (at & 31)).astype(np.uint64)
    found: Integers = (both >> shift).astype(np.int64) & ((1 << lengths) - 1)
    return found


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


def _blocks(bits: Bits, scan: Scan) -> Coefficients:
    """The blocks of a scan as they are coded: (MCU, unit, 64)."""
    walked = walk(bits, scan.mcu, scan.mcus, scan.interval, Keep.COEFFICIENTS)
    require_no_more(walked)
    return walked.coefficients.reshape(scan.mcus, -1, _COEFFICIENTS)


def _planes(stream: bytes, scan: Scan) -> Iterator[tuple[int, Coefficients]]:
    """The components of a scan by their index, each block in its place."""
    blocks = _blocks(Bits.of(stream[scan.segment.end : scan.segment.stop]), scan)
    for part, begin, width in zip(scan.parts, _begins(scan), scan.widths, strict=True):
        down, across = (part.component.vertical, part.component.horizontal) if scan.is_interleaved else (1, 1)
        own = blocks[:, begin : begin + width].reshape(scan.down, scan.across, down, across, _COEFFICIENTS)
        yield part.index, own.swapaxes(1, 2).reshape(scan.down * down, scan.across * across, _COEFFICIENTS)


def _begins(scan: Scan) -> Integers:
    """Where the units of each component begin in an MCU."""
    return np.cumsum((0, *scan.widths[:-1]))
