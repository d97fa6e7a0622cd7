"""Data sets of tests, and their cleaning as heading.Deidentified calls it."""

from pydicom import Dataset

from pixelclean.assignments import NO_ASSIGNMENTS, Assignments
from pixelclean.header import (
    Cleaned,
    assigned_in,
    clean_header,
    harvest,
    kept_by_order,
    made_by,
    ordered_in,
    orders_of,
    patient_of,
    retains,
)
from pixelclean.key import ProjectKey
from pixelclean.policy import HeaderPolicy


def cleaned_by(
    dataset: Dataset, key: ProjectKey, policy: HeaderPolicy, assignments: Assignments = NO_ASSIGNMENTS
) -> Cleaned:
    """Harvest first, then clean."""
    by_key = made_by(key, ordered_in(dataset, orders_of(policy)))
    by_mapping = assigned_in(dataset, patient_of(dataset, key, "", assignments).assigned)
    identifiers = harvest(
        dataset,
        retains(policy),
        made=lambda text: by_key(text) or by_mapping(text),
        ordered=kept_by_order(policy),
    )
    return clean_header(dataset, key, policy, "digest-of-the-file", identifiers, assignments)


def of(**values: object) -> Dataset:
    """A data set in UTF-8 with these values, by keyword."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset
