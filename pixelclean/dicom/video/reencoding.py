"""A cleaned video near enough to its source: which attempts are made, and what each one must show."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import BinaryIO

from pixelclean.dicom.video.compare import VideoComparison, VideoQuality, compare_videos
from pixelclean.dicom.video.encode import encode
from pixelclean.dicom.video.encoders import WAYS, Attempt, Way
from pixelclean.dicom.video.frames import VideoFrames, open_again
from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.ladder import ladder
from pixelclean.dicom.video.levels import Level
from pixelclean.errors import Refused
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

_LEAST_GAIN = 0.1  # dB; a finer quantiser that gains less is held back by the bits that the level allows

# The last packet of a transport stream may look like that of one that was cut (`transport.check_end`): then others do not.
_FAILURES = (ReasonCode.NOT_ENCODED, ReasonCode.TRUNCATED)


def reencode(source: VideoFrames, plan: Plan, target: BinaryIO, quality: VideoQuality) -> VideoComparison:
    """Write a video with the plan's pixels black, in the same coding and kind of container, without anything else.

    Number and moments of the frames, size, rate, aspect, colours, interlacing stay.  So does the level, unless it does
    not carry the quality: then it is the lowest of the transfer syntax that does.  `target` can be read and written.
    Returns what comparing the two files gave.  Raises Refused(NOT_ENCODED) where no attempt is near enough.
    """
    if source.stream.interlaced and source.stream.syntax.coding is Coding.HEVC:
        raise Refused(ReasonCode.NOT_ENCODED, "HEVC coded in fields, whose order cannot be proven")
    levels = ladder(source.stream)
    if not levels:
        raise Refused(ReasonCode.NOT_ENCODED, "frames larger or more in a second than any level of the coding allows")
    return _Encoding(source, plan, target, quality).on_the_lowest(levels)


@dataclass(frozen=True, slots=True, eq=False)
class _Encoding:
    """One video on its way into one target, which holds what was tried last."""

    source: VideoFrames
    plan: Plan
    target: BinaryIO
    quality: VideoQuality

    def on_the_lowest(self, levels: tuple[Level, ...]) -> VideoComparison:
        """On the first level, if that can be; else on the lowest where the way suffices that does on the last one."""
        first, *higher = levels
        if found := self._near_on(first):
            return found[1]
        if not higher or not (found := self._near_on(higher[-1])):
            raise Refused(ReasonCode.NOT_ENCODED, self.quality.unreached)
        way, compared = found
        lowest = bisect_left(higher, True, hi=len(higher) - 1, key=lambda level: self._suffices(Attempt(way, level)))
        return self._tried(Attempt(way, higher[lowest])) or compared

    def _near_on(self, level: Level) -> tuple[Way, VideoComparison] | None:
        """The first way that suffices on a level, with what comparing gave; the later ones only while they gain."""
        before = None
        for way in WAYS[self.source.stream.syntax.coding]:
            compared = self._tried(Attempt(way, level))
            if compared is None:
                continue
            if compared.holds(self.quality):
                return way, compared
            if before is not None and not _gains(before, compared):
                return None
            before = compared
        return None

    def _suffices(self, attempt: Attempt) -> bool:
        compared = self._tried(attempt)
        return compared is not None and compared.holds(self.quality)

    def _tried(self, attempt: Attempt) -> VideoComparison | None:
        """What comparing gives; None where the encoder fails, or states another level than it was told."""
        output = self._written(attempt)
        if output is None or output.stream.level != attempt.level.number:
            return None
        return compare_videos(self.source, output, self.plan)

    def _written(self, attempt: Attempt) -> VideoFrames | None:
        try:
            encode(self.source, self.plan, self.target, attempt)
            return open_again(self.target, self.source)
        except Refused as refused:
            if refused.code not in _FAILURES:
                raise
            return None


def _gains(before: VideoComparison, after: VideoComparison) -> bool:
    return after.psnr > before.psnr + _LEAST_GAIN or after.residue < before.residue
