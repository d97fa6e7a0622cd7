"""Bounded inflate for the deflated transfer syntaxes (PS3.5 A.5, A.4.14; RFC 1951)."""

import zlib
from collections.abc import Iterable, Iterator

from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_RAW = -zlib.MAX_WBITS
_PIECE = 1 << 22
_LONGEST_TRAILER = 8


def inflate(data: bytes, most: int) -> bytes:
    """The raw deflate stream in `data`, which may be followed by one pad byte, or by the trailer of gzip.

    Raises Refused(OVER_SIZE_LIMIT) beyond `most` bytes, TRUNCATED where the stream has no end, MALFORMED for the rest.
    """
    return b"".join(inflated([data], most))


def inflated(parts: Iterable[bytes], most: int) -> Iterator[bytes]:
    """`inflate` of parts that follow each other, as pieces of some MiB; what it raises may come after the last of them."""
    stream, length, check = zlib.decompressobj(_RAW), 0, 0
    for piece in _steps(stream, parts):
        length, check = length + len(piece), zlib.crc32(piece, check)
        if length > most:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "deflate stream")
        yield piece
    if not stream.eof:
        raise Refused(ReasonCode.TRUNCATED, "deflate stream")
    # CRC-32 and size, which some writers leave behind the stream (RFC 1952 2.3.1)
    trailer = check.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")
    if stream.unused_data not in (b"", b"\0", trailer):
        raise _behind()


def inflated_start(data: bytes, most: int) -> bytes:
    """The first `most` bytes of a raw deflate stream, or as many as `data` gives where that is only its start."""
    try:
        return zlib.decompressobj(_RAW).decompress(data, most)
    except zlib.error:
        raise _broken() from None


def _steps(stream: "zlib._Decompress", parts: Iterable[bytes]) -> Iterator[bytes]:
    """What a stream gives, at most _PIECE at once: a few bytes can become a thousand times as many."""
    for part in parts:
        waiting, is_full = part, True
        while is_full:
            try:
                piece = stream.decompress(waiting, _PIECE)
            except zlib.error:
                raise _broken() from None
            waiting, is_full = stream.unconsumed_tail, len(piece) == _PIECE
            yield piece
        if len(stream.unused_data) > _LONGEST_TRAILER:
            raise _behind()


def _broken() -> Refused:
    return Refused(ReasonCode.MALFORMED, "deflate stream")


def _behind() -> Refused:
    return Refused(ReasonCode.MALFORMED, "after the deflate stream")


def deflate(data: bytes) -> bytes:
    """A raw deflate stream, padded to even length."""
    return b"".join(deflated([data]))


def deflated(parts: Iterable[bytes]) -> Iterator[bytes]:
    """`deflate` of parts that follow each other, as such parts."""
    stream, length = zlib.compressobj(wbits=_RAW), 0
    for part in parts:
        made = stream.compress(part)
        length += len(made)
        yield made
    made = stream.flush()
    yield made + b"\0" * ((length + len(made)) % 2)
