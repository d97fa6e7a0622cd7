"""Drafting: a cleaned data set is written into the spool and looked at again, byte by byte.

A draft is an output that is not released yet.  Its proof is established on the written file, never on what was meant
to be written.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pydicom import Dataset

from pixelclean.dicom import (
    Encoded,
    Frames,
    PixelFormat,
    Source,
    Streams,
    bared,
    drop_offset_tables,
    encode,
    keep_true_offset_tables,
    loss_of,
    lossless_target,
    open_frames,
    pixel_data,
    put_pixels,
    read,
    syntax_of,
    write,
)
from pixelclean.dicom.overlays import stored_planes
from pixelclean.dicom.stored import Spool, is_padded, overlapping
from pixelclean.header import Identifiers, spelled_in, survivors
from pixelclean.pixels import (
    NO_FILL,
    Comparison,
    Fill,
    black,
    compare,
    describe_change,
    describe_encoding,
    hides_bits,
    redacted,
)
from pixelclean.plan import Plan
from pixelclean.policy import Limits
from pixelclean.proof import Proof

_PIXEL_DATA = "7FE00010"
_LONGEST_SPELLING = 4096  # bytes, of one identifier however it is encoded
_UNCHANGED = Comparison(planned=0, changed_outside=0, not_filled_inside=0)


class Treatment(StrEnum):
    """What becomes of the pixel data of an image."""

    KEPT = "kept byte for byte"
    MASKED = "masked"
    HIDDEN_BITS_CLEARED = "hidden bits cleared"
    BARED = "segments beside the coded image taken out"
    ENCODED_ANEW = "encoded anew, since there may be more than the image in the streams"


@dataclass(frozen=True, slots=True, eq=False)
class Redaction:
    """The pixel data as they shall leave; `encoded` is None where they leave as they came."""

    treatment: Treatment
    encoded: Encoded | None = None
    fill: Fill = NO_FILL


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A written output: where it is, its digest, its proof so far, and data set and frames as read from its bytes."""

    path: Path
    digest: str
    proof: Proof
    dataset: Dataset
    frames: Frames | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drafter:
    """Writes drafts of one source to one path of the spool; a later draft replaces the earlier one."""

    source: Source
    identifiers: Identifiers
    path: Path
    limits: Limits

    def without_pixels(self, dataset: Dataset) -> Draft:
        """The draft of an object that has no pixel data."""
        drop_offset_tables(dataset)
        digest, written = self._written(dataset, self.source.transfer_syntax)
        proof = self._proof(written, _UNCHANGED, pixels_unchanged=True, decoder="")
        return Draft(self.path, digest, proof, written.dataset)

    def of_image(self, dataset: Dataset, frames: Frames, plan: Plan) -> Draft:
        """The draft of an image: pixel data as they were where there is nothing to remove from them."""
        spool = Spool(self.path.parent, self.limits.resident_bytes)
        redaction = redact(dataset, frames, plan, self.source.transfer_syntax, spool)
        if redaction.encoded is None:
            return self._unchanged(dataset)
        return self._rewritten(dataset, frames, plan, redaction, redaction.encoded)

    def _unchanged(self, dataset: Dataset) -> Draft:
        """Equal bytes need no comparison of pixels."""
        digest, written = self._written(dataset, self.source.transfer_syntax)
        if not is_padded(pixel_data(written.dataset), pixel_data(self.source.dataset)):
            raise AssertionError("untouched pixel data differ after writing")
        frames = open_frames(written.dataset, written.transfer_syntax, self.limits)
        proof = self._proof(written, _UNCHANGED, pixels_unchanged=True, decoder=frames.decoder)
        return Draft(self.path, digest, self._with_streams(proof, written), written.dataset, frames)

    def _rewritten(self, dataset: Dataset, frames: Frames, plan: Plan, redaction: Redaction, encoded: Encoded) -> Draft:
        """Write other pixel data, decode what was written, compare."""
        digest, written = self._written(dataset, encoded.transfer_syntax)
        again = open_frames(written.dataset, written.transfer_syntax, self.limits)
        comparison = compare(frames, again, plan, redaction.fill)
        proof = self._proof(written, comparison, pixels_unchanged=False, decoder=again.decoder)
        if redaction.treatment is Treatment.BARED:
            proof = self._with_streams(proof, written)
        return Draft(self.path, digest, proof, written.dataset, again)

    def _written(self, dataset: Dataset, transfer_syntax: str) -> tuple[str, Source]:
        """Write in place of an earlier draft, and read what was written."""
        self.path.unlink(missing_ok=True)
        digest, written = write(dataset, transfer_syntax, self.path), read(self.path, self.limits)
        if stored_planes(written.dataset) != stored_planes(dataset):
            raise AssertionError("overlay planes differ after writing")
        return digest, written

    def _proof(self, written: Source, comparison: Comparison, *, pixels_unchanged: bool, decoder: str) -> Proof:
        return Proof(
            planned_pixels=comparison.planned,
            changed_outside=comparison.changed_outside,
            not_filled_inside=comparison.not_filled_inside,
            text_left=0,
            identifiers_left=survivors(written.dataset, self.identifiers),
            pixels_unchanged=pixels_unchanged,
            syntax_in=self.source.transfer_syntax,
            syntax_out=written.transfer_syntax,
            decoder=decoder,
        )

    def _with_streams(self, proof: Proof, written: Source) -> Proof:
        """The proof of frames that leave as somebody else encoded them: their bytes must not spell an identifier."""
        encapsulated = syntax_of(written.transfer_syntax).encapsulated
        pieces = overlapping(pixel_data(written.dataset), _LONGEST_SPELLING)
        if not encapsulated or not any(spelled_in(piece, self.identifiers) for piece in pieces):
            return proof
        return replace(proof, identifiers_left=(*proof.identifiers_left, _PIXEL_DATA))


def redact(dataset: Dataset, frames: Frames, plan: Plan, transfer_syntax: str, spool: Spool) -> Redaction:
    """Put the pixel data of `frames` as they shall leave into `dataset`, and say what became of them.

    `transfer_syntax` is the source's; long values are made in `spool`.  Where nothing is removed from them, `dataset` stays as it is.  Raises Refused.
    """
    if plan.masks_something or hides_bits(frames):
        redaction = _filled(dataset, frames, plan, transfer_syntax, spool)
        describe_change(dataset, loss_of(frames, transfer_syntax))
    elif isinstance(streams := bared(frames, PixelFormat.of(dataset), transfer_syntax, spool), Encoded):
        redaction = Redaction(Treatment.BARED, streams)
    elif streams is Streams.UNCLEAR:
        redaction = Redaction(Treatment.ENCODED_ANEW, _encoded(frames, plan, NO_FILL, transfer_syntax, spool))
        describe_encoding(dataset, loss_of(frames, transfer_syntax))
    else:
        keep_true_offset_tables(dataset, encapsulated=syntax_of(transfer_syntax).encapsulated)
        return Redaction(Treatment.KEPT)
    assert redaction.encoded is not None
    put_pixels(dataset, redaction.encoded)
    return redaction


def _filled(dataset: Dataset, frames: Frames, plan: Plan, transfer_syntax: str, spool: Spool) -> Redaction:
    """Fill the mask and encode without loss."""
    fill = black(dataset, frames.format, (frames.frame(index) for index in range(len(frames))))
    treatment = Treatment.MASKED if plan.masks_something else Treatment.HIDDEN_BITS_CLEARED
    return Redaction(treatment, _encoded(frames, plan, fill, transfer_syntax, spool), fill)


def _encoded(frames: Frames, plan: Plan, fill: Fill, transfer_syntax: str, spool: Spool) -> Encoded:
    target = lossless_target(transfer_syntax, frames.format)
    return encode(redacted(frames, plan, fill), frames.format, target, spool)
