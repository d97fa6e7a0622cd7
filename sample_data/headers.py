"""Data sets full of identities that nobody has: every one of them holds the word SENTINEL, or a date of the year 2001."""

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.9999.1"  # a made-up branch; nothing else uses it
CREATOR = "SENTINEL PRIVATE 1.0"


def uid(*parts: int) -> UID:
    """The same UID for the same numbers."""
    return UID(".".join([ROOT, *map(str, parts)]))


def code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def person(name: str) -> Dataset:
    """A Person Identification Macro (PS3.3 table 10-1)."""
    item = Dataset()
    item.PersonIdentificationCodeSequence = Sequence([code("SENTINEL-77", "99SENTINEL", name)])
    item.InstitutionName = "Sentinel Hospital"
    item.PersonAddress = "1 Sentinel Road"
    return item


def identified(sop_class: str, modality: str, number: int, study: int, series: int) -> Dataset:
    """Patient, study, series and equipment of one instance, with identities at several depths."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.ImplementationClassUID = uid(9)
    data.file_meta.ImplementationVersionName = "SENTINEL_1"
    data.file_meta.SourceApplicationEntityTitle = "SENTINEL_AE"
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = UID(sop_class), uid(study, series, number)
    _patient(data)
    _study(data, study)
    _series(data, modality, study, series)
    _private(data)
    data.InstanceNumber = number
    data.InstanceCreationDate, data.InstanceCreationTime = "20010304", "101112"
    data.ContentDate, data.ContentTime = "20010304", "101113.250"
    return data


def _patient(data: Dataset) -> None:
    data.PatientName = "Sentinel^Zoe^Anna^Dr"
    data.PatientID = "ZZ-SENTINEL-0001"
    data.IssuerOfPatientID = "Sentinel Hospital"
    data.PatientBirthDate, data.PatientSex = "19010203", "F"
    data.OtherPatientNames = "Sentinel-Maiden^Zoe"
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID, other.TypeOfPatientID = "ZZ-SENTINEL-0002", "Sentinel Clinic", "TEXT"
    data.OtherPatientIDsSequence = Sequence([other])
    data.PatientAge, data.PatientWeight = "099Y", "61.5"
    data.PatientAddress, data.PatientTelephoneNumbers = "1 Sentinel Road, Sentinelville", "555-SENTINEL"
    data.Occupation = "Sentinel keeper"
    data.PatientComments = "Asked for by Dr Sentinel-Referrer; sister of ZZ-SENTINEL-0003"


def _study(data: Dataset, study: int) -> None:
    data.StudyInstanceUID = uid(study)
    data.StudyID, data.AccessionNumber = "SENTINEL-S1", "SENTINELACC001"
    data.StudyDate, data.StudyTime = "20010304", "101010"
    data.StudyDescription = "Abdomen of Zoe Sentinel"
    data.ReferringPhysicianName = "Sentinel-Referrer^Ida"
    data.ReferringPhysicianIdentificationSequence = Sequence([person("Sentinel-Referrer, Ida")])
    data.NameOfPhysiciansReadingStudy = "Sentinel-Reader^Ray"
    earlier = Dataset()
    earlier.ReferencedSOPClassUID, earlier.ReferencedSOPInstanceUID = UID("1.2.840.10008.3.1.2.3.1"), uid(study, 0, 1)
    data.ReferencedStudySequence = Sequence([earlier])


def _series(data: Dataset, modality: str, study: int, series: int) -> None:
    data.Modality = modality
    data.SeriesInstanceUID, data.SeriesNumber = uid(study, series), series
    data.SeriesDate, data.SeriesTime = "20010304", "101100"
    data.SeriesDescription, data.BodyPartExamined = "Series for Sentinel, Zoe", "ABDOMEN"
    data.OperatorsName, data.PerformingPhysicianName = "Sentinel-Operator^Olga", "Sentinel-Performer^Pia"
    data.OperatorIdentificationSequence = Sequence([person("Sentinel-Operator, Olga")])
    asked = Dataset()
    asked.RequestedProcedureID, asked.ScheduledProcedureStepID = "SENTINEL-RP1", "SENTINEL-SPS1"
    asked.RequestedProcedureDescription = "Sentinel, Zoe: as discussed by telephone"
    asked.AccessionNumber = "SENTINELACC001"
    data.RequestAttributesSequence = Sequence([asked])
    data.PerformedProcedureStepID = "SENTINEL-PPS1"
    data.PerformedProcedureStepStartDate, data.PerformedProcedureStepStartTime = "20010304", "101010"
    data.Manufacturer, data.ManufacturerModelName = "Invented Imaging", "Figment 1"  # these stay
    data.InstitutionName, data.InstitutionAddress = "Sentinel Hospital", "2 Sentinel Road"
    data.InstitutionalDepartmentName, data.StationName = "Sentinel Radiology", "SENTINELWS1"
    data.DeviceSerialNumber, data.SoftwareVersions = "SENTINEL-SN-1", "1.0"


def _private(data: Dataset) -> None:
    """A vendor's elements: a name in the clear, one in an unknown VR, and one in a sequence."""
    block = data.private_block(0x0009, CREATOR, create=True)
    block.add_new(0x01, "LO", "Sentinel^Zoe")
    block.add_new(0x02, "UN", b"ZZ-SENTINEL-0001 Sentinel^Zoe ")
    inner = Dataset()
    inner.add_new(0x00090010, "LO", CREATOR)
    inner.add_new(0x00091004, "PN", "Sentinel^Zoe")
    block.add_new(0x03, "SQ", Sequence([inner]))


def image(data: Dataset, kind: tuple[str, ...], shape: tuple[int, int, int], photometric: str) -> Dataset:
    """General Image and Image Pixel modules for 8 bits; `shape` is rows, columns, samples."""
    data.ImageType = list(kind)
    data.Rows, data.Columns, data.SamplesPerPixel = shape
    data.PhotometricInterpretation = photometric
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
    if shape[2] == 3:
        data.PlanarConfiguration = 0
    data.PatientOrientation = ""
    data.AcquisitionDate, data.AcquisitionTime = "20010304", "101113"
    data.DerivationDescription = "Frame captured by Sentinel-Operator^Olga"
    data.ImageComments = "Sentinel, Zoe"
    return data


def depth(data: Dataset, allocated: int, stored: int, signed: int) -> None:
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = allocated, stored, stored - 1, signed


def ultrasound_region(left: int, top: int, right: int, bottom: int, cm: float) -> Dataset:
    """One calibrated 2D region; its bounds are inclusive (PS3.3 C.8.5.5.1)."""
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = left, top
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = right, bottom
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = 3, 3
    region.PhysicalDeltaX, region.PhysicalDeltaY = cm, cm
    return region


def slice_geometry(data: Dataset, study: int, spacing: float) -> None:
    """Frame of Reference and Image Plane modules."""
    data.FrameOfReferenceUID, data.PositionReferenceIndicator = uid(study, 99), ""
    data.PixelSpacing, data.SliceThickness = [spacing, spacing], 5
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.ImagePositionPatient, data.SliceLocation = [-180, -180, 40], 40
    data.PatientPosition, data.AcquisitionNumber = "HFS", 1
    data.PatientOrientation = ["L", "P"]
