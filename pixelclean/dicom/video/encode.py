"""Encoding: a masked video in the same coding, near its source (PS3.5 8.2.5 to 8.2.11)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from pixelclean.dicom.video.cleaned import cleaned_beside, cleaner_of
from pixelclean.dicom.video.compare import VideoComparison, VideoQuality, compare_videos
from pixelclean.dicom.video.frames import VideoFrames, open_again
from pixelclean.dicom.video.kinds import Coding, Level, level_of
from pixelclean.dicom.video.masks import PlaneMasks
from pixelclean.dicom.video.reading import guarded
from pixelclean.dicom.video.stream import VideoStream
from pixelclean.dicom.video.writing import copy_of, writing
from pixelclean.errors import Refused
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream as Encoded

# The quantisers that are tried, from near to nearer: constant rate factors, and the quantiser scale of MPEG-2.
_STEPS = {Coding.MPEG_2: (2, 1), Coding.H_264: (8, 4, 1), Coding.HEVC: (8, 4, 1)}
_ENCODERS = {Coding.MPEG_2: "mpeg2video", Coding.H_264: "libx264", Coding.HEVC: "libx265"}
_LAMBDA = 118  # FF_QP2LAMBDA: FFmpeg's limits of the quantiser count in these
_INTERLACED = 1 << 18 | 1 << 29  # AV_CODEC_FLAG_INTERLACED_DCT and _ME


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to encode: a quantiser, and the level whose rate it may not exceed."""

    step: int
    level: Level


def reencode(source: VideoFrames, plan: Plan, target: BinaryIO, quality: VideoQuality) -> VideoComparison:
    """Write a video with the plan's pixels black, in the same coding and kind of container, without anything else.

    Number and moments of the frames, size, rate, aspect, colours, interlacing stay; so does the level, unless only the
    highest one of the transfer syntax allows the quality.  `target` can be read and written.  Returns what comparing the
    two files gave.  Raises Refused(NOT_ENCODED) where no attempt is near enough.
    """
    if source.stream.interlaced and source.stream.syntax.coding is Coding.HEVC:
        raise Refused(ReasonCode.NOT_ENCODED, "interlaced HEVC")
    for attempt in attempts(source.stream):
        _encode(source, plan, target, attempt)
        compared = compare_videos(source, open_again(target, source), plan)
        if compared.holds(quality):
            return compared
    raise Refused(ReasonCode.NOT_ENCODED, "the video at the quality that the policy asks for")


def attempts(stream: VideoStream) -> Iterator[Attempt]:
    """What is tried, in this order: a finer quantiser is no help where the rate of the stream's own level is too low."""
    own, steps = level_of(stream.syntax, stream.level), _STEPS[stream.syntax.coding]
    if own != stream.syntax.level:
        yield Attempt(steps[0], own)
    for step in steps:
        yield Attempt(step, stream.syntax.level)


def _encode(source: VideoFrames, plan: Plan, target: BinaryIO, attempt: Attempt) -> None:
    stream, coding = source.stream, source.stream.syntax.coding
    with guarded(ReasonCode.NOT_ENCODED), writing(target, stream) as opened:
        made = cast(
            "Encoded", opened.add_stream(_ENCODERS[coding], rate=stream.rate, options=_options(stream, attempt))
        )
        context = made.codec_context
        _describe(context, stream)
        context.open()
        record = context.extradata or b""
        clean = cleaner_of(coding, record)
        context.extradata = cleaned_beside(coding, record)
        made.time_base = stream.time_base
        with closing(_painted(source, plan)) as frames:
            for index, packet in enumerate(_packets(context, frames)):
                copied = copy_of(packet, clean(bytes(packet)))
                # The encoder reorders nothing: packets come in the order of the frames.
                copied.pts, copied.dts = stream.times[index], _decoded_at(stream, index)
                copied.duration = _duration(stream, index)
                copied.time_base, copied.stream = stream.time_base, made
                opened.mux(copied)


def _painted(source: VideoFrames, plan: Plan) -> Generator[VideoFrame]:
    mask, masks = None, None
    for index, (this, frame) in enumerate(zip(plan.masks(), source.decoded(), strict=True)):
        if masks is None or this is not mask:
            mask, masks = this, PlaneMasks.of(this, source.stream)
        masks.paint(frame, source.stream)
        frame.pts, frame.time_base = index, 1 / source.stream.rate
        frame.pict_type = 0  # which the source chose; the encoder chooses anew
        yield frame


def _packets(context: VideoCodecContext, frames: Iterator[VideoFrame]) -> Iterator[Packet[Encoded]]:
    for frame in frames:
        yield from context.encode(frame)
    yield from context.encode(None)


def _duration(stream: VideoStream, index: int) -> int:
    """Units of time that a frame is shown; the last one as long as a frame of the stated rate."""
    if index + 1 < len(stream.times):
        return stream.times[index + 1] - stream.times[index]
    return round(1 / stream.rate / stream.time_base)


def _decoded_at(stream: VideoStream, index: int) -> int:
    """When a picture is decoded; in MPEG-2 one picture before it is shown (ISO/IEC 13818-1 2.4.3.7)."""
    if stream.syntax.coding is not Coding.MPEG_2:
        return stream.times[index]
    return stream.times[index - 1] if index else -_duration(stream, 0)


def _describe(context: VideoCodecContext, stream: VideoStream) -> None:
    context.width, context.height = stream.columns, stream.rows
    context.pix_fmt = stream.sampling  # any other would convert
    context.time_base, context.framerate = 1 / stream.rate, stream.rate
    context.sample_aspect_ratio = stream.aspect
    context.color_primaries, context.color_trc = stream.colours.primaries, stream.colours.transfer
    context.colorspace, context.color_range = stream.colours.matrix, 2 if stream.colours.full_range else 1
    context.thread_count = 1  # the same bytes on every machine
    context.gop_size = max(1, round(stream.rate))
    if stream.interlaced:
        context.flags |= _INTERLACED


def _options(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    return _CODINGS[stream.syntax.coding](stream, attempt) | {"a53cc": "0", "flags": "+bitexact"}


def _mpeg_2(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    rate = str(attempt.level.kilobits * 1000)
    return {
        "b": rate,
        "maxrate": rate,
        "bufsize": str(attempt.level.buffer * 1024),
        "qmin": str(attempt.step),
        "lmin": str(attempt.step * _LAMBDA),
        "profile": stream.syntax.profile,
        "level": str(attempt.level.number),
        "bf": "0",
    }


def _h_264(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    blu_ray = {"bluray-compat": "1", "slices": "4"} if stream.syntax.blu_ray else {}
    return {
        "preset": "veryfast",
        "tune": "psnr",  # near the source by numbers, and not by what pleases the eye
        "profile": stream.syntax.profile,
        "level": f"{attempt.level.number // 10}.{attempt.level.number % 10}",
        "crf": str(attempt.step),
        "maxrate": f"{attempt.level.kilobits}k",
        "bufsize": f"{attempt.level.buffer}k",
        "bf": "0",
        "udu_sei": "0",
        **blu_ray,
    }


def _hevc(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    level = attempt.level
    parameters = {
        "log-level": "none",
        "info": "0",
        "pools": "none",
        "frame-threads": "1",
        "bframes": "0",
        "high-tier": "0",
        "level-idc": str(level.number // 3),
        "crf": str(attempt.step),
        "vbv-maxrate": str(level.kilobits),
        "vbv-bufsize": str(level.buffer),
    }
    joined = ":".join(f"{name}={value}" for name, value in parameters.items())
    return {
        "preset": "ultrafast",
        "tune": "psnr",
        "profile": stream.syntax.profile,
        "x265-params": joined,
        "udu_sei": "0",
    }


_CODINGS: dict[Coding, Callable[[VideoStream, Attempt], dict[str, str]]] = {
    Coding.MPEG_2: _mpeg_2,
    Coding.H_264: _h_264,
    Coding.HEVC: _hevc,
}
