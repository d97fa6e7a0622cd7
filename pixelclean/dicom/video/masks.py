"""Masks of video: grown to whole chroma samples, painted on planes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.stream import VideoStream, planes_of
from pixelclean.geometry import BoolArray

if TYPE_CHECKING:
    from av.video import VideoFrame


@dataclass(frozen=True, slots=True, eq=False)
class PlaneMasks:
    """What is black in the luma plane, and in each of the two chroma planes."""

    luma: BoolArray
    chroma: BoolArray

    @classmethod
    def of(cls, mask: BoolArray, stream: VideoStream) -> PlaneMasks:
        """A mask of pixels, rounded outward to pixels that share their chroma, in MPEG-2 to whole macroblocks.

        Four share it; in interlaced pictures the rows of a field do, so that a block is four rows high.  MPEG-2 would
        show an edge inside a macroblock as ringing on both of its sides; the later codings predict and filter it away.
        """
        rows, columns = mask.shape
        high, wide = _block(stream)
        padded = np.pad(mask, ((0, -rows % high), (0, -columns % wide)))
        blocks = padded.reshape(padded.shape[0] // high, high, -1, wide).any(axis=(1, 3))
        luma = blocks.repeat(high, axis=0).repeat(wide, axis=1)[:rows, :columns]
        return cls(luma, luma[::2, ::2])

    def of_plane(self, index: int) -> BoolArray:
        """The mask of a plane by its place: 0 is luma."""
        return self.chroma if index else self.luma

    def paint(self, frame: VideoFrame, stream: VideoStream) -> None:
        """Make the masked samples of a frame black, in a copy of its memory where the decoder still needs it."""
        if not self.luma.any():
            return
        frame.make_writable()
        luma, chroma = stream.black
        for index, plane in enumerate(planes_of(frame)):
            plane[self.of_plane(index)] = chroma if index else luma


def _block(stream: VideoStream) -> tuple[int, int]:
    """Rows and columns of what becomes black together."""
    if stream.syntax.coding is Coding.MPEG_2:
        return 16, 16
    return (4 if stream.interlaced else 2), 2
