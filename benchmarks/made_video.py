"""A short invented cine in each video transfer syntax that PyAV can encode (the extra `video`)."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

import numpy as np
import numpy.typing as npt

_ROOT = "1.2.840.10008.1.2.4."
_FRAMES, _RATE = 5, 25
Picture = Callable[[int, int, int], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How PyAV is told what a transfer syntax asks for (PS3.5 8.2.5 to 8.2.8)."""

    codec: str
    method: str
    columns: int
    rows: int
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Video:
    """A coded stream and what the attributes say about it."""

    stream: bytes
    rows: int
    columns: int
    frames: int
    rate: int
    method: str


def _h264(profile: str, level: str, columns: int = 640, rows: int = 480) -> Kind:
    options = {"profile": profile, "level": level, "preset": "veryfast", "crf": "20"}
    return Kind("libx264", "ISO_14496_10", columns, rows, options)


def _hevc(profile: str) -> Kind:
    options = {"profile": profile, "preset": "ultrafast", "x265-params": "level-idc=5.1:log-level=none:crf=20"}
    return Kind("libx265", "ISO_23008_2", 640, 480, options)


_MAIN = Kind("mpeg2video", "ISO_13818_2", 640, 480, {"profile": "4", "level": "8", "b": "4M"})
_HIGH = Kind("mpeg2video", "ISO_13818_2", 1280, 720, {"profile": "4", "level": "4", "b": "8M"})
_KINDS = {
    "100": _MAIN,
    "100.1": _MAIN,
    "101": _HIGH,
    "101.1": _HIGH,
    "102": _h264("high", "4.1"),
    "102.1": _h264("high", "4.1"),
    "103": _h264("high", "4.1", 1280, 720),
    "103.1": _h264("high", "4.1", 1280, 720),
    "104": _h264("high", "4.2"),
    "104.1": _h264("high", "4.2"),
    "105": _h264("high", "4.2"),
    "105.1": _h264("high", "4.2"),
    "106": _h264("high", "4.2"),
    "106.1": _h264("high", "4.2"),
    "107": _hevc("main"),
    "108": _hevc("main10"),
}
SYNTAXES = tuple(f"{_ROOT}{tail}" for tail in _KINDS)


class NoEncoder(Exception):
    """PyAV is not installed, or lacks the encoder."""


def encode(syntax: str, bits: int, picture: Picture) -> Video:
    """The cine as an MPEG-2 transport stream; raises NoEncoder."""
    kind = _KINDS[syntax.removeprefix(_ROOT)]
    try:
        import av  # noqa: PLC0415 - the extra
    except ImportError:
        raise NoEncoder("no encoder: the extra video is not installed") from None
    buffer, layout = BytesIO(), "yuv420p10le" if bits == 10 else "yuv420p"
    with av.open(buffer, "w", format="mpegts", options={"mpegts_flags": "+initial_discontinuity"}) as container:
        stream = container.add_stream(kind.codec, rate=_RATE, options=kind.options)
        stream.width, stream.height, stream.pix_fmt = kind.columns, kind.rows, layout
        stream.time_base, stream.thread_count = Fraction(1, _RATE), 1
        for number in range(_FRAMES):
            shown = np.rint(picture(number, kind.rows, kind.columns) * 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format=layout)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Video(buffer.getvalue(), kind.rows, kind.columns, _FRAMES, _RATE, kind.method)
