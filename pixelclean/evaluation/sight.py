"""Sight: the stored words of an image as frames in which 0 is what the fill of its mask displays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from pixelclean.detect import Display, one_by_one
from pixelclean.dicom import Frames, Kind, PixelFormat, open_frames, values_of
from pixelclean.dicom.video import VideoFrames
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.evaluation.ink import Shown
from pixelclean.geometry import BoolArray
from pixelclean.pixels import Fill, black
from pixelclean.plan import Plan
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_VIDEO_LOSS = 24.0  # of 255: a video is encoded anew, and no pixel of it stays as it was


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The eyes for one image: frames of the source, and with the same scale those of its output.

    Grey is told by how far a value is from the fill, as finely as it is stored, so that no window hides faint text;
    colours and palettes by how far each of red, green and blue is from the fill's.  What is no number a viewer may show
    as anything: it is told in a second sample, each kind of it apart and none of it black.
    """

    frames: Frames
    display: Display
    fill: Fill
    scale: float

    @classmethod
    def of(cls, dataset: Dataset, transfer_syntax: str, limits: Limits) -> Self:
        """The eyes for a source; raises Refused where its pixels cannot be decoded, or no black is known for them."""
        frames = open_frames(dataset, transfer_syntax, limits)
        display, form = Display.of(dataset), frames.format
        fill = black(dataset, form, (frames.frame(number) for number in range(len(frames))))
        return cls(frames, display, fill, _scale(frames, fill) if _is_grey(form, display) else 1.0)

    @property
    def loss(self) -> float:
        """By how much of 255 a pixel may differ for no other reason than that it was encoded anew."""
        return _VIDEO_LOSS if isinstance(self.frames, VideoFrames) else 0.0

    def before(self, number: int) -> Shown:
        """A frame of the source."""
        return self._shown(self.frames, number)

    def beside(self, output: Frames) -> Iterator[tuple[Shown, Shown]]:
        """Every frame before and after; Refused where the output has other frames."""
        form = output.format
        if (len(output), form.rows, form.columns) != (len(self.frames), *self.frames.format.shape[:2]):
            raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "the output has other frames than the source")
        return ((self.before(number), self._shown(output, number)) for number in range(len(output)))

    def masked(self, plan: Plan) -> Iterator[tuple[Shown, Shown]]:
        """Every frame, and as it would be with the pixels of a plan filled."""
        for number, mask in enumerate(plan.masks()):
            before = self.before(number)
            yield before, filled(before, mask)

    def after(self, output: Frames, number: int) -> Shown:
        """A frame of the output."""
        return self._shown(output, number)

    def _shown(self, frames: Frames, number: int) -> Shown:
        words, form = frames.frame(number), frames.format
        if _is_grey(form, self.display):
            far = (_distance(words, form, self.fill[0]) * self.scale).astype(np.float32)
            return far if form.kind is Kind.INTEGER else np.concatenate([far, _no_numbers(words)], axis=-1)
        colours = next(one_by_one(words, form, self.display)).astype(np.float32)
        return np.abs(colours - next(one_by_one(_one_pixel(self.fill, form), form, self.display)).astype(np.float32))


def filled(frame: Shown, mask: BoolArray) -> Shown:
    """A frame with the pixels of a (row, column) mask as the fill displays them."""
    return np.where(mask[..., np.newaxis], np.float32(0), frame)


def _is_grey(form: PixelFormat, display: Display) -> bool:
    return form.samples == 1 and display.palette is None


def _scale(frames: Frames, fill: Fill) -> float:
    """What makes the value that is furthest from the fill in any frame 255."""
    furthest = max(
        float(_distance(frames.frame(number), frames.format, fill[0]).max()) for number in range(len(frames))
    )
    return 255.0 / furthest if furthest else 1.0


def _distance(words: Words, form: PixelFormat, fill: float) -> npt.NDArray[np.float64]:
    """Half of how far each value is from that of the fill, so that it is finite for all that are; 0 for the others."""
    values = values_of(words, form).astype(np.float64)
    return np.abs(np.where(np.isfinite(values), values, _value(fill, form)) / 2 - _value(fill, form) / 2)


def _no_numbers(words: Words) -> Shown:
    """0 for a number, and a level of its own for each of the three that are none."""
    kinds = [np.isnan(words), np.isposinf(words), np.isneginf(words)]
    return np.select(kinds, [np.float32(255), np.float32(170), np.float32(85)], np.float32(0)).astype(np.float32)


def _value(word: float, form: PixelFormat) -> float:
    return float(values_of(np.array([word], form.dtype), form)[0])


def _one_pixel(fill: Fill, form: PixelFormat) -> Words:
    return np.array(fill, form.dtype).reshape(1, 1, form.samples)
