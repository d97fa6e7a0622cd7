"""A key, an invented patient, and the cleaning of a data set as the pipeline calls it."""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, Sequence, dcmwrite

from pixelclean.dicom.dictionary import know_additions
from pixelclean.header import Cleaned
from pixelclean.key import ProjectKey
from pixelclean.policy import HeaderPolicy

sys.path.insert(0, str(Path(__file__).parent))  # makes annex_e importable for the tests of this folder
from annex_e import cleaned_by

CT = "1.2.840.10008.5.1.4.1.1.2"


@pytest.fixture(autouse=True)
def _dictionary() -> None:
    know_additions()


@pytest.fixture
def key() -> ProjectKey:
    return ProjectKey(bytes(range(32)))


@pytest.fixture
def clean(key: ProjectKey) -> Callable[[Dataset], Cleaned]:
    return lambda dataset: cleaned_by(dataset, key, HeaderPolicy())


@pytest.fixture
def clean_by(key: ProjectKey) -> Callable[[Dataset, HeaderPolicy], Cleaned]:
    """Cleaning by another policy than the default."""
    return lambda dataset, policy: cleaned_by(dataset, key, policy)


@pytest.fixture
def encoded() -> Callable[[Dataset], bytes]:
    """The bytes of a data set, in Implicit VR Little Endian."""

    def write(dataset: Dataset) -> bytes:
        buffer = BytesIO()
        dcmwrite(buffer, dataset, implicit_vr=True, little_endian=True)
        return buffer.getvalue()

    return write


@pytest.fixture
def patient() -> Dataset:
    """A CT image without pixels of an invented patient."""
    dataset = Dataset()
    dataset.SOPClassUID = CT
    dataset.SOPInstanceUID = "1.2.3.4.5.1"
    dataset.StudyInstanceUID = "1.2.3.4.5.2"
    dataset.SeriesInstanceUID = "1.2.3.4.5.3"
    dataset.FrameOfReferenceUID = "1.2.3.4.5.4"
    dataset.PatientName = "Sentinel^Zoe"
    dataset.PatientID = "ZZ-SENTINEL-1"
    dataset.PatientBirthDate = "19770707"
    dataset.PatientSex = "F"
    dataset.StudyDate = "20070717"
    dataset.StudyTime = "071717"
    dataset.StudyID = "1"
    dataset.AccessionNumber = "7717717"
    dataset.ReferringPhysicianName = "Sentinel^Referrer"
    dataset.InstitutionName = "Sentinel House"
    dataset.StationName = "SENTCT1"
    dataset.Modality = "CT"
    dataset.Manufacturer = "Example Devices"
    dataset.SeriesDescription = "Zoe Sentinel head"
    dataset.BodyPartExamined = "HEAD"
    dataset.SliceThickness = "2.5"
    return dataset


@pytest.fixture
def nested() -> Callable[..., Dataset]:
    """A data set that holds a data set `depth` sequences down, in a sequence that E.1-1 does not name."""

    def nest(inner: Dataset, depth: int = 1) -> Dataset:
        for _ in range(depth):
            outer = Dataset()
            outer.SOPClassUID = CT
            outer.SharedFunctionalGroupsSequence = Sequence([inner])
            inner = outer
        return inner

    return nest
