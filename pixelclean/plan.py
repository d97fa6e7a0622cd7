"""Plan: the ordered regions that make the mask of one image."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from pixelclean.geometry import Act, BoolArray, Origin, Region, mask_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be filled in one image of `frames` frames of `rows` by `columns` pixels.

    A keep region of an operator takes pixels away from all masks but operators'; one of the identifier, text that was
    read as harmless, from masks of detectors only; one of a rule from masks of rules only: it never undoes what a
    detector or an operator masks.
    """

    rows: int
    columns: int
    frames: int
    regions: tuple[Region, ...]

    def __post_init__(self) -> None:
        if self.rows < 1 or self.columns < 1 or self.frames < 1:
            raise ValueError("a plan needs an image")
        for region in self.regions:
            if region.box.right > self.columns or region.box.bottom > self.rows:
                raise ValueError("a region lies outside the image")
            if region.frame is not None and region.frame >= self.frames:
                raise ValueError("a region speaks about a frame that is not there")

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the plan, in hex."""
        lines = [[*r.box.edges, r.act, r.origin, r.reference, r.frame] for r in self.regions]
        text = json.dumps([self.rows, self.columns, self.frames, lines], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def masks_something(self) -> bool:
        """Whether any pixel of any frame will be filled."""
        return any(self.mask(frame).any() for frame in self.distinct_frames)

    @property
    def distinct_frames(self) -> tuple[int, ...]:
        """Frames whose masks may differ from each other: one frame speaks for all that no region singles out."""
        named = {region.frame for region in self.regions if region.frame is not None}
        return tuple(sorted(named | ({self._unnamed} if self._unnamed is not None else set())))

    @property
    def _unnamed(self) -> int | None:
        """The first frame that no region singles out."""
        named = {region.frame for region in self.regions}
        return next((frame for frame in range(self.frames) if frame not in named), None)

    def masks(self) -> Iterator[BoolArray]:
        """The mask of each frame in turn; frames that no region singles out share one array, so treat it as constant."""
        named = {region.frame for region in self.regions}
        common = self.mask(self._unnamed) if self._unnamed is not None else None
        for frame in range(self.frames):
            yield self.mask(frame) if common is None or frame in named else common

    def mask(self, frame: int) -> BoolArray:
        """The pixels of that frame that will be filled, as a (rows, columns) array."""
        ruled = self._pixels(frame, Act.MASK, Origin.RULE) & ~self._pixels(frame, Act.KEEP, Origin.RULE)
        found = self._pixels(frame, Act.MASK, Origin.DETECTOR) & ~self._pixels(frame, Act.KEEP, Origin.IDENTIFIER)
        judged = ruled | found | self._pixels(frame, Act.MASK, Origin.IDENTIFIER)
        judged &= ~self._pixels(frame, Act.KEEP, Origin.OPERATOR)
        return judged | self._pixels(frame, Act.MASK, Origin.OPERATOR)

    def _pixels(self, frame: int, act: Act, *origins: Origin) -> BoolArray:
        boxes = (r.box for r in self.regions if r.act is act and r.origin in origins and r.applies_to(frame))
        return mask_of(boxes, self.rows, self.columns)
