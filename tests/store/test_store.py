"""The store's folder: modes, the lock, and what it is bound to."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixelclean.errors import ConfigurationError, UsageError
from pixelclean.key import ProjectKey
from pixelclean.store.layout import Store, check_out, check_places, default_root
from pixelclean.store.records import path_of_name, source_name


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


@pytest.mark.parametrize(
    "out, root",
    [
        ("out/inner", "private"),
        ("out/in/ner", "private"),
        ("other", "out/private"),
        ("link/inner", "private"),
        ("out-private/queue/inner", "private"),
        ("other", "out-private/private"),
    ],
)
def test_the_out_and_the_store_of_another_run_are_no_place_for_a_new_one(project: Any, out: str, root: str) -> None:
    project.open_store().close()
    project.out.mkdir()
    (project.base / "link").symlink_to("out")
    with pytest.raises(UsageError, match="of another run"):
        check_places([project.base / "in"], project.base / out, project.base / root)


def test_a_strangers_folder_of_that_name_is_in_nobodys_way_and_stays_as_it_is(tmp_path: Path) -> None:
    made = tmp_path / "data-private"
    made.mkdir(mode=0o700)
    for name in ("ledger.sqlite", "lock"):
        (made / name).touch(mode=0o600)
    check_places([tmp_path / "in"], tmp_path / "data" / "out", tmp_path / "data" / "out-private")
    assert {path.name: path.stat().st_size for path in made.iterdir()} == {"ledger.sqlite": 0, "lock": 0}


def test_a_borrowed_store_is_gone_afterwards_unless_it_was_there(project: Any) -> None:
    with Store.borrow(project.root, project.out, project.key) as store:
        (store.spool / "left").write_bytes(b"something")
    assert not project.root.exists()
    with pytest.raises(KeyboardInterrupt), Store.borrow(project.root, project.out, project.key):
        raise KeyboardInterrupt
    assert not project.root.exists()
    project.root.mkdir(mode=0o700)
    with Store.borrow(project.root, project.out, project.key):
        pass
    assert list(project.root.iterdir()) == []
    project.open_store().close()
    with Store.borrow(project.root, project.out, project.key):
        pass
    assert Store.read(project.root).out == project.out


def test_an_out_whose_name_is_no_utf8_is_found_again(project: Any) -> None:
    for name in (b"caf\xe9", b"caf\\xe9", b"two\\", "ä".encode()):
        odd = replace(project, out=project.base / os.fsdecode(name), root=project.base / (name.hex() + "-private"))
        for _ in range(2):
            with odd.open_store() as store:
                assert store.out == odd.out


@given(
    st.binary(min_size=1).filter(lambda name: b"\0" not in name),
    st.binary(min_size=1).filter(lambda name: b"\0" not in name),
)
@example(b"caf\xe9", b"caf\\xe9")
@example(b"\\\xe9", b"\\\\xe9")
def test_paths_that_differ_have_names_that_differ(one: bytes, other: bytes) -> None:
    paths = Path(os.fsdecode(one)), Path(os.fsdecode(other))
    names = [source_name(path) for path in paths]
    assert [path_of_name(name) for name in names] == list(paths)
    assert (names[0] == names[1]) == (paths[0] == paths[1])
    "".join(names).encode()


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
