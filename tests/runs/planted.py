"""Data sets in which every place that can hold text holds a value of its own, and what is found of them in an output.

A value says by itself where it stood: `Strangers.places` tells.  In a second kind of data set (`Known`) every place holds
a name or a number of the patient or of the staff, in one of the ways in which people spell it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import cycle
from typing import Protocol

from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import DicomDictionary, dictionary_VR, tag_for_keyword

from pixelclean import resources
from pixelclean.dicom import know_additions

WORD = "zqxvwk"
"""Begins every word; six letters that no chance brings together and no list of words knows."""
UID_ROOT = "1.2.826.0.1.3680043.10.9999.8"
OLD = "093Y"
TEXT = frozenset(("SH", "LO", "ST", "LT", "UC", "UT"))
BYTES = frozenset(("OB", "OW", "OF", "OD", "OL", "OV", "UN"))
SPELLED = TEXT | BYTES | {"PN", "AE", "CS", "UR", "UI", "DA", "DT", "TM", "DS", "IS"}
"""VRs of values that somebody may have written."""
_LETTERS = "bcdfghjklmnpqrst"
_FIRST_DAY, DAYS = date(1901, 5, 17), 3000
_CLOCK = "111213"
_FIRST_NUMBER, _FIRST_UID = 77_000_000, 1_000_000  # all have as many digits: what follows in a file may be one too

NEST = ("SharedFunctionalGroupsSequence", "PixelMeasuresSequence", "CTAcquisitionTypeSequence")
"""Three sequences that Table E.1-1 does not name: what stands in them is judged by itself."""
# What says how text and pixels are encoded, what kind of object it is, and, a directory, that it is no object.
_STRUCTURE = frozenset(
    (
        *("SpecificCharacterSet", "SOPClassUID", "Modality", "ImageType", "PixelData", "FloatPixelData"),
        *("DoubleFloatPixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths", "PhotometricInterpretation"),
        *("NumberOfFrames", "LossyImageCompression", "LossyImageCompressionMethod", "BurnedInAnnotation"),
        *("ConversionType", "DirectoryRecordSequence"),
    )
)
_ELSEWHERE = frozenset((0x0000, 0x0002, 0x7FE0, 0xFFFE))  # groups that no data set holds, and pixels


@dataclass(frozen=True)
class Place:
    """An attribute, the sequences around it from the outside in, and, for special ones, a name of the surroundings."""

    tag: int
    vr: str
    within: tuple[int, ...] = ()
    corner: str = ""


class Filler(Protocol):
    """Makes the value for a place."""

    def value(self, place: Place) -> object | None:
        """None where the place stays without one."""


@dataclass
class Strangers:
    """Words, UIDs, days, times and numbers that nothing else in the file knows, each in one place."""

    places: dict[str, Place] = field(default_factory=dict)
    days: Iterator[str] = field(default_factory=lambda: (_day(number) for number in range(DAYS)))

    def value(self, place: Place) -> object | None:
        """A value that was nowhere before."""
        number = len(self.places)
        word, kind = word_of(number), place.vr
        match kind:
            case "DA" | "DT":
                sentinel = next(self.days)
                value: object = sentinel if kind == "DA" else f"{sentinel}{_CLOCK}.5"
            case "TM":
                sentinel = value = f"{_CLOCK}.{number:06d}"
            case "UI":
                sentinel = value = f"{UID_ROOT}.{_FIRST_UID + number}"
            case "DS" | "IS":
                sentinel = value = str(_FIRST_NUMBER + number)
            case "AS":
                return OLD
            case _:
                sentinel, value = word, _written(word, kind)
        if value is not None:
            self.places[sentinel] = place
        return value


def _written(word: str, vr: str) -> object | None:
    """A word as a value of this VR; None for numbers in binary form."""
    if vr in TEXT:
        return word
    if vr in BYTES:
        return word.encode().ljust(16)
    return {"CS": word.upper(), "AE": word.upper(), "PN": f"{word}^{word[::-1]}", "UR": f"http://{word}.invalid/"}.get(
        vr
    )


def word_of(number: int) -> str:
    """Twelve letters, others for each number."""
    return WORD + "".join(_LETTERS[number >> 4 * digit & 15] for digit in range(6))


def _day(number: int) -> str:
    return f"{_FIRST_DAY + timedelta(days=number):%Y%m%d}"


FAMILY, GIVEN, STAFF = "Zqxfamily", "Zqxgiven", "Zqxdoctor"
PATIENT_ID, ACCESSION = "ZQ-77177177", "88188188"
NAMES = frozenset(("zqxfamily", "zqxgiven", "zqxdoctor", "77177177"))
"""What `own_in` finds of patient and staff."""
BIRTH, STUDY = "19010517", "20070717"
STUDY_UID = f"{UID_ROOT}.1"
_SPELLINGS = (
    *(f"{FAMILY}^{GIVEN}", f"{GIVEN} {FAMILY}", FAMILY.upper(), f"{FAMILY},{GIVEN}", f"Dr. {STAFF}", f"{STAFF}^Dr"),
    *(PATIENT_ID, "ZQ77177177", "MRN 77177177", ACCESSION, f"CT {FAMILY}", f"{FAMILY}_1", f"x{FAMILY.lower()}x"),
    *(f"{GIVEN[0]}.{FAMILY}", f"{GIVEN}{FAMILY}", "17.05.1901", "1901-05-17", "17 Jul 2007"),
)
_ROOM = {"SH": 16, "CS": 16, "AE": 16}
_FIXED: Mapping[str, object] = {
    "DA": STUDY,
    "DT": STUDY,
    "TM": "071717",
    "UI": STUDY_UID,
    "AS": OLD,
    "PN": f"{FAMILY}^{GIVEN}",
    **dict.fromkeys(("DS", "IS"), "77177177"),
    **dict.fromkeys(BYTES, f"{FAMILY}^{GIVEN}".encode().ljust(24)),
    "UR": f"http://{FAMILY}.invalid/77177177",
}


@dataclass
class Known:
    """A name, an ID, a day or a UID of the patient or of the staff in every place, spelled as people do."""

    spared: frozenset[int] = frozenset()
    spellings: Iterator[str] = field(default_factory=lambda: cycle(_SPELLINGS))

    def value(self, place: Place) -> object | None:
        """The next spelling that has room there; attributes that are `spared` stay without one."""
        vr, fixed = place.vr, _FIXED.get(place.vr)
        if place.tag in self.spared or (fixed is None and vr not in TEXT | {"CS", "AE"}):
            return None
        if fixed is not None:
            return fixed
        spelled = self.spellings if vr in TEXT else map(_coded, self.spellings)
        return next(text for text in spelled if len(text) <= _ROOM.get(vr, 64))


def _coded(text: str) -> str:
    return re.sub(r"[^A-Z0-9_ -]", " ", text.upper())


def fill(data: Dataset, filler: Filler, *within: int) -> None:
    """Give every attribute of the dictionary that can hold text a value."""
    for tag, vr in _dictionary():
        if vr != "SQ" and tag not in data:
            put(data, filler, tag, vr, within)


def fill_sequences(data: Dataset, filler: Filler) -> None:
    """Give every sequence of the dictionary an item with a text that stays wherever an item does."""
    for tag, vr in _dictionary():
        if vr == "SQ" and tag not in data:
            item = Dataset()
            put(item, filler, tag_of("Manufacturer"), "LO", (tag,))
            data.add(DataElement(tag, "SQ", Sequence([item])))


def _dictionary() -> Iterator[tuple[int, str]]:
    """Every attribute that a data set can hold, with its VR."""
    for tag, (representation, _, _, _, keyword) in DicomDictionary.items():
        if keyword and keyword not in _STRUCTURE and tag >> 16 not in _ELSEWHERE:
            yield tag, representation.split(" or ")[0]


def fill_from_table(data: Dataset, filler: Filler, *within: int) -> None:
    """The same for what Table E.1-1 names, without its sequences."""
    for tag in table_tags():
        if tag not in data and (vr := vr_of(tag)) != "SQ":
            put(data, filler, tag, vr, within)


@cache
def table_tags() -> tuple[int, ...]:
    """The attributes that Table E.1-1 names one by one, which a data set can hold."""
    know_additions()
    rows = json.loads(resources.rules("header", "table_e1_1.json").read_text("utf-8"))
    tags = (int(row["id"], 16) for row in rows if row["match"] == "exact")
    return tuple(tag for tag in tags if tag >> 16 not in _ELSEWHERE)


def put(data: Dataset, filler: Filler, tag: int, vr: str, within: Iterable[int] = (), corner: str = "") -> None:
    """One attribute with a value for its place, which is known by `tag` whatever number it has in a private block."""
    value = filler.value(Place(tag, vr, tuple(within), corner))
    if value is not None:
        data.add(DataElement(tag, vr, value))


def nested(filler: Filler) -> tuple[DataElement, Dataset]:
    """A sequence of the root, and the item three sequences down, which is filled."""
    tags = tuple(map(tag_of, NEST))
    inner = Dataset()
    fill(inner, filler, *tags)
    item = inner
    for tag in reversed(tags[1:]):
        outer = Dataset()
        outer.add(DataElement(tag, "SQ", Sequence([item])))
        item = outer
    return DataElement(tags[0], "SQ", Sequence([item])), inner


def tag_of(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return tag


def vr_of(tag: int) -> str:
    return str(dictionary_VR(tag)).split(" or ")[0]


# what is found

_STRANGE = (
    (re.compile(rb"zqxvwk[bcdfghjklmnpqrst]{6}"), True),
    (re.compile(re.escape(UID_ROOT).encode() + rb"\.[0-9]{7}"), True),
    (re.compile(rb"(?<![0-9.])190[0-9]{5}"), False),
    (re.compile(rb"(?<![0-9])111213\.[0-9]{6}"), False),
    (re.compile(rb"(?<![0-9.])77[0-9]{6}"), False),
)


def found_in(content: bytes, places: Iterable[str]) -> set[str]:
    """The sentinels among `places` that stand in some bytes: in any case, in one or two bytes a letter, exchanged."""
    lowered = content.lower()
    readings = (lowered, lowered.replace(b"\0", b""), _exchanged(lowered))
    found = {
        match.decode()
        for pattern, everywhere in _STRANGE
        for reading in (readings if everywhere else readings[:1])
        for match in pattern.findall(reading)
    }
    return found & set(places)


def _exchanged(value: bytes) -> bytes:
    exchanged = bytearray(len(value) // 2 * 2)
    exchanged[::2], exchanged[1::2] = value[1 : len(exchanged) : 2], value[: len(exchanged) : 2]
    return bytes(exchanged)


_OWN = {
    **{own: re.compile(re.escape(own).encode()) for own in (*sorted(NAMES), ACCESSION, UID_ROOT)},
    BIRTH: re.compile(rb"17[. ]?(05|may)[. ]?1901|1901-?05-?17"),
    STUDY: re.compile(rb"17[. ]?(07|jul)[. ]?2007|2007-?07-?17"),
}


def own_in(content: bytes) -> set[str]:
    """What names the patient, the staff or the study in some bytes: NAMES, and the constants above it."""
    lowered = content.lower()
    readings = (lowered, lowered.replace(b"\0", b""), _exchanged(lowered))
    return {own for own, pattern in _OWN.items() if any(map(pattern.search, readings))}
