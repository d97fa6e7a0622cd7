"""The store's folder: modes, the lock, and what it is bound to."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pixelclean.errors import ConfigurationError, UsageError
from pixelclean.key import ProjectKey
from pixelclean.store.layout import Store, check_out, check_places, default_root


def test_a_new_store_is_the_owners_alone_whatever_the_umask_is(project: Any) -> None:
    old = os.umask(0)
    try:
        project.open_store().close()
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o077 for path in (project.root, *project.root.rglob("*"))} == {0}


@pytest.mark.parametrize("name", ["", "queue", "ledger.sqlite"])
def test_a_store_that_others_can_reach_is_refused_and_the_fix_is_named(project: Any, name: str) -> None:
    project.open_store().close()
    path = project.root / name
    path.chmod(path.stat().st_mode | 0o040)
    with pytest.raises(ConfigurationError, match=r"chmod [67]00 .*"):
        project.open_store()


def test_one_run_at_a_time_uses_a_store(project: Any) -> None:
    with project.open_store():
        with pytest.raises(ConfigurationError, match="another run"):
            project.open_store()
        Store.read(project.root).close()
    project.open_store().close()


def test_another_key_is_refused(project: Any) -> None:
    project.open_store().close()
    other = ProjectKey(b"another invented key, 32 bytes !")
    with pytest.raises(ConfigurationError, match="key"):
        replace(project, key=other).open_store()
    project.open_store().close()


def test_another_out_is_refused(project: Any) -> None:
    project.open_store().close()
    with pytest.raises(ConfigurationError, match="belongs to"):
        replace(project, out=project.base / "out-2").open_store()


def test_a_ledger_of_another_schema_is_refused(project: Any) -> None:
    with project.open_store() as store:
        store.ledger.set_fact("schema", "0")
    with pytest.raises(ConfigurationError, match="version"):
        project.open_store()


def test_a_damaged_ledger_is_refused(project: Any) -> None:
    project.open_store().close()
    (project.root / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(ConfigurationError, match="ledger"):
        project.open_store()


def test_a_strangers_folder_does_not_become_a_store(project: Any) -> None:
    (project.root / "spool").mkdir(parents=True)
    (project.root / "spool" / "thesis.txt").write_text("mine")
    project.root.chmod(0o700)
    with pytest.raises(ConfigurationError, match="not empty"):
        project.open_store()
    assert (project.root / "spool" / "thesis.txt").exists()


def test_the_spool_is_swept_when_a_store_is_opened(project: Any) -> None:
    project.open_store().close()
    (project.root / "spool" / "left").mkdir()
    (project.root / "spool" / "left" / "file").write_bytes(b"")
    project.open_store().close()
    assert not list((project.root / "spool").iterdir())


@pytest.mark.parametrize(
    ("given", "out", "root"),
    [
        ("in", "out", "out/private"),
        ("in", "out/deep", "out"),
        ("in", "same", "same"),
        ("in", "in/out", "private"),
        ("in", "out", "in/private"),
        ("in", "in", "private"),
        ("out/in", "out", "private"),
        ("private/in", "out", "private"),
    ],
)
def test_inputs_out_and_store_do_not_lie_inside_each_other(tmp_path: Path, given: str, out: str, root: str) -> None:
    with pytest.raises(UsageError):
        check_places([tmp_path / given], tmp_path / out, tmp_path / root)


def test_a_link_does_not_hide_that_out_lies_inside_an_input(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "in")
    with pytest.raises(UsageError):
        check_places([tmp_path / "in"], tmp_path / "link" / "out", tmp_path / "private")


def test_the_default_store_lies_beside_out(tmp_path: Path) -> None:
    assert default_root(tmp_path / "out") == tmp_path / "out-private"
    check_places([tmp_path / "in"], tmp_path / "out", default_root(tmp_path / "out"))


def test_an_out_that_is_not_empty_needs_its_own_store(project: Any) -> None:
    check_out(project.out, project.root)
    project.out.mkdir()
    check_out(project.out, project.root)
    (project.out / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="no store"):
        check_out(project.out, project.root)
    project.open_store().close()
    check_out(project.out, project.root)
    other = project.base / "other"
    other.mkdir()
    (other / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="another OUT"):
        check_out(other, project.root)
