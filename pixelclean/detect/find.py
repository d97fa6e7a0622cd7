"""Finding text: every frame is looked at, the union over frames is what was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import CELL, Network, Networks, Picture, Scores
from pixelclean.detect.view import Display, pictures
from pixelclean.dicom import Frames
from pixelclean.geometry import Box, boxes_of
from pixelclean.policy import PixelPolicy

_CAREFUL_SCALES = (1.0, 1.5)
_LARGE = 1600  # from this many pixels along a side text may be taller than the networks know: half size is looked at too
_COMPACT = 0.5  # a component that fills this share of its bounding box is masked as that box
_EXTENT = -1.0  # score down to which a place that is text is followed to its edges


@dataclass(frozen=True, slots=True)
class Findings:
    """Boxes of what is text, and of what may be text; both in pixels of the stored image, for all frames together."""

    text: tuple[Box, ...] = ()
    doubtful: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds text in frames with the networks and scores of a policy."""

    networks: Networks
    policy: PixelPolicy

    @classmethod
    def load(cls, policy: PixelPolicy) -> Self:
        """A finder with the shipped networks."""
        return cls(Networks.load(), policy)

    def everything(self, frames: Frames, display: Display) -> Findings:
        """For kinds of image that burn in text: every place that may be text is text."""
        scores = _union(self._first_look(picture) for picture in _all_pictures(frames, display))
        return Findings(self._boxes(_components(scores > self.policy.text_score), frames))

    def the_sure(self, frames: Frames, display: Display) -> Findings:
        """For kinds that rarely do: frames where the first look suspects text are judged by the careful look."""
        suspects = (p for p in _all_pictures(frames, display) if self._first_look(p).max() > self.policy.suspect_score)
        return self._judged([self.careful(picture) for picture in suspects], frames)

    def again(self, frames: Frames, display: Display, indices: Sequence[int]) -> Findings:
        """The second look: the careful look at some frames, whatever the first look said."""
        seen = [self.careful(p) for i in indices for p in pictures(frames.frame(i), frames.format, display)]
        return self._judged(seen, frames)

    def careful(self, picture: Picture) -> Scores:
        """The mean score of two independent networks at two scales: less recall, far fewer false alarms."""
        networks = (self.networks.first, self.networks.second)
        looks = [_at_scale(network, picture, scale) for network in networks for scale in _CAREFUL_SCALES]
        return np.mean(looks, axis=0, dtype=np.float32)

    def _first_look(self, picture: Picture) -> Scores:
        scores = self.networks.first.scores(picture)
        if max(picture.shape[:2]) < _LARGE:
            return scores
        return np.maximum(scores, _at_scale(self.networks.first, picture, 0.5))

    def _judged(self, looks: list[Scores], frames: Frames) -> Findings:
        """Components of the careful look that are sure, and those that are doubtful."""
        if not looks:
            return Findings()
        scores = _union(looks)
        components = _components(scores > _EXTENT)
        sure = [c for c in components if scores[c].max() >= self.policy.sure_score]
        asked = [c for c in components if self.policy.ask_score <= scores[c].max() < self.policy.sure_score]
        return Findings(self._boxes(sure, frames), self._boxes(asked, frames))

    def _boxes(self, components: Iterable[npt.NDArray[np.bool_]], frames: Frames) -> tuple[Box, ...]:
        """Cell masks as pixel boxes, grown by the policy's margin."""
        form = frames.format
        cells = [box for component in components for box in _cover(component)]
        grown = (Box(*(CELL * edge for edge in box.edges)).grown(self.policy.margin) for box in cells)
        clipped = (box.clipped(form.rows, form.columns) for box in grown)
        return tuple(sorted({box for box in clipped if box is not None}))


def _all_pictures(frames: Frames, display: Display) -> Iterable[Picture]:
    """The pictures of every frame; only frames that equal an earlier one byte for byte are skipped."""
    seen: set[bytes] = set()
    for index in range(len(frames)):
        digest = frames.digest(index)
        if digest not in seen:
            seen.add(digest)
            yield from pictures(frames.frame(index), frames.format, display)


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
    scores = network.scores(np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=method), np.uint8))
    rows, columns = (-(-side // CELL) for side in picture.shape[:2])
    return np.asarray(cv2.resize(scores, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _components(cells: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.bool_]]:
    """Connected groups of cells, small gaps between letters and words of a line closed."""
    padded = np.pad(cells.astype(np.uint8), 2)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))[2:-2, 2:-2]
    count, labels = cv2.connectedComponents(np.ascontiguousarray(closed), connectivity=8)
    return [labels == label for label in range(1, count)]


def _cover(component: npt.NDArray[np.bool_]) -> tuple[Box, ...]:
    """A few boxes of cells that cover a component with little waste."""
    rows, columns = np.flatnonzero(component.any(axis=1)), np.flatnonzero(component.any(axis=0))
    bound = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return (bound,) if component.sum() >= _COMPACT * bound.area else boxes_of(component)
