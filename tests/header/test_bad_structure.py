"""Wrong value representations, wrong lengths, wrong places, private elements of nobody, and items within items."""

import struct

import pytest
from bad_files import (
    BIG,
    CT,
    EXPLICIT,
    IMPLICIT,
    REPORT,
    SEQUENCE_END,
    UNDEFINED,
    a_policy,
    as_file,
    element,
    everything,
    implicit,
    instance,
    item,
    open_item,
    open_sequence,
    outputs,
    sequence,
    treated,
)

from pixelclean.errors import Refused
from pixelclean.options import Option
from pixelclean.reasons import ReasonCode

NAME = "Sentinel^Zoe"
PATIENT = element(0x00100010, "PN", NAME)
STATION = element(0x00081010, "SH", "CT64")
GEMS, MODE, HIDDEN, BLOCK = 0x00190010, 0x0019109E, 0x0019109C, 0x00191099
"""A creator, an element of its block that is known to be safe, and two that are not."""
EVERY_VR = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN"),
    *("SH", "SL", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV"),
)


def assert_nobody(data: bytes) -> None:
    """No policy leaves a trace of the sentinel."""
    for output in outputs(data):
        assert "sentinel" not in output.text, output.policy
        assert b"sentinel" not in output.data.lower(), output.policy


def assert_refused_or_nobody(data: bytes) -> None:
    try:
        assert_nobody(data)
    except Refused:
        return


def code_of(data: bytes) -> tuple[ReasonCode, str]:
    with pytest.raises(Refused) as caught:
        treated(data, everything()[0])
    assert "Sentinel" not in str(caught.value)
    return caught.value.code, caught.value.detail


def in_order(*elements: bytes) -> bytes:
    """A file whose elements stand as they are given."""
    return as_file(element(0x00080016, "UI", CT) + b"".join(elements))


# value representations


@pytest.mark.parametrize("vr", EVERY_VR)
def test_a_text_is_found_whatever_it_says_that_it_is(vr: str) -> None:
    """Sixteen bytes, which fit every binary value."""
    tags = (0x00080050, 0x00080060, 0x00080008, 0x0008103E, 0x00081010, 0x00181030, 0x00104000, 0x00201041, 0x00080020)
    numbers = (0x00180050, 0x00181151, 0x00189087, 0x00189602, 0x00280010, 0x00280030, 0x00281050, 0x00281200)
    elements = [element(tag, vr, "SentinelSentinel") for tag in (*tags, *numbers, 0x00100020)]
    assert_refused_or_nobody(instance(PATIENT, *elements))


@pytest.mark.parametrize("vr", EVERY_VR)
def test_a_name_is_harvested_whatever_it_says_that_it_is(vr: str) -> None:
    assert_refused_or_nobody(
        instance(element(0x00100010, vr, "SentinelSentinel"), element(0x00081010, "SH", "SENTINELSENTINEL"))
    )


@pytest.mark.parametrize("vr", ["LO", "UN", "CS", "OB", "LT"])
def test_a_name_that_is_no_name_leaves_no_device_called_after_it(vr: str) -> None:
    assert_nobody(
        instance(
            element(0x00100010, vr, NAME),
            element(0x00081010, "SH", "SENTINELCT"),
            element(0x0008103E, "LO", "Head Sentinel"),
        )
    )


@pytest.mark.parametrize("vr", ["LO", "UN", "IS", "CS", "OB", "PN", "DS", "TM", "DT", "UI", "LT", "US", "AT"])
def test_a_date_under_another_name_stays_only_as_the_date_that_it_is(vr: str) -> None:
    data = instance(element(0x00080020, vr, "19610713"), element(0x00100030, vr, "19610713"))
    full, moved = (treated(data, policy).dataset for policy in everything())
    assert full.get("StudyDate") in (None, "", "19610713")
    assert moved.get("StudyDate") != "19610713" and full.PatientBirthDate == moved.PatientBirthDate == ""


@pytest.mark.parametrize("tag", [0x00081140, 0x00400275, 0x00082112, 0x52009229, 0x0040A730, 0x00080096, 0x00100101])
@pytest.mark.parametrize("vr", ["SQ", "UN", "OB", "OW", "LO", "UT"])
def test_a_sequence_is_walked_or_gone_whatever_it_says_that_it_is(tag: int, vr: str) -> None:
    for sop_class in (CT, REPORT):
        inside = [implicit(0x00080104, NAME), implicit(0x00100010, NAME), implicit(0x0040A160, NAME)]
        assert_nobody(instance(PATIENT, element(tag, vr, item(*inside)), sop_class=sop_class))
        assert_nobody(instance(PATIENT, sequence(tag, open_item(*inside), vr=vr), sop_class=sop_class))


def test_sequences_of_unknown_vr_in_each_other_are_cleaned_inside() -> None:
    """PS3.5 6.2.2, note 2: what is in UN is Implicit VR, however deep."""
    inside = item(implicit(0x00081010, "CT64"), implicit(0x00100010, NAME), implicit(0x00081030, "Head Sentinel"))
    middle = item(implicit(0x00400275, inside), implicit(0x0018A001, item(implicit(0x00081040, "Sentinel House"))))
    for outer in (sequence(0x52009229, middle, vr="UN"), open_sequence(0x52009229, middle, vr="UN")):
        data = instance(PATIENT, outer)
        assert_nobody(data)
        kept = treated(data, everything()[0]).dataset.SharedFunctionalGroupsSequence[0].RequestAttributesSequence[0]
        assert kept.StationName == "CT64"


@pytest.mark.parametrize(
    "tag", [0x00080018, 0x00080020, 0x0008103E, 0x00100010, 0x00100020, 0x0020000D, 0x00280010, 0x00081010, 0x00101010]
)
def test_a_sequence_in_the_place_of_a_value_is_not_passed_on(tag: int) -> None:
    assert_refused_or_nobody(instance(element(tag, "SQ", item(PATIENT, STATION))))


def test_the_kind_of_an_object_is_not_a_sequence() -> None:
    assert_refused_or_nobody(instance(PATIENT, element(0x00080016, "SQ", item(PATIENT))))


@pytest.mark.parametrize(
    "tag, vr, value, kept",
    [
        (0x00080060, "DS", "12.5", None),  # a coded value is no fraction
        (0x00181151, "LO", "120", "120"),
        (0x00181151, "LO", "Sentinel", None),
        (0x00200013, "LO", "20230105101010", None),  # a moment, where twelve characters are a number's most
        (0x00200013, "LO", "12", "12"),
        (0x00180050, "IS", "3", "3"),
        (0x00200020, "IS", "20", None),
    ],
)
def test_coded_values_and_numbers_are_judged_by_the_attribute_not_by_what_they_say(
    tag: int, vr: str, value: str, kept: str | None
) -> None:
    found = treated(instance(element(tag, vr, value)), everything()[0]).dataset
    assert (str(found[tag].value or "") or None if tag in found else None) == kept


# lengths, order, structure


def test_odd_lengths_are_read_and_written_evenly() -> None:
    data = in_order(
        element(0x00081010, "SH", "CT641", 5),
        element(0x0008103E, "LO", "Sentine", 7),
        element(0x00100010, "PN", "Sentine^Zoe", 11),
    )
    for output in outputs(data):
        assert b"Sentine" not in output.data
    assert treated(data, everything()[0]).dataset.StationName == "CT641"


@pytest.mark.parametrize(
    "body, code",
    [
        (element(0x00081010, "SH", NAME, 99), "truncated"),
        (element(0x00104000, "UT", NAME, 0xFFFFFFF0), "truncated"),
        (sequence(0x00400275, item(element(0x00400007, "LO", NAME, 99))) + bytes(200), "malformed"),
        (element(0x00400275, "SQ", item(PATIENT), 9999), "truncated"),
        (open_sequence(0x00400275, item(PATIENT))[:-8], "truncated"),
        (element(0x00420011, "OB", item(PATIENT), UNDEFINED) + SEQUENCE_END, "malformed"),
        (element(0x00091011, "OB", item(PATIENT), UNDEFINED) + SEQUENCE_END, "malformed"),
        (element(0x0008103E, "LO", "")[:4] + b"??" + element(0x0008103E, "LO", NAME)[6:], "malformed"),
        (PATIENT + PATIENT, "malformed"),
        (sequence(0x00400275, item(PATIENT, PATIENT)), "malformed"),
        (SEQUENCE_END + PATIENT, "malformed"),
        (element(0x00000010, "LO", NAME), "malformed"),
        (element(0x00020016, "AE", "SENTINEL"), "malformed"),
        (element(0xFFFE0010, "LO", NAME), "malformed"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_refused_with_a_code(body: bytes, code: str) -> None:
    assert code_of(in_order(body))[0] == code


def test_explicit_items_in_an_implicit_file_are_read_to_their_end_or_refused() -> None:
    inside = item(element(0x00100010, "PN", NAME), element(0x00081010, "SH", "CT64"))
    body = implicit(0x00080016, CT) + implicit(0x00100010, NAME) + implicit(0x00400275, inside)
    assert_refused_or_nobody(as_file(body, IMPLICIT))
    assert_refused_or_nobody(instance(PATIENT, element(0x00400275, "UN", inside)))


def test_implicit_items_in_an_explicit_file_are_cleaned_inside() -> None:
    inside = item(implicit(0x00081010, "CT64"), implicit(0x00100010, NAME))
    data = instance(PATIENT, sequence(0x52009229, inside))
    assert_nobody(data)
    assert treated(data, everything()[0]).dataset.SharedFunctionalGroupsSequence[0].StationName == "CT64"


def test_a_file_that_is_explicit_and_says_implicit_is_cleaned() -> None:
    for said in (EXPLICIT, IMPLICIT):
        assert_nobody(as_file(element(0x00080016, "UI", CT) + element(0x0008103E, "LO", NAME) + PATIENT, said))


def test_elements_in_any_order_are_cleaned_alike_and_leave_in_order() -> None:
    elements = [
        element(0x00080005, "CS", "ISO_IR 192"),
        element(0x00081010, "SH", "Röntgen"),
        element(0x00081030, "LO", "CT abdomen"),
        element(0x00100010, "PN", "Sentinel^Zoë"),
        element(MODE, "LO", "EFGRE3D"),
        element(GEMS, "LO", "GEMS_ACQU_01"),
        element(0x0020000D, "UI", "1.2.3.5"),
        element(0x00080018, "UI", "1.2.3.6"),
    ]
    for policy in everything():
        forwards, backwards = treated(in_order(*elements), policy), treated(in_order(*reversed(elements)), policy)
        assert forwards.dataset == backwards.dataset
        tags = [int(tag) for tag in backwards.dataset.keys()]  # noqa: SIM118 - iterating gives elements
        assert tags == sorted(tags)
        assert (forwards.dataset.StationName, forwards.dataset.StudyDescription) == ("Röntgen", "CT abdomen")
        assert forwards.dataset[MODE].value == "EFGRE3D"


def test_bytes_behind_a_text_do_not_hide_it() -> None:
    for padding in (b"\0", b"\0\0\0", b"  \0", b"\0Zoe", b"\r\n"):
        assert_nobody(
            instance(
                PATIENT,
                element(0x00081010, "SH", b"SENTINEL" + padding),
                element(0x00081030, "LO", b"Sentinel" + padding),
            )
        )


def test_big_endian_is_cleaned() -> None:
    def turned(tag: int, vr: bytes, value: bytes) -> bytes:
        return struct.pack(">HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value

    body = turned(0x00080016, b"UI", CT.encode() + b"\0") + turned(0x00081010, b"SH", b"SENTINEL")
    body += turned(0x00100010, b"PN", NAME.encode()) + turned(0x00189602, b"FD", b"lenitneS" + b"lenitneS")
    assert_nobody(as_file(body, BIG))


# private elements


def known(*elements: bytes) -> bytes:
    return instance(PATIENT, *elements)


@pytest.mark.parametrize(
    "elements",
    [
        [element(0x00091001, "LO", NAME)],
        [element(HIDDEN, "LO", NAME), element(MODE, "LO", "EFGRE3D")],
        [element(0x00090010, "LO", "Sentinel"), element(0x00091001, "LO", "EFGRE3D")],
        [element(GEMS, "LO", r"GEMS_ACQU_01\Sentinel"), element(MODE, "LO", "EFGRE3D")],
        [element(GEMS, "LO", b"GEMS_ACQU_01\0Sentinel"), element(MODE, "LO", "EFGRE3D")],
        [element(GEMS, "LO", b"GEMS_ACQU_01\x1b$B"), element(MODE, "LO", "EFGRE3D")],
        [element(GEMS, "LO", "gems_acqu_01"), element(MODE, "LO", "EFGRE3D")],
        [element(GEMS, "SQ", item(PATIENT)), element(MODE, "LO", "EFGRE3D")],
        [element(GEMS, "US", "GEMS_ACQU_01"), element(MODE, "LO", "EFGRE3D")],
        [element(GEMS, "PN", "GEMS_ACQU_01^Sentinel"), element(MODE, "LO", "EFGRE3D")],
        [element(0x00190000, "UL", "Sent"), element(0x00190001, "LO", NAME), element(0x0019000F, "LO", "GEMS_ACQU_01")],
        [element(0x0019000F, "LO", "GEMS_ACQU_01"), element(0x00190F9E, "LO", "EFGRE3D")],
        [element(GEMS, "LO", "GEMS_ACQU_01"), element(0x00190100, "LO", NAME), element(0x0019009E, "LO", "EFGRE3D")],
        *(
            [element(group << 16 | 0x10, "LO", "GEMS_ACQU_01"), element(group << 16 | 0x109E, "LO", "EFGRE3D")]
            for group in (0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF)
        ),
        [element(0x60010010, "LO", "GEMS_ACQU_01"), element(0x60013000, "OW", NAME)],
        [element(0x7FE10010, "LO", "GEMS_ACQU_01"), element(0x7FE11010, "OW", NAME)],
    ],
)
def test_private_elements_that_are_nobodys_go(elements: list[bytes]) -> None:
    """Without creator, with a creator that is no product's, in no block, in a group that has none."""
    assert_nobody(known(*elements))
    for output in outputs(known(*elements)):
        assert not [each.tag for each in output.dataset if each.tag.is_private]
        assert b"EFGRE3D" not in output.data


@pytest.mark.parametrize(
    "creator",
    [
        element(GEMS, "LO", "GEMS_ACQU_01"),
        element(GEMS, "LO", b"GEMS_ACQU_01\0"),
        element(GEMS, "LO", b"  GEMS_ACQU_01  "),
        element(GEMS, "UN", "GEMS_ACQU_01"),
        element(GEMS, "OB", "GEMS_ACQU_01"),
    ],
)
def test_a_creator_is_known_by_its_name_and_its_block_is_cleaned(creator: bytes) -> None:
    data = known(creator, element(MODE, "LO", "EFGRE3D"), element(HIDDEN, "LO", NAME))
    assert_nobody(data)
    output = treated(data, everything()[0]).dataset
    assert (output[GEMS].value, output[MODE].value, HIDDEN in output) == ("GEMS_ACQU_01", "EFGRE3D", False)


def test_one_creator_of_two_blocks_keeps_them_apart_and_two_creators_of_one_block_keep_nothing() -> None:
    twice = known(
        element(0x00190010, "LO", "GEMS_ACQU_01"),
        element(0x00190012, "LO", "GEMS_ACQU_01"),
        element(0x0019109E, "LO", "EFGRE3D"),
        element(0x0019129E, "LO", "FSE"),
    )
    assert_nobody(twice)
    output = treated(twice, everything()[0]).dataset
    assert [output[tag].value for tag in (0x0019109E, 0x0019119E)] == ["EFGRE3D", "FSE"]
    assert 0x00190012 not in output
    both = known(element(GEMS, "LO", r"GEMS_ACQU_01\GEMS_PARM_01"), element(MODE, "LO", "EFGRE3D"))
    assert not [each.tag for each in treated(both, everything()[0]).dataset if each.tag.is_private]


@pytest.mark.parametrize("way", ["UN", "UN open", "SQ", "SQ open", "UN explicit", "OB"])
def test_private_sequences_are_parsed_in_whatever_way_they_come(way: str) -> None:
    explicit = item(
        element(0x00081030, "LO", "Head Sentinel"),
        PATIENT,
        element(GEMS, "LO", "GEMS_ACQU_01"),
        element(HIDDEN, "LO", NAME),
        element(MODE, "LO", "EFGRE3D"),
    )
    hidden = item(
        implicit(0x00081030, "Head Sentinel"),
        implicit(0x00100010, NAME),
        implicit(GEMS, "GEMS_ACQU_01"),
        implicit(HIDDEN, NAME),
        implicit(MODE, "EFGRE3D"),
    )
    ways = {
        "UN": sequence(BLOCK, hidden, vr="UN"),
        "UN open": open_sequence(BLOCK, hidden, vr="UN"),
        "SQ": sequence(BLOCK, explicit),
        "SQ open": open_sequence(BLOCK, explicit),
        "UN explicit": sequence(BLOCK, explicit, vr="UN"),
        "OB": element(BLOCK, "OB", explicit),
    }
    data = known(element(GEMS, "LO", "GEMS_ACQU_01"), ways[way])
    assert_nobody(data)
    output = treated(data, everything()[0]).dataset
    assert (BLOCK in output) == (way != "OB")
    if way != "OB":
        assert output[BLOCK].VR == "SQ" and output[BLOCK].value[0][MODE].value == "EFGRE3D"


# nesting


def nested(levels: int, tag: int, vr: str) -> bytes:
    """A name and a safe private element, that many sequences down."""
    hidden = vr == "UN"
    if not hidden:
        inside = element(0x00081010, "SH", "CT64") + PATIENT
        for _ in range(levels):
            inside = sequence(tag, open_item(inside))
        return inside
    inside = implicit(0x00081010, "CT64") + implicit(0x00100010, NAME)
    for _ in range(levels - 1):
        inside = implicit(tag, item(inside))
    return sequence(tag, item(inside), vr="UN")


@pytest.mark.parametrize("vr", ["SQ", "UN"])
@pytest.mark.parametrize("tag", [0x52009229, 0x00081140, 0x0040A730, BLOCK])
def test_nesting_is_cleaned_to_its_limit_and_refused_beyond(vr: str, tag: int) -> None:
    for levels in (31, 32):
        assert_nobody(instance(PATIENT, element(GEMS, "LO", "GEMS_ACQU_01"), nested(levels, tag, vr)))
    for levels in (33, 100):
        code, _ = code_of(instance(PATIENT, element(GEMS, "LO", "GEMS_ACQU_01"), nested(levels, tag, vr)))
        assert code is ReasonCode.NESTED_TOO_DEEP


@pytest.mark.parametrize("vr", ["SQ", "UN"])
def test_what_may_stay_stays_thirty_one_levels_down(vr: str) -> None:
    output = treated(instance(PATIENT, nested(31, 0x52009229, vr)), a_policy("devices", Option.RETAIN_DEVICE_IDENTITY))
    level = output.dataset
    for _ in range(31):
        level = level.SharedFunctionalGroupsSequence[0]
    assert level.StationName == "CT64"
