"""Text that stays: what the detector found is read, and kept where it is harmless in every frame.

Only blocks of text are judged that nobody but the detector asks for, on even ground, with nothing around them.  A block
stays whole or goes whole.  It stays when each of its lines is read twice alike and is a line of the grammar of its
modality, in every version that any frame shows, and resembles nothing that identifies.  Every doubt is a mask.

What is kept is the ink that was read and a margin.  The masks around it go: the ground there was found even in every frame.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pixelclean.detect import Display, Picture, pictures
from pixelclean.detect.reading import Block, Grammar, Grammars, Mark, Reader, agreed_text, marks_of_rulers, spelled_out
from pixelclean.dicom import Frames, PixelFormat, Words
from pixelclean.geometry import Act, BoolArray, Box, Origin, Region, hull, mask_of, merged
from pixelclean.header import Identifiers, known_among, numbers_among, spellings, tells_somebody
from pixelclean.phi import Phi

_MOST_BOXES = 400
_MOST_LINES = 300  # of all places in all their versions; more take longer to read than a person takes to look
_MOST_VERSIONS = 4
"""Different pictures of one block in the frames of a cine; what changes more often is a clock, or moves."""
_LEAST_BESIDE, _MOST_BESIDE = 24, 48  # pixels looked at left and right of a block, as its height has it
_LEAST_ABOVE, _MOST_ABOVE = 6, 16
_MARGIN = 3  # pixels around the ink that was read, which stay with it
_BESIDE = 6  # pixels from what is kept within which nothing may be seen later
_RULER = "ruler"


@dataclass(frozen=True, slots=True)
class Sparing:
    """Judges what was found, with a reader and the grammars of harmless lines."""

    reader: Reader
    grammars: Grammars

    def spared(
        self, frames: Frames, display: Display, modality: str, regions: Sequence[Region], identifiers: Identifiers
    ) -> tuple[Region, ...]:
        """The regions, with KEEP in the place of masks of the detector whose text is harmless.

        Raises Refused where a frame cannot be decoded, PixelcleanError where the reader fails.
        """
        said = self._read(_seen_in_every_frame(_places(regions, frames.format), frames, display, regions))
        kept = _impersonal(_harmless(said, self.grammars.of(modality)), said, identifiers)
        masks = (each for each in regions if not (_is_found(each) and any(map(each.box.intersection, kept))))
        keeps = (
            Region(said[box].ink, Act.KEEP, Origin.IDENTIFIER, f"reading:{reference}")
            for box, reference in kept.items()
        )
        return (*masks, *keeps)

    def _read(self, candidates: Sequence["_Candidate"]) -> dict[Box, "_Said"]:
        """What each place says in all of its versions, where both readings of every line agree."""
        lines = [line for each in candidates for block in each.versions.values() for line in block.lines]
        if len(lines) > _MOST_LINES:
            return {}
        words = iter(self.reader.lines([picture for line in lines for picture in (line.shades, line.ink)]))
        texts = iter([agreed_text(line, next(words), next(words)) for line in lines])
        said: dict[Box, _Said] = {}
        for each in candidates:
            blocks = tuple(each.versions.values())
            read = [next(texts) for block in blocks for _ in block.lines]
            if (known := tuple(text for text in read if text is not None)) and len(known) == len(read):
                said[each.place.box] = _Said(known, each.ink, any(block.ticked for block in blocks))
        return said


@dataclass(frozen=True, slots=True)
class _Said:
    """The lines of a place, of every version of it, and the box of their ink and its margin.

    `ticked`: something stands beside it that may be ticks of a ruler.
    """

    lines: tuple[Phi, ...]
    ink: Box
    ticked: bool


@dataclass(frozen=True, slots=True, eq=False)
class WithoutKept:
    """Frames in which nothing stands where a plan keeps text: what was judged is not judged again as text left.

    The second look sees what it would see with these places masked, and so whatever else there is.
    """

    frames: Frames
    boxes: tuple[Box, ...]

    @property
    def format(self) -> PixelFormat:
        """That of the frames."""
        return self.frames.format

    @property
    def decoder(self) -> str:
        """That of the frames."""
        return self.frames.decoder

    def __len__(self) -> int:
        return len(self.frames)

    def frame(self, index: int) -> Words:
        """One frame, each place as even as its edge; Refused where it cannot be decoded."""
        words = self.frames.frame(index)
        if not self.boxes:
            return words
        words = words.copy()
        for box in self.boxes:
            part = words[box.slices]
            edge = np.concatenate((part[0], part[-1], part[:, 0], part[:, -1]))
            part[...] = np.percentile(edge, 50, axis=0, method="nearest")
        return words

    def digest(self, index: int) -> str:
        """That of the frame: the places are the same in all."""
        return self.frames.digest(index)


def without_kept(frames: Frames, regions: Iterable[Region]) -> Frames:
    """The frames as the second look shall see them."""
    boxes = tuple(each.box for each in regions if _is_spared(each))
    return WithoutKept(frames, boxes) if boxes else frames


def revised(regions: Sequence[Region], seen: Sequence[Region]) -> tuple[tuple[Region, ...], tuple[Region, ...]]:
    """All regions after the second look saw some more, and those that are new.

    Text that is kept beside something that was overlooked is no longer kept: what else was overlooked there?
    """
    met = {each for each in regions if _is_spared(each) and _is_met(each.box, seen)}
    fresh = (*seen, *(replace(each, act=Act.MASK) for each in sorted(met)))
    return (*(each for each in regions if each not in met), *fresh), fresh


def _is_met(kept: Box, seen: Iterable[Region]) -> bool:
    return any(kept.grown(_BESIDE).intersection(region.box) for region in seen)


def _is_spared(region: Region) -> bool:
    return region.act is Act.KEEP and region.origin is Origin.IDENTIFIER


def _is_found(region: Region) -> bool:
    """Whether it is a mask that nobody but the detector asks for."""
    return region.act is Act.MASK and region.origin is Origin.DETECTOR and region.frame is None


@dataclass(frozen=True, slots=True)
class _Place:
    """A box around text, and the larger one that is looked at."""

    box: Box
    around: Box

    @property
    def inside(self) -> Box:
        """The box in the pixels of the larger one."""
        return self.box.moved(-self.around.left, -self.around.top)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A place that may be kept, and what its frames show of it: blocks of text by the digest of their pictures."""

    place: _Place
    versions: dict[bytes, Block] = field(default_factory=dict)

    @property
    def ink(self) -> Box:
        """The box of the ink of all versions and its margin, within that of the detector."""
        around = self.place.around
        drawn = hull([block.box.moved(around.left, around.top) for block in self.versions.values()])
        return drawn.grown(_MARGIN).intersection(self.place.box) or drawn


def _places(regions: Sequence[Region], form: PixelFormat) -> tuple[_Place, ...]:
    """Boxes of the detector, those that meet made one; none that another mask has a part of."""
    found = [box for each in regions if _is_found(each) and (box := each.box.clipped(form.rows, form.columns))]
    if len(found) > _MOST_BOXES:
        return ()
    others = [each.box for each in regions if each.act is Act.MASK and not _is_found(each)]
    free = (box for box in merged(found) if not any(map(box.intersection, others)))
    return tuple(_Place(box, _around(box, form)) for box in free)


def _around(box: Box, form: PixelFormat) -> Box:
    beside = min(max(box.height, _LEAST_BESIDE), _MOST_BESIDE)
    above = min(max(box.height // 2, _LEAST_ABOVE), _MOST_ABOVE)
    left, top = max(0, box.left - beside), max(0, box.top - above)
    return Box(left, top, min(form.columns, box.right + beside), min(form.rows, box.bottom + above))


def _seen_in_every_frame(
    places: Sequence[_Place], frames: Frames, display: Display, regions: Sequence[Region]
) -> list[_Candidate]:
    """Places that show text on even ground in every frame, with all that they show; frames alike are looked at once."""
    candidates = [_Candidate(place) for place in places]
    if not candidates:
        return []
    form = frames.format
    masked = mask_of((each.box for each in regions if each.act is Act.MASK), form.rows, form.columns)
    seen: set[str] = set()
    for index in range(len(frames)):
        if candidates and (digest := frames.digest(index)) not in seen:
            seen.add(digest)
            shown = pictures(frames.frame(index), form, display)
            candidates = [each for each in candidates if _shows_text(each, shown, masked)]
    return candidates


def _shows_text(candidate: _Candidate, shown: Sequence[Picture], masked: BoolArray) -> bool:
    """Whether a frame shows the candidate as text that may be read; it is told what the frame shows."""
    place = candidate.place
    crops = [np.ascontiguousarray(picture[place.around.slices]) for picture in shown]
    digest = hashlib.sha256(b"".join(crop.tobytes() for crop in crops)).digest()
    if digest in candidate.versions:
        return True
    spoken_for = masked[place.around.slices].copy()
    spoken_for[place.inside.slices] = False
    block = Block.of(crops, place.inside, spoken_for)
    if block is None or len(candidate.versions) == _MOST_VERSIONS:
        return False
    candidate.versions[digest] = block
    return True


def _harmless(said: Mapping[Box, _Said], grammar: Grammar) -> dict[Box, str]:
    """The places that say nothing but what the grammar knows, or bear the digits of a ruler, by what they say."""
    marks: list[Mark] = []
    harmless: dict[Box, str] = {}
    for box, each in said.items():
        texts = [line.reveal() for line in each.lines]
        phrases = [grammar.reads(text) for text in texts]
        if all(phrases) and not each.ticked:
            harmless[box] = "+".join(sorted({name for names in phrases for name in names}))
        elif len(texts) == 1 and (number := grammar.number_of_a_ruler(texts[0])) is not None:
            marks.append(Mark(number, box))
    letters = [box for box in harmless if any(_is_letter(line) for line in said[box].lines)]
    spelled = spelled_out(letters)
    alone = {box: reference for box, reference in harmless.items() if box not in spelled}
    return alone | {mark.box: _RULER for mark in marks_of_rulers(marks)}


def _is_letter(line: Phi) -> bool:
    return sum(map(str.isalnum, line.reveal())) == 1


def _impersonal(harmless: Mapping[Box, str], said: Mapping[Box, _Said], identifiers: Identifiers) -> dict[Box, str]:
    """Those that resemble no identifier, alone or read one after the other."""
    telling = {box for box in harmless if any(tells_somebody(line, identifiers) for line in said[box].lines)}
    order = sorted(harmless, key=lambda box: (box.top, box.left))
    words = [(Phi(word), box) for box in order for line in said[box].lines for word in line.reveal().split()]
    texts = [word for word, _ in words]
    known = spellings(identifiers)
    found = known_among(texts, known) | numbers_among(texts, known)
    telling.update(words[place][1] for place in found)
    return {box: reference for box, reference in harmless.items() if box not in telling}
