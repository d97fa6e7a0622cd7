"""One frame of words as a coded stream, for each transfer syntax that something here can encode.

imagecodecs, pyjpegls, zlib and a few lines of our own do it; what none of them can do has a reason.
"""

import struct
import zlib
from collections.abc import Callable
from typing import Any, Protocol

import imagecodecs
import jpeg_ls
import made_arithmetic
import made_progressive
import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.generic]
SUBSAMPLED = ("YBR_FULL_422", "YBR_PARTIAL_422")
_QUALITY, _NEAR, _LOSSY_J2K, _LOSSY_HTJ2K, _LOSSY_JXL = 88, 2, 45, 0.01, 1.0


class NoEncoder(Exception):
    """Nothing here can make such a stream; the message says why."""


class Depth(Protocol):
    """What is asked of a depth."""

    @property
    def allocated(self) -> int: ...
    @property
    def stored(self) -> int: ...
    @property
    def signed(self) -> bool: ...


def encode(frame: Words, syntax: str, photometric: str, depth: Depth) -> bytes:
    """The stream of one frame, (row, column, sample), in the transfer syntax; raises NoEncoder with a reason."""
    tail = syntax.removeprefix("1.2.840.10008.1.2.")
    try:
        made = _ENCODERS[tail](frame, photometric, depth)
    except KeyError:
        raise NoEncoder("no encoder for this transfer syntax") from None
    return made + b"\0" * (len(made) % 2)


def native(frames: list[Words], photometric: str, depth: Depth, order: str) -> bytes:
    """The value of Pixel Data in a native transfer syntax (PS3.5 8.1.1); 4:2:2 as Y Y Cb Cr (PS3.3 C.7.6.3.1.2)."""
    words = np.stack(frames)
    if depth.allocated == 1:
        return _even(np.packbits(words.reshape(-1).astype(np.uint8), bitorder="little").tobytes())
    if photometric in SUBSAMPLED:
        pairs = np.concatenate([words[:, :, ::2, :1], words[:, :, 1::2, :1], words[:, :, ::2, 1:]], axis=3)
        words = pairs
    return _even(words.astype(words.dtype.newbyteorder(order)).tobytes())


def _even(value: bytes) -> bytes:
    return value + b"\0" * (len(value) % 2)


def _unsigned(frame: Words) -> Words:
    """The bit patterns of the stored words, bits above Bits Stored taken away from signed ones."""
    return frame.view(f"u{frame.dtype.itemsize}")


def _squeezed(frame: Words) -> Words:
    return np.ascontiguousarray(frame[..., 0] if frame.shape[-1] == 1 else frame)


def _plain(frame: Words, photometric: str, depth: Depth) -> bytes:
    return native([frame], photometric, depth, "<")


def _deflated(frame: Words, photometric: str, depth: Depth) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(native([frame], photometric, depth, "<")) + packer.flush()


def _rle(frame: Words, _photometric: str, depth: Depth) -> bytes:
    """Byte planes from the most significant one on, each packed row by row (PS3.5 Annex G)."""
    if depth.allocated == 1:
        raise NoEncoder("PS3.5 Annex G: segments are made of bytes")
    size = frame.dtype.itemsize
    segments = []
    for sample in range(frame.shape[-1]):
        planes = _unsigned(np.ascontiguousarray(frame[..., sample])).astype(f">u{size}").view(np.uint8)
        for byte in range(size):
            rows = planes.reshape(frame.shape[0], -1, size)[..., byte]
            segments.append(_even(b"".join(bytes(imagecodecs.packbits_encode(row.tobytes())) for row in rows)))
    offsets = np.cumsum([64, *map(len, segments)])[:-1]
    return struct.pack("<16L", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments)


def _jpeg(frame: Words, photometric: str, depth: Depth, **more: Any) -> bytes:
    """Baseline where there are 8 bits, extended where there are 12; colour as the attribute says."""
    space = {"RGB": "rgb"}.get(photometric, "ycbcr") if frame.shape[-1] == 3 else None
    if space:
        more |= {"colorspace": space, "outcolorspace": space}
        more |= {"subsampling": "422" if photometric == "YBR_FULL_422" else "444"}
    if depth.allocated > 8:
        more["bitspersample"] = 12
    return bytes(imagecodecs.jpeg8_encode(_squeezed(frame), _QUALITY, **more))


def _in_other_scans(split: Callable[[bytes], bytes]) -> Callable[..., bytes]:
    def encoded(frame: Words, photometric: str, depth: Depth) -> bytes:
        if photometric == "YBR_FULL_422":
            raise NoEncoder("no encoder here: the splitter of scans does not subsample")
        return split(_jpeg(frame, photometric, depth))

    return encoded


def _lossless(predictor: int) -> Callable[..., bytes]:
    def encoded(frame: Words, photometric: str, depth: Depth) -> bytes:
        space = None if frame.shape[-1] == 1 else "rgb"
        samples = _squeezed(_unsigned(frame))
        bits = 16 if depth.signed and depth.allocated == 16 else depth.stored
        stream = bytes(
            imagecodecs.jpeg8_encode(
                samples, lossless=True, predictor=predictor, bitspersample=bits, colorspace=space, outcolorspace=space
            )
        )
        return _without_colour(stream) if photometric == "YBR_FULL" else stream

    return encoded


def _without_colour(stream: bytes) -> bytes:
    """The stream without what says RGB: the Adobe marker, and letters as names of the components.

    libjpeg-turbo writes lossless streams of luma and chroma that nobody can read: Huffman tables are mixed up.
    """
    adobe = stream.index(b"\xff\xee")
    stream = stream[:adobe] + stream[adobe + 2 + int.from_bytes(stream[adobe + 2 : adobe + 4], "big") :]
    frame, scan = stream.index(b"\xff\xc3") + 10, stream.index(b"\xff\xda") + 5
    renamed = bytearray(stream)
    for number in range(3):
        renamed[frame + 3 * number] = renamed[scan + 2 * number] = number + 1
    return bytes(renamed)


def _jpeg_ls(near: int) -> Callable[..., bytes]:
    def encoded(frame: Words, _photometric: str, depth: Depth) -> bytes:
        rows, columns, samples = frame.shape
        bits = 16 if depth.signed and depth.allocated == 16 else depth.stored
        words = _unsigned(frame).astype(_unsigned(frame).dtype.newbyteorder("<"))
        return bytes(
            jpeg_ls.encode_buffer(words.tobytes(), rows, columns, samples, bits, near, 2 if samples > 1 else None)
        )

    return encoded


def _jpeg_2000(frame: Words, photometric: str, depth: Depth, **more: Any) -> bytes:
    transformed = photometric in ("YBR_RCT", "YBR_ICT")
    samples = _squeezed(frame)
    return bytes(
        imagecodecs.jpeg2k_encode(samples, codecformat="j2k", bitspersample=depth.stored, mct=transformed, **more)
    )


def _reversible(frame: Words, photometric: str, depth: Depth) -> bytes:
    return _jpeg_2000(frame, photometric, depth, reversible=True)


def _irreversible(frame: Words, photometric: str, depth: Depth) -> bytes:
    """YBR_RCT is the reversible transform whatever the transfer syntax."""
    if photometric == "YBR_RCT":
        return _reversible(frame, photometric, depth)
    return _jpeg_2000(frame, photometric, depth, reversible=False, level=_LOSSY_J2K)


def _high_throughput(**more: Any) -> Callable[..., bytes]:
    def encoded(frame: Words, photometric: str, depth: Depth) -> bytes:
        if depth.stored != depth.allocated:
            raise NoEncoder("no encoder here: the binding of OpenJPH writes whole bytes only")
        transformed = photometric in ("YBR_RCT", "YBR_ICT")
        chosen = {"reversible": True} | more
        if photometric == "YBR_RCT":
            chosen = {"reversible": True}
        return bytes(imagecodecs.htj2k_encode(_squeezed(frame), rgb=transformed, **chosen))

    return encoded


def _jpeg_xl(**more: Any) -> Callable[..., bytes]:
    def encoded(frame: Words, _photometric: str, depth: Depth) -> bytes:
        return bytes(imagecodecs.jpegxl_encode(_squeezed(frame), bitspersample=depth.stored, **more))

    return encoded


def _jpeg_in_jpeg_xl(frame: Words, photometric: str, depth: Depth) -> bytes:
    if depth.allocated > 8:
        raise NoEncoder("no encoder here: libjxl takes in JPEG of 8 bits only")
    return bytes(imagecodecs.jpegxl_encode_jpeg(_jpeg(frame, photometric, depth)))


_ENCODERS: dict[str, Callable[..., bytes]] = {
    "1.98": _plain,
    "4.50": _jpeg,
    "4.51": _jpeg,
    "4.52": _in_other_scans(made_arithmetic.sequential),
    "4.53": _in_other_scans(made_progressive.spectral_selection),
    "4.54": _in_other_scans(made_arithmetic.spectral_selection),
    "4.55": _in_other_scans(made_progressive.full_progression),
    "4.56": _in_other_scans(made_arithmetic.full_progression),
    "4.57": _lossless(4),
    "4.70": _lossless(1),
    "4.80": _jpeg_ls(0),
    "4.81": _jpeg_ls(_NEAR),
    "4.90": _reversible,
    "4.91": _irreversible,
    "4.110": _jpeg_xl(lossless=True),
    "4.111": _jpeg_in_jpeg_xl,
    "4.112": _jpeg_xl(distance=_LOSSY_JXL),
    "4.201": _high_throughput(),
    "4.202": _high_throughput(tlm=True, tilepart=imagecodecs.HTJ2K.TILEPART.RESOLUTIONS),
    "4.203": _high_throughput(reversible=False, level=_LOSSY_HTJ2K),
    "5": _rle,
    "8.1": _deflated,
}
