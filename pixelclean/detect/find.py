"""Finding text: every frame is looked at, the union over frames is what was found."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

import numpy as np

from pixelclean.detect.barcodes import barcodes, barcodes_at
from pixelclean.detect.changes import Change, Changes
from pixelclean.detect.document import looks_like_document
from pixelclean.detect.look import (
    NOTHING,
    careful_look,
    from_steps,
    highest,
    look_at_new,
    other_look,
    taking_part,
    widest_look,
    within,
    without_spill,
)
from pixelclean.detect.network import CELL, Network, Picture, Scores
from pixelclean.detect.novelty import Novelty, Sightings
from pixelclean.detect.places import Place, boxes_of, places
from pixelclean.detect.shades import Patch
from pixelclean.detect.view import Display, one_by_one
from pixelclean.dicom import Frames
from pixelclean.geometry import BoolArray, Box
from pixelclean.policy import PixelPolicy
from pixelclean.side_by_side import in_order

Suspicion = Callable[[Box], bool]
"""Tells whether nothing but text is expected in a box."""

_SAMPLE = 3
_LEAST_FAINT, _LEAST_THICK = 6, 2  # cells of a place that is asked about: fewer hold no letter that anybody reads
_EXTENT = -1.0  # score down to which a place that is text is followed to its edges


@dataclass(frozen=True, slots=True)
class Findings:
    """Boxes of what is text, and of what may be text; both in pixels of the stored image, for all frames together.

    `page` tells whether any frame looks like a page of text, `barcodes` are boxes of those that were found.
    """

    text: tuple[Box, ...] = ()
    doubtful: tuple[Box, ...] = ()
    page: bool = False
    barcodes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds text in frames with the network and the scores of a policy, `threads` pictures at a time."""

    network: Network
    policy: PixelPolicy
    threads: int = 1

    @classmethod
    def load(cls, policy: PixelPolicy, threads: int = 1) -> Self:
        """A finder with the shipped network."""
        return cls(Network.load(), policy, threads)

    def everything(self, frames: Frames, display: Display, suspicious: Suspicion = lambda _: False) -> Findings:
        """For kinds of image that burn in text: every place that is likely text is text, and what may be is doubtful.

        A place needs one cell with the policy's seed score, unless its box is `suspicious`: where nothing but text is
        expected, it is text without one.
        """
        seen = self._over_all(self._wide_look, frames, display)
        if seen.scores is None:
            return seen.added_to(Findings())
        text, doubtful = list[Place](), list[Place]()
        for place in places(seen.scores > self.policy.text_score):
            best = place.best(seen.scores)
            if best >= self.policy.seed_score or suspicious(place.box):
                text.append(place)
            elif _may_hold_letters(place, seen.scores > self.policy.faint_score):
                doubtful.append(place)
        return seen.added_to(Findings(self._boxes(text, frames), self._boxes(doubtful, frames)))

    def the_sure(self, frames: Frames, display: Display) -> Findings:
        """For kinds that rarely do: frames where the first look suspects text are judged by the careful look."""
        seen = self._over_all(self._careful_look, frames, display)
        return seen.added_to(self._judged(seen.scores, frames))

    def again(self, frames: Frames, display: Display, indices: Sequence[int], part: Box) -> Findings:
        """The second look: other sizes, at a part of some frames, whatever the first look said."""
        shown = (picture for index in indices for picture in one_by_one(frames.frame(index), frames.format, display))
        return self._judged(
            highest(in_order(partial(within, part, other_look, self.network), shown, self.threads)), frames
        )

    def _over_all(self, look: Callable[["_Shown"], Scores | None], frames: Frames, display: Display) -> "_Seen":
        """What all frames show together."""
        union = _Seen()
        looks = (each for shown in _all_pictures(frames, display) for each in _looks_at(shown, look))
        for seen in in_order(lambda each: each(), looks, self.threads):
            union.take(seen)  # one by one: a long cine has many
        return union

    def _wide_look(self, shown: "_Shown") -> Scores | None:
        """The widest look where the frame shows much that is new, else a look at what is new in it."""
        if shown.searched:
            seen = within(shown.new.part, widest_look, self.network, shown.picture)
            assert seen is not None
            seen = without_spill(seen)
            return np.where(taking_part(seen > self.policy.text_score, shown.new.cells), seen, np.float32(NOTHING))
        part = from_steps(shown.new.part)
        new = shown.new.cells[part.top // CELL : -(-part.bottom // CELL), part.left // CELL : -(-part.right // CELL)]
        look = partial(look_at_new, new=new, suspicion=self.policy.faint_score)
        found = within(shown.new.part, look, self.network, shown.picture)
        return None if found is None else without_spill(found)

    def _careful_look(self, shown: "_Shown") -> Scores | None:
        """The careful look where the first one suspects text, None where it does not."""
        look = partial(careful_look, suspicion=self.policy.suspect_score)
        return within(shown.new.part, look, self.network, shown.picture)

    def _judged(self, scores: Scores | None, frames: Frames) -> Findings:
        """Places that are sure, and those that are doubtful; None where nothing was looked at with care."""
        if scores is None:
            return Findings()
        found = places(scores > _EXTENT)
        sure = [place for place in found if place.best(scores) >= self.policy.sure_score]
        asked = [p for p in found if self.policy.ask_score <= p.best(scores) < self.policy.sure_score]
        if sure:
            # This image does burn in text, so there what may be text is masked like text, and nobody is asked.
            return Findings(self._boxes([*sure, *asked], frames))
        return Findings(doubtful=self._boxes(asked, frames))

    def _boxes(self, found: Iterable[Place], frames: Frames) -> tuple[Box, ...]:
        return boxes_of(found, self.policy.margin, frames.format.rows, frames.format.columns)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A picture of a frame, and what in it no frame before showed.

    `searched`: it shows a frame as it is, not stretched, which is of the sample or shows more than those before it.
    `sightings` are the places where any other may show a barcode that none before it showed.
    """

    picture: Picture
    new: Change
    searched: bool
    sightings: tuple[Patch, ...] = ()


@dataclass(slots=True, eq=False)
class _Seen:
    """What one picture shows, and then what all of them do; no scores where none was asked for."""

    scores: Scores | None = None
    page: bool = False
    barcodes: set[Box] = field(default_factory=set)

    def take(self, other: Self) -> None:
        """Take in what another picture shows."""
        self.page |= other.page
        self.barcodes |= other.barcodes
        if self.scores is None or other.scores is None:
            self.scores = other.scores if self.scores is None else self.scores
        else:
            np.maximum(self.scores, other.scores, out=self.scores)

    def added_to(self, findings: Findings) -> Findings:
        """Findings of text, with what else was seen."""
        return replace(findings, page=self.page, barcodes=tuple(sorted(self.barcodes)))


def _may_hold_letters(place: Place, marked: BoolArray) -> bool:
    """Whether so much of a place is marked that somebody may read something there."""
    enough = np.count_nonzero(marked[place.bound.slices][place.cells]) >= _LEAST_FAINT
    return bool(enough) and min(place.bound.width, place.bound.height) >= _LEAST_THICK


def _looks_at(shown: _Shown, look: Callable[[_Shown], Scores | None]) -> Iterator[Callable[[], _Seen]]:
    """What is looked for in one picture, to be done side by side: a frame that is searched takes as long as several others."""
    picture, places_of_codes = shown.picture, shown.sightings
    yield lambda: _Seen(look(shown))
    if shown.searched:
        yield lambda: _Seen(page=looks_like_document(picture), barcodes=set(barcodes(picture)))
    elif places_of_codes:
        yield lambda: _Seen(barcodes=set(barcodes_at(places_of_codes, picture)))


def sample_of(frames: int) -> tuple[int, ...]:
    """First, middle and last: looks that take long are taken at a sample of the frames."""
    steps = max(1, min(_SAMPLE, frames) - 1)
    return tuple(sorted({round(step * (frames - 1) / steps) for step in range(steps + 1)}))


def _all_pictures(frames: Frames, display: Display) -> Iterator[_Shown]:
    """The pictures of every frame; what equals an earlier frame, or the frame before, byte for byte is passed over."""
    seen: set[str] = set()
    sampled, novelty, changes = sample_of(len(frames)), Novelty(), Changes()
    sightings: dict[int, Sightings] = {}
    for index in range(len(frames)):
        digest = frames.digest(index)
        if digest in seen:
            continue
        seen.add(digest)
        for number, picture in enumerate(one_by_one(frames.frame(index), frames.format, display)):
            searched = number == 0 and novelty.shows_more(picture, sampled=index in sampled)
            # A frame that stands alone is compared with none, and its pictures need not be held.
            new = changes.of(number, picture) if len(frames) > 1 else Change.all_of(picture)
            if new is None:
                continue
            # A frame that stands alone is searched as a whole, and no later one asks what it showed.
            alone = searched and len(frames) == 1
            fresh = () if alone else sightings.setdefault(number, Sightings()).fresh(picture)
            yield _Shown(picture, new, searched, fresh)
