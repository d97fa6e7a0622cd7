"""Barcodes: where a picture shows one, of any common kind.  What they say is never asked for.

zxing-cpp looks at the whole picture for every kind of symbol.  It reads one-dimensional codes along rows and columns
only, dark on light, with white on either side; so bars are looked for here too (`stripes`), straightened, and given to
it as it likes them.  A code counts where zxing-cpp can decode it: over real images without one, nothing else is as rare.
"""

from collections.abc import Iterable, Iterator
from functools import reduce

import cv2
import numpy as np
import zxingcpp

from pixelclean.detect.covering import covering
from pixelclean.detect.grey import grey_of
from pixelclean.detect.network import Picture
from pixelclean.detect.shades import Cells, Patch, halved, patches
from pixelclean.detect.stripes import SAMPLES, Corners, Grey, Profile, Stripes, direction, followed, stripes_in
from pixelclean.geometry import Box

_BARS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllLinear)
_STACKED = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.PDF417, zxingcpp.BarcodeFormat.MicroPDF417])
# Symbols that are located yet not decoded: the patterns that locate these are like nothing else.  Those of the others
# are met in texture.
_UNMISTAKABLE = frozenset(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.MaxiCode,
    ]
)
_FINDERS = zxingcpp.BarcodeFormats(sorted(_UNMISTAKABLE))  # patterns are found at little cost, in all of a picture
_MATRICES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllMatrix)
_TINY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.QRCode])
_WHITE = 255
# Changes between dark and light in the shortest one-dimensional code, a Codabar of one character, are 24, and in what a
# stacked one begins with 8; a few of many are lost where they are blurred.
_LEAST_CHANGES = 18
_STACK_CHANGES = 8
_MARGIN = 6  # pixels beside a place of bars where the code may go on
_QUIET = 40  # pixels of white on either side of a straightened code
_BAND = 8  # rows that show one profile
_LEAST_STACK = 12  # rows of a stacked code
_MOST_STACKS = 4  # places of bars in one picture around which a stacked code is looked for
_STACK_WIDTH = 8  # heights that a stacked code may reach to each side of bars in it
_CELL = 4  # pixels along the side of the cells that a slanting symbol is covered with
_COMPACT = 0.65  # of a box is symbol, where it is one box
# Shares of its size by which a symbol is grown on each side: quiet zones are four of 21 modules of a QR code, and ten of
# a hundred along bars; above and below them stands in letters what they say.
_AROUND, _BESIDE, _ABOVE = 0.2, 0.12, 0.3
_LEAST_GROWTH = 4.0
_LEAST_SIDE = 10  # pixels: no symbol has fewer modules
_FAINT = 6.0  # grey levels of standard deviation, under which zxing-cpp sees one shade
_PALE = 25.0  # grey levels of standard deviation, under which zxing-cpp may take two shades for one
_CLEAR, _GREY = 50.0, 128.0  # their deviation and their middle, once they are stretched
_NEAR = (5, 5)  # cells in which shades are alike
_LARGE = 1 << 18  # pixels of a place that is not drawn apart: it is anatomy, or has contrast
_SMALL = 160  # pixels along the longer side of a place that is looked at twice as large, too


def barcodes(picture: Picture) -> tuple[Box, ...]:
    """Boxes that cover every barcode of a (row, column, RGB) picture with its quiet zones; () where there is none."""
    return tuple(sorted({*readable_barcodes(picture), *barcodes_at(patches(picture), picture)}))


def barcodes_at(places: Iterable[Patch], picture: Picture) -> tuple[Box, ...]:
    """The same, of those that lie in some places of a picture."""
    found: set[Box] = set()
    for place in places:
        for corners in _seen(place, place.plane(picture)):
            found.update(_covered(corners + np.array((place.box.left, place.box.top)), *picture.shape[:2]))
    return tuple(sorted(found))


def readable_barcodes(picture: Picture) -> tuple[Box, ...]:
    """The same, of those that zxing-cpp reads by itself, wherever in the picture, asked about the picture as a whole."""
    grey = grey_of(picture)
    found = [*_symbols(grey, _FINDERS), *_level_bars(grey)]
    return tuple(sorted({box for corners in found for box in _covered(corners, *grey.shape)}))


def _seen(place: Patch, whole: Grey) -> list[Corners]:
    """What is seen of a place, as small as it is searched, and then of a small one at twice its size."""
    grey = reduce(lambda plane, _: halved(plane), range(place.halved), whole)
    for shown in _ways(place, grey):
        if found := [*_symbols(shown, _MATRICES), *_straightened(shown)]:
            return [_enlarged(corners, 2**place.halved) for corners in found]
    return [] if max(whole.shape) > _SMALL else list(_tiny(place, whole))


def _tiny(place: Patch, grey: Grey) -> Iterator[Corners]:
    """Symbols that are seen where the place is shown at twice its size: what lies beside its two shades is left out."""
    inner = place.core.clipped(*grey.shape)
    if inner is None:
        return
    twice = cv2.resize(grey[inner.slices], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    for corners in _symbols(np.asarray(twice, np.uint8), _TINY):
        yield _enlarged(corners, 0.5) + np.array((inner.left, inner.top))


def _ways(place: Patch, grey: Grey) -> Iterator[Grey]:
    """The place as it is and, where its two shades are near each other, drawn apart: all alike, then each for itself."""
    usual = float(np.median(place.spread[place.cells]))
    if usual >= _FAINT:
        yield grey
    if usual >= _PALE or grey.size > _LARGE:
        return
    weight = place.cells.astype(np.float32)
    size = weight.shape[::-1]
    middle = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32).reshape(weight.shape)
    yield _drawn_apart(grey, np.float32(np.median(middle[place.cells])), np.float32(_CLEAR / max(1.0, usual)))
    near, middles, spreads = (cv2.blur(cells, _NEAR) for cells in (weight, weight * middle, weight * place.spread))
    there, share = near > 0, np.maximum(near, 1e-6)
    gains = np.where(there, _CLEAR / np.maximum(spreads / share, 1), 1)
    gain, level = (cv2.resize(part, grey.shape[::-1]) for part in (gains, np.where(there, middles / share, 0)))
    yield _drawn_apart(grey, np.asarray(level, np.float32), np.asarray(gain, np.float32))


def _drawn_apart(grey: Grey, level: Cells | np.float32, gain: Cells | np.float32) -> Grey:
    return np.asarray(np.clip(np.rint((grey - level) * gain + _GREY), 0, _WHITE), np.uint8)


def _symbols(grey: Grey, kinds: zxingcpp.BarcodeFormats) -> Iterator[Corners]:
    """Symbols of some kinds that zxing-cpp reads in a plane as it is, and those that it merely locates."""
    for seen in zxingcpp.read_barcodes(grey, formats=kinds, return_errors=True):
        if seen.valid or (seen.format in _UNMISTAKABLE and _is_large(_corners(seen))):
            yield _grown(_corners(seen))


def _level_bars(grey: Grey) -> Iterator[Corners]:
    """One-dimensional codes that zxing-cpp reads along rows and columns."""
    for turned in (grey, np.ascontiguousarray(grey.T)):
        for seen in zxingcpp.read_barcodes(turned, formats=_BARS, try_rotate=False, try_invert=False):
            corners = _corners(seen)
            yield _bars(corners if turned is grey else corners[:, ::-1], grey)


def _enlarged(corners: Corners, times: float) -> Corners:
    """The corners in a picture that is so many times as large."""
    return (corners + 0.5) * times - 0.5


def _straightened(grey: Grey) -> Iterator[Corners]:
    """Codes that zxing-cpp sees in places of parallel bars, made upright and dark on light."""
    found: list[Stripes] = []
    stacks = 0
    for place in stripes_in(grey):
        if any(code.holds(place) for code in found):
            continue
        changes = place.changes(grey)
        span = _span(place.grown(_MARGIN, 0), grey) if changes >= _LEAST_CHANGES else None
        if span is not None:
            found.append(_with_quiet_zones(Stripes(place.angle, *span, place.top, place.bottom), grey))
        elif changes >= _STACK_CHANGES and place.height >= _LEAST_STACK and stacks < _MOST_STACKS:
            stacks += 1
            found.extend(_stacked(place, grey))
    return (code.corners for code in found)


def _span(place: Stripes, grey: Grey) -> tuple[float, float] | None:
    """Where across the bars a one-dimensional code begins and ends; None where there is none."""
    profiles = place.profiles(grey)
    lines = [_between_white(line) for line in (*profiles, *(_WHITE - line for line in profiles))]
    if not lines:
        return None
    shown = np.repeat(np.asarray(lines, np.uint8), _BAND, axis=0)
    for seen in zxingcpp.read_barcodes(shown, formats=_BARS, try_rotate=False, try_invert=False):
        x = (_corners(seen)[:, 0] - _QUIET) / SAMPLES + place.first
        return float(x.min()), float(x.max())
    return None


def _stacked(place: Stripes, grey: Grey) -> Iterator[Stripes]:
    """Stacked codes, of which these bars may be a part: along rows they reach far."""
    around = place.grown(_STACK_WIDTH * place.height, place.height / 2).inside(grey)
    straight = around.straightened(grey, 1.0)
    for shown in (straight, _WHITE - straight):
        for seen in zxingcpp.read_barcodes(np.ascontiguousarray(shown), formats=_STACKED, try_rotate=False):
            (left, top), (right, bottom) = _corners(seen).min(axis=0), _corners(seen).max(axis=0)
            edges = (around.first + left, around.first + right, around.top + top, around.top + bottom)
            code = Stripes(place.angle, *(float(edge) for edge in edges))
            more = max(_LEAST_GROWTH, _AROUND * code.height)
            yield code.grown(more, more)


def _between_white(line: Profile) -> Profile:
    """The profile with white on either side, whatever lies there: what is dark up to its ends is no bar."""
    light = np.flatnonzero(line >= _WHITE / 2)
    first, last = (int(light[0]), int(light[-1]) + 1) if len(light) else (0, len(line))
    return np.pad(line[first:last], (_QUIET + first, _QUIET + len(line) - last), constant_values=_WHITE)


def _bars(corners: Corners, grey: Grey) -> Corners:
    """All of a one-dimensional code of which a line across is known."""
    rows, columns = grey.shape
    low, high = corners.min(axis=0), corners.max(axis=0)
    left, top = (max(0, int(edge) - _MARGIN) for edge in low)
    around = Box(left, top, int(high[0]) + _MARGIN + 1, int(high[1]) + _MARGIN + 1).clipped(rows, columns)
    if around is None:
        return corners
    angle = direction(grey, around)
    u = corners @ (np.cos(angle), np.sin(angle))
    v = corners @ (-np.sin(angle), np.cos(angle))
    place = Stripes(angle, float(u.min()), float(u.max()), float(v.min()), float(v.max()))
    return _with_quiet_zones(place, grey).corners


def _with_quiet_zones(code: Stripes, grey: Grey) -> Stripes:
    """A one-dimensional code with all of its bars, its quiet zones and the letters at its side."""
    whole = followed(code, grey)
    across = max(_LEAST_GROWTH, _BESIDE * (whole.last - whole.first))
    return whole.grown(across, max(_LEAST_GROWTH, _ABOVE * whole.height))


def _grown(corners: Corners) -> Corners:
    """The corners of a symbol with its quiet zone: each moves away from both of its neighbours."""
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.maximum(1.0, np.linalg.norm(sides, axis=1, keepdims=True))
    more = max(_LEAST_GROWTH, _AROUND * float(lengths.min()))
    along = sides / lengths
    return np.asarray(corners + more * (np.roll(along, 1, axis=0) - along), np.float64)


def _is_large(corners: Corners) -> bool:
    """Whether there is room for a symbol in it."""
    return bool(np.linalg.norm(np.roll(corners, 1, axis=0) - corners, axis=1).min() >= _LEAST_SIDE)


def _corners(seen: zxingcpp.Barcode) -> Corners:
    place = seen.position
    points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return np.array([(point.x, point.y) for point in points], np.float64)


def _covered(corners: Corners, rows: int, columns: int) -> Iterator[Box]:
    """A few boxes that cover a quadrilateral, inside the picture."""
    cells = np.zeros((-(-rows // _CELL), -(-columns // _CELL)), np.uint8)
    cv2.fillConvexPoly(cells, np.rint(corners / _CELL - 0.5).astype(np.int32), 1)
    for box in covering(cells.astype(np.bool_), _COMPACT):
        inside = Box(*(_CELL * edge for edge in box.edges)).clipped(rows, columns)
        if inside is not None:
            yield inside
