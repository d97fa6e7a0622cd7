"""Written files say nothing about where they came from, and read back as what was written."""

import hashlib
from pathlib import Path

import pydicom
import pytest
from made import BIG, EXPLICIT, GREY, IMPLICIT, LIMITS, element, image, implicit, item, noise, part10

from pixelclean.dicom import digest_of, encode, facts_of, put_pixels, read, read_bytes, write
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

DEFLATED = "1.2.840.10008.1.2.1.99"


def sample() -> pydicom.Dataset:
    made = image(GREY)
    put_pixels(made, encode(noise(GREY), GREY, EXPLICIT))
    return made


def test_nothing_of_the_source_file_meta_or_preamble_survives(tmp_path: Path) -> None:
    data = b"ZZ-SENTINEL-PREAMBLE".ljust(128) + part10(element(0x00100020, "LO", b"ab"))[128:]
    body = data.find(element(0x00100020, "LO", b"ab"))
    data = data[:body] + element(0x00020016, "AE", b"ZZ-SENTINEL-AE") + data[body:]
    source = read_bytes(data, LIMITS)
    write(source.dataset, EXPLICIT, tmp_path / "out")
    out = (tmp_path / "out").read_bytes()
    assert out[:128] == bytes(128)
    assert b"SENTINEL" not in out


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, DEFLATED])
def test_the_same_data_set_gives_the_same_bytes(syntax: str, tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("a", "b"))
    write(sample(), syntax, one)
    write(sample(), syntax, other)
    assert one.read_bytes() == other.read_bytes()
    assert read(one, LIMITS).digest == digest_of(one) == hashlib.sha256(one.read_bytes()).hexdigest()


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, DEFLATED, BIG])
def test_what_is_written_reads_back_equal_at_every_depth(syntax: str, tmp_path: Path) -> None:
    made = image(GREY)
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName = "Sentinel^Zoë"
    inner = pydicom.Dataset()
    inner.add_new(0x00091001, "UN", b"\x01\x02")
    inner.SmallestImagePixelValue = 7
    made.OtherPatientIDsSequence = [inner]
    write(made, syntax, tmp_path / "a")
    again = read(tmp_path / "a", LIMITS).dataset
    assert again.PatientName == "Sentinel^Zoë"
    assert again.OtherPatientIDsSequence[0][0x00091001].value == b"\x01\x02"
    assert again.OtherPatientIDsSequence[0].SmallestImagePixelValue == 7
    write(again, syntax, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_implicit_source_is_written_explicitly_with_the_right_representations(tmp_path: Path) -> None:
    inside = item(implicit(0x00283002, b"\x00\x01\xfb\xff\x10\x00"))
    body = (
        implicit(0x00280100, b"\x10\x00") + implicit(0x00280103, b"\x01\x00") + implicit(0x00283000, inside)
        + implicit(0x00091010, b"ab") + implicit(0x7FE00010, bytes(8))
    )  # fmt: skip
    write(read_bytes(part10(body, IMPLICIT), LIMITS).dataset, EXPLICIT, tmp_path / "a")
    again = read(tmp_path / "a", LIMITS).dataset
    assert again.ModalityLUTSequence[0]["LUTDescriptor"].VR == "SS"
    assert again["PixelData"].VR == "OW"
    assert again[0x00091010].VR == "UN"


def test_a_value_that_cannot_be_encoded_is_refused_without_being_quoted(tmp_path: Path) -> None:
    made = image(GREY)
    made["Rows"]._value = "Sentinel^Zoe"
    with pytest.raises(Refused) as caught:
        write(made, EXPLICIT, tmp_path / "a")
    assert caught.value.code is ReasonCode.NOT_ENCODED
    assert "Sentinel" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        write(sample(), EXPLICIT, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"kept"


def test_facts_are_texts_by_keyword_and_hide_themselves() -> None:
    made = sample()
    made.ImageType = ["ORIGINAL", "PRIMARY"]
    facts = facts_of(made, ["ImageType", "Rows", "Manufacturer", "PixelData", "NoSuchKeyword", "PatientName"])
    assert facts.get("ImageType") == ("ORIGINAL", "PRIMARY")
    assert facts.first("Rows") == "6"
    assert facts.get("Manufacturer") == facts.get("PixelData") == facts.get("NoSuchKeyword") == ()
    assert "Sentinel" not in repr(facts)
