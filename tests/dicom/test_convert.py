"""Values as they are interpreted: by what the file says, by the dictionaries where it is silent, and all of them at once."""

from pathlib import Path

import pytest
from made import IMPLICIT, LIMITS, element, implicit, part10
from pydicom import DataElement, dcmread
from pydicom.dataset import Dataset

from pixelclean.dicom import quiet, read, read_bytes
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode


def built(body: bytes, syntax: str = IMPLICIT) -> Dataset:
    return read_bytes(part10(body, syntax), LIMITS).dataset


def test_every_value_of_every_real_file_is_what_pydicom_reads(shared_data: Path) -> None:
    """Where pydicom reads the file too and takes the same bytes for an element of the same VR."""
    compared = 0
    for file in sorted(path for path in (shared_data / "files").rglob("*") if path.is_file()):
        try:
            ours = read(file, LIMITS).dataset
            with quiet():
                theirs = dcmread(file)
        except Exception:  # noqa: BLE001 - what one of the two does not read cannot be compared
            continue
        for known in ours:
            with quiet():
                other = theirs.get(known.tag)
            if other is None or other.VR != known.VR or known.VR == "SQ" or known.tag == 0x00080005:
                continue
            assert str(other.value) == str(known.value), (file.name, known.tag)
            compared += 1
    assert compared > 5000


def test_nothing_is_left_to_be_interpreted_later(shared_data: Path) -> None:
    dataset = read(shared_data / "files/pydicom+pydicom/src/pydicom/data/test_files/test-SR.dcm", LIMITS).dataset
    pending = [dataset]
    while pending:
        for known in pending.pop().values():
            assert isinstance(known, DataElement)
            pending.extend(known.value if known.VR == "SQ" else ())


def test_a_private_element_knows_who_reserved_its_block_in_whatever_order_they_stand() -> None:
    creator, private = implicit(0x00290010, b"SIEMENS CSA HEADER"), implicit(0x00291008, b"MR")
    for body in (creator + private, private + creator):
        dataset = built(body)
        assert dataset[0x00291008].private_creator == "SIEMENS CSA HEADER"
        assert (dataset[0x00291008].VR, dataset[0x00291008].value) == ("CS", "MR"), "by pydicom's private dictionary"
        assert dataset[0x00290010].private_creator is None


def test_a_creator_that_cannot_be_read_is_a_refusal_of_the_file_not_a_crash() -> None:
    body = element(0x00290010, "US", b"\0", length=1) + element(0x00291008, "UN", b"ab")
    with pytest.raises(Refused) as caught:
        built(body, "1.2.840.10008.1.2.1")
    assert caught.value.code is ReasonCode.MALFORMED


def test_the_first_value_of_a_lut_descriptor_has_no_sign() -> None:
    """PS3.3 C.7.6.3.1.5: the number of entries is unsigned, whatever Pixel Representation says of the others."""
    body = implicit(0x00280103, b"\1\0") + implicit(0x00281101, b"\xff\xff\xfe\xff\x10\0")
    known = built(body)["RedPaletteColorLookupTableDescriptor"]
    assert (known.VR, list(known.value)) == ("SS", [65535, -2, 16])
