"""The container around coded video, told by its first bytes (PS3.5 8.2.5 to 8.2.11)."""

from enum import Enum
from typing import BinaryIO

from pixelclean.dicom.video.kinds import Coding
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_SYNC, _PACKET = 0x47, 188
_TIMED_PACKET = 192  # each packet behind four bytes of time, as on Blu-ray discs
_LOOK = 2 * _TIMED_PACKET + 8
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide")
_PACK, _SEQUENCE = b"\0\0\1\xba", b"\0\0\1\xb3"
_VIDEO_PES = tuple(b"\0\0\1" + bytes([number]) for number in range(0xE0, 0xF0))


class Container(Enum):
    """A kind of container, by the names of FFmpeg's reader and writer."""

    TRANSPORT = ("mpegts", "mpegts")
    PROGRAM = ("mpeg", "vob")
    ELEMENTARY = ("mpegvideo", "mpeg2video")
    MP4 = ("mp4", "mp4")

    @property
    def reader(self) -> str:
        return self.value[0]

    @property
    def writer(self) -> str:
        return self.value[1]


def container_of(file: BinaryIO, coding: Coding) -> Container:
    """The container that a file starts like.

    MPEG-2 may stand in any of them, H.264 and HEVC in a transport stream or in MP4.
    Raises Refused: UNDECODABLE for anything else, TRUNCATED for a transport stream with half a packet.
    """
    file.seek(0)
    start = file.read(_LOOK)
    found = _recognised(start)
    if found is None:
        raise Refused(ReasonCode.UNDECODABLE, "container")
    if coding is not Coding.MPEG_2 and found not in (Container.TRANSPORT, Container.MP4):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "container")
    if found is Container.TRANSPORT and _size(file) % (_PACKET if start[0] == _SYNC else _TIMED_PACKET):
        raise Refused(ReasonCode.TRUNCATED, "transport stream")
    return found


def _recognised(start: bytes) -> Container | None:
    for first, step in ((0, _PACKET), (4, _TIMED_PACKET)):
        if len(start) > first and set(start[first::step]) == {_SYNC}:
            return Container.TRANSPORT
    if start[4:8] in _MP4_BOXES:
        return Container.MP4
    if start[:4] in (_PACK, *_VIDEO_PES):
        return Container.PROGRAM
    return Container.ELEMENTARY if start[:4] == _SEQUENCE else None


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)
