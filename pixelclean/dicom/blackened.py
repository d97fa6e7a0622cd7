"""JPEG with black MCUs: masks in the compressed domain (Clunie and Gebow, J Med Imaging 2(1) 016501, 2015).

Everything beside the masked MCUs keeps its coefficients, so the image goes through no second lossy generation.
"""

from collections.abc import Callable, Iterator
from functools import partial

from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.codecs.jpeg_blacken import blacken
from pixelclean.dicom.codecs.jpeg_cells import is_sequential, sequential_layout
from pixelclean.dicom.codecs.jpeg_coefficients import CoefficientComparison, compare_coefficients
from pixelclean.dicom.codecs.jpeg_layout import Sampling
from pixelclean.dicom.codecs.jpeg_survey import known_of
from pixelclean.dicom.encode import Encoded
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.frames import StillFrames
from pixelclean.dicom.stored import IN_MEMORY, Spool
from pixelclean.dicom.syntaxes import Codec, syntax_of
from pixelclean.geometry import BoolArray
from pixelclean.side_by_side import in_order

Masks = Callable[[], Iterator[BoolArray]]
"""Gives the mask of each frame in turn, as often as it is asked."""


class _UnclearError(Exception):
    """A stream has no such MCUs, or may hold more than its image."""


def blackened(
    frames: StillFrames,
    masks: Masks,
    fill: tuple[int, ...],
    stated: PixelFormat,
    transfer_syntax: str,
    spool: Spool = IN_MEMORY,
    threads: int = 1,
) -> Encoded | None:
    """Pixel Data of the same streams with black MCUs under each mask, and nothing in them beside the image.

    `fill` is one stored sample for each component, `stated` the format that the data set's attributes state, which stays.
    None where any stream has no such MCUs (progressive, arithmetic, lossless, signed), or where it cannot be
    established that it holds its image only: then the image has to be decoded and encoded anew.  `threads` streams are
    made at a time.
    """
    if syntax_of(transfer_syntax).codec is not Codec.JPEG or frames.format.signed:
        return None
    streams = in_order(partial(_blackened, frames, fill), enumerate(masks()), threads)
    try:
        value, offsets = encapsulate(streams, len(frames), spool)
    except _UnclearError:
        return None
    return Encoded(transfer_syntax, stated, value, offsets)


def _blackened(frames: StillFrames, fill: tuple[int, ...], masked: tuple[int, BoolArray]) -> bytes:
    """The bare stream made black: afterwards its tables may list symbols that occur no more."""
    index, mask = masked
    stream = frames.encoded(index)
    found = frames.surveys.of(stream)
    if not is_sequential(found.layout) or found.header.precision != frames.format.bits_stored:
        raise _UnclearError
    survey_of = known_of(stream, found)
    bare = bare_jpeg(stream, survey_of)
    if bare is None:
        raise _UnclearError
    return blacken(bare, mask, fill, survey_of) if mask.any() else bare


def compare_streams(
    source: StillFrames, output: StillFrames, index: int, mask: BoolArray, fill: tuple[int, ...]
) -> tuple[CoefficientComparison, Sampling]:
    """The blocks of one frame, before and after, and how its components share the pixels.

    Raises Refused as `compare_coefficients` does.
    """
    before, after = source.encoded(index), output.encoded(index)
    found = source.surveys.of(before)
    surveys_of = known_of(before, found), output.surveys.of
    return compare_coefficients(before, after, mask, fill, surveys_of), sequential_layout(found).sampling
