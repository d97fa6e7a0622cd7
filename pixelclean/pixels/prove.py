"""Proof of the pixels: the encoded output is decoded again and compared with the source, pixel for pixel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from pixelclean.dicom import Frames, Sampling, StillFrames, area_of, compare_streams, without_hidden_bits
from pixelclean.dicom.video import VideoFrames, VideoQuality, compare_videos
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray, grown
from pixelclean.pixels.fill import Fill, Words
from pixelclean.plan import Plan
from pixelclean.proof import Compared, VideoLoss
from pixelclean.reasons import ReasonCode
from pixelclean.side_by_side import in_order

_TOGETHER = 1 << 20  # samples
Places = npt.NDArray[np.intp]
Samples = npt.NDArray[np.bool_]
"""(row, column, sample)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pixel counts over all frames: planned by the plan, changed outside its mask, not black inside it.

    `beyond` is how many pixels are filled beyond the plan, `fringe` how many beside them show another chroma than before.
    """

    planned: int
    changed_outside: int
    not_filled_inside: int
    compared: Compared = Compared.STORED_VALUES
    beyond: int = 0
    fringe: int = 0
    video: VideoLoss | None = None

    def __add__(self, other: "Comparison") -> "Comparison":
        """Of more frames that are compared in the same way."""
        return replace(
            self,
            planned=self.planned + other.planned,
            changed_outside=self.changed_outside + other.changed_outside,
            not_filled_inside=self.not_filled_inside + other.not_filled_inside,
            beyond=self.beyond + other.beyond,
            fringe=self.fringe + other.fringe,
        )


def compare(source: Frames, output: Frames, plan: Plan, fill: Fill, threads: int = 1) -> Comparison:
    """Compare every frame of the output with the source's; they must be alike in shape, depth and colour space.

    `threads` frames are compared at a time.
    """
    _require_alike(source, output)
    look = partial(_compared, source, output, fill)
    return _summed(in_order(look, enumerate(plan.masks()), threads), Comparison(0, 0, 0))


def _compared(source: Frames, output: Frames, fill: Fill, masked: tuple[int, BoolArray]) -> Comparison:
    """One frame."""
    index, mask = masked
    before, after = without_hidden_bits(source.frame(index), source.format), output.frame(index)
    changed = unfilled = 0
    for band in _bands(after):
        rows, differs = _differing(before[band], after[band])
        unfilled += _unfilled(after[band], mask[band], fill)
        changed += int(np.count_nonzero(_any_sample(differs) & ~mask[band][rows]))
    return Comparison(int(np.count_nonzero(mask)), changed, unfilled)


def compare_blackened(source: StillFrames, output: StillFrames, plan: Plan, fill: Fill, threads: int = 1) -> Comparison:
    """Compare every frame of a JPEG image whose MCUs under the mask were made black.

    The coefficients tell: all of them are as they were, or black.  The samples are compared as well: a component that is
    not sub-sampled is equal everywhere beside the black MCUs, and so is a sub-sampled one, commonly chroma, but within
    one pixel of them, where the decoder interpolates it.  `threads` frames are compared at a time.
    """
    _require_alike(source, output)
    look = partial(_compared_blackened, source, output, fill, _Shades())
    nothing = Comparison(0, 0, 0, Compared.COEFFICIENTS)
    return _summed(in_order(look, enumerate(plan.masks()), threads), nothing)


def _compared_blackened(
    source: StillFrames, output: StillFrames, fill: Fill, shades: "_Shades", masked: tuple[int, BoolArray]
) -> Comparison:
    """One frame."""
    index, mask = masked
    coefficients, sampling = compare_streams(source, output, index, mask, tuple(int(word) for word in fill))
    shade = shades.of(mask, sampling)
    before, after = source.frame(index), output.frame(index)
    changed, unfilled, fringe = coefficients.changed_outside, coefficients.not_filled_inside, 0
    for band in _bands(after):
        rows, differs = _differing(before[band], after[band])
        unfilled += _unfilled(after[band], mask[band], fill)
        beside = np.nonzero(_any_sample(differs) & ~shade.area[band][rows])
        samples, on_rim = differs[beside], shade.rim[band][rows][beside]
        explained = samples & on_rim[:, None] & shade.coarse
        fringe += int(np.count_nonzero(explained.any(axis=1)))
        changed += int(np.count_nonzero((samples & ~explained).any(axis=1)))
    return Comparison(shade.planned, changed, unfilled, Compared.COEFFICIENTS, shade.beyond, fringe)


@dataclass(frozen=True, slots=True, eq=False)
class _Shade:
    """What a mask makes black in a JPEG stream: the `area` of its MCUs, and that with one pixel more on every side, its
    `rim`; how many pixels are `planned`, and how many of the area lie `beyond` them.  `coarse` is told by sample."""

    mask: BoolArray
    sampling: Sampling
    area: BoolArray
    rim: BoolArray
    coarse: BoolArray
    planned: int
    beyond: int

    @classmethod
    def of(cls, mask: BoolArray, sampling: Sampling) -> "_Shade":
        area, planned = area_of(sampling, mask), int(np.count_nonzero(mask))
        beyond, coarse = int(np.count_nonzero(area & ~mask)), np.array(sampling.is_coarse)
        return cls(mask, sampling, area, grown(area, 1), coarse, planned, beyond)


@dataclass(slots=True, eq=False)
class _Shades:
    """The shade of the mask that was asked for last: most frames share one array."""

    last: _Shade | None = field(default=None)

    def of(self, mask: BoolArray, sampling: Sampling) -> _Shade:
        """Threads that find another one make their own."""
        shade = self.last
        if shade is None or shade.mask is not mask or shade.sampling != sampling:
            shade = self.last = _Shade.of(mask, sampling)
        return shade


def _summed(comparisons: Iterable[Comparison], nothing: Comparison) -> Comparison:
    return sum(comparisons, start=nothing)


def compare_video(source: VideoFrames, output: VideoFrames, plan: Plan, quality: VideoQuality) -> Comparison:
    """Compare every frame of a video that was encoded anew, with loss: its nearness is measured, and judged as a whole.

    Where it is not what `quality` asks for, every pixel counts as changed, or as not filled.
    """
    worst = compare_videos(source, output, plan)
    psnr = worst.psnr
    far, bright = psnr < quality.least_psnr, worst.residue > quality.greatest_residue
    video = VideoLoss(psnr if np.isfinite(psnr) else None, worst.difference, worst.fringe_difference, worst.residue)
    pixels = plan.rows * plan.columns * plan.frames
    return Comparison(
        worst.planned,
        pixels - worst.planned if far else 0,
        worst.planned if bright else 0,
        Compared.VIDEO,
        worst.beyond,
        video=video,
    )


def _require_alike(source: Frames, output: Frames) -> None:
    one, other = source.format, output.format
    same = (
        (one.rows, one.columns, one.frames, one.samples) == (other.rows, other.columns, other.frames, other.samples)
        and (one.bits_allocated, one.bits_stored, one.high_bit)
        == (other.bits_allocated, other.bits_stored, other.high_bit)
        and (one.signed, one.kind) == (other.signed, other.kind)
        and one.photometric.removesuffix("_422") == other.photometric.removesuffix("_422")
    )
    if not same:
        raise Refused(ReasonCode.PROOF_FAILED, "the output's pixel format is not the source's")


def _bands(words: Words) -> Iterator[slice]:
    """Rows that are compared together: what is told of them takes as much memory as they do."""
    rows, columns, samples = words.shape
    step = max(1, _TOGETHER // (columns * samples))
    return (slice(row, row + step) for row in range(0, rows, step))


def _differing(before: Words, after: Words) -> tuple[Places, Samples]:
    """The rows in which anything differs, and which samples of them do.

    Bit patterns are compared, not numbers: a NaN of Float Pixel Data equals itself.
    """
    rows = np.flatnonzero((_wide(before) != _wide(after)).any(axis=1))
    bits = np.dtype(f"u{before.dtype.itemsize}")
    return rows, before[rows].view(bits) != after[rows].view(bits)


def _wide(words: Words) -> npt.NDArray[np.unsignedinteger]:
    """The bytes of each row in as few numbers as they make."""
    rows = np.ascontiguousarray(words).reshape(len(words), -1).view(np.uint8)
    widest = next(size for size in (8, 4, 2, 1) if rows.shape[1] % size == 0)
    wide: npt.NDArray[np.unsignedinteger] = rows.view(f"u{widest}")
    return wide


def _any_sample(samples: Samples) -> BoolArray:
    """The pixels, (row, column), of which any sample is one of these."""
    pixels: BoolArray = samples[..., 0]
    for index in range(1, samples.shape[-1]):
        pixels = pixels | samples[..., index]
    return pixels


def _unfilled(words: Words, mask: BoolArray, fill: Fill) -> int:
    """How many pixels of the mask are not the fill."""
    rows = np.flatnonzero(mask.any(axis=1))
    masked = words[rows]
    filled = np.tile(np.asarray(fill, dtype=words.dtype), masked.shape[1])
    other = (masked.reshape(len(rows), len(filled)) != filled).reshape(masked.shape)
    return int(np.count_nonzero(_any_sample(other) & mask[rows]))
