"""How one picture is looked at: at its own size, at others, and in part."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce

import cv2
import numpy as np

from pixelclean.detect.components import components
from pixelclean.detect.grey import redrawn
from pixelclean.detect.network import CELL, STEP, Network, Picture, Scores
from pixelclean.detect.places import places
from pixelclean.geometry import BoolArray, Box, merged

# From this many pixels along a side text may be taller than the network knows: half size is looked at too.
_LARGE, _HALF = 1600, 0.5
_SHARP = 1.5  # the size that tells apart what looks alike at the picture's own
_CLEARLY_NOT = -3.0  # a score that no other size makes text of
_PART = 256  # cells along the side of what is made larger at a time: memory is bounded
_AROUND = 8  # cells around what is looked at sharply: letters stand by what they stand beside
_CAREFUL_SIZES = (1.0, 1.5, 0.75)
_OTHER_SIZES = (1.25, 0.75)
# What is made smaller looks more like text than it is: there a place needs the first score, and is followed down to the
# second.
_SMALLER = {0.5: (5.0, 1.0), 0.25: (6.0, 2.0)}
_TALL = 16  # cells: letters that are smaller are seen at the picture's own size
# Text along rows is known best, give or take 15 degrees: turns bring other text there.  In a quarter turn only what stands
# upright is looked for: places so many times as high as wide.
_TURNS, _SLANTING = {45.0: 0.0, 90.0: 1.5}, 3
# The size of what is turned; no small text slants in a film.  Smaller asks for more.
_FINE, _COARSE = {45.0: 0.75, 90.0: 0.5}, {45.0: 0.5, 90.0: 0.5}
_TURNED = {0.75: (4.0, 0.0), 0.5: (5.0, 1.0)}
_LONG = 2  # times its shorter side: a picture that is longer is turned in parts, since it fills a square of its length
_KNOWN = 0.4  # of such a place: letters are strokes and what lies between them
_LEAST_SIDE = 300  # pixels; smaller pictures hold no letters too tall to see, and soon look like one themselves
_LEAST_TURNED = 64  # pixels; smaller pictures hold no line that slants
# A cell of text scores so much more than the empty one beside it, which it makes look like text up to that score.
_SPILL, _MOST_SPILT = 5.0, 0.0

Look = Callable[[Network, Picture], Scores | None]
"""None where the look saw nothing that calls for scores."""

NOTHING = -100.0
"""The score of a place that was not looked at."""


def sharp_look(network: Network, picture: Picture) -> Scores:
    """Scores at the size of the picture; where they may be text, means with those of the picture made larger."""
    own = _own(network, picture)
    return _sharpened(network, picture, own, own > _CLEARLY_NOT)


def widest_look(network: Network, picture: Picture) -> Scores:
    """The sharp look, and what is text beyond doubt at smaller sizes, very tall letters, and in the turned picture."""
    scores = sharp_look(network, picture)
    return np.maximum(scores, _otherwise(network, picture, scores, _FINE))


def look_at_new(network: Network, picture: Picture, new: BoolArray, suspicion: float) -> Scores | None:
    """The widest look where new cells take part in a place that exceeds `suspicion`, and nothing elsewhere.

    `new` is (cell row, cell column); None where no place does.
    """
    own = _own(network, picture)
    otherwise = _otherwise(network, picture, own, _COARSE)
    suspected = taking_part(np.maximum(own, otherwise) > suspicion, new)
    if not suspected.any():
        return None
    near = _wider(suspected)
    return np.where(near, np.maximum(_sharpened(network, picture, own, suspected), otherwise), np.float32(NOTHING))


def without_spill(scores: Scores) -> Scores:
    """The same scores, and nothing where a neighbour outshines a cell that may be empty: there the text beside it is seen.

    Where the score of such a cell exceeds the policy's `text_score`, its neighbour is text and stays, so that a margin
    around that covers most of the cell all the same.  It is for the scores of one picture: in another one the same cell
    may hold text of its own, fainter than this.
    """
    brightest = cv2.dilate(scores, np.ones((3, 3), np.uint8))
    return np.where((scores > brightest - _SPILL) | (scores > _MOST_SPILT), scores, np.float32(NOTHING))


def taking_part(cells: BoolArray, new: BoolArray) -> BoolArray:
    """Cells of the places that new cells take part in.

    What is cut off where the part of a picture ends looks like something else; but there nothing is new.
    """
    kept = np.zeros(cells.shape, np.bool_)
    for place in places(cells):
        if (place.cells & new[place.bound.slices]).any():
            kept[place.bound.slices] |= place.cells
    return kept


def other_look(network: Network, picture: Picture) -> Scores:
    """The mean score at other sizes: another grid of cells, other pixels between them, other blind spots."""
    return _mean(at_size(network, picture, size) for size in _OTHER_SIZES)


def careful_look(network: Network, picture: Picture, suspicion: float) -> Scores | None:
    """The mean score at the picture's own size and at others, where its own exceeds `suspicion` somewhere; else None.

    What only looks like text does so at one size.
    """
    own = network.scores(picture)
    if _with_half(network, picture, own).max() <= suspicion:
        return None
    return _mean([own, *(at_size(network, picture, size) for size in _CAREFUL_SIZES if size != 1)])


def within(box: Box, look: Look, network: Network, picture: Picture) -> Scores | None:
    """A look at one part of a picture; nothing is seen elsewhere.

    The part begins where the network's coarsest cells do, so that inside of it is seen what a look at the whole sees.
    """
    rows, columns = (-(-side // CELL) for side in picture.shape[:2])
    part = from_steps(box)
    seen = look(network, picture[part.slices])
    if seen is None or seen.shape == (rows, columns):
        return seen
    scores = np.full((rows, columns), NOTHING, np.float32)
    scores[part.top // CELL :, part.left // CELL :][: seen.shape[0], : seen.shape[1]] = seen
    return scores


def from_steps(box: Box) -> Box:
    """The box begun where the network's coarsest cells begin."""
    return Box(box.left // STEP * STEP, box.top // STEP * STEP, box.right, box.bottom)


def at_size(network: Network, picture: Picture, size: float) -> Scores:
    """Scores of the picture made larger or smaller, brought back to the cells of the picture itself."""
    scores = network.scores(_resized(picture, size))
    rows, columns = (-(-side // CELL) for side in picture.shape[:2])
    return np.asarray(cv2.resize(scores, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def highest(looks: Iterable[Scores | None]) -> Scores | None:
    """The highest score of each cell over all looks, None where there was none."""
    best = None
    for scores in looks:
        if scores is not None:
            best = scores.copy() if best is None else np.maximum(best, scores, out=best)
    return best


def _own(network: Network, picture: Picture) -> Scores:
    return _with_half(network, picture, network.scores(picture))


def _with_half(network: Network, picture: Picture, own: Scores) -> Scores:
    return np.maximum(own, at_size(network, picture, _HALF)) if _is_large(picture) else own


def _is_large(picture: Picture) -> bool:
    return bool(max(picture.shape[:2]) >= _LARGE)


def _sharpened(network: Network, picture: Picture, own: Scores, cells: BoolArray) -> Scores:
    """Own scores; around the cells, means with those of the picture made larger."""
    scores = own.copy()
    near = _wider(cells)
    for box in merged(box for box, _ in components(near)):
        larger = _scores_of(box, _SHARP, network, picture)
        mean = (own[box.slices] + larger) / 2
        scores[box.slices] = np.where(near[box.slices], mean, scores[box.slices])
    return scores


def _scores_of(cells: Box, size: float, network: Network, picture: Picture) -> Scores:
    """Scores of a box of cells of the picture at another size, a part after the other with what surrounds it."""
    scores = np.empty((cells.height, cells.width), np.float32)
    for top in range(cells.top, cells.bottom, _PART):
        for left in range(cells.left, cells.right, _PART):
            part = Box(left, top, min(left + _PART, cells.right), min(top + _PART, cells.bottom))
            seen = part.grown(_AROUND).intersection(cells)
            assert seen is not None
            pixels = Box(*(CELL * edge for edge in seen.edges))
            inner = part.moved(-seen.left, -seen.top)
            found = at_size(network, picture[pixels.slices], size)[inner.slices]
            scores[part.moved(-cells.left, -cells.top).slices] = found
    return scores


def _wider(cells: BoolArray) -> BoolArray:
    side = 2 * _AROUND + 1
    return cv2.dilate(cells.astype(np.uint8), np.ones((side, side), np.uint8)).astype(np.bool_)


def _resized(picture: Picture, size: float) -> Picture:
    """The picture larger or smaller."""
    method = cv2.INTER_CUBIC if size > 1 else cv2.INTER_AREA
    height, width = (max(1, round(side * size)) for side in picture.shape[:2])
    return redrawn(picture, lambda shown: cv2.resize(shown, (width, height), interpolation=method))


def _added(other: Scores, seen: Scores, shape: tuple[int, float], doubt: tuple[float, float]) -> Scores:
    """What only another look shows to be text: places that score the first number of `doubt` in it, down to the second.

    Their `shape` is so many cells high and wide at least, and so many times as high as wide.  Where much of a place was
    seen already it is left as it was seen, since coarse cells take more than they must.
    """
    kept, (least, edge), (small, upright) = np.full_like(other, NOTHING), doubt, shape
    for place in places(other > edge):
        width, height = place.bound.width, place.bound.height
        if min(width, height) >= small and height >= upright * width and place.best(other) >= least:
            known = (seen[place.bound.slices] > 0)[place.cells].mean()
            if known < _KNOWN:
                kept[place.bound.slices][place.cells] = least
    return kept


def _otherwise(network: Network, picture: Picture, seen: Scores, sizes: Mapping[float, float]) -> Scores:
    """What only smaller sizes and turns of a picture show to be text, each turn at its size."""
    found, side = np.full_like(seen, NOTHING), min(picture.shape[:2])
    for size, doubt in _SMALLER.items() if side >= _LEAST_SIDE else ():
        # The look at a large picture's own size took in half of it already, and asked less of it.
        if size != _HALF or not _is_large(picture):
            np.maximum(found, _added(at_size(network, picture, size), seen, (_TALL, 0.0), doubt), out=found)
    for degrees, upright in _TURNS.items() if side >= _LEAST_TURNED else ():
        size = sizes[degrees]
        turned = _turned(network, picture, degrees, size)
        np.maximum(found, _added(turned, seen, (_SLANTING, upright), _TURNED[size]), out=found)
    return found


def _turned(network: Network, picture: Picture, degrees: float, size: float) -> Scores:
    """Scores of the picture turned and made smaller, brought back to the cells of the picture itself."""
    rows, columns = picture.shape[:2]
    scores = np.full((-(-rows // CELL), -(-columns // CELL)), NOTHING, np.float32)
    side = -(-min(rows, columns) // STEP) * STEP
    for top in range(0, max(1, rows - side), side):
        for left in range(0, max(1, columns - side), side):
            part = picture[top : top + _LONG * side, left : left + _LONG * side]
            seen = _turned_whole(network, part, degrees, size)
            known = scores[top // CELL :, left // CELL :][: seen.shape[0], : seen.shape[1]]
            np.maximum(known, seen, out=known)
    return scores


def _turned_whole(network: Network, picture: Picture, degrees: float, size: float) -> Scores:
    rows, columns = picture.shape[:2]
    turn = np.asarray(cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, size))
    width, height = (int(np.ceil(side)) for side in abs(turn[:, :2]) @ (columns, rows))
    turn[:, 2] += (width - columns) / 2, (height - rows) / 2
    inside, rim = (width, height), cv2.BORDER_REFLECT
    turned = redrawn(picture, lambda shown: cv2.warpAffine(shown, turn, inside, flags=cv2.INTER_LINEAR, borderMode=rim))
    scores = network.scores(turned)
    turn[:, 2] = turn[:, 2] / CELL  # the same turn, in cells
    cells = (-(-columns // CELL), -(-rows // CELL))
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(scores, turn, cells, flags=flags, borderValue=NOTHING), np.float32)


def _mean(looks: Iterable[Scores]) -> Scores:
    every = list(looks)
    return np.asarray(reduce(np.add, every) / np.float32(len(every)), np.float32)
