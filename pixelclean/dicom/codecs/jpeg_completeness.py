"""What the scans of a JPEG stream give of its coefficients, and whether that is all (ISO/IEC 10918-1 A.2, B.2.3, G.1).

Decoders show what has come so far, which is what progression is for, and make up the rest: a stream that was cut looks
like an image of less detail.  So a stream passes here only where each scan holds all its blocks, and where its scans
give every coefficient of every component to its last bit.  Both fewer coefficients and fewer bits would be legal, but
are what is left of a stream that was cut between two scans, and are refused as truncated.
"""

import struct
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from pixelclean.dicom.codecs.jpeg_kernels import Bytes, Integers
from pixelclean.dicom.codecs.jpeg_scan import MOST_COMPONENTS, MOST_UNITS, unstuffed
from pixelclean.dicom.codecs.jpeg_segments import DRI, SOS, segments_of
from pixelclean.dicom.codecs.jpeg_stream import Component, JpegStream, read_jpeg
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_NEVER, _MOST_BITS_LEFT = -1, 13  # of the successive approximation (G.1.1.1.2, table B.3)
_IS_PROGRESSIVE = (2, 10)


@dataclass(slots=True)
class Plane:
    """One component: the blocks that it has by itself, down and across (A.2.2), and what is known of them so far.

    `bits_left[k]` is how many low bits of coefficient k are still to come, or _NEVER; `known[b, k]` is not 0 where that
    of block b is not.
    """

    component: Component
    index: int
    blocks: int
    known: Bytes
    bits_left: list[int] = field(default_factory=lambda: [_NEVER] * 64)

    @property
    def units(self) -> int:
        """Blocks in an MCU of several components."""
        return self.component.horizontal * self.component.vertical


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What a scan codes (B.2.3): coefficients `first` to `last`, of which `left` low bits are still to come then.

    `before` is how many were to come until then; 0 in the first scan of a coefficient.  `tables` are the bytes with the
    numbers of both tables, one for each of `planes`.  `data` are its `mcus` MCUs, which restart after every `interval`
    of them (0: never).
    """

    planes: tuple[Plane, ...]
    tables: tuple[int, ...]
    first: int
    last: int
    before: int
    left: int
    mcus: int = 0
    interval: int = 0
    data: bytes = b""

    @property
    def widths(self) -> tuple[int, ...]:
        """Blocks of each component in an MCU."""
        return tuple(plane.units for plane in self.planes) if len(self.planes) > 1 else (1,)

    def parts(self) -> tuple[Bytes, Integers, Integers]:
        """The data without markers, the byte at which each part between two of them ends, and its number of MCUs."""
        parted, ends = unstuffed(self.data)
        require(len(ends) == (-(-self.mcus // self.interval) if self.interval else 1), "markers in a scan")
        counts = np.full(len(ends), self.interval or self.mcus, np.int64)
        counts[-1] = self.mcus - int(counts[:-1].sum())
        return parted, ends, counts


class Coder(Protocol):
    """One way of entropy coding: the tables in force, and how a scan is followed with them."""

    def define(self, marker: int, content: bytes) -> None:
        """Take in tables; segments of other markers say nothing."""

    def follow(self, scan: Scan) -> None:
        """Follow a scan to its end and note what it makes known; Refused where that is not the end of its data."""


def follow_scans(data: bytes, process: int, coder: Coder) -> None:
    """Follow every scan of a stream of that process, n of SOFn, to its last bit.

    The size in the frame header, for which room is made, has been compared with the attributes.  Raises Refused:
    TRUNCATED where a scan, a coefficient or a bit of it is missing, UNDECODABLE for anything else that is wrong.
    """
    try:
        stream = read_jpeg(data)
        require(stream.process == process, "another process")
        _follow(data, stream, coder)
    except (struct.error, IndexError):
        raise Refused(ReasonCode.TRUNCATED, "JPEG stream") from None


def require(condition: bool, what: str) -> None:
    """Refused(UNDECODABLE) where the condition does not hold."""
    if not condition:
        raise Refused(ReasonCode.UNDECODABLE, f"JPEG: {what}")


def _follow(data: bytes, stream: JpegStream, coder: Coder) -> None:
    planes, interval = _planes(stream), 0
    for segment in segments_of(data):
        content = data[segment.content : segment.end]
        if segment.marker == DRI:
            (interval,) = struct.unpack(">H", content)
        elif segment.marker == SOS:
            scan = _scan(content, planes)
            _check_order(scan, stream)
            mcus = _mcus(scan.planes, stream)
            coder.follow(replace(scan, mcus=mcus, interval=interval, data=data[segment.end : segment.stop]))
            for plane in scan.planes:
                plane.bits_left[scan.first : scan.last + 1] = [scan.left] * (scan.last + 1 - scan.first)
        else:
            coder.define(segment.marker, content)
    if any(left != 0 for plane in planes.values() for left in plane.bits_left):
        raise Refused(ReasonCode.TRUNCATED, "JPEG: coefficients without their last bit")


def _scan(content: bytes, planes: dict[int, Plane]) -> Scan:
    count = content[0]
    require(1 <= count <= MOST_COMPONENTS and len(content) == 4 + 2 * count, "scan header")
    named = content[1 : 1 + 2 * count : 2]
    require(len(set(named)) == count and set(named) <= set(planes), "scan header")
    first, last, approximation = content[-3:]
    tables = tuple(content[2 : 2 + 2 * count : 2])
    return Scan(
        tuple(planes[identifier] for identifier in named), tables, first, last, approximation >> 4, approximation & 15
    )


def _check_order(scan: Scan, stream: JpegStream) -> None:
    """In progression DC comes first and by itself, AC of one component at a time, and each scan adds one bit (G.1.1.1).

    Otherwise a scan gives all there is (table B.3).
    """
    if stream.process not in _IS_PROGRESSIVE:
        require((scan.first, scan.last, scan.before, scan.left) == (0, 63, 0, 0), "scan header")
    elif scan.first:
        require(scan.first <= scan.last <= 63 and len(scan.planes) == 1, "spectral selection")
    else:
        require(scan.last == 0, "spectral selection")
    require(sum(scan.widths) <= MOST_UNITS, "units of an MCU")
    is_next = scan.left == scan.before - 1 if scan.before else scan.left <= _MOST_BITS_LEFT
    require(is_next and scan.before <= _MOST_BITS_LEFT, "successive approximation")
    wanted = scan.before or _NEVER
    for plane in scan.planes:
        require(not scan.first or plane.bits_left[0] != _NEVER, "AC before DC")
        band = plane.bits_left[scan.first : scan.last + 1]
        require(band == [wanted] * len(band), "order of the scans")


def _planes(stream: JpegStream) -> dict[int, Plane]:
    count = len(stream.components)
    require(stream.rows > 0 and stream.columns > 0 and 1 <= count <= MOST_COMPONENTS, "frame header")
    require(len({component.identifier for component in stream.components}) == count, "frame header")
    for component in stream.components:
        require(1 <= component.horizontal <= 4 and 1 <= component.vertical <= 4, "sampling")
    down, across = stream.finest
    planes = {}
    for index, component in enumerate(stream.components):
        rows = -(-stream.rows * component.vertical // down)
        columns = -(-stream.columns * component.horizontal // across)
        blocks = -(-rows // 8) * -(-columns // 8)
        planes[component.identifier] = Plane(component, index, blocks, np.zeros((blocks, 64), np.uint8))
    return planes


def _mcus(planes: tuple[Plane, ...], stream: JpegStream) -> int:
    """Of a scan: those of the frame, or the blocks of one component alone (A.2)."""
    if len(planes) == 1:
        return planes[0].blocks
    down, across = stream.finest
    return -(-stream.rows // (8 * down)) * -(-stream.columns // (8 * across))
