"""Shots: small pictures of what was missed and of what was masked for nothing.  They show what is burned in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pixelclean.detect import Picture, drawn, png
from pixelclean.detect.components import components
from pixelclean.evaluation.ink import Shown
from pixelclean.evaluation.judge import Line, LineVerdict, near_to
from pixelclean.geometry import Act, BoolArray, Box, Origin, Region
from pixelclean.plan import Plan

_AROUND = 24  # pixels beside a box that are shown, at least
_LONGEST = 1600
_BETWEEN = 6  # columns between before and after


class Finding(StrEnum):
    """What a picture shows."""

    MISS = "miss"
    """A line that is left."""
    NOT_JUDGED = "not judged"
    """A label of which nobody knows whether its text is gone."""
    FALSE_ALARM = "false alarm"
    """A part of the mask that is far from every line."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A connected part of a mask that is far from every line, the first frame that has it, and its pixels there."""

    box: Box
    frame: int
    pixels: int


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a finding, as PNG.

    `score` sorts: for a line the share of its ink that is left, for a false alarm its share of the frame.
    """

    finding: Finding
    box: Box
    frame: int
    score: float
    identifies: bool
    png: bytes


def alarms(plan: Plan, lines: Iterable[Line]) -> tuple[Alarm, ...]:
    """The parts of a plan's mask, over all frames together, of which no pixel is near a line."""
    near = near_to(lines, plan.rows, plan.columns)
    masks = {frame: plan.mask(frame) for frame in plan.distinct_frames}
    found = components(np.any(list(masks.values()), axis=0))
    far = [box for box, _ in found if not near[box.slices].any()]
    return tuple(_alarm(box, masks) for box in far)


def _alarm(box: Box, masks: Mapping[int, BoolArray]) -> Alarm:
    pixels = {frame: int(mask[box.slices].sum()) for frame, mask in masks.items()}
    frame = max(pixels, key=lambda each: pixels[each])
    return Alarm(box, frame, pixels[frame])


def shot_of_line(verdict: LineVerdict, before: Shown, after: Shown) -> Shot:
    """A line that is left or not judged, before beside after, in the frame where the least of it is covered."""
    around, low, high = _framed(before, verdict.line.box)
    sides = [_with_box(frame[around.slices], verdict.line.box, around, low, high) for frame in (before, after)]
    between = np.full((around.height, _BETWEEN, 3), 128, np.uint8)
    picture = np.hstack([sides[0], between, sides[1]])
    identifies = verdict.line.identifies
    finding = Finding.MISS if verdict.left else Finding.NOT_JUDGED
    return Shot(finding, verdict.line.box, verdict.frame, 1 - verdict.covered, identifies, png(picture, _LONGEST))


def shot_of_alarm(alarm: Alarm, before: Shown) -> Shot:
    """What was masked for nothing, as it was before."""
    around, low, high = _framed(before, alarm.box)
    picture = _with_box(before[around.slices], alarm.box, around, low, high)
    share = alarm.pixels / (before.shape[0] * before.shape[1])
    return Shot(Finding.FALSE_ALARM, alarm.box, alarm.frame, share, identifies=False, png=png(picture, _LONGEST))


def _framed(frame: Shown, box: Box) -> tuple[Box, float, float]:
    """The surroundings of a box, and the darkest and the brightest in them."""
    around = box.grown(max(_AROUND, 2 * box.height)).clipped(*frame.shape[:2])
    assert around is not None
    crop = frame[around.slices]
    return around, float(crop.min()), float(crop.max())


def _with_box(crop: Shown, box: Box, around: Box, low: float, high: float) -> Picture:
    """A crop as a picture, fitted to its own contrast, with the outline of a box just outside it."""
    eight = (np.clip((crop - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
    colours = np.ascontiguousarray(np.broadcast_to(eight, (*eight.shape[:2], 3)))
    outline = box.moved(-around.left, -around.top) if around.left or around.top else box
    seen = outline.grown(1).clipped(*colours.shape[:2])
    assert seen is not None
    return drawn(colours, [Region(seen, Act.MASK, Origin.DETECTOR, "")])
