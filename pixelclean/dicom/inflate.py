"""Bounded inflate for the deflated transfer syntaxes (PS3.5 A.5, A.4.14; RFC 1951)."""

import zlib
from collections.abc import Iterable, Iterator

from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_RAW = -zlib.MAX_WBITS


def inflate(data: bytes, most: int) -> bytes:
    """The raw deflate stream in `data`, which may be followed by one pad byte, or by the trailer of gzip.

    Raises Refused(OVER_SIZE_LIMIT) beyond `most` bytes, TRUNCATED where the stream has no end, MALFORMED for the rest.
    """
    stream = zlib.decompressobj(_RAW)
    try:
        inflated = stream.decompress(data, most)
        inflated += stream.decompress(stream.unconsumed_tail, 1)
    except zlib.error:
        raise Refused(ReasonCode.MALFORMED, "deflate stream") from None
    if len(inflated) > most:
        raise Refused(ReasonCode.OVER_SIZE_LIMIT, "deflate stream")
    if not stream.eof:
        raise Refused(ReasonCode.TRUNCATED, "deflate stream")
    if stream.unused_data not in (b"", b"\0", _gzip_trailer(inflated)):
        raise Refused(ReasonCode.MALFORMED, "after the deflate stream")
    return inflated


def _gzip_trailer(data: bytes) -> bytes:
    """CRC-32 and size, which some writers leave behind the stream (RFC 1952 2.3.1)."""
    return zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


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
