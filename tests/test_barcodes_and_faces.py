"""The whole flow: barcodes leave black, photographs that may show a face wait."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
import zxingcpp
from invented import COLOUR, CT, GREY, SECONDARY_CAPTURE, described, of, source_of, speckled
from skimage import data

from pixelclean.geometry import Origin
from pixelclean.outcome import Queued, Released, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.reasons import End, ReasonCode

PHOTOGRAPH = "1.2.840.10008.5.1.4.1.1.77.1.4"


def symbol(kind: zxingcpp.BarcodeFormat, module: int) -> np.ndarray:
    made = zxingcpp.create_barcode("ZZ-SENTINEL-0001", kind)
    return np.array(zxingcpp.write_barcode_to_image(made, scale=module, add_quiet_zones=True))


def labelled(rows: int = 500, columns: int = 700) -> np.ndarray:
    """Speckle with a QR code in one corner and a Code 128 in another, in grey."""
    grey = (speckled(rows, columns) * 255).astype(np.uint8)
    for drawn, top, left in (
        (symbol(zxingcpp.BarcodeFormat.QRCode, 3), 10, 20),
        (symbol(zxingcpp.BarcodeFormat.Code128, 2), 30, 200),
    ):
        grey[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return grey


@pytest.mark.parametrize(("sop_class", "modality"), [(SECONDARY_CAPTURE, "OT"), (CT, "CT")])
def test_a_qr_code_and_a_code_128_leave_black(cleaner: Cleaner, sop_class: str, modality: str, tmp_path: Path) -> None:
    grey = labelled()
    form = of(GREY, rows=grey.shape[0], columns=grey.shape[1])
    assert len(zxingcpp.read_barcodes(grey)) == 2
    made = described(form, SOPClassUID=sop_class, Modality=modality)
    result = cleaner.clean(source_of(made, form, [grey[..., None]]), tmp_path)
    assert isinstance(result.outcome, Released), reasons_of(result.outcome)
    assert result.plan is not None
    assert result.output is not None
    assert (Origin.DETECTOR, "barcode") in {(region.origin, region.reference) for region in result.plan.regions}
    left = pydicom.dcmread(tmp_path / result.output.spool_name).pixel_array
    mask = result.plan.mask(0)
    assert mask.mean() < 0.5
    assert (left[mask] == 0).all()
    assert np.array_equal(left[~mask], grey[~mask])
    assert zxingcpp.read_barcodes(left) == []


def test_a_photograph_with_a_face_waits_and_one_without_does_not(cleaner: Cleaner, tmp_path: Path) -> None:
    for picture, shows in ((data.astronaut(), True), (data.chelsea(), False)):
        form = of(COLOUR, rows=picture.shape[0], columns=picture.shape[1])
        made = described(form, SOPClassUID=PHOTOGRAPH, Modality="XC")
        outcome = cleaner.clean(source_of(made, form, [np.asarray(picture, np.uint8)]), tmp_path).outcome
        assert (ReasonCode.MAY_SHOW_FACE in {reason.code for reason in reasons_of(outcome)}) is shows
        assert isinstance(outcome, Queued) or not shows


def test_nobody_looks_for_faces_in_a_section(cleaner: Cleaner, tmp_path: Path) -> None:
    grey = data.astronaut().mean(axis=2).astype(np.uint8)
    form = of(GREY, rows=512, columns=512)
    made = described(form, SOPClassUID=CT, Modality="CT", BodyPartExamined="HEAD")
    outcome = cleaner.clean(source_of(made, form, [grey[..., None]]), tmp_path).outcome
    assert ReasonCode.MAY_SHOW_FACE not in {reason.code for reason in reasons_of(outcome)}
    assert ReasonCode.MAY_SHOW_FACE.end is End.QUEUE
