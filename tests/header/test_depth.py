"""Nothing hides: at any depth, in private elements, in sequences of unknown VR, in misplaced groups."""

import struct
from io import BytesIO

import pytest
from pydicom import DataElement, Dataset, FileDataset, Sequence, dcmread, dcmwrite
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileMetaDataset
from pydicom.tag import BaseTag
from pydicom.uid import ExplicitVRLittleEndian

from pixelclean.errors import Refused
from pixelclean.options import Option
from pixelclean.policy import HeaderPolicy
from pixelclean.reasons import ReasonCode


@pytest.mark.parametrize("depth", [0, 1, 2, 10])
def test_the_profile_reaches_every_depth(depth, nested, clean, encoded) -> None:
    inner = Dataset()
    inner.PatientComments = "ZZ-SENTINEL"
    inner.OperatorsName = "Sentinel^Op"
    inner.ReferencedSOPInstanceUID = "1.2.3.77177"
    written = encoded(clean(nested(inner, depth)).dataset)
    assert b"SENTINEL" not in written and b"Sentinel" not in written and b"1.2.3.77177" not in written


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_private_elements_go_with_their_creators(depth, nested, clean) -> None:
    inner = Dataset()
    block = inner.private_block(0x0029, "ZZ SENTINEL CREATOR", create=True)
    deeper = Dataset()
    deeper.PatientName = "Sentinel^Zoe"
    deeper.private_block(0x0031, "ZZ", create=True).add_new(1, "LO", "ZZ-SENTINEL")
    block.add_new(0x10, "SQ", Sequence([deeper]))
    block.add_new(0x11, "OB", b"ZZ-SENTINEL")
    cleaned = clean(nested(inner, depth)).dataset
    assert not [element for element in cleaned.iterall() if element.tag.is_private]


def explicit(tag: int, vr: bytes, value: bytes) -> bytes:
    """An element of a VR with a 32-bit length, in Explicit VR Little Endian."""
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, len(value)) + value


def read(stream: bytes) -> Dataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = BytesIO()
    dcmwrite(buffer, FileDataset(None, Dataset(), file_meta=meta))
    return dcmread(BytesIO(buffer.getvalue() + stream), force=True)


@pytest.mark.parametrize("padding", [0, 70_000])
def test_a_standard_sequence_of_vr_un_is_cleaned_inside(padding: int, clean, encoded) -> None:
    inner = Dataset()
    inner.OperatorsName = "Sentinel^Op"
    inner.RedPaletteColorLookupTableData = bytes(padding)
    outer = Dataset()
    outer.SharedFunctionalGroupsSequence = Sequence([inner])
    items = encoded(outer)[8:]
    source = read(explicit(0x52009229, b"UN", items))
    assert 0x52009229 in source
    assert b"Sentinel" in items and b"Sentinel" not in encoded(clean(source).dataset)


@pytest.mark.parametrize("vr", [b"UN", b"UT", b"OB"])
def test_elements_that_nobody_knows_go(vr: bytes, clean) -> None:
    source = read(explicit(0x00082199, vr, b"Sentinel"))
    assert 0x00082199 in source and 0x00082199 not in clean(source).dataset


def test_a_value_that_does_not_decode_is_dropped_or_refused(clean) -> None:
    source = read(explicit(0x00181201, b"UN", b"Sentinel"))
    assert not clean(source).dataset.get("TimeOfLastCalibration")
    broken = Dataset()
    broken[0x00280008] = RawDataElement(BaseTag(0x00280008), "IS", 8, b"Sentinel", 0, False, True)
    assert not clean(broken).dataset.NumberOfFrames
    broken[0x00280010] = RawDataElement(BaseTag(0x00280010), "US", 3, b"abc", 0, False, True)
    with pytest.raises(Refused) as refused:
        clean(broken)
    assert refused.value.code is ReasonCode.HEADER_NOT_CLEANED and refused.value.detail == "00280010"


@pytest.mark.parametrize("tag", [0x00001000, 0x00020003, 0x00041130, 0x00080000, 0x00100000])
def test_misplaced_groups_and_group_lengths_go(tag: int, clean, nested) -> None:
    source = Dataset()
    source.add(DataElement(tag, "UL" if not tag & 0xFFFF else "LO", 17 if not tag & 0xFFFF else "ZZ"))
    assert tag not in clean(source).dataset
    assert tag not in clean(nested(source)).dataset.SharedFunctionalGroupsSequence[0]


def test_overlays_and_curves_go_as_whole_groups(patient, clean) -> None:
    patient.add_new(0x60000010, "US", 8)
    patient.add_new(0x60003000, "OW", bytes(8))
    patient.add_new(0x60024000, "LT", "ZZ-SENTINEL")
    patient.add_new(0x50003000, "OW", bytes(8))
    patient.add_new(0x50000005, "US", 1)
    cleaned = clean(patient)
    assert not [element for element in cleaned.dataset if element.tag.group >> 8 in (0x50, 0x60)]
    assert "60000010" in {fate.path for fate in cleaned.fates if fate.changed}


@pytest.mark.parametrize("tag,vr", [(0x7FE00001, "OV"), (0x7FE00002, "OV"), (0x7FE00008, "OF"), (0x7FE00010, "OB")])
def test_neither_pixels_nor_their_offsets_stay_in_an_item(tag: int, vr: str, clean, nested) -> None:
    source = Dataset()
    source.add_new(tag, vr, b"ZZ-SENTINEL Zoe ")
    assert tag not in clean(nested(source)).dataset.SharedFunctionalGroupsSequence[0]


@pytest.mark.parametrize("vr,value", [("CS", "USER"), ("LO", "Zoe Sentinel")])
def test_what_describes_a_plane_stays_as_numbers_and_terms(vr: str, value: str, patient, clean_by) -> None:
    patient.add_new(0x60000010, "US", 8)
    patient.add_new(0x60000040, "CS", "G")
    patient.add_new(0x60000045, vr, value)
    cleaned = clean_by(patient, HeaderPolicy(options=(Option.CLEAN_GRAPHICS,))).dataset
    assert (cleaned[0x60000010].value, cleaned[0x60000040].value) == (8, "G")
    assert 0x60000045 not in cleaned


@pytest.mark.parametrize(
    "keyword",
    [
        *(
            "EncryptedAttributesSequence",
            "OriginalAttributesSequence",
            "ModifiedAttributesSequence",
            "IconImageSequence",
        ),
        *("DigitalSignaturesSequence", "MACParametersSequence", "ContributingEquipmentSequence"),
        *("DeidentificationMethodCodeSequence", "ReferencedPatientSequence", "ReferencedPatientPhotoSequence"),
    ],
)
def test_sequences_that_hold_originals_go(keyword: str, patient, clean) -> None:
    inner = Dataset()
    inner.PatientName = "Sentinel^Zoe"
    setattr(patient, keyword, Sequence([inner]))
    assert keyword not in clean(patient).dataset


def test_trailing_padding_goes(patient, clean) -> None:
    patient.DataSetTrailingPadding = b"Sentinel"
    assert "DataSetTrailingPadding" not in clean(patient).dataset
