"""The bytes of a data set, compared with those that pydicom itself writes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import LIMITS, element, implicit, item, part10
from pydicom import DataElement, Dataset, Sequence, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from pixelclean.dicom import quiet, read, read_bytes
from pixelclean.dicom.body import body
from pixelclean.errors import Refused

ENCODINGS = [(False, True), (True, True), (False, False)]


def ours(dataset: Dataset, *, implicit: bool, little: bool) -> bytes | str:
    return _or_kind_of_error(lambda: b"".join(body(dataset, implicit=implicit, little=little)))


def theirs(dataset: Dataset, *, implicit: bool, little: bool) -> bytes | str:
    file = DicomBytesIO()
    file.is_implicit_VR, file.is_little_endian = implicit, little

    def write() -> bytes:
        write_dataset(file, dataset)
        return file.getvalue()

    return _or_kind_of_error(write)


def _or_kind_of_error(write: Any) -> bytes | str:
    try:
        with quiet():
            made: bytes = write()
    except Exception as error:  # noqa: BLE001 - which one is what is compared
        return type(error).__name__
    return made


@pytest.mark.parametrize("implicit, little", ENCODINGS)
def test_every_real_file_is_encoded_as_pydicom_does_it(shared_data: Path, implicit: bool, little: bool) -> None:
    compared = 0
    for file in sorted(path for path in (shared_data / "files").rglob("*") if path.is_file()):
        try:
            dataset = read(file, LIMITS).dataset
        except Refused:
            continue
        wanted = theirs(dataset, implicit=implicit, little=little)
        assert ours(dataset, implicit=implicit, little=little) == wanted, file.name
        compared += 1
    assert compared > 200


@pytest.mark.parametrize("implicit, little", ENCODINGS)
@pytest.mark.parametrize(
    "made",
    [
        DataElement(0x00100010, "PN", "Sentinel^Zoë=漢^字"),
        DataElement(0x00104000, "LT", "ä\\ö"),
        DataElement(0x00081030, "LO", ["ä", "b"]),
        DataElement(0x00080018, "UI", "1.2.3"),
        DataElement(0x00280009, "AT", [0x00181063, 0x00181064]),
        DataElement(0x00189306, "FD", [1.5, 2.5]),
        DataElement(0x00282000, "OB", b"odd"),
        DataElement(0x00104000, "LT", "x" * 70000),
        DataElement(0x00181411, "DS", ["1.50", ""]),
        DataElement(0x00080005, "CS", None),
        DataElement(0x00280106, "US or SS", 7),
        DataElement(0x00080008, "CS", []),
        DataElement(0x00280010, "US", None),
        DataElement(0x00280000, "UL", 4),
        DataElement(0x00081115, "SQ", Sequence()),
    ],
    ids=lambda made: f"{made.tag} {made.VR}",
)
def test_every_kind_of_value_is_encoded_as_pydicom_does_it(made: DataElement, implicit: bool, little: bool) -> None:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.add(made)
    assert ours(dataset, implicit=implicit, little=little) == theirs(dataset, implicit=implicit, little=little)


@given(undefined=st.lists(st.booleans(), min_size=4, max_size=4), names=st.lists(st.text(max_size=5), max_size=3))
def test_sequences_of_any_shape_are_encoded_as_pydicom_does_it(undefined: list[bool], names: list[str]) -> None:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    inner = []
    for name in names:
        item = Dataset()
        item.is_undefined_length_sequence_item = undefined[0]
        item.PatientComments = name
        deeper = Dataset()
        deeper.is_undefined_length_sequence_item = undefined[1]
        deeper.SpecificCharacterSet = "ISO_IR 100"
        deeper.PatientComments = "ä"
        item.OtherPatientIDsSequence = [deeper]
        item["OtherPatientIDsSequence"].is_undefined_length = undefined[2]
        inner.append(item)
    dataset.OtherPatientIDsSequence = inner
    dataset["OtherPatientIDsSequence"].is_undefined_length = undefined[3]
    for silent, little in ENCODINGS:
        assert ours(dataset, implicit=silent, little=little) == theirs(dataset, implicit=silent, little=little)


def test_an_element_in_a_wrong_place_is_written_in_the_order_of_tags() -> None:
    dataset = Dataset()
    for keyword, value in (("PatientID", "ZZ-1"), ("Modality", "CT"), ("PatientName", "Sentinel")):
        setattr(dataset, keyword, value)
    written = dcmread(BytesIO(b"".join(body(dataset, implicit=True, little=True))), force=True)
    assert list(written.keys()) == sorted(written.keys())


def test_pixel_data_of_undefined_length_that_are_no_items_are_not_written() -> None:
    dataset = Dataset()
    dataset.add(DataElement(0x7FE00010, "OB", b"Sentinel", is_undefined_length=True))
    with pytest.raises(ValueError, match="not encapsulated"):
        body(dataset, implicit=False, little=True)


def test_a_private_sequence_that_was_unknown_is_written_as_pydicom_does_it() -> None:
    data = part10(element(0x00091001, "UN", item(implicit(0x00100010, b"Sentinel"))))
    dataset = read_bytes(data, LIMITS).dataset
    assert dataset[0x00091001].VR == "SQ"
    assert ours(dataset, implicit=False, little=True) == theirs(dataset, implicit=False, little=True)
