"""The encoders: how each is told to stay near the source, and within a level (PS3.5 8.2.5 to 8.2.11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.levels import Level
from pixelclean.dicom.video.stream import VideoStream

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

ENCODERS = {Coding.MPEG_2: "mpeg2video", Coding.H_264: "libx264", Coding.HEVC: "libx265"}
_LAMBDA = 118  # FF_QP2LAMBDA: FFmpeg's limits of the quantiser count in these
_INTERLACED = 1 << 18 | 1 << 29  # AV_CODEC_FLAG_INTERLACED_DCT and _ME


@dataclass(frozen=True, slots=True)
class Way:
    """How hard an encoder tries: `step` is a constant rate factor, of MPEG-2 the finest quantiser scale."""

    step: int
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to encode, and the level whose rate it may not exceed."""

    way: Way
    level: Level


# The non-linear scale of MPEG-2 begins with half the step of the linear one, and its other table of intra coefficients
# is for such fine ones (ISO/IEC 13818-2 7.4.2.2 and 7.2.2.1); FFmpeg does not go to its end.
_FINE = (("non_linear_quant", "1"), ("intra_vlc", "1"), ("qmax", "28"))
_FAST, _THOROUGH = (("preset", "veryfast"),), (("preset", "medium"), ("refs", "2"))
_ULTRAFAST, _FASTER = (("preset", "ultrafast"),), (("preset", "veryfast"),)
WAYS: dict[Coding, tuple[Way, ...]] = {
    Coding.MPEG_2: (Way(2, ()), Way(2, _FINE), Way(1, _FINE)),
    Coding.H_264: (Way(8, _FAST), *(Way(step, _THOROUGH) for step in (8, 4, 1))),
    Coding.HEVC: (Way(8, _ULTRAFAST), *(Way(step, _FASTER) for step in (8, 4, 1))),
}
"""What is tried on one level, in this order: the same quantiser with more work, then finer ones."""


def describe(context: VideoCodecContext, stream: VideoStream) -> None:
    """Tell an encoder what the frames are."""
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


def options_of(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    """The options of the encoder for an attempt."""
    always = {"a53cc": "0", "flags": "+bitexact"}
    return _CODINGS[stream.syntax.coding](stream, attempt) | dict(attempt.way.options) | always


def _mpeg_2(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    rate = str(attempt.level.kilobits * 1000)
    return {
        "b": rate,
        "maxrate": rate,
        "bufsize": str(attempt.level.buffer * 1024),
        "qmin": str(attempt.way.step),
        "lmin": str(attempt.way.step * _LAMBDA),
        "profile": stream.syntax.profile,
        "level": str(attempt.level.number),
        "bf": "0",
    }


def _h_264(stream: VideoStream, attempt: Attempt) -> dict[str, str]:
    blu_ray = {"bluray-compat": "1", "slices": "4"} if stream.syntax.blu_ray else {}
    return {
        "tune": "psnr",  # near the source by numbers, and not by what pleases the eye
        "profile": stream.syntax.profile,
        "level": attempt.level.name,
        "crf": str(attempt.way.step),
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
        "crf": str(attempt.way.step),
        "vbv-maxrate": str(level.kilobits),
        "vbv-bufsize": str(level.buffer),
    }
    joined = ":".join(f"{name}={value}" for name, value in parameters.items())
    return {
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
