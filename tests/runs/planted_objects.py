"""Objects of several kinds with a planted value (planted.py) in every attribute that their IOD has, and in every corner."""

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from planted import (
    ACCESSION,
    BIRTH,
    FAMILY,
    GIVEN,
    PATIENT_ID,
    STAFF,
    STUDY,
    STUDY_UID,
    Filler,
    Known,
    Place,
    fill,
    fill_from_table,
    fill_sequences,
    nested,
    put,
    tag_of,
    vr_of,
)
from pydicom import DataElement, Dataset, FileDataset, Sequence
from pydicom.datadict import dictionary_has_tag
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from pixelclean import resources
from pixelclean.dicom import know_additions

CT, ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11.1"
REPORT = "1.2.840.10008.5.1.4.1.1.88.33"
STRUCTURE_SET, PLAN = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.481.5"
UNKNOWN_CREATOR = "ACME ARCHIVE 7.1"
_DEEPEST = 5
_SIDE = 64
_CONTENT = 0x0040A730
_KEPT_GROUPS = (0x0028, 0x7FE0)


def _table(name: str) -> Any:
    return json.loads(resources.rules("header", name).read_text("utf-8"))


@cache
def _types() -> Mapping[str, Any]:
    return _table("iod_types.json")


@cache
def content_rows() -> list[dict[str, Any]]:
    """Table E.3.4-1."""
    return _table("clean_structured_content.json")


@cache
def safe_private_rows() -> list[dict[str, Any]]:
    """Table E.3.10-1."""
    return _table("safe_private.json")


# kinds of objects


def ct(samples: Path, filler: Filler) -> Dataset:
    """Every attribute of the dictionary at the root and three sequences down, every sequence, private blocks in both."""
    data = _sample(samples / "ct-plain.dcm")
    _name(data, filler)
    sequence, inner = nested(filler)
    data.add(sequence)
    fill(data, filler)
    fill_sequences(data, filler)
    private(inner, filler, "nested ")
    private(data, filler)
    declare(data)
    return data


def ultrasound(samples: Path, filler: Filler) -> Dataset:
    return _image(samples / "us-cine-jpeg.dcm", filler)


def mr_with_overlays(samples: Path, filler: Filler) -> Dataset:
    """Overlay planes that are described, one behind another, one in a group that no plane has, and a curve."""
    data = _image(samples / "mr-overlay-and-icon.dcm", filler)
    for group in (0x6000, 0x601E, 0x6020):
        _overlay(data, group, filler)
    for tag, vr in ((0x50000022, "LO"), (0x50002500, "LO"), (0x5000200E, "LT"), (0x5000200C, "OB"), (0x50003000, "OB")):
        put(data, filler, tag, vr)
    return data


def presentation_state(samples: Path, filler: Filler) -> Dataset:
    """Text, graphic and compound objects in layers."""
    data = _new(PRESENTATION_STATE, "PR", filler)
    annotation = Dataset()
    text, graphic, compound, layer = Dataset(), Dataset(), Dataset(), Dataset()
    inside = (tag_of("GraphicAnnotationSequence"),)
    for item, keyword in (
        (text, "TextObjectSequence"),
        (graphic, "GraphicObjectSequence"),
        (compound, "CompoundGraphicSequence"),
    ):
        fill_from_table(item, filler, *inside, tag_of(keyword))
        setattr(annotation, keyword, Sequence([item]))
    fill_from_table(annotation, filler, *inside)
    fill_from_table(layer, filler, tag_of("GraphicLayerSequence"))
    data.GraphicAnnotationSequence, data.GraphicLayerSequence = Sequence([annotation]), Sequence([layer])
    _overlay(data, 0x6000, filler)
    return data


def report(samples: Path, filler: Filler) -> Dataset:
    """An item for every concept of Table E.3.4-1, in containers three deep, and what no table names."""
    data = _new(REPORT, "SR", filler)
    items = [*_concepts(filler), *_other_content(filler)]
    inner = _container(items)
    data.ContentSequence = Sequence([*_other_content(filler), _container([_container([inner])])])
    data.ValueType, data.ConceptNameCodeSequence = (
        "CONTAINER",
        Sequence([_code("126000", "DCM", "Imaging Measurement Report")]),
    )
    return data


def structure_set(samples: Path, filler: Filler) -> Dataset:
    return _new(STRUCTURE_SET, "RTSTRUCT", filler)


def plan(samples: Path, filler: Filler) -> Dataset:
    return _new(PLAN, "RTPLAN", filler)


def enhanced_ct(samples: Path, filler: Filler) -> Dataset:
    """Functional groups, private ones among them."""
    data = _new(ENHANCED_CT, "CT", filler)
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        group = data[keyword].value[0] if keyword in data else Dataset()
        setattr(data, keyword, Sequence([group]))
        private(group, filler, "nested ")
    declare(data)
    return data


OBJECTS: Mapping[str, Callable[[Path, Filler], Dataset]] = {
    "ct": ct,
    "ultrasound": ultrasound,
    "mr-with-overlays": mr_with_overlays,
    "presentation-state": presentation_state,
    "report": report,
    "structure-set": structure_set,
    "plan": plan,
    "enhanced-ct": enhanced_ct,
}


def as_file(data: Dataset, filler: Filler) -> bytes:
    """The file, with values in the file meta information and in the preamble."""
    meta = data.file_meta
    for keyword, vr in (
        ("SourceApplicationEntityTitle", "AE"),
        ("SendingApplicationEntityTitle", "AE"),
        ("ReceivingApplicationEntityTitle", "AE"),
        ("SourcePresentationAddress", "UR"),
        ("SendingPresentationAddress", "UR"),
        ("ReceivingPresentationAddress", "UR"),
        ("PrivateInformationCreatorUID", "UI"),
        ("PrivateInformation", "OB"),
        ("ImplementationClassUID", "UI"),
    ):
        put(meta, filler, tag_of(keyword), vr, corner="meta")
    put(meta, filler, tag_of("ImplementationVersionName"), "SH", corner="meta")
    preamble = filler.value(Place(0, "LO", corner="preamble"))
    file = FileDataset("", data, file_meta=meta, preamble=str(preamble).encode().ljust(128, b"."))
    buffer = BytesIO()
    file.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


# parts of objects


def _sample(path: Path) -> Dataset:
    """An image with nothing but its pixels and what describes them."""
    read = pydicom.dcmread(path)
    data = Dataset()
    for element in read:
        if element.tag.group in _KEPT_GROUPS or element.keyword in ("SOPClassUID", "Modality", "ImageType"):
            data.add(element)
    data.SpecificCharacterSet = "ISO_IR 192"
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = read.file_meta.TransferSyntaxUID
    return data


def _image(path: Path, filler: Filler) -> Dataset:
    data = _sample(path)
    _name(data, filler)
    by_iod(data, filler)
    return data


def _new(sop_class: str, modality: str, filler: Filler) -> Dataset:
    data = Dataset()
    data.SpecificCharacterSet, data.SOPClassUID, data.Modality = "ISO_IR 192", sop_class, modality
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    _name(data, filler)
    by_iod(data, filler)
    return data


def _name(data: Dataset, filler: Filler) -> None:
    """Whom the object is about, where every other place speaks of them too."""
    know_additions()
    if isinstance(filler, Known):
        data.PatientName, data.PatientID, data.PatientBirthDate = f"{FAMILY}^{GIVEN}", PATIENT_ID, BIRTH
        data.ReferringPhysicianName, data.AccessionNumber, data.StudyDate = f"{STAFF}^Ida", ACCESSION, STUDY
        data.StudyInstanceUID = STUDY_UID


def by_iod(data: Dataset, filler: Filler) -> None:
    """Every attribute of Table E.1-1 that the IOD has, where it has it, at every depth."""
    types = _types()
    iod = types["iods"][types["sop_classes"][data.SOPClassUID]]
    for modules in iod.values():
        for module in modules:
            if (template := types["modules"][module][1]) is not None:
                _by_template(data, filler, template, ())


def _by_template(data: Dataset, filler: Filler, template: int, within: tuple[int, ...]) -> None:
    for digits, kind in _types()["templates"][template].items():
        tag, below = int(digits, 16), kind.partition(">")[2]
        if not dictionary_has_tag(tag) or tag >> 16 == 0x0028 or tag == _CONTENT or tag in (0x00080016, 0x00080060):
            continue
        if below and len(within) < _DEEPEST:
            item = data[tag].value[0] if tag in data and data[tag].value else Dataset()
            _by_template(item, filler, int(below), (*within, tag))
            data[tag] = DataElement(tag, "SQ", Sequence([item]))
        elif tag not in data and vr_of(tag) != "SQ":
            put(data, filler, tag, vr_of(tag), within)


def _overlay(data: Dataset, group: int, filler: Filler) -> None:
    """A plane that is described and shows a disc; text stands behind its bits."""
    for element, value in ((0x10, _SIDE), (0x11, _SIDE), (0x100, 1), (0x102, 0)):
        data.add_new(group << 16 | element, "US", value)
    data.add_new(group << 16 | 0x40, "CS", "G")
    data.add_new(group << 16 | 0x50, "SS", [1, 1])
    for element, vr in ((0x0022, "LO"), (0x1500, "LO"), (0x4000, "LT"), (0x0045, "LO"), (0x0061, "SH"), (0x0062, "SH")):
        put(data, filler, group << 16 | element, vr, corner="overlay")
    row, column = np.mgrid[:_SIDE, :_SIDE] - _SIDE / 2
    disc = np.packbits(np.hypot(row, column) < _SIDE / 3, bitorder="little").tobytes()
    tail = filler.value(Place(group << 16 | 0x3000, "OB", corner="behind an overlay"))
    data.add_new(group << 16 | 0x3000, "OB", disc + (tail if isinstance(tail, bytes) else b""))


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _content(kind: str, name: Dataset) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", kind
    item.ConceptNameCodeSequence = Sequence([name])
    return item


def _container(items: list[Dataset]) -> Dataset:
    item = _content("CONTAINER", _code("121070", "DCM", "Findings"))
    item.ContentSequence = Sequence(items)
    return item


_VALUES = {
    "TEXT": ("TextValue", "UT"),
    "PNAME": ("PersonName", "PN"),
    "UIDREF": ("UID", "UI"),
    "DATE": ("Date", "DA"),
    "TIME": ("Time", "TM"),
    "DATETIME": ("DateTime", "DT"),
}


def _concepts(filler: Filler) -> Iterator[Dataset]:
    """One item for each row whose value is a text, a name, a UID, a date or a time; the corner names the row."""
    for number, row in enumerate(content_rows()):
        if row["value_type"] in _VALUES:
            keyword, vr = _VALUES[row["value_type"]]
            item = _content(row["value_type"], _code(row["code"], row["scheme"], row["meaning"] or "?"))
            put(item, filler, tag_of(keyword), vr, corner=f"row {number}")
            yield item


def _other_content(filler: Filler) -> Iterator[Dataset]:
    """Concepts that the table does not name, local ones, retired spellings; codes with a word for a meaning."""
    corner = "other content"
    for kind, (keyword, vr) in _VALUES.items():
        for name in (_code("121071", "DCM", "Finding"), _code("A1", "99LOCAL", "Local")):
            item = _content(kind, name)
            put(item, filler, tag_of(keyword), vr, corner=corner)
            yield item
    retired = _content("TEXT", _code("PA-30029", "SRT", "Administration of radiopharmaceutical"))
    put(retired, filler, tag_of("TextValue"), "UT", corner=corner)
    yield retired
    for scheme, value in (("99LOCAL", "A1"), ("SCT", "123037004")):
        item, code = _content("CODE", _code("121071", "DCM", "Finding")), _code(value, scheme, "")
        put(
            code,
            filler,
            tag_of("CodeMeaning"),
            "LO",
            corner=f"meaning of a {'local' if scheme == '99LOCAL' else 'published'} code",
        )
        item.ConceptCodeSequence = Sequence([code])
        yield item
    image = _content("IMAGE", _code("121112", "DCM", "Source of Measurement"))
    reference = Dataset()
    reference.ReferencedSOPClassUID = CT
    put(reference, filler, tag_of("ReferencedSOPInstanceUID"), "UI", corner=corner)
    image.ReferencedSOPSequence = Sequence([reference])
    yield image


# private


def private(data: Dataset, filler: Filler, where: str = "") -> None:
    """Blocks of known and unknown makers, of nobody, of one who is called by a word; sequences in bytes."""
    blocks: dict[int, int] = {}
    for creator, group in sorted({(row["private_creator"], int(row["group"], 16)) for row in safe_private_rows()}):
        block = _reserve(data, blocks, group, creator)
        for row in safe_private_rows():
            if (row["private_creator"], int(row["group"], 16)) == (creator, group):
                _listed(data, block | int(row["element"], 16), row, filler, where)
        for low, vr in (
            (0xF1, "LO"),
            (0xF2, "PN"),
            (0xF3, "UN"),
            (0xF4, "OB"),
            (0xF5, "UT"),
            (0xF6, "UI"),
            (0xF7, "DA"),
        ):
            put_private(data, block | low, vr, filler, f"{where}on no list")
    _unknown(data, blocks, filler, where)


def put_private(data: Dataset, tag: int, vr: str, filler: Filler, corner: str) -> None:
    if tag not in data:
        put(data, filler, tag, vr, corner=corner)


def _reserve(data: Dataset, blocks: dict[int, int], group: int, creator: str) -> int:
    """The tag of the first element of a new block."""
    number = blocks[group] = blocks.get(group, 0x0F) + 1
    data.add_new(group << 16 | number, "LO", creator)
    return group << 16 | number << 8


def _listed(data: Dataset, tag: int, row: dict[str, Any], filler: Filler, where: str) -> None:
    vr = (row["vr"] or "LO").split("/")[0]
    if vr != "SQ":
        put_private(data, tag, vr, filler, f"{where}listed")
        return
    item = Dataset()
    put(item, filler, tag_of("PatientComments"), "LT", corner=f"{where}in a listed sequence")
    put(item, filler, tag_of("ReferringPhysicianName"), "PN", corner=f"{where}in a listed sequence")
    item.add_new(0x00090010, "LO", UNKNOWN_CREATOR)
    put(item, filler, 0x00091001, "LO", corner=f"{where}in a listed sequence")
    data.add(DataElement(tag, "SQ", Sequence([item])))


def _unknown(data: Dataset, blocks: dict[int, int], filler: Filler, where: str) -> None:
    own = _reserve(data, blocks, 0x0011, UNKNOWN_CREATOR)
    named = filler.value(Place(0x00110010, "LO", corner=f"{where}creator"))
    strange = _reserve(data, blocks, 0x0011, str(named))
    unknown = "of an unknown creator"
    for block, corner in (
        (own, "of a declared creator"),
        (strange, unknown),
        (0x00EF1000, unknown),
    ):  # the last: nobody's
        for low, vr in (
            (1, "LO"),
            (2, "PN"),
            (3, "UN"),
            (4, "OB"),
            (5, "UT"),
            (6, "CS"),
            (7, "DS"),
            (8, "DA"),
            (9, "UI"),
        ):
            put_private(data, block | low, vr, filler, f"{where}{corner}")
    for low, explicit in ((0x20, False), (0x21, True)):
        text = filler.value(Place(own | low, "LO", corner=f"{where}in a sequence of bytes"))
        data.add_new(own | low, "UN", _sequence_in_bytes(str(text).encode(), explicit=explicit))


def _sequence_in_bytes(text: bytes, *, explicit: bool) -> bytes:
    """A sequence of one item with one Patient Comments, as it stands in a value of VR UN."""
    text += b" " * (len(text) % 2)
    comments = struct.pack(
        "<HH2sH" if explicit else "<HHL", 0x0010, 0x4000, *((b"LT", len(text)) if explicit else (len(text),))
    )
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(comments) + len(text)) + comments + text


def declare(data: Dataset) -> None:
    """Let the object vouch for everything private in it (PS3.3 C.12.1.1.7)."""
    creators = {(row["private_creator"], int(row["group"], 16)) for row in safe_private_rows()}
    items = []
    for creator, group in sorted({*creators, (UNKNOWN_CREATOR, 0x0011)}):
        item = Dataset()
        item.PrivateGroupReference, item.PrivateCreatorReference = group, creator
        item.BlockIdentifyingInformationStatus = "SAFE"
        items.append(item)
    data.PrivateDataElementCharacteristicsSequence = Sequence(items)
