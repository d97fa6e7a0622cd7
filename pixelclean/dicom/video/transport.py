"""The packets of a transport stream: whether all of one stream's are there (ISO/IEC 13818-1 2.4.3)."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_PACKET, _TIMED_PACKET, _SYNC = 188, 192, 0x47
_AT_ONCE = 4096
_HAS_CLOCK, _HAS_OLD_CLOCK, _HAS_SPLICE = 0x10, 0x08, 0x04

_Packets = npt.NDArray[np.uint8]


def check_packets(file: BinaryIO, number: int) -> None:
    """Raise Refused(TRUNCATED) where packets of a stream, by its packet identifier, are missing or marked as damaged."""
    before = None
    for own in _of_stream(file, number):
        if (own[:, 1] & 0x80).any() or (own[:, 3] & 0xC0).any():
            raise Refused(ReasonCode.TRUNCATED, "damaged or scrambled packets")
        counters = (own[own[:, 3] & 0x10 != 0, 3] & 0x0F).astype(np.int16)
        follows = counters if before is None else np.concatenate([before, counters])
        if ((np.diff(follows) - 1) & 0x0F).any():
            raise Refused(ReasonCode.TRUNCATED, "packets of the video")
        before = follows[-1:]


def check_end(file: BinaryIO, number: int) -> None:
    """Raise Refused(TRUNCATED) where the last coded picture may lack its end, which FFmpeg makes up for HEVC.

    A picture's last packet is filled up with stuffing unless its length happens to fit, and a packet of its middle never
    is: a stream that was cut is told by its last packet, and one in 184 that was not is taken for one.
    """
    last = None
    for own in _of_stream(file, number):
        last = own[-1]
    if last is None or not _is_stuffed(last):
        raise Refused(ReasonCode.TRUNCATED, "last coded picture")


def _of_stream(file: BinaryIO, number: int) -> Iterator[_Packets]:
    """The packets of one stream, many at once, never none."""
    for packets in _packets(file):
        own = packets[((packets[:, 1] & 0x1F).astype(np.uint16) << 8 | packets[:, 2]) == number]
        if len(own):
            yield own


def _packets(file: BinaryIO) -> Iterator[_Packets]:
    """Many packets at once, each from its synchronisation byte on; Refused where such a byte is missing."""
    file.seek(0)
    length = _PACKET if file.read(1)[:1] == bytes([_SYNC]) else _TIMED_PACKET
    file.seek(0)
    while block := file.read(length * _AT_ONCE):
        packets = np.frombuffer(block, np.uint8, len(block) // length * length).reshape(-1, length)[
            :, length - _PACKET :
        ]
        if (packets[:, 0] != _SYNC).any():
            raise Refused(ReasonCode.TRUNCATED, "packets of a transport stream")
        yield packets


def _is_stuffed(packet: npt.NDArray[Any]) -> bool:
    if not packet[3] & 0x20:
        return False
    length, flags = int(packet[4]), int(packet[5])
    used = 1 + 6 * bool(flags & _HAS_CLOCK) + 6 * bool(flags & _HAS_OLD_CLOCK) + bool(flags & _HAS_SPLICE)
    return length == 0 or length > used
