"""Proof of the pixels: the encoded output is decoded again and compared with the source, pixel for pixel."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pixelclean.dicom import (
    Frames,
    StillFrames,
    blackened_area,
    coarse_components,
    compare_coefficients,
    without_hidden_bits,
)
from pixelclean.dicom.video import VideoFrames, VideoQuality, compare_videos
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray, grown
from pixelclean.pixels.fill import Fill, Words
from pixelclean.plan import Plan
from pixelclean.proof import Compared, VideoLoss
from pixelclean.reasons import ReasonCode

_TOGETHER = 1 << 20  # samples
Places = npt.NDArray[np.intp]


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


def compare(source: Frames, output: Frames, plan: Plan, fill: Fill) -> Comparison:
    """Compare every frame of the output with the source's; they must be alike in shape, depth and colour space."""
    _require_alike(source, output)
    planned = changed = unfilled = 0
    for index, mask in enumerate(plan.masks()):
        before, after = without_hidden_bits(source.frame(index), source.format), output.frame(index)
        planned += int(np.count_nonzero(mask))
        for band in _bands(after):
            pixels, _ = _differing(before[band], after[band])
            unfilled += _unfilled(after[band], mask[band], fill)
            changed += _distinct(pixels[~mask[band].ravel()[pixels]])
    return Comparison(planned, changed, unfilled)


def compare_blackened(source: StillFrames, output: StillFrames, plan: Plan, fill: Fill) -> Comparison:
    """Compare every frame of a JPEG image whose MCUs under the mask were made black.

    The coefficients tell: all of them are as they were, or black.  The samples are compared as well: a component that is
    not sub-sampled is equal everywhere beside the black MCUs, and so is a sub-sampled one, commonly chroma, but within
    one pixel of them, where the decoder interpolates it.
    """
    _require_alike(source, output)
    planned = changed = unfilled = beyond = fringe = 0
    for index, mask in enumerate(plan.masks()):
        before, after, words = source.encoded(index), output.encoded(index), output.frame(index)
        coefficients = compare_coefficients(before, after, mask, tuple(int(word) for word in fill))
        area, shown = blackened_area(before, mask), source.frame(index)
        rim, coarse = grown(area, 1), np.array(coarse_components(before))
        planned, beyond = planned + int(np.count_nonzero(mask)), beyond + int(np.count_nonzero(area & ~mask))
        changed, unfilled = changed + coefficients.changed_outside, unfilled + coefficients.not_filled_inside
        for band in _bands(words):
            pixels, samples = _differing(shown[band], words[band])
            outside = ~area[band].ravel()[pixels]
            pixels, samples = pixels[outside], samples[outside]
            on_rim = rim[band].ravel()[pixels] & coarse[samples]
            fringe += _distinct(pixels[on_rim])
            unfilled += _unfilled(words[band], mask[band], fill)
            changed += _distinct(pixels[~on_rim])
    return Comparison(planned, changed, unfilled, Compared.COEFFICIENTS, beyond, fringe)


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
    """Rows that are compared together: lists of what differs in them take much more memory than they do."""
    rows, columns, samples = words.shape
    step = max(1, _TOGETHER // (columns * samples))
    return (slice(row, row + step) for row in range(0, rows, step))


def _differing(before: Words, after: Words) -> tuple[Places, Places]:
    """The samples that differ: the pixel of each, counted row by row, and which of its samples it is.

    Bit patterns are compared, not numbers: a NaN of Float Pixel Data equals itself.
    """
    bits = np.dtype(f"u{before.dtype.itemsize}")
    places = np.flatnonzero(before.view(bits) != after.view(bits))
    return places // after.shape[-1], places % after.shape[-1]


def _distinct(pixels: Places) -> int:
    """How many pixels these are, which come in their order, each as often as it has such samples."""
    return int(np.count_nonzero(np.diff(pixels))) + (len(pixels) > 0)


def _unfilled(words: Words, mask: BoolArray, fill: Fill) -> int:
    """How many pixels of the mask are not the fill."""
    masked = words.reshape(mask.size, -1)[np.flatnonzero(mask)]
    return int((masked != np.asarray(fill, dtype=words.dtype)).any(axis=1).sum())
