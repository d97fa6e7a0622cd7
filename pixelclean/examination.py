"""Examination: an open image goes in, the regions that must be masked come out, and the doubts that remain.

Two ways of examining exist.  `Detection` lets device rules, ultrasound regions, the text networks and Tesseract speak;
`GivenBoxes` takes an operator's or a command line's boxes as they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, Self

from pydicom import Dataset

from pixelclean.detect import REACH, Display, Finder, Findings, Word, looks_like_document, pictures, read_words
from pixelclean.devices import Kind, RuleSet
from pixelclean.dicom import Frames, open_frames
from pixelclean.facts import Facts
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers, is_known, spellings
from pixelclean.outcome import Reason
from pixelclean.plan import Plan
from pixelclean.policy import Limits, PixelPolicy, SecondLook

_SECOND_LOOK_FRAMES = 3
_CERTAIN = 80.0  # Tesseract's confidence from which a word of letters or digits is text for sure
_WORD_LENGTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class OpenImage:
    """The frames of a data set, how they are displayed, and what is known about its kind and device."""

    frames: Frames
    display: Display
    kind: Kind
    facts: Facts

    @classmethod
    def of(cls, dataset: Dataset, transfer_syntax: str, limits: Limits, kind: Kind, facts: Facts) -> Self:
        """Open the pixels of a data set; raises Refused where they cannot be decoded."""
        return cls(open_frames(dataset, transfer_syntax, limits), Display.of(dataset), kind, facts)

    def showing(self, frames: Frames) -> Self:
        """The same image with other frames: the cleaned ones."""
        return type(self)(frames, self.display, self.kind, self.facts)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was seen: regions to mask, places that may be text, notes, and whether it looks like a scanned page."""

    regions: tuple[Region, ...] = ()
    doubtful: tuple[Region, ...] = ()
    notes: tuple[Reason, ...] = ()
    document: bool = False


class Examiner(Protocol):
    """Looks at an image before it is cleaned, and at the cleaned image."""

    @property
    def keywords(self) -> frozenset[str]:
        """The attributes it asks about."""

    @property
    def task(self) -> str:
        """Names what its answers depend on beside the policy and what is shipped."""

    def examine(self, image: OpenImage) -> Examination:
        """What must be masked in the source."""

    def examine_again(self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers) -> tuple[Region, ...]:
        """What must still be masked in the cleaned image, which was made by that plan."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Device rules, the text networks, and Tesseract as the second reader."""

    rules: RuleSet
    finder: Finder
    policy: PixelPolicy

    @property
    def keywords(self) -> frozenset[str]:
        """What the device rules ask about."""
        return self.rules.keywords

    @property
    def task(self) -> str:
        """Nothing more."""
        return "detection"

    def examine(self, image: OpenImage) -> Examination:
        """Union of what the rules know and what the networks see in any frame."""
        form = image.frames.format
        match = self.rules.match(image.facts, form.rows, form.columns)
        look = self.finder.everything if image.kind.burns_in_text else self.finder.the_sure
        findings = look(image.frames, image.display)
        first = pictures(image.frames.frame(0), form, image.display)[0]
        return Examination(
            (*match.regions, *_regions(findings.text, Origin.DETECTOR, "network")),
            tuple(_regions(findings.doubtful, Origin.DETECTOR, "network")),
            match.reasons,
            looks_like_document(first),
        )

    def examine_again(self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers) -> tuple[Region, ...]:
        """The second look, by other means than the first.

        On kinds that burn in text it takes in the whole image.  On others the image outside the mask equals the
        source and was judged already, so only what a network can see from the mask is looked at again.
        """
        whole = Box(0, 0, plan.columns, plan.rows)
        within = whole if cleaned.kind.burns_in_text else _around(plan)
        if within is None:
            return ()
        again = self.finder.again(cleaned.frames, cleaned.display, _spread(len(cleaned.frames)), within)
        return (*self._seen(again, cleaned.kind), *self._read(cleaned, identifiers))

    def _seen(self, again: Findings, kind: Kind) -> Iterator[Region]:
        doubtful = again.doubtful if kind.burns_in_text else ()
        yield from _regions((*again.text, *doubtful), Origin.DETECTOR, "second-look")

    def _read(self, cleaned: OpenImage, identifiers: Identifiers) -> Iterator[Region]:
        if self.policy.second_look is not SecondLook.SCALE_AND_OCR:
            return
        form = cleaned.frames.format
        words = read_words(pictures(cleaned.frames.frame(0), form, cleaned.display)[0])
        known = spellings(identifiers)
        for word in words:
            if is_known(word.text, known):
                yield from _regions([word.box.grown(self.policy.margin)], Origin.IDENTIFIER, "tesseract")
            elif cleaned.kind.burns_in_text and _is_certain(word):
                yield from _regions([word.box.grown(self.policy.margin)], Origin.DETECTOR, "tesseract")


@dataclass(frozen=True, slots=True)
class GivenBoxes:
    """Masks the given boxes and looks for nothing."""

    boxes: tuple[Box, ...]
    rules: RuleSet | None = field(default=None)

    @property
    def keywords(self) -> frozenset[str]:
        """What the rules of the rule file ask about."""
        return self.rules.keywords if self.rules else frozenset()

    @property
    def task(self) -> str:
        """The boxes, and the rules of the rule file."""
        return f"boxes {sorted(box.edges for box in self.boxes)} rules {self.rules.digest if self.rules else 'none'}"

    def examine(self, image: OpenImage) -> Examination:
        """The boxes, and what matching rules of a rule file say."""
        form = image.frames.format
        match = self.rules.match(image.facts, form.rows, form.columns) if self.rules else None
        given = _regions(self.boxes, Origin.OPERATOR, "command-line")
        return Examination((*given, *(match.regions if match else ())), notes=match.reasons if match else ())

    def examine_again(self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers) -> tuple[Region, ...]:
        """Nothing: the caller alone decides what is masked."""
        return ()


def _regions(boxes: Iterable[Box], origin: Origin, reference: str) -> Iterator[Region]:
    return (Region(box, Act.MASK, origin, reference) for box in boxes)


def _around(plan: Plan) -> Box | None:
    """The part of the image that the mask can influence in a network's eyes; None without a mask."""
    boxes = [region.box for region in plan.regions if region.act is Act.MASK]
    if not boxes:
        return None
    edges = [box.edges for box in boxes]
    around = Box(min(e[0] for e in edges), min(e[1] for e in edges), max(e[2] for e in edges), max(e[3] for e in edges))
    return around.grown(REACH).clipped(plan.rows, plan.columns)


def _spread(frames: int) -> tuple[int, ...]:
    """First, middle and last: the second look is a sample, the first one saw every frame."""
    steps = max(1, min(_SECOND_LOOK_FRAMES, frames) - 1)
    return tuple(sorted({round(step * (frames - 1) / steps) for step in range(steps + 1)}))


def _is_certain(word: Word) -> bool:
    text = word.text.reveal()
    return word.confidence >= _CERTAIN and len(text) >= _WORD_LENGTH and text.isalnum()
