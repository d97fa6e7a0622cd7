"""JPEG with black MCUs: masks in the compressed domain (Clunie and Gebow, J Med Imaging 2(1) 016501, 2015).

Everything beside the masked MCUs keeps its coefficients, so the image goes through no second lossy generation.
"""

from collections.abc import Callable, Iterator

from pixelclean.dicom.bare_jpeg import bare_jpeg
from pixelclean.dicom.codecs.jpeg_blacken import blacken, can_be_blackened
from pixelclean.dicom.codecs.jpeg_stream import read_jpeg
from pixelclean.dicom.encode import Encoded
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.frames import StillFrames
from pixelclean.dicom.stored import IN_MEMORY, Spool
from pixelclean.dicom.syntaxes import Codec, syntax_of
from pixelclean.geometry import BoolArray

Masks = Callable[[], Iterator[BoolArray]]
"""Gives the mask of each frame in turn, as often as it is asked."""


class _UnclearError(Exception):
    """A stream may hold more than its image."""


def blackened(
    frames: StillFrames,
    masks: Masks,
    fill: tuple[int, ...],
    stated: PixelFormat,
    transfer_syntax: str,
    spool: Spool = IN_MEMORY,
) -> Encoded | None:
    """Pixel Data of the same streams with black MCUs under each mask, and nothing in them beside the image.

    `fill` is one stored sample for each component, `stated` the format that the data set's attributes state, which stays.
    None where any stream has no such MCUs (progressive, arithmetic, lossless, signed), or where it cannot be
    established that it holds its image only: then the image has to be decoded and encoded anew.
    """
    if syntax_of(transfer_syntax).codec is not Codec.JPEG or frames.format.signed:
        return None
    if not all(_has_such_units(frames.encoded(index), frames.format) for index in range(len(frames))):
        return None
    streams = (_blackened(frames.encoded(index), mask, fill) for index, mask in enumerate(masks()))
    try:
        value, offsets = encapsulate(streams, len(frames), spool)
    except _UnclearError:
        return None
    return Encoded(transfer_syntax, stated, value, offsets)


def _has_such_units(stream: bytes, pixels: PixelFormat) -> bool:
    return can_be_blackened(stream) and read_jpeg(stream).precision == pixels.bits_stored


def _blackened(stream: bytes, mask: BoolArray, fill: tuple[int, ...]) -> bytes:
    """The bare stream made black: afterwards its tables may list symbols that occur no more."""
    bare = bare_jpeg(stream)
    if bare is None:
        raise _UnclearError
    return blacken(bare, mask, fill) if mask.any() else bare


def coarse_components(stream: bytes) -> tuple[bool, ...]:
    """For each component whether it is stored at a lower resolution than another, so that decoders interpolate it."""
    header = read_jpeg(stream)
    return tuple((each.vertical, each.horizontal) != header.finest for each in header.components)
