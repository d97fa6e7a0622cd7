"""On real files of many kinds: nothing of the source survives, and the result is as valid as the source was."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset

from pixelclean.header import Cleaned, Method, harvest, mark_equipment, mark_identity_removed, mark_pixels, survivors

# One of each: enhanced CT and MR, MR, an RT dose, a waveform, parametric map, segmentation, two reports, presentation
# state, hanging protocol, encapsulated PDF.
KINDS = (
    "cornerstonejs+dicomParser/testImages/encapsulated/multi-frame/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
    "pydicom+pydicom-data/data_store/data/emri_small_RLE.dcm",
    "nroduit+weasis-dicom-tools/weasis-dicom-tools/src/test/resources/dicom/mr.dcm",
    "pydicom+pydicom/src/pydicom/data/test_files/rtdose_1frame.dcm",
    "pydicom+pydicom/src/pydicom/data/test_files/waveform_ecg.dcm",
    "pydicom+pydicom-data/data_store/data/parametric_map_float.dcm",
    "ImagingDataCommons+highdicom/data/test_files/seg_image_cr_binary.dcm",
    "ImagingDataCommons+highdicom/data/test_files/sr_document.dcm",
    "QIICR+dcmqi/data/sr-example/rwvm.dcm",
    "nroduit+weasis-dicom-tools/weasis-dicom-tools/src/test/resources/org/dcm4che3/img/prOverlay.dcm",
    "nroduit+weasis-dicom-tools/weasis-dicom-tools/src/test/resources/org/weasis/dicom/hp/NeurosurgeryPlan.dcm",
    "JohnSnowLabs+visual-nlp-workshop/jupyter/data/dicom/encapsulated/DICOM_PDF_Deid_Deidentification_0.dcm",
)
DCIODVFY = shutil.which("dciodvfy")


@pytest.fixture(params=KINDS, ids=lambda kind: Path(kind).stem)
def real(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    path = shared_data / "files" / request.param
    if not path.exists():
        pytest.skip("the shared test data are absent: this file")
    return path


def marked(source: Dataset, clean: Callable[[Dataset], Cleaned]) -> Dataset:
    output = clean(source).dataset
    mark_identity_removed(output, Method(("113100",), ("pixelclean",)))
    mark_pixels(output, None, None)
    mark_equipment(output, "0")
    return output


def errors_of(path: Path) -> set[str]:
    """The error lines of dciodvfy, without the values that they quote."""
    assert DCIODVFY is not None
    lines = subprocess.run([DCIODVFY, path], capture_output=True, check=False).stderr.decode("latin-1").splitlines()
    return {re.sub(r"<[0-9.]+>", "<>", line) for line in lines if line.startswith("Error")}


def test_what_survives_names_the_product_only(real: Path, clean) -> None:
    source = dcmread(real)
    assert set(survivors(marked(source, clean), harvest(source))) <= {"00080070"}


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy is not installed")
def test_the_output_is_as_valid_as_the_source(real: Path, clean, tmp_path: Path) -> None:
    source = dcmread(real)
    output = marked(source, clean)
    output.file_meta = FileMetaDataset()
    output.file_meta.TransferSyntaxUID = source.file_meta.TransferSyntaxUID
    output.save_as(tmp_path / "output.dcm", enforce_file_format=True)
    assert errors_of(tmp_path / "output.dcm") <= errors_of(real)
