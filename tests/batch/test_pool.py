"""The pool: real workers, some of which die, hang, swallow memory or raise, and a coordinator that is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import misbehaving
import numpy as np
import pydicom
import pytest
from misbehaving import ABORTS, DIES_ONCE, HANGS, RAISES, SWALLOWS

from pixelclean.batch.pool import Done, Job, Pool
from pixelclean.batch.task import Clean, cleaner_for
from pixelclean.batch.worker import WorkerSettings
from pixelclean.dicom import digest_of
from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.outcome import reasons_of, word_of
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode
from pixelclean.store.index import Index

KEY = ProjectKey(b"invented key of the batch tests!")
MEBIBYTE = 1 << 20


def slice_of(rows: int, folder: Path, original: Path) -> Job:
    """A small CT slice with that many rows and nothing on it."""
    data = pydicom.dcmread(original)
    data.Rows, data.Columns = rows, 64
    data.PixelData = np.zeros((rows, 64), "<i2").tobytes()
    data.SOPInstanceUID = f"{data.SOPInstanceUID}.{rows}"
    path = folder / f"{rows}.dcm"
    data.save_as(path)
    return Job(path, digest_of(path))


def settings(folder: Path, **limits: float) -> WorkerSettings:
    policy = Policy.load("basic")
    spool = folder / "spool"
    spool.mkdir()
    return WorkerSettings(Clean(), replace(policy, limits=replace(policy.limits, **limits)), KEY, spool)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> "Ended":
    """One run of a pool over slices of which some do their worst; 256 and 257 rows are ordinary."""
    folder = tmp_path_factory.mktemp("pool")
    rows = (256, ABORTS, HANGS, SWALLOWS, RAISES, DIES_ONCE, 257)
    jobs = [slice_of(each, folder, sample_data / "ct-plain.dcm") for each in rows]
    made = settings(folder, seconds=4.0, memory_bytes=2048 * MEBIBYTE)
    with Pool(made, 2, misbehaving.live) as pool:
        done = [(each, _output_of(each)) for each in pool.results(iter(jobs))]
    return Ended(made.spool, jobs, done)


class Ended:
    """What came of a run of the pool, with the bytes of each output."""

    def __init__(self, spool: Path, jobs: list[Job], done: list[tuple[Done, bytes | None]]) -> None:
        self.spool, self.jobs = spool, jobs
        self.done = {int(each.job.path.stem): (each.result, output) for each, output in done}
        self.count = len(done)

    def codes(self, rows: int) -> set[ReasonCode]:
        return {reason.code for reason in reasons_of(self.done[rows][0].outcome)}


def _output_of(done: Done) -> bytes | None:
    output = done.result.output
    return (done.spool / output.spool_name).read_bytes() if output else None


def test_every_job_ends_exactly_once(ended: Ended) -> None:
    assert ended.count == len(ended.jobs) == len(ended.done)


@pytest.mark.parametrize("rows", [256, 257])
def test_files_beside_the_bad_ones_are_released(ended: Ended, rows: int) -> None:
    result, output = ended.done[rows]
    assert word_of(result.outcome) == "released"
    assert output


@pytest.mark.parametrize(
    "rows, code",
    [
        (ABORTS, ReasonCode.CRASHED),
        (HANGS, ReasonCode.TIMED_OUT),
        (SWALLOWS, ReasonCode.OUT_OF_MEMORY),
        (RAISES, ReasonCode.INTERNAL_ERROR),
    ],
)
def test_a_file_that_its_worker_cannot_bear_is_quarantined_with_the_reason(
    ended: Ended, rows: int, code: ReasonCode
) -> None:
    result, output = ended.done[rows]
    assert word_of(result.outcome) == "quarantined"
    assert ended.codes(rows) == {code}
    assert output is None
    assert result.digest == next(job.digest for job in ended.jobs if job.path.stem == str(rows))


def test_a_file_whose_worker_was_killed_once_has_a_second_try(ended: Ended) -> None:
    assert (ended.spool / "died-once").exists()
    assert word_of(ended.done[DIES_ONCE][0].outcome) == "released"


def test_an_abort_says_by_which_signal(ended: Ended) -> None:
    (reason,) = reasons_of(ended.done[ABORTS][0].outcome)
    assert reason.detail == f"exit code {-signal.SIGABRT}"


def test_what_an_exception_says_does_not_leave_the_worker(ended: Ended) -> None:
    assert misbehaving.SECRET not in repr(ended.done[RAISES][0])
    (reason,) = reasons_of(ended.done[RAISES][0].outcome)
    assert "RuntimeError" in reason.detail


def test_a_worker_that_hangs_takes_its_child_with_it(ended: Ended) -> None:
    assert is_gone(int((ended.spool / misbehaving.CHILD).read_text()))


def test_a_pool_leaves_no_folder_of_a_worker_behind(ended: Ended) -> None:
    assert not list(ended.spool.glob("worker-*"))


def test_workers_that_cannot_start_end_the_run(tmp_path: Path, sample_data: Path) -> None:
    job = slice_of(256, tmp_path, sample_data / "ct-plain.dcm")
    with Pool(settings(tmp_path), 1, os._exit) as pool, pytest.raises(ConfigurationError, match="could not start"):
        list(pool.results(iter([job])))


HEADERS = ("ordinary", "aborts", "hangs", "swallows", "raises", "dies-once", "last")


def headers(folder: Path, original: Path) -> list[Job]:
    """Small CT slices of one study; the operator of each is called like its file."""
    jobs = []
    for number, name in enumerate(HEADERS):
        data = pydicom.dcmread(original)
        data.OperatorsName, data.SOPInstanceUID = f"{name}^Op", f"{data.SOPInstanceUID}.{number}"
        data.save_as(folder / f"{name}.dcm")
        jobs.append(Job(folder / f"{name}.dcm", digest_of(folder / f"{name}.dcm")))
    return jobs


def test_headers_that_their_reader_cannot_bear_tell_nothing_and_cost_no_other(
    tmp_path: Path, sample_data: Path
) -> None:
    made = settings(tmp_path, seconds=4.0, memory_bytes=2048 * MEBIBYTE)
    jobs = headers(tmp_path, sample_data / "ct-plain.dcm")
    with Index.open(tmp_path / "index.sqlite", KEY) as index:
        with Pool(replace(made, index=index.path), 2, misbehaving.live_reading) as pool:
            pool.read_headers(iter(jobs))
            readers = {worker.process.pid for worker in pool._workers}
            done = {each.job.path.stem: word_of(each.result.outcome) for each in pool.results(iter(jobs))}
            left = {worker.process.pid for worker in pool._workers}
            assert readers
            assert readers <= left, "the workers that read the headers clean the files"
        study = str(pydicom.dcmread(jobs[0].path).StudyInstanceUID)
        names = {trace.identifier.value.reveal() for trace in index.siblings(study) if trace.tag == 0x00081070}
        judges = cleaner_for(made.task, made.policy, KEY).digest
        read = {job.path.stem for job in jobs if index.has_read(job.digest, judges)}
    assert read == {"ordinary", "dies-once", "last"}
    assert names == {f"{name}^Op" for name in read}
    assert done == dict.fromkeys(HEADERS, "released")


def test_an_index_that_cannot_be_written_ends_the_run(tmp_path: Path, sample_data: Path) -> None:
    job = slice_of(256, tmp_path, sample_data / "ct-plain.dcm")
    (tmp_path / "index.sqlite").write_bytes(b"no database at all" * 100)
    made = replace(settings(tmp_path), index=tmp_path / "index.sqlite")
    with Pool(made, 1) as pool, pytest.raises(ConfigurationError, match="index"):
        pool.read_headers(iter([job]))


def test_a_file_whose_siblings_cannot_be_known_waits_for_the_next_run(tmp_path: Path, sample_data: Path) -> None:
    job = slice_of(256, tmp_path, sample_data / "ct-plain.dcm")
    (tmp_path / "index.sqlite").write_bytes(b"no database at all" * 100)
    with Pool(replace(settings(tmp_path), index=tmp_path / "index.sqlite"), 1) as pool:
        (done,) = pool.results(iter([job]))
    assert [reason.code for reason in reasons_of(done.result.outcome)] == [ReasonCode.NOT_DELIVERED]


COORDINATOR = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import misbehaving
from test_pool import KEY, Job, Pool, settings, slice_of

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    with Pool(settings(folder), 1, misbehaving.live) as pool:
        list(pool.results(iter([slice_of(misbehaving.HANGS, folder, Path(sys.argv[3]))])))
"""


def test_a_killed_coordinator_takes_a_hanging_worker_and_its_child_with_it(tmp_path: Path, sample_data: Path) -> None:
    (tmp_path / "coordinator.py").write_text(COORDINATOR)
    arguments = [str(tmp_path / "coordinator.py"), str(Path(__file__).parent), str(tmp_path)]
    coordinator = subprocess.Popen([sys.executable, *arguments, str(sample_data / "ct-plain.dcm")])
    child = tmp_path / "spool" / misbehaving.CHILD
    wait_until(lambda: child.exists() and child.read_text() != "")
    pid = int(child.read_text())
    worker = int(Path(f"/proc/{pid}/stat").read_text().split()[3])
    coordinator.kill()
    coordinator.wait()
    wait_until(lambda: is_gone(pid) and is_gone(worker))


def is_gone(pid: int) -> bool:
    """Whether a process ended; what nobody has waited for yet has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
