"""Files made byte by byte, and what policies make of their headers: read, cleaned, written and read again."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pydicom import Dataset

from pixelclean import resources
from pixelclean.devices import Kinds
from pixelclean.dicom import Source, facts_of, quiet, read, read_bytes, write
from pixelclean.header import survivors
from pixelclean.heading import Deidentified
from pixelclean.key import ProjectKey
from pixelclean.options import Option, read_options
from pixelclean.overrides import Override
from pixelclean.policy import DateShift, HeaderPolicy, Limits, Policy

KEY = ProjectKey(bytes(range(32)))
LIMITS = Limits()
EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
CT, REPORT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.33"
UNDEFINED = 0xFFFFFFFF
ITEM_END, SEQUENCE_END = b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"
_LONG = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
_ZERO_PADDED = frozenset(("UI", "OB", "OW", "UN", "SQ"))


def element(tag: int, vr: str, value: bytes | str, length: int | None = None) -> bytes:
    """One element in Explicit VR Little Endian, padded; where `length` lies, the value is written as it is."""
    value = _padded(value, b"\0" if vr in _ZERO_PADDED else b" ") if length is None else _bytes(value)
    said = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    return head + (struct.pack("<HL", 0, said) if vr in _LONG else struct.pack("<H", said)) + value


def implicit(tag: int, value: bytes | str, length: int | None = None) -> bytes:
    """The same in Implicit VR Little Endian."""
    value = _padded(value, b" ") if length is None else _bytes(value)
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def item(*content: bytes) -> bytes:
    """An item of a sequence, with its length."""
    return implicit(0xFFFEE000, b"".join(content))


def open_item(*content: bytes) -> bytes:
    """An item of undefined length."""
    return implicit(0xFFFEE000, b"".join(content), UNDEFINED) + ITEM_END


def sequence(tag: int, *items: bytes, vr: str = "SQ") -> bytes:
    """A sequence with its length."""
    return element(tag, vr, b"".join(items))


def open_sequence(tag: int, *items: bytes, vr: str = "SQ") -> bytes:
    """A sequence of undefined length."""
    return element(tag, vr, b"".join(items), UNDEFINED) + SEQUENCE_END


def as_file(body: bytes, syntax: str = EXPLICIT, sop_class: str = CT) -> bytes:
    """Preamble, prefix, file meta information, and a data set as it is."""
    meta = element(0x00020002, "UI", sop_class) + element(0x00020010, "UI", syntax)
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<L", len(meta))) + meta + body


def instance(*elements: bytes, sop_class: str = CT) -> bytes:
    """A file with these elements, in order, among those that make it an instance; the later of two of a tag counts."""
    given = [*_an_instance(sop_class), *elements]
    return as_file(
        b"".join(each for _, each in sorted({_tag(each): each for each in given}.items())), EXPLICIT, sop_class
    )


def _an_instance(sop_class: str) -> Iterator[bytes]:
    yield element(0x00080016, "UI", sop_class)
    for place, tag in enumerate((0x00080018, 0x0020000D, 0x0020000E)):
        yield element(tag, "UI", f"1.2.826.0.1.3680043.10.9999.1.{place}")
    yield element(0x00080060, "CS", "CT")
    yield element(0x00100010, "PN", "")
    yield element(0x00100020, "LO", "ZZ-1")


def _tag(encoded: bytes) -> int:
    group, number = struct.unpack_from("<HH", encoded)
    return int(group << 16 | number)


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _padded(value: bytes | str, padding: bytes) -> bytes:
    return _bytes(value) + padding * (len(_bytes(value)) % 2)


@dataclass(frozen=True)
class Output:
    """What a policy made of a file: the bytes, what is read from them, and the paths at which the proof would stop it."""

    policy: str
    data: bytes
    source: Source
    left: tuple[str, ...]

    @property
    def dataset(self) -> Dataset:
        return self.source.dataset

    @property
    def text(self) -> str:
        """Every value at every depth, in lower case."""
        return "\n".join(str(each.value) for each in self.dataset.iterall() if each.VR != "SQ").casefold()


@cache
def shipped() -> tuple[Policy, ...]:
    """The policies of rules/policies."""
    return tuple(Policy.load(file.stem) for file in sorted(resources.rules("policies").glob("*.toml")))


@cache
def everything() -> tuple[Policy, ...]:
    """All options at once: with full dates, and with dates and times moved."""
    exclusive = (Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES)
    others = [each for each in Option if each not in (*exclusive, Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES)]
    return tuple(a_policy(f"everything, {date}", *others, date) for date in exclusive)


def a_policy(name: str, *options: Option, shift: DateShift = DateShift.DAYS_AND_SECONDS, **orders: object) -> Policy:
    """A policy with these options, and with these orders by keyword."""
    attributes = tuple(Override.read(keyword, order) for keyword, order in orders.items())
    return Policy(name, "1", "nobody", "nobody", HeaderPolicy(read_options(options), attributes, shift))


def treated(data: bytes, policy: Policy) -> Output:
    """What the pipeline would write of a file without pixels; raises Refused."""
    source = read_bytes(data, policy.limits)
    kinds, heading = _kinds(), Deidentified(KEY, policy)
    with quiet():
        identifiers = heading.identifiers(source)
        dataset = heading.dataset(source, identifiers, kinds.judge(facts_of(source.dataset, kinds.keywords)))
    with TemporaryDirectory() as folder:
        path = Path(folder, "output.dcm")
        write(dataset, source.transfer_syntax, path)
        written = read(path, policy.limits)
        return Output(policy.name, path.read_bytes(), written, survivors(written.dataset, identifiers))


def outputs(data: bytes) -> Iterator[Output]:
    """What each of `policies` makes of a file; none of them leaves anything that the proof would have to stop."""
    for policy in (*shipped(), *everything()):
        output = treated(data, policy)
        assert not output.left, (output.policy, output.left)
        yield output


@cache
def _kinds() -> Kinds:
    return Kinds.load(resources.rules("kinds.toml"))
