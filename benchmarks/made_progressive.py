"""A sequential JPEG stream as a progressive one: the same coefficients in other scans (ISO/IEC 10918-1 Annex G).

Only what imagecodecs writes is understood: one interleaved scan, no restart markers, no subsampling.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_SOI, _EOI, _SOS, _DHT = 0xD8, 0xD9, 0xDA, 0xC4
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1), 0xC2


@dataclass(slots=True)
class Stream:
    """Tables and coefficients of one stream; `blocks` of each component in the order of the scan."""

    frame: bytes
    others: list[tuple[int, bytes]]
    blocks: list[list[list[int]]] = field(default_factory=list)

    @property
    def components(self) -> list[int]:
        return [self.frame[6 + 3 * number] for number in range(self.frame[5])]


def spectral_selection(stream: bytes) -> bytes:
    """DC of all components in one scan, then the lower and the upper AC coefficients of each (processes 6 and 8)."""
    read = read_stream(stream)
    scans = [_dc_scan(read, 0)]
    for number in range(len(read.components)):
        scans += [_ac_scan(read, number, 1, 5, 0), _ac_scan(read, number, 6, 63, 0)]
    return _written(read, scans)


def full_progression(stream: bytes) -> bytes:
    """As above, but the last bit of every DC comes in a scan of its own (processes 10 and 12)."""
    read = read_stream(stream)
    scans = [_dc_scan(read, 1)]
    scans += [_ac_scan(read, number, 1, 63, 0) for number in range(len(read.components))]
    return _written(read, [*scans, _dc_refinement(read)])


def read_stream(stream: bytes) -> Stream:
    """What imagecodecs wrote, to the last coefficient."""
    tables: dict[int, dict[tuple[int, int], int]] = {}
    others, frame, at = [], b"", 2
    while True:
        marker, length = stream[at + 1], struct.unpack_from(">H", stream, at + 2)[0]
        body = stream[at + 4 : at + 2 + length]
        at += 2 + length
        if marker in _SEQUENTIAL:
            frame = body
        elif marker == _DHT:
            tables |= dict(_tables(body))
        elif marker == _SOS:
            read = Stream(frame, others)
            read.blocks = _coefficients(stream[at:-2], body, read, tables)
            return read
        else:
            others.append((marker, body))


def _tables(body: bytes) -> Iterator[tuple[int, dict[tuple[int, int], int]]]:
    """Each Huffman table: (length, code) to symbol."""
    at = 0
    while at < len(body):
        counts = body[at + 1 : at + 17]
        code, place, codes = 0, at + 17, {}
        for length, count in enumerate(counts, 1):
            for _ in range(count):
                codes[length, code] = body[place]
                code, place = code + 1, place + 1
            code <<= 1
        yield body[at], codes
        at = place


def _coefficients(
    entropy: bytes, scan: bytes, read: Stream, tables: dict[int, dict[tuple[int, int], int]]
) -> list[list[list[int]]]:
    rows, columns = struct.unpack_from(">HH", read.frame, 1)
    chosen = [(scan[2 + 2 * n] >> 4, 0x10 | (scan[2 + 2 * n] & 15)) for n in range(scan[0])]
    bits = _bits(entropy.replace(b"\xff\x00", b"\xff"))
    blocks: list[list[list[int]]] = [[] for _ in chosen]
    last = [0] * len(chosen)
    for _ in range(-(-rows // 8) * -(-columns // 8)):
        for number, (dc, ac) in enumerate(chosen):
            block = [0] * 64
            last[number] += _value(bits, _symbol(bits, tables[dc]))
            block[0] = last[number]
            place = 1
            while place < 64 and (symbol := _symbol(bits, tables[ac])):
                place += symbol >> 4
                block[place] = _value(bits, symbol & 15)
                place += 1
            blocks[number].append(block)
    return blocks


def _bits(data: bytes) -> Iterator[int]:
    return ((byte >> shift) & 1 for byte in data for shift in range(7, -1, -1))


def _symbol(bits: Iterator[int], codes: dict[tuple[int, int], int]) -> int:
    code = length = 0
    while (length, code) not in codes:
        code, length = code << 1 | next(bits), length + 1
    return codes[length, code]


def _value(bits: Iterator[int], size: int) -> int:
    value = 0
    for _ in range(size):
        value = value << 1 | next(bits)
    return value if not size or value >> (size - 1) else value - (1 << size) + 1


@dataclass(slots=True)
class _Scan:
    """One scan: its header, its own Huffman table where it has one, and its symbols with the bits behind each."""

    header: bytes
    coded: list[tuple[int, int, int]]
    table: int | None = None

    def segments(self) -> bytes:
        if self.table is None:
            return segment(_SOS, self.header) + _stuffed("".join(f"{value}" for _, value, _size in self.coded))
        symbols = sorted({symbol for symbol, _, _ in self.coded})
        # All symbols get codes of one length; the code of ones alone is never used (ISO/IEC 10918-1 C.2).
        length = max(1, len(symbols).bit_length())
        counts = bytes(len(symbols) if n == length else 0 for n in range(1, 17))
        pieces = (
            f"{symbols.index(symbol):0{length}b}" + (f"{value:0{size}b}" if size else "")
            for symbol, value, size in self.coded
        )
        table = segment(_DHT, bytes([self.table]) + counts + bytes(symbols))
        return table + segment(_SOS, self.header) + _stuffed("".join(pieces))


def _dc_scan(read: Stream, low: int) -> _Scan:
    """All components, the lowest `low` bits left for a later scan."""
    coded, last = [], [0] * len(read.blocks)
    for place in range(len(read.blocks[0])):
        for number, blocks in enumerate(read.blocks):
            value = blocks[place][0] >> low
            coded.append(_sized(0, value - last[number]))
            last[number] = value
    parts = b"".join(bytes((name, 0)) for name in read.components)
    return _Scan(bytes([len(read.components)]) + parts + bytes((0, 0, low)), coded, table=0x00)


def _dc_refinement(read: Stream) -> _Scan:
    coded = [(0, blocks[place][0] & 1, 1) for place in range(len(read.blocks[0])) for blocks in read.blocks]
    parts = b"".join(bytes((name, 0)) for name in read.components)
    return _Scan(bytes([len(read.components)]) + parts + bytes((0, 0, 0x10)), coded)


def _ac_scan(read: Stream, number: int, start: int, end: int, low: int) -> _Scan:
    coded = []
    for block in read.blocks[number]:
        zeros = 0
        for value in block[start : end + 1]:
            if not value:
                zeros += 1
                continue
            coded += [(0xF0, 0, 0)] * (zeros // 16)
            coded.append(_sized(zeros % 16 << 4, value))
            zeros = 0
        if zeros:
            coded.append((0x00, 0, 0))
    return _Scan(bytes((1, read.components[number], 0, start, end, low)), coded, table=0x10)


def _sized(run: int, value: int) -> tuple[int, int, int]:
    size = abs(value).bit_length()
    return run | size, value if value >= 0 else value + (1 << size) - 1, size


def _written(read: Stream, scans: list[_Scan]) -> bytes:
    head = b"".join(segment(marker, body) for marker, body in read.others)
    body = b"".join(scan.segments() for scan in scans)
    return bytes((0xFF, _SOI)) + head + segment(_PROGRESSIVE, read.frame) + body + bytes((0xFF, _EOI))


def segment(marker: int, body: bytes) -> bytes:
    """A marker segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _stuffed(bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
