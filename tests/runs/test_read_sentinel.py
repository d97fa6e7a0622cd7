"""Text that is read in pixels comes out nowhere: neither the name that is masked nor the harmless line that stays."""

import re
from pathlib import Path

import numpy as np
import pytest
from invented import EXPLICIT, GREY, ULTRASOUND, as_file, described, lettering, of, words_for
from project import Project, codes, contents
from pydicom import dcmread
from sentinel import WORD

from pixelclean.dicom import encode, put_pixels
from pixelclean.policy import Removal

ROWS, COLUMNS = 240, 480
STAYS = "Persistence low"
POLICY = f'name = "site"\nversion = "1"\nauthor = "a"\napprover = "b"\n[pixel]\nremove = "{Removal.IDENTIFYING_TEXT}"\n'


def made(folder: Path, name: str, *lines: tuple[str, int, int]) -> None:
    form = of(GREY, rows=ROWS, columns=COLUMNS)
    ink = np.max([lettering(ROWS, COLUMNS, *line, 22) for line in lines], axis=0)
    dataset = described(form, SOPClassUID=ULTRASOUND, Modality="US", PatientName="", PatientID="")
    dataset.SOPInstanceUID += f".{len(name)}"
    put_pixels(dataset, encode([words_for(ink / 255 * 0.9, form)], form, EXPLICIT))
    (folder / f"{name}.dcm").write_bytes(as_file(dataset, EXPLICIT))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    project = Project.new(tmp_path_factory.mktemp("read"))
    (project.base / "site.toml").write_text(POLICY)
    made(project.inputs, "both", (STAYS, 30, 40), (WORD.upper(), 30, 150))
    made(project.inputs, "stays", (STAYS, 30, 40))
    done = project.clean("--policy", project.base / "site.toml")
    return project, done.stdout + done.stderr


def test_the_run_kept_the_one_and_masked_the_other(ran: tuple[Project, str]) -> None:
    project, _ = ran
    for name, masks in (("both.dcm", True), ("stays.dcm", False)):
        line = project.result(name)
        assert line["outcome"] == "released"
        assert "text-kept" in codes(line)
        assert any(region["act"] == "mask" for region in line["regions"]) == masks
        left = dcmread(project.out / line["output"]).pixel_array
        assert left[40:70, 30:200].any()
        assert not left[140:190].any()


def test_nothing_that_was_read_is_written_or_printed(ran: tuple[Project, str]) -> None:
    project, printed = ran
    inputs = {f"in/{name}" for name in contents(project.inputs)}
    written = {name: content for name, content in contents(project.base).items() if name not in inputs}
    assert any(name.endswith("results.jsonl") for name in written)
    for name, content in {**written, "the terminal": printed.encode()}.items():
        bare = content.replace(b"\0", b"")
        assert not re.search(rf"(?i){WORD}|persistence".encode(), bare), name


def test_no_temporary_file_of_a_reader_is_left(ran: tuple[Project, str]) -> None:
    project, _ = ran
    assert contents(project.base / "tmp") == {}
    assert contents(project.store / "spool") == {}
