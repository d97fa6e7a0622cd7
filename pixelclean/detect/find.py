"""Finding text: every frame is looked at, the union over frames is what was found."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Self, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.barcode_watch import BarcodeWatch
from pixelclean.detect.document import looks_like_document
from pixelclean.detect.network import CELL, Network, Networks, Picture, Scores
from pixelclean.detect.view import Display, pictures
from pixelclean.dicom import Frames
from pixelclean.geometry import Box, covering
from pixelclean.policy import PixelPolicy

S = TypeVar("S")
T = TypeVar("T")
Suspicion = Callable[[Box], bool]
"""Tells whether nothing but text is expected in a box."""

_CAREFUL_SCALES = (1.0, 1.5)
# From this many pixels along a side text may be taller than the networks know: half size is looked at too.
_LARGE, _HALF = 1600, 0.5
_COMPACT = 0.65  # a place that fills this share of its bounding box is masked as that box
# Smaller sizes, and turns in degrees: a place there needs the first score, and is followed down to the second.
_SMALLER = {_HALF: (8.0, 5.0), 0.25: (11.0, 5.0)}
_TURNS = {30.0: (6.0, 1.0), -30.0: (6.0, 1.0)}
_SAMPLE = 3
_LEAST_TEXT = 16  # pixels along the longer side; less holds two letters at most, and that is no identity
# Pictures with fewer pixels along a side hold no letters that are too tall to see, and soon look like one themselves.
_LEAST_SIDE = 300
_NOTHING = -100.0  # the score of a place that was not looked at
_EXTENT = -1.0  # score down to which a place that is text is followed to its edges


@dataclass(frozen=True, slots=True)
class Findings:
    """Boxes of what is text, and of what may be text; both in pixels of the stored image, for all frames together.

    `page` tells whether any frame looks like a page of text, `barcodes` are boxes of those that were found on the way.
    """

    text: tuple[Box, ...] = ()
    doubtful: tuple[Box, ...] = ()
    page: bool = False
    barcodes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds text in frames with the networks and scores of a policy, `threads` pictures at a time."""

    networks: Networks
    policy: PixelPolicy
    threads: int = 1

    @classmethod
    def load(cls, policy: PixelPolicy, threads: int = 1) -> Self:
        """A finder with the shipped networks."""
        return cls(Networks.load(), policy, threads)

    def everything(self, frames: Frames, display: Display, suspicious: Suspicion = lambda _: False) -> Findings:
        """For kinds of image that burn in text: every place that may be text is text.

        A place needs one cell with the policy's seed score, unless its box is `suspicious`: where nothing but text is
        expected, it is text without one.
        """
        watch = BarcodeWatch()
        looks = self._each(self._every_size_and_page, _watched(_all_pictures(frames, display), watch))
        scores, page = next(looks)
        for more, another in looks:  # one by one: a long cine has many
            np.maximum(scores, more, out=scores)
            page |= another
        if max(frames.format.rows, frames.format.columns) < _LEAST_TEXT:
            return Findings()  # only now: every frame has been decoded, which is part of what is proven
        places = [
            place
            for place in _components(scores > self.policy.text_score)
            if place.best(scores) >= self.policy.seed_score or suspicious(place.box)
        ]
        return Findings(self._boxes(places, frames), page=page, barcodes=tuple(sorted(watch.boxes)))

    def the_sure(self, frames: Frames, display: Display) -> Findings:
        """For kinds that rarely do: frames where the first look suspects text are judged by the careful look."""
        union, page, watch = None, False, BarcodeWatch()
        for scores, another in self._each(self._careful_if_suspect, _watched(_all_pictures(frames, display), watch)):
            union, page = _higher(union, scores), page or another  # one by one: a long cine has many
        return replace(self._judged(union, frames), page=page, barcodes=tuple(sorted(watch.boxes)))

    def again(self, frames: Frames, display: Display, indices: Sequence[int], within: Box) -> Findings:
        """The second look: the careful look at a part of some frames, whatever the first look said."""
        shown = (p for i in indices for p in pictures(frames.frame(i), frames.format, display))
        return self._judged(_union(self._each(partial(self._careful_within, within=within), shown)), frames)

    def _each(self, look: Callable[[S], T], shown: Iterable[S]) -> Iterator[T]:
        """What a look gives for each picture, in order; never more than `threads` pictures exist at a time."""
        waiting = iter(shown)
        with ThreadPoolExecutor(self.threads) as pool:
            while batch := list(islice(waiting, self.threads)):
                yield from pool.map(look, batch)

    def _every_size_and_page(self, shown: "_Shown") -> tuple[Scores, bool]:
        """The first look, also at smaller sizes, for text taller than the network knows, and turned; and if it is a page.

        The network reads text along rows and columns, give or take 15 degrees; two turns cover the angles between.
        What is made smaller or turned looks more like text than it is, so there a place must be beyond doubt.
        """
        picture, first = shown.picture, self.networks.first
        least = min(picture.shape[:2])
        looks = [self._first_look(picture)]
        halved = max(picture.shape[:2]) >= _LARGE  # then the first look saw half size already, and asked less of it
        sizes = [
            (size, scores)
            for size, scores in _SMALLER.items()
            if least >= _LEAST_SIDE and not (halved and size == _HALF)
        ]
        turns = _TURNS.items() if shown.sampled and least >= _LEAST_SIDE else ()
        looks += [_beyond_doubt(_at_scale(first, picture, size), *scores) for size, scores in sizes]
        looks += [_beyond_doubt(_turned(first, picture, angle), *scores) for angle, scores in turns]
        return _union(looks), shown.is_page()

    def _careful_if_suspect(self, shown: "_Shown") -> tuple[Scores | None, bool]:
        """The careful look where the first one suspects text, None where it does not; and whether it is a page."""
        suspect = bool(self._first_look(shown.picture).max() > self.policy.suspect_score)
        return self.careful(shown.picture) if suspect else None, shown.is_page()

    def _careful_within(self, picture: Picture, within: Box) -> Scores:
        """The careful look at one part of a picture; nothing is seen elsewhere."""
        rows, columns = (-(-side // CELL) for side in picture.shape[:2])
        scores = np.full((rows, columns), _NOTHING, np.float32)
        left, top = within.left // CELL, within.top // CELL
        part = picture[top * CELL : within.bottom, left * CELL : within.right]
        seen = self.careful(np.ascontiguousarray(part))
        scores[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
        return scores

    def careful(self, picture: Picture) -> Scores:
        """The mean score of two independent networks at two scales: less recall, far fewer false alarms."""
        networks = (self.networks.first, self.networks.second)
        looks = [_at_scale(network, picture, scale) for network in networks for scale in _CAREFUL_SCALES]
        return np.asarray(np.mean(looks, axis=0), np.float32)

    def _first_look(self, picture: Picture) -> Scores:
        scores = self.networks.first.scores(picture)
        if max(picture.shape[:2]) < _LARGE:
            return scores
        return np.maximum(scores, _at_scale(self.networks.first, picture, _HALF))

    def _judged(self, scores: Scores | None, frames: Frames) -> Findings:
        """Components of the careful look that are sure, and those that are doubtful; None where it was not taken."""
        if scores is None:
            return Findings()
        places = _components(scores > _EXTENT)
        sure = [place for place in places if place.best(scores) >= self.policy.sure_score]
        asked = [p for p in places if self.policy.ask_score <= p.best(scores) < self.policy.sure_score]
        if sure:
            # This image does burn in text, so there what may be text is masked like text, and nobody is asked.
            return Findings(self._boxes([*sure, *asked], frames))
        return Findings(doubtful=self._boxes(asked, frames))

    def _boxes(self, places: Iterable["_Place"], frames: Frames) -> tuple[Box, ...]:
        """Cells as pixel boxes, grown by the policy's margin."""
        form = frames.format
        cells = [box for place in places for box in place.cover()]
        grown = (_pixels(box).grown(self.policy.margin) for box in cells)
        clipped = (box.clipped(form.rows, form.columns) for box in grown)
        return tuple(sorted({box for box in clipped if box is not None}))


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A picture of a frame; the first one shows it as it is, the others stretch it.

    `sampled`: see `sample_of`.  `searched`: it is of the sample, or shows more than the frames before (`BarcodeWatch`).
    """

    picture: Picture
    first: bool
    sampled: bool
    searched: bool = False

    def is_page(self) -> bool:
        """Whether the frame looks like a page of text: a stretched one may be white without being paper."""
        return self.searched and looks_like_document(self.picture)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Connected cells: the box around them, and which cells of that box they are."""

    bound: Box
    cells: npt.NDArray[np.bool_]

    @property
    def box(self) -> Box:
        """The box around it in pixels."""
        return _pixels(self.bound)

    def best(self, scores: Scores) -> float:
        """The highest score in this place."""
        return float(scores[self.bound.slices][self.cells].max())

    def cover(self) -> tuple[Box, ...]:
        """A few boxes of cells that cover the place with little waste."""
        left, top = self.bound.left, self.bound.top
        inner = (box.edges for box in covering(self.cells, _COMPACT))
        return tuple(Box(left + e[0], top + e[1], left + e[2], top + e[3]) for e in inner)


def _pixels(cells: Box) -> Box:
    """A box of cells as a box of pixels."""
    return Box(*(CELL * edge for edge in cells.edges))


def _all_pictures(frames: Frames, display: Display) -> Iterator[_Shown]:
    """The pictures of every frame; only frames that equal an earlier one byte for byte are skipped."""
    seen: set[str] = set()
    sampled = sample_of(len(frames))
    for index in range(len(frames)):
        digest = frames.digest(index)
        if digest not in seen:
            seen.add(digest)
            for number, picture in enumerate(pictures(frames.frame(index), frames.format, display)):
                yield _Shown(picture, number == 0, index in sampled)


def _watched(shown: Iterable[_Shown], watch: BarcodeWatch) -> Iterator[_Shown]:
    """The same pictures; the watch has seen those that show a frame as it is, and searched some."""
    for picture in shown:
        searched = picture.first and watch.see(picture.picture, sampled=picture.sampled)
        yield replace(picture, searched=searched)


def _beyond_doubt(scores: Scores, least: float, edge: float) -> Scores:
    """Places whose best score is at least `least`, down to `edge`; nothing is seen elsewhere."""
    kept = np.full_like(scores, _NOTHING)
    for place in _components(scores > edge):
        if place.best(scores) >= least:
            kept[place.bound.slices][place.cells] = least
    return kept


def sample_of(frames: int) -> tuple[int, ...]:
    """First, middle and last: looks that take long are taken at a sample of the frames."""
    steps = max(1, min(_SAMPLE, frames) - 1)
    return tuple(sorted({round(step * (frames - 1) / steps) for step in range(steps + 1)}))


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
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(scores, turn, size, flags=flags, borderValue=_NOTHING), np.float32)


def _higher(best: Scores | None, scores: Scores | None) -> Scores | None:
    """The higher score of each cell, where there are any."""
    if best is None or scores is None:
        return scores if best is None else best
    return np.maximum(best, scores)


def _union(looks: Iterable[Scores]) -> Scores:
    """The highest score of each cell over all looks."""
    looks = iter(looks)
    best = next(looks).copy()
    for scores in looks:
        np.maximum(best, scores, out=best)
    return best


def _at_scale(network: Network, picture: Picture, scale: float) -> Scores:
    """Scores of the resized picture, brought back to the cells of the picture itself."""
    if scale == 1.0:
        return network.scores(picture)
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    scores = network.scores(np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.uint8))
    rows, columns = (-(-side // CELL) for side in picture.shape[:2])
    return np.asarray(cv2.resize(scores, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _components(cells: npt.NDArray[np.bool_]) -> list[_Place]:
    """Connected groups of cells, small gaps between letters and words of a line closed."""
    padded = np.pad(cells.astype(np.uint8), 2)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))[2:-2, 2:-2]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(closed), connectivity=8)
    bounds = [Box(left, top, left + width, top + height) for left, top, width, height, _ in stats[1:].tolist()]
    return [_Place(bound, labels[bound.slices] == label) for label, bound in enumerate(bounds, start=1)]
