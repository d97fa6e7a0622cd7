"""The loop over every bit of a progressive AC scan, in the manner of `jpeg_kernels`: no objects, no calls, arrays only.

It runs on hostile bytes: what does not fit together is UNFIT before anything is read, and each code is read at a bit that
lies inside its part.
"""

import numpy as np
import numpy.typing as npt

from pixelclean.dicom.codecs.jpeg_kernels import (
    LONG_BLOCK,
    NO_CODE,
    SHORT,
    SPARE_WORDS,
    UNFIT,
    WHOLE,
    WINDOWS,
    Bytes,
    Integers,
    Words32,
)

Codes = npt.NDArray[np.uint16]

LONG_RUN = 6
"""How a walk ends besides the ways in `jpeg_kernels`: a run of ended blocks goes on behind the last one."""

ALTERNATING = "int64(uint32[::1], int64[::1], int64[::1], uint16[::1], int64, int64, int64, uint8[:,::1], int64[::1])"


def walk_alternating(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one loop, which calls would only slow down
    words: Words32,
    ends: Integers,
    counts: Integers,
    codes: Codes,
    first: int,
    last: int,
    largest: int,
    known: Bytes,
    reached: Integers,
) -> int:
    """Walk over a scan of the coefficients `first` to `last` of one component (ISO/IEC 10918-1 G.1.2.2, G.1.2.3, G.2).

    Part p, of `counts[p]` blocks, ends at bit `ends[p]` of `words`, where the next one begins; SPARE_WORDS more stand
    behind them.  `codes` says with which code each window of 16 bits begins: its symbol, and above that its length; 0
    where none does.  `known[b, k]` is not 0 where coefficient k of block b was not before: each of these has one bit
    here, whatever run it lies in, and counts for none.  The others become not 0 by values of up to `largest` bits: 1 in
    a scan that refines, 15 in the first one, before which all are 0.

    Filled in: `known` for these; and in `reached` the bit at which the last block of each part ends.

    Returns WHOLE, or what is wrong: SHORT where a part ends too early; NO_CODE; a LONG_BLOCK that goes on behind `last`;
    a LONG_RUN; UNFIT where the arguments do not fit together.
    """
    parts, limit = len(ends), (len(words) - SPARE_WORDS) * 32
    if limit < 0 or len(counts) != parts or len(reached) != parts or len(codes) != WINDOWS:
        return UNFIT
    if first < 1 or last < first or last > 63 or known.shape[1] != 64:
        return UNFIT
    total = before = 0
    for part in range(parts):
        if counts[part] < 0 or ends[part] < before or ends[part] > limit:
            return UNFIT
        before = ends[part]
        total += counts[part]
    if total != len(known):
        return UNFIT

    block, position = 0, np.int64(0)
    for part in range(parts):
        if part:
            position = ends[part - 1]
        end, run = ends[part], np.int64(0)  # so many blocks have ended, this one with them
        for _ in range(counts[part]):
            at = np.int64(first)
            while at <= last and run == 0:
                if position >= end:
                    return SHORT
                word, bit = position >> 5, position & 31
                window = np.int64(words[word]) << 16 | np.int64(words[word + 1]) >> 16
                entry = np.int64(codes[window >> 32 - bit & 0xFFFF])
                if entry == 0:
                    return NO_CODE
                zeros, size = entry >> 4 & 15, entry & 15
                position += entry >> 8
                if size > largest:
                    return NO_CODE
                if size == 0 and zeros < 15:
                    word, bit = position >> 5, position & 31
                    window = np.int64(words[word]) << 16 | np.int64(words[word + 1]) >> 16
                    run = (np.int64(1) << zeros) + ((window >> 32 - bit & 0xFFFF) >> 16 - zeros)
                    position += zeros
                    break
                position += size
                while at <= last:
                    if known[block, at]:
                        position += 1
                    elif zeros == 0:
                        break
                    else:
                        zeros -= 1
                    at += 1
                if at > last:
                    return LONG_BLOCK
                if size > 0:
                    known[block, at] = 1
                at += 1
            if run > 0:
                while at <= last:
                    position += np.int64(known[block, at])
                    at += 1
                run -= 1
            if position > end:
                return SHORT
            block += 1
        if run > 0:
            return LONG_RUN
        reached[part] = position
    return WHOLE
