"""Native frames: bytes <-> stored words (PS3.5 8.1.1, PS3.3 C.7.6.3.1).

`packed_frames` gives back the bytes that `cut_frame` and `unpack_frame` came from, bit for bit.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from pixelclean.dicom.format import Kind, PixelFormat
from pixelclean.dicom.stored import Value, read
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode


def frame_length(pixels: PixelFormat) -> int:
    """Bytes of one frame that stands alone; 1-bit pixels are padded to a whole byte."""
    if pixels.bits_allocated == 1:
        return -(-pixels.rows * pixels.columns // 8)
    if pixels.is_subsampled:
        return pixels.rows * pixels.columns * 2 * pixels.dtype.itemsize
    return pixels.frame_bytes


def value_length(pixels: PixelFormat) -> int:
    """Bytes of all frames; 1-bit frames follow each other without a gap (PS3.5 8.1.1)."""
    if pixels.bits_allocated == 1:
        return -(-pixels.rows * pixels.columns * pixels.frames // 8)
    return frame_length(pixels) * pixels.frames


def swap_pairs(value: bytes) -> bytes:
    """Neighbouring bytes exchanged; the length is even."""
    return np.frombuffer(value, np.uint16).byteswap().tobytes()


def cut_frame(value: Value, pixels: PixelFormat, index: int) -> bytes:
    """The bytes of one frame out of a native value, 1-bit pixels moved to start at a byte."""
    length = frame_length(pixels)
    if pixels.bits_allocated != 1:
        return _cut(value, pixels, index * length, (index + 1) * length)
    size = pixels.rows * pixels.columns
    first, skip = divmod(index * size, 8)
    bits = np.unpackbits(np.frombuffer(_cut(value, pixels, first, first + length + 1), np.uint8), bitorder="little")
    return np.packbits(bits[skip : skip + size], bitorder="little").tobytes()


def _cut(value: Value, pixels: PixelFormat, start: int, stop: int) -> bytes:
    """A part of a native value, bytes that stand swapped in pairs in their own order."""
    if not pixels.swapped:
        return read(value, start, stop)
    even = start - start % 2
    return swap_pairs(read(value, even, stop + stop % 2))[start - even : stop - even]


def unpack_frame(frame: bytes, pixels: PixelFormat, *, little: bool = True) -> Words:
    """One frame of `frame_length` bytes as (row, column, sample)."""
    if pixels.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(frame, np.uint8), bitorder="little", count=pixels.rows * pixels.columns)
        return bits.reshape(pixels.shape)
    words = _in_native_order(np.frombuffer(frame, np.uint8), pixels, little=little)
    if pixels.is_subsampled:
        return _spread_chroma(words, pixels)
    if pixels.planar:
        return np.moveaxis(words.reshape(pixels.samples, pixels.rows, pixels.columns), 0, -1)
    return words.reshape(pixels.shape)


def pack_frame(frame: Words, pixels: PixelFormat, *, little: bool = True) -> bytes:
    """The inverse of `unpack_frame`.

    Raises Refused(NOT_ENCODED) where two pixels that share chroma samples disagree about them.
    """
    if pixels.bits_allocated == 1:
        return _packed(frame)
    if pixels.is_subsampled:
        frame = _share_chroma(frame)
    elif pixels.planar:
        frame = np.moveaxis(frame, -1, 0)
    return _in_file_order(frame, pixels, little=little).tobytes()


def _in_native_order(data: Words, pixels: PixelFormat, *, little: bool) -> Words:
    """Bytes as words.  Integers of 32 bits are two words of OW, the less significant one first (PS3.5 8.1.1), and so
    Big Endian swaps the bytes of each of these words."""
    if _is_pair_of_words(pixels):
        halves = data.view("<u2" if little else ">u2").astype("<u2", copy=False)
        return halves.view("<u4").astype(pixels.dtype, copy=False)
    return data.view(pixels.dtype.newbyteorder("<" if little else ">")).astype(pixels.dtype, copy=False)


def _in_file_order(words: Words, pixels: PixelFormat, *, little: bool) -> Words:
    """The inverse."""
    if _is_pair_of_words(pixels):
        halves = np.ascontiguousarray(words.astype("<u4", copy=False)).view("<u2")
        return halves.astype("<u2" if little else ">u2", copy=False)
    return words.astype(pixels.dtype.newbyteorder("<" if little else ">"), copy=False)


def _is_pair_of_words(pixels: PixelFormat) -> bool:
    return pixels.kind is Kind.INTEGER and pixels.bits_allocated == 32


def packed_frames(frames: Iterable[Words], pixels: PixelFormat, *, little: bool) -> Iterator[bytes]:
    """A native value of even length holding all frames, part by part."""
    parts = _packed_bits(frames) if pixels.bits_allocated == 1 else _packed_words(frames, pixels, little=little)
    even = _evened(parts)
    return _swapped(even) if pixels.swapped and not little else even


def pack_frames(frames: Iterable[Words], pixels: PixelFormat, *, little: bool) -> bytes:
    """`packed_frames` in one piece."""
    return b"".join(packed_frames(frames, pixels, little=little))


def _packed_words(frames: Iterable[Words], pixels: PixelFormat, *, little: bool) -> Iterator[bytes]:
    return (pack_frame(frame, pixels, little=little) for frame in frames)


def _packed_bits(frames: Iterable[Words]) -> Iterator[bytes]:
    """One-bit frames without a gap between them: what does not fill a byte waits for the next frame."""
    waiting = np.zeros(0, np.uint8)
    for frame in frames:
        bits = np.concatenate([waiting, frame.reshape(-1).astype(np.uint8, copy=False)])
        whole = len(bits) - len(bits) % 8
        yield _packed(bits[:whole])
        waiting = bits[whole:]
    yield _packed(waiting)


def _evened(parts: Iterable[bytes]) -> Iterator[bytes]:
    length = 0
    for part in parts:
        length += len(part)
        yield part
    yield b"\0" * (length % 2)


def _swapped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Neighbouring bytes exchanged, also where they stand in two parts."""
    waiting = b""
    for part in parts:
        joined = waiting + part
        whole = len(joined) - len(joined) % 2
        yield swap_pairs(joined[:whole])
        waiting = joined[whole:]


def _packed(bits: Words) -> bytes:
    """Eight pixels a byte, the first one least significant."""
    return np.packbits(bits.astype(np.uint8, copy=False).reshape(-1), bitorder="little").tobytes()


def _spread_chroma(words: Words, pixels: PixelFormat) -> Words:
    """Y1 Y2 Cb Cr, two pixels, as Y1 Cb Cr and Y2 Cb Cr (PS3.3 C.7.6.3.1.2)."""
    pairs = words.reshape(pixels.rows, pixels.columns // 2, 4)
    spread = np.empty((pixels.rows, pixels.columns // 2, 2, 3), words.dtype)
    spread[..., 0] = pairs[..., :2]
    spread[..., 1] = pairs[..., 2:3]
    spread[..., 2] = pairs[..., 3:4]
    return spread.reshape(pixels.shape)


def _share_chroma(frame: Words) -> Words:
    rows, columns, _ = frame.shape
    spread = frame.reshape(rows, columns // 2, 2, 3)
    if not np.array_equal(spread[:, :, 0, 1:], spread[:, :, 1, 1:]):
        raise Refused(ReasonCode.NOT_ENCODED, "two pixels share their chroma samples, and differ in them")
    return np.concatenate([spread[..., 0], spread[:, :, 0, 1:]], axis=-1)
