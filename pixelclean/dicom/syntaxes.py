"""The transfer syntaxes this tool reads, how each one is encoded, and in which one changed pixels are written."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pixelclean.dicom.format import Kind, PixelFormat
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode


class Fidelity(StrEnum):
    """Whether a transfer syntax keeps every sample (PS3.5 A.4)."""

    LOSSLESS = "lossless"
    LOSSY = "lossy"
    EITHER = "either"


class Codec(StrEnum):
    """How one frame is encoded; each but the last has its own module in `codecs`."""

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
    TransferSyntax(f"{_ROOT}.4.50", "JPEG Baseline (Process 1)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.51", "JPEG Extended (Process 2 & 4)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.53", "JPEG Spectral Selection (Process 6 & 8)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.55", "JPEG Full Progression (Process 10 & 12)", Codec.JPEG, Fidelity.LOSSY),
    TransferSyntax(f"{_ROOT}.4.57", "JPEG Lossless (Process 14)", Codec.JPEG_LOSSLESS),
    TransferSyntax(f"{_ROOT}.4.70", "JPEG Lossless SV1", Codec.JPEG_LOSSLESS),
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
SYNTAXES = {row.uid: row for row in _ROWS}

# The encoder promises RPCL order, but not the tile parts and TLM segments that .202 also asks for (PS3.5 A.4.12).
_WRITTEN_AS = {f"{_ROOT}.4.202": HTJ2K_LOSSLESS}


def syntax_of(uid: str) -> TransferSyntax:
    """The row of a transfer syntax.

    Raises Refused(UNSUPPORTED_TRANSFER_SYNTAX) for everything else: video, JPIP, SMPTE, private ones.
    """
    try:
        return SYNTAXES[uid]
    except KeyError:
        raise Refused(ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX) from None


def lossless_target(uid: str, pixels: PixelFormat) -> str:
    """The transfer syntax in which changed pixels of a file in `uid` are written without loss.

    The same one where it permits lossless and its encoder holds this format, otherwise JPEG-LS Lossless, otherwise
    Explicit VR Little Endian.  Luma and chroma go into RLE: JPEG-LS has no YBR_FULL (PS3.5 8.2.3), a lossless JPEG
    permits it, but its readers guess the colour space.
    """
    syntax = syntax_of(uid)
    candidates: tuple[str, ...] = () if syntax.fidelity is Fidelity.LOSSY else (_WRITTEN_AS.get(uid, uid),)
    for candidate in (
        *candidates,
        *_NEAREST.get(syntax.codec, ()),
        RLE_LOSSLESS if pixels.is_ybr else JPEG_LS_LOSSLESS,
    ):
        if holds(SYNTAXES[candidate].codec, pixels):
            return candidate
    return EXPLICIT_LITTLE


_NEAREST: dict[Codec, tuple[str, ...]] = {Codec.HTJ2K: (JPEG_2000_LOSSLESS,)}
_ANY_INTEGER = (Codec.PLAIN_FRAME, Codec.DEFLATED_FRAME, Codec.RLE)


def holds(codec: Codec, pixels: PixelFormat) -> bool:
    """Whether this tool's encoder keeps every bit of such frames in a stream that agrees with the attributes."""
    if codec is Codec.NATIVE:
        return True
    if pixels.kind is not Kind.INTEGER or pixels.is_subsampled:
        return False
    if codec in _ANY_INTEGER:
        return True
    if pixels.bits_allocated not in (8, 16) or pixels.high_bit != pixels.bits_stored - 1:
        return False
    return codec in _HOLDS and _HOLDS[codec](pixels)


def _two_bits(pixels: PixelFormat) -> bool:
    return pixels.bits_stored >= 2


def _grey_or_two_bits(pixels: PixelFormat) -> bool:
    """OpenJPEG loses bits of 1-bit colour in the component transform."""
    return pixels.samples == 1 or _two_bits(pixels)


def _whole_bytes(pixels: PixelFormat) -> bool:
    """The HTJ2K encoder writes 8 or 16 bit components only."""
    return pixels.bits_stored in (8, 16) and pixels.bits_stored == pixels.bits_allocated


def _lossless_jpeg(pixels: PixelFormat) -> bool:
    """Colour only where the stream itself can say that it is RGB."""
    return _two_bits(pixels) and pixels.photometric in ("RGB", "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")


def _jpeg_xl(pixels: PixelFormat) -> bool:
    """JPEG XL knows neither signed samples nor YBR_FULL ones that it would not convert."""
    return not pixels.signed and pixels.photometric in ("RGB", "MONOCHROME1", "MONOCHROME2")


_HOLDS: dict[Codec, Callable[[PixelFormat], bool]] = {
    Codec.JPEG_LOSSLESS: _lossless_jpeg,
    Codec.JPEG_LS: _two_bits,
    Codec.JPEG_2000: _grey_or_two_bits,
    Codec.HTJ2K: _whole_bytes,
    Codec.JPEG_XL: _jpeg_xl,
}
