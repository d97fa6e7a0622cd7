"""Who patients become, over runs, processes, keys and stages, through the command line; and the way back."""

import shutil
from pathlib import Path

import pydicom
import pytest
from project import Project, assert_only_proven_files_are_out, codes, edited
from pydicom.dataset import FileDataset
from recipient_keys import certificate_file, key_file

NAMES = ("ct-plain.dcm", "sr-report.dcm")
MAPPING = "PatientID,NewPatientID,NewPatientName,ClinicalTrialSubjectID,ClinicalTrialProtocolID\n"


@pytest.fixture
def project(tmp_path: Path, sample_data: Path) -> Project:
    made = Project.new(tmp_path)
    for name in NAMES:
        shutil.copy(sample_data / name, made.inputs / name)
    return made


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def released(project: Project, name: str) -> FileDataset:
    return pydicom.dcmread(project.out / project.result(name)["output"])


def test_two_processes_with_one_key_agree_and_another_key_has_nothing_in_common(project: Project) -> None:
    def cleaned(out: str, key: str) -> list[FileDataset]:
        place = project.base / out
        done = project.run("clean", project.inputs, place, "--key", project.base / key, "--policy", "research")
        assert done.returncode == 0, done.stderr
        return [pydicom.dcmread(path) for path in sorted(place.rglob("*.dcm"))]

    assert project.run("key", "new", "--key", project.base / "other").returncode == 0
    first, again, other = cleaned("one", "key"), cleaned("two", "key"), cleaned("three", "other")
    wanted = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID", "PatientName", "StudyDate")
    values = [
        {keyword: {str(each[keyword].value) for each in some} for keyword in wanted} for some in (first, again, other)
    ]
    assert values[0] == values[1]
    assert all(values[0][keyword].isdisjoint(values[2][keyword]) for keyword in wanted)


def test_a_mapping_gives_ids_and_trial_attributes_and_the_vault_knows_the_way_back(
    project: Project, sample_data: Path
) -> None:
    original = pydicom.dcmread(sample_data / "ct-plain.dcm")
    row = f"{original.PatientID},ZZSUBJECT-1,Zzsubject^One,ZZSUBJECT-1,ZZPROTOCOL\n"
    mapping = private(project.base / "ids.csv", MAPPING + row)
    edited(
        sample_data / "ct-plain.dcm",
        project.inputs / "stranger.dcm",
        lambda data: setattr(data, "PatientID", "ZZ-NOBODY"),
    )
    done = project.clean("--mapping", mapping, "--vault", project.base / "vault")
    assert done.returncode == 3
    assert "patient-not-mapped" in codes(project.result("stranger.dcm"))
    for name in NAMES:
        output = released(project, name)
        assert (output.PatientID, output.PatientName) == ("ZZSUBJECT-1", "Zzsubject^One")
        assert (output.ClinicalTrialSubjectID, output.ClinicalTrialProtocolID) == ("ZZSUBJECT-1", "ZZPROTOCOL")
    assert_only_proven_files_are_out(project)
    found = ("vault", "find", project.base / "vault", "ZZSUBJECT-1", "--key", project.base / "key")
    assert original.PatientID not in project.run(*found).stdout
    assert original.PatientID in project.run(*found, "--reveal").stdout
    assert original.PatientID.encode() not in b"".join(project.outputs().values())


def test_with_the_hash_option_a_mapping_does_not_give_the_patient_id(project: Project, sample_data: Path) -> None:
    patient = pydicom.dcmread(sample_data / "ct-plain.dcm").PatientID
    mapping = private(project.base / "ids.csv", f"{MAPPING}{patient},ZZSUBJECT-1,,ZZSUBJECT-1,ZZPROTOCOL\n")
    assert project.clean("--mapping", mapping, "--options", "deidentify:RetainPatientIDHashOption").returncode == 0
    output = released(project, "ct-plain.dcm")
    assert len(output.PatientID) == 20 and output.ClinicalTrialSubjectID == "ZZSUBJECT-1"
    assert "113113" in {item.CodeValue for item in output.DeidentificationMethodCodeSequence}


def test_two_stages_through_the_command_line(project: Project) -> None:
    assert project.clean("--policy", "pseudonymize").returncode == 0
    second = project.base / "second"
    done = project.run(
        "clean", project.out, second, "--key", project.base / "key", "--policy", "quasi-identifiers", "--jobs", 2
    )
    assert done.returncode == 0 and "cleaned-before" in done.stdout
    first = {str(data.SOPInstanceUID): data for data in map(pydicom.dcmread, project.out.rglob("*.dcm"))}
    last = {str(data.SOPInstanceUID): data for data in map(pydicom.dcmread, second.rglob("*.dcm"))}
    assert first.keys() == last.keys()
    for uid, data in last.items():
        assert data.PatientID == first[uid].PatientID
        assert {"policy pseudonymize 1", "policy quasi-identifiers 1"} <= set(data.DeidentificationMethod)
        assert data.StudyDate != first[uid].StudyDate


def test_encrypted_originals_come_back_to_whoever_holds_the_private_key(project: Project, sample_data: Path) -> None:
    certificate, key = certificate_file(project.base, "auditor"), key_file(project.base, "auditor")
    assert project.clean("--policy", "research", "--recipient", certificate).returncode == 0
    back = project.base / "back"
    assert project.run("reidentify", project.out, back, "--private-key", key).returncode == 0
    names = {str(pydicom.dcmread(path).PatientName) for path in back.rglob("*.dcm")}
    assert names == {str(pydicom.dcmread(sample_data / name).PatientName) for name in NAMES}


def test_another_mapping_or_recipient_is_another_run(project: Project, sample_data: Path) -> None:
    patient = pydicom.dcmread(sample_data / "ct-plain.dcm").PatientID
    mapping = private(project.base / "ids.csv", f"{MAPPING}{patient},ZZSUBJECT-1,,ZZSUBJECT-1,ZZPROTOCOL\n")
    assert project.clean("--mapping", mapping).returncode == 0
    private(mapping, f"{MAPPING}{patient},ZZSUBJECT-2,,ZZSUBJECT-2,ZZPROTOCOL\n")
    assert project.clean("--mapping", mapping).returncode == 0
    assert released(project, "ct-plain.dcm").PatientID == "ZZSUBJECT-2"
    assert b"ZZSUBJECT-1" not in b"".join(project.outputs().values())
