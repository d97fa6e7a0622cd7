"""Encrypted attributes that others made, in good faith or to do harm (PS3.15 E.1.2)."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from encrypted_by_hand import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    LIMITS,
    back,
    by_hand,
    content,
    of,
    sealed,
    stripped,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import DataElement, Dataset
from pydicom.tag import Tag
from recipient_keys import recipients

from pixelclean.dicom.data_set import encode_data_set
from pixelclean.dicom.inflate import deflate
from pixelclean.envelope import seal
from pixelclean.errors import Refused
from pixelclean.header.encryption.restored import restored
from pixelclean.reasons import ReasonCode


def refusal(dataset: Dataset) -> Refused:
    with pytest.raises(Refused) as caught:
        back(dataset)
    return caught.value


# What others made


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, DEFLATED, BIG])
def test_every_transfer_syntax_of_the_content_is_read(patient: Dataset, syntax: str) -> None:
    hidden = of(PatientName="Sentinel^Zoe", SOPInstanceUID="1.2.3.4.5.1")
    data = content(hidden, syntax=syntax)
    if syntax == DEFLATED:
        data = deflate(data)
    assert back(by_hand(stripped(patient), sealed(data), syntax=syntax)).PatientName == "Sentinel^Zoe"


def test_every_item_that_opens_is_used_and_the_others_are_passed_over(patient: Dataset) -> None:
    for_another = seal(content(of(PatientName="not for you")), recipients("dora"))
    name, birth = content(of(PatientName="Sentinel^Zoe")), content(of(PatientBirthDate="19770707"))
    again = back(by_hand(stripped(patient, "PatientBirthDate"), for_another, sealed(name), sealed(birth)))
    assert (str(again.PatientName), again.PatientBirthDate) == ("Sentinel^Zoe", "19770707")


def test_items_that_disagree_restore_nothing(patient: Dataset) -> None:
    one, other = (sealed(content(of(PatientName=name))) for name in ("Sentinel^Zoe", "Sentinel^Zoa"))
    assert refusal(by_hand(patient, one, other)).code is ReasonCode.CANNOT_RESTORE


# Bad input


def test_a_file_without_encrypted_attributes_says_so(patient: Dataset) -> None:
    assert refusal(patient).code is ReasonCode.NOT_ENCRYPTED_HERE
    assert refusal(by_hand(patient)).code is ReasonCode.NOT_ENCRYPTED_HERE


def test_encrypted_attributes_that_are_no_sequence_of_envelopes_are_refused(patient: Dataset) -> None:
    patient[0x04000500] = DataElement(0x04000500, "OB", b"no sequence")
    assert refusal(patient).code is ReasonCode.CANNOT_DECRYPT
    del patient.EncryptedAttributesSequence
    for lacking in ("EncryptedContent", "EncryptedContentTransferSyntaxUID"):
        by_hand(patient, sealed(content(of(PatientName="Sentinel^Zoe"))))
        del patient.EncryptedAttributesSequence[0][lacking]
        assert refusal(patient).code is ReasonCode.CANNOT_DECRYPT
    by_hand(patient, b"")
    assert refusal(patient).code is ReasonCode.CANNOT_DECRYPT
    by_hand(patient, sealed(content(of(PatientName="Sentinel^Zoe")))[:-20])
    assert refusal(patient).code is ReasonCode.CANNOT_DECRYPT


def _element(tag: int, vr: str, value: bytes) -> bytes:
    header = Tag(tag).group.to_bytes(2, "little") + Tag(tag).element.to_bytes(2, "little") + vr.encode()
    return header + len(value).to_bytes(2, "little") + value


def _around(item: bytes) -> bytes:
    """A Modified Attributes Sequence of one item of these bytes."""
    items = b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item
    return b"\x00\x04\x50\x05SQ\0\0" + len(items).to_bytes(4, "little") + items


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Sentinel^Zoe, no data set at all",
        content(of(PatientName="Sentinel^Zoe"))[:-3],
        content(of(PatientName="Sentinel^Zoe")) + b"\x10\x00",
        content(),
        content(of(PatientName="Sentinel^Zoe"), of(PatientName="Sentinel^Zoe")),
        encode_data_set(of(PatientName="Sentinel^Zoe"), EXPLICIT),
        b"\x00\x04\x50\x05OB\0\0\4\0\0\0word",
        _around(_element(0x00020010, "UI", b"1.2\0")),
        _around(_element(0x00000002, "UI", b"1.2\0")),
        _around(_element(0x00041130, "CS", b"ZOE ")),
        _around(_element(0x7FE00010, "US", b"\1\0")),
        _around(_element(0x00100010, "PN", b"Z^") + _element(0x00100010, "PN", b"Y^")),
        _around(_element(0x00100010, "PN", b"Z^")[:-1]),
        _around(_element(0x00080005, "CS", b"NO SUCH SET ")),
        _around(_element(0x00280010, "US", b"\1")),
    ],
    ids=str,
)
def test_content_that_is_no_item_of_attributes_restores_nothing_and_is_not_quoted(
    patient: Dataset, data: bytes
) -> None:
    refused = refusal(by_hand(patient, sealed(data)))
    assert refused.code is ReasonCode.CANNOT_RESTORE
    assert "Sentinel" not in str(refused)


def test_content_that_is_nested_too_deep_or_in_no_known_transfer_syntax_restores_nothing(
    patient: Dataset, nested: Callable[..., Dataset]
) -> None:
    deep = content(nested(of(PatientName="Sentinel^Deep"), LIMITS.depth + 1))
    assert refusal(by_hand(patient, sealed(deep))).code is ReasonCode.CANNOT_RESTORE
    unknown = by_hand(patient, sealed(content(of(PatientName="Sentinel^Zoe"))), syntax="1.2.3")
    assert refusal(unknown).code is ReasonCode.CANNOT_RESTORE


def test_more_items_than_anybody_makes_are_not_tried(patient: Dataset) -> None:
    good = sealed(content(of(PatientName="Sentinel^Zoe")))
    assert "more than 100" in refusal(by_hand(patient, *[good] * 101)).detail


@given(st.binary(max_size=60), st.sampled_from([IMPLICIT, EXPLICIT, DEFLATED, BIG]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_decrypted_noise_is_refused(patient: Dataset, noise: bytes, syntax: str) -> None:
    with pytest.raises(Refused):
        restored(by_hand(deepcopy(patient), b"envelope", syntax=syntax), lambda _: noise, LIMITS)
