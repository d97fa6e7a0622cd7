"""An instance whose header is stripped profits from its siblings, whatever the order, and whenever they come."""

import json
from pathlib import Path

import pydicom
import pytest
from project import Project, assert_only_proven_files_are_out, codes, states

from pixelclean.batch.run import Phase, Progress, RunSettings, Summary, run
from pixelclean.batch.task import MaskOnly
from pixelclean.geometry import Box
from pixelclean.store.index import MOST
from pixelclean.store.layout import Store

FULL, STRIPPED = "full.dcm", "stripped.dcm"


def again(project: Project, **changes: object) -> Summary:
    """A run in this process, with one worker."""
    return run((project.inputs,), project.out, RunSettings("basic", project.base / "key", **changes))


def write_full(project: Project, samples: Path, name: str = FULL, **values: str) -> None:
    data = pydicom.dcmread(samples / "ct-plain.dcm")
    data.SOPInstanceUID = f"{data.SOPInstanceUID}.{len(list(project.inputs.iterdir()))}"
    for keyword, value in values.items():
        setattr(data, keyword, value)
    data.save_as(project.inputs / name)


def write_stripped(project: Project, samples: Path, name: str = STRIPPED, **values: str) -> None:
    """A slice of the same study that says nothing about its patient but in a device's text, typed in by somebody."""
    data = pydicom.dcmread(samples / "ct-plain.dcm")
    kept = {"SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "ImageType", "KVP", "SliceThickness"}
    for element in list(data):
        if element.tag.group != 0x0028 and element.keyword not in kept | {"PixelData"}:
            del data[element.tag]
    data.SOPInstanceUID = "1.2.826.0.1.3680043.10.9999.1.77"
    data.ConvolutionKernel = "sentinel soft"
    for keyword, value in values.items():
        setattr(data, keyword, value)
    data.save_as(project.inputs / name)


def kernel(project: Project, name: str = STRIPPED) -> str:
    assert_only_proven_files_are_out(project)
    output = pydicom.dcmread(project.out / project.result(name)["output"])
    return str(output.ConvolutionKernel)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.new(tmp_path)


def test_alone_a_stripped_file_cannot_know_whose_name_it_holds(project: Project, sample_data: Path) -> None:
    write_stripped(project, sample_data)
    again(project)
    assert kernel(project) == "sentinel soft"


@pytest.mark.parametrize("full, stripped", [("1.dcm", "2.dcm"), ("2.dcm", "1.dcm")])
def test_a_stripped_file_knows_what_its_sibling_says_whatever_the_order(
    project: Project, sample_data: Path, full: str, stripped: str
) -> None:
    write_full(project, sample_data, full)
    write_stripped(project, sample_data, stripped)
    again(project)
    assert kernel(project, stripped) == "REMOVED"


def test_a_file_of_another_study_or_of_none_is_no_sibling(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data)
    write_stripped(project, sample_data, StudyInstanceUID="1.2.826.0.1.3680043.10.9999.1.99")
    write_stripped(project, sample_data, "none.dcm", StudyInstanceUID="")
    write_full(project, sample_data, "full-of-none.dcm", StudyInstanceUID="")
    again(project)
    assert kernel(project) == kernel(project, "none.dcm") == "sentinel soft"


def test_what_a_later_sibling_says_has_its_study_cleaned_again_and_no_other(
    project: Project, sample_data: Path
) -> None:
    write_stripped(project, sample_data)
    write_stripped(project, sample_data, "elsewhere.dcm", StudyInstanceUID="1.2.826.0.1.3680043.10.9999.1.99")
    again(project)
    assert kernel(project) == "sentinel soft"
    elsewhere = project.out / project.result("elsewhere.dcm")["output"]
    before = elsewhere.stat().st_mtime_ns

    write_full(project, sample_data)
    assert again(project).counts == {"released": 3}
    assert kernel(project) == "REMOVED"
    assert elsewhere.stat().st_mtime_ns == before

    done = states(project.out)
    again(project)
    assert states(project.out) == done


def test_a_later_sibling_that_says_nothing_new_has_nothing_cleaned_again(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data)
    write_stripped(project, sample_data)
    again(project)
    before = states(project.out)
    write_full(project, sample_data, "twin.dcm", KVP="80")
    assert again(project).counts == {"released": 3}
    after = states(project.out)
    assert {path: after[path] for path in before if Path(path).is_file()} == {
        path: state for path, state in before.items() if Path(path).is_file()
    }


def test_what_a_sibling_said_is_known_when_it_is_no_input_any_more_until_a_fresh_start(
    project: Project, sample_data: Path
) -> None:
    write_full(project, sample_data)
    again(project)
    (project.inputs / FULL).unlink()
    write_stripped(project, sample_data)
    again(project)
    assert kernel(project) == "REMOVED"
    again(project, fresh=True)
    assert kernel(project) == "sentinel soft"


def test_a_file_that_cannot_be_cleaned_still_speaks_for_its_siblings(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data)
    (project.inputs / FULL).write_bytes((project.inputs / FULL).read_bytes()[:-1000])
    write_stripped(project, sample_data)
    assert again(project).counts == {"released": 1, "quarantined": 1}
    assert kernel(project) == "REMOVED"


def test_a_rehearsal_knows_of_siblings_and_teaches_nothing(project: Project, sample_data: Path) -> None:
    write_stripped(project, sample_data, PatientID="soft-1234")
    again(project)
    before = states(project.out), project.results()
    write_full(project, sample_data)
    names = {path.name for path in project.store.rglob("*")}
    again(project, dry_run=True)
    assert {path.name for path in project.store.rglob("*")} == names
    (project.inputs / FULL).unlink()
    again(project)
    assert (states(project.out), project.results()) == before


def test_a_study_of_too_many_people_is_held(project: Project, sample_data: Path) -> None:
    write_stripped(project, sample_data)
    for number in range(2):
        names = [f"Sentinel^{number}x{each}" for each in range(MOST // 2 + 1)]
        write_full(project, sample_data, f"{number}.dcm", OtherPatientNames=names)
    assert again(project).counts == {"queued": 3}
    assert codes(project.result(STRIPPED)) == {"too-many-identifiers"}


def test_nothing_of_a_sibling_is_in_what_the_coordinator_keeps(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data, OperatorsName="zqxvwkoperator^Op")
    write_stripped(project, sample_data)
    again(project)
    holding = {
        path.name for path in project.store.rglob("*") if path.is_file() and b"zqxvwkoperator" in path.read_bytes()
    }
    assert holding == {"index.sqlite"}
    assert (project.store / "index.sqlite").stat().st_mode & 0o077 == 0


def test_headers_that_stay_are_not_read_for_an_index(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data)
    told: list[Progress] = []
    settings = RunSettings("basic", project.base / "key", task=MaskOnly((Box(0, 0, 9, 9),)))
    run((project.inputs,), project.out, settings, told.append)
    assert {progress.phase for progress in told} == {Phase.CLEANING}
    assert not (project.store / "index.sqlite").exists()


def test_a_run_tells_that_it_reads_headers_before_it_cleans(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data)
    write_stripped(project, sample_data)
    told: list[Progress] = []
    run((project.inputs,), project.out, RunSettings("basic", project.base / "key"), told.append)
    assert [(progress.phase, progress.done, progress.total) for progress in told] == [
        (phase, done, 2) for phase in Phase for done in (1, 2)
    ]


def test_the_ledger_knows_by_what_a_result_was_made(project: Project, sample_data: Path) -> None:
    write_full(project, sample_data)
    write_stripped(project, sample_data)
    write_stripped(project, sample_data, "none.dcm", StudyInstanceUID="")
    again(project)
    with Store.read(project.store) as store:
        known = {Path(record.source).name: record.siblings for record in store.ledger.finished()}
    assert known[FULL] == known[STRIPPED] != "" == known["none.dcm"]
    assert "siblings" not in json.dumps(project.results())
