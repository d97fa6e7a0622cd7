"""What a mapping assigns and a policy orders leaves as it is, unless it tells whose file it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from invented import CT, GREY, described, saved
from pydicom import Dataset

from pixelclean.dicom import facts_of
from pixelclean.errors import Refused
from pixelclean.header import survivors
from pixelclean.heading import Deidentified
from pixelclean.key import ProjectKey
from pixelclean.mapping import read_mapping
from pixelclean.overrides import Means, Override
from pixelclean.pipeline import Cleaner
from pixelclean.policy import HeaderPolicy, Policy
from pixelclean.reasons import ReasonCode

CleanWith = Callable[..., Dataset]


@pytest.fixture
def clean_with(cleaner: Cleaner, tmp_path: Path) -> CleanWith:
    """The output of one source with these values, and what of it survived: it must be nothing."""

    def cleaned(
        mapping: str = "", orders: tuple[Override, ...] = (), policy: Policy | None = None, **values: str
    ) -> Dataset:
        chosen = policy or Policy("placed", "1", "nobody", "nobody", header=HeaderPolicy(attributes=orders))
        given = {"assignments": assigned(tmp_path / "ids.csv", mapping, cleaner.key)} if mapping else {}
        heading = Deidentified(cleaner.key, chosen, **given)
        dataset = described(GREY, SOPClassUID=CT, Modality="CT", **{"PatientID": "ZZ-778812", **values})
        source = saved(dataset, "1.2.840.10008.1.2.1")
        identifiers = heading.identifiers(source)
        kind = cleaner.kinds.judge(facts_of(source.dataset, cleaner.kinds.keywords))
        output = heading.dataset(source, identifiers, kind)
        assert survivors(output, identifiers) == ()
        return output

    return cleaned


def assigned(path: Path, mapping: str, key: ProjectKey):
    path.write_text(mapping)
    path.chmod(0o600)
    return read_mapping(path, key)


def test_an_assigned_id_that_equals_another_number_of_the_file_leaves(clean_with: CleanWith) -> None:
    mapping = "PatientID,NewPatientID,ClinicalTrialSubjectID\nZZ-778812,1001,1001\n"
    output = clean_with(mapping, StudyID="1001", AccessionNumber="1001")
    assert (output.PatientID, output.PatientName, output.ClinicalTrialSubjectID) == ("1001", "PX-1001^", "1001")
    assert output.StudyID != "1001"


@pytest.mark.parametrize(
    "new_id,new_name",
    [
        ("19520317", ""),
        ("T-1952-03-17", ""),
        ("QUILLFEATHER-1", ""),
        ("T-1", "Zoe"),
        ("T-ACC4711081", ""),
        ("T-20190711", ""),
    ],
)
def test_an_assigned_id_or_name_that_tells_who_it_is_holds_the_file(
    new_id: str, new_name: str, clean_with: CleanWith
) -> None:
    mapping = f"PatientID,NewPatientID,NewPatientName\nZZ-778812,{new_id},{new_name}\n"
    with pytest.raises(Refused) as refused:
        clean_with(
            mapping,
            PatientName="Quillfeather^Zoe",
            PatientBirthDate="19520317",
            StudyDate="20190711",
            AccessionNumber="ACC4711081",
        )
    assert refused.value.code is ReasonCode.ASSIGNED_ID_IDENTIFIES
    assert "Quillfeather" not in str(refused.value)


def test_an_ordered_value_leaves_though_the_file_had_it_elsewhere(clean_with: CleanWith) -> None:
    orders = (
        Override("ClinicalTrialSponsorName", Means.VALUE, value="Zzexample Trials"),
        Override("ClinicalTrialProtocolID", Means.VALUE, value="1001"),
    )
    output = clean_with(orders=orders, InstitutionName="Zzexample Trials", StudyID="1001", SequenceName="1001")
    assert output.ClinicalTrialSponsorName == "Zzexample Trials" and output.ClinicalTrialProtocolID == "1001"
    assert "InstitutionName" not in output and output.get("SequenceName", "") != "1001"


@pytest.mark.parametrize("name", ["Days", "Bound", "Basic", "Group", "Annex", "Shift", "Values"])
@pytest.mark.parametrize("policy", ["research", "quasi-identifiers"])
def test_a_patient_may_be_called_like_a_word_that_says_what_was_done(
    name: str, policy: str, clean_with: CleanWith
) -> None:
    output = clean_with(policy=Policy.load(policy), PatientName=f"{name}^Zzmorgan")
    assert output.PatientIdentityRemoved == "YES"
