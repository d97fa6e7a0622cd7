"""A number that begins with a day or an ID of the file, or counts the seconds to one of its days, does not stay."""

from datetime import UTC, datetime, timedelta

import pytest
from pydicom import DataElement, Dataset

from pixelclean.header import harvest, survivors, withhold

DAY = datetime(2021, 3, 9, 14, 5, tzinfo=UTC)
BIRTH = "19510226"
PATIENT_ID = "00617243"
TRIGGER_WINDOWS = 0x00209057  # UL
BINARY = {"UL": TRIGGER_WINDOWS, "SL": 0x00186020, "FD": 0x00181271}


def source(**values: object) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.StudyDate, dataset.PatientBirthDate, dataset.PatientID = f"{DAY:%Y%m%d}", BIRTH, PATIENT_ID
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


COUNTED = [
    *("2021030901", "202103091405", "20210309140533", "2021030912.0", "+2021030901", "02021030901"),
    *("210309001", "21030901", "2103091405", "0903202112", "903202112", "0309202101", "1951022601"),
    *("6172431", "61724312", "617243123", "006172431", "6172431.0"),
    *(seconds(DAY), seconds(DAY + timedelta(days=1)), seconds(DAY - timedelta(days=1)), f"{seconds(DAY)}123"),
]
BY_CHANCE = [
    *("1", "512", "101", "20210", "2021031", "2022030901", "220309001", "2103091", "21030900123"),
    *("61724", "6172441", "6172431234", "161724312", "1000000", "0.20210309"),
    *(seconds(DAY + timedelta(days=3)), seconds(DAY)[:9], f"{seconds(DAY)}12", "123456.789"),
]


@pytest.fixture
def treated(clean):
    """The output for a source, and what the proof finds in it."""

    def treat(dataset: Dataset) -> tuple[Dataset, tuple[str, ...]]:
        found = harvest(dataset)
        cleaned = withhold(clean(dataset), found).dataset
        return cleaned, survivors(cleaned, found)

    return treat


@pytest.mark.parametrize("text", COUNTED)
def test_a_number_that_goes_on_from_a_day_or_an_id_is_emptied(text: str, treated) -> None:
    dataset = source(SliceThickness=text)
    assert "00180050" in survivors(dataset, harvest(dataset))
    cleaned, left = treated(dataset)
    assert cleaned.SliceThickness is None and left == ()


@pytest.mark.parametrize("text", BY_CHANCE)
def test_other_numbers_stay(text: str, treated) -> None:
    cleaned, left = treated(source(SliceThickness=text))
    assert str(cleaned.SliceThickness) == text and left == ()


@pytest.mark.parametrize("keyword", ["SeriesNumber", "AcquisitionNumber", "InstanceNumber"])
def test_no_number_of_an_image_tells_its_day(keyword: str, treated) -> None:
    cleaned, left = treated(source(**{keyword: f"{DAY:%y%m%d}007"}))
    assert cleaned[keyword].value is None and left == ()


@pytest.mark.parametrize("vr", BINARY)
@pytest.mark.parametrize("number", [2021030901, 210309001, 6172431, int(seconds(DAY))])
def test_binary_numbers_are_looked_at_likewise(vr: str, number: int, treated) -> None:
    dataset = source()
    dataset.add(DataElement(BINARY[vr], vr, float(number) if vr == "FD" else number))
    cleaned, left = treated(dataset)
    assert not cleaned[BINARY[vr]].value and left == ()


@pytest.mark.parametrize("number", [0, 77, 65535, 2022030901, 4294967295])
def test_other_binary_numbers_stay(number: int, treated) -> None:
    dataset = source()
    dataset.add(DataElement(TRIGGER_WINDOWS, "UL", number))
    assert treated(dataset)[0][TRIGGER_WINDOWS].value == number


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e300, 2021030901.5])
def test_what_is_no_whole_number_counts_nothing(number: float) -> None:
    assert not harvest(source()).loose_terms.stand_among((number,))


@pytest.mark.parametrize("text", ["", "-", "nan", "inf", "1e400", "2021-03-09-1", "x2021030901"])
def test_what_is_no_number_is_looked_at_without_harm(text: str) -> None:
    assert not harvest(source()).loose_terms.is_number(text)


def test_a_file_that_names_nobody_has_no_such_numbers() -> None:
    terms = harvest(Dataset()).loose_terms
    assert not terms.is_number("2021030901") and not terms.stand_among((2021030901,))


def test_a_day_before_1970_and_an_impossible_day_do_no_harm() -> None:
    terms = harvest(source(StudyDate="20211399", PatientBirthDate="00010101")).loose_terms
    assert not terms.is_number("2021139901") and terms.is_number("6172431")
