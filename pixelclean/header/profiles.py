"""ICC profiles (ICC.1:2022) without their texts: only what is a number by its type goes over into a new profile.

A profile names its maker and its device, and a scanner may write more into it.  Header fields that name or date
something become zero, description and copyright become fixed texts, tags that are no numbers are left out.  What
cannot be read as a profile is replaced by one that says sRGB, which is what a viewer assumes without one.
"""

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_HEADER = 128
_SIGNATURE = slice(36, 40)
_VERSION, _CLASS_TO_PCS, _INTENT_TO_ILLUMINANT = slice(8, 12), slice(12, 24), slice(64, 80)
_TAGS = 100
_TEXT = b"REMOVED"


def rebuilt(profile: bytes) -> bytes:
    """The profile with nothing but numbers, of even length."""
    header, numbers = profile[:_HEADER], _numbers(profile)
    kinds = {header[12:16], header[16:20], header[20:24]}
    if len(header) < _HEADER or header[_SIGNATURE] != b"acsp" or not kinds <= _KINDS or not numbers:
        return standard()
    return _assembled(header[_VERSION], header[_CLASS_TO_PCS], header[_INTENT_TO_ILLUMINANT], numbers)


def standard() -> bytes:
    """IEC 61966-2-1 sRGB as a matrix profile; the tone curve is its usual approximation by a power of 2.2."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(2.2 * 256))
    matrix = {
        b"rXYZ": (0.43607, 0.22249, 0.01392),
        b"gXYZ": (0.38515, 0.71687, 0.09708),
        b"bXYZ": (0.14307, 0.06061, 0.7141),
    }
    numbers = {name: _xyz(*value) for name, value in matrix.items()} | {b"wtpt": _xyz(0.9642, 1.0, 0.82491)}
    numbers |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    illuminant = struct.pack(">I3i", 0, *(round(value * 65536) for value in (0.9642, 1.0, 0.82491)))
    return _assembled(bytes((2, 16, 0, 0)), b"mntrRGB XYZ ", illuminant, numbers)


def _numbers(profile: bytes) -> Mapping[bytes, bytes]:
    """The tags that are numbers, each cut to the length that its type and its own counts give it; {} where broken."""
    try:
        return dict(_numeric_tags(profile))
    except (struct.error, IndexError):
        return {}


def _numeric_tags(profile: bytes) -> Iterator[tuple[bytes, bytes]]:
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    for number in range(min(count, _TAGS)):
        name, offset, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + 12 * number)
        data = profile[offset : offset + size]
        length = _length(data)
        if name in _NAMES and length is not None and len(data) >= length:
            yield name, data[:4] + bytes(4) + data[8:length]


def _length(data: bytes) -> int | None:
    """The length of a tag from its content, None where its type may hold text or is not known."""
    kind = data[:4]
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == b"curv":
        return 12 + 2 * int(struct.unpack_from(">I", data, 8)[0])
    if kind == b"para":
        return 12 + 4 * _PARAMETERS[int(struct.unpack_from(">H", data, 8)[0])]
    if kind in (b"mft1", b"mft2"):
        inputs, outputs, grid = data[8:11]
        before, after = struct.unpack_from(">HH", data, 48) if kind == b"mft2" else (256, 256)
        cells: int = inputs * before + grid**inputs * outputs + outputs * after
        return 52 + 2 * cells if kind == b"mft2" else 48 + cells
    if kind in (b"mAB ", b"mBA "):
        return len(data)
    return None


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _assembled(version: bytes, kind: bytes, illuminant: bytes, numbers: Mapping[bytes, bytes]) -> bytes:
    """Header, tag table, and each different value once at a multiple of four."""
    texts = _texts(version[0])
    tags = {name: value + bytes(-len(value) % 4) for name, value in (texts | dict(numbers)).items()}
    sizes = {name: len(value) for name, value in (texts | dict(numbers)).items()}
    offset = _HEADER + 4 + 12 * len(tags)
    offsets: dict[bytes, int] = {}
    body = b""
    for value in tags.values():
        if value not in offsets:
            offsets[value] = offset + len(body)
            body += value
    table = struct.pack(">I", len(tags))
    table += b"".join(struct.pack(">4sII", name, offsets[value], sizes[name]) for name, value in tags.items())
    start = struct.pack(">I4x", offset + len(body)) + version + kind
    return start.ljust(36, b"\0") + b"acsp" + bytes(24) + illuminant + bytes(48) + table + body


def _texts(version: int) -> dict[bytes, bytes]:
    """Description and copyright, which every profile has, as version 2 and version 4 write them."""
    if version >= 4:
        wide = _TEXT.decode().encode("utf-16-be")
        text = b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(wide), 28) + wide
        return {b"desc": text, b"cprt": text}
    described = b"desc" + struct.pack(">II", 0, len(_TEXT) + 1) + _TEXT + bytes(1 + 8 + 3 + 67)
    return {b"desc": described, b"cprt": b"text" + bytes(4) + _TEXT + b"\0"}


_FIXED = MappingProxyType({b"XYZ ": 20, b"sf32": 44, b"sig ": 12, b"view": 36, b"meas": 36})
_KINDS = frozenset((b"scnr", b"mntr", b"prtr", b"spac", b"RGB ", b"GRAY", b"XYZ ", b"Lab "))
_PARAMETERS = (1, 3, 4, 5, 7)
_NAMES = frozenset(
    (
        *(b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"chad", b"lumi", b"view"),
        *(b"meas", b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt", b"pre0", b"pre1", b"pre2"),
    )
)
