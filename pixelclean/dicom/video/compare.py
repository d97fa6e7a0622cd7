"""The proof of a re-encoded video: decoded source and decoded output, frame by frame.

Video is coded with loss, so what left the encoder is near the source, and near black in the mask.  How near is measured
and told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pixelclean.dicom.video.frames import VideoFrames
from pixelclean.dicom.video.ladder import ladder
from pixelclean.dicom.video.masks import PlaneMasks
from pixelclean.dicom.video.reading import guarded
from pixelclean.dicom.video.stream import Plane, VideoStream, planes_of
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray, grown
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.video import VideoFrame

LARGEST_BLOCK = 16
"""Pixels around a mask that may differ more: the filters of the codings reach across an edge, and blocks lie on it."""


@dataclass(frozen=True, slots=True)
class VideoQuality:
    """How near the source a re-encoded video must be.

    `least_psnr` in dB, for luma and for chroma of every single frame, outside the mask and its fringe;
    `greatest_residue` is how far from black a masked sample may be, in steps of 256.
    """

    least_psnr: float = 40.0
    greatest_residue: float = 16.0

    @property
    def unreached(self) -> str:
        """What to say where no encoding is as near; by the names that the policy has for it."""
        asked = f"pixel.video_psnr {self.least_psnr:g} dB, pixel.video_residue {self.greatest_residue:g}"
        return f"no encoding on any level is as near as the policy asks: {asked}"


@dataclass(frozen=True, slots=True)
class VideoComparison:
    """The worst of all frames, in steps of 256 whatever the depth.

    `planned` counts the pixels of the masks over all frames, `beyond` those that are black with them: a coding has
    blocks of pixels that share their chroma, or more.

    `luma_psnr`, `chroma_psnr` in dB and `difference` speak of what is outside the mask and its fringe of 16 pixels,
    `fringe_difference` of the fringe, `residue` of how far from black masked samples are.
    """

    planned: int
    beyond: int
    luma_psnr: float
    chroma_psnr: float
    difference: float
    fringe_difference: float
    residue: float

    @property
    def psnr(self) -> float:
        """The smaller one, of luma or chroma."""
        return min(self.luma_psnr, self.chroma_psnr)

    def holds(self, quality: VideoQuality) -> bool:
        """Whether this is as near as it must be."""
        return self.psnr >= quality.least_psnr and self.residue <= quality.greatest_residue


def compare_videos(source: VideoFrames, output: VideoFrames, plan: Plan) -> VideoComparison:
    """Compare every frame of the output with the source's.

    Raises Refused(PROOF_FAILED) where number, moments, size, depth, colours or interlacing of the frames differ, or
    where the output states another level than the source and may not.
    """
    _require_alike(source.stream, output.stream)
    if output.stream.level not in {level.number for level in ladder(source.stream)}:
        raise Refused(ReasonCode.PROOF_FAILED, "the output's video states a level that it may not")
    worst = _Worst(source.stream)
    with guarded(ReasonCode.PROOF_FAILED):
        for mask, before, after in zip(plan.masks(), source.decoded(), output.decoded(), strict=True):
            worst.see(mask, before, after)
    return worst.comparison()


def _require_alike(one: VideoStream, other: VideoStream) -> None:
    def told(stream: VideoStream) -> tuple[object, ...]:
        return (stream.rows, stream.columns, stream.syntax, stream.rate, stream.colours, stream.interlaced)

    if told(one) != told(other) or one.moments != other.moments:
        raise Refused(ReasonCode.PROOF_FAILED, "the output's video is not described as the source's")


@dataclass(slots=True)
class _Worst:
    """The worst of the frames seen so far."""

    stream: VideoStream
    planned: int = 0
    beyond: int = 0
    errors: list[float] = field(default_factory=lambda: [0.0, 0.0])
    difference: int = 0
    fringe_difference: int = 0
    residue: int = 0
    _mask: BoolArray | None = None
    _areas: tuple[_Area, ...] = ()

    def see(self, mask: BoolArray, before: VideoFrame, after: VideoFrame) -> None:
        if mask is not self._mask:
            self._mask, self._areas = mask, tuple(_areas(mask, self.stream))
        self.planned += int(mask.sum())
        self.beyond += int((self._areas[0].inside & ~mask).sum())
        planes = zip(planes_of(before), planes_of(after), self._areas, strict=True)
        squares = [self._plane(*pair) for pair in planes]
        chroma = sum(squares[1:]) / max(1, len(squares) - 1)
        self.errors = [max(self.errors[0], squares[0]), max(self.errors[1], chroma)]

    def _plane(self, before: Plane, after: Plane, area: _Area) -> float:
        """The mean squared error outside."""
        apart = np.abs(before.astype(np.int32) - after)
        outside = apart[area.outside]
        self.difference = max(self.difference, _greatest(outside))
        self.fringe_difference = max(self.fringe_difference, _greatest(apart[area.fringe]))
        self.residue = max(self.residue, _greatest(np.abs(after[area.inside].astype(np.int32) - area.black)))
        return float(np.square(outside).mean()) if outside.size else 0.0

    def comparison(self) -> VideoComparison:
        scale = 1 << (self.stream.bits - 8)
        luma, chroma = (_decibels(error, (1 << self.stream.bits) - 1) for error in self.errors)
        steps = (self.difference / scale, self.fringe_difference / scale, self.residue / scale)
        return VideoComparison(self.planned, self.beyond, luma, chroma, *steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Area:
    """The three parts of a plane, and its black."""

    inside: BoolArray
    fringe: BoolArray
    outside: BoolArray
    black: int


def _areas(mask: BoolArray, stream: VideoStream) -> Iterator[_Area]:
    masks = PlaneMasks.of(mask, stream)
    reached = grown(masks.luma, LARGEST_BLOCK)
    for inside, around, black in (
        (masks.luma, reached, stream.black[0]),
        (masks.chroma, reached[::2, ::2], stream.black[1]),
        (masks.chroma, reached[::2, ::2], stream.black[1]),
    ):
        yield _Area(inside, around & ~inside, ~around, black)


def _greatest(steps: Plane) -> int:
    return int(steps.max()) if steps.size else 0


def _decibels(error: float, highest: int) -> float:
    return 10 * math.log10(highest * highest / error) if error else math.inf
