"""The bytes of a file are accounted for before anything is believed."""

import struct
import zlib
from pathlib import Path

import pytest
from made import (
    BIG,
    EXPLICIT,
    IMPLICIT,
    ITEM_END,
    LIMITS,
    SEQUENCE_END,
    element,
    implicit,
    item,
    part10,
)

from pixelclean.dicom import looks_like_dicom, read, read_bytes
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

NAME = element(0x00100010, "PN", b"Sentinel^Zoe")
DEFLATED = "1.2.840.10008.1.2.1.99"
UNDEFINED = 0xFFFFFFFF


def code_of(data: bytes, limits: Limits = LIMITS) -> ReasonCode:
    with pytest.raises(Refused) as caught:
        read_bytes(data, limits)
    assert "Sentinel" not in str(caught.value)
    return caught.value.code


def nested(levels: int) -> bytes:
    body = NAME
    for _ in range(levels):
        body = element(0x00081140, "SQ", item(body, UNDEFINED) + ITEM_END + SEQUENCE_END, UNDEFINED)
    return part10(body)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ReasonCode.EMPTY_FILE),
        (b"%PDF-1.7 " * 40, ReasonCode.NOT_DICOM),
        (b"\x02\x00\x00\x00" + bytes(200), ReasonCode.NOT_DICOM),
        (element(0x00080005, "CS", b"ISO_IR 100") + NAME, ReasonCode.MISSING_TRANSFER_SYNTAX),
        (part10(NAME, ""), ReasonCode.MISSING_TRANSFER_SYNTAX),
        (part10(NAME, "1.2.840.10008.1.2.4.94"), ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX),
        (part10(NAME, sop_class="1.2.840.10008.1.3.10"), ReasonCode.DICOMDIR),
        (part10(NAME + element(0x00041220, "SQ", b"")), ReasonCode.DICOMDIR),
        (part10(b""), ReasonCode.TRUNCATED),
        (part10(NAME)[:-3], ReasonCode.TRUNCATED),
        (part10(NAME)[:150], ReasonCode.TRUNCATED),
        (part10(NAME + element(0x00104000, "LT", b"x", 9000)), ReasonCode.TRUNCATED),
        (part10(NAME + NAME), ReasonCode.MALFORMED),
        (part10(NAME + b"\x10\x00\x20\x00??\x00\x00"), ReasonCode.MALFORMED),
        (part10(NAME + SEQUENCE_END), ReasonCode.MALFORMED),
        (part10(NAME + element(0x00020016, "AE", b"ZZ")), ReasonCode.MALFORMED),
        (part10(NAME + b"trailing!"), ReasonCode.MALFORMED),
        (part10(element(0x00081140, "SQ", item(NAME, 99)) + NAME * 1 + bytes(99)), ReasonCode.MALFORMED),
        (part10(element(0x00081140, "SQ", item(NAME, UNDEFINED), UNDEFINED)), ReasonCode.TRUNCATED),
        (part10(element(0x7FE00010, "OB", item(b"") + item(b"12"), UNDEFINED)), ReasonCode.TRUNCATED),
        (part10(element(0x00104000, "LT", b"", 0) + element(0x7FE00010, "OB", NAME, UNDEFINED)), ReasonCode.MALFORMED),
        (part10(zlib.compress(NAME)[:-5], DEFLATED), ReasonCode.MALFORMED),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(data: bytes, code: ReasonCode) -> None:
    assert code_of(data) is code


def test_every_truncation_of_a_file_is_refused_or_read_without_an_error_of_another_kind() -> None:
    whole = nested(3)[: -len(SEQUENCE_END)] + SEQUENCE_END + element(0x7FE00010, "OW", bytes(40))
    for end in range(len(whole)):
        try:
            read_bytes(whole[:end], LIMITS)
        except Refused:
            continue
        # only between two elements of the root does a cut leave a whole data set
        assert end in {len(whole) - 52, len(whole)}


def test_nesting_counts_items_and_stops_at_the_limit() -> None:
    read_bytes(nested(5), Limits(depth=5))
    assert code_of(nested(6), Limits(depth=5)) is ReasonCode.NESTED_TOO_DEEP


def test_thousands_of_levels_are_refused_without_exhausting_the_stack() -> None:
    assert code_of(nested(5000)) is ReasonCode.NESTED_TOO_DEEP


def test_nesting_hidden_in_private_unknown_values_counts_too() -> None:
    value = implicit(0x00100010, b"Sentinel^Zoe")
    for _ in range(6):
        value = implicit(0x00091010, item(value))
    data = part10(element(0x00091010, "UN", item(value)))
    read_bytes(data, Limits(depth=7))
    assert code_of(data, Limits(depth=6)) is ReasonCode.NESTED_TOO_DEEP


def test_too_many_elements_are_refused() -> None:
    body = b"".join(element(0x00091000 + number, "LO", b"ab") for number in range(50))
    assert code_of(part10(body), Limits(elements=49)) is ReasonCode.OVER_SIZE_LIMIT


def test_a_deflate_bomb_is_refused_before_it_unfolds() -> None:
    stream = zlib.compressobj(wbits=-15)
    bomb = stream.compress(element(0x7FE00010, "OW", bytes(1 << 22))) + stream.flush()
    assert code_of(part10(bomb, DEFLATED), Limits(loaded_bytes=1 << 20)) is ReasonCode.OVER_SIZE_LIMIT


def test_a_deflate_stream_with_the_trailer_of_gzip_is_read_and_with_anything_else_refused() -> None:
    stream = zlib.compressobj(wbits=-15)
    deflated = stream.compress(NAME) + stream.flush()
    trailer = struct.pack("<LL", zlib.crc32(NAME), len(NAME))
    assert read_bytes(part10(deflated + trailer, DEFLATED), LIMITS).dataset.PatientName == "Sentinel^Zoe"
    assert code_of(part10(deflated + b"Sentinel", DEFLATED)) is ReasonCode.MALFORMED
    assert code_of(part10(deflated[:-2], DEFLATED)) is ReasonCode.TRUNCATED


def test_zeros_after_the_data_set_are_tolerated() -> None:
    for count in range(1, 20):
        assert "PatientName" in read_bytes(part10(NAME + bytes(count)), LIMITS).dataset


def test_a_sequence_in_unknown_is_a_sequence_known_or_private() -> None:
    inside = item(implicit(0x00100010, b"Sentinel^Zoe"))
    for tag in (0x00081140, 0x00091010):
        dataset = read_bytes(part10(element(tag, "UN", inside)), LIMITS).dataset
        assert dataset[tag].VR == "SQ"
        assert dataset[tag].value[0].PatientName == "Sentinel^Zoe"


def test_a_private_value_that_only_starts_like_a_sequence_stays_bytes() -> None:
    for value in (item(b"abc"), item(b"") + b"zz", b"\xfe\xff\x00\xe0"):
        dataset = read_bytes(part10(element(0x00091010, "UN", value)), LIMITS).dataset
        assert dataset[0x00091010].value == value


def test_implicit_items_in_an_explicit_sequence_are_read() -> None:
    data = part10(element(0x00081140, "SQ", item(implicit(0x00100010, b"Sentinel^Zoe"))))
    assert read_bytes(data, LIMITS).dataset[0x00081140].value[0].PatientName == "Sentinel^Zoe"


def test_a_private_undefined_length_in_implicit_is_a_sequence() -> None:
    value = item(implicit(0x00100010, b"Sentinel^Zoe")) + SEQUENCE_END
    dataset = read_bytes(part10(implicit(0x00091010, value, UNDEFINED), IMPLICIT), LIMITS).dataset
    assert dataset[0x00091010].value[0].PatientName == "Sentinel^Zoe"


def test_signedness_reaches_ambiguous_values_in_items() -> None:
    inside = item(implicit(0x00283002, struct.pack("<Hhh", 256, -5, 16)))
    body = implicit(0x00280103, struct.pack("<H", 1)) + implicit(0x00283000, inside)
    descriptor = read_bytes(part10(body, IMPLICIT), LIMITS).dataset.ModalityLUTSequence[0]["LUTDescriptor"]
    assert descriptor.VR == "SS"
    assert list(descriptor.value) == [256, -5, 16]


def test_a_value_that_does_not_fit_its_representation_is_refused_by_its_tag() -> None:
    with pytest.raises(Refused) as caught:
        read_bytes(part10(element(0x00280010, "US", b"\x01")), LIMITS)
    assert (caught.value.code, caught.value.detail) == (ReasonCode.MALFORMED, "(0028,0010)")


def test_the_additions_to_the_dictionary_are_known_when_reading() -> None:
    body = implicit(0x00081301, item(implicit(0x00080100, b"ZZ")))
    assert read_bytes(part10(body, IMPLICIT), LIMITS).dataset["PrincipalDiagnosisCodeSequence"].VR == "SQ"


def test_nothing_about_a_bad_value_is_printed(
    capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    read_bytes(part10(element(0x00100030, "DA", b"Sentinel^Zoe") + element(0x00280010, "US", b"\1\0")), LIMITS)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_big_endian_is_walked_and_read() -> None:
    body = struct.pack(">HH2sH", 0x0028, 0x0010, b"US", 2) + struct.pack(">H", 300)
    assert read_bytes(part10(body, BIG), LIMITS).dataset.Rows == 300


def test_a_file_over_the_limit_is_refused_unread_and_an_absent_one_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with pytest.raises(Refused) as caught:
        read(path, LIMITS)
    assert caught.value.code is ReasonCode.UNREADABLE
    path.write_bytes(part10(NAME))
    with pytest.raises(Refused) as caught:
        read(path, Limits(file_bytes=100))
    assert caught.value.code is ReasonCode.OVER_SIZE_LIMIT


@pytest.mark.parametrize(
    ("data", "likely"),
    [
        (part10(NAME), True),
        (element(0x00080005, "CS", b"ISO_IR 100") + NAME, True),
        (implicit(0x00080005, b"ISO_IR 100") + NAME, True),
        (b"", False),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), False),
        (b"PK\x03\x04" + bytes(300), False),
        (b"a plain text, long enough to be looked at" * 9, False),
    ],
)
def test_folder_walks_tell_dicom_from_other_files(tmp_path: Path, data: bytes, likely: bool) -> None:
    (tmp_path / "a").write_bytes(data)
    assert looks_like_dicom(tmp_path / "a") is likely


def test_explicit_is_the_syntax_that_was_said() -> None:
    source = read_bytes(part10(NAME), LIMITS)
    assert source.transfer_syntax == EXPLICIT
    assert source.dataset.file_meta.TransferSyntaxUID == EXPLICIT
