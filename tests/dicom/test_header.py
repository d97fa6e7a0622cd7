"""The header of a file is read without its pixels, as strictly, and says what the whole file says."""

from pathlib import Path

import pytest
from invented import BIG, CT, EXPLICIT, GREY, LIMITS, SYNTAX, as_file, described
from pydicom import DataElement, Dataset, Sequence

from pixelclean.dicom import read
from pixelclean.dicom.header import read_header
from pixelclean.errors import Refused
from pixelclean.header import may_identify, traces_of
from pixelclean.reasons import ReasonCode

DEFLATED = f"{EXPLICIT}.99"


def everything(tag: int, vr: str | None) -> bool:
    return True


def image(**attributes: object) -> Dataset:
    """An image of 200 by 120 pixels in 400 frames: ten megabytes."""
    made = described(GREY, SOPClassUID=CT, **attributes)
    made.NumberOfFrames = 400
    made.PixelData = bytes(120 * 200 * 400)
    return made


@pytest.mark.parametrize("syntax", [SYNTAX, EXPLICIT, BIG, DEFLATED])
def test_the_header_is_the_files_without_its_pixels(syntax: str, tmp_path: Path) -> None:
    path = tmp_path / "file.dcm"
    path.write_bytes(as_file(image(OperatorsName="Sentinel^Op"), syntax))
    whole = read(path, LIMITS).dataset
    del whole[0x7FE00010]
    assert read_header(path, LIMITS, everything) == whole


def test_what_stands_behind_the_first_bytes_is_read_too(tmp_path: Path) -> None:
    """A private value of three megabytes stands before the name."""
    made = image()
    made.private_block(0x0009, "SENTINEL PRIVATE 1.0", create=True).add_new(1, "OB", bytes(3 << 20))
    path = tmp_path / "file.dcm"
    path.write_bytes(as_file(made, EXPLICIT))
    assert read_header(path, LIMITS, everything).PatientName == "Sentinel^Zoe"


@pytest.mark.parametrize("kept", [200_000, 1_000_000])
def test_a_file_that_is_cut_short_in_its_pixels_has_a_header(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "file.dcm"
    path.write_bytes(as_file(image(), EXPLICIT)[:kept])
    with pytest.raises(Refused):
        read(path, LIMITS)
    assert read_header(path, LIMITS, may_identify).PatientID == "ZZ-SENTINEL-0001"


@pytest.mark.parametrize("cut", [100, 140, 300, 400])
def test_a_file_that_is_cut_short_in_its_header_is_refused(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "file.dcm"
    path.write_bytes(as_file(image(), EXPLICIT)[:cut])
    with pytest.raises(Refused):
        read_header(path, LIMITS, may_identify)


def test_only_what_is_wanted_is_there_and_text_is_read_by_its_character_set(tmp_path: Path) -> None:
    made = image(SpecificCharacterSet="ISO_IR 192", OperatorsName="Sentin\u00e9l^Op", KVP="120")
    made.SharedFunctionalGroupsSequence = Sequence([Dataset(), Dataset()])
    made.SharedFunctionalGroupsSequence[0].KVP = "120"
    made.SharedFunctionalGroupsSequence[1].PersonName = "Sentinel^Deep"
    made.AnatomicRegionSequence = Sequence([Dataset()])
    made.AnatomicRegionSequence[0].KVP = "120"
    path = tmp_path / "file.dcm"
    path.write_bytes(as_file(made, EXPLICIT))
    header = read_header(path, LIMITS, may_identify)
    assert header.OperatorsName == "Sentin\u00e9l^Op"
    assert "KVP" not in header and "AnatomicRegionSequence" not in header
    assert [item.PersonName for item in header.SharedFunctionalGroupsSequence] == ["Sentinel^Deep"]


def test_what_is_malformed_and_not_wanted_is_no_hindrance(tmp_path: Path) -> None:
    made = image()
    made.add(DataElement(0x00180050, "OB", b"no number at all"))
    data = as_file(made, EXPLICIT).replace(b"\x18\x00\x50\x00OB\0\0\x10\0\0\0", b"\x18\x00\x50\x00DS\x10\0")
    path = tmp_path / "file.dcm"
    path.write_bytes(data)
    assert read_header(path, LIMITS, may_identify).PatientName == "Sentinel^Zoe"


def test_a_directory_and_a_file_that_is_none_are_refused_with_their_reasons(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("nothing of ours" * 20)
    (tmp_path / "empty").touch()
    for name, code in (
        ("note", ReasonCode.NOT_DICOM),
        ("empty", ReasonCode.EMPTY_FILE),
        ("absent", ReasonCode.UNREADABLE),
    ):
        with pytest.raises(Refused) as refused:
            read_header(tmp_path / name, LIMITS, may_identify)
        assert refused.value.code is code


def test_the_headers_of_real_files_say_what_their_files_say(shared_data: Path) -> None:
    compared = 0
    for path in sorted((shared_data / "files").rglob("*")):
        if not path.is_file():
            continue
        try:
            whole = read(path, LIMITS).dataset
        except Refused:
            continue
        assert traces_of(read_header(path, LIMITS, may_identify)) == traces_of(whole)
        compared += 1
    assert compared > 200
