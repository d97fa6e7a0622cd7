"""What a vault remembers of a data set: who the patient was, and the UIDs by which the house knows the instance."""

from dataclasses import dataclass
from typing import NoReturn, final

from pydicom import Dataset

from pixelclean.assignments import canonical
from pixelclean.header.values import whole_text_at
from pixelclean.phi import Phi


@final
@dataclass(frozen=True, slots=True, repr=False)
class Originals:
    """Identity of patient, study, series and instance; shows nothing and is never pickled."""

    patient_id: Phi
    issuer: Phi
    name: Phi
    birth_date: Phi
    sex: Phi
    study: Phi
    series: Phi
    instance: Phi

    def __repr__(self) -> str:
        return "Originals(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Originals are never pickled")


def originals_of(dataset: Dataset) -> Originals:
    """The same of any data set: of a source what was, of what leaves what became of it."""
    return Originals(
        patient_id=_text(dataset, "PatientID"),
        issuer=_text(dataset, "IssuerOfPatientID"),
        name=_text(dataset, "PatientName"),
        birth_date=_text(dataset, "PatientBirthDate"),
        sex=_text(dataset, "PatientSex"),
        study=_text(dataset, "StudyInstanceUID"),
        series=_text(dataset, "SeriesInstanceUID"),
        instance=_text(dataset, "SOPInstanceUID"),
    )


def _text(dataset: Dataset, keyword: str) -> Phi:
    return Phi(canonical(whole_text_at(dataset, keyword)))
