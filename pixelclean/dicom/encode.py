"""Frames -> the value of Pixel Data in a lossless transfer syntax, and into a data set."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import pydicom

from pixelclean.dicom.codecs import ENCODERS
from pixelclean.dicom.format import PIXEL_KEYWORDS, Kind, PixelFormat
from pixelclean.dicom.fragments import Offsets, encapsulate, has_true_offset_tables
from pixelclean.dicom.native import packed_frames
from pixelclean.dicom.stored import IN_MEMORY, Spool, Value
from pixelclean.dicom.syntaxes import Codec, TransferSyntax, holds, syntax_of
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode
from pixelclean.side_by_side import in_order

_OFFSET_TABLES = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")
_FLOAT_VR = {Kind.FLOAT: "OF", Kind.DOUBLE: "OD"}


@dataclass(frozen=True, slots=True, repr=False)
class Encoded:
    """Pixels ready for a data set: `format` as its attributes must say, and `value` as the file holds it.

    `offsets` is (ExtendedOffsetTable, ExtendedOffsetTableLengths) where the value needs them.
    """

    transfer_syntax: str
    format: PixelFormat
    value: Value
    offsets: Offsets | None = None


def encode(
    frames: Iterable[Words], pixels: PixelFormat, target: str, spool: Spool = IN_MEMORY, threads: int = 1
) -> Encoded:
    """Frames of `pixels`, each (row, column, sample), encoded without loss in the transfer syntax `target`.

    `pixels` is the format of the frames that `open_frames` gave; native targets keep its planar configuration and its
    shared chroma samples, so that unchanged frames give back the source's bytes.  Frames are taken one by one, and long
    values go into the spool; `threads` of them are encoded at a time.  Nothing is verified here.
    Raises Refused(NOT_ENCODED) where the target cannot hold the format or the encoder fails.
    """
    syntax = syntax_of(target)
    if not holds(syntax.codec, pixels):
        raise Refused(ReasonCode.NOT_ENCODED, f"{syntax.codec} does not hold this format")
    shaped = _shaped(frames, pixels)
    if syntax.codec is Codec.NATIVE:
        swapped = replace(pixels, swapped=pixels.swapped and not syntax.little)
        return Encoded(target, swapped, spool.gather(packed_frames(shaped, pixels, little=syntax.little)))
    streams = in_order(partial(_stream, pixels, syntax.codec), shaped, threads)
    value, offsets = encapsulate(streams, pixels.frames, spool)
    return Encoded(target, _described(pixels, syntax), value, offsets)


def _stream(pixels: PixelFormat, codec: Codec, frame: Words) -> bytes:
    """One frame, by an encoder whose library may raise anything."""
    try:
        return ENCODERS[codec](frame, pixels)
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - the libraries share no base class, and their messages stay with them
        raise Refused(ReasonCode.NOT_ENCODED, str(codec)) from None


def put_pixels(dataset: pydicom.Dataset, encoded: Encoded) -> None:
    """Write the pixels and what describes their encoding into a data set; Number of Frames stays as it is."""
    pixels, syntax = encoded.format, syntax_of(encoded.transfer_syntax)
    keyword = PIXEL_KEYWORDS[pixels.kind]
    dataset[keyword] = pydicom.DataElement(
        keyword, _vr(dataset, pixels, syntax), encoded.value, is_undefined_length=syntax.encapsulated
    )
    drop_offset_tables(dataset)
    if encoded.offsets:
        dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encoded.offsets
    if pixels.kind is Kind.INTEGER:
        dataset.PhotometricInterpretation = pixels.photometric
    if pixels.samples > 1:
        dataset.PlanarConfiguration = pixels.planar


def drop_offset_tables(dataset: pydicom.Dataset) -> None:
    """Take the extended offset tables out of a data set and of every item in it: any bytes may stand there."""
    pending = [dataset]
    while pending:
        level = pending.pop()
        for keyword in _OFFSET_TABLES:
            level.pop(keyword, None)
        pending.extend(item for element in level if element.VR == "SQ" for item in element.value)


def keep_true_offset_tables(dataset: pydicom.Dataset, *, encapsulated: bool) -> None:
    """Keep the extended offset tables of Pixel Data that stay as they are only where they hold what they should."""
    tables = [dataset[keyword] for keyword in _OFFSET_TABLES if keyword in dataset]
    true = encapsulated and has_true_offset_tables(dataset)
    drop_offset_tables(dataset)
    if true:
        for table in tables:
            dataset.add(table)


def _shaped(frames: Iterable[Words], pixels: PixelFormat) -> Iterator[Words]:
    """The frames, when there are as many as the format says and each has its shape and type."""
    count = 0
    for count, frame in enumerate(frames, 1):
        if count > pixels.frames or (frame.shape, frame.dtype) != (pixels.shape, pixels.dtype):
            raise _misshapen()
        yield frame
    if count != pixels.frames:
        raise _misshapen()


def _misshapen() -> Refused:
    return Refused(ReasonCode.NOT_ENCODED, "frames do not have the format that they are said to have")


def _described(pixels: PixelFormat, syntax: TransferSyntax) -> PixelFormat:
    """The attributes of an encapsulated encoding (PS3.5 8.2): what J2K transforms is YBR_RCT, RLE is by plane."""
    planar = {Codec.RLE: 1, Codec.PLAIN_FRAME: pixels.planar, Codec.DEFLATED_FRAME: pixels.planar}
    transformed = syntax.codec in (Codec.JPEG_2000, Codec.HTJ2K) and pixels.photometric == "RGB"
    photometric = "YBR_RCT" if transformed else pixels.photometric
    by_plane = planar.get(syntax.codec, 0) if pixels.samples > 1 else 0
    return replace(pixels, photometric=photometric, planar=by_plane, swapped=False)


def _vr(dataset: pydicom.Dataset, pixels: PixelFormat, syntax: TransferSyntax) -> str:
    """OB for fragments; a native value keeps its VR, and a new one follows Bits Allocated (PS3.5 A)."""
    if pixels.kind is not Kind.INTEGER:
        return _FLOAT_VR[pixels.kind]
    if syntax.encapsulated:
        return "OB"
    if "PixelData" in dataset:
        was = dataset["PixelData"]
        if was.VR in ("OB", "OW") and not was.is_undefined_length:
            return str(was.VR)
    return "OW" if pixels.bits_allocated > 8 or syntax.implicit else "OB"
