"""Orders of a policy that cannot be given stop the run before its first file, and say for which attribute."""

import pytest
from bad_files import KEY, a_policy, element, everything, instance, item, treated
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag

from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header import is_profile_or_stricter, rules_of
from pixelclean.heading import Deidentified

WRONG: list[tuple[str, object]] = [
    ("PatientNam", "keep"),
    ("0010,9999", "remove"),
    ("0009,0010", "keep"),
    ("0009,1001", "keep"),
    ("0002,0010", "keep"),
    ("0004,1220", "keep"),
    ("7FE0,0010", "remove"),
    ("6000,3000", "keep"),
    ("5000,3000", "keep"),
    ("SOPClassUID", "remove"),
    ("SOPInstanceUID", "keep"),
    ("StudyInstanceUID", "keep"),
    ("SpecificCharacterSet", "remove"),
    ("SpecificCharacterSet", {"value": "ISO_IR 100"}),
    ("RequestAttributesSequence", {"value": "Sentinel"}),
    ("RequestAttributesSequence", {"only": ["A"]}),
    ("RequestAttributesSequence", {"bin": 5}),
    ("RequestAttributesSequence", "pseudonym"),
    ("RequestAttributesSequence", "derive"),
    ("FrameOfReferenceUID", {"value": "1.2.3"}),
    ("FrameOfReferenceUID", "pseudonym"),
    ("FrameOfReferenceUID", "clean"),
    ("FrameOfReferenceUID", {"bin": 1}),
    ("PatientName", {"bin": 1}),
    ("PatientName", "derive"),
    ("PatientName", {"value": "x" * 65}),
    ("PatientName", {"value": "a=b=c=d"}),
    ("PatientAge", "clean"),
    ("PatientAge", "pseudonym"),
    ("PatientAge", {"value": "57"}),
    ("PatientAge", {"only": ["old"]}),
    ("PatientWeight", "clean"),
    ("PatientWeight", {"value": "heavy"}),
    ("PatientWeight", {"value": "72,5"}),
    ("PatientWeight", "derive"),
    ("InstanceNumber", {"value": "1.5"}),
    ("PatientBirthDate", {"value": "19001301"}),
    ("PatientBirthDate", {"value": "0000"}),
    ("PatientBirthDate", {"bin": 5}),
    ("StudyTime", {"value": "240000"}),
    ("AcquisitionDateTime", {"value": "Sentinel"}),
    ("PatientSex", {"value": "male"}),
    ("PatientSex", {"only": ["M", "female"]}),
    ("AccessionNumber", {"value": "x" * 17}),
    ("StationAETitle", {"value": "x" * 17}),
    ("Rows", {"value": "5"}),
    ("PixelPaddingValue", "dummy"),
    ("LUTData", "dummy"),
    ("LUTData", "clean"),
]


@pytest.mark.parametrize("attribute, order", WRONG)
def test_a_wrong_order_is_said_with_its_attribute(attribute: str, order: object) -> None:
    policy = a_policy("wrong", **{attribute: order})
    with pytest.raises(ConfigurationError, match=attribute):
        Deidentified(KEY, policy)


NONE: list[object] = [
    *("vanish", "", "KEEP", {}, {"value": 5}, {"value": "a\\b"}, {"value": "a\x07"}, {"only": []}, {"only": [1]}),
    *({"bin": -1}, {"bin": "5"}, {"bin": True}, {"bin": 0}, {"from": 5, "to": 1}, {"bin": 5, "value": "x"}),
    *(["keep"], 5, None, True),
]


@pytest.mark.parametrize("order", NONE)
def test_an_order_that_is_none_is_said_with_its_attribute(order: object) -> None:
    with pytest.raises(ConfigurationError, match="PatientWeight"):
        a_policy("wrong", PatientWeight=order)


def test_two_orders_for_one_attribute_are_one_too_many() -> None:
    with pytest.raises(ConfigurationError, match=r"0010,0010|PatientName"):
        Deidentified(KEY, a_policy("wrong", **{"PatientName": "remove", "0010,0010": "empty"}))


def _one_of_each_vr() -> list[int]:
    """An attribute of every value representation that orders may be given for."""
    groups = (0x0002, 0x0004, 0x7FE0)
    found: dict[str, int] = {}
    for tag, (vr, *_) in sorted(DicomDictionary.items()):
        if keyword_for_tag(tag) and tag >> 16 not in groups and tag >> 24 not in (0x50, 0x60):
            found[vr] = tag
    return sorted(found.values())


ORDERS: list[object] = [
    *("keep", "remove", "empty", "dummy", "clean", "pseudonym", "derive"),
    *({"value": "1"}, {"value": "19610713"}, {"only": ["M"]}, {"bin": 5}, {"bin": 0.5, "from": 1, "to": 3}),
]


@pytest.mark.parametrize("tag", _one_of_each_vr(), ids=dictionary_VR)
def test_an_order_that_is_taken_can_be_done_to_any_value(tag: int) -> None:
    """Whatever stands in the file: it is done, or something stricter, or the file is refused; never another error."""
    keyword = keyword_for_tag(tag)
    vr = dictionary_VR(tag).split(" or ")[0]
    values = [element(tag, each, value) for each in {vr, "UN"} - {"SQ"} for value in (b"", b"Sentinel")]
    values.append(element(tag, "SQ", item(element(0x00100010, "PN", "Sentinel^Zoe"))))
    for order in ORDERS:
        policy = a_policy("orders", *everything()[0].header.options, **{keyword: order})
        try:
            rules_of(policy.header)
        except ConfigurationError:
            continue
        for value in values:
            try:
                output = treated(instance(element(0x00100010, "PN", "Sentinel^Zoe"), value), policy)
            except Refused:
                continue
            assert b"Sentinel" not in output.data or output.left or order == "keep"


@pytest.mark.parametrize(
    "attribute,order,is_profile",
    [
        ("PatientBodyMassIndex", {"bin": 0.01}, False),
        ("PatientBodyMassIndex", "remove", True),
        ("ProcedureCreationDate", "keep", False),
        ("StudyUpdateDateTime", "clean", False),
        ("ContentLabel", "clean", False),
        ("SecondaryReviewerName", "pseudonym", True),  # a keyed dummy is a dummy
        ("SliceThickness", "keep", True),
        ("PatientWeight", {"bin": 10}, False),
    ],
)
def test_an_order_that_leaves_more_than_the_profile_takes_its_code_away(
    attribute: str, order: object, is_profile: bool
) -> None:
    assert is_profile_or_stricter(a_policy("site", **{attribute: order}).header) is is_profile
