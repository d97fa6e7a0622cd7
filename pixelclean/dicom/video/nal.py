"""NAL units of H.264 and HEVC: apart, cleaned, and together again (ISO/IEC 14496-10 and 23008-2, 7.3 and Annex B).

Kept is what the pictures are made of.  Supplemental information goes, save recovery points and the packing of stereo
frames: it may hold any text, names of encoders and the time of day.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pixelclean.dicom.video.kinds import Coding
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_START = b"\0\0\1"
_LONG_START = b"\0\0\0\1"
_ESCAPED = re.compile(rb"\x00\x00\x03")
_TO_ESCAPE = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_RECOVERY_POINT, _FRAME_PACKING = 6, 45
_LONGEST_MESSAGE = 24  # bytes; no recovery point and no frame packing needs more


class Role(StrEnum):
    """What a NAL unit is to this tool."""

    PICTURE = "picture"
    PARAMETERS = "parameters"
    MESSAGES = "messages"
    OTHER_VIEW = "other view"
    NEEDLESS = "needless"


_TYPES: dict[Coding, dict[Role, tuple[int, ...]]] = {
    Coding.H_264: {
        Role.PICTURE: (1, 2, 3, 4, 5, 9, 10, 11),
        Role.PARAMETERS: (7, 8),
        Role.MESSAGES: (6,),
        Role.OTHER_VIEW: (13, 15, 19, 20, 21),  # auxiliary pictures too, and everything of Annex H
    },
    Coding.HEVC: {
        Role.PICTURE: (*range(10), *range(16, 22), 35, 36, 37),
        Role.PARAMETERS: (32, 33, 34),
        Role.MESSAGES: (39, 40),
    },
}


def _roles(coding: Coding) -> dict[int, Role]:
    """The roles by type; whatever is not named is needless: filler, reserved and unspecified types."""
    return {number: role for role, numbers in _TYPES[coding].items() for number in numbers}


_ROLES = {coding: _roles(coding) for coding in (Coding.H_264, Coding.HEVC)}


@dataclass(frozen=True, slots=True)
class NalUnits:
    """How the units of one stream are set apart: by their lengths in `length_bytes` bytes, by start codes where 0."""

    coding: Coding
    length_bytes: int

    def cleaned(self, data: bytes) -> bytes:
        """One access unit with nothing in it but coded pictures and what decoding them needs.

        Raises Refused: UNSUPPORTED_TRANSFER_SYNTAX where it holds pictures of a second view or layer, UNDECODABLE where
        the units do not work out.
        """
        kept = (self._kept(unit) for unit in self.split(data))
        return self.joined(unit for unit in kept if unit)

    def split(self, data: bytes) -> Iterator[bytes]:
        """The units of an access unit."""
        return _by_lengths(data, self.length_bytes) if self.length_bytes else _by_starts(data)

    def joined(self, units: Iterable[bytes]) -> bytes:
        """The access unit that units make."""
        if not self.length_bytes:
            return b"".join(_LONG_START + unit for unit in units)
        return b"".join(len(unit).to_bytes(self.length_bytes, "big") + unit for unit in units)

    def _kept(self, unit: bytes) -> bytes:
        """What stays of a unit; nothing where it is needless."""
        match self._role(unit):
            case Role.PICTURE | Role.PARAMETERS:
                return unit
            case Role.MESSAGES:
                return _messages(unit, 1 if self.coding is Coding.H_264 else 2)
            case Role.OTHER_VIEW:
                raise Refused(ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX, "a second view, as of stereo, or another layer")
            case Role.NEEDLESS:
                return b""

    def _role(self, unit: bytes) -> Role:
        if self.coding is Coding.H_264:
            return _ROLES[self.coding].get(unit[0] & 0x1F, Role.NEEDLESS)
        if len(unit) < 2:
            raise Refused(ReasonCode.UNDECODABLE, "NAL unit")
        if (unit[0] & 1) << 5 | unit[1] >> 3:  # nuh_layer_id
            return Role.OTHER_VIEW
        return _ROLES[self.coding].get(unit[0] >> 1 & 0x3F, Role.NEEDLESS)


def _by_starts(data: bytes) -> Iterator[bytes]:
    position = data.find(_START)
    if position < 0 or data[:position].strip(b"\0"):
        raise Refused(ReasonCode.UNDECODABLE, "NAL units")
    while position >= 0:
        following = data.find(_START, position + 3)
        unit = data[position + 3 : following if following >= 0 else len(data)].rstrip(b"\0")
        if unit:
            yield unit
        position = following


def _by_lengths(data: bytes, length_bytes: int) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        start = position + length_bytes
        length = int.from_bytes(data[position:start], "big")
        position = start + length
        if not length or position > len(data):
            raise Refused(ReasonCode.UNDECODABLE, "NAL units")
        yield data[start:position]


def _messages(unit: bytes, header: int) -> bytes:
    """A unit with those of its messages that decoding needs; nothing where there are none."""
    payload = _ESCAPED.sub(b"\0\0", unit[header:])
    kept = b"".join(
        bytes([kind, len(message)]) + message
        for kind, message in _each_message(payload)
        if kind in (_RECOVERY_POINT, _FRAME_PACKING) and len(message) <= _LONGEST_MESSAGE
    )
    return unit[:header] + _TO_ESCAPE.sub(b"\x00\x00\x03", kept + b"\x80") if kept else b""


def _each_message(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and bytes of each message (7.3.2.3.1); what runs over the end is no message."""
    position = 0
    while position < len(payload) - 1:
        kind, position = _number(payload, position)
        size, position = _number(payload, position)
        if position + size > len(payload):
            return
        yield kind, payload[position : position + size]
        position += size


def _number(payload: bytes, position: int) -> tuple[int, int]:
    """A number in bytes of which all but the last are 255, and the position behind it."""
    total = 0
    while position < len(payload) and payload[position] == 0xFF:
        total, position = total + 0xFF, position + 1
    return total + (payload[position] if position < len(payload) else 0), position + 1
