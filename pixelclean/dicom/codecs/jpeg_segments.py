"""The marker segments of a JPEG or JPEG-LS stream one by one, each with the entropy-coded data behind it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pixelclean.dicom.codecs.jpeg_stream import scan_end

SOF_LS, DHT, DAC, SOS, EOI, DQT, DRI, COM, LSE = 0xF7, 0xC4, 0xCC, 0xDA, 0xD9, 0xDB, 0xDD, 0xFE, 0xF8
APPLICATION = range(0xE0, 0xF0)
FRAMES = frozenset({*range(0xC0, 0xD0)} - {DHT, 0xC8, DAC}) | {SOF_LS}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Segment:
    """Fill bytes and marker begin at `start`, the content lies in `content:end`, and a scan's data in `end:stop`."""

    marker: int
    start: int
    content: int
    end: int
    stop: int


def segments_of(stream: bytes) -> Iterator[Segment]:
    """Every segment behind the start of image, up to the end of image.

    The stream is one that `read_jpeg` has read to its end.  Raises struct.error or IndexError where it is not, and
    Refused(TRUNCATED) where a scan has no end.
    """
    position, jpeg_ls = 2, False
    while True:
        start = position
        while stream[position + 1] == 0xFF:
            position += 1
        marker = stream[position + 1]
        content = end = position + 2
        if marker == EOI:
            yield Segment(marker, start, content, end, end)
            return
        if marker not in _STANDALONE:
            (length,) = struct.unpack_from(">H", stream, content)
            content, end = content + 2, end + length
            if length < 2 or end > len(stream):
                raise IndexError
        jpeg_ls |= marker == SOF_LS
        position = scan_end(stream, end, jpeg_ls) if marker == SOS else end
        yield Segment(marker, start, content, end, position)
