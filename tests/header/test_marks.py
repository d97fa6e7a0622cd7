"""The output says what was done to it, and nothing that was not."""

import pytest
from pydicom import Dataset

from pixelclean.header import Method, mark_equipment, mark_identity_removed, mark_pixels

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def image(sop_class: str, **values: str) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = sop_class
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_the_profile_is_named_by_its_code() -> None:
    dataset = image(SECONDARY_CAPTURE, DeidentificationMethod="by Sentinel House")
    mark_identity_removed(dataset, Method(("113100", "113101", "113113"), ("by pixelclean",)))
    assert dataset.PatientIdentityRemoved == "YES"
    assert "Sentinel" not in dataset.DeidentificationMethod
    codes = [(item.CodeValue, item.CodingSchemeDesignator) for item in dataset.DeidentificationMethodCodeSequence]
    assert codes == [("113100", "DCM"), ("113101", "DCM"), ("113113", "99DCM")]
    assert dataset.DeidentificationMethodCodeSequence[0].CodeMeaning == "Basic Application Confidentiality Profile"


def test_a_code_outside_cid_7050_is_no_method() -> None:
    with pytest.raises(KeyError):
        mark_identity_removed(Dataset(), Method(("999999",), ()))


@pytest.mark.parametrize("before", [{}, {"BurnedInAnnotation": "YES"}])
def test_a_verdict_about_the_pixels_is_written(before: dict[str, str]) -> None:
    dataset = image(SECONDARY_CAPTURE, **before)
    mark_pixels(dataset, "NO", "YES")
    assert dataset.BurnedInAnnotation == "NO" and dataset.RecognizableVisualFeatures == "YES"


def test_without_a_verdict_a_no_goes_and_a_yes_stays() -> None:
    dataset = image(SECONDARY_CAPTURE, BurnedInAnnotation="NO", RecognizableVisualFeatures="YES")
    mark_pixels(dataset, None, None)
    assert "BurnedInAnnotation" not in dataset and dataset.RecognizableVisualFeatures == "YES"


def test_a_no_that_the_iod_demands_stays() -> None:
    dataset = image(ENHANCED_CT, BurnedInAnnotation="NO")
    mark_pixels(dataset, None, None)
    assert dataset.BurnedInAnnotation == "NO"


def test_the_equipment_has_a_name_and_neither_date_nor_place() -> None:
    dataset = Dataset()
    mark_equipment(dataset, "1.2")
    (item,) = dataset.ContributingEquipmentSequence
    assert (item.Manufacturer, item.SoftwareVersions) == ("pixelclean", "1.2")
    assert item.PurposeOfReferenceCodeSequence[0].CodeValue == "109104"
    assert "ContributionDateTime" not in item and "InstitutionName" not in item
