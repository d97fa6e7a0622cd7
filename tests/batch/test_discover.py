"""Discovery: every file once, in order, and never in circles."""

import os
from pathlib import Path

import pytest

from pixelclean.batch.discover import Met, discover
from pixelclean.errors import UsageError


def tree(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def names(folder: Path, *inputs: Path) -> list[str]:
    return [found.path.relative_to(folder).as_posix() for found in discover(inputs)]


def test_files_come_in_the_order_of_their_names_folder_by_folder(tmp_path: Path) -> None:
    tree(tmp_path, "b/2", "b/10", "a/z", "a/m/1", "c", "B")
    assert names(tmp_path, tmp_path) == ["B", "c", "a/z", "a/m/1", "b/10", "b/2"]


def test_inputs_come_in_the_order_in_which_they_were_given(tmp_path: Path) -> None:
    tree(tmp_path, "a/1", "b/1")
    assert names(tmp_path, tmp_path / "b", tmp_path / "a") == ["b/1", "a/1"]


def test_an_input_that_is_given_twice_is_met_once(tmp_path: Path) -> None:
    tree(tmp_path, "a/1", "a/2")
    folder, file = tmp_path / "a", tmp_path / "a" / "1"
    assert names(tmp_path, file, file, folder, folder) == ["a/1", "a/2"]


def test_a_relative_and_an_absolute_path_are_the_same_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "a/1")
    monkeypatch.chdir(tmp_path)
    assert names(tmp_path, Path("a"), tmp_path / "a" / "1", Path("./a/1")) == ["a/1"]


@pytest.mark.parametrize("given", [("folder", "folder/note"), ("folder/note", "folder")])
def test_a_file_that_was_named_was_meant_even_when_a_walk_met_it_first(tmp_path: Path, given: tuple[str, str]) -> None:
    tree(tmp_path, "folder/note", "folder/other")
    met = {found.path.name: found.met for found in discover(tuple(tmp_path / each for each in given))}
    assert met == {"note": Met.NAMED, "other": Met.ON_A_WALK}


def test_links_to_folders_do_not_lead_a_walk_in_circles_or_out(tmp_path: Path) -> None:
    tree(tmp_path, "inside/deep/1", "outside/2")
    (tmp_path / "inside" / "deep" / "up").symlink_to("..")
    (tmp_path / "inside" / "self").symlink_to(".")
    (tmp_path / "inside" / "away").symlink_to(tmp_path / "outside")
    assert names(tmp_path, tmp_path / "inside") == ["inside/away", "inside/self", "inside/deep/1", "inside/deep/up"]


def test_a_link_to_a_folder_has_a_line_of_its_own_unless_it_was_given_too(tmp_path: Path) -> None:
    tree(tmp_path, "in/1", "outside/2")
    (tmp_path / "in" / "away").symlink_to(tmp_path / "outside")
    assert names(tmp_path, tmp_path / "in") == ["in/1", "in/away"]
    for given in (("in", "in/away"), ("in/away", "in")):
        assert sorted(names(tmp_path, *(tmp_path / each for each in given))) == ["in/1", "in/away/2"]


def test_a_link_that_was_named_is_walked(tmp_path: Path) -> None:
    tree(tmp_path, "inside/1")
    (tmp_path / "link").symlink_to("inside")
    assert names(tmp_path, tmp_path / "link") == ["link/1"]


def test_links_to_files_are_inputs_and_so_are_those_that_lead_nowhere(tmp_path: Path) -> None:
    tree(tmp_path, "in/1")
    (tmp_path / "in" / "2").symlink_to("1")
    (tmp_path / "in" / "3").symlink_to("nowhere")
    (tmp_path / "in" / "4").symlink_to("4")
    assert names(tmp_path, tmp_path / "in") == ["in/1", "in/2", "in/3", "in/4"]
    assert names(tmp_path, tmp_path / "in" / "3") == ["in/3"]


def test_hidden_files_and_folders_are_met(tmp_path: Path) -> None:
    assert names(tmp_path, tree(tmp_path, ".hidden/.1")) == [".hidden/.1"]


def test_an_input_that_is_not_there_is_a_mistake_before_anything_is_met(tmp_path: Path) -> None:
    tree(tmp_path, "1")
    with pytest.raises(UsageError, match="absent"):
        next(discover((tmp_path, tmp_path / "absent")))


@pytest.mark.skipif(os.geteuid() == 0, reason="root lists every folder")
def test_a_folder_that_cannot_be_listed_stands_for_what_it_hides(tmp_path: Path) -> None:
    locked = tree(tmp_path, "in/locked/1", "in/open/1") / "in" / "locked"
    locked.chmod(0)
    try:
        assert names(tmp_path, tmp_path / "in") == ["in/open/1", "in/locked"]
    finally:
        locked.chmod(0o700)
