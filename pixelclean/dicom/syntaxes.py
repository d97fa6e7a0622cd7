"""The transfer syntaxes this tool reads, how each one is encoded, and in which one changed pixels are written."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pixelclean.dicom.format import DEEPEST_JPEG_2000, Kind, PixelFormat
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode


class Fidelity(StrEnum):
    """Whether a transfer syntax keeps every sample (PS3.5 A.4)."""

    LOSSLESS = "lossless"
    LOSSY = "lossy"
    EITHER = "either"


class Codec(StrEnum):
    """How one frame is encoded; each but NATIVE and VIDEO has a module in `codecs`."""

    NATIVE = "native"
    JPEG = "jpeg"
    JPEG_LOSSLESS = "jpeg-lossless"
    JPEG_LS = "jpeg-ls"
    JPEG_2000 = "jpeg-2000"
    HTJ2K = "htj2k"
    JPEG_XL = "jpeg-xl"
    RLE = "rle"
    DEFLATED_FRAME = "deflated-frame"
    PLAIN_FRAME = "plain-frame"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    """One row of the table; `implicit`, `little` and `deflated` speak about the data set, `codec` about the pixels."""

    uid: str
    name: str
    codec: Codec = Codec.NATIVE
    fidelity: Fidelity = Fidelity.LOSSLESS
    implicit: bool = False
    little: bool = True
    deflated: bool = False

    @property
    def encapsulated(self) -> bool:
        """Whether Pixel Data is a sequence of fragments (PS3.5 A.4)."""
        return self.codec is not Codec.NATIVE


_ROOT = "1.2.840.10008.1.2"
IMPLICIT_LITTLE = _ROOT
EXPLICIT_LITTLE = f"{_ROOT}.1"
EXPLICIT_BIG = f"{_ROOT}.2"
JPEG_BASELINE = f"{_ROOT}.4.50"
JPEG_EXTENDED = f"{_ROOT}.4.51"
JPEG_LOSSLESS = f"{_ROOT}.4.70"
JPEG_LS_LOSSLESS = f"{_ROOT}.4.80"
JPEG_2000_LOSSLESS = f"{_ROOT}.4.90"
RLE_LOSSLESS = f"{_ROOT}.5"
HTJ2K_LOSSLESS = f"{_ROOT}.4.201"
JPEG_XL_LOSSLESS = f"{_ROOT}.4.110"

_ROWS = (
    TransferSyntax(IMPLICIT_LITTLE, "Implicit VR Little Endian", implicit=True),
    TransferSyntax(EXPLICIT_LITTLE, "Explicit VR Little Endian"),
    TransferSyntax(f"{_ROOT}.1.98", "Encapsulated Uncompressed Explicit VR Little Endian", Codec.PLAIN_FRAME),
    TransferSyntax(f"{_ROOT}.1.99", "Deflated Explicit VR Little Endian", deflated=True),
    TransferSyntax(EXPLICIT_BIG, "Explicit VR Big Endian", little=False),
    TransferSyntax(JPEG_BASELINE, "JPEG Baseline (Process 1)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(JPEG_EXTENDED, "JPEG Extended (Process 2 & 4)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.52", "JPEG Extended (Process 3 & 5)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.53", "JPEG Spectral Selection (Process 6 & 8)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.54", "JPEG Spectral Selection (Process 7 & 9)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.55", "JPEG Full Progression (Process 10 & 12)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.56", "JPEG Full Progression (Process 11 & 13)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.57", "JPEG Lossless (Process 14)", Codec.JPEG_LOSSLESS),
    TransferSyntax(JPEG_LOSSLESS, "JPEG Lossless SV1", Codec.JPEG_LOSSLESS),
    TransferSyntax(JPEG_LS_LOSSLESS, "JPEG-LS Lossless", Codec.JPEG_LS),
    TransferSyntax(f"{_ROOT}.4.81", "JPEG-LS Near-Lossless", Codec.JPEG_LS, Fidelity.EITHER),
    TransferSyntax(JPEG_2000_LOSSLESS, "JPEG 2000 Lossless", Codec.JPEG_2000),
    TransferSyntax(f"{_ROOT}.4.91", "JPEG 2000", Codec.JPEG_2000, Fidelity.EITHER),
    TransferSyntax(JPEG_XL_LOSSLESS, "JPEG XL Lossless", Codec.JPEG_XL),
    TransferSyntax(f"{_ROOT}.4.111", "JPEG XL JPEG Recompression", Codec.JPEG_XL, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.112", "JPEG XL", Codec.JPEG_XL, Fidelity.EITHER),
    TransferSyntax(HTJ2K_LOSSLESS, "HTJ2K Lossless", Codec.HTJ2K),
    TransferSyntax(f"{_ROOT}.4.202", "HTJ2K Lossless RPCL", Codec.HTJ2K),
    TransferSyntax(f"{_ROOT}.4.203", "HTJ2K", Codec.HTJ2K, Fidelity.EITHER),
    TransferSyntax(RLE_LOSSLESS, "RLE Lossless", Codec.RLE),
    TransferSyntax(f"{_ROOT}.8.1", "Deflated Image Frame", Codec.DEFLATED_FRAME),
)

_MPEG_2 = ("MPEG2 Main Profile / Main Level", "MPEG2 Main Profile / High Level")
_AVC = (
    "MPEG-4 AVC/H.264 High Profile / Level 4.1",
    "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1",
    "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video",
    "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video",
    "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2",
)
_HEVC = ("HEVC/H.265 Main Profile / Level 5.1", "HEVC/H.265 Main 10 Profile / Level 5.1")
_FRAGMENTABLE = {
    f"{_ROOT}.4.{number}.1": f"Fragmentable {name}" for number, name in enumerate((*_MPEG_2, *_AVC), start=100)
}
_VIDEO = {f"{_ROOT}.4.{number}": name for number, name in enumerate((*_MPEG_2, *_AVC, *_HEVC), start=100)}
_VIDEO_ROWS = {
    uid: TransferSyntax(uid, name, Codec.VIDEO, Fidelity.LOSSY) for uid, name in (_VIDEO | _FRAGMENTABLE).items()
}
SYNTAXES = {row.uid: row for row in _ROWS} | _VIDEO_ROWS

# What is refused by name: no free decoder exists, the pixels are somewhere else, or the data set is no DICOM file.
_REFUSED = {
    f"{_ROOT}.4.58": "JPEG Lossless, Non-Hierarchical (Process 15)",
    f"{_ROOT}.4.59": "JPEG Extended, Hierarchical (Process 16 & 18)",
    f"{_ROOT}.4.60": "JPEG Extended, Hierarchical (Process 17 & 19)",
    f"{_ROOT}.4.61": "JPEG Spectral Selection, Hierarchical (Process 20 & 22)",
    f"{_ROOT}.4.62": "JPEG Spectral Selection, Hierarchical (Process 21 & 23)",
    f"{_ROOT}.4.63": "JPEG Full Progression, Hierarchical (Process 24 & 26)",
    f"{_ROOT}.4.64": "JPEG Full Progression, Hierarchical (Process 25 & 27)",
    f"{_ROOT}.4.65": "JPEG Lossless, Hierarchical (Process 28)",
    f"{_ROOT}.4.66": "JPEG Lossless, Hierarchical (Process 29)",
    f"{_ROOT}.4.92": "JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)",
    f"{_ROOT}.4.93": "JPEG 2000 Part 2 Multi-component Image Compression",
    f"{_ROOT}.4.94": "JPIP Referenced",
    f"{_ROOT}.4.95": "JPIP Referenced Deflate",
    f"{_ROOT}.4.204": "JPIP HTJ2K Referenced",
    f"{_ROOT}.4.205": "JPIP HTJ2K Referenced Deflate",
    f"{_ROOT}.6.1": "RFC 2557 MIME encapsulation",
    f"{_ROOT}.6.2": "XML Encoding",
    f"{_ROOT}.7.1": "SMPTE ST 2110-20 Uncompressed Progressive Active Video",
    f"{_ROOT}.7.2": "SMPTE ST 2110-20 Uncompressed Interlaced Active Video",
    f"{_ROOT}.7.3": "SMPTE ST 2110-30 PCM Digital Audio",
    "1.2.840.10008.1.20": "Papyrus 3 Implicit VR Little Endian",
    "1.2.840.113619.5.2": "GE Private Implicit VR Little Endian with Big Endian Pixel Data",
}


def syntax_of(uid: str) -> TransferSyntax:
    """The row of a transfer syntax.

    Raises Refused(UNSUPPORTED_TRANSFER_SYNTAX) for everything else, with its name where it is a known one: digits of an
    unknown UID may identify somebody.
    """
    try:
        return SYNTAXES[uid]
    except KeyError:
        name = _REFUSED.get(uid, "a private or unknown transfer syntax")
        raise Refused(ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX, name) from None


def lossless_target(uid: str, pixels: PixelFormat) -> str:
    """The transfer syntax in which changed pixels of a file in `uid` are written without loss.

    The same one where it permits lossless and its encoder holds this format, otherwise the nearest that does: JPEG 2000
    for HTJ2K, then JPEG-LS, then lossless JPEG, which alone holds luma and chroma of more than 8 bits, and at last
    Explicit VR Little Endian.
    """
    syntax = syntax_of(uid)
    same: tuple[str, ...] = () if syntax.fidelity is Fidelity.LOSSY else (_written_as(uid, pixels),)
    for candidate in (*same, *_NEAREST.get(syntax.codec, ()), JPEG_LS_LOSSLESS, JPEG_LOSSLESS):
        if holds(SYNTAXES[candidate].codec, pixels):
            return candidate
    return EXPLICIT_LITTLE


_NEAREST: dict[Codec, tuple[str, ...]] = {Codec.HTJ2K: (JPEG_2000_LOSSLESS,)}
_ANY_INTEGER = (Codec.PLAIN_FRAME, Codec.DEFLATED_FRAME, Codec.RLE)

# Indices into a palette are allowed only where nothing can be lost (PS3.5 Tables 8.2.3-1 and 8.2.4-1).
_WITH_PALETTE = {
    f"{_ROOT}.4.81": JPEG_LS_LOSSLESS,
    f"{_ROOT}.4.91": JPEG_2000_LOSSLESS,
    f"{_ROOT}.4.203": HTJ2K_LOSSLESS,
}


def _written_as(uid: str, pixels: PixelFormat) -> str:
    return _WITH_PALETTE.get(uid, uid) if pixels.photometric == "PALETTE COLOR" else uid


def holds(codec: Codec, pixels: PixelFormat) -> bool:
    """Whether this tool's encoder keeps every bit of such frames in a stream that agrees with the attributes.

    The rules are those of PS3.5 8.2, and what the encoders cannot do.  RLE, plain and deflated frames hold whatever was
    in them; native pixels hold everything.
    """
    if codec is Codec.NATIVE:
        return True
    if pixels.kind is not Kind.INTEGER or pixels.is_subsampled:
        return False
    if codec in _ANY_INTEGER:
        return True
    if pixels.high_bit != pixels.bits_stored - 1 or (pixels.signed and pixels.photometric not in _GREY):
        return False
    return codec in _HOLDS and _HOLDS[codec](pixels)


_GREY = ("MONOCHROME1", "MONOCHROME2")


def _jpeg_lossless(pixels: PixelFormat) -> bool:
    """Table 8.2.1-2 allows 1 to 16 bits; the encoder begins at 2 (ISO/IEC 10918-1 Table B.2)."""
    return _in_words(pixels) and pixels.bits_stored >= 2


def _jpeg_ls(pixels: PixelFormat) -> bool:
    """Table 8.2.3-1: 2 to 16 bits, and YBR_FULL in bytes only."""
    return _in_words(pixels) and pixels.bits_stored >= 2 and not (pixels.is_ybr and pixels.bits_allocated > 8)


def _jpeg_2000(pixels: PixelFormat) -> bool:
    """Table 8.2.4-1 allows up to 38 bits; OpenJPEG keeps 24, and loses bits of 1-bit colour in the transform."""
    return 8 <= pixels.bits_allocated <= 32 and pixels.bits_stored <= DEEPEST_JPEG_2000 and _grey_or_two_bits(pixels)


def _high_throughput(pixels: PixelFormat) -> bool:
    """As JPEG 2000, but the encoder takes words of 16 bits at most."""
    return _in_words(pixels) and _grey_or_two_bits(pixels)


def _jpeg_xl(pixels: PixelFormat) -> bool:
    """Table 8.2.15-1: JPEG XL knows neither signed samples nor palettes nor a YBR_FULL that it would not convert."""
    return _in_words(pixels) and not pixels.signed and pixels.photometric in ("RGB", *_GREY)


def _in_words(pixels: PixelFormat) -> bool:
    return pixels.bits_allocated in (8, 16)


def _grey_or_two_bits(pixels: PixelFormat) -> bool:
    return pixels.samples == 1 or pixels.bits_stored >= 2


_HOLDS: dict[Codec, Callable[[PixelFormat], bool]] = {
    Codec.JPEG_LOSSLESS: _jpeg_lossless,
    Codec.JPEG_LS: _jpeg_ls,
    Codec.JPEG_2000: _jpeg_2000,
    Codec.HTJ2K: _high_throughput,
    Codec.JPEG_XL: _jpeg_xl,
}
