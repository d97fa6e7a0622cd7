"""How one picture is looked at: at its own size, at others, and in part."""

from collections.abc import Callable, Iterable
from functools import reduce

import cv2
import numpy as np

from pixelclean.detect.network import CELL, Network, Picture, Scores
from pixelclean.detect.places import places
from pixelclean.geometry import Box

# From this many pixels along a side text may be taller than the network knows: half size is looked at too.
_LARGE, _HALF = 1600, 0.5
_OTHER_SIZES = (1.5, 0.75)
# What is made smaller or turned looks more like text than it is: there a place needs the first score, and is followed
# down to the second.
_SMALLER = {0.5: (5.0, 1.0), 0.25: (6.0, 2.0)}
_TURNS, _TURNED = (30.0, -30.0), (5.0, 0.0)
_LEAST_SIDE = 300  # pixels; smaller pictures hold no letters too tall to see, and soon look like one themselves
Look = Callable[[Network, Picture], Scores]

NOTHING = -100.0
"""The score of a place that was not looked at."""


def first_look(network: Network, picture: Picture) -> Scores:
    """Scores at the size of the picture, and at half of it where it is large."""
    scores = network.scores(picture)
    if max(picture.shape[:2]) < _LARGE:
        return scores
    return np.maximum(scores, at_size(network, picture, _HALF))


def wide_look(network: Network, picture: Picture) -> Scores:
    """The first look, and what is text beyond doubt at smaller sizes, for very tall letters, or in a turned picture.

    The network knows text along rows and columns, give or take 15 degrees; two turns cover the angles between.
    """
    scores = first_look(network, picture)
    if min(picture.shape[:2]) < _LEAST_SIDE:
        return scores
    for size, doubt in _SMALLER.items():
        np.maximum(scores, _beyond_doubt(at_size(network, picture, size), *doubt), out=scores)
    for angle in _TURNS:
        np.maximum(scores, _beyond_doubt(_turned(network, picture, angle), *_TURNED), out=scores)
    return scores


def other_look(network: Network, picture: Picture) -> Scores:
    """The mean score at other sizes: another grid of cells, other pixels between them, other blind spots."""
    return _mean(at_size(network, picture, size) for size in _OTHER_SIZES)


def careful_look(network: Network, picture: Picture) -> Scores:
    """The mean score at the picture's own size and at others: what only looks like text does so at one size."""
    return _mean(at_size(network, picture, size) for size in (1.0, *_OTHER_SIZES))


def within(box: Box, look: Look, network: Network, picture: Picture) -> Scores:
    """A look at one part of a picture; nothing is seen elsewhere."""
    rows, columns = (-(-side // CELL) for side in picture.shape[:2])
    scores = np.full((rows, columns), NOTHING, np.float32)
    left, top = box.left // CELL, box.top // CELL
    part = picture[top * CELL : box.bottom, left * CELL : box.right]
    seen = look(network, part)
    scores[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
    return scores


def at_size(network: Network, picture: Picture, size: float) -> Scores:
    """Scores of the picture made larger or smaller, brought back to the cells of the picture itself."""
    if size == 1.0:
        return network.scores(picture)
    scores = network.scores(_resized(picture, size))
    rows, columns = (-(-side // CELL) for side in picture.shape[:2])
    return np.asarray(cv2.resize(scores, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _resized(picture: Picture, size: float) -> Picture:
    """The picture larger or smaller; a grey one shows one plane three times, and so does the result, without copies."""
    method = cv2.INTER_CUBIC if size > 1 else cv2.INTER_AREA
    height, width = (max(1, round(side * size)) for side in picture.shape[:2])
    if picture.strides[2] == 0:
        plane = cv2.resize(np.ascontiguousarray(picture[..., 0]), (width, height), interpolation=method)
        return np.broadcast_to(np.asarray(plane, np.uint8)[..., np.newaxis], (height, width, 3))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.uint8)


def highest(looks: Iterable[Scores]) -> Scores | None:
    """The highest score of each cell over all looks, None where there was none."""
    best = None
    for scores in looks:
        best = scores.copy() if best is None else np.maximum(best, scores, out=best)
    return best


def _beyond_doubt(scores: Scores, least: float, edge: float) -> Scores:
    """Places whose best score is at least `least`, down to `edge`; nothing is seen elsewhere."""
    kept = np.full_like(scores, NOTHING)
    for place in places(scores > edge):
        if place.best(scores) >= least:
            kept[place.bound.slices][place.cells] = least
    return kept


def _turned(network: Network, picture: Picture, angle: float) -> Scores:
    """Scores of the picture turned by `angle` degrees, brought back to the cells of the picture itself."""
    rows, columns = picture.shape[:2]
    turn = np.asarray(cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1.0))
    width, height = (int(np.ceil(side)) for side in abs(turn[:, :2]) @ (columns, rows))
    turn[:, 2] += (width - columns) / 2, (height - rows) / 2
    turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    scores = network.scores(np.asarray(turned, np.uint8))
    turn[:, 2] = turn[:, 2] / CELL  # the same turn, in cells
    size = (-(-columns // CELL), -(-rows // CELL))
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(scores, turn, size, flags=flags, borderValue=NOTHING), np.float32)


def _mean(looks: Iterable[Scores]) -> Scores:
    every = list(looks)
    return np.asarray(reduce(np.add, every) / np.float32(len(every)), np.float32)
