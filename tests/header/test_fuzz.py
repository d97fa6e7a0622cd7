"""Anything at all: a file is refused with a code, or what leaves can be read again and holds nothing of the sentinel."""

import random
from pathlib import Path

import pytest
from bad_files import (
    CT,
    LIMITS,
    REPORT,
    Output,
    element,
    everything,
    implicit,
    instance,
    item,
    open_item,
    open_sequence,
    sequence,
    shipped,
    treated,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.datadict import DicomDictionary

from pixelclean.dicom import read_bytes
from pixelclean.errors import Refused
from pixelclean.policy import Policy

NAME, IDENTITY = b"Sentinel^Zoe", b"ZZ-SENTINEL-77"
POLICIES = (*shipped(), *everything())
VRS = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN"),
    *("SH", "SL", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV"),
)
# The character set and the pixels are for other tests: nearly every value of the first is refused, and nobody looks at
# pixels here.
KNOWN = sorted(
    tag for tag in DicomDictionary if tag >> 16 not in (0x0000, 0x0002, 0x0004, 0x7FE0) and tag != 0x00080005
)
SEQUENCES = [tag for tag in KNOWN if DicomDictionary[tag][0] == "SQ"]
PRIVATE = (0x00190010, 0x0019109E, 0x0019109C, 0x00191099, 0x20010010, 0x20011020, 0x200110C8, 0x00290010, 0x00291010)
CREATORS = (b"GEMS_ACQU_01", b"Philips Imaging DD 001", b"SIEMENS CSA HEADER", b"Sentinel", b"GEMS_ACQU_01\\Sentinel")

sentinels = st.sampled_from((NAME, b"SENTINEL", b"sentinel zoe", b"ZOE^SENTINEL", IDENTITY, b"zzsentinel77"))
innocent = st.one_of(
    st.binary(max_size=40),
    st.text("0123456789.+-\\ ^=:", max_size=24).map(str.encode),
    st.text("abcXYZ \\^=\x1b$()BJ\0\n", max_size=24).map(str.encode),
    st.sampled_from(
        (b"", b"20230105", b"1.2.3", b"M", b"057Y", b"Head CT", b"TEXT", b"CODE", b"DCM", b"121071", b"YES")
    ),
    st.sampled_from(CREATORS),
)
telling = st.tuples(innocent, sentinels, innocent).map(b"".join)
values = st.one_of(innocent, sentinels, telling).map(lambda value: value + b" " * (-len(value) % 8))
tags = st.one_of(st.sampled_from(KNOWN), st.sampled_from(PRIVATE), st.integers(0x00050000, 0xFFFCFFFF))


@st.composite
def elements(draw: st.DrawFn, depth: int, hidden: bool = False) -> list[bytes]:
    """The elements of a level, in Implicit VR where it is `hidden` in a value of unknown VR."""
    made: dict[bytes, bytes] = {}
    for _ in range(draw(st.integers(0, 5))):
        way = draw(st.sampled_from(("plain", "other VR", "sequence" if depth else "plain")))
        if way == "sequence":
            each = draw(sequences(depth, hidden))
        elif hidden:
            each = implicit(draw(tags), draw(values))
        else:
            tag = draw(tags)
            known = DicomDictionary.get(tag, ("LO",))[0].split(" or ")[0]
            each = element(tag, known if way == "plain" and known in VRS else draw(st.sampled_from(VRS)), draw(values))
        made[each[:4]] = each
    return list(made.values())


@st.composite
def sequences(draw: st.DrawFn, depth: int, hidden: bool) -> bytes:
    tag, unknown = draw(st.sampled_from((*SEQUENCES, *PRIVATE))), draw(st.booleans())
    inside = [draw(elements(depth - 1, hidden or unknown)) for _ in range(draw(st.integers(0, 2)))]
    items = [draw(st.sampled_from((item, open_item)))(*body) for body in inside]
    if hidden:
        return implicit(tag, b"".join(items))
    return draw(st.sampled_from((sequence, open_sequence)))(tag, *items, vr="UN" if unknown else "SQ")


def left_of(output: Output) -> list[str]:
    """The sentinels that are still there, in bytes or in values, though the proof would not stop the file for them."""
    if output.left:
        return []
    texts = ("sentinel", "zz-sentinel", "zzsentinel77")
    return [text for text in texts if text in output.text or text.encode() in output.data.lower()]


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    elements(3, hidden=False), st.sampled_from(POLICIES), st.sampled_from((CT, REPORT, "1.2.840.10008.5.1.4.1.1.11.1"))
)
def test_any_elements_at_any_depth_are_refused_or_cleaned(body: list[bytes], policy: Policy, sop_class: str) -> None:
    named = (element(0x00100010, "PN", NAME), element(0x00100020, "LO", IDENTITY))
    try:
        output = treated(instance(*body, *named, sop_class=sop_class), policy)
    except Refused:
        return
    assert left_of(output) == []


@pytest.fixture(scope="module")
def originals(shared_data: Path) -> list[bytes]:
    """Real files that are small and can be read."""
    small = sorted(
        path for path in (shared_data / "files").rglob("*") if path.is_file() and path.stat().st_size < 60_000
    )
    return [data for path in small if _is_readable(data := path.read_bytes())][::4]


def _is_readable(data: bytes) -> bool:
    try:
        read_bytes(data, LIMITS)
    except Refused:
        return False
    return True


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes other, gone, doubled, exchanged for a VR, a length or an escape, mostly in the header."""
    bad = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 10))):
        last = min(len(bad), chance.choice((600, 3000, 20_000)))
        place, size = chance.randrange(132, max(133, last)), chance.choice((1, 2, 4, 8))
        match chance.randrange(5):
            case 0:
                bad[place : place + 1] = chance.randbytes(1)
            case 1:
                del bad[place : place + size]
            case 2:
                bad[place:place] = chance.randbytes(size)
            case 3:
                bad[place : place + 2] = chance.choice(
                    (b"UN", b"SQ", b"PN", b"IS", b"\xff\xff", b"\0\0", b"\x1b$", b"\\^")
                )
            case _:
                other = chance.randrange(132, max(133, last))
                bad[place : place + size] = bad[other : other + size]
    return bytes(bad)


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_real_file_is_refused_or_leaves_readable(originals: list[bytes], seed: int) -> None:
    """`treated` reads what it wrote: any error but Refused, there or before, fails here."""
    chance = random.Random(seed)
    outcomes = {True: 0, False: 0}
    for _ in range(40):
        try:
            treated(damaged(chance.choice(originals), chance), chance.choice(POLICIES))
        except Refused:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert min(outcomes.values()) > 0, "damage that is never or always noticed tests nothing"
