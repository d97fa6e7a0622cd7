"""The tally: every attribute counted where it stands, with the fate that `clean` gives it."""

from typing import Any

import pytest
from pydicom import Dataset

from pixelclean.inventory import AsItIs, Tally, Word, tally
from pixelclean.inventory.showing import shown
from pixelclean.reasons import ReasonCode


def texts(fate: Any) -> list[tuple[str, int]]:
    return [(value.text, value.count) for value in fate.values]


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def test_distinct_values_come_with_their_counts_the_most_frequent_first(made, taken, row) -> None:
    inventory = taken(*(made(KVP=value) for value in ("100", "120", "120")))
    kvp = row(inventory, "KVP")
    assert (kvp.instances, kvp.occurrences, kvp.vrs, kvp.tags) == (3, 3, ("DS",), "(0018,0060)")
    assert texts(kvp.fates[0]) == [("120", 2), ("100", 1)]
    assert (kvp.fates[0].lowest, kvp.fates[0].highest) == (100, 120)


def test_items_of_one_sequence_are_counted_together_whatever_their_number(made, taken, row) -> None:
    items = [item(ScheduledProcedureStepDescription=text) for text in ("a", "b", "a")]
    inventory = taken(made(RequestAttributesSequence=items), made(RequestAttributesSequence=items[:1]))
    step = row(inventory, "RequestAttributesSequence.ScheduledProcedureStepDescription")
    assert (step.instances, step.occurrences) == (2, 4)
    assert texts(step.fates[0]) == [("a", 3), ("b", 1)]
    assert texts(row(inventory, "RequestAttributesSequence").fates[0]) == [("1 item", 1), ("3 items", 1)]


def test_private_attributes_are_named_by_their_creator_not_by_their_block(made, taken, row) -> None:
    first = made(private={"ZZ MAKER": {0x10: ("LO", "one")}})
    second = made(private={"ZZ OTHER": {0x01: ("LO", "x")}, "ZZ MAKER": {0x10: ("LO", "two")}})
    inventory = taken(first, second)
    attribute = row(inventory, "(0029,xx10 ZZ MAKER)")
    assert texts(attribute.fates[0]) == [("one", 1), ("two", 1)]
    assert attribute.is_private
    assert texts(row(inventory, "(0029,00xx) private creator").fates[0]) == [("ZZ MAKER", 2), ("ZZ OTHER", 1)]
    assert not row(inventory, "Modality").is_private


def test_values_of_one_patient_are_told_apart_from_those_of_several(made, taken, row) -> None:
    sources = [
        made(PatientID=patient, BodyPartExamined=part)
        for patient, part in (("ZZ-1", "HEAD"), ("ZZ-2", "HEAD"), ("ZZ-2", "KNEE"), ("ZZ-2", "KNEE"))
    ]
    inventory = taken(*sources)
    assert inventory.patients == 2
    alone = {value.text: value.of_one_patient for value in row(inventory, "BodyPartExamined").fates[0].values}
    assert alone == {"HEAD": False, "KNEE": True}


def test_a_policy_says_what_becomes_of_each_value(made, taken, row, fate) -> None:
    inventory = taken(
        made(AccessionNumber="7717717", PatientComments="Sentinel", Manufacturer="ZZ", StudyID=""), policy="basic"
    )
    assert texts(fate(row(inventory, "Modality"), Word.KEPT)) == [("CT", 1)]
    (number,) = fate(row(inventory, "AccessionNumber"), Word.REPLACED).values
    assert (number.text, number.after) == ("7717717", "")
    assert row(inventory, "PatientComments").word is Word.REMOVED
    assert row(inventory, "StudyID").word is Word.EMPTY
    assert fate(row(inventory, "PatientIdentityRemoved"), Word.ADDED).values[0].after == "YES"


def test_every_value_that_would_leave_is_in_the_inventory(made, taken, outlook) -> None:
    """Compared with the cleaned data set itself: kept, cleaned, replaced, added and empty ones are all of it."""
    source = made(
        SeriesDescription="CT chest Sentinel",
        OtherPatientIDsSequence=[item(PatientID="ZZ-2"), item(PatientID="ZZ-3")],
        RequestAttributesSequence=[item(ScheduledProcedureStepID="5"), item()],
        ContributingEquipmentSequence=[item(Manufacturer="Old"), item(Manufacturer="Older")],
    )
    inventory = taken(source, policy="research")
    leaving = outlook("research").future(source).leaving
    assert leaving is not None
    listed = {
        (attribute.tags, value.text if value.after is None else value.after)
        for attribute in inventory.attributes
        for fate in attribute.fates
        if fate.word is not Word.REMOVED
        for value in fate.values
    }
    for element in leaving:
        if element.VR != "UI":
            assert (f"({element.tag.group:04X},{element.tag.element:04X})", shown(element)) in listed, element.tag


def test_a_value_is_shown_beside_what_it_would_be_cleaned_to(made, taken, row, fate) -> None:
    inventory = taken(made(StudyDate="20070717", StudyTime="071717"), policy="research")
    (value,) = fate(row(inventory, "StudyDate"), Word.CLEANED).values
    assert value.text == "20070717"
    assert value.after is not None and len(value.after) == 8 and value.after != "20070717"


def test_what_is_cleaned_already_is_listed_as_it_stands(made, taken) -> None:
    inventory = taken(made(PatientComments="Sentinel"))
    assert {attribute.word for attribute in inventory.attributes} == {Word.KEPT}


def test_attributes_that_would_stay_come_first(made, taken) -> None:
    words = [attribute.word for attribute in taken(made(PatientComments="x", KVP="120"), policy="basic").attributes]
    assert words == sorted(words, key=list(Word).index)


def test_a_file_that_would_not_leave_is_held_and_its_values_are_not_said_to_stay(made, taken, row) -> None:
    inventory = taken(made(SOPClassUID="1.2.3.4"), policy="basic")
    assert inventory.held == ((ReasonCode.SOP_CLASS_REFUSED, 1),)
    assert row(inventory, "Modality").word is Word.HELD


def test_values_and_attributes_beyond_the_limits_are_counted_not_kept(
    made, taken, row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "_MOST_VALUES", 2)
    inventory = taken(*(made(KVP=str(number)) for number in range(100, 105)))
    (fate,) = row(inventory, "KVP").fates
    assert (len(fate.values), fate.distinct, fate.more, fate.count) == (2, 2, 3, 5)
    assert (fate.lowest, fate.highest) == (100, 104)
    monkeypatch.setattr(tally, "_MOST_ATTRIBUTES", 3)
    crowded = taken(made(KVP="100"))
    assert len(crowded.attributes) == 3
    assert crowded.left_out == 5


def test_all_attributes_together_have_a_limit_of_values(made, taken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "_ALL_VALUES", 4)
    inventory = taken(*(made(KVP=str(number)) for number in range(100, 105)))
    assert sum(fate.distinct for attribute in inventory.attributes for fate in attribute.fates) == 4
    assert all(fate.count == 5 for attribute in inventory.attributes for fate in attribute.fates)


def test_of_uids_that_do_not_stay_a_few_examples_are_shown_and_all_are_counted(made, taken, row, fate) -> None:
    inventory = taken(*(made(SOPInstanceUID=f"1.2.3.{number}") for number in range(1, 9)), policy="basic")
    uids = fate(row(inventory, "SOPInstanceUID"), Word.REPLACED)
    assert (len(uids.values), uids.distinct) == (3, 8)


def test_files_that_could_not_be_read_are_counted_by_their_reason() -> None:
    empty = Tally(AsItIs())
    for code in (ReasonCode.TRUNCATED, ReasonCode.MALFORMED, ReasonCode.TRUNCATED):
        empty.unread(code)
    assert empty.inventory().unread == ((ReasonCode.TRUNCATED, 2), (ReasonCode.MALFORMED, 1))


def test_nothing_shows_a_value_by_accident(made, taken) -> None:
    inventory = taken(made())
    assert "Sentinel" not in repr(inventory) + repr(inventory.attributes[0]) + repr(inventory.attributes[0].fates[0])
    assert "Sentinel" not in repr(Tally(AsItIs()))
