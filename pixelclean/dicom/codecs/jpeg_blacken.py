"""Blacken MCUs of a sequential JPEG stream without decoding it: all others keep their bits.

The only other bits that change are DC differences behind a blackened MCU, because DC is coded as the difference from the
block before it (ISO/IEC 10918-1 F.1.1.5), and the codes that a Huffman table lacks are added to it.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pixelclean.dicom.codecs import jpeg_kernels as kernels
from pixelclean.dicom.codecs.jpeg_cells import (
    area_of,
    cells_of,
    levels_of,
    require_no_more,
    sequential,
    sequential_layout,
)
from pixelclean.dicom.codecs.jpeg_huffman import EOB, Huffman, extended, huffman
from pixelclean.dicom.codecs.jpeg_kernels import Integers
from pixelclean.dicom.codecs.jpeg_layout import Defined, Layout, Scan
from pixelclean.dicom.codecs.jpeg_scan import Bits, Walked
from pixelclean.dicom.codecs.jpeg_segments import DHT
from pixelclean.dicom.codecs.jpeg_survey import Survey, SurveyOf, survey
from pixelclean.dicom.compiled import compiled
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray
from pixelclean.reasons import ReasonCode

Slot = tuple[int, int]
_SIZES = 16
_UP_TO = 1 << np.arange(17)  # a number that is not below _UP_TO[n] has more than n bits


def can_be_blackened(stream: bytes) -> bool:
    """Whether the stream is Huffman-coded sequential JPEG, baseline or extended, that codes each component once.

    Its scans are not looked into.
    """
    try:
        sequential(stream)
    except Refused:
        return False
    return True


def blackened_area(stream: bytes, mask: BoolArray) -> BoolArray:
    """The pixels, (rows, columns), that `blacken` makes black: those of each MCU that holds one of the mask.

    Raises Refused like `blacken`.
    """
    return area_of(sequential(stream).sampling, mask)


def blacken(stream: bytes, mask: BoolArray, fill: Sequence[int], survey_of: SurveyOf = survey) -> bytes:
    """The stream in which every MCU that holds a pixel of the mask, (rows, columns), shows the fill alone.

    Where chroma is sub-sampled, the MCU beside a mask that ends at its edge goes too: it would shine into the mask.
    `fill` is one stored sample for each component.  It is shown exactly where it is an end of the range or the middle,
    else as near as the quantization allows.  Where nothing is masked every byte stays.

    Raises Refused: UNDECODABLE or TRUNCATED for streams that `can_be_blackened` denies, whose scans are damaged or hold
    more than their image, or whose tables leave no room for black; INCONSISTENT_PIXEL_DATA for a mask of another size.
    """
    found = survey_of(stream)
    layout = sequential_layout(found)
    return b"".join(_blackened(stream, layout, found, cells_of(layout.sampling, mask), levels_of(layout, fill)))


def _blackened(
    stream: bytes, layout: Layout, found: Survey, cells: BoolArray, levels: Mapping[int, int]
) -> Iterator[bytes]:
    """The parts of the new stream.  Each scan finds the tables in force that it was coded with."""
    position, in_force = 0, dict[Slot, bytes]()
    for scan, walked in zip(layout.scans, found.scans, strict=True):
        yield stream[position : scan.segment.start]
        in_force |= {
            table.slot: table.content for table in layout.tables if position <= table.start < scan.segment.start
        }
        position = scan.segment.stop
        require_no_more(walked)
        data = stream[scan.segment.end : scan.segment.stop]
        recoded = _recoded(data, scan, walked, scan.spread(cells), levels, layout.precision)
        missing = [slot for slot, table in recoded.tables.items() if in_force[slot] != table]
        if missing:
            content = b"".join(recoded.tables[slot] for slot in missing)
            yield struct.pack(">BBH", 0xFF, DHT, len(content) + 2) + content
        in_force |= recoded.tables
        yield stream[scan.segment.start : scan.segment.end]
        yield recoded.data
    yield stream[position:]


@dataclass(frozen=True, slots=True)
class _Recoded:
    """The data of a scan, and the content of the Huffman tables that it is coded with."""

    data: bytes
    tables: dict[Slot, bytes]


def _recoded(
    data: bytes, scan: Scan, walked: Walked, black: BoolArray, levels: Mapping[int, int], precision: int
) -> _Recoded:
    """One scan, whose MCUs are `black` or not."""
    if not black.any():
        return _Recoded(data, {table.slot: table.content for table in _huffman_tables(scan)})
    edits = _edits_of(scan, walked, black, levels)
    if int(edits.sizes.max()) > precision + 3:  # F.1.2.1, F.1.3: 11 in baseline, 15 with 12 bits
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: DC out of range")
    coded = _with_needed_codes(scan, edits)
    spliced = _spliced(Bits.of(data), scan, walked, edits, coded)
    return _Recoded(spliced, {slot: content for slot, (content, _) in coded.items()})


@dataclass(frozen=True, slots=True, eq=False)
class _Edits:
    """The units that are coded anew, in their order: where each is in the scan, which component of the scan it belongs
    to, whether it is black, its DC difference and the bits of that."""

    units: Integers
    parts: Integers
    black: BoolArray
    differences: Integers
    sizes: Integers


def _edits_of(scan: Scan, walked: Walked, black: BoolArray, levels: Mapping[int, int]) -> _Edits:
    """The units of black MCUs, of those behind them, whose DC difference is another one now, and of those that begin a
    part, so that each part begins with an edit."""
    begins = np.zeros(scan.mcus, np.bool_)
    begins[:: scan.interval or scan.mcus] = True
    touched = begins | black
    touched[1:] |= black[:-1]
    mcus = np.flatnonzero(touched)
    before, shown = walked.places.predicted.reshape(scan.mcus, -1), [levels[unit.component] for unit in scan.mcu]
    own = np.where(black[mcus, None], shown, before[mcus])
    last = np.where(black[mcus - 1, None], shown, before[mcus - 1])
    last[begins[mcus]] = 0  # F.1.1.5.1
    # What a unit is predicted from: the unit of its component to the left, or the last one of the MCU before.
    components = np.repeat(np.arange(len(scan.parts)), scan.widths)
    firsts = np.flatnonzero(np.diff(components, prepend=-1))
    from_ = np.roll(own, 1, axis=1)
    from_[:, firsts] = last[:, np.append(firsts[1:], len(components)) - 1]
    differences = (own - from_).ravel()
    return _Edits(
        units=(mcus[:, None] * len(components) + np.arange(len(components))).ravel(),
        parts=np.tile(components, len(mcus)),
        black=np.repeat(black[mcus], len(components)),
        differences=differences,
        sizes=np.searchsorted(_UP_TO, np.abs(differences), side="right"),
    )


def _huffman_tables(scan: Scan) -> Iterable[Defined]:
    return (table for part in scan.parts for table in part.tables if table.huffman)


def _with_needed_codes(scan: Scan, edits: _Edits) -> dict[Slot, tuple[bytes, Huffman]]:
    """The tables of a scan by their slot, each with a code for all that is needed."""
    needed = {table.slot: set[int]() for table in _huffman_tables(scan)}
    for number, part in enumerate(scan.parts):
        own = edits.parts == number
        assert part.difference is not None and part.alternating is not None
        needed[part.difference.slot] |= set(edits.sizes[own].tolist())
        needed[part.alternating.slot] |= {EOB}
    return {table.slot: _with_codes(table, needed[table.slot]) for table in _huffman_tables(scan)}


def _with_codes(table: Defined, needed: set[int]) -> tuple[bytes, Huffman]:
    assert table.huffman is not None
    missing = sorted(needed - set(table.huffman.codes))
    if not missing:
        return table.content, table.huffman
    longer = extended(table.huffman.table, missing)
    made = huffman(longer, alternating=table.slot[0] == 1) if longer else None
    if made is None:
        raise Refused(ReasonCode.UNDECODABLE, "JPEG: no Huffman code is left")
    return table.content[:1] + made.table, made


def _spliced(
    bits: Bits, scan: Scan, walked: Walked, edits: _Edits, tables: Mapping[Slot, tuple[bytes, Huffman]]
) -> bytes:
    """The data of the scan: new codes, and between them the bits as they were."""
    heads, lengths = _heads(scan, edits, tables)
    behind, finished = walked.places.bounds(walked.ends)
    froms = np.where(edits.black, finished[edits.units], behind[edits.units])
    tos = finished[np.append(edits.units[1:], len(finished)) - 1]
    each = (scan.interval or scan.mcus) * len(scan.mcu)  # units of a part
    stops = np.searchsorted(edits.units, np.arange(1, len(walked.ends) + 1) * each)
    out = np.empty((int(lengths.sum() + (tos - froms).sum()) + 8 * len(stops)) // 32 + 1, np.uint32)
    ends = np.zeros(len(stops), np.int64)
    splice = compiled(kernels.splice, kernels.SPLICE)
    if splice(bits.words, stops, heads, lengths, froms, tos, out, ends) != kernels.WHOLE:
        raise AssertionError("pieces that do not fit together")
    return _joined(out.astype(">u4").tobytes(), ends // 8)


def _heads(scan: Scan, edits: _Edits, tables: Mapping[Slot, tuple[bytes, Huffman]]) -> tuple[kernels.Words64, Integers]:
    """The new bits of each edit, which begin with the highest, and how many they are.

    They are the code of the difference, its value (F.1.2.1.1), and in a black block the code that ends it.
    """
    codes, lengths = np.zeros((len(scan.parts), _SIZES), np.int64), np.zeros((len(scan.parts), _SIZES), np.int64)
    ends, end_lengths = np.zeros(len(scan.parts), np.int64), np.zeros(len(scan.parts), np.int64)
    for number, part in enumerate(scan.parts):
        assert part.difference is not None and part.alternating is not None
        of_sizes, of_symbols = tables[part.difference.slot][1].codes, tables[part.alternating.slot][1].codes
        for size in range(_SIZES):
            codes[number, size], lengths[number, size] = of_sizes.get(size, (0, 0))
        ends[number], end_lengths[number] = of_symbols[EOB]
    extra = edits.differences + np.where(edits.differences < 0, (1 << edits.sizes) - 1, 0)
    bits = codes[edits.parts, edits.sizes] << edits.sizes | extra
    count = lengths[edits.parts, edits.sizes] + edits.sizes
    closed = np.where(edits.black, end_lengths[edits.parts], 0)
    bits = bits << closed | np.where(edits.black, ends[edits.parts], 0)
    count = count + closed
    return bits.astype(np.uint64) << (64 - count).astype(np.uint64), count


def _joined(data: bytes, ends: Integers) -> bytes:
    """The parts of a scan with stuffed bytes and restart markers (B.1.1.5)."""
    pieces, begin = list[bytes](), 0
    for number, end in enumerate(ends.tolist()):
        if number:
            pieces.append(bytes((0xFF, 0xD0 + (number - 1) % 8)))
        pieces.append(data[begin:end].replace(b"\xff", b"\xff\0"))
        begin = end
    return b"".join(pieces)
