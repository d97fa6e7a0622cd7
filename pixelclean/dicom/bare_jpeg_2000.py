"""JPEG 2000 and HTJ2K codestreams whose headers hold nothing but what decodes them (ISO/IEC 15444-1 A, 15444-15 A).

And nothing stands behind the packets of a tile.  What a packet holds is not looked into.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pixelclean.dicom.codecs.jpeg_2000_packets import ends_with_its_packets
from pixelclean.dicom.codecs.jpeg_2000_segments import (
    CAP,
    COC,
    COD,
    COM,
    POC,
    PPM,
    PPT,
    QCC,
    QCD,
    RGN,
    SIZ,
    SOD,
    SOT,
    TLM,
    Segments,
    header_end,
    segments,
    spelled,
    style_of,
)
from pixelclean.dicom.codecs.words import is_blank_pad
from pixelclean.dicom.encoder_comments import names_an_encoder

# What decodes a stream, but is too rare to be checked here: changes of progression, and packet headers that stand apart.
_UNCHECKED = frozenset((POC, PPM, PPT))
_OF_COMPONENTS = frozenset((COC, QCC, RGN))
_OF_IMAGES = frozenset((SIZ, CAP, TLM))
_DECODING = _OF_COMPONENTS | {SIZ, CAP, COD, QCD}
_CAP_OF_PART_15 = b"\x00\x02\x00\x00"
_MOST_COMMENTS = 2  # Kakadu leaves its name, and the sizes of the layers
_MOST_LEVELS = 32


class _UnclearError(Exception):
    """Something that is not known to be part of the image."""


def bare_codestream(stream: bytes) -> bytes | None:
    """The same image without other segments; None where it cannot be told whether there is more in it.

    `stream` is one that `read_codestream` has read to its end.
    """
    try:
        kept = _bare(stream)
        return kept if ends_with_its_packets(stream) else None
    except (_UnclearError, struct.error, IndexError, KeyError):
        return None


def _bare(stream: bytes) -> bytes:
    main_end = header_end(stream, 2, SOT)
    main = tuple(segments(stream, 2, main_end))
    image = _Image(*_extent(dict(main)[SIZ]), frozenset())
    image = replace(image, levels=image.checked(main))
    parts, position = list[bytes](), main_end
    while struct.unpack_from(">H", stream, position)[0] == SOT:
        part, position = _tile_part(stream, position, image)
        parts.append(part)
    end, fill = stream[position : position + 2], stream[position + 2 :]
    return b"".join((stream[:2], *_kept(main, parts), *parts, end, fill if is_blank_pad(fill) else b""))


def _tile_part(stream: bytes, start: int, image: "_Image") -> tuple[bytes, int]:
    """One tile part without comments and lengths of packets, its length corrected, and where it ended."""
    tile, length = struct.unpack_from(">HL", stream, start + 4)
    end = start + length if length else stream.rfind(b"\xff\xd9")
    header = header_end(stream, start + 12, SOD)
    inside = tuple(segments(stream, start + 12, header))
    _require(tile < image.tiles and header + 2 <= end and all(marker not in _OF_IMAGES for marker, _ in inside))
    image.checked(inside)
    kept = b"".join(spelled(marker, content) for marker, content in inside if marker in _DECODING)
    dropped = header - (start + 12) - len(kept)
    sot = stream[start : start + 6] + struct.pack(">L", length and length - dropped) + stream[start + 10 : start + 12]
    return sot + kept + stream[header:end], end


def _extent(siz: bytes) -> tuple[int, int]:
    """The number of components and of tiles."""
    across, down, _, _, width, height, left, top, components = struct.unpack_from(">8LH", siz, 2)
    _require(width > 0 and height > 0 and across > left and down > top)
    return components, -(-(across - left) // width) * -(-(down - top) // height)


@dataclass(frozen=True, slots=True)
class _Image:
    """What the headers of tile parts are checked against: `levels` are the numbers of levels in the main header."""

    components: int
    tiles: int
    levels: frozenset[int]

    def checked(self, header: Segments) -> frozenset[int]:
        """The numbers of decomposition levels in force, where each segment that decodes is there once, or once for a
        component, and has the length that it needs."""
        found = dict[tuple[int, int], bytes]()
        for marker, content in header:
            _require(marker not in _UNCHECKED)
            if marker in _DECODING:
                of_component = marker in _OF_COMPONENTS
                key = (marker, content[0] if of_component else 0)
                _require(key not in found and key[1] < self.components < 257)
                found[key] = content[1:] if of_component else content
        styles = {_levels(*style_of(marker, content)) for (marker, _), content in found.items() if marker in (COD, COC)}
        levels = self.levels | styles
        lengths = {length for each in levels for length in ((0, 2 + 3 * each), (1, 3), (2, 3 + 6 * each))}
        for (marker, _), content in found.items():
            if marker in (QCD, QCC):
                _require((content[0] & 31, len(content)) in lengths)
            elif marker == RGN:
                _require(len(content) == 2 and content[0] == 0)
            elif marker == CAP:
                _require(len(content) == 6 and content.startswith(_CAP_OF_PART_15))
        return levels


def _levels(style: int, parameters: bytes) -> int:
    """The number of decomposition levels; with bit 0 of the style each resolution has a byte for its precincts."""
    levels = parameters[0]
    _require(levels <= _MOST_LEVELS and len(parameters) == 5 + (levels + 1 if style & 1 else 0))
    return levels


def _kept(main: Segments, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The segments of the main header that stay."""
    tells_lengths = _tells_lengths([content for marker, content in main if marker == TLM], parts)
    comments = 0
    for marker, content in main:
        stays = marker in _DECODING or (marker == TLM and tells_lengths)
        if marker == COM and content[0] == 0 and names_an_encoder(content[2:]):
            comments += 1
            stays = comments <= _MOST_COMMENTS
        if stays:
            yield spelled(marker, content)


def _tells_lengths(lists: list[bytes], parts: Iterable[bytes]) -> bool:
    """Whether the list of tile parts (A.7.1) is the list of these tile parts."""
    told = list[tuple[int, int]]()
    for number, content in enumerate(lists):
        index, size = content[0], content[1]
        tile = (size >> 4) & 3
        length = 4 if size & 0x40 else 2
        _require(tile < 3)
        if index != number or size & 0x8F or (len(content) - 2) % (tile + length):
            return False
        for at in range(2, len(content), tile + length):
            of = int.from_bytes(content[at : at + tile], "big") if tile else len(told)
            told.append((of, int.from_bytes(content[at + tile : at + tile + length], "big")))
    return told == [(int.from_bytes(part[4:6], "big"), len(part)) for part in parts]


def _require(condition: bool) -> None:
    if not condition:
        raise _UnclearError
