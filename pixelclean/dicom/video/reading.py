"""Reading: the packets of the one video stream of a file, and the frames that they decode to."""

from __future__ import annotations  # the names of an absent library stand in annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pixelclean.dicom.video.containers import Container
from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.library import av
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video import VideoFrame, VideoStream

_MARGIN = 64  # coded pictures are larger than shown ones by less than a block each way


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """An open file and its video stream; `audio` and `others` count the streams beside it."""

    container: InputContainer
    stream: VideoStream
    audio: int
    others: int

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """The coded pictures in the order of the stream; Refused(TRUNCATED) where the container lacks bytes."""
        for packet in self.container.demux(self.stream):
            if packet.is_corrupt:
                raise Refused(ReasonCode.TRUNCATED, "coded pictures")
            if packet.size:
                yield packet

    def frames(self, check: Callable[[bytes], object] = len) -> Iterator[VideoFrame]:
        """The decoded frames in the order in which they are shown; `check` sees every coded picture before.

        Raises Refused: TRUNCATED, UNDECODABLE for a frame that is damaged or conceals that something is missing.
        """
        for packet in self.packets():
            check(bytes(packet))
            yield from _sound(self.stream.codec_context.decode(packet))
        yield from _sound(self.stream.codec_context.decode(None))


@contextmanager
def reading(file: BinaryIO, container: Container, coding: Coding, rows: int, columns: int) -> Iterator[Reader]:
    """Open a file at its start, for pictures of at most that many rows and columns.

    Whatever the library raises while the context lasts becomes Refused(UNDECODABLE).
    Raises Refused(INCONSISTENT_PIXEL_DATA) where the file does not hold exactly one video stream of that coding.
    """
    options = {
        "err_detect": "crccheck+buffer+explode",
        "max_pixels": str((rows + _MARGIN) * (columns + _MARGIN)),
    }
    with (
        guarded(ReasonCode.UNDECODABLE),
        av.open(_Bytes(file), "r", format=container.reader, options=options, io_open=_nothing_else) as opened,
    ):
        yield _reader(opened, coding, options)


@contextmanager
def guarded(code: ReasonCode) -> Iterator[None]:
    """Whatever the library raises becomes Refused with that code: its errors share no base class and no safe text."""
    try:
        yield
    except (Refused, MemoryError, GeneratorExit):
        raise
    except Exception:  # noqa: BLE001 - hostile bytes; the message stays with the library
        raise Refused(code, "video") from None


def _reader(opened: InputContainer, coding: Coding, options: dict[str, str]) -> Reader:
    if len(opened.streams.video) != 1:
        raise Refused(
            ReasonCode.INCONSISTENT_PIXEL_DATA, "not one video stream: a second view, as of stereo, or none at all"
        )
    stream = opened.streams.video[0]
    context = stream.codec_context
    if context.name != coding:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "coding of the video")
    context.options = options
    context.thread_count = 1  # the same frames in the same order on every machine
    audio = len(opened.streams.audio)
    return Reader(opened, stream, audio, len(opened.streams) - 1 - audio)


def _sound(frames: list[VideoFrame]) -> Iterator[VideoFrame]:
    for frame in frames:
        if frame.is_corrupt:
            raise Refused(ReasonCode.UNDECODABLE, "damaged frame")
        yield frame


def _nothing_else(url: str, flags: int, options: dict[str, str]) -> None:
    """A file that points to others, as MP4 can, gets none of them."""
    raise PermissionError


@dataclass(slots=True, eq=False)
class _Bytes:
    """What the library sees of a file: it can neither write nor close it, and several readers may share it by turns."""

    file: BinaryIO
    position: int = 0

    def read(self, size: int) -> bytes:
        self.file.seek(self.position)
        data = self.file.read(size)
        self.position += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self.file.seek(self.position)
        self.position = self.file.seek(offset, whence)
        return self.position

    def tell(self) -> int:
        return self.position
