"""Proof of the pixels: the encoded output is decoded again and compared with the source, pixel for pixel."""

from dataclasses import dataclass

import numpy as np

from pixelclean.dicom import (
    Frames,
    StillFrames,
    blackened_area,
    compare_coefficients,
    is_subsampled,
    without_hidden_bits,
)
from pixelclean.dicom.video import VideoFrames, VideoQuality, compare_videos
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray, grown
from pixelclean.pixels.fill import Fill, Words
from pixelclean.plan import Plan
from pixelclean.proof import Compared, VideoLoss
from pixelclean.reasons import ReasonCode


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
        before = without_hidden_bits(source.frame(index), source.format)
        after = output.frame(index)
        planned += int(mask.sum())
        unfilled += int((_any_sample(after != np.asarray(fill, dtype=after.dtype)) & mask).sum())
        # Bit patterns are compared, not numbers: a NaN of Float Pixel Data equals itself.
        differs = _any_sample(before.view(_bits(before)) != after.view(_bits(after)))
        changed += int((differs & ~mask).sum())
    return Comparison(planned, changed, unfilled)


def compare_blackened(source: StillFrames, output: StillFrames, plan: Plan, fill: Fill) -> Comparison:
    """Compare every frame of a JPEG image whose MCUs under the mask were made black.

    The coefficients tell: all of them are as they were, or black.  The samples are compared as well: luma and what is
    not sub-sampled is equal everywhere beside the black MCUs, and so is sub-sampled chroma but within one pixel of them,
    where the decoder interpolates it.
    """
    _require_alike(source, output)
    planned = changed = unfilled = beyond = fringe = 0
    for index, mask in enumerate(plan.masks()):
        before, after = source.encoded(index), output.encoded(index)
        coefficients = compare_coefficients(before, after, mask, tuple(int(word) for word in fill))
        area = blackened_area(before, mask)
        words = output.frame(index)
        differs = source.frame(index) != words
        rim = grown(area, 1) & ~area & _any_sample(differs[..., 1:]) if is_subsampled(before) else np.zeros_like(area)
        planned, beyond, fringe = planned + int(mask.sum()), beyond + int((area & ~mask).sum()), fringe + int(rim.sum())
        black = np.asarray(fill, dtype=words.dtype)
        unfilled += coefficients.not_filled_inside + int((_any_sample(words != black) & mask).sum())
        changed += coefficients.changed_outside + int((differs[..., 0] & ~area).sum())
        changed += int((_any_sample(differs) & ~area & ~rim).sum())
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


def _any_sample(flags: BoolArray) -> BoolArray:
    """Whether any sample of a pixel is flagged; sample by sample, since reducing so short an axis is slow."""
    together = flags[..., 0].copy()
    for sample in range(1, flags.shape[-1]):
        together |= flags[..., sample]
    return together


def _bits(words: Words) -> np.dtype[np.generic]:
    return np.dtype(f"u{words.dtype.itemsize}")
