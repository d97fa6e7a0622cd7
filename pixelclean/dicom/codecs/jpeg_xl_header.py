"""What a JPEG XL stream announces before its first sample: size, depth, and all that would change what is shown.

ISO/IEC 18181-1 D and F.2, 18181-2 for the boxes around it.  libjxl itself would turn, and play, what it is asked to.
"""

import struct
from dataclasses import dataclass

from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
_HEAD, _SHORTEST = 64, 12  # bytes in which everything stands that is read here
_SIZE_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_INTEGER_BITS, _FLOAT_BITS = (8, 10, 12), (32, 16, 24)
_GREY, _XYB, _CUSTOM = 1, 2, 2
_REGULAR, _REFERENCE = 0, 2


@dataclass(frozen=True, slots=True)
class XlHeader:
    """What SizeHeader and ImageMetadata say.

    `plain`: whole numbers, upright, one picture, and no channels beside its colours.  `lossy` says that the picture was
    coded with loss, or in a way out of the ordinary.
    """

    rows: int
    columns: int
    depth: int
    plain: bool
    lossy: bool


def read_header(frame: bytes) -> XlHeader:
    """The header of a codestream, or of the one in a container.

    Raises Refused: UNDECODABLE where there is none, TRUNCATED where it ends too early.
    """
    head, rebuilds_jpeg = (frame[:_HEAD], False) if frame.startswith(_CODESTREAM) else _contained(frame)
    if len(head) < _SHORTEST:
        raise Refused(ReasonCode.TRUNCATED, "JPEG XL header")
    if not head.startswith(_CODESTREAM):
        raise Refused(ReasonCode.UNDECODABLE, "not a JPEG XL stream")
    bits = _Bits(int.from_bytes(head[2:], "little"))
    rows, columns = _dimensions(bits)
    if bits.flag():  # all default: 8 bits, in the colour space that is always coded with loss
        return XlHeader(rows, columns, 8, plain=True, lossy=True)
    extended = bits.flag()
    upright = not extended or _is_upright(bits)
    floating = bits.flag()
    depth = _depth(bits, _FLOAT_BITS if floating else _INTEGER_BITS)
    bits.take(4 if floating else 0)
    bits.take(1)  # how wide the decoder's buffers are
    others = bits.take(2) > 0
    plain = upright and not floating and not others
    lossy = rebuilds_jpeg or not plain or bits.flag() or not _is_modular(bits, extended=extended)
    return XlHeader(rows, columns, depth, plain, lossy)


def _contained(frame: bytes) -> tuple[bytes, bool]:
    """The first bytes of the codestream in a container, and whether a JPEG stream can be rebuilt from it."""
    if not frame.startswith(_CONTAINER):
        raise Refused(ReasonCode.UNDECODABLE, "not a JPEG XL stream")
    head, rebuilds_jpeg, position = b"", False, 0
    while position + 8 <= len(frame):
        length, kind = struct.unpack_from(">L4s", frame, position)
        start = position + 8
        if length == 1 and start + 8 <= len(frame):
            (length,) = struct.unpack_from(">Q", frame, start)
            start += 8
        position = len(frame) if length == 0 else position + length
        if position < start:
            raise Refused(ReasonCode.UNDECODABLE, "JPEG XL: box")
        if kind in (b"jxlc", b"jxlp") and len(head) < _HEAD:
            begin = start + (4 if kind == b"jxlp" else 0)
            head += frame[begin : min(position, begin + _HEAD)]
        rebuilds_jpeg |= kind == b"jbrd"
    return head, rebuilds_jpeg


def _dimensions(bits: "_Bits") -> tuple[int, int]:
    """Rows and columns of SizeHeader (D.2)."""
    small = bits.flag()
    rows = _extent(bits, small=small)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return rows, rows * across // down
    return rows, _extent(bits, small=small)


def _extent(bits: "_Bits", *, small: bool) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _depth(bits: "_Bits", usual: tuple[int, ...]) -> int:
    choice = bits.take(2)
    return usual[choice] if choice < len(usual) else bits.take(6) + 1


def _is_upright(bits: "_Bits") -> bool:
    """Neither turned nor mirrored, and no other size, preview or animation (D.3.1): those are not followed further."""
    return bits.take(3) == 0 and bits.take(3) == 0


def _is_modular(bits: "_Bits", *, extended: bool) -> bool:
    """Whether the first frame is coded as whole numbers are, as far as it can be followed (D.3.5, F.2)."""
    if not bits.flag() and not _is_known_colour(bits):
        return False
    if extended and not bits.flag():  # tone mapping
        return False
    if bits.take(2) or not bits.flag():  # extensions; transforms other than the default
        return False
    bits.align()
    all_default, frame_type, modular = bits.flag(), bits.take(2), bits.flag()
    # A frame of patches for reference stands before the picture where letters repeat; with loss both would be XYB.
    return not all_default and frame_type in (_REGULAR, _REFERENCE) and modular


def _is_known_colour(bits: "_Bits") -> bool:
    """Pass over a colour encoding; False where it is a profile or has numbers of its own."""
    if bits.flag():  # an ICC profile
        return False
    space = bits.enumerated()
    if space == _XYB or bits.enumerated() == _CUSTOM:
        return False
    if space != _GREY and bits.enumerated() == _CUSTOM:
        return False
    if bits.flag():
        bits.take(24)  # gamma
    else:
        bits.enumerated()
    bits.enumerated()  # rendering intent
    return True


class _Bits:
    """A number read from its least significant bit on."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._taken = 0

    def take(self, count: int) -> int:
        taken = self._left & ((1 << count) - 1)
        self._left >>= count
        self._taken += count
        return taken

    def flag(self) -> bool:
        return self.take(1) == 1

    def enumerated(self) -> int:
        """A value of an enumeration (C.2.4)."""
        choice = self.take(2)
        if choice < 2:
            return choice
        return 2 + self.take(4) if choice == 2 else 18 + self.take(6)

    def align(self) -> None:
        self.take(-(self._taken) % 8)
