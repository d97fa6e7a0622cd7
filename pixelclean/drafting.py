"""Drafting: a cleaned data set is written into the spool and looked at again, byte by byte.

A draft is an output that is not released yet.  Its proof is established on the written file, never on what was meant
to be written.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from pydicom import Dataset

from pixelclean.dicom import (
    Encoded,
    Frames,
    Source,
    StillFrames,
    drop_offset_tables,
    open_frames,
    pixel_data,
    read,
    syntax_of,
    write,
)
from pixelclean.dicom.overlays import stored_planes
from pixelclean.dicom.stored import Spool, is_padded, overlapping
from pixelclean.dicom.video import VideoFrames, VideoQuality
from pixelclean.errors import Refused
from pixelclean.header import Identifiers, spelled_in, survivors
from pixelclean.pixels import Comparison, compare, compare_blackened, compare_video
from pixelclean.pixels.copies import pixel_copies
from pixelclean.plan import Plan
from pixelclean.policy import Limits
from pixelclean.proof import Proof
from pixelclean.reasons import ReasonCode
from pixelclean.side_by_side import both
from pixelclean.treatment import Redaction, Treatment, redact

_PIXEL_DATA = "7FE00010"
_ROOM_AGAIN = 32  # a share of what may be in memory
_LONGEST_SPELLING = 4096  # bytes, of one identifier however it is encoded
_UNCHANGED = Comparison(planned=0, changed_outside=0, not_filled_inside=0)
_BARE = (Treatment.BARED, Treatment.BLACKENED)
"""Streams that leave as somebody else encoded them, but for what was taken out."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A written output: where it is, its digest, its proof so far, and data set and frames as read from its bytes.

    `hidden` says that bits were cleared which Bits Stored does not name.
    """

    path: Path
    digest: str
    proof: Proof
    dataset: Dataset
    frames: Frames | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drafter:
    """Writes drafts of one source to one path of the spool; a later draft replaces the earlier one.

    `threads` frames are worked at together; no result depends on it.
    """

    source: Source
    identifiers: Identifiers
    path: Path
    limits: Limits
    quality: VideoQuality = field(default_factory=VideoQuality)
    threads: int = 1

    def without_pixels(self, dataset: Dataset) -> Draft:
        """The draft of an object that has no pixel data."""
        drop_offset_tables(dataset)
        written = self._written(dataset, self.source.transfer_syntax)
        proof = self._proof(written, _UNCHANGED, pixels_unchanged=True, decoders=("", ""))
        return Draft(self.path, written.digest, proof, written.dataset)

    def of_image(self, dataset: Dataset, frames: Frames, plan: Plan) -> Draft:
        """The draft of an image: pixel data as they were where there is nothing to remove from them."""
        syntax = self.source.transfer_syntax
        redaction = redact(dataset, frames, plan, syntax, self._spool, self.quality, self.threads)
        if redaction.encoded is None:
            return self._unchanged(dataset, frames)
        return self._rewritten(dataset, frames, plan, redaction, redaction.encoded)

    @property
    def _spool(self) -> Spool:
        """Where long values of the draft are made, and inflated."""
        return Spool(self.path.parent, self.limits.resident_bytes)

    def _unchanged(self, dataset: Dataset, before: Frames) -> Draft:
        """Equal bytes need no comparison of pixels."""
        written = self._written(dataset, self.source.transfer_syntax)
        if not is_padded(pixel_data(written.dataset), pixel_data(self.source.dataset)):
            raise AssertionError("untouched pixel data differ after writing")
        frames = open_frames(written.dataset, written.transfer_syntax, self.limits)
        proof = self._proof(written, _UNCHANGED, pixels_unchanged=True, decoders=(before.decoder, frames.decoder))
        proof = _spelling(proof, self._spells_an_identifier(written))
        return Draft(self.path, written.digest, proof, written.dataset, frames)

    def _rewritten(self, dataset: Dataset, frames: Frames, plan: Plan, redaction: Redaction, encoded: Encoded) -> Draft:
        """Write other pixel data, decode what was written, compare."""
        written = self._written(dataset, encoded.transfer_syntax)
        # Each frame is decoded once to be compared, and a few of them to be looked at.
        room = replace(self.limits, resident_bytes=max(1, self.limits.resident_bytes // _ROOM_AGAIN))
        again = open_frames(written.dataset, written.transfer_syntax, room)
        comparison, spells = both(
            lambda: self._compared(frames, again, plan, redaction),
            lambda: redaction.treatment in _BARE and self._spells_an_identifier(written),
            self.threads,
        )
        decoders = (frames.decoder, again.decoder)
        proof = _spelling(self._proof(written, comparison, pixels_unchanged=False, decoders=decoders), spells)
        return Draft(self.path, written.digest, proof, written.dataset, again, redaction.hidden)

    def _compared(self, frames: Frames, again: Frames, plan: Plan, redaction: Redaction) -> Comparison:
        """The comparison that a treatment asks for."""
        if isinstance(frames, VideoFrames) and isinstance(again, VideoFrames):
            return compare_video(frames, again, plan, self.quality)
        if redaction.treatment is Treatment.BLACKENED:
            assert isinstance(frames, StillFrames)
            assert isinstance(again, StillFrames)
            return compare_blackened(frames, again, plan, redaction.fill, self.threads)
        return compare(frames, again, plan, redaction.fill, self.threads)

    def _written(self, dataset: Dataset, transfer_syntax: str) -> Source:
        """Write in place of an earlier draft, and read what was written."""
        self.path.unlink(missing_ok=True)
        write(dataset, transfer_syntax, self.path)
        written = read(self.path, self.limits, self._spool)
        if stored_planes(written.dataset) != stored_planes(dataset):
            raise AssertionError("overlay planes differ after writing")
        if copies := pixel_copies(written.dataset):
            raise Refused(ReasonCode.PIXELS_ELSEWHERE, ", ".join(copies[:10]))
        return written

    def _proof(
        self, written: Source, comparison: Comparison, *, pixels_unchanged: bool, decoders: tuple[str, str]
    ) -> Proof:
        return Proof(
            planned_pixels=comparison.planned,
            changed_outside=comparison.changed_outside,
            not_filled_inside=comparison.not_filled_inside,
            compared=comparison.compared,
            filled_beyond=comparison.beyond,
            fringe_pixels=comparison.fringe,
            video=comparison.video,
            text_left=0,
            identifiers_left=survivors(written.dataset, self.identifiers),
            pixels_unchanged=pixels_unchanged,
            syntax_in=self.source.transfer_syntax,
            syntax_out=written.transfer_syntax,
            source_decoder=decoders[0],
            decoder=decoders[1],
        )

    def _spells_an_identifier(self, written: Source) -> bool:
        """Whether the bytes of frames that leave as somebody else encoded them spell an identifier."""
        pieces = overlapping(pixel_data(written.dataset), _LONGEST_SPELLING)
        encapsulated = syntax_of(written.transfer_syntax).encapsulated
        return encapsulated and any(spelled_in(piece, self.identifiers) for piece in pieces)


def _spelling(proof: Proof, spells: bool) -> Proof:
    """The proof of frames whose bytes spell an identifier, or do not."""
    return replace(proof, identifiers_left=(*proof.identifiers_left, _PIXEL_DATA)) if spells else proof
