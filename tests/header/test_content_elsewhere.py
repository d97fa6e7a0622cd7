"""Content items wherever they stand: known by the sequence or by their form, and judged by their concept."""

import json
from collections.abc import Iterator

import pytest
from annex_e import cleaned_by
from pydicom import Dataset, Sequence
from pydicom.datadict import keyword_for_tag

from pixelclean import resources
from pixelclean.dicom import know_additions
from pixelclean.header.content.structured import CONTENT_SEQUENCES
from pixelclean.options import Option
from pixelclean.policy import HeaderPolicy, Policy

know_additions()
REGISTRATION = "1.2.840.10008.5.1.4.1.1.66.1"
PERIMETRY = "1.2.840.10008.5.1.4.1.1.80.1"
CONCEPT_NAME, VALUES = "0040A043", {"0040A120", "0040A121", "0040A122", "0040A123", "0040A124", "0040A168", "00081199"}
# Their items name a concept and are no items of PS3.3 10.2: numbers beside their concept, definitions of rows and columns,
# copies of the attributes of a document, descriptions of what is drawn.
BY_FORM = {
    "LensConstantSequence",
    "OphthalmicAxialLengthQualityMetricSequence",
    "OphthalmicThicknessMapQualityRatingSequence",
    "WideFieldOphthalmicPhotographyQualityRatingSequence",
    "OphthalmicEnFaceImageQualityRatingSequence",
    "MeasurementsSequence",
    "TrackSetStatisticsSequence",
    "TrackStatisticsSequence",
    "AlternateContentDescriptionSequence",
    "InventoriedInstancesSequence",
    "TableRowDefinitionSequence",
    "TableColumnDefinitionSequence",
}


def named_concepts() -> Iterator[tuple[int, bool]]:
    """Each sequence of PS3.3 whose items name a concept, and whether they hold a value beside it."""
    templates = json.loads(resources.rules("header", "iod_types.json").read_text("utf-8"))["templates"]
    for template in templates:
        for tag, kind in template.items():
            below = kind.partition(">")[2]
            if below and CONCEPT_NAME in (item := templates[int(below)]):
                yield int(tag, 16), not VALUES.isdisjoint(item)


def code(value: str, scheme: str = "DCM", meaning: str = "Something") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def number(concept: Dataset, value: str, unit: str) -> Dataset:
    item = Dataset()
    item.ValueType, item.NumericValue = "NUMERIC", value
    item.ConceptNameCodeSequence, item.MeasurementUnitsCodeSequence = (
        Sequence([concept]),
        Sequence([code(unit, "UCUM")]),
    )
    return item


def person() -> list[Dataset]:
    """What is to be known of one who is 97 years old."""
    sex, birth = Dataset(), Dataset()
    sex.ValueType, birth.ValueType = "CODE", "DATE"
    sex.ConceptNameCodeSequence, sex.ConceptCodeSequence = Sequence([code("121032")]), Sequence([code("M")])
    birth.ConceptNameCodeSequence, birth.Date = Sequence([code("121031")]), "19070717"
    return [number(code("121033"), "97", "a"), number(code("29463-7", "LN"), "61.7", "kg"), sex, birth]


def values_below(dataset: Dataset) -> set[str]:
    found = {str(element.value) for element in dataset.iterall() if element.VR != "SQ"}
    return found & {"97", "61.7", "M", "19070717"}


def holding(patient: Dataset, keyword: str, items: list[Dataset], depth: int = 0) -> Dataset:
    patient.SOPClassUID = REGISTRATION
    holder = patient
    for _ in range(depth):
        holder.SharedFunctionalGroupsSequence = Sequence([Dataset()])
        (holder,) = holder.SharedFunctionalGroupsSequence
    setattr(holder, keyword, Sequence(items))
    return patient


def test_each_sequence_that_the_standard_fills_with_content_items_is_known() -> None:
    with_values = {tag for tag, has_value in named_concepts() if has_value}
    assert with_values <= CONTENT_SEQUENCES
    assert {keyword_for_tag(tag) for tag, _ in named_concepts() if tag not in CONTENT_SEQUENCES} == BY_FORM


UNLISTED = (*sorted(BY_FORM - {"TableRowDefinitionSequence"}), "PixelMeasuresSequence", "ReferencedSegmentSequence")
LISTED = sorted(keyword_for_tag(tag) for tag in CONTENT_SEQUENCES)


@pytest.mark.parametrize("depth", [0, 2])
@pytest.mark.parametrize("keyword", [*LISTED, *UNLISTED])
def test_who_the_subject_is_leaves_wherever_it_stands(keyword: str, depth: int, patient, clean_by) -> None:
    source = holding(patient, keyword, person(), depth)
    for options in ((), (Option.CLEAN_STRUCTURED_CONTENT, Option.RETAIN_FULL_DATES), (Option.RETAIN_MODIFIED_DATES,)):
        cleaned = clean_by(source, HeaderPolicy(options=options)).dataset
        assert values_below(cleaned) == set()


@pytest.mark.parametrize("keyword", ["SegmentCharacteristicsSequence", "PixelMeasuresSequence"])
def test_characteristics_stay_elsewhere_too_but_for_the_oldest_ages(keyword: str, patient, clean_by) -> None:
    policy = HeaderPolicy(options=(Option.RETAIN_FULL_DATES, Option.RETAIN_PATIENT_CHARACTERISTICS))
    cleaned = clean_by(holding(patient, keyword, person()), policy).dataset
    assert values_below(cleaned) == {"61.7", "M"}
    assert [str(item.NumericValue) for item in cleaned[keyword].value if "NumericValue" in item] == ["90", "61.7"]


def test_an_order_for_an_attribute_reaches_these_items(patient, key) -> None:
    cleaned = cleaned_by(
        holding(patient, "SegmentCharacteristicsSequence", person()), key, Policy.load("quasi-identifiers").header
    )
    assert values_below(cleaned.dataset) == set()


def test_other_numbers_stay_where_they_are(patient, clean) -> None:
    measured = [number(code("81827009", "SCT"), "34", "mm"), number(code("113750"), "1195", "mm")]
    cleaned = clean(holding(patient, "SegmentCharacteristicsSequence", measured)).dataset
    assert [str(item.NumericValue) for item in cleaned.SegmentCharacteristicsSequence] == ["34", "1195"]


def test_an_item_that_only_names_its_value_type_is_not_understood(patient, clean) -> None:
    item = number(code("121033"), "97", "a")
    del item.ConceptNameCodeSequence
    assert "97" not in values_below(clean(holding(patient, "PixelMeasuresSequence", [item])).dataset)


def test_statistics_of_an_age_leave_with_their_array(patient, clean) -> None:
    item = Dataset()
    item.ConceptNameCodeSequence, item.FloatingPointValues = Sequence([code("121033")]), [97.0, 98.0]
    cleaned = clean(holding(patient, "MeasurementsSequence", [item])).dataset
    assert "FloatingPointValues" not in {element.keyword for element in cleaned.iterall()}


def test_without_structured_content_no_option_keeps_the_uid_of_an_item(patient, clean_by) -> None:
    observer = Dataset()
    observer.ValueType, observer.UID = "UIDREF", "1.2.3.77"
    observer.ConceptNameCodeSequence = Sequence([code("121012")])
    options = (Option.RETAIN_DEVICE_IDENTITY,)
    source = holding(patient, "SegmentCharacteristicsSequence", [observer])
    (item,) = clean_by(source, HeaderPolicy(options=options)).dataset.SegmentCharacteristicsSequence
    assert item.UID != "1.2.3.77"


def test_a_sequence_that_the_iod_demands_keeps_one_item_that_says_nothing(patient, clean) -> None:
    patient.SOPClassUID = PERIMETRY
    result = Dataset()
    result.DataObservationSequence = Sequence(person())
    patient.VisualFieldTestReliabilityGlobalIndexSequence = Sequence([result])
    (cleaned,) = clean(patient).dataset.VisualFieldTestReliabilityGlobalIndexSequence
    (item,) = cleaned.DataObservationSequence
    assert (item.ValueType, item.TextValue) == ("TEXT", "REMOVED") and "ConceptNameCodeSequence" in item


KEEPING = (Option.CLEAN_STRUCTURED_CONTENT, Option.RETAIN_FULL_DATES, Option.RETAIN_PATIENT_CHARACTERISTICS)


@pytest.mark.parametrize("value_type", ["TABLE", "CONTAINER", "NUM", None])
def test_no_cell_of_a_table_stays(value_type: str | None, patient, clean_by) -> None:
    column, cell, table, item = Dataset(), Dataset(), Dataset(), Dataset()
    column.TableColumnNumber, column.ConceptNameCodeSequence = 1, Sequence([code("121033")])
    cell.TableColumnNumber, cell.SelectorDSValue = 1, "97"
    table.TableColumnDefinitionSequence, table.CellValuesSequence = Sequence([column]), Sequence([cell])
    item.RelationshipType, item.ConceptNameCodeSequence = "CONTAINS", Sequence([code("126010")])
    item.TabulatedValuesSequence = Sequence([table])
    if value_type:
        item.ValueType = value_type
    patient.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    patient.ContentSequence = patient.PixelMeasuresSequence = Sequence([item])
    patient.CellValuesSequence = table.CellValuesSequence
    assert values_below(clean_by(patient, HeaderPolicy(options=KEEPING)).dataset) == set()
