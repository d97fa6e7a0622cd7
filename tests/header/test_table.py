"""Every row of Table E.1-1 does what it says, wherever the attribute stands."""

import json
from collections import Counter

import pytest
from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import dictionary_VR

from pixelclean import resources
from pixelclean.header import Row, row_for, table_rows
from pixelclean.header.annex_e.actions import Action, resolve
from pixelclean.header.annex_e.iod import Type, items_of, top_level, type_of

CT = "1.2.840.10008.5.1.4.1.1.2"
SENTINELS = (b"ZZSENTINEL", b"19770707", b"077177", b"077Y", b"1.2.3.77177", (17177).to_bytes(2, "little"))


def sentinel(vr: str) -> object:
    """A value of that VR that can be found in the bytes again."""
    if vr == "SQ":
        item = Dataset()
        item.PatientComments = "ZZSENTINEL"
        item.StudyInstanceUID = "1.2.3.77177"
        return Sequence([item])
    values = {"DA": "19770707", "DT": "19770707077177", "TM": "077177", "DS": "077177", "IS": "077177", "AS": "077Y"}
    values |= {"UI": "1.2.3.77177", "US": 17177, "FD": 17177.0, "FL": 17177.0}
    return values.get(vr, b"ZZSENTINEL" if vr in ("OB", "OW", "UN") else "ZZSENTINEL")


def sample(rows: list[Row]) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = CT
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    for row in rows:
        vr = dictionary_VR(int(row.id, 16))
        dataset.add(DataElement(int(row.id, 16), vr, sentinel(vr), already_converted=vr in ("DS", "IS", "TM", "DT")))
    return dataset


EXACT = [row for row in table_rows() if len(row.id) == 8 and "x" not in row.id]
# Files of these SOP classes demand much of the table: presentation state, enhanced PET, RT plan, RT ion plan, SR, SEG, PDF.
CLASSES = [CT] + [f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("11.1", "130", "481.5", "88.33", "66.4", "104.1")]


def test_the_table_has_the_counts_of_edition_2026d() -> None:
    counts = Counter(row.basic for row in table_rows())
    assert counts == {
        "X": 417, "D": 93, "U": 55, "Z": 42, "X/D": 23, "X/Z": 11, "X/Z/D": 8, "Z/D": 6, "X/Z/U*": 2,
    }  # fmt: skip
    assert sum("retain_full_dates" in row.options for row in table_rows()) == 169


@pytest.mark.parametrize("sop_class", [*CLASSES, "1.2.3.4"])
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_no_attribute_of_the_table_keeps_its_value(sop_class, depth, clean, nested, encoded) -> None:
    dataset = nested(sample(EXACT), depth)
    dataset.SOPClassUID = sop_class
    written = encoded(clean(dataset).dataset)
    assert not [word for word in SENTINELS if word in written]


def test_all_26_attributes_that_pydicom_lacks_are_treated(clean, encoded) -> None:
    additions = json.loads(resources.rules("header", "dict_additions.json").read_text("utf-8"))
    rows = [row for row in EXACT if row.id in {entry["id"] for entry in additions if entry["in_e1_1"]}]
    assert len(rows) == 26
    cleaned = clean(sample(rows))
    assert not [word for word in SENTINELS if word in encoded(cleaned.dataset)]
    assert {row.id for row in rows} <= {fate.path for fate in cleaned.fates if fate.changed}


@pytest.mark.parametrize(
    "tag,identity",
    [(0x00100010, "00100010"), (0x60023000, "60xx3000"), (0x50040010, "50xxxxxx"), (0x00091001, "private")],
)
def test_a_tag_finds_its_row(tag: int, identity: str) -> None:
    row = row_for(tag)
    assert row is not None and row.id == identity


def test_an_attribute_outside_the_table_has_no_row() -> None:
    assert row_for(0x00080060) is None
    assert row_for(0x60020010) is None


@pytest.mark.parametrize(
    "code,by_type",
    [
        # Types 1, 1C, 2, 2C, 3, not defined; README of the tables, oddities 12 and 13
        ("X", "DDZZXX"),
        ("Z", "DDZZZZ"),
        ("D", "DDDDDX"),
        ("U", "UUUUUU"),
        ("Z/D", "DDZZZZ"),
        ("X/Z", "DDZZXX"),
        ("X/D", "DDDDXX"),
        ("X/Z/D", "DDZZXX"),
        ("X/Z/U*", "KKKZXX"),
        ("K", "KKKKKK"),
    ],
)
def test_a_code_and_a_type_make_an_action(code: str, by_type: str) -> None:
    assert "".join(resolve(code, kind) for kind in Type) == by_type


def test_an_option_overrides_the_profile_and_cleaning_wins_over_keeping() -> None:
    uid = row_for(0x00080018)
    calibration = row_for(0x00181200)
    assert uid is not None and calibration is not None
    assert uid.code() == "U" and uid.code(("retain_uids",)) == "K"
    assert calibration.options["retain_device_identity"] == "K"
    assert calibration.code(("retain_device_identity", "retain_modified_dates")) == "C"


def test_the_type_depends_on_the_path() -> None:
    level = top_level("1.2.840.10008.5.1.4.1.1.2.1")
    institution = 0x00080080
    assert type_of(level, institution) is Type.THREE
    assert type_of(items_of(level, 0x00081072), institution) is not Type.THREE
    assert type_of(level, 0x0040A073) is Type.UNDEFINED


def test_a_content_tree_repeats_itself() -> None:
    content = 0x0040A730
    level = items_of(top_level("1.2.840.10008.5.1.4.1.1.88.33"), content)
    deeper = items_of(level, content)
    assert deeper and type_of(items_of(deeper, content), 0x0040A123) is Type.ONE_C


def test_a_class_without_an_iod_is_read_most_carefully() -> None:
    assert type_of(top_level("1.2.3.4"), 0x00080023) is Type.ONE
    assert type_of(top_level(""), 0x00080023) is Type.ONE


def test_actions_are_spelled_as_in_the_table() -> None:
    assert [Action.REMOVE, Action.EMPTY, Action.DUMMY, Action.NEW_UID, Action.KEEP] == ["X", "Z", "D", "U", "K"]
