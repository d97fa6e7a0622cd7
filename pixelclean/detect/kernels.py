"""The loops over every pixel of a frame, written so that numba can compile them: no objects, no calls, arrays only."""

import numpy as np
import numpy.typing as npt

Lines = npt.NDArray[np.uint8]
"""The bytes of an image as (row, byte)."""

EVERY = 4
"""Rows from one that is compared to the next: every letter crosses one of them."""

TILE = 32
"""Pixels along the side of what is judged by itself."""

BLOCK = 16
"""Pixels along the side of what may hold faint marks."""

_BITS = 8
_SCHARR = 32  # what a step of one grey level per pixel is multiplied by
_FAINT, _CLEAR = 3, 25  # levels of eight bits by which marks differ from their ground
_MARKED, _EVEN = 0.1, 0.5  # shares of a block that has faint marks
_COHERENT, _ONE_SHADE, _BETWEEN = 0.4, 0.3, 0.15  # shares of the marks in it

COUNT_CHANGES = "int32[:,:,:,::1](Array(uint8, 2, 'C', readonly=True), int64)"
COVER = "int64[:,::1](Array(uint8, 2, 'C', readonly=True), float64, int64)"
FIND_FAINT = "boolean(Array(uint8, 2, 'C', readonly=True), Array(uint8, 2, 'C', readonly=True), int64)"

SUM_GRADIENTS = "float32[:,:,::1](Array(uint8, 2, 'C', readonly=True), int64)"

COUNT_SHADES = "float32[:,:,::1](Array(uint8, 2, 'C', readonly=True), Array(uint8, 2, 'C', readonly=True))"


def count_changes(lines: Lines, step: int) -> npt.NDArray[np.int32]:
    """How often each bit differs from that of the pixel before: (byte of a pixel, bit, row of tiles, column of tiles).

    `step` is how many bytes a pixel has.  Every fourth row is compared.
    """
    rows, width = lines.shape
    down, across = -(-rows // TILE), -(-width // (TILE * step))
    changes = np.zeros((step, _BITS, down, across), np.int32)
    counts = np.empty((_BITS, width), np.uint8)
    differing = np.zeros(width, np.uint8)
    for band in range(down):
        counts[:] = 0
        for row in range(band * TILE, min(rows, band * TILE + TILE), EVERY):
            here, before, apart = lines[row, step:], lines[row, : width - step], differing[step:]
            for place in range(len(here)):
                apart[place] = here[place] ^ before[place]
            for bit in range(_BITS):
                mask, count = np.uint8(1 << bit), counts[bit]
                for place in range(width):
                    count[place] += np.uint8((differing[place] & mask) != 0)
        for tile in range(across):
            part = counts[:, tile * TILE * step : (tile + 1) * TILE * step]
            for bit in range(_BITS):
                for sample in range(step):
                    total = 0
                    for place in range(sample, part.shape[1], step):
                        total += part[bit, place]
                    changes[sample, bit, band, tile] = total
    return changes


def find_faint(lines: Lines, ground: Lines, samples: int) -> bool:  # noqa: C901, PLR0912 - one loop over blocks
    """Whether two blocks side by side hold faint marks: strokes of one shade, next to no shade between it and the ground's.

    `ground` is as wide as the image, and each of its rows stands for as many of the image.  What is judged is how far
    a pixel is from the ground in that of its samples that is farthest.
    """
    rows, width = lines.shape
    columns = width // samples
    apart = np.empty(width, np.uint8)
    away = np.empty((BLOCK, columns), np.uint8)
    most, marked, even = np.empty(columns, np.uint8), np.empty(columns, np.uint8), np.empty(columns, np.uint8)
    for top in range(0, rows - BLOCK + 1, BLOCK):
        most[:] = 0
        marked[:] = 0
        even[:] = 0
        for row in range(BLOCK):
            line, under, out = lines[top + row], ground[(top + row) * len(ground) // rows], away[row]
            for place in range(width):
                apart[place] = max(line[place], under[place]) - min(line[place], under[place])
            if samples == 3:
                for column in range(columns):
                    out[column] = max(apart[3 * column], apart[3 * column + 1], apart[3 * column + 2])
            else:
                for column in range(columns):
                    out[column] = apart[column]
            for column in range(columns):
                most[column] = max(most[column], out[column])
                marked[column] += np.uint8(out[column] >= _FAINT)
                even[column] += np.uint8(out[column] == 0)
        before = False
        for left in range(0, columns - BLOCK + 1, BLOCK):
            shade, marks, alike = 0, 0, 0
            for column in range(left, left + BLOCK):
                shade = max(shade, int(most[column]))
                marks += marked[column]
                alike += even[column]
            found = shade < _CLEAR and marks >= _MARKED * BLOCK * BLOCK and alike >= _EVEN * BLOCK * BLOCK
            if found:
                thick, one, between = 0, 0, 0
                for row in range(BLOCK):
                    for column in range(BLOCK):
                        here = away[row, left + column]
                        between += here == _FAINT - 1
                        if here >= _FAINT:
                            above = row == 0 or away[row - 1, left + column] >= _FAINT
                            beside = column > 0 and away[row, left + column - 1] >= _FAINT
                            thick += above or beside
                            one += here >= shade - 1
                found = thick >= _COHERENT * marks and one >= _ONE_SHADE * marks and between <= _BETWEEN * marks
            if found and before:
                return True
            before = found
    return False


def sum_gradients(grey: Lines, cell: int) -> npt.NDArray[np.float32]:
    """Means over cells of products of the gradient (x, y) in grey levels per pixel: (xx, yy, xy, x, y; row, column).

    `cell` is how many pixels a cell is wide and high.  The gradient is Scharr's; columns at either edge have none.
    """
    rows, width = grey.shape
    down, across = -(-rows // cell), -(-width // cell)
    sums = np.zeros((5, down, across), np.float32)
    columns = np.empty((5, across * cell), np.int32)
    for band in range(down):
        columns[:] = 0
        xx, yy, xy, xs, ys = columns[0], columns[1], columns[2], columns[3], columns[4]
        for row in range(band * cell, min(rows, band * cell + cell)):
            above, here, below = grey[max(0, row - 1)], grey[row], grey[min(rows - 1, row + 1)]
            for place in range(1, width - 1):
                left = 3 * np.int32(above[place - 1]) + 10 * np.int32(here[place - 1]) + 3 * np.int32(below[place - 1])
                right = 3 * np.int32(above[place + 1]) + 10 * np.int32(here[place + 1]) + 3 * np.int32(below[place + 1])
                top = 3 * np.int32(above[place - 1]) + 10 * np.int32(above[place]) + 3 * np.int32(above[place + 1])
                end = 3 * np.int32(below[place - 1]) + 10 * np.int32(below[place]) + 3 * np.int32(below[place + 1])
                x, y = right - left, end - top
                xx[place] += x * x
                yy[place] += y * y
                xy[place] += x * y
                xs[place] += x
                ys[place] += y
        for number in range(5):
            scale = np.float32(1 / (_SCHARR if number > 2 else _SCHARR * _SCHARR) / (cell * cell))
            for column in range(across):
                total = np.int64(0)
                for place in range(column * cell, column * cell + cell):
                    total += columns[number, place]
                sums[number, band, column] = scale * np.float32(total)
    return sums


def count_shades(grey: Lines, middle: Lines) -> npt.NDArray[np.float32]:
    """Means over cells: (distance from `middle`, its square, share above it, steps along both axes; row, column).

    `middle` has a value for each cell, and `grey` is made of whole cells.  Every second row and column is looked at.
    """
    down, across = middle.shape
    cell = len(grey) // down
    half, width, last = cell // 2, grey.shape[1] // 2, grey.shape[1] - 1
    means = np.empty((4, down, across), np.float32)
    sums, usual = np.empty((4, width), np.int32), np.empty(width, np.int16)
    even, odd = np.empty(width + 1, np.int16), np.empty(width, np.int16)
    under, lower = np.empty(width, np.int16), np.empty(width, np.int16)
    for band in range(down):
        sums[:] = 0
        away, wide, light, steps = sums[0], sums[1], sums[2], sums[3]
        for column in range(across):
            usual[column * half : column * half + half] = middle[band, column]
        for row in range(band * cell, band * cell + cell, 2):
            line, below, after = grey[row], grey[row + 1], grey[min(row + 2, len(grey) - 1)]
            for place in range(width):
                even[place], odd[place] = line[2 * place], line[2 * place + 1]
                under[place], lower[place] = below[2 * place], after[2 * place]
            even[width] = line[last]
            for place in range(width):
                one, between = even[place], odd[place]
                apart = np.int16(one - usual[place])
                away[place] += abs(apart)
                wide[place] += np.int32(apart) * np.int32(apart)
                light[place] += np.int32(apart > 0)
                steps[place] += abs(between - one) + abs(even[place + 1] - between)
                steps[place] += abs(under[place] - one) + abs(lower[place] - under[place])
        for number in range(4):
            count = np.float32(half * half * (2 if number == 3 else 1))  # along either axis two steps begin at a pixel
            for column in range(across):
                total = np.int32(0)
                for place in range(column * half, column * half + half):
                    total += sums[number, place]
                means[number, band, column] = np.float32(total) / count
    return means


def cover(mask: Lines, least_share: float, spare: int) -> npt.NDArray[np.int64]:  # noqa: C901, PLR0912, PLR0915 - one loop over boxes
    """Boxes (left, top, right, bottom) that cover what is not 0 in the mask: see `covering`.

    A box is drawn tight, and stays or is cut in two; those that were cut wait for their turn.
    """
    rows, columns = mask.shape
    left, top, filled = 0, 0, 0
    for row in range(rows):
        for column in range(columns):
            filled += mask[row, column] != 0
    found, waiting = np.empty((filled, 4), np.int64), np.empty((filled + 1, 4), np.int64)
    count, last = 0, 0
    waiting[0] = 0, 0, columns, rows
    if not filled:
        last = -1
    # For each row and each column: where the first and the last of its pixels lies, and how far all before or behind reach.
    first_in, last_in = np.empty((2, max(rows, columns)), np.int64), np.empty((2, max(rows, columns)), np.int64)
    before, behind = np.empty(max(rows, columns), np.int64), np.empty(max(rows, columns), np.int64)
    while last >= 0:
        left, top, right, bottom = waiting[last]
        last -= 1
        first_in[0, top:bottom], last_in[0, top:bottom] = right, left
        first_in[1, left:right], last_in[1, left:right] = bottom, top
        filled = 0
        for row in range(top, bottom):
            for column in range(left, right):
                if mask[row, column]:
                    filled += 1
                    first_in[0, row] = min(first_in[0, row], column)
                    last_in[0, row] = max(last_in[0, row], column + 1)
                    first_in[1, column] = min(first_in[1, column], row)
                    last_in[1, column] = max(last_in[1, column], row + 1)
        top, bottom = first_in[1, left:right].min(), last_in[1, left:right].max()
        left, right = first_in[0, top:bottom].min(), last_in[0, top:bottom].max()
        if filled + spare >= least_share * (bottom - top) * (right - left):
            found[count] = left, top, right, bottom
            count += 1
            continue
        best, cut, axis = -1, 0, 0
        for way in range(2):
            start, stop = (top, bottom) if way == 0 else (left, right)
            low, high = 1 << 60, -1
            for line in range(start, stop):
                low, high = min(low, first_in[way, line]), max(high, last_in[way, line])
                before[line] = high - low
            low, high = 1 << 60, -1
            for line in range(stop - 1, start - 1, -1):
                low, high = min(low, first_in[way, line]), max(high, last_in[way, line])
                behind[line] = high - low
            for line in range(start + 1, stop):
                area = before[line - 1] * (line - start) + behind[line] * (stop - line)
                nearer = way == axis and abs(2 * line - start - stop) < abs(2 * cut - start - stop)
                if best < 0 or area < best or (area == best and nearer):
                    best, cut, axis = area, line, way
        if axis == 0:
            waiting[last + 1] = left, top, right, cut
            waiting[last + 2] = left, cut, right, bottom
        else:
            waiting[last + 1] = left, top, cut, bottom
            waiting[last + 2] = cut, top, right, bottom
        last += 2
    return found[:count].copy()
