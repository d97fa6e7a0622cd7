"""The walk over every scan of a JPEG stream with arithmetic coding: is it whole? (ISO/IEC 10918-1 D, F.2.4, G.2)

Where a part of a scan ends, decoders go on with zeros (D.2.6), because encoders leave zeros out there (D.1.8), so any
number of decisions can be made of a stream that was cut.  What tells a whole one is where its last 1 stands:

An encoder ends with the number in its interval that has the most zeros behind it (figure D.14).  Of n bits that were
shifted out until then its last 1 is bit n at the latest, counted from 0: bits behind that are surplus.  How far before
that it stands is chance: k bits or more with a probability of about 2 to the power of -k.

Unless the image ends with what was expected all along, a black background: each such decision leaves the number as it
is, and its last 1 is among the 16 bits that the last other decision changed.  From there on a decoder has nothing but
zeros, both in its register and in what is to come.  A cut does not lead there by itself: it leaves any of 65536 values
in the register.  If it does lead there, the blocks that follow are seldom flat, and all bits count up to the last block
that is not.

A part without any 1 begins like that, and is what a cut behind its marker leaves: all its bits count.

So a part is whole where 16 bits at most are missing behind its last 1, and a few more where there are many parts.  A
part that was cut cannot be told from a whole one where the decisions that it lost, commonly those of one block or of a
few, can come to less than that.  Nor can one that was cut amid a flat area: it is the very stream of an image that
stays flat from there on.
"""

from dataclasses import dataclass, field

import numpy as np

from pixelclean.dicom.codecs import jpeg_arithmetic_kernels, jpeg_kernels
from pixelclean.dicom.codecs.jpeg_arithmetic_kernels import ESTIMATES, FIXED, WALK_ARITHMETIC, walk_arithmetic
from pixelclean.dicom.codecs.jpeg_completeness import Scan, follow_scans, require
from pixelclean.dicom.codecs.jpeg_kernels import Bytes, Integers
from pixelclean.dicom.codecs.jpeg_scan import MOST_COMPONENTS
from pixelclean.dicom.codecs.jpeg_segments import DAC
from pixelclean.dicom.compiled import compiled
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

ARITHMETIC = (9, 10)
"""The n of SOFn, sequential and progressive."""

_MOST_MISSING = 16  # bits
_TRAILING_ZEROS = np.array([8, *((each & -each).bit_length() - 1 for each in range(1, 256))])
_DEFAULT = (0, 1, 5)  # L, U and Kx (F.1.4.4.1.4, F.1.4.4.2.1)
_WRONG = {
    jpeg_kernels.LONG_BLOCK: (ReasonCode.UNDECODABLE, "JPEG: more coefficients than a block has"),
    jpeg_kernels.LARGE_DIFFERENCE: (ReasonCode.UNDECODABLE, "JPEG: DC of more than 16 bits"),
    jpeg_arithmetic_kernels.LARGE_VALUE: (ReasonCode.UNDECODABLE, "JPEG: a value of more than 15 bits"),
}


def check_arithmetic(data: bytes, process: int) -> None:
    """Follow every scan of a stream of that process to its last decision, as `follow_scans` says."""
    follow_scans(data, process, _ArithmeticCoder())


@dataclass(slots=True)
class _ArithmeticCoder:
    """The conditioning in force: L, U and Kx of each number."""

    conditioning: Integers = field(default_factory=lambda: np.array([_DEFAULT] * 4, np.int64))

    def define(self, marker: int, content: bytes) -> None:
        """B.2.4.3."""
        if marker != DAC:
            return
        require(len(content) > 0 and len(content) % 2 == 0, "conditioning")
        for at in range(0, len(content), 2):
            kind, number, value = content[at] >> 4, content[at] & 15, content[at + 1]
            require(kind <= 1 and number <= 3, "conditioning")
            if kind:
                require(1 <= value <= 63, "conditioning")
                self.conditioning[number, 2] = value
            else:
                require(value & 15 <= value >> 4, "conditioning")
                self.conditioning[number, :2] = value & 15, value >> 4

    def follow(self, scan: Scan) -> None:
        units = [
            (tables >> 4 if scan.first == 0 else 0, tables & 15 if scan.last > 0 else 0, plane.index)
            for plane, tables, width in zip(scan.planes, scan.tables, scan.widths, strict=True)
            for _ in range(width)
        ]
        require(all(max(unit[:2]) <= 3 for unit in units), "no table")
        data, ends, counts = scan.parts()
        known = scan.planes[0].known if scan.first else np.zeros((0, 64), np.uint8)
        shifts, needed = np.zeros(len(ends), np.int64), np.zeros(len(ends), np.int64)
        ended = compiled(walk_arithmetic, WALK_ARITHMETIC)(
            data,
            ends,
            counts,
            np.array(units, np.int64),
            self.conditioning,
            ESTIMATES,
            scan.first,
            scan.last,
            int(scan.before > 0),
            np.zeros(FIXED + 1, np.uint8),
            np.zeros((MOST_COMPONENTS, 2), np.int64),
            known,
            shifts,
            needed,
        )
        if ended != jpeg_kernels.WHOLE:
            raise Refused(*_WRONG[ended])
        _check_ends(_last_ones(data, ends), shifts, needed)


def _check_ends(ones: Integers, shifts: Integers, needed: Integers) -> None:
    """`ones` are the last 1 of each part, `shifts` and `needed` what `walk_arithmetic` found of them."""
    missing = _MOST_MISSING + (len(ones) - 1).bit_length()  # of many parts one is shorter by chance
    if np.any(needed - ones > missing):
        raise Refused(ReasonCode.TRUNCATED, "JPEG: scan")
    require(not np.any(ones > shifts), "more blocks than a scan has")


def _last_ones(data: Bytes, ends: Integers) -> Integers:
    """For each part the number of its last bit that is 1; -1 where there is none."""
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    places = np.concatenate((np.full(1, -1), np.flatnonzero(data)))
    last = places[np.searchsorted(places, ends) - 1]
    at = np.maximum(last, 0)
    trailing = _TRAILING_ZEROS[data[at]] if len(data) else at
    return np.where(last < starts, -1, (last - starts) * 8 + 7 - trailing).astype(np.int64)
