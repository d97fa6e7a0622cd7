"""The private folders: made for the owner only, emptied where they are ours, left alone where they are not."""

import stat
from pathlib import Path

import pytest

from pixelclean.errors import ConfigurationError, UsageError
from pixelclean.evaluation import PrivateFolder


def made(path: Path, *inputs: Path) -> PrivateFolder:
    return PrivateFolder.make(path, "--pictures", inputs)


def test_a_folder_is_made_for_its_owner_only_and_so_is_what_is_written(tmp_path: Path) -> None:
    folder = made(tmp_path / "a" / "b")
    folder.write("miss-00001.png", b"1")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.path.iterdir()} == {0o600}


def test_what_an_earlier_evaluation_left_is_gone_and_nothing_else(tmp_path: Path) -> None:
    folder = made(tmp_path / "out")
    ours = ["miss-00001.png", "false-alarm-00002.png", "index.html", "index.jsonl", "evaluation.json", "spool/left.dcm"]
    (folder.path / "spool").mkdir()
    for name in [*ours, "notes.txt"]:
        (folder.path / name).touch()
    left = {path.name for path in made(tmp_path / "out").path.iterdir()}
    assert left == {"made-by-pixelclean-evaluate", "notes.txt"}


def test_a_folder_that_no_evaluation_made_is_refused_and_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.touch()
    with pytest.raises(UsageError, match=r"--pictures: .* not made by evaluate"):
        made(tmp_path)
    assert page.exists()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o700)
    assert made(tmp_path / "out").path == tmp_path / "out"


def test_a_folder_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o755)
    with pytest.raises(ConfigurationError, match="other users can reach it"):
        made(tmp_path / "out")


@pytest.mark.parametrize("place", ["in", "in/out", "."])
def test_neither_may_it_lie_in_the_input_nor_the_input_in_it(tmp_path: Path, place: str) -> None:
    (tmp_path / "x" / "in").mkdir(parents=True)
    with pytest.raises(UsageError):
        made(tmp_path / "x" / place, tmp_path / "x" / "in")
    assert not (tmp_path / "x" / "in" / "out").exists()
