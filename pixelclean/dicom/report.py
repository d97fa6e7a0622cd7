"""What this installation can read and write, for `pixelclean doctor`."""

from dataclasses import dataclass

from pixelclean.dicom import video
from pixelclean.dicom.codecs import DECODERS, ENCODERS, name_of
from pixelclean.dicom.syntaxes import JPEG_BASELINE, JPEG_EXTENDED, SYNTAXES, Codec, Fidelity, TransferSyntax

_NOTES = {
    Fidelity.LOSSLESS: "",
    Fidelity.LOSSY: "changed pixels are written in a lossless transfer syntax",
    Fidelity.EITHER: "changed pixels are written without loss",
}
_BLACKENED = "masked among their coefficients; else changed pixels are written in a lossless transfer syntax"
_SEQUENTIAL = (JPEG_BASELINE, JPEG_EXTENDED)
_VIDEO = "changed pixels are encoded anew, as near as the policy asks; from the extra pixelclean[video]"


@dataclass(frozen=True, slots=True)
class CodecState:
    """One transfer syntax: who decodes it, who encodes it without loss (None: another syntax is used)."""

    uid: str
    name: str
    decoder: str
    encoder: str | None
    available: bool
    note: str


def codec_report() -> tuple[CodecState, ...]:
    """One row for each transfer syntax that is read."""
    return tuple(_state(syntax) for syntax in SYNTAXES.values())


def _state(syntax: TransferSyntax) -> CodecState:
    if syntax.codec is Codec.VIDEO:
        coder = name_of(syntax.codec)
        return CodecState(syntax.uid, syntax.name, coder, coder, video.is_available(), _VIDEO)
    native = syntax.codec is Codec.NATIVE
    encoder = name_of(syntax.codec) if native or syntax.codec in ENCODERS else None
    note = _BLACKENED if syntax.uid in _SEQUENTIAL else _NOTES[syntax.fidelity]
    available = native or DECODERS[syntax.codec].is_available()
    return CodecState(syntax.uid, syntax.name, name_of(syntax.codec), encoder, available, note)
