"""Images whose every attribute, name and hidden corner holds a word that is found nowhere else."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import pydicom
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.tag import Tag

WORD = "zqxvwk"
"""Begins every sentinel; six letters that no chance brings together."""
UID_ROOT = "1.2.826.0.1.3680043.10.9999.7"
_BIRTH = "19010517"  # no other date is 17 May 1901
# What says how the pixels and the text are encoded, and of what kind the object is: with another value there, it is
# another object or none.
_STRUCTURE = {
    "BitsAllocated", "BurnedInAnnotation", "ImageType", "LossyImageCompression", "Modality", "PhotometricInterpretation",
    "PixelData", "SOPClassUID", "SpecificCharacterSet", "TransferSyntaxUID", "ModalityLUTType", "PresentationLUTShape",
    "RescaleType", "ConversionType", "LossyImageCompressionMethod", "SegmentationType", "UltrasoundColorDataPresent",
}  # fmt: skip


def word(tag: int, place: str) -> str:
    """The sentinel of an attribute: it says which, and where (one letter)."""
    return f"{WORD}{tag:08x}{place}"


def fill(data: Dataset, place: str, groups: range = range(0x0008, 0x4100)) -> None:
    """Give every attribute of the dictionary that can hold text a sentinel of its own."""
    for tag, (representation, _, _, _, keyword) in DicomDictionary.items():
        if tag >> 16 not in groups or keyword in _STRUCTURE or not keyword:
            continue
        if (value := _value(tag, representation.split(" or ")[0], place)) is not None:
            data.add_new(tag, representation.split(" or ")[0], value)


def _value(tag: int, representation: str, place: str) -> str | bytes | None:
    """A value of the representation that holds the sentinel; None where numbers only would be valid."""
    text = word(tag, place)
    values: dict[str, str | bytes] = {
        "PN": f"{text}^{WORD}given{tag:08x}^^Dr={text}=Σ{text}",
        "UI": f"{UID_ROOT}.{tag}.{ord(place)}",
        "DA": _BIRTH,
        "DT": f"{_BIRTH}111213.4567",
        "CS": text.upper(),
        "AE": text.upper(),
        **dict.fromkeys(("UN", "OB"), text.encode() + b"\0" * (len(text) % 2)),
        **dict.fromkeys(("LO", "LT", "SH", "ST", "UC", "UR", "UT"), text),
    }
    return values.get(representation)


def identified(original: Path) -> FileDataset:
    """An image of sample_data/ with sentinels at its root, in sequences, in private elements and around the file."""
    data = pydicom.dcmread(original)
    data.SpecificCharacterSet = "ISO_IR 192"
    shown = {element.tag: element for element in data if element.tag.group in (0x0028, 0x0018) and element.VR != "SQ"}
    fill(data, "r")
    for element in shown.values():
        data[element.tag] = element
    data.RequestAttributesSequence = Sequence([_item("a")])
    data.ContentSequence = Sequence([_item("c")])
    _private(data)
    _odd_groups(data)
    data.file_meta.SourceApplicationEntityTitle = f"{WORD}AE"
    data.file_meta.SendingApplicationEntityTitle = f"{WORD}AF"
    data.file_meta.ImplementationVersionName = f"{WORD}IVN"
    data.file_meta.PrivateInformationCreatorUID = f"{UID_ROOT}.2"
    data.file_meta.PrivateInformation = f"{WORD}in-meta-".encode()
    data.preamble = f"{WORD} in the preamble".encode().ljust(128, b".")
    return data


def _item(place: str) -> Dataset:
    """Three levels of items."""
    inner, middle, item = Dataset(), Dataset(), Dataset()
    for level, mark in ((inner, "1"), (middle, "2"), (item, place)):
        fill(level, mark, range(0x0008, 0x0050))
    middle.PersonIdentificationCodeSequence = Sequence([inner])
    item.ConceptNameCodeSequence = Sequence([middle])
    return item


def _private(data: Dataset) -> None:
    block = data.private_block(0x0009, f"{WORD.upper()} CREATOR", create=True)
    for offset, (representation, value) in enumerate(
        [
            ("LO", f"{WORD}private"),
            ("UN", f"{WORD}unknown-".encode()),
            ("OB", f"{WORD}binary".encode()),
            ("PN", f"{WORD}^name"),
        ]
    ):
        block.add_new(0x10 + offset, representation, value)
    inner = Dataset()
    inner.add_new(0x00090010, "LO", f"{WORD} INNER")
    inner.add_new(0x00091001, "PN", f"{WORD}deep^private")
    block.add_new(0x20, "SQ", Sequence([inner]))
    hidden = struct.pack("<HHLHHL", 0xFFFE, 0xE000, 28, 0x0010, 0x0010, 20) + f"{WORD}^hidden in UN".encode()[
        :20
    ].ljust(20)
    block.add_new(0x21, "UN", hidden)


def _odd_groups(data: Dataset) -> None:
    """Overlay, curve, sound, an unknown attribute of an even group, and padding behind everything."""
    data.add_new(0x60020010, "US", 8)
    data.add_new(0x60020011, "US", 8)
    data.add_new(0x60020022, "LO", f"{WORD}overlay")
    data.add_new(0x60020040, "CS", "G")
    data.add_new(0x60020050, "SS", [1, 1])
    data.add_new(0x60020100, "US", 1)
    data.add_new(0x60020102, "US", 0)
    data.add_new(0x60023000, "OB", f"{WORD}ov"[:8].encode())
    data.add_new(0x50003000, "OB", f"{WORD}curve-".encode())
    data.add_new(0x5000200C, "OB", f"{WORD}sound-".encode())
    data.add_new(0x00280FFE, "LO", f"{WORD}unknown even")
    data.add_new(0x00282000, "OB", f"{WORD}icc-profile-".encode())
    data.add_new(0xFFFAFFFA, "SQ", Sequence([_signature()]))
    data.add_new(0xFFFCFFFC, "OB", f"{WORD}trailing".encode())


def _signature() -> Dataset:
    item = Dataset()
    item.DigitalSignatureUID = f"{UID_ROOT}.3"
    item.Signature = f"{WORD}signature-".encode()
    return item


# streams


def jpeg_with_segments(data: Dataset) -> bytes:
    """The JPEG frames of a data set with comments and vendor segments, and text behind the end of the first one."""
    segments = b"".join(
        b"\xff" + marker + struct.pack(">H", len(text) + 2) + text
        for marker, text in (
            (b"\xfe", f"{WORD} comment".encode()),
            (b"\xe1", f"Exif\0\0{WORD} exif".encode()),
            (b"\xed", f"Photoshop 3.0\0{WORD} iptc".encode()),
            (b"\xe2", f"ICC_PROFILE\0\x01\x01{WORD} icc".encode()),
        )
    )
    frames = [
        frame[:2] + segments + frame[2:]
        for frame in generate_frames(data.PixelData, number_of_frames=data.NumberOfFrames)
    ]
    return encapsulate(frames)


def jpeg_2000_with_comment(data: Dataset) -> bytes:
    """One grey frame as JPEG 2000 with a comment in its main header (ISO/IEC 15444-1 A.9.2)."""
    stream = imagecodecs.jpeg2k_encode(data.pixel_array, level=0, codecformat="j2k", reversible=True)
    size = 4 + int.from_bytes(stream[4:6], "big")
    text = f"{WORD} comment".encode()
    comment = b"\xff\x64" + struct.pack(">HH", len(text) + 4, 1) + text
    return encapsulate([stream[:size] + comment + stream[size:]])


# what is found


def sentinels_in(content: bytes) -> set[str]:
    """Every sentinel that stands in some bytes: in upper or lower case, in UTF-8 or UTF-16, a UID or the date."""
    return set(_found(content)) | set(_found(content.replace(b"\0", b"")))


def _found(content: bytes) -> Iterator[str]:
    for pattern in (rb"(?i)zqxvwk[\w ^.-]{0,24}", re.escape(UID_ROOT).encode() + rb"[\d.]*", _BIRTH.encode()):
        yield from (match.decode("latin-1") for match in re.findall(pattern, content))


def attribute_of(sentinel: str) -> str:
    """The keyword of the attribute that a sentinel stood in, for messages."""
    found = re.match(r"(?i)zqxvwk(?:given)?([0-9a-f]{8})", sentinel)
    return pydicom.datadict.keyword_for_tag(Tag(int(found[1], 16))) if found else sentinel
