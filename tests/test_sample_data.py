"""The samples are what the script makes and what truth.json says."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_color_lut

FOLDER = Path(__file__).resolve().parent.parent / "sample_data"
TRUTH: dict[str, Any] = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
INSTALLED = {package.__name__: package.__version__ for package in (cv2, imagecodecs, np, pydicom)}
NOT_PIXELS = {"ct-truncated.dcm"}


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if int(cv2.__version__.split(".")[0]) < 5:
        pytest.skip("making samples needs OpenCV 5")
    folder = tmp_path_factory.mktemp("samples")
    script = [sys.executable, "-B", str(FOLDER / "make_samples.py"), str(folder)]
    subprocess.run(script, check=True, timeout=120, stdin=subprocess.DEVNULL)
    return folder


def test_truth_names_exactly_the_files_that_are_there() -> None:
    assert {file.name for file in FOLDER.glob("*.dcm")} == set(TRUTH["files"])


def test_the_samples_are_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 3_000_000


@pytest.mark.parametrize("name", TRUTH["files"])
def test_the_script_makes_the_same_header(remade: Path, name: str) -> None:
    kept, made = (pydicom.dcmread(folder / name, stop_before_pixels=True) for folder in (FOLDER, remade))
    assert kept == made
    assert kept.file_meta == made.file_meta


@pytest.mark.parametrize("name", TRUTH["files"])
def test_the_same_versions_make_the_same_bytes(remade: Path, name: str) -> None:
    if TRUTH["made_with"] != INSTALLED:
        pytest.skip("other versions of the libraries than those the samples were made with")
    assert (remade / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", [name for name, entry in TRUTH["files"].items() if entry["lines"]])
def test_every_box_lies_in_the_image_and_holds_contrast(name: str) -> None:
    dataset = pydicom.dcmread(FOLDER / name)
    frames = _frames(dataset)
    for line in TRUTH["files"][name]["lines"]:
        left, top, right, bottom = line["box"]
        assert 0 <= left < right <= dataset.Columns
        assert 0 <= top < bottom <= dataset.Rows
        if line["where"] == "pixels":
            frame = frames[(line["frames"] or [0])[0]]
            assert np.ptp(frame[top:bottom, left:right]) > 0.3 * np.ptp(frame), line["text"]


def test_a_line_of_the_cine_is_in_some_frames_only() -> None:
    (line,) = [line for line in TRUTH["files"]["us-cine-jpeg.dcm"]["lines"] if line["frames"]]
    left, top, right, bottom = line["box"]
    frames = _frames(pydicom.dcmread(FOLDER / "us-cine-jpeg.dcm"))
    shown = [int(frame[top:bottom, left:right].max()) > 180 for frame in frames]
    assert [number for number, yes in enumerate(shown) if yes] == line["frames"]


def test_the_high_bits_hold_text_that_the_image_does_not_show() -> None:
    dataset = pydicom.dcmread(FOLDER / "ct-text-in-high-bits.dcm")
    stored = np.frombuffer(dataset.PixelData, "<u2").reshape(dataset.Rows, dataset.Columns)
    above = stored >> dataset.BitsStored
    for line in TRUTH["files"]["ct-text-in-high-bits.dcm"]["lines"]:
        left, top, right, bottom = line["box"]
        assert above[top:bottom, left:right].any()
        above = above.copy()
        above[top:bottom, left:right] = 0
    assert not above.any()


@pytest.mark.parametrize("name", sorted(set(TRUTH["files"]) - NOT_PIXELS))
def test_headers_hold_sentinels_at_several_depths(name: str) -> None:
    found: set[int] = set()

    def visit(dataset: pydicom.Dataset, depth: int) -> None:
        for element in dataset:
            if element.VR == "SQ":
                for item in element.value:
                    visit(item, depth + 1)
            elif "sentinel" in str(element.value).lower():
                found.add(depth)

    visit(pydicom.dcmread(FOLDER / name, stop_before_pixels=True), 0)
    assert {0, 1} <= found


def test_the_truncated_file_has_less_pixels_than_it_says() -> None:
    content = (FOLDER / "ct-truncated.dcm").read_bytes()
    dataset = pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
    assert len(content) < dataset.Rows * dataset.Columns * 2


def _frames(dataset: pydicom.Dataset) -> Any:
    pixels = dataset.pixel_array
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, dataset)
    return pixels if int(dataset.get("NumberOfFrames", 1)) > 1 else pixels[np.newaxis]
