"""The loop over every decision of a scan with arithmetic coding, in the manner of `jpeg_kernels`: arrays only.

It runs on hostile bytes: what does not fit together is UNFIT before anything is read, no byte is read that lies outside
its part, and each bin lies inside its statistical area (ISO/IEC 10918-1 F.1.4.4).
"""

import numpy as np

from pixelclean.dicom.codecs.jpeg_kernels import LARGE_DIFFERENCE, LONG_BLOCK, UNFIT, WHOLE, Bytes, Integers

LARGE_VALUE = 7
"""How a walk ends besides the ways in `jpeg_kernels`: a magnitude of more than 15 bits (figure F.23)."""

AREA = 256
"""Bins of one statistical area, of which DC has 49 and AC 245 (tables F.4 and F.5): four for DC, then four for AC."""

FIXED = 8 * AREA
"""The bin behind them, in which both decisions stay as probable as they are (F.1.4.4.2)."""

_STAYS = 113

# Table D.3 of ISO/IEC 10918-1: the width of the less probable part, and the next index after it, without and with an
# exchange of the two (a minus), and after the more probable one.
_TABLE_D3 = """
5A1D -1 1, 2586 14 2, 1114 16 3, 080B 18 4, 03D8 20 5, 01DA 23 6, 00E5 25 7, 006F 28 8, 0036 30 9, 001A 33 10, 000D 35 11,
0006 9 12, 0003 10 13, 0001 12 13, 5A7F -15 15, 3F25 36 16, 2CF2 38 17, 207C 39 18, 17B9 40 19, 1182 42 20, 0CEF 43 21,
09A1 45 22, 072F 46 23, 055C 48 24, 0406 49 25, 0303 51 26, 0240 52 27, 01B1 54 28, 0144 56 29, 00F5 57 30, 00B7 59 31,
008A 60 32, 0068 62 33, 004E 63 34, 003B 32 35, 002C 33 9, 5AE1 -37 37, 484C 64 38, 3A0D 65 39, 2EF1 67 40, 261F 68 41,
1F33 69 42, 19A8 70 43, 1518 72 44, 1177 73 45, 0E74 74 46, 0BFB 75 47, 09F8 77 48, 0861 78 49, 0706 79 50, 05CD 48 51,
04DE 50 52, 040F 50 53, 0363 51 54, 02D4 52 55, 025C 53 56, 01F8 54 57, 01A4 55 58, 0160 56 59, 0125 57 60, 00F6 58 61,
00CB 59 62, 00AB 61 63, 008F 61 32, 5B12 -65 65, 4D04 80 66, 412C 81 67, 37D8 82 68, 2FE8 83 69, 293C 84 70, 2379 86 71,
1EDF 87 72, 1AA9 87 73, 174E 72 74, 1424 72 75, 119C 74 76, 0F6B 74 77, 0D51 75 78, 0BB6 77 79, 0A40 77 48, 5832 -80 81,
4D1C 88 82, 438E 89 83, 3BDD 90 84, 34EE 91 85, 2EAE 92 86, 299A 93 87, 2516 86 71, 5570 -88 89, 4CA9 95 90, 44D9 96 91,
3E22 97 92, 3824 99 93, 32B4 99 94, 2E17 93 86, 56A8 -95 96, 4F46 101 97, 47E5 102 98, 41CF 103 99, 3C3D 104 100,
375E 99 93, 5231 105 102, 4C0F 106 103, 4639 107 104, 415E 103 99, 5627 -105 106, 50E7 108 107, 4B85 109 103, 5597 110 109,
504F 111 107, 5A10 -110 111, 5522 112 109, 59EB -112 111
"""


def _estimates() -> Integers:
    """For each index of table D.3: width, what follows the less probable decision, and the more probable one.

    What follows is the next index, with 128 added where the two decisions change places.
    """
    rows = [entry.split() for entry in _TABLE_D3.split(",")]
    parsed = [
        (int(width, 16), abs(int(less)) | (128 if less[0] == "-" else 0), int(more)) for width, less, more in rows
    ]
    return np.array([*parsed, (parsed[0][0], _STAYS, _STAYS)], np.int64)


ESTIMATES = _estimates()

# What the next decision is about.
_CODED, _CORRECTED, _LAST_BIT, _SIGN, _MORE, _AGAIN, _LARGER, _BITS, _END, _NEXT = range(10)

WALK_ARITHMETIC = (
    "int64(uint8[::1], int64[::1], int64[::1], int64[:,::1], int64[:,::1], int64[:,::1], int64, int64, int64, "
    "uint8[::1], int64[:,::1], uint8[:,::1], int64[::1], int64[::1])"
)


def walk_arithmetic(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one loop, which calls would only slow down
    data: Bytes,
    ends: Integers,
    counts: Integers,
    units: Integers,
    conditioning: Integers,
    estimates: Integers,
    first: int,
    last: int,
    refines: int,
    statistics: Bytes,
    components: Integers,
    known: Bytes,
    shifts: Integers,
    needed: Integers,
) -> int:
    """Walk over a scan of the coefficients `first` to `last`, or one bit of each if it `refines` (D.2, F.2.4, G.2).

    Part p, of `counts[p]` MCUs, ends at byte `ends[p]` of `data`, where the next one begins; behind its bytes come
    zeros (D.2.6).  `units` are the blocks of an MCU: areas of its DC and AC, 0 to 3, and its component.
    `conditioning[a]` are L, U and Kx of area a (B.2.4.3), and `estimates` are ESTIMATES.  `statistics` is room for all
    areas and FIXED, `components` for two numbers of each component.  `known[b, k]` is not 0 where coefficient k of
    block b was not before; scans with DC have none.

    Filled in: `known`; in `shifts` by how many bits the code of each part was shifted in the course of its decisions
    (D.2.6), and in `needed` up to which of these bits it says anything: all, unless nothing but zeros was left at some
    time, of what had come and of what was to come, though there was more before.  Then the last is the 16th behind those that were shifted out until
    then, or that of the last decision which gave a block behind more than it gets by itself.

    Returns WHOLE, or what is wrong: a LONG_BLOCK that goes on behind `last`, a LARGE_VALUE, a LARGE_DIFFERENCE that
    leads out of 16 bits, UNFIT where the arguments do not fit together.
    """
    parts, width = len(ends), len(units)
    if len(counts) != parts or len(shifts) != parts or len(needed) != parts:
        return UNFIT
    if first < 0 or last < first or last > 63 or known.shape[1] != 64 or (first > 0) != (len(known) > 0):
        return UNFIT
    if len(statistics) != FIXED + 1 or components.shape[1] != 2 or estimates.shape != (_STAYS + 1, 3):
        return UNFIT
    if units.shape[1] != 3 or conditioning.shape != (4, 3) or (refines and first == 0 and last > 0):
        return UNFIT
    for unit in range(width):
        if units[unit, 0] < 0 or units[unit, 0] > 3 or units[unit, 1] < 0 or units[unit, 1] > 3:
            return UNFIT
        if units[unit, 2] < 0 or units[unit, 2] >= len(components):
            return UNFIT
    total = before = 0
    for part in range(parts):
        if counts[part] < 0 or ends[part] < before or ends[part] > len(data):
            return UNFIT
        before = ends[part]
        total += counts[part] * width
    if len(known) > 0 and len(known) != total:
        return UNFIT

    block = position = 0
    for part in range(parts):
        if part:
            position = ends[part - 1]
        end = ends[part]
        while end > position and data[end - 1] == 0:
            end -= 1
        has_ones = end > position
        for each in range(FIXED):
            statistics[each] = 0
        statistics[FIXED] = _STAYS
        for component in range(len(components)):  # its last DC, and where the bins for the next one begin
            components[component, 0] = components[component, 1] = 0
        code = np.int64(0)  # of which the upper 16 bits are compared, and `held` of the lower ones have come already
        for _ in range(2):
            if position < end:
                code |= np.int64(data[position])
                position += 1
            code <<= 8
        code <<= 8
        interval, held, shifted, needs = np.int64(0x10000), np.int64(0), np.int64(0), np.int64(-1)
        for _ in range(counts[part]):
            for unit in range(width):
                differences, alternating, component = units[unit, 0], units[unit, 1], units[unit, 2]
                differences, alternating = differences * AREA, (4 + alternating) * AREA
                at, ended = np.int64(first), np.int64(0)  # `ended`: the last coefficient that was known (G.1.3.3)
                is_flat = needs >= 0
                bin_, magnitude, value, sign = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
                if first > 0:
                    for each in range(first, last + 1):
                        if known[block, each]:
                            ended = np.int64(each)
                    asked = _NEXT
                    at -= 1
                elif refines:
                    asked, bin_ = _LAST_BIT, np.int64(FIXED)
                else:
                    asked, bin_ = _CODED, differences + components[component, 1]
                while True:
                    if asked == _NEXT:  # figure F.20
                        at += 1
                        if at > last:
                            break
                        bin_ = alternating + 3 * (at - 1)
                        asked = _END
                        if at <= ended:
                            asked, bin_ = _CODED, bin_ + 1
                            if known[block, at]:
                                asked, bin_ = _CORRECTED, bin_ + 1

                    # One decision (figures D.16 to D.20).
                    state = np.int64(statistics[bin_])
                    index, decision = state & 127, state >> 7
                    less = estimates[index, 0]
                    interval -= less
                    if code >> 16 < interval:
                        if interval < 0x8000:
                            if interval < less:
                                statistics[bin_] = (state & 128) ^ estimates[index, 1]
                                decision = 1 - decision
                            else:
                                statistics[bin_] = (state & 128) ^ estimates[index, 2]
                    else:
                        code -= interval << 16
                        if interval < less:
                            statistics[bin_] = (state & 128) ^ estimates[index, 2]
                        else:
                            statistics[bin_] = (state & 128) ^ estimates[index, 1]
                            decision = 1 - decision
                        interval = less
                    if has_ones and code == 0 and position >= end and needs < 0:
                        needs = shifted + 15
                    while interval < 0x8000:
                        if held == 0:
                            if position < end:
                                code |= np.int64(data[position]) << 8
                                position += 1
                            held = np.int64(8)
                        interval <<= 1
                        code <<= 1
                        held -= 1
                        shifted += 1

                    # What it says.
                    if is_flat and decision and asked <= _LAST_BIT:
                        needs = max(needs, shifted)
                    if asked == _CODED:  # figures F.19 to F.21
                        if decision == 0 and at == 0:
                            components[component, 1] = 0
                            asked = _NEXT
                        elif decision == 0:
                            at += 1
                            if at > last:
                                return LONG_BLOCK
                            bin_ += 3
                            if at <= ended and known[block, at]:
                                asked, bin_ = _CORRECTED, bin_ + 1
                        else:
                            asked = _SIGN
                            bin_ = bin_ + 1 if at == 0 else np.int64(FIXED)
                    elif asked == _CORRECTED:
                        asked = _NEXT
                    elif asked == _LAST_BIT:
                        break
                    elif asked == _END:
                        if decision:
                            break
                        asked, bin_ = _CODED, bin_ + 1
                    elif asked == _SIGN:  # figure F.22
                        if first > 0:
                            known[block, at] = 1
                        sign, magnitude, asked = decision, np.int64(0), _MORE
                        bin_ = bin_ + 1 + sign if at == 0 else alternating + 3 * (at - 1) + 2
                        if refines:
                            asked = _NEXT
                    elif asked == _MORE and decision:  # figure F.23
                        magnitude = np.int64(1)
                        if at == 0:
                            asked, bin_ = _LARGER, differences + 20
                        else:
                            asked = _AGAIN
                    elif asked == _AGAIN and decision:
                        magnitude, asked = np.int64(2), _LARGER
                        bin_ = alternating + (189 if at <= conditioning[units[unit, 1], 2] else 217)
                    elif asked == _LARGER and decision:
                        magnitude <<= 1
                        bin_ += 1
                        if magnitude == 0x8000:
                            return LARGE_VALUE
                    else:
                        if asked != _BITS:
                            value = magnitude
                            bin_ += 14
                            if at == 0:  # F.1.4.4.1.2
                                area = units[unit, 0]
                                components[component, 1] = 4 + 4 * sign
                                if magnitude < 1 << conditioning[area, 0] >> 1:
                                    components[component, 1] = 0
                                elif magnitude > 1 << conditioning[area, 1] >> 1:
                                    components[component, 1] += 8
                        elif decision:
                            value |= magnitude
                        magnitude >>= 1
                        asked = _BITS  # figure F.24
                        if magnitude == 0:
                            asked = _NEXT
                            if at == 0:
                                components[component, 0] += -value - 1 if sign else value + 1
                                if components[component, 0] < -32768 or components[component, 0] > 32767:
                                    return LARGE_DIFFERENCE
                block += 1
        shifts[part] = shifted
        needed[part] = shifted if needs < 0 else min(needs, shifted)
    return WHOLE
