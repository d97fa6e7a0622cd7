"""VideoStream: what one pass over all packets and frames of a file establishes about it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.video import transport
from pixelclean.dicom.video.containers import Container, container_of
from pixelclean.dicom.video.kinds import Coding, VideoSyntax
from pixelclean.dicom.video.parameter_sets import units_of
from pixelclean.dicom.video.reading import Reader, reading
from pixelclean.dicom.video.start_codes import check_complete
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.video import VideoFrame

Plane = npt.NDArray[Any]
_FORMATS = {8: ("yuv420p", "yuvj420p"), 10: ("yuv420p10le",)}
_TURNED = "DISPLAYMATRIX"  # by the container or by the stream; DICOM has no word for it, so some viewers would obey
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_MAIN = ("Main", "Simple")
_LOWEST_RATE, _HIGHEST_RATE = Fraction(1, 100), Fraction(1000)


@dataclass(frozen=True, slots=True)
class Colours:
    """What the stream says about colour, by the numbers of ISO/IEC 23091-2; `full_range`: black is 0, not 16."""

    primaries: int
    transfer: int
    matrix: int
    full_range: bool


@dataclass(frozen=True, slots=True)
class VideoStream:
    """A file that was decoded from its first to its last byte.

    `rate` in frames per second and `aspect` of a pixel are what the stream says, `sampling` is the library's name of it; `times` are the moments of the frames
    in units of `time_base` seconds, the first one 0; `digests` are the SHA-256 of the decoded planes; `audio` and
    `others` count streams that are no video.
    """

    syntax: VideoSyntax
    container: Container
    rows: int
    columns: int
    level: int
    rate: Fraction
    aspect: Fraction
    sampling: str
    colours: Colours
    interlaced: bool
    time_base: Fraction
    start: int
    times: tuple[int, ...]
    digests: tuple[str, ...] = field(repr=False)
    size: int
    audio: int
    others: int

    @property
    def bits(self) -> int:
        """Bits of a sample."""
        return self.syntax.bits

    @property
    def black(self) -> tuple[int, int]:
        """Luma and chroma of black."""
        scale = 1 << (self.bits - 8)
        return (0 if self.colours.full_range else 16 * scale, 128 * scale)

    @property
    def moments(self) -> tuple[Fraction, ...]:
        """When each frame is shown, in seconds from the first one."""
        return tuple(time * self.time_base for time in self.times)


def look(file: BinaryIO, pixels: PixelFormat, syntax: VideoSyntax) -> VideoStream:
    """Decode a whole file and hold it against its attributes and its transfer syntax.

    Raises Refused: UNDECODABLE, TRUNCATED, UNSUPPORTED_TRANSFER_SYNTAX for a second view,
    INCONSISTENT_PIXEL_DATA where size, depth, coding or number of frames are others.
    """
    _require_attributes(pixels, syntax)
    container = container_of(file, syntax.coding)
    with reading(file, container, syntax.coding, pixels.rows, pixels.columns) as reader:
        watch = _Watch(pixels, syntax)
        for frame in reader.frames(_check(reader, syntax.coding, pixels.rows)):
            watch.see(frame)
        seen, number = watch.described(reader, container, file.seek(0, 2)), reader.stream.id
    if container is Container.TRANSPORT:
        transport.check_packets(file, number)
        if syntax.coding is Coding.HEVC:
            transport.check_end(file, number)
    return seen


def _check(reader: Reader, coding: Coding, rows: int) -> Callable[[bytes], object]:
    """What every coded picture must pass: it has all its slices, and it belongs to no second view."""
    if coding is Coding.MPEG_2:
        return partial(check_complete, rows=rows)
    return units_of(coding, reader.stream.codec_context.extradata or b"").cleaned


def planes_of(frame: VideoFrame) -> Iterator[Plane]:
    """Luma and the two chroma planes of a decoded frame, as arrays (row, column) that share its memory."""
    word = np.dtype(np.uint8 if frame.format.components[0].bits == 8 else "<u2")
    for plane in frame.planes:
        words: Plane = np.frombuffer(memoryview(plane), word).reshape(-1, plane.line_size // word.itemsize)
        yield words[: plane.height, : plane.width]


def digest_of(frame: VideoFrame) -> str:
    """The SHA-256 of the planes of a frame, in hex."""
    total = hashlib.sha256()
    for plane in planes_of(frame):
        total.update(np.ascontiguousarray(plane).data)
    return total.hexdigest()


@dataclass(slots=True)
class _Watch:
    """What the frames say, one after the other; they must agree with the attributes and with each other."""

    pixels: PixelFormat
    syntax: VideoSyntax
    times: list[int] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    interlaced: bool = False
    kinds: set[tuple[str, Colours]] = field(default_factory=set)

    def see(self, frame: VideoFrame) -> None:
        if (frame.height, frame.width) != (self.pixels.rows, self.pixels.columns):
            raise _inconsistent("Rows, Columns")
        if frame.format.name not in _FORMATS[self.syntax.bits]:
            raise _inconsistent("sampling or depth of the video")
        if len(self.times) == self.pixels.frames:
            raise _inconsistent("NumberOfFrames")
        if _TURNED in frame.side_data:
            raise _inconsistent("a video that is shown turned or mirrored")
        if frame.pts is None:
            raise Refused(ReasonCode.UNDECODABLE, "moments of the frames")
        full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
        colours = Colours(frame.color_primaries, frame.color_trc, frame.colorspace, full)
        self.kinds.add((frame.format.name, colours))
        self.interlaced |= frame.interlaced_frame
        self.times.append(frame.pts)
        self.digests.append(digest_of(frame))

    def described(self, reader: Reader, container: Container, size: int) -> VideoStream:
        if len(self.times) != self.pixels.frames:
            raise _inconsistent("NumberOfFrames")
        if len(self.kinds) != 1:
            raise _inconsistent("colours of the frames")
        if any(later <= earlier for earlier, later in pairwise(self.times)):
            raise Refused(ReasonCode.UNDECODABLE, "moments of the frames")
        ((sampling, colours),) = self.kinds
        context = reader.stream.codec_context
        if self.syntax.coding is Coding.MPEG_2 and context.profile not in _MAIN:
            raise _inconsistent("profile of the video")
        return VideoStream(
            syntax=self.syntax,
            container=container,
            rows=self.pixels.rows,
            columns=self.pixels.columns,
            level=context.level,
            rate=_rate(context.framerate, reader.stream.average_rate),
            aspect=context.sample_aspect_ratio or Fraction(1),
            sampling=sampling,
            colours=colours,
            interlaced=self.interlaced,
            time_base=reader.stream.time_base or Fraction(1, 90_000),
            start=self.times[0],
            times=tuple(time - self.times[0] for time in self.times),
            digests=tuple(self.digests),
            size=size,
            audio=reader.audio,
            others=reader.others,
        )


def _require_attributes(pixels: PixelFormat, syntax: VideoSyntax) -> None:
    """PS3.5 8.2.5 to 8.2.11: what the attributes of video shall say."""
    allocated = 8 if syntax.bits == 8 else 16
    stated = (pixels.bits_allocated, pixels.bits_stored, pixels.high_bit, pixels.signed)
    if stated != (allocated, syntax.bits, syntax.bits - 1, False):
        raise _inconsistent("BitsAllocated, BitsStored, HighBit, PixelRepresentation of video")
    if pixels.photometric != "YBR_PARTIAL_420":
        raise _inconsistent("PhotometricInterpretation of video")
    if pixels.rows % 2 or pixels.columns % 2:
        raise _inconsistent("odd Rows or Columns with shared chroma samples")


def _rate(*stated: Fraction | None) -> Fraction:
    """The first plausible number of frames per second."""
    rates = (rate for rate in stated if rate and _LOWEST_RATE <= rate <= _HIGHEST_RATE)
    return next(rates, Fraction(25))


def _inconsistent(what: str) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, what)
