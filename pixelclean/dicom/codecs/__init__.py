"""The frame codecs: one module for each way of encoding, chosen by the transfer syntax and by nothing else."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Protocol

from pixelclean.dicom import video
from pixelclean.dicom.codecs import deflated, jpeg, jpeg_2000, jpeg_ls, jpeg_xl, plain, rle
from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.syntaxes import Codec
from pixelclean.dicom.words import Words
from pixelclean.version import __version__


class Decoder(Protocol):
    """What a codec module has."""

    REQUIRES: str

    def is_available(self) -> bool: ...
    def look(self, frame: bytes, pixels: PixelFormat) -> PixelFormat: ...
    def decode(self, frame: bytes, pixels: PixelFormat) -> Words: ...


DECODERS: dict[Codec, Decoder] = {
    Codec.JPEG: jpeg,
    Codec.JPEG_LOSSLESS: jpeg,
    Codec.JPEG_LS: jpeg_ls,
    Codec.JPEG_2000: jpeg_2000,
    Codec.HTJ2K: jpeg_2000,
    Codec.JPEG_XL: jpeg_xl,
    Codec.RLE: rle,
    Codec.DEFLATED_FRAME: deflated,
    Codec.PLAIN_FRAME: plain,
}

Encode = Callable[[Words, PixelFormat], bytes]

ENCODERS: dict[Codec, Encode] = {
    Codec.JPEG_LOSSLESS: jpeg.encode,
    Codec.JPEG_LS: jpeg_ls.encode,
    Codec.JPEG_2000: jpeg_2000.encode,
    Codec.HTJ2K: jpeg_2000.encode_high_throughput,
    Codec.JPEG_XL: jpeg_xl.encode,
    Codec.RLE: rle.encode,
    Codec.DEFLATED_FRAME: deflated.encode,
    Codec.PLAIN_FRAME: plain.encode,
}


def name_of(codec: Codec) -> str:
    """The decoder of a codec with the version of the package it comes from, for the proof."""
    if codec is Codec.VIDEO:
        return f"{video.REQUIRES} {version(video.REQUIRES) if video.is_available() else 'absent'} ({codec})"
    requires = "pixelclean" if codec is Codec.NATIVE else DECODERS[codec].REQUIRES
    return f"{requires} {__version__ if requires == 'pixelclean' else version(requires)} ({codec})"
