"""What the walk over every scan of a JPEG stream tells, found once for each stream, however often it is asked.

A frame is decoded to be looked at, freed from what is beside its image, blackened and compared, and each of these asks
how its scans are coded and where they end.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from pixelclean.dicom.codecs.jpeg_arithmetic import ARITHMETIC, check_arithmetic
from pixelclean.dicom.codecs.jpeg_layout import Layout, layout_of
from pixelclean.dicom.codecs.jpeg_progressive import PROGRESSIVE, check_progressive
from pixelclean.dicom.codecs.jpeg_scan import Bits, Keep, Walked, walk
from pixelclean.dicom.codecs.jpeg_segments import SOF_LS
from pixelclean.dicom.codecs.jpeg_stream import JpegStream, read_jpeg

_ROOM_OF_LAYOUT = 1 << 14  # bytes, about
_LATEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The headers of a stream, and its scans, each walked over from end to end.

    `layout` is None in progressive and arithmetic coding, whose scans are whole and are not told.  In JPEG-LS only the
    segments are known: there is no scan.
    """

    header: JpegStream
    layout: Layout | None
    scans: tuple[Walked, ...]

    @property
    def bytes_held(self) -> int:
        """About as much memory as it takes."""
        return _ROOM_OF_LAYOUT + sum(walked.bytes_held for walked in self.scans)


SurveyOf = Callable[[bytes], Survey]


def survey(stream: bytes) -> Survey:
    """Walk over every scan; Refused (TRUNCATED, UNDECODABLE) where one does not hold the samples that it should.

    Raises Refused like `read_jpeg` too.  What stands behind the last MCU of a scan is told, not judged.
    """
    header = read_jpeg(stream)
    if header.process == PROGRESSIVE:
        check_progressive(stream)
        return Survey(header, None, ())
    if header.process in ARITHMETIC:
        check_arithmetic(stream, header.process)
        return Survey(header, None, ())
    layout = layout_of(stream)
    if layout.process == SOF_LS:
        return Survey(header, layout, ())
    keep = Keep.PLACES if layout.is_sequential else Keep.ENDS
    scans = (
        walk(Bits.of(stream[scan.segment.end : scan.segment.stop]), scan.mcu, scan.mcus, scan.interval, keep)
        for scan in layout.scans
    )
    return Survey(header, layout, tuple(scans))


def known_of(stream: bytes, found: Survey) -> SurveyOf:
    """Who knows the survey of one stream, and makes that of any other."""
    return lambda other: found if other == stream else survey(other)


@dataclass(slots=True, eq=False, repr=False)
class Surveys:
    """Surveys of streams by the digest of their bytes.

    The first ones stay, as many as fit into `room` bytes, since all streams are asked for in turn, several times.  Of the
    others the latest few are known, where one step asks twice, and the rest are made again.
    """

    room: int = 0
    _known: dict[bytes, Survey] = field(default_factory=dict)
    _latest: dict[bytes, Survey] = field(default_factory=dict)
    _held: int = 0
    _lock: Lock = field(default_factory=Lock)

    def of(self, stream: bytes) -> Survey:
        """The survey of a stream; raises Refused as `survey` does."""
        digest = hashlib.blake2b(stream, digest_size=32).digest()
        known = self._known.get(digest) or self._latest.get(digest)
        if known is None:
            known = survey(stream)
            with self._lock:
                self._remember(digest, known)
        return known

    def _remember(self, digest: bytes, known: Survey) -> None:
        if self._held + known.bytes_held > self.room:
            self._latest[digest] = known
            if len(self._latest) > _LATEST:
                del self._latest[next(iter(self._latest))]
        elif digest not in self._known:
            self._known[digest] = known
            self._held += known.bytes_held
