"""The headers of MPEG-2 video: walked, and cleaned of everything that is no picture (ISO/IEC 13818-2 6.2).

User data may hold any text, a group's time code the time of day, and a copyright extension a number.
"""

from collections.abc import Iterator

from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_START = b"\0\0\1"
_PICTURE, _LAST_SLICE = 0x00, 0xAF
_USER_DATA, _SEQUENCE, _EXTENSION, _SEQUENCE_END, _GROUP = 0xB2, 0xB3, 0xB5, 0xB7, 0xB8
_COPYRIGHT, _PICTURE_CODING = 4, 8
_FRAME = 3  # picture_structure of pictures that are no fields
# Extensions that may stay, with the most bytes that each can need behind its start code: sequence, sequence display,
# quantiser matrices, picture display, picture coding.
_EXTENSIONS = {1: 6, 2: 8, 3: 258, 7: 20, 8: 7}
_LONGEST_SEQUENCE = 8 + 2 * 64
_CODING_BITS = {1: 29, 2: 33, 3: 37}  # of a picture header up to the bit that announces extra information


def cleaned_pictures(data: bytes) -> bytes:
    """Coded pictures and the headers that decoding needs, time codes zeroed.

    Raises Refused(UNDECODABLE) for a start code that is none of video's, or bytes that belong to nothing.
    """
    return b"".join(_START + bytes([code]) + body for code, body in _cleaned(data))


def check_complete(data: bytes, rows: int) -> None:
    """Raise Refused(TRUNCATED) where a picture lacks slices; decoders fill such gaps without a word.

    For pictures of up to 2800 rows, whose slices say their row of macroblocks in the start code.
    """
    frame, field = {-(-rows // 16), -(-rows // 32) * 2}, {-(-rows // 32)}
    for is_frame, seen in _pictures(data):
        if seen != set(range(len(seen))) or len(seen) not in (frame if is_frame else field):
            raise Refused(ReasonCode.TRUNCATED, "slices of a picture")


def _pictures(data: bytes) -> Iterator[tuple[bool, set[int]]]:
    """Whether each picture is a frame or a field of one, and the rows of its slices."""
    is_frame, seen, met = True, set[int](), False
    for code, body in _elements(data):
        if code == _PICTURE:
            if met:
                yield is_frame, seen
            is_frame, seen, met = True, set(), True
        elif code <= _LAST_SLICE:
            seen.add(code - 1)
        elif code == _EXTENSION and _kind(body) == _PICTURE_CODING and len(body) > 2:
            is_frame = body[2] & 3 == _FRAME
    yield is_frame, seen


def _cleaned(data: bytes) -> Iterator[tuple[int, bytes]]:
    for code, body in _elements(data):
        if code == _USER_DATA or (code == _EXTENSION and _kind(body) == _COPYRIGHT):
            continue
        yield code, _checked(code, body)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Start codes, and the bytes behind each."""
    position = data.find(_START)
    if position < 0 or data[:position].strip(b"\0"):
        raise _bad()
    while position >= 0:
        following = data.find(_START, position + 3)
        end = following if following >= 0 else len(data)
        if position + 3 >= end:
            raise _bad()
        yield data[position + 3], data[position + 4 : end]
        position = following


def _checked(code: int, body: bytes) -> bytes:
    if _PICTURE < code <= _LAST_SLICE:
        return _without_extra_information(body)
    if code == _PICTURE:
        return _picture(body)
    if code == _GROUP and len(body) >= 4:
        return b"\x00\x08\x00" + bytes([body[3] & 0x60])  # midnight; the marker bit, closed_gop and broken_link stay
    if code == _SEQUENCE:
        return _no_longer(body, _LONGEST_SEQUENCE)
    if code == _EXTENSION and _kind(body) in _EXTENSIONS:
        return _no_longer(body, _EXTENSIONS[_kind(body)])
    if code == _SEQUENCE_END:
        return _no_longer(body, 0)
    raise _bad()


def _kind(body: bytes) -> int:
    """Which extension it is."""
    return body[0] >> 4 if body else 0


def _picture(body: bytes) -> bytes:
    """A picture header (6.2.3): fixed bits, then the bit that announces extra information."""
    bits = _CODING_BITS.get(body[1] >> 3 & 7, 0) if len(body) >= 4 else 0
    length = bits // 8 + 1
    if not bits or len(body) < length or body[bits // 8] >> (7 - bits % 8) & 1:
        raise _bad()
    return _no_longer(body, length)


def _without_extra_information(body: bytes) -> bytes:
    """A slice (6.2.4): five bits of scale, then perhaps a flag, nine bits about intra slices, and extra information."""
    head = int.from_bytes(body[:2].ljust(2, b"\0"), "big")
    if head >> 10 & 1 and head >> 1 & 1:
        raise _bad()
    return body


def _no_longer(body: bytes, length: int) -> bytes:
    """A header without the zeros behind it; anything else there belongs to nothing."""
    if body[length:].strip(b"\0"):
        raise _bad()
    return body[:length]


def _bad() -> Refused:
    return Refused(ReasonCode.UNDECODABLE, "MPEG-2 headers")
