"""The marker segments in the headers of a JPEG 2000 or HTJ2K codestream (ISO/IEC 15444-1 A)."""

import struct
from collections.abc import Iterator

CAP, SIZ, COD, COC, TLM, PLT, QCD, QCC, RGN = 0xFF50, 0xFF51, 0xFF52, 0xFF53, 0xFF55, 0xFF58, 0xFF5C, 0xFF5D, 0xFF5E
POC, PPM, PPT, COM, SOT, SOD = 0xFF5F, 0xFF60, 0xFF61, 0xFF64, 0xFF90, 0xFF93

Segments = tuple[tuple[int, bytes], ...]
"""Marker and content of each."""


def header_end(stream: bytes, position: int, until: int) -> int:
    """Where the marker `until` stands behind a run of segments; raises struct.error where it does not."""
    while True:
        marker, length = struct.unpack_from(">HH", stream, position)
        if marker == until:
            return position
        position += 2 + max(length, 2)


def segments(stream: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment of a header."""
    while start < end:
        marker, length = struct.unpack_from(">HH", stream, start)
        yield marker, stream[start + 4 : start + 2 + length]
        start += 2 + max(length, 2)


def spelled(marker: int, content: bytes) -> bytes:
    """The bytes of a segment."""
    return struct.pack(">HH", marker, len(content) + 2) + content


def style_of(marker: int, content: bytes) -> tuple[int, bytes]:
    """The style of COD or COC and its parameters: levels, width, height and style of blocks, transformation, precincts
    (A.6.1, A.6.2)."""
    return content[0], content[5:] if marker == COD else content[1:]
