"""The days of a data set on which its patient was as old as it may say."""

from collections.abc import Iterator

from pydicom import Dataset

from pixelclean.header.annex_e.moments import is_placeholder
from pixelclean.header.instants import date_of
from pixelclean.header.values import text_at

_DAY = 8
_MOMENTS = (
    *("StudyDate", "SeriesDate", "AcquisitionDate", "AcquisitionDateTime", "ContentDate"),
    *("PerformedProcedureStepStartDate", "PerformedProcedureStepEndDate", "PerformedProcedureStepStartDateTime"),
    *("InstanceCreationDate", "PresentationCreationDate", "DateOfSecondaryCapture", "StructureSetDate", "RTPlanDate"),
    *("TreatmentDate", "ScheduledProcedureStepStartDate", "IssueDateOfImagingServiceRequest"),
)


def study_days(dataset: Dataset) -> tuple[str, ...]:
    """Each as a DA, that of the study first; () where there is none.  Dummies and other placeholders are none."""
    return tuple(_days(dataset))


def _days(dataset: Dataset) -> Iterator[str]:
    for keyword in _MOMENTS:
        day = date_of(text_at(dataset, keyword).replace(".", "")[:_DAY])
        if day is not None and not is_placeholder(day.numbers):
            yield day.date
