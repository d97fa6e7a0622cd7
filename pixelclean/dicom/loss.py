"""Whether an encoded image is one that was compressed with loss, as its stream says and not only its transfer syntax."""

import struct
from dataclasses import dataclass

from pixelclean.dicom.codecs.jpeg_2000_segments import COC, COD, SOD, SOT, header_end, segments, style_of
from pixelclean.dicom.codecs.jpeg_2000_stream import codestream_of
from pixelclean.dicom.codecs.jpeg_segments import FRAMES, SOF_LS, SOS, segments_of
from pixelclean.dicom.codecs.jpeg_xl import may_be_lossy
from pixelclean.dicom.frames import Frames, StillFrames
from pixelclean.dicom.syntaxes import Codec, Fidelity, syntax_of
from pixelclean.dicom.video import Coding, VideoFrames

_LOSSLESS_JPEG = frozenset((0xC3, SOF_LS))
_IRREVERSIBLE = 0  # the 9-7 filter (ISO/IEC 15444-1 Table A.20)


# Defined terms of Lossy Image Compression Method (PS3.3 C.7.6.1.1.5.1).
_METHODS = {
    Codec.JPEG: "ISO_10918_1",
    Codec.JPEG_LOSSLESS: "ISO_10918_1",
    Codec.JPEG_LS: "ISO_14495_1",
    Codec.JPEG_2000: "ISO_15444_1",
    Codec.HTJ2K: "ISO_15444_15",
    Codec.JPEG_XL: "ISO_18181_1",
}
_VIDEO_METHODS = {Coding.MPEG_2: "ISO_13818_2", Coding.H_264: "ISO_14496_10", Coding.HEVC: "ISO_23008_2"}


@dataclass(frozen=True, slots=True)
class Loss:
    """How an image was compressed with loss: the defined term of the method, and how many times smaller it became."""

    method: str
    ratio: float


def loss_of(frames: Frames, transfer_syntax: str) -> Loss | None:
    """What the streams tell about loss; None where there was none."""
    if isinstance(frames, VideoFrames):
        coding = frames.stream.syntax.coding
        return Loss(_VIDEO_METHODS[coding], frames.format.pixel_bytes / frames.stream.size)
    assert isinstance(frames, StillFrames)
    if not is_lossy(frames, transfer_syntax):
        return None
    encoded = sum(len(frames.encoded(index)) for index in range(len(frames)))
    return Loss(_METHODS[syntax_of(transfer_syntax).codec], frames.format.pixel_bytes / encoded)


def is_lossy(frames: StillFrames, transfer_syntax: str) -> bool:
    """Whether any frame was compressed with loss."""
    syntax = syntax_of(transfer_syntax)
    match syntax.codec:
        case Codec.JPEG | Codec.JPEG_LOSSLESS | Codec.JPEG_LS:
            return any(_jpeg_is_lossy(frames.encoded(index)) for index in range(len(frames)))
        case _ if syntax.fidelity is Fidelity.LOSSY:
            return True
        case Codec.JPEG_2000 | Codec.HTJ2K:
            return any(_codestream_is_lossy(codestream_of(frames.encoded(index))) for index in range(len(frames)))
        case Codec.JPEG_XL:
            return any(may_be_lossy(frames.encoded(index)) for index in range(len(frames)))
        case _:
            return False


def _jpeg_is_lossy(stream: bytes) -> bool:
    """A process with DCT, bits dropped by the point transform (ISO/IEC 10918-1 H.1.2.1), or NEAR in JPEG-LS."""
    jpeg_ls = False
    for segment in segments_of(stream):
        if segment.marker in FRAMES:
            jpeg_ls = segment.marker == SOF_LS
            if segment.marker not in _LOSSLESS_JPEG:
                return True
        elif segment.marker == SOS:
            first, _, approximation = stream[segment.end - 3 : segment.end]
            if (first if jpeg_ls else approximation & 15) > 0:
                return True
    return False


def _codestream_is_lossy(stream: bytes) -> bool:
    """The irreversible transformation, for the image, a component or a tile part."""
    try:
        position = header_end(stream, 2, SOT)
        headers = [(2, position)]
        while struct.unpack_from(">H", stream, position)[0] == SOT:
            (length,) = struct.unpack_from(">L", stream, position + 6)
            headers.append((position + 12, header_end(stream, position + 12, SOD)))
            position = position + length if length else len(stream) - 2
        return any(_has_irreversible(stream, start, end) for start, end in headers)
    except (struct.error, IndexError):
        return True


def _has_irreversible(stream: bytes, start: int, end: int) -> bool:
    styles = (
        style_of(marker, content[1:] if marker == COC else content)
        for marker, content in segments(stream, start, end)
        if marker in (COD, COC)
    )
    return any(parameters[4] == _IRREVERSIBLE for _, parameters in styles)
