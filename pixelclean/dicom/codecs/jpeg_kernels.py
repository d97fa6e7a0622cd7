"""The loops over every bit of a scan, written so that numba can compile them: no objects, no calls, arrays only.

They run on hostile bytes.  Each checks its arguments against each other before it begins, and from then on no index
can leave an array: what a loop may read or write at most before the next check is stated where it is checked.  Bits are
numbered from 0, the most significant bit of the first byte.  `words` are the bits in words of 32, with SPARE_WORDS more
behind them, whose content does not matter.
"""

import numpy as np
import numpy.typing as npt

Words32 = npt.NDArray[np.uint32]
Words64 = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.uint16]
Bytes = npt.NDArray[np.uint8]
Coefficients = npt.NDArray[np.int16]

UNIT_BITS = 16 + 16 + 63 * (16 + 15)
"""Of one block at most: a code and its value, then 63 of them."""

SPARE_WORDS = UNIT_BITS // 32 + 4
"""How far a unit that begins inside the bits may reach beyond them, with the word behind."""

FAST_BITS = 10
"""Codes up to this length are found in the first part of a table, longer ones in the second."""

FAST = 1 << FAST_BITS
WINDOWS = 1 << 16
END_OF_BLOCK = 128
"""How far the end of a block goes on: farther than any run can."""

# How a walk ends.
WHOLE, SHORT, NO_CODE, LONG_BLOCK, LARGE_DIFFERENCE, UNFIT = range(6)

WALK = (
    "int64(uint32[::1], int64[::1], int64[::1], uint32[::1], int64[:,::1], int64[:,::1], "
    "int64[::1], uint8[:,::1], int64[::1], uint16[::1], uint8[::1], int16[::1], int16[::1])"
)
SPLICE = "int64(uint32[::1], int64[::1], uint64[::1], int64[::1], int64[::1], int64[::1], uint32[::1], int64[::1])"
UNSTUFF = "int64(Array(uint8, 1, 'C', readonly=True), uint8[::1])"
UNLIKE = "int64(uint32[::1], int64[::1], int64[::1], uint32[::1], int64[::1], int64[::1], uint8[::1])"


def walk(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one loop, which calls of other functions would only slow down
    words: Words32,
    ends: Integers,
    counts: Integers,
    entries: Words32,
    tables: Integers,
    units: Integers,
    predictions: Integers,
    used: Bytes,
    reached: Integers,
    lengths: Lengths,
    heads: Bytes,
    predicted: Coefficients,
    coefficients: Coefficients,
) -> int:
    """Walk over `counts[p]` MCUs in each part p, which ends at bit `ends[p]`, where the next one begins.

    `entries[tables[t, 0]:]` are the entries of table t (`jpeg_huffman`), of which the second part begins with window
    `tables[t, 1]`.  `units` are those of one MCU: table of differences, of AC (-1: the unit is a sample), component.
    `predictions` is room for one number for each component.

    Filled in: `used[t, s]` for each AC symbol s that occurs, and in `reached` the bit at which the last MCU of each part
    ends.  Unless they are empty: for each block its `lengths` in bits, how many of them are its `heads`, which are its
    difference, and the DC that is `predicted` for the next; and 64 `coefficients` for each, in zigzag order, which are 0
    before.

    Returns WHOLE, or what is wrong: SHORT where a part ends too early; NO_CODE; a LONG_BLOCK of more than 64; a
    LARGE_DIFFERENCE that leads out of 16 bits; UNFIT where the arguments do not fit together.
    """
    parts, width = len(ends), len(units)
    if len(words) < SPARE_WORDS or len(counts) != parts or len(reached) != parts:
        return UNFIT
    total = before = 0
    for part in range(parts):
        if counts[part] < 0 or ends[part] < before or ends[part] > (len(words) - SPARE_WORDS) * 32:
            return UNFIT
        before = ends[part]
        total += counts[part] * width
    if tables.shape[1] != 2 or units.shape[1] != 3 or len(used) != len(tables) or used.shape[1] != 256:
        return UNFIT
    for table in range(len(tables)):
        begins, long_ones = tables[table, 0], tables[table, 1]
        if begins < 0 or long_ones < 0 or long_ones > WINDOWS or begins + FAST + WINDOWS - long_ones > len(entries):
            return UNFIT
    for unit in range(width):
        difference, alternating, component = units[unit, 0], units[unit, 1], units[unit, 2]
        if difference < 0 or difference >= len(tables) or alternating < -1 or alternating >= len(tables):
            return UNFIT
        if component < 0 or component >= len(predictions):
            return UNFIT
    keeps_places, keeps_coefficients = len(lengths) > 0, len(coefficients) > 0
    if len(heads) != len(lengths) or len(predicted) != len(lengths) or (keeps_places and len(lengths) != total):
        return UNFIT
    if keeps_coefficients and len(coefficients) != total * 64:
        return UNFIT

    # Numbers without a sign, since an index that may be negative costs a comparison each time.
    eight, sixteen, thirty_two, sixty_four = np.uint64(8), np.uint64(16), np.uint64(32), np.uint64(64)
    low, to_fast = np.uint64(255), np.uint64(64 - FAST_BITS)
    index, position, value = np.uint64(0), np.int64(0), np.int64(0)
    for part in range(parts):
        if part:
            position = ends[part - 1]
        end = ends[part]
        for component in range(len(predictions)):
            predictions[component] = 0
        window, valid = np.uint64(0), np.int64(0)  # the next bits, of which so many are known
        for _ in range(counts[part]):
            for unit in range(width):
                if position > end:  # else one unit more, UNIT_BITS at most, lies inside the words
                    return SHORT
                begun = position
                table, alternating, component = units[unit, 0], units[unit, 1], units[unit, 2]
                start, first = np.uint64(tables[table, 0]), np.uint64(tables[table, 1])
                if valid < 31:
                    word, bit = np.uint64(position >> 5), np.uint64(position & 31)
                    window = np.uint64(words[word]) << thirty_two | np.uint64(words[word + np.uint64(1)])
                    window = window << bit | np.uint64(words[word + np.uint64(2)]) >> thirty_two - bit
                    valid = np.int64(64)
                entry = np.uint64(entries[start + (window >> to_fast)])
                if entry == 0:
                    code = window >> np.uint64(48)
                    if code < first:
                        return NO_CODE
                    entry = np.uint64(entries[start + np.uint64(FAST) + code - first])
                    if entry == 0:
                        return NO_CODE
                length, both = entry >> eight & low, entry >> sixteen & low
                value = np.int64(0)
                if both > length:
                    value = np.int64(window << length >> sixty_four - (both - length))
                    if value < np.int64(1) << np.int64(both - length) - 1:
                        value -= (np.int64(1) << np.int64(both - length)) - 1
                window <<= both
                valid -= np.int64(both)
                position += np.int64(both)
                if alternating < 0:
                    continue
                if entry & low > np.uint64(15):
                    return NO_CODE
                value += predictions[component]
                if value < -32768 or value > 32767:
                    return LARGE_DIFFERENCE
                predictions[component] = value
                if keeps_places:
                    heads[index], predicted[index] = both, value
                if keeps_coefficients:
                    coefficients[index * sixty_four] = value
                start, first = np.uint64(tables[alternating, 0]), np.uint64(tables[alternating, 1])
                marked, at = np.uint64(alternating), np.uint64(1)
                while at < sixty_four:
                    if valid < 31:
                        word, bit = np.uint64(position >> 5), np.uint64(position & 31)
                        window = np.uint64(words[word]) << thirty_two | np.uint64(words[word + np.uint64(1)])
                        window = window << bit | np.uint64(words[word + np.uint64(2)]) >> thirty_two - bit
                        valid = np.int64(64)
                    entry = np.uint64(entries[start + (window >> to_fast)])
                    if entry == 0:
                        code = window >> np.uint64(48)
                        if code < first:
                            return NO_CODE
                        entry = np.uint64(entries[start + np.uint64(FAST) + code - first])
                        if entry == 0:
                            return NO_CODE
                    both, on = entry >> sixteen & low, entry >> np.uint64(24)
                    if on == 0:  # a table of differences
                        return UNFIT
                    used[marked, entry & low] = 1
                    at += on
                    length = entry >> eight & low
                    if keeps_coefficients and at <= sixty_four and both > length:
                        value = np.int64(window << length >> sixty_four - (both - length))
                        if value < np.int64(1) << np.int64(both - length) - 1:
                            value -= (np.int64(1) << np.int64(both - length)) - 1
                        coefficients[index * sixty_four + at - np.uint64(1)] = value
                    window <<= both
                    valid -= np.int64(both)
                    position += np.int64(both)
                if sixty_four < at < np.uint64(END_OF_BLOCK):
                    return LONG_BLOCK
                if keeps_places:
                    lengths[index] = position - begun
                index += np.uint64(1)
        if position > end:
            return SHORT
        reached[part] = position
    return WHOLE


def splice(  # noqa: C901, PLR0911, PLR0912, PLR0915 - likewise
    words: Words32,
    stops: Integers,
    heads: Words64,
    lengths: Integers,
    froms: Integers,
    tos: Integers,
    out: Words32,
    ends: Integers,
) -> int:
    """Put bits together: of each piece i the first `lengths[i]` bits of `heads[i]`, then the bits `froms[i]:tos[i]`.

    Part p consists of the pieces before `stops[p]` that are in no part before it.  Each part is filled up with ones to a
    whole byte, and begins where the one before it ended, at bit `ends[p]` of `out`.

    Returns WHOLE; SHORT where `out` is too short; UNFIT where the arguments do not fit together.
    """
    if len(words) < SPARE_WORDS or len(ends) != len(stops):
        return UNFIT
    pieces = len(heads)
    if len(lengths) != pieces or len(froms) != pieces or len(tos) != pieces:
        return UNFIT
    thirty_two, sixty_four = np.uint64(32), np.uint64(64)
    held = np.uint64(0)  # whose last `holds` bits, less than 32, are still to be written
    holds = written = piece = 0
    for part in range(len(stops)):
        if stops[part] > pieces:
            return UNFIT
        while piece < stops[part]:
            length, position, end = lengths[piece], froms[piece], tos[piece]
            if length < 0 or length > 64 or position < 0 or end > (len(words) - SPARE_WORDS) * 32:
                return UNFIT
            bits = heads[piece]
            while length > 0 or position < end:
                if length > 0:
                    take = min(length, 32)
                    taken = bits >> sixty_four - np.uint64(take)
                    bits <<= np.uint64(take)
                    length -= take
                else:
                    take = min(end - position, 32)
                    word = position >> 5
                    window = np.uint64(words[word]) << thirty_two | np.uint64(words[word + 1])
                    taken = window << np.uint64(position & 31) >> sixty_four - np.uint64(take)
                    position += take
                held = held << np.uint64(take) | taken
                holds += take
                if holds >= 32:
                    if written >= len(out):
                        return SHORT
                    holds -= 32
                    out[written] = np.uint32(held >> np.uint64(holds) & np.uint64(0xFFFFFFFF))
                    written += 1
            piece += 1
        fill = -holds & 7
        held = held << np.uint64(fill) | np.uint64((1 << fill) - 1)
        holds += fill
        ends[part] = written * 32 + holds
        if holds == 32:
            if written >= len(out):
                return SHORT
            out[written] = np.uint32(held & np.uint64(0xFFFFFFFF))
            written, holds = written + 1, 0
    if holds:
        if written >= len(out):
            return SHORT
        out[written] = np.uint32(held << np.uint64(32 - holds) & np.uint64(0xFFFFFFFF))
    return WHOLE


def unlike(
    words: Words32,
    froms: Integers,
    tos: Integers,
    other_words: Words32,
    other_froms: Integers,
    other_tos: Integers,
    differs: Bytes,
) -> int:
    """Compare pieces of bits: `differs[i]` becomes 1 where `froms[i]:tos[i]` of the one are not those of the other.

    Returns WHOLE; UNFIT where the arguments do not fit together.
    """
    pieces = len(differs)
    if len(words) < SPARE_WORDS or len(other_words) < SPARE_WORDS:
        return UNFIT
    if len(froms) != pieces or len(tos) != pieces or len(other_froms) != pieces or len(other_tos) != pieces:
        return UNFIT
    last, other_last = (len(words) - SPARE_WORDS) * 32, (len(other_words) - SPARE_WORDS) * 32
    thirty_two, sixty_four = np.uint64(32), np.uint64(64)
    for piece in range(pieces):
        at, end, other, other_end = froms[piece], tos[piece], other_froms[piece], other_tos[piece]
        if at < 0 or end > last or other < 0 or other_end > other_last:
            return UNFIT
        if end - at != other_end - other:
            differs[piece] = 1
            continue
        while at < end:
            take = np.uint64(min(end - at, 32))
            word, other_word = np.uint64(at >> 5), np.uint64(other >> 5)
            window = np.uint64(words[word]) << thirty_two | np.uint64(words[word + np.uint64(1)])
            compared = np.uint64(other_words[other_word]) << thirty_two
            compared |= np.uint64(other_words[other_word + np.uint64(1)])
            if (window << np.uint64(at & 31) ^ compared << np.uint64(other & 31)) >> sixty_four - take:
                differs[piece] = 1
                break
            at += 32
            other += 32
    return WHOLE


def unstuff(data: Bytes, out: Bytes) -> int:
    """Copy the data of a scan without the byte stuffed behind each FF, and return how many bytes that makes.

    Returns -1 where anything but a stuffed byte stands behind one, or `out` is too short.
    """
    made, at = np.uint64(0), np.uint64(0)
    end, room, one = np.uint64(len(data)), np.uint64(len(out)), np.uint64(1)
    if room < end:
        return -1
    while at < end:
        byte = data[at]
        out[made] = byte
        made += one
        at += one
        if byte == 0xFF:
            if at == end or data[at] != 0:
                return -1
            at += one
    return int(made)
