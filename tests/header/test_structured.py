"""Content items: Table E.3.4-1 row by row, what it does not name, and what hides in hostile ones (PS3.15 E.3.4)."""

import json
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence
from pydicom.dataelem import RawDataElement
from pydicom.sr._snomed_dict import mapping as snomed
from pydicom.tag import BaseTag

from pixelclean import resources
from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.iod import Type
from pixelclean.header.content.ages import group_oldest
from pixelclean.header.content.structured import CONTENT_SEQUENCES, dummied, fate_of, when_emptied
from pixelclean.header.content.table import content_rows
from pixelclean.options import Option

COLUMNS = (
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "retain_full_dates",
    "retain_modified_dates",
    "clean_descriptors",
)
TABLE = json.loads(Path(resources.rules("header", "clean_structured_content.json")).read_text("utf-8"))
SETS = tuple(
    tuple(option for option in Option if option == "clean_structured_content" or option in chosen)
    for size in range(len(COLUMNS) + 1)
    for chosen in combinations(COLUMNS, size)
    if not {"retain_full_dates", "retain_modified_dates"} <= set(chosen)
)
PAIRS = tuple(options for options in SETS if len(options) <= 3)
STRUCTURED = (Option.CLEAN_STRUCTURED_CONTENT,)
EVERYTHING = tuple(Option(name) for name in COLUMNS if name != "retain_modified_dates")
TEXT_VALUE, UID_VALUE = 0x0040A160, 0x0040A124
ACCESSION, SUBJECT_ID, SUBJECT_NAME, FINDING, SUBJECT_AGE = "121022", "121030", "121029", "121071", "121033"


def code(value: str, scheme: str = "DCM", meaning: str = "Something") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def reference() -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3.77"
    return item


def measured(number: str, unit: Dataset) -> Dataset:
    item = Dataset()
    item.NumericValue, item.MeasurementUnitsCodeSequence = number, Sequence([unit])
    return item


def values() -> dict[str, tuple[str, object]]:
    """An attribute and a value for each Value Type; made anew each time, since data sets can be changed."""
    return {
        "TEXT": ("TextValue", "Sentinel"),
        "PNAME": ("PersonName", "Sentinel^Zoe"),
        "DATE": ("Date", "20070717"),
        "TIME": ("Time", "071717"),
        "DATETIME": ("DateTime", "20070717071717"),
        "UIDREF": ("UID", "1.2.3.77"),
        "CODE": ("ConceptCodeSequence", Sequence([code("121025")])),
        "NUM": ("MeasuredValueSequence", Sequence([measured("77", code("a", "UCUM"))])),
        "IMAGE": ("ReferencedSOPSequence", Sequence([reference()])),
        "COMPOSITE": ("ReferencedSOPSequence", Sequence([reference()])),
        "WAVEFORM": ("ReferencedSOPSequence", Sequence([reference()])),
        "CONTAINER": ("ContinuityOfContent", "SEPARATE"),
        "SCOORD": ("GraphicData", [1.0, 2.0]),
        "SCOORD3D": ("GraphicData", [1.0, 2.0, 3.0]),
        "TCOORD": ("TemporalRangeType", "POINT"),
        "TABLE": ("NumberOfTableRows", 1),
    }


def content(value_type: str, *concepts: Dataset) -> Dataset:
    """A content item of this type, with a value."""
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", value_type
    if concepts:
        item.ConceptNameCodeSequence = Sequence(concepts)
    keyword, value = values()[value_type]
    setattr(item, keyword, value)
    return item


def action(item: Dataset, *options: Option) -> Action:
    return fate_of(item, (*STRUCTURED, *options)).action


def asked(entry: dict[str, str | None], options: Iterable[str]) -> set[str]:
    """The letters of a row; a calibration, no moment of a patient, has none for dates that move."""
    nothing = "retain_modified_dates" if entry["code"] == "113723" else ""
    return {letter for option in options if option != nothing and (letter := entry.get(option))}


# The table


def test_the_table_is_the_one_of_the_standard() -> None:
    assert len(TABLE) == 213
    assert Counter(entry["basic"] for entry in TABLE) == {"X": 135, "D": 60, "X/D": 18}
    assert Counter(entry["scheme"] for entry in TABLE) == {"DCM": 189, "SCT": 11, "LN": 7, "NCDR": 4, "NCIt": 2}


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: f"{entry['scheme']}-{entry['code']}-{entry['value_type']}")
def test_every_row_acts_as_it_says_under_every_combination_of_options(entry) -> None:
    item = content(entry["value_type"], code(entry["code"], entry["scheme"]))
    for options in SETS:
        letters = asked(entry, options)
        fate = fate_of(item, options)
        if letters:
            assert fate.action is Action.KEEP
        else:
            assert fate.action is (Action.REMOVE if entry["basic"] == "X" else Action.DUMMY)
        kept = {"TEXT": {TEXT_VALUE}, "UIDREF": {UID_VALUE}}.get(entry["value_type"], set())
        assert fate.keeps == (kept if letters == {"K"} else set())


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: f"{entry['scheme']}-{entry['code']}-{entry['value_type']}")
def test_the_reason_names_table_code_and_concept_and_nothing_of_the_item(entry) -> None:
    item = content(entry["value_type"], code(f" {entry['code'].lower()} ", entry["scheme"].lower(), "Zoe Sentinel"))
    why = fate_of(item, STRUCTURED).why
    assert why.startswith(f"E.3.4-1: {entry['basic']}, ({entry['code']}, {entry['scheme']})")
    assert "Sentinel" not in why


def test_cleaning_wins_over_keeping() -> None:
    equipment = content("TEXT", code("121122"))
    kept = fate_of(equipment, (*STRUCTURED, Option.RETAIN_DEVICE_IDENTITY))
    cleaned = fate_of(equipment, (*STRUCTURED, Option.CLEAN_DESCRIPTORS, Option.RETAIN_DEVICE_IDENTITY))
    assert (kept.action, kept.keeps) == (Action.KEEP, {TEXT_VALUE})
    assert (cleaned.action, cleaned.keeps) == (Action.KEEP, frozenset())


# Codes as they are spelled


@pytest.mark.parametrize(
    "entry", [entry for entry in TABLE if entry["scheme"] == "SCT"], ids=lambda entry: entry["code"]
)
@pytest.mark.parametrize("scheme", ["SRT", "SNM3", "99SDM", "srt", "SCT"])
def test_retired_snomed_codes_are_recognised(entry, scheme) -> None:
    retired = content(entry["value_type"], code(snomed["SCT"][entry["code"]], scheme))
    current = content(entry["value_type"], code(entry["code"], "SCT"))
    for options in PAIRS:
        assert fate_of(retired, options) == fate_of(current, options)


@pytest.mark.parametrize(
    "concept",
    [
        code("121022 ", " dcm "),
        code("１２１０２２"),
        code("121022", "99DCM"),
        code("121022", "DICOM"),
        code("121022", "LN\\DCM"),
        code("121022", ""),
        code("53", "NCDR [2.0b]"),
        code("53", "ncdr"),
    ],
    ids=str,
)
def test_a_concept_is_recognised_however_it_is_padded_cased_or_attributed(concept) -> None:
    assert fate_of(content("TEXT", concept), (*STRUCTURED, Option.CLEAN_DESCRIPTORS)).action is Action.REMOVE


@pytest.mark.parametrize("concept", [code("121022", "SCT"), code("121022", "LN"), code("53", "99ACME"), code("53", "")])
def test_the_same_digits_of_another_published_scheme_or_too_few_of_them_are_another_concept(concept) -> None:
    assert fate_of(content("TEXT", concept), (*STRUCTURED, Option.CLEAN_DESCRIPTORS)).action is Action.KEEP


def test_a_concept_written_as_a_long_code_or_a_urn_is_recognised() -> None:
    for keyword, value in (("LongCodeValue", ACCESSION), ("URNCodeValue", f"urn:lex:dcm:{ACCESSION}")):
        concept = Dataset()
        setattr(concept, keyword, value)
        assert action(content("TEXT", concept), Option.CLEAN_DESCRIPTORS) is Action.REMOVE


def test_a_local_concept_does_not_hide_its_published_equivalent() -> None:
    concept = code("ACC", "99ACME")
    concept.EquivalentCodeSequence = Sequence([code("X1", "99OTHER"), code(ACCESSION)])
    assert action(content("NUM", concept)) is Action.REMOVE


# Another Value Type than the table names


@pytest.mark.parametrize(
    "value_type", ["TEXT", "NUM", "CODE", "PNAME", "UIDREF", "DATE", "DATETIME", "TABLE", "CONTAINER"]
)
def test_what_names_somebody_does_so_under_any_value_type(value_type) -> None:
    assert action(content(value_type, code(ACCESSION)), *EVERYTHING) is Action.REMOVE
    assert action(content(value_type, code(SUBJECT_NAME)), *EVERYTHING) is (
        Action.REMOVE if value_type == "TABLE" else Action.DUMMY
    )


@pytest.mark.parametrize("value_type", ["NUM", "TEXT", "CODE"])
def test_an_option_does_not_keep_a_value_of_a_type_that_the_row_does_not_know(value_type) -> None:
    birth_date, sex = content("TEXT", code("121031")), content("TEXT", code("121032"))
    assert action(birth_date, *EVERYTHING) is Action.REMOVE
    assert action(sex, *EVERYTHING) is Action.REMOVE
    assert action(content(value_type, code("126201")), *EVERYTHING) is Action.REMOVE


@pytest.mark.parametrize("value_type", ["CODE", "NUM", "CONTAINER"])
def test_a_finding_that_is_no_text_is_no_descriptor(value_type) -> None:
    assert action(content(value_type, code(FINDING))) is Action.KEEP
    assert action(content("TEXT", code(FINDING))) is Action.DUMMY


def test_coordinates_may_share_the_concept_of_a_reference() -> None:
    assert action(content("SCOORD", code("121112"))) is Action.KEEP
    assert action(content("COMPOSITE", code("121112"))) is Action.REMOVE  # the stricter of two rows
    assert action(content("TEXT", code("110180"))) is Action.DUMMY


def test_a_reference_that_coordinates_need_stays_with_another_uid() -> None:
    item = content("WAVEFORM", code("121112"))
    assert action(item) is Action.REMOVE
    item.RelationshipType = "SELECTED FROM"
    assert action(item) is Action.DUMMY


# Concepts that the table does not name


@pytest.mark.parametrize("value_type", sorted(values()))
@pytest.mark.parametrize("scheme", ["DCM", "99ACME"])
def test_other_concepts_are_judged_by_their_value_type(value_type, scheme) -> None:
    item = content(value_type, code("199999", scheme))
    for options in SETS:
        is_kept = {
            "TEXT": "clean_descriptors" in options,
            "PNAME": False,
            "TABLE": False,
            **dict.fromkeys(
                ("DATE", "TIME", "DATETIME"), bool({"retain_full_dates", "retain_modified_dates"} & {*options})
            ),
        }.get(value_type, True)
        fate = fate_of(item, options)
        otherwise = Action.REMOVE if value_type == "TABLE" else Action.DUMMY
        assert (fate.action, fate.keeps) == (Action.KEEP if is_kept else otherwise, frozenset())


@pytest.mark.parametrize(
    ("value_type", "concept", "option"),
    [
        ("NUM", code("30525-0", "LN"), Option.RETAIN_PATIENT_CHARACTERISTICS),
        ("NUM", code("8302-2", "LN"), Option.RETAIN_PATIENT_CHARACTERISTICS),
        ("NUM", code("29463-7", "LN"), Option.RETAIN_PATIENT_CHARACTERISTICS),
        ("CODE", code("46098-0", "LN"), Option.RETAIN_PATIENT_CHARACTERISTICS),
        ("CODE", code("372148003", "SCT"), Option.RETAIN_PATIENT_CHARACTERISTICS),
        ("TEXT", code("121148"), Option.RETAIN_DEVICE_IDENTITY),
    ],
    ids=str,
)
def test_concepts_that_say_what_an_attribute_says_follow_its_row(value_type, concept, option) -> None:
    item = content(value_type, concept)
    assert action(item) is not Action.KEEP
    assert action(item, option) is Action.KEEP


@pytest.mark.parametrize("concept", [code("21112-8", "LN"), code("184099003", "SCT"), code("121031")], ids=str)
def test_no_option_keeps_a_birth_date(concept) -> None:
    for value_type in ("DATE", "DATETIME", "TEXT"):
        assert action(content(value_type, concept), *EVERYTHING) is Action.REMOVE


BODIES = (
    *("SCT 60621009", "LN 39156-5", "LN 8277-6", "SCT 363808001", "LN 3141-9", "LN 3137-7", "NCIt C25347"),
    *("UMLS C0005910", "NCIt C16358", "UMLS C0001779", "NCIt C25150", "LN 63900-5"),
)


@pytest.mark.parametrize("concept", BODIES)
def test_sizes_and_ages_of_a_body_leave_under_each_published_code(concept) -> None:
    scheme, _, value = concept.partition(" ")
    item = content("NUM", code(value, scheme))
    item.MeasuredValueSequence = Sequence([measured("7", code("1", "UCUM"))])  # not told by its unit
    assert action(item) is Action.REMOVE
    assert action(item, Option.RETAIN_PATIENT_CHARACTERISTICS) is Action.KEEP


@pytest.mark.parametrize(
    ("number", "unit", "scheme", "concept", "is_of_a_body"),
    [
        ("61.7", "kg", "SCT", "199999", True),
        ("61.7", "kg", "99ACME", "W", True),
        ("61.7", "kg", "DCM", "199999", True),
        ("61700", "g", "SCT", "199999", True),
        ("136", "[lb_av]", "LN", "1-1", True),
        ("27.4", "kg/m2", "LN", "1-1", True),
        ("1.93", "m2", "LN", "1-1", True),
        ("1.71", "m", "LN", "1-1", True),
        ("171", "cm", "LN", "1-1", True),
        ("171", "cm{standing}", "LN", "1-1", True),
        ("1710", "mm", "99ACME", "H", True),
        ("5.6", "[ft_i]", "LN", "1-1", True),
        ("171", "cm", "DCM", "121207", True),  # Height: of a body, this high
        ("1710", "258673006", "SCT", "199999", True),
        ("34", "mm", "SCT", "81827009", False),  # a diameter of a lesion
        ("3.4", "cm", "SCT", "81827009", False),
        ("45", "cm", "SCT", "199999", False),  # a thigh bone
        ("0.034", "m", "SCT", "199999", False),
        ("34", "mm", "DCM", "121207", False),  # Height of a lesion
        ("1195", "mm", "DCM", "113750", False),  # Distance Source to Detector
        ("180", "g", "LN", "18087-7", False),  # mass of a ventricle
        ("95", "g/m2", "LN", "1-1", False),
        ("700", "mm2", "SCT", "199999", False),
        ("171", "1", "SCT", "199999", False),
    ],
)
def test_the_size_of_a_body_is_told_from_that_of_a_finding(number, unit, scheme, concept, is_of_a_body) -> None:
    nested, flat = content("NUM", code(concept, scheme)), Dataset()
    nested.MeasuredValueSequence = Sequence([measured(number, code(unit, "UCUM"))])
    flat.ConceptNameCodeSequence = nested.ConceptNameCodeSequence
    flat.FloatingPointValue, flat.MeasurementUnitsCodeSequence = float(number), Sequence([code(unit, "UCUM")])
    for item in (nested, flat):
        assert action(item) is (Action.DUMMY if is_of_a_body else Action.KEEP)
        assert action(item, Option.RETAIN_PATIENT_CHARACTERISTICS) is Action.KEEP


def test_a_number_that_cannot_be_read_is_as_much_as_it_can_be() -> None:
    item = Dataset()
    item.ConceptNameCodeSequence, item.MeasurementUnitsCodeSequence = (
        Sequence([code("199999")]),
        Sequence([code("g", "UCUM")]),
    )
    item[0x0040A30A] = raw(0x0040A30A, "LO", b"61 700")
    assert action(item) is Action.DUMMY
    item.RationalNumeratorValue, item.RationalDenominatorValue = 1, 0
    del item[0x0040A30A]
    assert action(item) is Action.DUMMY


def test_a_table_is_removed_under_every_option() -> None:
    for item in (content("TABLE", code("126010")), without(content("TABLE", code("126010")), "ValueType")):
        item.TabulatedValuesSequence = Sequence([Dataset()])
        assert action(item, *EVERYTHING) is Action.REMOVE


def test_added_concepts_are_not_those_of_the_table_but_for_ages() -> None:
    concepts = Counter((row.scheme, row.value) for row in content_rows() if row.source != "E.3.4-1")
    assert max(concepts.values()) == 1
    assert not {(row.scheme, row.value) for row in content_rows() if "  " in row.value or not row.value}
    named = {(entry["scheme"], entry["code"]) for entry in TABLE}
    assert named & concepts.keys() == {("DCM", SUBJECT_AGE)}


# Observers and subjects (TID 1001 to 1010)


@pytest.mark.parametrize(
    ("concept", "value_type", "basic", "keeping"),
    [
        ("121008", "PNAME", "D", ()),  # Person Observer Name
        ("128774", "TEXT", "X", ()),  # Person Observer's Login Name
        ("121009", "TEXT", "X", (Option.RETAIN_INSTITUTION_IDENTITY,)),  # Person Observer's Organization Name
        ("121012", "UIDREF", "D", (Option.RETAIN_DEVICE_IDENTITY, Option.RETAIN_UIDS)),  # Device Observer UID
        ("121013", "TEXT", "X", (Option.RETAIN_DEVICE_IDENTITY,)),  # Device Observer Name
        ("121016", "TEXT", "X", (Option.RETAIN_DEVICE_IDENTITY,)),  # Device Observer Serial Number
        ("121017", "TEXT", "X", (Option.RETAIN_INSTITUTION_IDENTITY,)),  # ... Physical Location
        ("121018", "UIDREF", "X", (Option.RETAIN_UIDS,)),  # Procedure Study Instance UID
        ("121020", "TEXT", "X", ()),  # Placer Number
        ("121029", "PNAME", "D", ()),  # Subject Name
        ("121030", "TEXT", "D", ()),  # Subject ID
        ("121031", "DATE", "X", ()),  # Subject Birth Date
        ("121032", "CODE", "X", (Option.RETAIN_PATIENT_CHARACTERISTICS,)),  # Subject Sex
        ("121033", "NUM", "X", (Option.RETAIN_PATIENT_CHARACTERISTICS,)),  # Subject Age
        ("121036", "PNAME", "X", ()),  # Mother of fetus
    ],
)
def test_observers_and_subjects_are_kept_by_their_own_option_only(concept, value_type, basic, keeping) -> None:
    item = content(value_type, code(concept))
    for option in EVERYTHING:
        expected = Action.KEEP if option in keeping else Action(basic)
        assert action(item, option) is expected
    assert action(item) is Action(basic)


# Hostile items


def raw(tag: int, vr: str, value: bytes) -> RawDataElement:
    """An element as it was read from a file."""
    return RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)


def without(item: Dataset, keyword: str) -> Dataset:
    del item[keyword]
    return item


def with_concepts(*concepts: Dataset) -> Dataset:
    return content("NUM", *concepts)


@pytest.mark.parametrize(
    "item",
    [
        Dataset(),
        with_concepts(),
        with_concepts(Dataset()),
        with_concepts(code("", "DCM", "Zoe Sentinel")),
        with_concepts(code("199998"), code("199999")),
        without(content("CONTAINER", code("199999")), "ValueType"),
    ],
    ids=["empty", "no concept", "empty concept", "a meaning only", "two concepts", "no value"],
)
def test_a_value_without_exactly_one_concept_is_removed_unless_it_has_none_to_lose(item) -> None:
    expected = Action.KEEP if "ConceptNameCodeSequence" in item and "ValueType" not in item else Action.REMOVE
    assert action(item, *EVERYTHING) is expected


@pytest.mark.parametrize("value_type", ["", "ZZ-SENTINEL", "TEXTS", ["NUM", "TEXT"]], ids=str)
def test_a_value_type_that_is_none_removes_the_item(value_type) -> None:
    item = content("NUM", code("199999"))
    item.ValueType = value_type
    assert action(item, *EVERYTHING) is Action.REMOVE


@pytest.mark.parametrize("vr", ["UN", "LO", "OB", "SQ"])
def test_a_concept_name_that_is_no_sequence_removes_the_item(vr) -> None:
    item = content("CONTAINER")
    item[0x0040A043] = raw(0x0040A043, vr, b"Sentinel")
    assert action(item, *EVERYTHING) is Action.REMOVE


@pytest.mark.parametrize(("value", "expected"), [(b"NUM ", Action.KEEP), (b"\xff\xfe", Action.REMOVE)])
def test_a_value_type_of_unknown_vr_is_read_or_removes_the_item(value, expected) -> None:
    item = without(content("NUM", code("199999")), "ValueType")
    item[0x0040A040] = raw(0x0040A040, "UN", value)
    assert action(item) is expected


def test_equivalents_of_equivalents_are_looked_at() -> None:
    concept = code(ACCESSION)
    for number in range(30):
        outer = code(f"L{number}", "99ACME")
        outer.EquivalentCodeSequence = Sequence([concept])
        concept = outer
    assert action(content("CODE", concept)) is Action.REMOVE


CODES = st.sampled_from(sorted({(row["code"], row["scheme"]) for row in TABLE}))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sorted(values())), CODES, CODES, st.sampled_from(SETS))
def test_of_two_equivalent_concepts_the_stricter_decides(value_type, one, other, options) -> None:
    both = code(*one)
    both.EquivalentCodeSequence = Sequence([code(*other)])
    order = (Action.REMOVE, Action.DUMMY, Action.KEEP)
    alone = [fate_of(content(value_type, code(*concept)), options) for concept in (one, other)]
    assume(not any("not in E.3.4-1" in fate.why for fate in alone))
    assert fate_of(content(value_type, both), options).action is min((fate.action for fate in alone), key=order.index)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=8), st.sampled_from(SETS))
def test_any_text_in_place_of_a_code_leads_to_a_fate(value, scheme, value_type, options) -> None:
    item = content("TEXT", code(value, scheme))
    item.ValueType = value_type
    assert fate_of(item, options).action in (Action.REMOVE, Action.DUMMY, Action.KEEP)


# Items that need not name their Value Type


@pytest.mark.parametrize(
    "value_type", ["TEXT", "PNAME", "DATE", "TIME", "DATETIME", "UIDREF", "CODE", "NUM", "COMPOSITE"]
)
def test_in_an_acquisition_context_the_value_tells_its_type(value_type) -> None:
    for concept in (code(ACCESSION), code("199999"), code(SUBJECT_ID), code("126201")):
        named = content(value_type, concept)
        implied = without(content(value_type, concept), "ValueType")
        for options in PAIRS:
            assert fate_of(implied, options) == fate_of(named, options)


def test_a_number_beside_its_concept_is_a_number() -> None:
    item = Dataset()
    item.ConceptNameCodeSequence = Sequence([code("8867-4", "LN")])
    item.NumericValue = "69"
    assert action(item) is Action.KEEP
    item.ConceptNameCodeSequence = Sequence([code(SUBJECT_AGE)])
    assert action(item) is Action.REMOVE
    item.ValueType = "NUMERIC"
    assert action(item, Option.RETAIN_PATIENT_CHARACTERISTICS) is Action.KEEP


def test_two_values_without_a_type_are_not_understood() -> None:
    item = without(content("TEXT", code("199999")), "ValueType")
    item.PersonName = "Sentinel^Zoe"
    assert action(item, *EVERYTHING) is Action.REMOVE


def test_annotations_of_text_only_and_by_reference_relationships_are_walked_into() -> None:
    annotation, pointer = Dataset(), Dataset()
    annotation.UnformattedTextValue = "Sentinel"
    pointer.RelationshipType, pointer.ReferencedContentItemIdentifier = "INFERRED FROM", [1, 2]
    assert action(annotation) is Action.KEEP
    assert action(pointer) is Action.KEEP


def test_a_relationship_that_is_no_numbers_says_nothing() -> None:
    pointer = Dataset()
    pointer.add(DataElement(0x0040DB73, "LO", "Sentinel"))
    assert action(pointer) is Action.REMOVE


# Dummies


DUMMIES = {
    "TEXT": ("TextValue", "REMOVED"),
    "PNAME": ("PersonName", "REMOVED^"),
    "DATE": ("Date", "19000101"),
    "TIME": ("Time", "000000"),
    "DATETIME": ("DateTime", "19000101000000"),
}


@pytest.mark.parametrize("value_type", sorted(DUMMIES))
def test_a_dummy_takes_the_place_of_the_value(value_type) -> None:
    item = content(value_type, code(SUBJECT_NAME))
    treated = content(value_type, code(SUBJECT_NAME))
    dummied(item, treated)
    keyword, value = DUMMIES[value_type]
    assert str(treated[keyword].value) == value
    assert treated.ConceptNameCodeSequence == item.ConceptNameCodeSequence
    assert getattr(item, keyword) != value


@pytest.mark.parametrize("value_type", ["TEXT", "PNAME", "UIDREF"])
def test_a_dummy_comes_also_where_the_walk_left_nothing(value_type) -> None:
    treated = Dataset()
    dummied(content(value_type, code(SUBJECT_NAME)), treated)
    assert not treated[values()[value_type][0]].is_empty


def test_the_dummy_of_a_uid_or_a_reference_is_the_one_that_the_walk_put_there() -> None:
    for value_type in ("UIDREF", "IMAGE", "COMPOSITE", "WAVEFORM"):
        treated = content(value_type, code("112040"))
        dummied(content(value_type, code("112040")), treated)
        assert treated == content(value_type, code("112040"))


def test_the_dummy_of_a_code_is_a_local_one_that_says_nothing() -> None:
    treated = content("CODE", code(SUBJECT_ID))
    dummied(content("CODE", code(SUBJECT_ID)), treated)
    (written,) = treated.ConceptCodeSequence
    assert (written.CodeValue, written.CodingSchemeDesignator, written.CodeMeaning) == (
        "REMOVED",
        "99REMOVED",
        "REMOVED",
    )


def test_a_number_is_taken_out_and_the_item_stays_valid() -> None:
    treated = content("NUM", code(SUBJECT_ID))
    dummied(content("NUM", code(SUBJECT_ID)), treated)
    assert len(treated.MeasuredValueSequence) == 0
    flat = Dataset()
    flat.ValueType, flat.NumericValue, flat.FloatingPointValue = "NUMERIC", "7717717", 7717717.0
    dummied(flat, flat)
    assert flat.NumericValue == 0
    assert "FloatingPointValue" not in flat


def test_a_dummied_container_has_nothing_in_it() -> None:
    treated = content("CONTAINER", code(SUBJECT_ID))
    treated.ContentSequence = Sequence([content("NUM", code("199999"))])
    dummied(content("CONTAINER", code(SUBJECT_ID)), treated)
    assert "ContentSequence" not in treated


@pytest.mark.parametrize("value_type", sorted(set(values()) - {"SCOORD", "SCOORD3D", "TCOORD", "TABLE"}))
def test_a_dummied_item_holds_no_second_value(value_type) -> None:
    item, treated = content(value_type, code(SUBJECT_ID)), content(value_type, code(SUBJECT_ID))
    for keyword, value in values().values():
        if keyword not in treated:
            setattr(treated, keyword, value)
    treated.NumericValue = "7717717"
    dummied(item, treated)
    assert "Sentinel" not in str(treated)
    assert "7717717" not in str(treated)
    assert "20070717" not in str(treated)


# Ages


def aged(number: str, unit: str, concept: str = SUBJECT_AGE) -> Dataset:
    item = content("NUM", code(concept))
    item.MeasuredValueSequence = Sequence([measured(number, code(unit, "UCUM"))])
    return item


def age_after(item: Dataset) -> tuple[str, str] | None:
    treated = deepcopy(item)
    group_oldest(item, treated, 89)
    if not treated.MeasuredValueSequence:
        return None
    (value,) = treated.MeasuredValueSequence
    return str(value.NumericValue), value.MeasurementUnitsCodeSequence[0].CodeValue


@pytest.mark.parametrize(
    ("number", "unit", "after"),
    [
        ("55", "a", ("55", "a")),
        ("89", "a", ("89", "a")),
        ("89.9", "a", ("89.9", "a")),
        ("90", "a", ("90", "a")),
        ("93", "a", ("90", "a")),
        ("1116", "mo", ("90", "a")),
        ("1079", "mo", ("1079", "mo")),
        ("1080", "mo", ("90", "a")),
        ("40000", "d", ("90", "a")),
        ("12", "wk", ("12", "wk")),
        ("93", "cm", None),
        ("-93", "a", None),
        ("93\\94", "a", None),
    ],
)
def test_the_oldest_are_one_group(number, unit, after) -> None:
    assert age_after(aged(number, unit)) == after


def test_an_age_of_another_concept_of_age_is_grouped_too_and_other_numbers_are_not() -> None:
    older = content("NUM", code("30525-0", "LN"))
    older.MeasuredValueSequence = Sequence([measured("101", code("a", "UCUM"))])
    assert age_after(older) == ("90", "a")
    assert age_after(aged("101", "mm", "199999")) == ("101", "mm")


@pytest.mark.parametrize(
    ("number", "unit", "stays"),
    [
        ("89", "a", True),
        ("90", "a", False),
        ("97", "a", False),
        ("97", "a{gestation}", False),
        ("97", "258707000", False),
        ("1165", "mo", False),
        ("35430", "d", False),
        ("300", "d", True),
        ("1.7e9", "s", True),
        ("9\\97", "a", False),
        ("97", "mm", True),
    ],
)
def test_a_time_longer_than_the_oldest_age_may_be_one_under_any_concept(number, unit, stays) -> None:
    assert (age_after(aged(number, unit, "199999")) is not None) is stays


def test_a_time_may_be_written_as_another_form_of_number_or_beside_its_concept() -> None:
    item = aged("9", "a", "199999")
    item.MeasuredValueSequence[0].FloatingPointValue = 97.0
    assert age_after(item) is None
    flat, treated = content("NUM", code("199999")), Dataset()
    del flat.MeasuredValueSequence
    flat.RationalNumeratorValue, flat.RationalDenominatorValue = 194, 2
    flat.MeasurementUnitsCodeSequence = Sequence([code("a", "UCUM")])
    treated.update(flat)
    assert group_oldest(flat, treated, 89) and "RationalNumeratorValue" not in treated


def test_the_highest_form_of_a_number_is_the_age() -> None:
    item = aged("61", "a")
    item.MeasuredValueSequence[0].FloatingPointValue = 97.0
    assert age_after(item) == ("90", "a")


def test_an_age_hides_in_no_other_form_of_a_number() -> None:
    item = aged("93", "a")
    item.MeasuredValueSequence[0].FloatingPointValue = 93.4
    assert age_after(item) == ("90", "a")
    treated = deepcopy(item)
    assert group_oldest(item, treated, 89)
    assert "FloatingPointValue" not in treated.MeasuredValueSequence[0]
    del item.MeasuredValueSequence[0].NumericValue
    assert age_after(item) is None


# Sequences that lost everything


def test_a_document_keeps_one_item_and_a_container_none() -> None:
    assert when_emptied(0x0040A730, Type.ONE_C, True) is Action.DUMMY
    assert when_emptied(0x0040A730, Type.ONE_C, False) is Action.REMOVE
    assert when_emptied(0x0040A730, Type.UNDEFINED, True) is Action.REMOVE


@pytest.mark.parametrize(
    ("kind", "expected"), [(Type.ONE, Action.DUMMY), (Type.TWO, Action.EMPTY), (Type.THREE, Action.REMOVE)]
)
def test_another_sequence_follows_its_type(kind, expected) -> None:
    for tag in CONTENT_SEQUENCES - {0x0040A730}:
        assert when_emptied(tag, kind, True) is expected
