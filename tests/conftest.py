"""What every test may ask for: the shared real files, and a loud count of what was skipped without them."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from pixelclean.key import ProjectKey
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Policy

# No test asserts a time: the first frame of a kind may wait for its kernels to be compiled.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

sys.path.insert(0, str(Path(__file__).parent))  # makes `invented` importable for the tests of every room

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))  # whose encoders make streams that no library makes
_ABSENT = "the shared test data are absent"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real DICOM files: PIXELCLEAN_TEST_DATA, or shared/data beside the project."""
    folder = Path(os.environ.get("PIXELCLEAN_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "files").is_dir():
        pytest.skip(_ABSENT)
    return folder


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The small files that are part of the project."""
    return ROOT / "sample_data"


@pytest.fixture(scope="session")
def cleaner() -> Cleaner:
    """The whole flow with the shipped rules, networks and reader; loaded once."""
    return Cleaner.load(Policy.load(), ProjectKey(bytes(range(32))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests did not run for want of real files: a green run without them proves less."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if _ABSENT in str(report.longrepr)]
    if skipped:
        terminalreporter.section("real files are absent", sep="!", red=True, bold=True)
        terminalreporter.write_line(
            f"{len(skipped)} tests were SKIPPED: set PIXELCLEAN_TEST_DATA to the folder of shared test data.", red=True
        )
