"""The first bytes of a file: preamble, prefix and the file meta information (PS3.10 7.1)."""

import struct
from dataclasses import dataclass

from pixelclean.dicom.element import UNDEFINED, has_vr, header_at, public_vr, show, tag_at
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

PREAMBLE = 128
PREFIX = b"DICM"
_SOP_CLASS, _TRANSFER_SYNTAX = 0x00020002, 0x00020010
_MEDIA_STORAGE_DIRECTORY = b"1.2.840.10008.1.3.10"


@dataclass(frozen=True, slots=True)
class FileMeta:
    """What the file meta information says: the transfer syntax, and where the data set starts."""

    transfer_syntax: str
    start: int


def read_file_meta(data: bytes) -> FileMeta:
    """The file meta information.

    Raises Refused: EMPTY_FILE, NOT_DICOM, MISSING_TRANSFER_SYNTAX, DICOMDIR, TRUNCATED, MALFORMED.
    """
    if not data:
        raise Refused(ReasonCode.EMPTY_FILE)
    start = _start_of_meta(data)
    values, end = _values(data, start)
    if values.get(_SOP_CLASS, b"").rstrip(b"\0 ") == _MEDIA_STORAGE_DIRECTORY:
        raise Refused(ReasonCode.DICOMDIR)
    if not (uid := values.get(_TRANSFER_SYNTAX, b"").rstrip(b"\0 ")):
        raise Refused(ReasonCode.MISSING_TRANSFER_SYNTAX)
    return FileMeta(uid.decode("latin-1"), end)


def starts_like_dicom(head: bytes) -> bool:
    """Whether the first bytes of a file (132 or more) have the prefix, or begin with a plausible element."""
    return head[PREAMBLE : PREAMBLE + 4] == PREFIX or _plausible(head)


def _start_of_meta(data: bytes) -> int:
    if data[PREAMBLE : PREAMBLE + 4] == PREFIX:
        return PREAMBLE + 4
    if data[:2] == b"\x02\x00" and has_vr(data, 0):
        return 0  # file meta information without preamble, as old writers left it
    if _plausible(data):
        raise Refused(ReasonCode.MISSING_TRANSFER_SYNTAX)
    raise Refused(ReasonCode.NOT_DICOM)


def _plausible(head: bytes) -> bool:
    """Whether the bytes may start a data set without preamble: an element of the first groups, short or with a VR."""
    if len(head) < 8:
        return False
    for little in (True, False):
        tag = tag_at(head, 0, little=little)
        length = int.from_bytes(head[4:8], "little" if little else "big")
        known = public_vr(tag) is not None and tag >> 16 in (0x0002, 0x0008)
        if known and (has_vr(head, 0) or (tag >> 16 == 0x0008 and length <= 0x400)):
            return True
    return False


def _values(data: bytes, position: int) -> tuple[dict[int, bytes], int]:
    """The values of group 0002, always Explicit VR Little Endian, and where they end.

    Its group length is not believed: writers get it wrong, and the group number says the same.
    """
    values: dict[int, bytes] = {}
    while data[position : position + 2] == b"\x02\x00":
        try:
            header = header_at(data, position, implicit=False, little=True)
        except struct.error:
            raise Refused(ReasonCode.TRUNCATED, "file meta information") from None
        if header is None or header.length == UNDEFINED or header.tag in values or header.vr == "SQ":
            raise Refused(ReasonCode.MALFORMED, show(tag_at(data, position, little=True)))
        position = header.start + header.length
        if position > len(data):
            raise Refused(ReasonCode.TRUNCATED, show(header.tag))
        values[header.tag] = data[header.start : position]
    return values, position
