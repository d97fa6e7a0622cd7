"""The Sequence of Ultrasound Regions as evidence."""

from pathlib import Path

import pytest
from pydicom import Dataset, Sequence, dcmread

from pixelclean.devices import RegionState, ultrasound_regions
from pixelclean.geometry import Box

ROWS, COLUMNS = 480, 640


def region(left: int, top: int, last_column: int, last_row: int) -> Dataset:
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = last_column, last_row
    return item


def image(*items: Dataset) -> Dataset:
    dataset = Dataset()
    dataset.SequenceOfUltrasoundRegions = Sequence(items)
    return dataset


def test_the_maxima_are_the_last_pixels_inside() -> None:
    evidence = ultrasound_regions(image(region(10, 20, 99, 199)), ROWS, COLUMNS)
    assert evidence.state is RegionState.USABLE
    assert evidence.regions == (Box(10, 20, 100, 200),)


def test_one_pixel_is_a_region() -> None:
    assert ultrasound_regions(image(region(5, 6, 5, 6)), ROWS, COLUMNS).regions == (Box(5, 6, 6, 7),)


@pytest.mark.parametrize("last_column, last_row", [(639, 479), (640, 480), (70000, 70000)])
def test_a_region_that_is_the_whole_image_says_nothing(last_column: int, last_row: int) -> None:
    evidence = ultrasound_regions(image(region(0, 0, last_column, last_row)), ROWS, COLUMNS)
    assert evidence.state is RegionState.WHOLE_IMAGE
    assert not evidence.outside(Box(0, 0, 10, 10))


@pytest.mark.parametrize("dataset", [Dataset(), image()])
def test_no_items_are_no_evidence(dataset: Dataset) -> None:
    evidence = ultrasound_regions(dataset, ROWS, COLUMNS)
    assert evidence.state is RegionState.ABSENT
    assert not evidence.outside(Box(0, 0, 10, 10))


@pytest.mark.parametrize("item", [region(100, 20, 10, 199), region(640, 0, 700, 10), Dataset()])
def test_one_item_without_usable_bounds_spoils_the_evidence(item: Dataset) -> None:
    evidence = ultrasound_regions(image(region(10, 20, 99, 199), item), ROWS, COLUMNS)
    assert evidence.state is RegionState.INVALID
    assert evidence.regions == (Box(10, 20, 100, 200),)
    assert not evidence.outside(Box(200, 200, 210, 210))


def test_a_box_is_outside_when_it_meets_no_region() -> None:
    evidence = ultrasound_regions(image(region(10, 20, 99, 199), region(300, 20, 399, 199)), ROWS, COLUMNS)
    assert evidence.outside(Box(0, 0, 640, 20))
    assert evidence.outside(Box(100, 0, 300, 480))
    assert not evidence.outside(Box(99, 0, 300, 480))


def test_an_element_that_cannot_be_converted_is_invalid_and_does_not_raise() -> None:
    item = region(1, 1, 5, 5)
    item["RegionLocationMaxX1"]._value = "not a number"
    assert ultrasound_regions(image(item), ROWS, COLUMNS).state is RegionState.INVALID


def test_the_regions_of_real_files_lie_in_their_images(shared_data: Path) -> None:
    files = [
        "files/grailbio+go-dicom/examples/I_000034.dcm",
        "files/pydicom+deid-data/deid_data/data/ultrasounds/RGB_IMAGE.dcm",
    ]
    for name in files:
        dataset = dcmread(shared_data / name, stop_before_pixels=True)
        evidence = ultrasound_regions(dataset, dataset.Rows, dataset.Columns)
        for box in evidence.regions:
            assert box.clipped(dataset.Rows, dataset.Columns) == box
