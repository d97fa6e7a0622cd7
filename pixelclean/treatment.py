"""Treatment: what becomes of the pixel data of an image, and of the attributes that describe them.

They leave byte for byte where nothing is to be removed.  Where something is, JPEG keeps every coefficient beside the
masked MCUs, and everything else is decoded, filled and encoded without loss.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from pydicom import Dataset

from pixelclean.dicom import (
    Encoded,
    Frames,
    PixelFormat,
    StillFrames,
    Streams,
    bared,
    blackened,
    encode,
    keep_true_offset_tables,
    loss_of,
    lossless_target,
    put_pixels,
    syntax_of,
)
from pixelclean.dicom.fragments import encapsulate_pieces, encapsulate_stream
from pixelclean.dicom.stored import Spool
from pixelclean.dicom.video import VideoFrames, VideoQuality, reencode
from pixelclean.pixels import (
    NO_FILL,
    Fill,
    add_step,
    black,
    describe_change,
    describe_encoding,
    describe_frames,
    describe_loss,
    hides_bits,
    redacted,
)
from pixelclean.plan import Plan


class Treatment(StrEnum):
    """What becomes of the pixel data of an image."""

    KEPT = "kept byte for byte"
    MASKED = "masked"
    BLACKENED = "masked, every coefficient beside the masked units kept"
    HIDDEN_BITS_CLEARED = "hidden bits cleared"
    BARED = "segments beside the coded image taken out"
    VIDEO_ENCODED = "the video encoded anew with loss, masked where the plan says so"
    ENCODED_ANEW = "encoded anew, since there may be more than the image in the streams"


@dataclass(frozen=True, slots=True, eq=False)
class Redaction:
    """The pixel data as they shall leave; `encoded` is None where they leave as they came.

    `hidden` says that there was something in bits which Bits Stored does not name.
    """

    treatment: Treatment
    encoded: Encoded | None = None
    fill: Fill = NO_FILL
    hidden: bool = False


def redact(
    dataset: Dataset,
    frames: Frames,
    plan: Plan,
    transfer_syntax: str,
    spool: Spool,
    quality: VideoQuality,
    threads: int = 1,
) -> Redaction:
    """Put the pixel data of `frames` as they shall leave into `dataset`, and say what became of them.

    `transfer_syntax` is the source's; long values are made in `spool`.  Where nothing is removed from them, `dataset`
    stays as it is.  `quality` is that of a video that has to be encoded anew.  `threads` frames are made at a time; what
    they become does not depend on it.  Raises Refused.
    """
    if isinstance(frames, VideoFrames):
        return _video(dataset, frames, plan, transfer_syntax, spool, quality)
    assert isinstance(frames, StillFrames)
    describe_frames(dataset, frames, transfer_syntax)
    hidden, source = hides_bits(frames), _Source(dataset, frames, plan, transfer_syntax, spool, threads)
    if plan.masks_something:
        redaction = source.masked() if hidden else source.blackened() or source.masked()
        describe_change(dataset, loss_of(frames, transfer_syntax))
    elif hidden:
        redaction = source.encoded_anew(Treatment.HIDDEN_BITS_CLEARED)
        describe_encoding(dataset, loss_of(frames, transfer_syntax))
    elif isinstance(streams := bared(frames, PixelFormat.of(dataset), transfer_syntax, spool, threads), Encoded):
        redaction = Redaction(Treatment.BARED, streams)
        describe_encoding(dataset, None)
        describe_loss(dataset, loss_of(frames, transfer_syntax))
    elif streams is Streams.UNCLEAR:
        redaction = source.encoded_anew(Treatment.ENCODED_ANEW)
        describe_encoding(dataset, loss_of(frames, transfer_syntax))
    else:
        keep_true_offset_tables(dataset, encapsulated=syntax_of(transfer_syntax).encapsulated)
        describe_loss(dataset, loss_of(frames, transfer_syntax))
        return Redaction(Treatment.KEPT)
    assert redaction.encoded is not None
    put_pixels(dataset, redaction.encoded)
    return replace(redaction, hidden=hidden)


def _video(
    dataset: Dataset, frames: VideoFrames, plan: Plan, transfer_syntax: str, spool: Spool, quality: VideoQuality
) -> Redaction:
    """A video is encoded anew, masked or not: its coded pictures may hold what no decoder shows.

    Its samples fill their words: there are no hidden bits.
    """
    loss = loss_of(frames, transfer_syntax)
    assert loss is not None
    with spool.file() as file:
        reencode(frames, plan, file, quality)
        stream = spool.taken(file)
    describe = describe_change if plan.masks_something else describe_encoding
    describe(dataset, loss)
    add_step(dataset, replace(loss, ratio=frames.format.pixel_bytes / len(stream)))
    encapsulated = encapsulate_pieces if frames.stream.syntax.fragmentable else encapsulate_stream
    encoded = Encoded(transfer_syntax, PixelFormat.of(dataset), encapsulated(stream, spool))
    put_pixels(dataset, encoded)
    return Redaction(Treatment.VIDEO_ENCODED, encoded)


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """The frames of one image with all that it takes to make others of them."""

    dataset: Dataset
    frames: StillFrames
    plan: Plan
    transfer_syntax: str
    spool: Spool
    threads: int

    def blackened(self) -> Redaction | None:
        """Black MCUs; None where the streams have none."""
        fill, stated = self._black(), PixelFormat.of(self.dataset)
        samples = tuple(int(word) for word in fill)
        streams = blackened(
            self.frames, self.plan.masks, samples, stated, self.transfer_syntax, self.spool, self.threads
        )
        return Redaction(Treatment.BLACKENED, streams, fill) if streams is not None else None

    def masked(self) -> Redaction:
        """Black samples, encoded without loss."""
        fill = self._black()
        return Redaction(Treatment.MASKED, self._encoded(fill), fill)

    def encoded_anew(self, treatment: Treatment) -> Redaction:
        """The same samples, encoded without loss; nothing is masked."""
        return Redaction(treatment, self._encoded(NO_FILL))

    def _black(self) -> Fill:
        return black(self.dataset, self.frames.format, (self.frames.frame(i) for i in range(len(self.frames))))

    def _encoded(self, fill: Fill) -> Encoded:
        target = lossless_target(self.transfer_syntax, self.frames.format)
        return encode(redacted(self.frames, self.plan, fill), self.frames.format, target, self.spool, self.threads)
