"""Examination: an open image goes in, the regions that must be masked come out, and the doubts that remain.

Two ways of examining exist.  `Detection` lets device rules, ultrasound regions, the text network and Tesseract speak;
`GivenBoxes` takes an operator's or a command line's boxes as they are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, Self

from pydicom import Dataset

from pixelclean.detect import (
    REACH,
    Display,
    Finder,
    Findings,
    Picture,
    Word,
    barcodes,
    faces,
    one_by_one,
    readable_barcodes,
    sample_of,
)
from pixelclean.detect.reading import Reader
from pixelclean.devices import Kind, RuleSet, Ultrasound, ultrasound_regions
from pixelclean.dicom import Frames, open_frames
from pixelclean.dicom import Kind as SampleKind
from pixelclean.facts import Facts
from pixelclean.geometry import Act, Box, Origin, Region, hull
from pixelclean.graphics import Eyes, Overlays, cleaned_overlays, no_overlays
from pixelclean.header import Identifiers, known_among, spellings
from pixelclean.outcome import Reason
from pixelclean.plan import Plan
from pixelclean.policy import Limits, PixelPolicy, SecondLook, SlideLabels
from pixelclean.reading import Sparing, without_kept
from pixelclean.reasons import ReasonCode
from pixelclean.side_by_side import in_order

_CERTAIN = 80.0  # Tesseract's confidence from which a word of letters or digits is text for sure
_WORD_LENGTH = 4
_AS_DRAWN = Display()
_BARCODE, _FACE = "barcode", "face"

Known = Callable[[], Identifiers]


@dataclass(frozen=True, slots=True, eq=False)
class OpenImage:
    """The frames of a data set, how they are displayed, and what is known about its kind and device."""

    frames: Frames
    display: Display
    kind: Kind
    facts: Facts
    ultrasound: Ultrasound

    @classmethod
    def of(cls, dataset: Dataset, transfer_syntax: str, limits: Limits, kind: Kind, facts: Facts) -> Self:
        """Open the pixels of a data set; raises Refused where they cannot be decoded."""
        frames = open_frames(dataset, transfer_syntax, limits)
        regions = ultrasound_regions(dataset, frames.format.rows, frames.format.columns)
        return cls(frames, Display.of(dataset), kind, facts, regions)

    def showing(self, frames: Frames) -> Self:
        """The same image with other frames: the cleaned ones."""
        return replace(self, frames=frames)

    @property
    def says_burned_in(self) -> bool:
        """Whether Burned In Annotation of the source is YES; NO and absent say nothing."""
        return self.facts.first("BurnedInAnnotation").strip().upper() == "YES"

    @property
    def holds_values(self) -> bool:
        """Whether the pixels are measured values rather than a picture: floats are."""
        return self.frames.format.kind is not SampleKind.INTEGER


@dataclass(frozen=True, slots=True)
class Examination:
    """What was seen: regions to mask, places to look at, and reasons to say or to ask.

    `certain` tells whether anything to mask is text beyond doubt: known from a rule or seen by the second look; it is
    established for images that say they carry burned-in text.  `doubtful` are places that may be text, and faces.
    `document`: a frame looks like a page of text.
    """

    regions: tuple[Region, ...] = ()
    doubtful: tuple[Region, ...] = ()
    notes: tuple[Reason, ...] = ()
    certain: bool = False
    document: bool = False

    def faint_beside(self, plan: Plan) -> int:
        """How many of the doubtful places may be text and show in some frame beside the masks; the others may be faces."""
        boxes = [region.box for region in self.doubtful if region.reference != _FACE]
        masks = [plan.mask(frame) for frame in plan.distinct_frames] if boxes else []
        return sum(not all(mask[box.slices].all() for mask in masks) for box in boxes)


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

    def spared(self, image: OpenImage, seen: Examination, known: Known) -> Examination:
        """The same with KEEP in the place of masks whose text may stay; `known` are the identifiers, asked if need be."""

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        """What must still be masked in the cleaned image, which was made by that plan.

        `fresh` are the regions of the plan that the look before this one found; () before the first one.
        """

    def overlays(self, dataset: Dataset, identifiers: Identifiers) -> Overlays:
        """What becomes of the overlay planes that the header left in a data set."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Device rules, the text network, and a reader for the second look.

    `reader` is None where the policy's second look does without; `sparing` where it removes all text.
    """

    rules: RuleSet
    finder: Finder
    policy: PixelPolicy
    reader: Reader | None = None
    sparing: Sparing | None = None

    @property
    def keywords(self) -> frozenset[str]:
        """What the device rules ask about."""
        return self.rules.keywords

    @property
    def task(self) -> str:
        """Nothing more."""
        return "detection"

    def examine(self, image: OpenImage) -> Examination:
        """Union of what the rules know and what the network sees in any frame."""
        form = image.frames.format
        match = self.rules.match(image.facts, form.rows, form.columns)
        findings = self._found(image)
        faces_seen = tuple(_faces(image))
        return Examination(
            (
                *match.regions,
                *_regions(findings.text, Origin.DETECTOR, "network"),
                *_regions(findings.barcodes, Origin.DETECTOR, _BARCODE),
            ),
            (*_regions(findings.doubtful, Origin.DETECTOR, "network"), *faces_seen),
            (*match.reasons, *_slide_label(image.kind, self.policy.slide_labels), *_may_show_face(faces_seen)),
            certain=image.says_burned_in and (bool(match.regions) or self._is_certain(image)),
            document=findings.page,
        )

    def _found(self, image: OpenImage) -> Findings:
        """What the network sees; measured values are never masked on their word alone, an operator is asked."""
        if image.kind.burns_in_text:
            # Outside the ultrasound regions of an image there is nothing but text and graphics (PS3.3 C.8.5.5).
            return self.finder.everything(image.frames, image.display, image.ultrasound.outside)
        findings = self.finder.the_sure(image.frames, image.display)
        if not image.holds_values:
            return findings
        return replace(findings, text=(), doubtful=(*findings.text, *findings.doubtful))

    def spared(self, image: OpenImage, seen: Examination, known: Known) -> Examination:
        """Where the policy removes identifying text only: text stays that is harmless beyond doubt."""
        if self.sparing is None or not seen.regions:
            return seen
        modality = image.facts.first("Modality")
        regions = self.sparing.spared(image.frames, image.display, modality, seen.regions, known())
        kept = len(set(regions) - set(seen.regions))
        notes = (*seen.notes, Reason(ReasonCode.TEXT_KEPT, f"{kept} places")) if kept else seen.notes
        return replace(seen, regions=regions, notes=notes)

    def _is_certain(self, image: OpenImage) -> bool:
        """Whether the second look sees text in a sample of the frames."""
        form = image.frames.format
        whole = Box(0, 0, form.columns, form.rows)
        return bool(self.finder.again(image.frames, image.display, sample_of(len(image.frames)), whole).text)

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        """The second look, by other means than the first.

        On kinds that burn in text it takes in the whole image.  On others the image outside the mask equals the
        source and was judged already, so only what a network can see from the mask is looked at again; and so it is
        on every kind once the whole image was looked at.
        """
        whole = Box(0, 0, plan.columns, plan.rows)
        within = whole if cleaned.kind.burns_in_text and not fresh else _around(fresh or plan.regions, plan)
        if within is None:
            return ()
        cleaned = cleaned.showing(without_kept(cleaned.frames, plan.regions))
        looks: tuple[Callable[[], Iterator[Region]], ...] = (
            partial(self._read, cleaned, identifiers, within),  # the longest, and most of it in a process of its own
            partial(self._seen, cleaned, within),
            partial(self._readable_barcodes, cleaned, plan),
        )
        words, seen, codes = in_order(_all_of, looks, self.finder.threads)
        return (*seen, *words, *codes)

    def _readable_barcodes(self, cleaned: OpenImage, plan: Plan) -> Iterator[Region]:
        """Barcodes that are still there: in a sample of the frames, and where some were found, in every frame."""
        found = any(region.reference == _BARCODE for region in plan.regions)
        every = len(cleaned.frames)
        left: set[Box] = set()
        for index in range(every) if found else sample_of(every):
            for picture in one_by_one(cleaned.frames.frame(index), cleaned.frames.format, cleaned.display):
                left.update(barcodes(picture) if found else readable_barcodes(picture))
        yield from _regions(sorted(left), Origin.DETECTOR, _BARCODE)

    def _seen(self, cleaned: OpenImage, within: Box) -> Iterator[Region]:
        """What the network sees at other sizes in a sample of the frames."""
        again = self.finder.again(cleaned.frames, cleaned.display, sample_of(len(cleaned.frames)), within)
        doubtful = again.doubtful if cleaned.kind.burns_in_text else ()
        yield from _regions((*again.text, *doubtful), Origin.DETECTOR, "second-look")

    def _read(self, cleaned: OpenImage, identifiers: Identifiers, within: Box) -> Iterator[Region]:
        indices = sample_of(len(cleaned.frames))
        for region in self._words(cleaned.frames, cleaned.display, indices, identifiers, within):
            if cleaned.kind.burns_in_text or region.origin is Origin.IDENTIFIER:
                yield region

    def _words(
        self, frames: Frames, display: Display, indices: Iterable[int], identifiers: Identifiers, within: Box
    ) -> Iterator[Region]:
        """Words that are read in a part of some frames: those that identify, and those that are text for sure."""
        if self.reader is None or self.policy.second_look is not SecondLook.SCALE_AND_OCR:
            return
        known = spellings(identifiers)
        shown = (next(one_by_one(frames.frame(index), frames.format, display)) for index in indices)
        for words in self.reader.words(picture[within.slices] for picture in shown):
            identifying = known_among([word.text for word in words], known)
            for place, word in enumerate(words):
                box = word.box.moved(within.left, within.top).grown(self.policy.margin)
                if place in identifying:
                    yield from _regions([box], Origin.IDENTIFIER, self.policy.reader.value)
                elif _is_certain(word):
                    yield from _regions([box], Origin.DETECTOR, self.policy.reader.value)

    def overlays(self, dataset: Dataset, identifiers: Identifiers) -> Overlays:
        """Planes without any place that may be text: annotations are text before they are anything else."""
        eyes = Eyes(self._in_plane, partial(self._again_in_plane, identifiers=identifiers))
        return cleaned_overlays(dataset, identifiers, eyes)

    def _in_plane(self, frames: Frames) -> tuple[Box, ...]:
        found = self.finder.everything(frames, _AS_DRAWN)
        return (*found.text, *found.doubtful)

    def _again_in_plane(self, frames: Frames, identifiers: Identifiers) -> tuple[Box, ...]:
        """The second look and the reader, at every frame: no two of them are alike."""
        whole, every = Box(0, 0, frames.format.columns, frames.format.rows), range(len(frames))
        again = self.finder.again(frames, _AS_DRAWN, every, whole)
        words = self._words(frames, _AS_DRAWN, every, identifiers, whole)
        return (*again.text, *again.doubtful, *(region.box for region in words))


class _FirstWord:
    """Examiners whose first word is their last: nothing masked stays after all, and nobody looks again."""

    __slots__ = ()

    def spared(self, image: OpenImage, seen: Examination, known: Known) -> Examination:
        """What was seen, as it is."""
        return seen

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        """Nothing: the pixels are as they were, or as the caller alone wants them."""
        return ()

    def overlays(self, dataset: Dataset, identifiers: Identifiers) -> Overlays:
        """None stays: an overlay leaves only without text, and nobody looks for it."""
        return no_overlays(dataset)


@dataclass(frozen=True, slots=True)
class LookingOnly(_FirstWord):
    """Looks as `Detection` does and masks nothing.

    For policies without the Clean Pixel Data Option: such an output claims nothing about its pixels, and an image in
    which text is seen waits for a person instead of leaving with it.
    """

    detection: Detection

    @property
    def keywords(self) -> frozenset[str]:
        """What the device rules ask about."""
        return self.detection.keywords

    @property
    def task(self) -> str:
        """Another one than masking."""
        return f"look only: {self.detection.task}"

    def examine(self, image: OpenImage) -> Examination:
        """What was seen, as a reason to ask."""
        seen = self.detection.examine(image)
        form = image.frames.format
        places = len(seen.regions) + seen.faint_beside(Plan(form.rows, form.columns, len(image.frames), ()))
        notes = (*seen.notes, Reason(ReasonCode.TEXT_NOT_CLEANED, f"{places} places")) if places else seen.notes
        return replace(seen, regions=(), doubtful=(), notes=notes)


@dataclass(frozen=True, slots=True)
class GivenBoxes(_FirstWord):
    """Masks the given boxes and looks for nothing; labels of slides wait as the policy says."""

    boxes: tuple[Box, ...]
    slide_labels: SlideLabels
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
        boxes = [box for box in self.boxes if box.clipped(form.rows, form.columns)]
        regions = (*_regions(boxes, Origin.OPERATOR, "command-line"), *(match.regions if match else ()))
        notes = (*(match.reasons if match else ()), *_slide_label(image.kind, self.slide_labels))
        if not regions:
            notes = (*notes, Reason(ReasonCode.NOTHING_MASKED))
        return Examination(regions, notes=notes, certain=bool(regions))


def _slide_label(kind: Kind, policy: SlideLabels) -> Iterator[Reason]:
    if kind.slide_label:
        held = policy is SlideLabels.HOLD
        yield Reason(ReasonCode.SLIDE_LABEL if held else ReasonCode.SLIDE_LABEL_NOT_RELEASED)


def _faces(image: OpenImage) -> Iterator[Region]:
    """Asked of photographs and of what was captured, never of sections: those show a head only when stacked."""
    if image.kind.features == "YES" and image.kind.burns_in_text:
        places = {box for picture in _sampled(image) for box in faces(picture)}
        yield from _regions(sorted(places), Origin.DETECTOR, _FACE)


def _may_show_face(seen: tuple[Region, ...]) -> Iterator[Reason]:
    if seen:
        yield Reason(ReasonCode.MAY_SHOW_FACE, f"{len(seen)} places")


def _sampled(image: OpenImage) -> Iterator[Picture]:
    """Pictures of a sample of the frames, as they are."""
    for index in sample_of(len(image.frames)):
        yield next(one_by_one(image.frames.frame(index), image.frames.format, image.display))


def _regions(boxes: Iterable[Box], origin: Origin, reference: str) -> Iterator[Region]:
    return (Region(box, Act.MASK, origin, reference) for box in boxes)


def _all_of(look: Callable[[], Iterator[Region]]) -> tuple[Region, ...]:
    return tuple(look())


def _around(regions: Iterable[Region], plan: Plan) -> Box | None:
    """The part of the image that these masks can influence in a network's eyes; None without any."""
    boxes = [region.box for region in regions if region.act is Act.MASK]
    if not boxes:
        return None
    return hull(boxes).grown(REACH).clipped(plan.rows, plan.columns)


def _is_certain(word: Word) -> bool:
    text = word.text.reveal()
    return word.confidence >= _CERTAIN and len(text) >= _WORD_LENGTH and text.isalnum()
