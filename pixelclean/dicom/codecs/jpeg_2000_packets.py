"""Whether the data of each tile end with its last packet (ISO/IEC 15444-1 B.9, B.10).

Nothing says where that is but the headers of all packets before it, and only a decoder reads those.  OpenJPEG refuses
a tile as soon as the data of a packet go on behind what there is of it, before it decodes any: so a tile that is one
byte too short, and is decoded all the same, holds bytes that belong to no packet.
"""

import struct
from dataclasses import dataclass, field

import imagecodecs

from pixelclean.dicom.codecs.jpeg_2000_segments import (
    COM,
    PLT,
    SIZ,
    SOD,
    SOT,
    TLM,
    Segments,
    header_end,
    segments,
    spelled,
)

_BESIDE = frozenset((TLM, PLT, COM))
_WITHOUT_DATA = b"\0\x80"  # a packet that is not there, and one that includes no block (B.10.3)
_END_OF_HEADER = b"\xff\x92"
_EXTENT = struct.Struct(">8L")


@dataclass(slots=True)
class _Tile:
    """The data of one tile, and the segments in the header of its first tile part."""

    header: Segments = ()
    data: list[bytes] = field(default_factory=list)


def ends_with_its_packets(stream: bytes) -> bool:
    """Whether nothing but empty packets follows the last one of any tile; False too where that cannot be told.

    `stream` is a codestream without packed packet headers that the decoder decodes.  Raises struct.error or IndexError
    where it is none.
    """
    main_end = header_end(stream, 2, SOT)
    main = tuple(segments(stream, 2, main_end))
    tiles = _tiles(stream, main_end)
    if tiles is None:
        return False
    parts = sum(len(tile.data) for tile in tiles.values())
    rearranged = parts > 1 or any(marker == TLM for marker, _ in main)
    return all(
        _ends_with_its_packets(_alone(main, number), tile, rearranged=rearranged) for number, tile in tiles.items()
    )


def _ends_with_its_packets(main: bytes, tile: _Tile, *, rearranged: bool) -> bool:
    data = b"".join(tile.data)
    needed = data[: _reach(data)]
    if not needed:
        return True
    if rearranged and not _decodes(_stream(main, tile.header, data)):
        return False
    return not _decodes(_stream(main, tile.header, needed[:-1]))


def _reach(data: bytes) -> int:
    """Where what may be packets without data begins, their ends marked or not: nothing can be read in those."""
    end = len(data)
    while end and (data[end - 1] in _WITHOUT_DATA or data[end - 2 : end] == _END_OF_HEADER):
        end -= 1 if data[end - 1] in _WITHOUT_DATA else 2
    return end


def _tiles(stream: bytes, position: int) -> dict[int, _Tile] | None:
    """The tiles by their number; None where a later part of one says more than that it is one."""
    tiles = dict[int, _Tile]()
    while struct.unpack_from(">H", stream, position)[0] == SOT:
        number, length = struct.unpack_from(">HL", stream, position + 4)
        end = position + length if length else stream.rfind(b"\xff\xd9")
        header = header_end(stream, position + 12, SOD)
        said = tuple(each for each in segments(stream, position + 12, header) if each[0] not in _BESIDE)
        if number not in tiles:
            tiles[number] = _Tile(said)
        elif said:
            return None
        tiles[number].data.append(stream[header + 2 : end])
        position = end
    return tiles


def _alone(main: Segments, tile: int) -> bytes:
    """The main header of an image that is this tile: all positions stay, since they count from the same origin (B.3)."""
    return b"".join(
        spelled(marker, _cropped(content, tile) if marker == SIZ else content)
        for marker, content in main
        if marker not in _BESIDE
    )


def _cropped(siz: bytes, tile: int) -> bytes:
    """The SIZ segment of one tile (A.5.1)."""
    right, bottom, left, top, width, height, first_column, first_row = _EXTENT.unpack_from(siz, 2)
    row, column = divmod(tile, -(-(right - first_column) // width))
    x, y = first_column + column * width, first_row + row * height
    x0, x1, y0, y1 = max(x, left), min(x + width, right), max(y, top), min(y + height, bottom)
    return siz[:2] + _EXTENT.pack(x1, y1, x0, y0, x1 - x0, y1 - y0, x0, y0) + siz[2 + _EXTENT.size :]


def _stream(main: bytes, header: Segments, data: bytes) -> bytes:
    """A codestream of one tile in one part."""
    said = b"".join(spelled(marker, content) for marker, content in header)
    part = struct.pack(">HHHLBB", SOT, 10, 0, 14 + len(said) + len(data), 0, 1)
    return b"".join((b"\xff\x4f", main, part, said, struct.pack(">H", SOD), data, b"\xff\xd9"))


def _decodes(stream: bytes) -> bool:
    try:
        imagecodecs.jpeg2k_decode(stream)
    except imagecodecs.Jpeg2kError:
        return False
    return True
