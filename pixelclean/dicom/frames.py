"""Frames: the stored words of one image, decoded one frame at a time."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader
from typing import Protocol, TypeVar

import pydicom

from pixelclean.dicom.codecs import DECODERS, jpeg, name_of
from pixelclean.dicom.codecs.jpeg_survey import Surveys
from pixelclean.dicom.format import PIXEL_KEYWORDS, PixelFormat, check_size
from pixelclean.dicom.fragments import frame_bytes, frames_of, stream_of
from pixelclean.dicom.native import cut_frame, unpack_frame, value_length
from pixelclean.dicom.stored import Joined, Stored, Value
from pixelclean.dicom.syntaxes import JPEG_BASELINE, Codec, TransferSyntax, syntax_of
from pixelclean.dicom.video import VideoFrames, open_video
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

T = TypeVar("T")
_WAVELETS = (Codec.JPEG_2000, Codec.HTJ2K)
_OWN_COLOURS = {
    "YBR_ICT": _WAVELETS,
    "YBR_RCT": _WAVELETS,
    "XYB": (Codec.JPEG_XL,),
    "YBR_PARTIAL_420": (Codec.VIDEO,),
}
_STREAMS = {Codec.JPEG, Codec.JPEG_LOSSLESS, Codec.JPEG_LS, Codec.JPEG_2000, Codec.HTJ2K, Codec.JPEG_XL}
_DECODED = 4  # times what may be in memory of a value: frames are many times as long decoded, and are asked for in turn
_SURVEYS = 4  # a share of what may be in memory of a value that what is known of its streams may take beside it
_Look = Callable[[bytes, PixelFormat], PixelFormat]
_Read = Callable[[bytes, PixelFormat], Words]
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP", b"\xff\x0a", b"\x00\x00\x00\x0cJXL")


class Frames(Protocol):
    """The frames of one image; `frame(i)` is (row, column, sample) of stored words, never converted in colour.

    `format` describes those arrays, `decoder` names what reads all of them.
    """

    @property
    def format(self) -> PixelFormat: ...
    @property
    def decoder(self) -> str: ...
    def __len__(self) -> int: ...

    def frame(self, index: int) -> Words:
        """One frame; Refused when it cannot be decoded or is not what the attributes describe."""

    def digest(self, index: int) -> str:
        """SHA-256 in hex: equal digests, equal frames."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StillFrames:
    """Frames of which each has bytes of its own, `encoded(i)`: all but video.

    As many as fit into `_room` bytes are decoded once: they are looked at, masked and compared in turn.  `surveys`
    remembers what is known of JPEG streams.
    """

    format: PixelFormat
    decoder: str
    encoded: Callable[[int], bytes]
    _decode: Callable[[bytes], Words]
    _room: int = 0
    surveys: Surveys = field(default_factory=Surveys)
    _decoded: dict[int, Words] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.format.frames

    def frame(self, index: int) -> Words:
        """One frame; Refused when it cannot be decoded or is not what the attributes describe.

        The words are unsigned of Bits Allocated bits (0 and 1 in bytes for 1-bit pixels), or floats.  They cannot be
        written to.
        """
        words = self._decoded.get(index)
        if words is None:
            words = self._decode(self.encoded(self._checked(index)))
            words.flags.writeable = False
            if words.nbytes * (len(self._decoded) + 1) <= self._room:
                self._decoded[index] = words
        return words

    def digest(self, index: int) -> str:
        """SHA-256 of the frame's encoded bytes: equal digests, equal frames."""
        return hashlib.sha256(self.encoded(self._checked(index))).hexdigest()

    def _checked(self, index: int) -> int:
        if not 0 <= index < self.format.frames:
            raise IndexError(index)
        return index


def open_frames(dataset: pydicom.Dataset, transfer_syntax: str, limits: Limits) -> Frames:
    """The frames of a data set, checked as far as that goes without decoding.

    Raises Refused: NO_PIXEL_DATA, INCONSISTENT_PIXEL_DATA, OVER_SIZE_LIMIT, TRUNCATED, UNDECODABLE,
    UNSUPPORTED_TRANSFER_SYNTAX.
    """
    syntax = syntax_of(transfer_syntax)
    pixels = PixelFormat.of(dataset)
    check_size(pixels, limits)
    _check_fit(pixels, syntax)
    if syntax.codec is Codec.VIDEO:
        return _video(dataset, pixels, syntax)
    if syntax.encapsulated:
        return _encapsulated(dataset, pixels, syntax, limits.resident_bytes)
    return _native(dataset, pixels, syntax)


def _check_fit(pixels: PixelFormat, syntax: TransferSyntax) -> None:
    """Refuse what another transfer syntax may hold and this one may not (PS3.3 C.7.6.3.1.2, PS3.5 8.2.1)."""
    if syntax.codec not in _OWN_COLOURS.get(pixels.photometric, (syntax.codec,)):
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "PhotometricInterpretation of another transfer syntax")
    if syntax.uid == JPEG_BASELINE and pixels.bits_stored > 8:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "BitsStored of JPEG Baseline")


def _native(dataset: pydicom.Dataset, pixels: PixelFormat, syntax: TransferSyntax) -> StillFrames:
    element = dataset[PIXEL_KEYWORDS[pixels.kind]]
    value, length = element.value, value_length(pixels)
    if not isinstance(value, bytes | Stored) or element.is_undefined_length:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "encapsulated pixels in a native transfer syntax")
    if len(value) < length:
        raise Refused(ReasonCode.TRUNCATED, "pixel data shorter than the attributes say")
    if len(value) > length + length % 2:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "pixel data longer than the attributes say")
    if pixels.is_subsampled and pixels.columns % 2:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "odd Columns with shared chroma samples")
    if pixels.swapped and len(value) % 2:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "odd length of words")
    return StillFrames(
        pixels,
        name_of(syntax.codec),
        partial(cut_frame, value, pixels),
        partial(unpack_frame, pixels=pixels, little=syntax.little),
    )


def _video(dataset: pydicom.Dataset, pixels: PixelFormat, syntax: TransferSyntax) -> VideoFrames:
    """All frames are one stream, which may stand in several fragments (PS3.5 A.4.5 to A.4.9)."""
    _require_fragments(dataset)
    value = _value(dataset)
    parts = stream_of(dataset)
    return open_video(BufferedReader(Joined(value, [(part.start, part.stop) for part in parts])), pixels, syntax.uid)


def _require_fragments(dataset: pydicom.Dataset) -> None:
    if "PixelData" not in dataset or not dataset["PixelData"].is_undefined_length:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "native pixels in an encapsulated transfer syntax")


def _encapsulated(dataset: pydicom.Dataset, pixels: PixelFormat, syntax: TransferSyntax, room: int) -> StillFrames:
    _require_fragments(dataset)
    decoder = DECODERS[syntax.codec]
    if not decoder.is_available():
        raise Refused(ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX, f"{decoder.REQUIRES} lacks it")
    if syntax.codec in _STREAMS and pixels.high_bit != pixels.bits_stored - 1:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "HighBit of a compressed stream")
    parts, value = frames_of(dataset, pixels.frames, _starts_frame), _value(dataset)

    def encoded(index: int) -> bytes:
        return frame_bytes(value, parts[index])

    decoded, surveys = _guarded(decoder.look, encoded(0), pixels), Surveys(room // _SURVEYS)
    steps = (decoder.look, partial(jpeg.decode, survey_of=surveys.of) if decoder is jpeg else decoder.decode)
    decode = partial(_decode, steps, pixels, decoded)
    return StillFrames(decoded, name_of(syntax.codec), encoded, decode, _DECODED * room, surveys)


def _decode(steps: tuple[_Look, _Read], stated: PixelFormat, decoded: PixelFormat, frame: bytes) -> Words:
    """One frame, which must be of the same kind as the first one."""
    look, decode = steps
    if _guarded(look, frame, stated) != decoded:
        raise Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, "frames differ in their colour space")
    return _guarded(decode, frame, decoded)


def _guarded(step: Callable[[bytes, PixelFormat], T], frame: bytes, pixels: PixelFormat) -> T:
    """A step of a codec whose library may raise anything."""
    try:
        return step(frame, pixels)
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - the libraries share no base class, and their messages stay with them
        raise Refused(ReasonCode.UNDECODABLE) from None


def _value(dataset: pydicom.Dataset) -> Value:
    value: Value = dataset["PixelData"].value
    return value


def _starts_frame(first: bytes) -> bool:
    return first.startswith(_STARTS)
