"""The Retain Safe Private Option: what is known to be safe stays in its creator's block, and nothing else (E.3.10)."""

import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, dcmread, dcmwrite
from pydicom import Sequence as Items

from pixelclean import resources
from pixelclean.dicom import read_bytes
from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header import harvest
from pixelclean.header.private import (
    Declaration,
    SafeElement,
    Treatment,
    Word,
    creators,
    is_creator,
    listed,
    relocated,
    safe_elements,
    stays,
    value_of,
)
from pixelclean.header.private.lists import known_creators
from pixelclean.header.private.site import read_site_list
from pixelclean.header.private.sound import reads_like_a_product
from pixelclean.key import ProjectKey
from pixelclean.options import Option
from pixelclean.policy import Limits

PET = "Philips PET Private Group"
DD = "Philips Imaging DD 001"
CT = "GEMS_ACQU_01"
SUV, ACTIVITY = 0x70531000, 0x70531009
KEY = ProjectKey(bytes(range(32)))
NOBODY = harvest(Dataset())
UNDECLARED = Declaration()
KNOWN_WORDS = frozenset(("head", "coil", "left", "body"))
EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"


def private(creator: object, *elements: tuple[int, str, object], block: int = 0x10, vr: str = "LO") -> Dataset:
    """A data set with one block; its elements are given with the block number 10."""
    dataset = Dataset()
    group = elements[0][0] >> 16
    dataset.add(DataElement(group << 16 | block, vr, creator))
    for tag, element_vr, value in elements:
        dataset.add(DataElement(tag & 0xFFFF00FF | block << 8, element_vr, value, already_converted=True))
    return dataset


def together(*datasets: Dataset) -> Dataset:
    whole = Dataset()
    for dataset in datasets:
        for element in dataset:
            whole.add(element)
    return whole


def known_words_of(text: str) -> str:
    return " ".join(word for word in text.split() if word.casefold() in KNOWN_WORDS)


def treatment(*options: Option, of: Dataset | None = None, date: object = None) -> Treatment:
    identifiers = NOBODY if of is None else harvest(of)
    return Treatment(options, KEY, identifiers, known_words_of, lambda element: date)


def declaring(
    creator: str,
    status: str,
    *safe: int,
    group: int = 0x2005,
    actions: Sequence[tuple[Sequence[int], str]] = (),
) -> Dataset:
    """A data set that declares one creator's block of a group."""
    item = Dataset()
    item.PrivateGroupReference = group
    item.PrivateCreatorReference = creator
    item.BlockIdentifyingInformationStatus = status
    item.NonidentifyingPrivateElements = list(safe)
    item.DeidentificationActionSequence = Items()
    for elements, action in actions:
        inner = Dataset()
        inner.IdentifyingPrivateElements = list(elements)
        inner.DeidentificationAction = action
        item.DeidentificationActionSequence.append(inner)
    dataset = Dataset()
    dataset.PrivateDataElementCharacteristicsSequence = Items([item])
    return dataset


def cleaned(source: Dataset, declared: Declaration = UNDECLARED, how: Treatment | None = None) -> Dataset:
    """One level and what is below it, with nothing but private elements: as the walk puts it together."""
    how = how or treatment()
    kept: list[tuple[SafeElement, object]] = []
    for safe in safe_elements(source, declared):
        value = value_of(safe, how)
        if safe.vr == "SQ" and value is not None:
            value = Items([cleaned(item, declared, how) for item in safe.element.value])
            value = value if stays(safe, value) else None
        if value is not None:
            kept.append((safe, value))
    places = relocated(safe for safe, _ in kept)
    target = Dataset()
    for tag, creator in creators(places):
        target.add(DataElement(tag, "LO", creator))
    for place, (_, value) in zip(places, kept, strict=True):
        target.add(DataElement(place.tag, place.vr, value))
    return target


def values_by_creator(dataset: Dataset) -> Counter[tuple[int, str, int, str]]:
    """Group, creator, low byte and value of each private element, found as a reader finds them."""
    found: Counter[tuple[int, str, int, str]] = Counter()
    for element in dataset:
        group, number = int(element.tag) >> 16, int(element.tag) & 0xFFFF
        if number >= 0x1000:
            creator = dataset[group << 16 | number >> 8].value
            found[group, creator, number & 0xFF, str(element.value)] += 1
    return found


def written(dataset: Dataset, syntax: str = EXPLICIT) -> bytes:
    buffer = BytesIO()
    dcmwrite(buffer, dataset, implicit_vr=syntax == IMPLICIT, little_endian=syntax != BIG)
    return buffer.getvalue()


def file_of(body: bytes, syntax: str = EXPLICIT) -> bytes:
    def element(tag: int, vr: bytes, value: bytes) -> bytes:
        value += b"\0" * (len(value) % 2)
        return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value

    meta = element(0x00020002, b"UI", b"1.2.840.10008.5.1.4.1.1.7") + element(0x00020010, b"UI", syntax.encode())
    return bytes(128) + b"DICM" + element(0x00020000, b"UL", struct.pack("<L", len(meta))) + meta + body


def as_read(dataset: Dataset, syntax: str = EXPLICIT) -> Dataset:
    """The same data set after the strict reader has read it from bytes."""
    return read_bytes(file_of(written(dataset, syntax), syntax), Limits()).dataset


def everything_in(dataset: Dataset) -> bytes:
    return written(dataset)


# The published list


def test_the_published_table_is_known_but_for_what_the_site_list_takes_off_it() -> None:
    published = [entry for entry in listed() if entry.source.startswith("PS3.15")]
    assert len(published) == 479 - 11
    assert {(0x7053, 0x00), (0x7053, 0x09)} == {(e.group, e.element) for e in published if e.creator == PET}


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_the_suv_factors_of_a_pet_image_survive(syntax: str) -> None:
    source = as_read(
        private(PET, (SUV, "DS", "0.000551"), (ACTIVITY, "DS", "1.25"), (0x70531003, "ST", "a.raw")), syntax
    )
    after = cleaned(source)
    assert [(f"{e.tag:08X}", e.VR) for e in after] == [("70530010", "LO"), ("70531000", "DS"), ("70531009", "DS")]
    assert (after[0x70530010].value, str(after[SUV].value), after[ACTIVITY].value) == (PET, "0.000551", 1.25)


def test_they_survive_where_the_file_says_un() -> None:
    after = cleaned(as_read(private(PET, (SUV, "UN", b"0.000551"))))
    assert (after[SUV].VR, str(after[SUV].value)) == ("DS", "0.000551")


def test_a_block_is_found_by_its_creator_and_not_by_its_number() -> None:
    source = together(private("Unheard of", (SUV, "DS", "1")), private(PET, (SUV, "DS", "2"), block=0xFE))
    assert values_by_creator(cleaned(source)) == Counter({(0x7053, PET, 0x00, "2"): 1})


def test_the_number_of_a_listed_block_in_another_group_is_not_listed() -> None:
    assert not cleaned(private(PET, (0x70511000, "DS", "2")))


def test_two_blocks_of_one_creator_are_both_retained_and_stay_apart() -> None:
    source = together(private(PET, (SUV, "DS", "1")), private(PET, (SUV, "DS", "2"), block=0x42))
    after = cleaned(source)
    assert [int(e.tag) & 0xFFFF for e in after] == [0x10, 0x11, 0x1000, 0x1100]
    assert [str(e.value) for e in after] == [PET, PET, "1", "2"]


def test_an_element_without_creator_goes_and_so_does_a_creator_without_elements() -> None:
    source = private(PET, (SUV, "DS", "1"))
    source.add(DataElement(0x70531200, "DS", "2"))
    source.add(DataElement(0x70530013, "LO", PET))
    assert [f"{e.tag:08X}" for e in cleaned(source)] == ["70530010", "70531000"]


@pytest.mark.parametrize("text", [PET, f" {PET} ", f"{PET}\0", f"{PET}  "])
def test_padding_of_a_creator_does_not_count_and_is_not_written(text: str) -> None:
    assert cleaned(private(text, (SUV, "DS", "1")))[0x70530010].value == PET


def test_a_creator_in_un_is_read() -> None:
    assert cleaned(private(PET.encode() + b" ", (SUV, "DS", "1"), vr="UN"))[0x70530010].value == PET


@pytest.mark.parametrize(
    "creator,vr",
    [
        ([PET, "Sentinel"], "LO"),
        ([PET, PET], "LO"),
        (f"{PET} Sentinel", "LO"),
        (PET.upper(), "LO"),
        ("", "LO"),
        (b"\xff\xfe", "UN"),
        (7, "US"),
        (Items([Dataset()]), "SQ"),
        ("Sentinel^Zoe", "LO"),
    ],
)
def test_a_creator_that_is_not_exactly_a_known_one_takes_its_block_along(creator: object, vr: str) -> None:
    assert not cleaned(private(creator, (SUV, "DS", "1"), vr=vr))


@pytest.mark.parametrize("group", [0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF])
def test_groups_that_are_no_private_ones_hold_no_blocks(group: int) -> None:
    declared = Declaration.of(declaring(PET, "SAFE", group=group))
    assert not safe_elements(private(PET, (group << 16 | 0x1000, "DS", "1")), declared)


@pytest.mark.parametrize("number", [0x0000, 0x0001, 0x000F, 0x0100, 0x0FFF])
def test_elements_where_no_private_element_may_stand_go(number: int) -> None:
    source = private(PET, (SUV, "DS", "1"))
    source.add(DataElement(0x70530000 | number, "DS", "7"))
    assert len(safe_elements(source, Declaration.of(declaring(PET, "SAFE", group=0x7053)))) == 1


def test_only_the_creator_of_a_known_block_is_taken_for_one() -> None:
    after = cleaned(private(PET, (SUV, "DS", "1")))
    assert [is_creator(element) for element in after] == [True, False]
    assert not is_creator(DataElement(0x70530010, "LO", "Sentinel"))
    assert not is_creator(DataElement(0x00080070, "LO", PET))


# What a listed value must be


@pytest.mark.parametrize(
    "vr,value",
    [
        ("DS", "Sentinel"),
        ("DS", "1e"),
        ("DS", ["1", "2"]),  # one value by the table
        ("LO", "Sentinel"),
        ("PN", "Sentinel^Zoe"),
        ("OB", b"1.25"),
        ("UN", b"Sentinel"),
        ("UI", "1.2.3.4"),
        ("DA", "20070717"[:4]),
        ("SQ", Items([Dataset()])),
    ],
)
def test_a_listed_number_that_is_something_else_goes(vr: str, value: object) -> None:
    source = private(PET, (SUV, vr, value))
    kept = {str(element.value) for element in cleaned(source)}
    assert kept <= {PET, "2007"}


def test_a_number_in_text_becomes_the_number_that_the_list_says() -> None:
    after = cleaned(private(PET, (SUV, "LO", "1.25")))
    assert (after[SUV].VR, after[SUV].value) == ("DS", 1.25)


def test_a_number_under_another_binary_vr_stays_as_the_file_has_it() -> None:
    after = cleaned(as_read(private(DD, (0x20011001, "FD", 0.25))))
    assert (after[0x20011001].VR, after[0x20011001].value) == ("FD", 0.25)


@pytest.mark.parametrize("vr,value", [("UN", struct.pack("<f", 2.5)), ("UN", b"123"), ("LO", "2.5x")])
def test_bytes_of_unknown_vr_are_read_as_what_the_list_says_or_go(vr: str, value: object) -> None:
    after = cleaned(private("NQLeft", (0x0199100E, vr, value)))
    assert [str(e.value) for e in after] == (["NQLeft", "2.5"] if value == struct.pack("<f", 2.5) else [])


def test_numbers_of_unknown_byte_order_go() -> None:
    source = private("NQLeft", (0x0199100E, "UN", struct.pack(">f", 2.5)))
    source.set_original_encoding(False, False)
    assert not cleaned(source)


@pytest.mark.parametrize(
    "value,stays_there",
    [("OFF", True), ("MIXED_2", True), ("ZOE SENTINEL, 7", False), ("7.7.1977", False), ("ID 7717717", False)],
)
def test_a_listed_coded_value_is_a_code(value: str, stays_there: bool) -> None:
    assert bool(cleaned(private(DD, (0x20011006, "CS", value)))) is stays_there


def test_listed_numbers_that_spell_text_go() -> None:
    spelt = list(struct.unpack("<10H", b"SentinelZoeHouse,777"))
    assert cleaned(private(DD, (0x200110D1, "US", [1, 2, 3]))) and not cleaned(private(DD, (0x200110D1, "US", spelt)))


def test_a_listed_value_that_is_an_identifier_of_the_file_goes(patient: Dataset) -> None:
    source = private(DD, (0x20011006, "CS", "SENTINEL"), (0x2001100A, "IS", "7717717"), (0x20011003, "FL", 2.5))
    assert values_by_creator(cleaned(source, how=treatment(of=patient))) == Counter({(0x2001, DD, 0x03, "2.5"): 1})


# UIDs, dates, text, bytes


def test_a_listed_uid_is_replaced_unless_uids_are_retained() -> None:
    source = private("NQHeader", (0x00991002, "UI", "1.2.3.77177"))
    assert cleaned(source)[0x00991002].value == KEY.uid("1.2.3.77177")
    assert cleaned(source, how=treatment(Option.RETAIN_UIDS))[0x00991002].value == "1.2.3.77177"


def test_what_is_no_uid_is_replaced_also_where_uids_are_retained() -> None:
    source = private("NQHeader", (0x00991002, "UI", "Zoe Sentinel"))
    assert b"Sentinel" not in everything_in(cleaned(source, how=treatment(Option.RETAIN_UIDS)))


def test_a_private_date_follows_the_date_option() -> None:
    source = private(DD, (0x200110EE, "DA", "20070717"))
    declared = Declaration.of(declaring(DD, "SAFE", group=0x2001))
    assert not cleaned(source, declared)
    assert cleaned(source, declared, treatment(date="20070601"))[0x200110EE].value == "20070601"


COIL = 0x2001108B  # MR Series Transmitting Coil, SH


@pytest.mark.parametrize("text", ["B", "1H", "31P", "SENSE-8", "Q_body", "0.984375:1", "left"])
def test_a_device_s_own_code_and_known_words_stay_as_they_are(text: str) -> None:
    assert cleaned(private(DD, (COIL, "SH", text)))[COIL].value == text


@pytest.mark.parametrize(
    "text",
    ["Sentinel", "SENTINEL", "Zoe S.", "20070717", "7.7.1977", "12:34:56", "1.2.3.4.5.6", "Zoe's head", "7717717"],
)
def test_any_other_text_goes_without_the_option_to_clean_it(text: str) -> None:
    assert not cleaned(private(DD, (COIL, "SH", text)))


PERSONAL = [
    *("Dr.Schulz", "Schulz.Maria", "dr_mueller", "m.Schulz*1926", "Krakow-3", "MRS.LEE", "LEE-KIM", "Lee-1", "von-Au"),
    *("06MAY26", "Jan-07", "1926", "(97Y)", "055Y", "55F", "F55", "24M", "12D", "J.S.", "ID-123", "DOB:7", "MD-1"),
]


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("options", [(), (Option.CLEAN_DESCRIPTORS,)])
def test_names_ages_and_dates_are_no_device_s_own_code(text: str, options: tuple[Option, ...]) -> None:
    assert not cleaned(private(DD, (COIL, "SH", text)), how=treatment(*options))


@pytest.mark.parametrize("text", ["EFGRE3D", "1.375:1", "/1.3:1", "60", "2D", "MR-1", "23Na", "B_coil", "FC30", "FL04"])
def test_codes_that_devices_write_stay(text: str) -> None:
    assert cleaned(private(DD, (COIL, "SH", text)))[COIL].value == text


@pytest.mark.parametrize(
    "value", ["SCHULZ MARIA", "DOB 07MAY1926", "MRS LEE", "SCHULZ", "BORN 7 MAY", "97Y", "LEE KIM"]
)
def test_a_listed_coded_value_of_other_words_than_a_dictionary_s_goes(value: str) -> None:
    declared = Declaration.of(declaring(DD, "SAFE", group=0x2001))
    for tag in (0x20011006, 0x20011002):  # on the list, and declared only
        assert not cleaned(private(DD, (tag, "CS", value)), declared)


@pytest.mark.parametrize(
    "value",
    ["N", "AP", "ELSEWHERE", "BI_CUBIC", "LINEARVOI", "PARALLEL", "L_PRESENTATION", "IN PROGRESS", "DIRECTIONAL"],
)
def test_coded_values_that_devices_write_stay(value: str) -> None:
    assert cleaned(private(DD, (0x20011006, "CS", value)))[0x20011006].value == value


@pytest.mark.parametrize("moment", [1672913472.25, 1672913472250.0, 44931.4, 2459950.5])
def test_numbers_that_count_from_a_known_day_follow_full_dates_only(moment: float) -> None:
    creator, tag = "SIEMENS Ultrasound SC2000", 0x01491002
    for value in (moment, [0.5, moment]):
        source = private(creator, (tag, "FD", value))
        assert not cleaned(source) and not cleaned(source, how=treatment(Option.RETAIN_MODIFIED_DATES))
        assert cleaned(source, how=treatment(Option.RETAIN_FULL_DATES))[tag].value == value
    assert cleaned(private(creator, (tag, "FD", [0.5, 712.25])))[tag].value == [0.5, 712.25]


def test_binary_numbers_that_are_the_id_go(patient: Dataset) -> None:
    patient.PatientID = "4821377"
    places = ((0x200110D1, "US", 1), (0x20011003, "FL", 4821377.0), (0x2001100A, "IS", "4821377"))
    assert values_by_creator(cleaned(private(DD, *places), how=treatment(of=patient))) == Counter(
        {(0x2001, DD, 0xD1, "1"): 1}
    )


def test_with_the_option_what_is_known_of_a_text_stays() -> None:
    how = treatment(Option.CLEAN_DESCRIPTORS)
    assert cleaned(private(DD, (COIL, "SH", "head coil Zoe")), how=how)[COIL].value == "head coil"
    assert not cleaned(private(DD, (COIL, "SH", "Zoe Sentinel")), how=how)


def test_a_code_that_names_the_patient_goes(patient: Dataset) -> None:
    patient.PatientID = "ZZ_77"
    assert not cleaned(private(DD, (COIL, "SH", "ZZ_77")), how=treatment(of=patient))


MESH = 0x2001104A  # Philips Imaging DD 097, Mesh Section Index Data, OB


@pytest.mark.parametrize(
    "value,stays_there",
    [
        (bytes(range(1, 9)) * 50, True),
        (bytes(9) + b"Sentinel, Zoe Maria" + bytes(9), False),
        ("Sentinel, Zoe Maria".encode("utf-16-le"), False),
        (bytes(128) + b"DICM" + bytes(9), False),
        (b"\xfe\xff\x00\xe0\x00\x00\x00\x00", False),
        (b"%PDF-1.4 \1\2\3", False),
        (b"\xff\xd8\xff\xe0\1\2\3\4", False),
        (b"ZZ-SENTINEL-1\1\1", False),
    ],
)
def test_listed_bytes_stay_where_they_are_neither_a_file_nor_text(
    value: bytes, stays_there: bool, patient: Dataset
) -> None:
    source = private("Philips Imaging DD 097", (MESH, "OB", value))
    assert bool(cleaned(source, how=treatment(of=patient))) is stays_there


def test_listed_bytes_that_are_pixels_go() -> None:
    assert not cleaned(private(DD, (0x2001107D, "OB", bytes(range(8)))))


# Sequences


def sequence(creator: str, tag: int, *items: Dataset) -> Dataset:
    return private(creator, (tag, "SQ", Items(items)))


STACKS = 0x2001105F  # Stack Sequence


def test_nested_elements_of_a_listed_sequence_are_judged_on_their_own() -> None:
    inner = together(
        private(DD, (0x2001102D, "SS", 4), (0x200110EE, "LO", "Sentinel")), private("Zoe", (SUV, "DS", "1"))
    )
    after = cleaned(sequence(DD, STACKS, inner))
    assert values_by_creator(after[STACKS].value[0]) == Counter({(0x2001, DD, 0x2D, "4"): 1})
    assert b"Sentinel" not in everything_in(after) and b"Zoe" not in everything_in(after)


def test_a_creator_speaks_for_its_own_level_only() -> None:
    inner = Dataset()
    inner.add(DataElement(0x2001102D, "SS", 4))
    assert not cleaned(sequence(DD, STACKS, inner))[STACKS].value[0]


def test_a_sequence_on_no_list_stays_for_what_is_known_to_be_safe_in_it() -> None:
    shell = 0x200110EE
    safe, unsafe = private(PET, (SUV, "DS", "1")), private(PET, (SUV, "DS", "Sentinel"))
    assert values_by_creator(cleaned(sequence(DD, shell, unsafe, safe))[shell].value[1])
    assert not cleaned(sequence(DD, shell, unsafe))
    assert not cleaned(sequence("Unheard of", shell, safe))


def defined_length(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, len(value)) + value


def undefined_length(tag: int, vr: bytes, value: bytes) -> bytes:
    end = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    return struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, 0xFFFFFFFF) + value + end


@pytest.mark.parametrize("wrapped", [defined_length, undefined_length])
def test_a_sequence_in_un_is_read_and_its_elements_judged(wrapped: Callable[[int, bytes, bytes], bytes]) -> None:
    inner = private(DD, (0x2001102D, "SS", 4), (0x200110EE, "LO", "Sentinel"))
    implicit = written(inner, IMPLICIT)
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(implicit)) + implicit
    body = written(private(DD, (0x2001100B, "CS", "AXIAL"))) + wrapped(STACKS, b"UN", item)
    after = cleaned(read_bytes(file_of(body), Limits()).dataset)
    assert values_by_creator(after[STACKS].value[0]) == Counter({(0x2001, DD, 0x2D, "4"): 1})


@pytest.mark.parametrize("damage", [b"\0\0\0", b"Sentinel"])
def test_a_sequence_in_un_that_does_not_read_to_its_end_goes(damage: bytes) -> None:
    implicit = written(private(DD, (0x2001102D, "SS", 4)), IMPLICIT)
    value = struct.pack("<HHL", 0xFFFE, 0xE000, len(implicit)) + implicit + damage
    body = written(private(DD, (0x2001100B, "CS", "AXIAL"))) + defined_length(
        STACKS, b"UN", value + b"\0" * (len(value) % 2)
    )
    after = cleaned(read_bytes(file_of(body), Limits()).dataset)
    assert [f"{e.tag:08X}" for e in after] == ["20010010", "2001100B"]


# The instance's own declaration

MR = "Philips MR Imaging DD 001"
UNLISTED = 0x200510FE  # a number that no list knows


def test_a_number_that_the_instance_vouches_for_stays() -> None:
    source = private(MR, (UNLISTED, "FL", 2.5))
    assert not cleaned(source)
    for declared in (declaring(MR, "SAFE"), declaring(MR, "MIXED", 0xFE)):
        assert cleaned(source, Declaration.of(declared))[UNLISTED].value == 2.5


def test_a_declaration_is_about_a_creator_and_a_group() -> None:
    source = private(MR, (UNLISTED, "FL", 2.5))
    assert not cleaned(source, Declaration.of(declaring(MR, "SAFE", group=0x2007)))
    assert not cleaned(source, Declaration.of(declaring(DD, "SAFE")))


@pytest.mark.parametrize("creator", ["ACME", "ACME 1.0", "Example: Imaging (V2)"])
def test_what_is_declared_under_the_name_of_an_unknown_product_stays(creator: str) -> None:
    source = private(creator, (UNLISTED, "FL", 2.5), (UNLISTED + 1, "LO", "Sentinel"))
    assert not cleaned(source)
    after = cleaned(source, Declaration.of(declaring(creator, "SAFE")))
    assert [str(element.value) for element in after] == [creator, "2.5"]


def test_a_declared_creator_that_is_called_like_the_patient_goes() -> None:
    source = private("Sentinel Zoe Imaging", (UNLISTED, "FL", 2.5))
    source.PatientName = "Sentinel^Zoe"
    declared = Declaration.of(declaring("Sentinel Zoe Imaging", "SAFE"))
    assert len(cleaned(source, declared)) == 2
    assert not cleaned(source, declared, treatment(of=source))


@pytest.mark.parametrize(
    "creator", ["Sentinel^Zoe", "Zoe Sentinel 7/7/1977", "Dr. Hand", "zoe@zz.example", "4711081547", "Z", "Z" * 65]
)
def test_a_declared_creator_that_is_not_the_name_of_a_product_goes_with_its_block(creator: str) -> None:
    source = private(creator, (UNLISTED, "FL", 2.5))
    assert not cleaned(source, Declaration.of(declaring(creator, "SAFE")))


@pytest.mark.parametrize(
    "vr,value",
    [
        ("LO", "Sentinel"),
        ("LO", "HEAD_1"),
        ("SH", "head"),
        ("LT", "Zoe Sentinel lives in Sentinel House"),
        ("PN", "Sentinel^Zoe"),
        ("AS", "055Y"),
        ("AE", "SENTCT1"),
        ("UR", "http://sentinel"),
        ("DA", "20070717"),
        ("TM", "071717"),
        ("OB", b"\1\2"),
        ("OW", b"\1\2"),
        ("OF", b"\1\2\3\4"),
        ("UN", b"\1\2"),
        ("CS", "ZOE SENTINEL"),
        ("CS", "zoe"),
        ("DS", "Sentinel"),
        ("DS", "20070717"),
        ("IS", "7717717"),
        ("SL", 1184666400),
        ("FD", 1184666400.5),
        ("FL", float("nan")),
        ("AT", 0x77177170),
        ("US", list(range(17))),
        ("US", list(struct.unpack("<4H", b"Sentinel"))),
        ("FD", struct.unpack("<d", b"Sentinel")[0]),
    ],
)
def test_a_forged_declaration_lets_no_text_no_bytes_and_no_date_through(vr: str, value: object) -> None:
    assert not cleaned(private(MR, (UNLISTED, vr, value)), Declaration.of(declaring(MR, "SAFE")))


def test_text_that_is_vouched_for_passes_as_a_cleaned_descriptor_only() -> None:
    declared = Declaration.of(declaring(MR, "SAFE"))
    source = private(MR, (UNLISTED, "LO", "HEAD_1 head Zoe"))
    assert cleaned(source, declared, treatment(Option.CLEAN_DESCRIPTORS))[UNLISTED].value == "head"


def test_a_uid_that_is_vouched_for_is_replaced() -> None:
    declared = Declaration.of(declaring(MR, "SAFE"))
    assert cleaned(private(MR, (UNLISTED, "UI", "1.2.3.77177")), declared)[UNLISTED].value == KEY.uid("1.2.3.77177")


@pytest.mark.parametrize(
    "declared",
    [
        declaring(PET, "UNSAFE", group=0x7053),
        declaring(PET, "MIXED", 0x09, group=0x7053),
        declaring(PET, "", group=0x7053),
        declaring(PET, "PERHAPS", group=0x7053),
        declaring(PET, "SAFE", group=0x7053, actions=[([0x00], "X")]),
        declaring(PET, "SAFE", group=0x7053, actions=[([0x1000], "X")]),
        declaring(PET, "MIXED", 0x00, group=0x7053, actions=[([0x00], "K")]),
        declaring(PET, "SAFE", group=0x7053, actions=[([], "X")]),
    ],
)
def test_a_warning_beats_the_lists(declared: Dataset) -> None:
    assert SUV not in cleaned(private(PET, (SUV, "DS", "1")), Declaration.of(declared))


def test_of_two_statements_the_stricter_holds() -> None:
    declared = declaring(PET, "SAFE", group=0x7053)
    declared.PrivateDataElementCharacteristicsSequence.extend(
        declaring(PET, "UNSAFE", group=0x7053).PrivateDataElementCharacteristicsSequence
    )
    assert not cleaned(private(PET, (SUV, "DS", "1")), Declaration.of(declared))


@pytest.mark.parametrize(
    "vr,value,action,after",
    [
        ("LO", "Sentinel", "Z", ""),
        ("LO", "Sentinel", "D", "REMOVED"),
        ("LO", "Sentinel", "U", None),
        ("LO", "Sentinel", "X", None),
        ("PN", "Sentinel^Zoe", "D", "REMOVED^"),
        ("DA", "20070717", "D", "19000101"),
        ("US", 7, "D", "0"),
        ("US", 7, "Z", None),
        ("OB", b"Sentinel", "D", None),
        ("UI", "1.2.3.77177", "U", KEY.uid("1.2.3.77177")),
        ("UI", "1.2.3.77177", "D", KEY.uid("1.2.3.77177")),
        ("UI", "1.2.3.77177", "Z", ""),
        ("SQ", Items([Dataset()]), "Z", "[]"),
    ],
)
def test_what_the_instance_calls_identifying_is_treated_as_it_demands(
    vr: str, value: object, action: str, after: str | None
) -> None:
    declared = Declaration.of(declaring(MR, "UNSAFE", actions=[([0xFE], action)]))
    result = cleaned(private(MR, (UNLISTED, vr, value)), declared, treatment(Option.RETAIN_UIDS))
    found = str(list(result[UNLISTED].value) if vr == "SQ" else result[UNLISTED].value) if UNLISTED in result else None
    assert found == after


def test_a_declaration_in_an_item_declares_nothing() -> None:
    inner = together(declaring(MR, "SAFE"), private(MR, (UNLISTED, "FL", 2.5)))
    source = sequence(DD, STACKS, inner)
    assert not cleaned(source, Declaration.of(source))[STACKS].value[0]


@pytest.mark.parametrize("value", ["Sentinel", b"Sentinel", 7])
def test_a_declaration_that_is_no_sequence_says_nothing(value: object) -> None:
    dataset = Dataset()
    dataset.add(DataElement(0x00080300, "OB" if isinstance(value, bytes) else "LO", value, already_converted=True))
    assert Declaration.of(dataset) == UNDECLARED


# Laws

CREATORS = [PET, DD, CT, "NQLeft", "Philips Imaging DD 097"]


def blocks(creators_drawn: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[int, int, str, list[int]]]]:
    group = st.sampled_from([0x0019, 0x0199, 0x2001, 0x7053])
    return st.lists(
        st.tuples(group, st.integers(0x10, 0xFF), creators_drawn, st.lists(st.integers(0, 0xFF), max_size=4)),
        max_size=6,
        unique_by=lambda block: block[:2],
    )


def dataset_of(drawn: list[tuple[int, int, str, list[int]]]) -> Dataset:
    dataset = Dataset()
    for group, number, creator, elements in drawn:
        dataset.add(DataElement(group << 16 | number, "LO", creator))
        for at, element in enumerate(elements):
            dataset.add(DataElement(group << 16 | number << 8 | element, "US", number * 7 + at))
    return dataset


@given(blocks(st.sampled_from(CREATORS)))
def test_relocation_keeps_every_value_with_its_creator_and_its_place_in_the_block(
    drawn: list[tuple[int, int, str, list[int]]],
) -> None:
    source = dataset_of(drawn)
    declared = Declaration.of(together_declared(drawn))
    kept = safe_elements(source, declared)
    after = cleaned(source, declared)
    before = Counter({place: n for place, n in values_by_creator(source).items() if place_is_in(place, kept)})
    assert values_by_creator(after) == before
    assert values_by_creator(dcmread(BytesIO(file_of(written(after))))) == before


def place_is_in(place: tuple[int, str, int, str], kept: Sequence[SafeElement]) -> bool:
    return place in {(e.tag >> 16, e.creator, e.tag & 0xFF, str(e.element.value)) for e in kept}


def together_declared(drawn: list[tuple[int, int, str, list[int]]]) -> Dataset:
    dataset = Dataset()
    dataset.PrivateDataElementCharacteristicsSequence = Items()
    for group, _, creator, _ in drawn:
        said = declaring(creator, "SAFE", group=group).PrivateDataElementCharacteristicsSequence
        dataset.PrivateDataElementCharacteristicsSequence.extend(said)
    return dataset


@given(blocks(st.sampled_from(CREATORS)))
def test_blocks_are_numbered_from_10_without_gaps_in_their_order(drawn: list[tuple[int, int, str, list[int]]]) -> None:
    after = cleaned(dataset_of(drawn), Declaration.of(together_declared(drawn)))
    by_group: dict[int, list[int]] = {}
    for element in after:
        if int(element.tag) & 0xFFFF <= 0xFF:
            by_group.setdefault(int(element.tag) >> 16, []).append(int(element.tag) & 0xFFFF)
    assert all(numbers == list(range(0x10, 0x10 + len(numbers))) for numbers in by_group.values())
    assert {int(e.tag) >> 8 & 0xFF for e in after if int(e.tag) & 0xFFFF > 0xFF} <= {
        n for g in by_group.values() for n in g
    }


@given(blocks(st.text(st.characters(codec="latin-1", exclude_characters="\\"), min_size=1, max_size=20)), st.booleans())
def test_no_creator_survives_but_the_name_of_a_product_whatever_is_declared(
    drawn: list[tuple[int, int, str, list[int]]], nested: bool
) -> None:
    source = dataset_of(drawn)
    declared = Declaration.of(together_declared(drawn))
    after = cleaned(sequence(DD, STACKS, source) if nested else source, declared)
    level = after[STACKS].value[0] if nested else after
    texts = {element.value for element in level if int(element.tag) & 0xFFFF <= 0xFF}
    assert all(map(reads_like_a_product, texts - known_creators()))


def test_relocating_again_closes_the_gap_that_a_withheld_block_leaves() -> None:
    source = together(private(PET, (SUV, "DS", "1")), private(PET, (SUV, "DS", "2"), block=0x42))
    (_, second) = safe_elements(source, UNDECLARED)
    assert [f"{e.tag:08X}" for e in relocated([second])] == ["70531000"]
    assert creators(relocated([second])) == ((0x70530010, PET),)


def test_every_word_tells_where_the_standard_says_so() -> None:
    assert all("E.3.10" in word for word in Word)


def test_the_source_is_not_changed() -> None:
    source = as_read(together(sequence(DD, STACKS, private(DD, (0x2001102D, "SS", 4))), private(PET, (SUV, "DS", "1"))))
    before = written(source)
    cleaned(source, Declaration.of(declaring(DD, "SAFE", group=0x2001)))
    assert written(source) == before


# The site's list

ENTRY = """
[[safe]]
creator = "ACME SCANNER 1.0"
group = 0x0029
element = 0x10
vr = "DS"
reason = "helical pitch"
author = "Sentinel House, physics"
date = 2026-11-21
"""


def site_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site_private.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_site_lists_its_own_elements(tmp_path: Path) -> None:
    (entry,) = read_site_list(site_file(tmp_path, ENTRY)).safe
    assert (entry.place, entry.vrs, entry.most) == (("ACME SCANNER 1.0", 0x29, 0x10), ("DS",), None)
    assert entry.source == "the site's list: Sentinel House, physics, 2026-11-21"


def test_the_shipped_site_list_calls_nothing_safe() -> None:
    assert read_site_list(resources.rules("header", "site_private.toml")).safe == ()


@pytest.mark.parametrize(
    "old,new",
    [
        ('"ACME SCANNER 1.0"', '"  "'),
        ('"ACME SCANNER 1.0"', '"A\\\\B"'),
        ('"ACME SCANNER 1.0"', '"ACME "'),
        ('"ACME SCANNER 1.0"', "7"),
        ("0x0029", "0x0028"),
        ("0x0029", "0x0007"),
        ("0x0029", "0xFFFF"),
        ("0x0029", "true"),
        ("0x10", "0x100"),
        ("0x10", '"10"'),
        ('"DS"', '"PN"'),
        ('"DS"', '"UN"'),
        ('"DS"', '["DS"]'),
        ('"helical pitch"', '""'),
        ("2026-11-21", '"2026-11-21"'),
        ("2026-11-21", "2026-11-21T00:00:00"),
        ("author", "writer"),
        ("reason", 'vm = "many"\nreason'),
        ("reason", "vn = 1\nreason"),
    ],
)
def test_a_mistake_in_the_site_list_names_file_and_entry(old: str, new: str, tmp_path: Path) -> None:
    path = site_file(tmp_path, ENTRY + ENTRY.replace("0x0029", "0x0031").replace(old.replace("0029", "0031"), new))
    with pytest.raises(ConfigurationError, match=r"site_private\.toml: safe entry 2: "):
        read_site_list(path)


@pytest.mark.parametrize(
    "text",
    [
        "[[safe",
        "[[save]]",
        "safe = 7",
        "unsafe = [7]",
        "[safe]\ncreator = 1",
        ENTRY + ENTRY,
        ENTRY + ENTRY.replace("[[safe]]", "[[unsafe]]").replace('vr = "DS"\n', ""),
    ],
)
def test_a_list_that_is_none_or_contradicts_itself_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"site_private\.toml: "):
        read_site_list(site_file(tmp_path, text))


# A sentinel in every place

VRS = ["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN"]
VRS += ["SH", "SL", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV"]
LONG = {"OB", "OD", "OF", "OL", "OV", "OW", "SV", "UC", "UN", "UR", "UT", "UV"}


def element_bytes(tag: int, vr: str, value: bytes, syntax: str) -> bytes:
    if syntax == IMPLICIT:
        return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value)) + value
    form, reserved = ("<HH2sHL", (0,)) if vr in LONG else ("<HH2sH", ())
    return struct.pack(form, tag >> 16, tag & 0xFFFF, vr.encode(), *reserved, len(value)) + value


def every_listed_place(vr: str, value: bytes, syntax: str) -> bytes:
    """A data set that has the value under the VR in every place that the lists know, without library."""
    blocks_of_group: dict[int, list[str]] = {}
    elements: dict[int, bytes] = {}
    for entry in listed():
        names = blocks_of_group.setdefault(entry.group, [])
        if entry.creator not in names:
            names.append(entry.creator)
        number = 0x10 + names.index(entry.creator)
        creator, tag = entry.creator.encode(), entry.group << 16 | number
        elements[tag] = element_bytes(tag, "LO", creator + b" " * (len(creator) % 2), syntax)
        tag = entry.group << 16 | number << 8 | entry.element
        elements[tag] = element_bytes(tag, vr, value, syntax)
    return b"".join(elements[tag] for tag in sorted(elements))


@pytest.mark.parametrize("vr,syntax", [*((vr, EXPLICIT) for vr in VRS), ("UN", IMPLICIT)])
@pytest.mark.parametrize("value", [b"Sentinel", b"Sentinel^Zoe of Sentinel", b"ZZ-SENTINEL-1 19770707\\7"])
def test_a_sentinel_in_every_listed_place_is_nowhere_afterwards(
    vr: str, syntax: str, value: bytes, patient: Dataset
) -> None:
    try:
        source = read_bytes(file_of(every_listed_place(vr, value, syntax), syntax), Limits()).dataset
    except Refused:
        assert vr not in ("LO", "OB", "PN")
        return  # numbers of another length: the reader quarantines the file
    how = treatment(Option.CLEAN_DESCRIPTORS, Option.RETAIN_UIDS, of=patient)
    after = written(cleaned(source, how=how)).upper()
    assert b"SENTINEL" not in after.replace(b"\0", b"") and b"19770707" not in after


# Real files


def real_datasets(folder: Path) -> Iterator[Dataset]:
    for path in sorted((folder / "files").rglob("*.dcm")):
        if path.stat().st_size < 1 << 20:
            try:
                yield read_bytes(path.read_bytes(), Limits()).dataset
            except Refused:  # damaged files are part of the collection
                continue


def test_of_real_files_nothing_stays_but_known_elements_of_known_creators(shared_data: Path) -> None:
    places = {entry.place for entry in listed()}
    met = 0
    for source in real_datasets(shared_data):
        after = cleaned(source, Declaration.of(source), treatment(of=source))
        for group, creator, element, _ in values_by_creator(after):
            met += 1
            assert (creator, group, element) in places or after[group << 16 | 0x1000 | element].VR == "SQ"
    assert met > 10
