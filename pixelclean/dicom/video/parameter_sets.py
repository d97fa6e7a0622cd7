"""Parameter sets beside the samples: the records that MP4 keeps them in (ISO/IEC 14496-15 5.3.3.1, 8.3.3.1)."""

from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.nal import NalUnits
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_HEVC_HEADER = 22
_AVC_EXTENDED = (100, 110, 122, 144)  # profiles whose record says depth and sampling behind the parameter sets
_HEVC_PARAMETERS = (32, 33, 34)


def units_of(coding: Coding, record: bytes) -> NalUnits:
    """How the NAL units of a stream are set apart: a record begins with its version, 1; start codes begin with 0."""
    if record[:1] != b"\1":
        return NalUnits(coding, 0)
    at = 4 if coding is Coding.H_264 else 21
    if len(record) <= at:
        raise _bad()
    return NalUnits(coding, (record[at] & 3) + 1)


def cleaned_record(coding: Coding, record: bytes) -> bytes:
    """The same parameter sets without anything else: messages, further sets of unknown kinds, trailing bytes.

    Raises Refused(UNDECODABLE) where the record does not work out.
    """
    if not record:
        return record
    units = units_of(coding, record)
    if not units.length_bytes:
        return units.cleaned(record)
    return _cleaned_avc(record) if coding is Coding.H_264 else _cleaned_hevc(record)


def _cleaned_avc(record: bytes) -> bytes:
    end = 5
    for mask in (0x1F, 0xFF):  # sequence parameter sets, and picture parameter sets
        end = _behind(record, end + 1, _byte(record, end) & mask)
    # Sampling and depths; the number of extensions of sequence parameter sets becomes 0.
    extended = record[1] in _AVC_EXTENDED and end + 4 <= len(record)
    return record[:end] + (record[end : end + 3] + b"\0" if extended else b"")


def _cleaned_hevc(record: bytes) -> bytes:
    made, kept, end = b"", 0, _HEVC_HEADER + 1
    for _ in range(_byte(record, _HEVC_HEADER)):
        start, kind = end, _byte(record, end) & 0x3F
        end = _behind(record, start + 3, int.from_bytes(record[start + 1 : start + 3], "big"))
        if kind in _HEVC_PARAMETERS:
            made, kept = made + record[start:end], kept + 1
    return record[:_HEVC_HEADER] + bytes([kept]) + made


def _behind(record: bytes, position: int, count: int) -> int:
    """The position behind so many sets, each behind its length in two bytes."""
    for _ in range(count):
        start = position + 2
        position = start + int.from_bytes(record[position:start], "big")
        if position > len(record) or position == start:
            raise _bad()
    return position


def _byte(record: bytes, position: int) -> int:
    if position >= len(record):
        raise _bad()
    return record[position]


def _bad() -> Refused:
    return Refused(ReasonCode.UNDECODABLE, "parameter sets")
