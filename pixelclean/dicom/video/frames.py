"""VideoFrames: the decoded frames of a video, one at a time, as the other codecs give them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.video.kinds import VIDEO_SYNTAXES
from pixelclean.dicom.video.library import REQUIRES, decoder_name, is_available
from pixelclean.dicom.video.reading import guarded, reading
from pixelclean.dicom.video.stream import Plane, VideoStream, look, planes_of
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.video import VideoFrame


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VideoFrames:
    """The frames of one video; `frame(i)` is (row, column, sample): luma and chroma, each chroma sample repeated.

    `format` describes those arrays: YBR_PARTIAL_420, or YBR_FULL where the stream says that it uses the full range.
    Frames in ascending order are read in one pass; going back starts anew.
    """

    format: PixelFormat
    decoder: str
    stream: VideoStream
    file: BinaryIO
    _cursor: _Cursor = field(default_factory=lambda: _Cursor())  # noqa: PLW0108 - the class stands below

    def __len__(self) -> int:
        return self.format.frames

    def frame(self, index: int) -> Words:
        """One frame, as unsigned words of Bits Allocated bits; Refused when it is not what it was at the first look."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._cursor.frame(self, index)

    def digest(self, index: int) -> str:
        """SHA-256 of the frame's decoded planes in hex: equal digests, equal frames."""
        return self.stream.digests[index]

    def decoded(self) -> Generator[VideoFrame]:
        """All frames in one pass, as the library gives them."""
        stream = self.stream
        with reading(self.file, stream.container, stream.syntax.coding, stream.rows, stream.columns) as reader:
            yield from reader.frames()


def open_video(file: BinaryIO, pixels: PixelFormat, transfer_syntax: str) -> VideoFrames:
    """The frames of a video, every one of them decoded once.

    `file` is seekable and holds all fragments joined; it stays open and is the caller's to close.
    `pixels` is what the attributes state.  Raises Refused: UNSUPPORTED_TRANSFER_SYNTAX without the library or for a
    second view, UNDECODABLE, TRUNCATED, INCONSISTENT_PIXEL_DATA.
    """
    if not is_available():
        raise Refused(
            ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX, f"{REQUIRES} is not installed: pip install pixelclean[video]"
        )
    syntax = VIDEO_SYNTAXES[transfer_syntax]
    stream = look(file, pixels, syntax)
    photometric = "YBR_FULL" if stream.colours.full_range else "YBR_PARTIAL_420"
    return VideoFrames(replace(pixels, photometric=photometric, planar=0), decoder_name(syntax.coding), stream, file)


def open_again(file: BinaryIO, like: VideoFrames) -> VideoFrames:
    """The frames of another file that shall be described as that one is; raises as `open_video`."""
    attributes = replace(like.format, photometric="YBR_PARTIAL_420")
    stream = look(file, attributes, like.stream.syntax)
    return replace(like, stream=stream, file=file, _cursor=_Cursor())


def words_of(planes: Iterator[Plane]) -> Words:
    """Planes as one array (row, column, sample), each chroma sample standing for the four pixels that share it."""
    luma, *chroma = planes
    repeated = (plane.repeat(2, axis=0).repeat(2, axis=1)[: luma.shape[0], : luma.shape[1]] for plane in chroma)
    return np.stack([luma, *repeated], axis=-1)


@dataclass(slots=True)
class _Cursor:
    """Where a pass over the frames stands, with the frame that was read last."""

    position: int = -1
    words: Words | None = None
    passing: Generator[VideoFrame] | None = None

    def frame(self, frames: VideoFrames, index: int) -> Words:
        with guarded(ReasonCode.UNDECODABLE):
            if self.words is not None and index == self.position:
                return self.words
            if self.passing is None or index < self.position:
                self._rewind(frames)
            return self._forward(index)

    def _rewind(self, frames: VideoFrames) -> None:
        if self.passing is not None:
            self.passing.close()
        self.passing, self.position = frames.decoded(), -1

    def _forward(self, index: int) -> Words:
        assert self.passing is not None
        for frame in self.passing:
            self.position += 1
            if self.position == index:
                self.words = words_of(planes_of(frame))
                return self.words
        raise Refused(ReasonCode.UNDECODABLE, "fewer frames than before")
