"""The walk over every scan of a progressive JPEG stream with Huffman coding: is it whole? (ISO/IEC 10918-1 G)"""

from dataclasses import dataclass, field

import numpy as np

from pixelclean.dicom.codecs import jpeg_kernels, jpeg_progressive_kernels
from pixelclean.dicom.codecs.jpeg_completeness import Scan, follow_scans, require
from pixelclean.dicom.codecs.jpeg_huffman import Huffman, huffman
from pixelclean.dicom.codecs.jpeg_kernels import SPARE_WORDS, WINDOWS, Integers, Words32
from pixelclean.dicom.codecs.jpeg_progressive_kernels import ALTERNATING, Codes, walk_alternating
from pixelclean.dicom.codecs.jpeg_scan import Bits, Keep, Unit, walk
from pixelclean.dicom.codecs.jpeg_segments import DHT
from pixelclean.dicom.compiled import compiled
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

PROGRESSIVE = 2
"""The n of SOFn."""

_LARGEST = 15  # bits of a value in a first scan (table F.2, with two bits more of precision)
_TRUNCATED = (ReasonCode.TRUNCATED, "JPEG: scan")
_WRONG = {
    jpeg_kernels.SHORT: _TRUNCATED,
    jpeg_kernels.NO_CODE: (ReasonCode.UNDECODABLE, "JPEG: no Huffman code"),
    jpeg_kernels.LONG_BLOCK: (ReasonCode.UNDECODABLE, "JPEG: more coefficients than a block has"),
    jpeg_progressive_kernels.LONG_RUN: (ReasonCode.UNDECODABLE, "JPEG: more blocks than a scan has"),
}


def check_progressive(data: bytes) -> None:
    """Follow every scan to its last bit, as `follow_scans` says."""
    follow_scans(data, PROGRESSIVE, _HuffmanCoder())


@dataclass(slots=True)
class _HuffmanCoder:
    """The tables in force."""

    differences: dict[int, Huffman] = field(default_factory=dict)
    alternating: dict[int, Codes] = field(default_factory=dict)

    def define(self, marker: int, content: bytes) -> None:
        position = 0 if marker == DHT else len(content)
        while position < len(content):
            kind, number = content[position] >> 4, content[position] & 15
            end = position + 17 + sum(content[position + 1 : position + 17])
            require(kind <= 1 and number <= 3 and end <= len(content), "slot or length of a table")
            table = content[position + 1 : end]
            codes = huffman(table, alternating=kind == 1)
            if codes is None:
                raise Refused(ReasonCode.UNDECODABLE, "JPEG: Huffman table")
            if kind:
                self.alternating[number] = _windows(table)
            else:
                self.differences[number] = codes
            position = end

    def follow(self, scan: Scan) -> None:
        if scan.first:
            self._alternating(scan)
        elif scan.before:
            _follow_last_bits(scan)
        else:
            self._differences(scan)

    def _differences(self, scan: Scan) -> None:
        """A block is a difference without anything behind it here, as the samples of lossless coding are (G.1.2.1)."""
        mcu = []
        for plane, tables, width in zip(scan.planes, scan.tables, scan.widths, strict=True):
            require(tables >> 4 in self.differences, "no table")
            mcu += [Unit(self.differences[tables >> 4], None, plane.index)] * width
        bits = Bits.of(scan.data)
        walked = walk(bits, mcu, scan.mcus, scan.interval, Keep.ENDS)
        _check_padding(bits.words, bits.ends, walked.reached)

    def _alternating(self, scan: Scan) -> None:
        number = scan.tables[0] & 15
        require(number in self.alternating, "no table")
        words, ends, counts = _words_of(scan)
        reached, largest = np.zeros(len(ends), np.int64), 1 if scan.before else _LARGEST
        known, codes = scan.planes[0].known, self.alternating[number]
        ended = compiled(walk_alternating, ALTERNATING)(
            words, ends, counts, codes, scan.first, scan.last, largest, known, reached
        )
        if ended != jpeg_kernels.WHOLE:
            raise Refused(*_WRONG[ended])
        _check_padding(words, ends, reached)


def _follow_last_bits(scan: Scan) -> None:
    """Of DC, where it is refined: one bit for each block."""
    words, ends, counts = _words_of(scan)
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    reached = starts + counts * sum(scan.widths)
    if np.any(reached > ends):
        raise Refused(*_TRUNCATED)
    _check_padding(words, ends, reached)


def _words_of(scan: Scan) -> tuple[Words32, Integers, Integers]:
    """The bits of the data, the one at which each part between two markers ends, and how many MCUs that has."""
    parted, ends, counts = scan.parts()
    padded = np.concatenate((parted, np.zeros(-len(parted) % 4 + 4 * SPARE_WORDS, np.uint8)))
    return padded.view(">u4").astype(np.uint32), ends * 8, counts


def _windows(table: bytes) -> Codes:
    """The code with which each window of 16 bits begins, as the kernels want it."""
    lengths = np.repeat(np.arange(1, 17), np.frombuffer(table, np.uint8, 16))
    codes = np.repeat(np.frombuffer(table, np.uint8, offset=16) | lengths << 8, WINDOWS >> lengths)
    return np.concatenate((codes, np.zeros(WINDOWS - len(codes), np.int64))).astype(np.uint16)


def _check_padding(words: Words32, ends: Integers, reached: Integers) -> None:
    """Behind the last block of a part stand a few bits of padding, and whole bytes of ones or of zeros at most.

    More is what decoders skip: blocks of another picture, where the frame header announces fewer than were coded.
    """
    longer = np.flatnonzero(ends - reached >= 8)
    if longer.size:
        parted = words.astype(">u4").view(np.uint8)
        for part in longer:
            surplus = parted[-(-int(reached[part]) // 8) : int(ends[part]) // 8]
            require(bool(np.all(surplus == 0) or np.all(surplus == 0xFF)), "more blocks than a scan has")
