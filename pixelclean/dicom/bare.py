"""Bare streams: encoded frames that hold their image and nothing else.

Comments, Exif, ICC profiles, thumbnails and vendor segments stand in a codestream where no data set shows them, and
behind its last sample a whole picture may follow that no decoder shows.  What is known to decode the image stays, and
so do comments that name an encoder and nothing else: a stream with only those keeps every byte.  Where it cannot be
established that a stream holds its image only, the image has to be encoded anew.
"""

from enum import StrEnum
from functools import partial

from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.bare_jpeg_2000 import bare_codestream
from pixelclean.dicom.codecs import plain, rle
from pixelclean.dicom.codecs.jpeg_2000_stream import codestream_of
from pixelclean.dicom.codecs.jpeg_survey import SurveyOf, survey
from pixelclean.dicom.encode import Encoded
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.frames import StillFrames
from pixelclean.dicom.inflate import inflate
from pixelclean.dicom.native import frame_length
from pixelclean.dicom.stored import IN_MEMORY, Spool
from pixelclean.dicom.syntaxes import Codec, syntax_of
from pixelclean.side_by_side import in_order


class Streams(StrEnum):
    """What is known of the encoded frames of an image, where there is nothing to take out of them."""

    BARE = "they hold the image only"
    UNCLEAR = "they may hold more than the image"


def bared(
    frames: StillFrames, stated: PixelFormat, transfer_syntax: str, spool: Spool = IN_MEMORY, threads: int = 1
) -> Encoded | Streams:
    """Pixel Data of the same frames without anything else; BARE where there is nothing else.

    `stated` is the format that the data set's attributes state, which stays.  UNCLEAR means that the image has to be
    encoded anew.  `threads` frames are looked at, at a time.  Raises Refused(UNDECODABLE) for a JPEG-LS stream with data behind its last sample.
    """
    codec = syntax_of(transfer_syntax).codec
    if codec is Codec.NATIVE:
        return Streams.BARE
    changed = False
    for is_bare in in_order(partial(_is_bare, frames, codec), range(len(frames)), threads):
        if is_bare is None:
            return Streams.UNCLEAR
        changed |= not is_bare
    if not changed:
        return Streams.BARE
    value, offsets = encapsulate(
        in_order(partial(_kept, frames, codec), range(len(frames)), threads), len(frames), spool
    )
    return Encoded(transfer_syntax, stated, value, offsets)


def _is_bare(frames: StillFrames, codec: Codec, index: int) -> bool | None:
    """Whether all of a frame stays; None where that cannot be established."""
    if codec is Codec.JPEG_LS:
        frames.frame(index)  # the decoder refuses a scan that goes on behind its last sample
    frame = frames.encoded(index)
    kept = bare(frame, codec, frames.format, frames.surveys.of)
    return None if kept is None else kept == frame


def _kept(frames: StillFrames, codec: Codec, index: int) -> bytes:
    """What stays of a frame of which that is known."""
    kept = bare(frames.encoded(index), codec, frames.format, frames.surveys.of)
    assert kept is not None
    return kept


def bare(frame: bytes, codec: Codec, pixels: PixelFormat, survey_of: SurveyOf = survey) -> bytes | None:
    """One encoded frame without anything beside its image: the very same bytes where there is nothing.

    None where that cannot be established.  The frame is one that the decoder has decoded.
    """
    match codec:
        case Codec.JPEG | Codec.JPEG_LOSSLESS | Codec.JPEG_LS:
            return bare_jpeg(frame, survey_of)
        case Codec.JPEG_2000 | Codec.HTJ2K:
            return bare_codestream(codestream_of(frame))
        case _:
            return frame if _ends_with_its_samples(frame, codec, pixels) else None


def _ends_with_its_samples(frame: bytes, codec: Codec, pixels: PixelFormat) -> bool:
    match codec:
        case Codec.RLE:
            return rle.holds_only_planes(frame, pixels)
        case Codec.PLAIN_FRAME:
            return plain.is_padded_with_zeros(frame, pixels)
        case Codec.DEFLATED_FRAME:
            return plain.is_padded_with_zeros(inflate(frame, frame_length(pixels) + 1), pixels)
        case _:
            # JPEG XL: libjxl does not say where the image ended, boxes and brands of its container are free text, and
            # a stream may hold what rebuilds a JPEG file, comments included.
            return False
