"""Encoding: a masked video in the same coding, near its source (PS3.5 8.2.5 to 8.2.11)."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, cast

from pixelclean.dicom.video.cleaned import cleaned_beside, cleaner_of
from pixelclean.dicom.video.encoders import ENCODERS, Attempt, describe, options_of
from pixelclean.dicom.video.frames import VideoFrames
from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.masks import PlaneMasks
from pixelclean.dicom.video.reading import guarded
from pixelclean.dicom.video.stream import VideoStream
from pixelclean.dicom.video.writing import copy_of, writing
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream as Encoded


def encode(source: VideoFrames, plan: Plan, target: BinaryIO, attempt: Attempt) -> None:
    """Write a video with the plan's pixels black and nothing beside its coded pictures; `target` is emptied first.

    Raises Refused(NOT_ENCODED) where the encoder fails, and what reading the source anew raises.
    """
    stream, coding = source.stream, source.stream.syntax.coding
    with guarded(ReasonCode.NOT_ENCODED), writing(target, stream) as opened:
        made = cast(
            "Encoded", opened.add_stream(ENCODERS[coding], rate=stream.rate, options=options_of(stream, attempt))
        )
        context = made.codec_context
        describe(context, stream)
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
