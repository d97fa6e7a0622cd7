"""Drafting: a cleaned data set is written into the spool and looked at again, byte by byte.

A draft is an output that is not released yet.  Its proof is established on the written file, never on what was meant
to be written.
"""

from dataclasses import dataclass
from pathlib import Path

from pydicom import Dataset

from pixelclean.dicom import (
    Encoded,
    Fidelity,
    Frames,
    PixelFormat,
    Source,
    bared,
    encode,
    lossless_target,
    open_frames,
    pixel_data,
    put_pixels,
    read,
    syntax_of,
    write,
)
from pixelclean.header import Identifiers, survivors
from pixelclean.pixels import NO_FILL, Comparison, Fill, black, compare, describe_change, hides_bits, redacted
from pixelclean.plan import Plan
from pixelclean.policy import Limits
from pixelclean.proof import Proof

_UNCHANGED = Comparison(planned=0, changed_outside=0, not_filled_inside=0)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A written output: where it is, its digest, its proof so far, and its frames opened from the written bytes."""

    path: Path
    digest: str
    proof: Proof
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
        digest, written = self._written(dataset, self.source.transfer_syntax)
        return Draft(self.path, digest, self._proof(written, _UNCHANGED, pixels_unchanged=True, decoder=""))

    def of_image(self, dataset: Dataset, frames: Frames, plan: Plan) -> Draft:
        """The draft of an image: pixel data as they were where there is nothing to remove from them."""
        if plan.masks_something or hides_bits(frames):
            return self._redacted(dataset, frames, plan)
        streams = bared(frames, PixelFormat.of(dataset), self.source.transfer_syntax)
        return self._unchanged(dataset) if streams is None else self._rewritten(dataset, frames, plan, streams)

    def _unchanged(self, dataset: Dataset) -> Draft:
        """Equal bytes need no comparison of pixels."""
        digest, written = self._written(dataset, self.source.transfer_syntax)
        if pixel_data(written.dataset) != _padded(pixel_data(self.source.dataset)):
            raise AssertionError("untouched pixel data differ after writing")
        frames = open_frames(written.dataset, written.transfer_syntax, self.limits)
        proof = self._proof(written, _UNCHANGED, pixels_unchanged=True, decoder=frames.decoder)
        return Draft(self.path, digest, proof, frames)

    def _redacted(self, dataset: Dataset, frames: Frames, plan: Plan) -> Draft:
        """Fill the mask and encode without loss."""
        fill = black(dataset, frames.format, (frames.frame(index) for index in range(len(frames))))
        target = lossless_target(self.source.transfer_syntax, frames.format)
        encoded = encode(redacted(frames, plan, fill), frames.format, target)
        describe_change(dataset, syntax_of(self.source.transfer_syntax).fidelity is Fidelity.LOSSY)
        return self._rewritten(dataset, frames, plan, encoded, fill)

    def _rewritten(self, dataset: Dataset, frames: Frames, plan: Plan, encoded: Encoded, fill: Fill = NO_FILL) -> Draft:
        """Write other pixel data, decode what was written, compare."""
        put_pixels(dataset, encoded)
        digest, written = self._written(dataset, encoded.transfer_syntax)
        again = open_frames(written.dataset, written.transfer_syntax, self.limits)
        comparison = compare(frames, again, plan, fill)
        proof = self._proof(written, comparison, pixels_unchanged=False, decoder=again.decoder)
        return Draft(self.path, digest, proof, again)

    def _written(self, dataset: Dataset, transfer_syntax: str) -> tuple[str, Source]:
        """Write in place of an earlier draft, and read what was written."""
        self.path.unlink(missing_ok=True)
        return write(dataset, transfer_syntax, self.path), read(self.path, self.limits)

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


def _padded(value: bytes) -> bytes:
    """The value at even length, which the writer gives every value (PS3.5 7.1.1); not every file has it."""
    return value + b"\0" * (len(value) % 2)
