"""Patient IDs, names and UIDs as people and broken programs write them: one patient stays one, and two stay two."""

import re
from itertools import pairwise

import pytest
from bad_files import KEY, LIMITS, a_policy, element, everything, instance, item, outputs, sequence, shipped, treated
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.dicom import read_bytes
from pixelclean.heading import Deidentified
from pixelclean.options import Option

SAFE = re.compile(r"[a-z2-7]{20}")
STRANGE = [
    "../x",
    "..",
    ".",
    "/etc",
    "/etc/passwd",
    "CON",
    "nul",
    "~",
    "*",
    "A/B",
    "A B",
    "a" * 64,
    "a" * 65,
    "a" * 63 + "b",
    "x" * 10_000,
    "x" * 9_999 + "y",
    "A\x01B",
    "A\nB",
    "A\x07",
    "A\x1b(BC",
    "%s",
    "<script>",
    "é",
    "００１",
    "001",
    "1",
    "-",
    "^",
    "A^B",
    r"A\B",
    r"B\A",
    r"A\B\A",
    "AB",
    "A",
    "a",
    "Sentinel",
    "none",
    "0",
]
"""IDs of as many patients."""


def patient_of(*elements: bytes) -> str:
    """What a Patient ID becomes, which is what names the patient's folder too."""
    source = read_bytes(instance(*elements), LIMITS)
    return Deidentified(KEY, shipped()[0]).patient(source)


def of_id(value: bytes | str, vr: str = "LO") -> str:
    return patient_of(element(0x00100020, vr, value))


@pytest.mark.parametrize("identity", STRANGE)
def test_any_id_becomes_one_that_is_a_file_name_everywhere(identity: str) -> None:
    new = of_id(identity)
    assert SAFE.fullmatch(new)
    shown = identity[:60]  # a prefix tells as much
    data = instance(
        element(0x00100020, "LO", identity),
        element(0x00101000, "LO", identity),
        element(0x00081010, "SH", shown),
        element(0x0008103E, "LO", f"Head {shown}"),
        sequence(0x00101002, item(element(0x00100020, "LO", identity))),
        sequence(0x00081120, item(element(0x00100020, "LO", identity))),
    )
    for output in outputs(data):
        assert output.dataset.PatientID == new
        assert output.dataset.PatientName == f"PX-{new}^"
        nested = [each.value for each in output.dataset.iterall() if each.tag == 0x00100020]
        assert all(SAFE.fullmatch(value) for value in nested if isinstance(value, str) and value)
        if len(identity) > 4:
            assert identity[:64].casefold() not in output.text


def test_different_ids_are_different_patients() -> None:
    assert len({of_id(identity) for identity in STRANGE}) == len(STRANGE)


@pytest.mark.parametrize("identity", ["A", "ZZ-7", "../x", r"A\B", "é"])
def test_padding_makes_no_other_patient(identity: str) -> None:
    plain = identity.encode()
    padded = [plain + b" ", plain + b"\0", plain + b"\0\0\0", b"  " + plain + b"   ", plain + b" \0", plain + b"\\"]
    assert {of_id(value) for value in padded} == {of_id(plain)}


@pytest.mark.parametrize("vr", ["SH", "CS", "PN", "UI", "UN", "OB", "LT", "DS", "IS", "US", "UL", "FD", "AT"])
def test_the_value_representation_makes_no_other_patient(vr: str) -> None:
    assert of_id("12345678", vr) == of_id("12345678")


def test_the_character_set_makes_no_other_patient() -> None:
    spelled = [("ISO_IR 100", "latin-1"), ("ISO_IR 192", "utf-8"), ("GB18030", "gb18030"), ("ISO_IR 109", "iso8859-3")]
    composed, decomposed = "é-17", "e\u0301-17"
    found = {
        patient_of(element(0x00080005, "CS", terms), element(0x00100020, "LO", composed.encode(encoding)))
        for terms, encoding in spelled
    }
    found.add(patient_of(element(0x00080005, "CS", "ISO_IR 192"), element(0x00100020, "LO", decomposed)))
    assert len(found) == 1


def nobody(*others: bytes, name: str = "Sentinel^Zoe", born: str = "19610713", study: str = "1.2.3") -> str:
    return patient_of(
        element(0x00100020, "LO", b""),
        element(0x00100010, "PN", name),
        element(0x00100030, "DA", born),
        element(0x0020000D, "UI", study),
        *others,
    )


@pytest.mark.parametrize("empty", [b"", b"  ", b"\0\0", b"\\", b" \\ ", b"\\\\\\"])
def test_an_id_of_nothing_is_none(empty: bytes) -> None:
    assert nobody(element(0x00100020, "LO", empty)) == nobody()


def test_without_an_id_a_person_is_known_by_name_and_birth_date_and_by_nothing_less() -> None:
    assert nobody(study="1.2.4") == nobody() == nobody(name="SENTINEL^ZOE^^")
    others = [nobody(name="Sentinel^Zoa"), nobody(born="19610714")]
    unknown = [
        nobody(born=born, study=study) for born in ("", "1961", "0000", "Sentinel") for study in ("1.2.3", "1.2.4")
    ]
    assert len({nobody(), *others, *unknown}) == 5, "who has no birth date is known by the study"
    assert all(first != second for first, second in pairwise(unknown))


def test_an_id_that_does_not_decode_is_not_taken_for_another_one() -> None:
    """Both would read as replacement characters only."""
    first, second = (
        patient_of(
            element(0x00080005, "CS", "ISO_IR 192"),
            element(0x00100020, "LO", value),
            element(0x0020000D, "UI", f"1.2.{number}"),
        )
        for number, value in enumerate((b"\xe9\xe8", b"\xf1\xf2"))
    )
    assert first != second


@pytest.mark.parametrize("text", ["ZZ-SENT-77", "YESZZ-SENT-77", "ZZ_SENT_771", "M ZZ SENT77", "1ZZSENT77Z"])
def test_an_id_between_other_letters_is_found_in_coded_values(text: str) -> None:
    data = instance(element(0x00100020, "LO", "ZZ-SENT-77"), element(0x00180022, "CS", f"FAST\\{text}"))
    for output in outputs(data):
        assert "sent" not in output.text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\\\0"), min_size=1, max_size=200))
def test_whatever_the_id_what_leaves_is_safe(identity: str) -> None:
    assert SAFE.fullmatch(patient_of(element(0x00080005, "CS", "ISO_IR 192"), element(0x00100020, "LO", identity)))


@pytest.mark.parametrize(
    "uid",
    [
        "",
        "../x",
        "Sentinel^Zoe",
        "1",
        "1.2.",
        "1..2",
        "01.2",
        "1.2.3 4",
        "1." + "2" * 70,
        "1.2\\1.3",
        "9.9.9",
        "é",
        "1.2\x07",
    ],
)
def test_a_uid_that_is_none_is_replaced_even_where_uids_are_retained(uid: str) -> None:
    data = instance(
        element(0x00080018, "UI", uid),
        element(0x0020000D, "UI", uid),
        element(0x00200052, "UI", uid),
        sequence(0x00081140, item(element(0x00081155, "UI", uid))),
    )
    for output in outputs(data):
        assert "sentinel" not in output.text and "../x" not in output.text
        assert re.fullmatch(r"[0-9.\\]+", str(output.dataset.SOPInstanceUID).replace("', '", "\\").strip("[]'"))


def test_a_uid_stays_where_uids_are_retained() -> None:
    assert (
        treated(
            instance(element(0x0020000D, "UI", "1.2.3")), a_policy("uids", Option.RETAIN_UIDS)
        ).dataset.StudyInstanceUID
        == "1.2.3"
    )


@pytest.mark.parametrize(
    "name", ["", "^", "^^^^", "=", "===", "^Zoe", "Zoe", " ", r"A^B\C^D", "A" * 200, "=山田", "A^B^C^D^E^F^G"]
)
def test_any_name_becomes_the_patients_pseudonym(name: str) -> None:
    data = instance(element(0x00080005, "CS", "ISO_IR 192"), element(0x00100010, "PN", name))
    for output in outputs(data):
        assert output.dataset.PatientName == f"PX-{output.dataset.PatientID}^"


@pytest.mark.parametrize("identity", ["../x", "x" * 10_000, r"A\B", "A\x07B", "Sentinel^Zoe"])
def test_an_order_for_a_pseudonym_takes_any_value(identity: str) -> None:
    policy = a_policy(
        "orders",
        AccessionNumber="pseudonym",
        StudyID="pseudonym",
        ReferringPhysicianName="pseudonym",
        StationAETitle="pseudonym",
    )
    data = instance(
        element(0x00080050, "SH", identity),
        element(0x00200010, "SH", identity),
        element(0x00080090, "PN", identity),
        element(0x00080055, "AE", identity),
    )
    output = treated(data, policy).dataset
    for keyword in ("AccessionNumber", "StudyID", "ReferringPhysicianName", "StationAETitle"):
        values = output[keyword].value if identity == r"A\B" else [output[keyword].value]
        assert all(re.fullmatch(r"[A-Za-z2-7]{16}\^?", str(value)) for value in values)


def test_one_id_is_one_patient_under_every_policy() -> None:
    data = instance(element(0x00100020, "LO", "../x"))
    assert len({treated(data, policy).dataset.PatientID for policy in (*shipped(), *everything())}) == 1
