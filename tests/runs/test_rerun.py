"""The same command again, and again with something changed."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
import pytest
from project import Project, assert_only_proven_files_are_out, codes, contents, copied, edited, states

from pixelclean import resources
from pixelclean.batch.run import RunSettings, Summary, run
from pixelclean.keyfile import create_key
from pixelclean.reasons import ReasonCode

NAMES = ("ct-plain.dcm", "sr-report.dcm", "us-palette.dcm", "sc-scanned-form-jpeg2000.dcm", "ct-truncated.dcm")


def project_of(base: Path, samples: Path, *names: str) -> Project:
    project = Project.new(base)
    copied(names, samples, project.inputs)
    return project


def again(project: Project, **changes: object) -> Summary:
    """A run in this process, with one worker."""
    chosen = {"policy_source": "basic", "key_file": project.base / "key", **changes}
    return run((project.inputs,), project.out, RunSettings(**chosen))


def policy(project: Project, *changes: tuple[str, str]) -> str:
    """The basic policy with some lines replaced, in a file."""
    text = resources.rules("policies", "basic.toml").read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (project.base / "policy.toml").write_text(text)
    return str(project.base / "policy.toml")


@pytest.fixture
def few(tmp_path: Path, sample_data: Path) -> Project:
    return project_of(tmp_path, sample_data, "ct-plain.dcm", "sr-report.dcm")


def test_a_run_can_be_repeated_and_the_same_command_again_does_nothing(tmp_path: Path, sample_data: Path) -> None:
    projects = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        projects.append(project_of(tmp_path / name, sample_data, *NAMES))
    one, two = projects
    shutil.copy(one.base / "key", two.base / "key")
    first = one.clean()
    assert first.returncode == 4
    two.clean("--jobs", 1)
    assert two.outputs() == one.outputs() != {}
    ends = [{k: v for k, v in line.items() if k not in {"source", "seconds"}} for line in one.results()]
    assert [{k: v for k, v in line.items() if k not in {"source", "seconds"}} for line in two.results()] == ends

    before, lines, held = states(one.out), one.results(), contents(one.store / "queue")
    started = time.monotonic()
    second = one.clean()
    assert second.returncode == first.returncode
    assert second.stdout.split("files in")[0][-2:] == first.stdout.split("files in")[0][-2:]
    assert states(one.out) == before
    assert one.results() == lines
    assert contents(one.store / "queue") == held
    assert time.monotonic() - started < 30


def test_a_stricter_policy_withdraws_what_it_would_not_release_and_fresh_starts_over(few: Project) -> None:
    again(few)
    earlier = set(few.outputs())
    assert len(earlier) == 2
    strict = policy(few, ("pixel_bytes = 274877906944", "pixel_bytes = 1000"))
    assert again(few, policy_source=strict).counts == {"released": 1, "quarantined": 1}
    assert_only_proven_files_are_out(few)
    assert codes(few.result("ct-plain.dcm")) == {"over-size-limit"}
    assert set(few.outputs()) < earlier
    assert again(few).counts == {"released": 2}
    assert set(few.outputs()) == earlier
    assert not any((few.store / "quarantine").iterdir())
    before, states_before = few.outputs(), states(few.out)
    assert again(few, fresh=True).counts == {"released": 2}
    assert few.outputs() == before
    assert states(few.out) != states_before  # made anew


def test_inputs_and_outputs_that_changed_meanwhile_are_done_again(few: Project, sample_data: Path) -> None:
    again(few)
    kept, changed = few.result("sr-report.dcm")["output"], few.result("ct-plain.dcm")["output"]
    content = few.outputs()[kept]
    (few.out / kept).unlink()
    edited(sample_data / "ct-plain.dcm", few.inputs / "ct-plain.dcm", lambda data: data.__setattr__("KVP", 80))
    assert again(few).counts == {"released": 2}
    assert few.outputs()[kept] == content
    assert few.result("ct-plain.dcm")["output"] != changed
    assert changed not in few.outputs()
    assert pydicom.dcmread(few.out / few.result("ct-plain.dcm")["output"]).KVP == 80
    assert_only_proven_files_are_out(few)


def test_a_dry_run_says_what_would_come_of_it_and_places_nothing(tmp_path: Path, sample_data: Path) -> None:
    project = project_of(tmp_path, sample_data, "ct-plain.dcm", "ct-truncated.dcm")
    done = project.clean("--dry-run")
    assert done.returncode == 4
    assert "nothing was placed" in done.stdout
    assert not project.out.exists()
    assert not project.store.exists()
    assert project.clean().returncode == 4
    assert len(project.outputs()) == 1


def test_a_dry_run_leaves_a_store_that_was_there_as_it_was(few: Project) -> None:
    again(few)
    before = few.results(), few.outputs(), contents(few.store).keys()
    assert again(few, dry_run=True).counts == {"released": 2}
    assert (few.results(), few.outputs(), contents(few.store).keys()) == before
    assert again(few).counts == {"released": 2}


def test_the_summary_counts_the_notes_that_follow_from_all_inputs_and_no_other_input_of_the_store(few: Project) -> None:
    shutil.copy(few.inputs / "sr-report.dcm", few.inputs / "twin.dcm")
    edited(few.inputs / "ct-plain.dcm", few.inputs / "namesake.dcm", lambda data: data.__setattr__("KVP", 80))
    expected = {ReasonCode.SAME_FILE_AGAIN: 1, ReasonCode.SHARED_SOP_INSTANCE_UID: 2}
    for _ in range(2):
        reasons = dict(again(few).reasons)
        assert {code: reasons.get(code) for code in expected} == expected
    settings = RunSettings("basic", few.base / "key")
    alone = run((few.inputs / "sr-report.dcm",), few.out, settings)
    assert dict(alone.reasons).keys().isdisjoint(expected)


def test_what_is_skipped_or_cannot_be_read_is_told_to_the_audit_log_once(few: Project) -> None:
    (few.inputs / "notes.txt").write_text("nothing of ours")
    (few.inputs / "away").symlink_to(few.base)
    for _ in range(3):
        assert again(few).counts == {"released": 2, "skipped": 1, "quarantined": 1}
    events = [json.loads(line)["event"] for line in (few.store / "audit.jsonl").read_text().splitlines()]
    assert (events.count("skipped"), events.count("quarantined")) == (1, 1)


def test_another_key_is_refused_in_one_line(few: Project) -> None:
    again(few)
    before = states(few.out)
    create_key(few.base / "other-key")
    done = few.run("clean", few.inputs, few.out, "--key", few.base / "other-key")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "was made with key" in done.stderr
    assert states(few.out) == before


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("name = ", "not TOML"),
        ('name = "x"\nversion = "1"\nauthor = "a"\napprover = "b"\nspeed = 1', "speed"),
        ('name = "x"\nversion = "1"\nauthor = "a"\napprover = "b"\n[pixel]\nmargin = "4"', "pixel.margin"),
        ('name = "x"\nversion = "1"\nauthor = "a"\napprover = "b"\n[limits]\nseconds = -1', "limits"),
    ],
)
def test_a_mistake_in_a_policy_file_is_told_with_its_name(few: Project, text: str, complaint: str) -> None:
    (few.base / "mine.toml").write_text(text)
    done = few.clean("--policy", few.base / "mine.toml")
    assert done.returncode in (1, 2)
    assert "mine.toml" in done.stderr
    assert complaint in done.stderr
    assert not few.out.exists()


def test_a_slow_file_costs_no_more_than_the_policy_allows(tmp_path: Path, sample_data: Path) -> None:
    project = project_of(tmp_path, sample_data, "us-cine-jpeg.dcm", "sr-report.dcm")
    impatient = policy(
        project, ("seconds = 300.0\nseconds_per_frame = 5.0", "seconds = 0.4\nseconds_per_frame = 0.001")
    )
    assert again(project, policy_source=impatient).counts == {"released": 1, "quarantined": 1}
    assert codes(project.result("us-cine-jpeg.dcm")) == {"timed-out"}
    assert_only_proven_files_are_out(project)


# a run that is ended from outside


def processes_of(session: int) -> list[int]:
    """Processes that live in this session or were started by one that does."""
    alive = {pid: parent for pid, parent, state in _processes() if state != "Z"}
    found = {session} & set(alive)
    while more := {pid for pid, parent in alive.items() if parent in found} - found:
        found |= more
    return sorted(found)


def _processes() -> Iterator[tuple[int, int, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(folder.name), int(parent), state


def is_alive(pid: int) -> bool:
    return any(pid == other and state != "Z" for other, _, state in _processes())


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_process_and_is_carried_on(
    tmp_path: Path, sample_data: Path, ending: signal.Signals
) -> None:
    project = project_of(
        tmp_path, sample_data, "ct-plain.dcm", "us-cine-jpeg.dcm", "us-palette.dcm", "us-single-rgb.dcm"
    )
    for number in range(6):  # enough to do when the first file is out
        edited(
            sample_data / "us-cine-jpeg.dcm",
            project.inputs / f"z{number}.dcm",
            lambda data, number=number: setattr(data, "SOPInstanceUID", f"1.2.3.{number}"),
        )
    process = project.start("clean", project.inputs, project.out, "--key", project.base / "key", "--jobs", 2)
    wait_until(lambda: project.out.exists() and len(project.outputs()) > 0)
    family = processes_of(process.pid)
    assert len(family) > 1
    # A terminal sends Ctrl-C to every process of the group.
    os.killpg(process.pid, ending) if ending == signal.SIGINT else process.send_signal(ending)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == (1 if ending == signal.SIGINT else -ending)
    if ending == signal.SIGINT:
        # On a busy machine lines about the progress stand before it.
        assert errors.splitlines()[-1] == "Error: interrupted; the same command carries on where it stopped"
    wait_until(lambda: not any(map(is_alive, family)))
    early = set(project.outputs())

    done = project.clean()
    assert done.returncode == 0, done.stderr
    assert len(project.outputs()) == 10
    assert early <= set(project.outputs())
    assert_only_proven_files_are_out(project)
    assert not any((project.store / "spool").iterdir())


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
