"""What a data set says about its pixels is true after they were masked, or only encoded anew."""

import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pydicom
import pytest
from invented import CT, DEEP, EXPLICIT, as_file, described, of, opened, source_of, with_banner, words_for
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from pixelclean.dicom import Loss, encode, put_pixels
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.pixels import black, describe_change, describe_encoding, make_plan, redacted
from pixelclean.pixels.attributes import MASKED

DCIODVFY = shutil.which("dciodvfy")
JPEG = Loss("ISO_10918_1", 12.345)
JPEG_2000 = Loss("ISO_15444_1", 30.0)
STATISTICS = {
    "SmallestImagePixelValue": 3,
    "LargestImagePixelValue": 4000,
    "SmallestPixelValueInSeries": 1,
    "LargestPixelValueInSeries": 4001,
    "SmallestImagePixelValueInPlane": 2,
    "LargestImagePixelValueInPlane": 3999,
}


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def history(dataset: Dataset) -> tuple[Any, list[str], list[float]]:
    methods, ratios = dataset.get("LossyImageCompressionMethod"), dataset.get("LossyImageCompressionRatio")
    return (
        dataset.get("LossyImageCompression"),
        [methods] if isinstance(methods, str) else list(methods or []),
        [float(ratios)] if isinstance(ratios, float) else [float(ratio) for ratio in ratios or []],
    )


def test_statistics_of_the_pixels_as_they_were_go() -> None:
    dataset = described(DEEP, **STATISTICS, HistogramSequence=Sequence([item(HistogramData=[1, 2, 3])]))
    describe_change(dataset, None)
    assert not [keyword for keyword in (*STATISTICS, "HistogramSequence") if keyword in dataset]


def test_statistics_in_functional_groups_go_and_the_source_that_shares_the_items_keeps_them() -> None:
    pixels = item(SmallestImagePixelValue=3, FrameAcquisitionNumber=1)
    groups = Sequence([item(FrameContentSequence=Sequence([pixels])), item(HistogramSequence=Sequence([item()]))])
    source = described(DEEP, PerFrameFunctionalGroupsSequence=groups)
    before = deepcopy(source)
    dataset = Dataset()
    for element in source:
        dataset.add(element)
    describe_change(dataset, None)
    first, second = dataset.PerFrameFunctionalGroupsSequence
    assert [element.keyword for element in first.FrameContentSequence[0]] == ["FrameAcquisitionNumber"]
    assert len(second) == 0
    assert source == before


def test_what_an_icon_says_of_its_own_pixels_stays() -> None:
    icon = item(SmallestImagePixelValue=3)
    dataset = described(DEEP, IconImageSequence=Sequence([icon]))
    describe_change(dataset, None)
    assert dataset.IconImageSequence[0].SmallestImagePixelValue == 3


def test_what_is_still_true_stays() -> None:
    kept: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "PixelPaddingValue": 0, "PixelPaddingRangeLimit": 9,
        "WindowCenter": 40, "WindowWidth": 400, "RescaleSlope": 1, "RescaleIntercept": 0, "NumberOfFrames": 1,
        "RedPaletteColorLookupTableDescriptor": [2, 0, 16], "RedPaletteColorLookupTableData": b"abcd",
        "DerivationCodeSequence": Sequence([item(CodeValue="113040")]), "LossyImageCompression": "00",
    }  # fmt: skip
    dataset = described(DEEP, **kept)
    before = deepcopy(dataset)
    describe_change(dataset, None)
    assert {element.tag for element in dataset} - {element.tag for element in before} == {0x00082111}
    assert all(dataset[element.tag] == element for element in before)


def test_a_place_where_the_unmasked_pixels_may_be_had_goes() -> None:
    dataset = described(DEEP, PixelDataProviderURL="https://viewer.example/1")
    describe_change(dataset, None)
    assert "PixelDataProviderURL" not in dataset


@pytest.mark.parametrize("describe", [describe_change, describe_encoding])
def test_signatures_over_other_bytes_go_and_those_of_items_stay(describe: Any) -> None:
    signed = item(DigitalSignaturesSequence=Sequence([item(MACIDNumber=1)]), CodeValue="T-1")
    dataset = described(
        DEEP,
        DigitalSignaturesSequence=Sequence([item(MACIDNumber=1)]),
        MACParametersSequence=Sequence([item(MACIDNumber=1)]),
        AnatomicRegionSequence=Sequence([signed]),
    )
    describe(dataset, None)
    assert "DigitalSignaturesSequence" not in dataset
    assert "MACParametersSequence" not in dataset
    assert "DigitalSignaturesSequence" in dataset.AnatomicRegionSequence[0]


@pytest.mark.parametrize(
    ("stated", "loss", "expected"),
    [
        ({}, JPEG, ("01", ["ISO_10918_1"], [12.35])),
        ({"LossyImageCompression": "00"}, JPEG, ("01", ["ISO_10918_1"], [12.35])),
        ({"Ratio": "10"}, JPEG, ("01", ["ISO_10918_1"], [10])),
        ({"Method": "ISO_10918_1"}, JPEG, ("01", ["ISO_10918_1"], [12.35])),
        ({"Ratio": "10", "Method": "ISO_10918_1"}, JPEG, ("01", ["ISO_10918_1"], [10])),
        # A step that the source does not state comes last.
        ({"Ratio": "10", "Method": "ISO_10918_1"}, JPEG_2000, ("01", ["ISO_10918_1", "ISO_15444_1"], [10, 30])),
        (
            {"Ratio": ["10", "5"], "Method": ["ISO_15444_1", "ISO_10918_1"]},
            JPEG_2000,
            ("01", ["ISO_15444_1", "ISO_10918_1", "ISO_15444_1"], [10, 5, 30]),
        ),
        # The last step is stated.
        (
            {"Ratio": ["10", "30"], "Method": ["ISO_10918_1", "ISO_15444_1"]},
            JPEG_2000,
            ("01", ["ISO_10918_1", "ISO_15444_1"], [10, 30]),
        ),
        # Codes that lose nothing show the loss of what they code.
        ({"Ratio": "9", "Method": "ISO_15444_1"}, Loss("ISO_15444_15", 8), ("01", ["ISO_15444_1"], [9])),
        ({"Ratio": "9", "Method": "ISO_10918_1"}, Loss("ISO_18181_1", 8), ("01", ["ISO_10918_1"], [9])),
        # Of several values nobody knows which one is missing.
        ({"Method": ["ISO_10918_1", "ISO_15444_1"]}, JPEG_2000, ("01", ["ISO_10918_1", "ISO_15444_1"], [])),
        ({"Ratio": ["10", "30"]}, JPEG, ("01", [], [10, 30])),
        ({"Method": "ISO_15444_1"}, JPEG, ("01", ["ISO_15444_1"], [])),
        # Without a further loss nothing is added.
        ({}, None, (None, [], [])),
        ({"LossyImageCompression": "01", "Ratio": "10"}, None, ("01", [], [10])),
        ({"LossyImageCompression": "00"}, None, ("00", [], [])),
    ],
)
def test_every_step_with_loss_is_told_in_its_order(
    stated: dict[str, Any], loss: Loss | None, expected: tuple[Any, list[str], list[float]]
) -> None:
    dataset = described(DEEP)
    for keyword, value in stated.items():
        setattr(dataset, keyword if keyword.startswith("L") else f"LossyImageCompression{keyword}", value)
    describe_encoding(dataset, loss)
    assert history(dataset) == expected
    describe_encoding(dataset, loss)
    assert history(dataset) == expected


def test_masking_is_said_once_and_behind_what_was_said() -> None:
    dataset = described(DEEP)
    describe_change(dataset, None)
    assert dataset.DerivationDescription == MASKED
    describe_change(dataset, None)
    assert dataset.DerivationDescription == MASKED
    derived = described(DEEP, DerivationDescription="Maximum intensity projection")
    describe_change(derived, None)
    describe_change(derived, None)
    assert derived.DerivationDescription == f"Maximum intensity projection; {MASKED}"
    assert derived["DerivationDescription"].VR == "ST"


def test_encoding_alone_says_nothing_of_masking() -> None:
    dataset = described(DEEP, **STATISTICS)
    before = deepcopy(dataset)
    describe_encoding(dataset, None)
    assert dataset == before


@pytest.mark.parametrize("room", [0, 1, len(MASKED), len(MASKED) + 1, len(MASKED) + 2, 500])
def test_masking_is_said_where_a_short_text_has_room_for_it(room: int) -> None:
    said = "x" * (1024 - room)
    dataset = described(DEEP, DerivationDescription=said)
    describe_change(dataset, None)
    enough = room >= len(f"; {MASKED}")
    assert dataset.DerivationDescription == (f"{said}; {MASKED}" if enough else said)


def test_a_derivation_description_that_is_no_text_stays() -> None:
    dataset = described(DEEP)
    dataset.add_new(0x00082111, "UN", b"\x00\xff")
    describe_change(dataset, None)
    assert dataset.DerivationDescription == b"\x00\xff"


@pytest.mark.skipif(DCIODVFY is None, reason="NO SECOND OPINION: dciodvfy is absent (apt-get install dicom3tools)")
@pytest.mark.parametrize("loss", [None, JPEG])
@pytest.mark.parametrize("image_type", [["ORIGINAL", "PRIMARY", "AXIAL"], ["DERIVED", "SECONDARY", "AXIAL"]])
def test_a_validator_finds_no_more_fault_with_the_output(
    loss: Loss | None, image_type: list[str], tmp_path: Path
) -> None:
    attributes = STATISTICS | {"ImageType": image_type, "SOPClassUID": CT, "Modality": "CT"}
    frame = words_for(with_banner(DEEP.rows, DEEP.columns), DEEP)
    source = source_of(described(of(DEEP), **attributes), DEEP, [frame])
    frames = opened(source)
    plan = make_plan([Region(Box(0, 0, 200, 55), Act.MASK, Origin.OPERATOR, "test")], frames.format)
    output = deepcopy(source.dataset)
    put_pixels(output, encode(redacted(frames, plan, black(output, frames.format, ())), frames.format, EXPLICIT))
    describe_change(output, loss)
    assert complaints(output, tmp_path / "after.dcm") <= complaints(source.dataset, tmp_path / "before.dcm")


def complaints(dataset: pydicom.Dataset, path: Path) -> set[str]:
    assert DCIODVFY is not None
    path.write_bytes(as_file(deepcopy(dataset), EXPLICIT))
    told = subprocess.run([DCIODVFY, str(path)], capture_output=True, check=False, text=True)
    return {line for line in (told.stdout + told.stderr).splitlines() if line.startswith(("Error", "Warning"))}
