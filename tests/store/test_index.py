"""The index of the studies: what one header says is known for all of its study, and nobody else learns it."""

import multiprocessing
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header import Identifier, Kind, Trace
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi
from pixelclean.reasons import ReasonCode
from pixelclean.store.index import MOST, Index

KEY = ProjectKey(b"invented key of the store tests!")
STUDY, OTHER = "1.2.826.0.1.3680043.10.9999.2", "1.2.826.0.1.3680043.10.9999.3"


def traces(*names: str, kind: Kind = Kind.PERSON, tag: int = 0x00100010) -> frozenset[Trace]:
    return frozenset(Trace(tag, Identifier(kind, Phi(name))) for name in names)


@pytest.fixture
def index(tmp_path: Path) -> Any:
    with Index.open(tmp_path / "index.sqlite", KEY) as opened:
        yield opened


def test_a_sibling_knows_what_another_said_whatever_the_order(index: Index) -> None:
    index.add("digest-1", "judges", STUDY, frozenset())
    index.add("digest-2", "judges", STUDY, traces("Sentinel^Zoe"))
    index.add("digest-3", "judges", STUDY, traces("ZZ-1234", kind=Kind.ID, tag=0x00100020))
    known = traces("Sentinel^Zoe") | traces("ZZ-1234", kind=Kind.ID, tag=0x00100020)
    assert index.siblings(STUDY) == known
    assert index.siblings(OTHER) == index.siblings("") == frozenset()


def test_a_header_without_study_tells_nobody(index: Index) -> None:
    index.add("digest-1", "judges", "", traces("Sentinel^Zoe"))
    assert index.siblings("") == frozenset()
    assert index.state_of("digest-1") == ""
    assert index.has_read("digest-1", "judges")


def test_the_instances_of_an_earlier_stage_are_siblings_of_their_originals(index: Index) -> None:
    index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
    assert index.siblings(KEY.uid(STUDY)) == traces("Sentinel^Zoe")


def test_a_header_is_read_again_by_other_rules_only(index: Index) -> None:
    assert not index.has_read("digest-1", "judges")
    index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
    assert index.has_read("digest-1", "judges")
    assert not index.has_read("digest-1", "later judges")
    index.add("digest-1", "later judges", STUDY, traces("Sentinel^Zoe"))
    assert index.has_read("digest-1", "later judges")


def states(path: Path, *said: tuple[str, str, frozenset[Trace]]) -> dict[str, str]:
    """The state of each input after these headers were read."""
    with Index.open(path, KEY) as opened:
        for digest, study, known in said:
            opened.add(digest, "judges", study, known)
    with Index.open(path, KEY) as opened:
        return {digest: opened.state_of(digest) for digest, _, _ in said}


def test_the_state_of_a_study_changes_when_it_is_known_by_more_and_not_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    zoe, ida = traces("Sentinel^Zoe"), traces("Sentinel^Ida")
    first = states(path, ("digest-1", STUDY, zoe), ("digest-2", OTHER, zoe))
    assert all(first.values())
    again = states(path, ("digest-1", STUDY, zoe), ("digest-3", STUDY, zoe), ("digest-4", STUDY, frozenset()))
    assert {again["digest-1"], again["digest-3"], again["digest-4"]} == {first["digest-1"]}
    more = states(path, ("digest-5", STUDY, ida), ("digest-2", OTHER, zoe))
    assert more["digest-5"] != first["digest-1"] and more["digest-2"] == first["digest-2"]


def test_the_state_of_a_study_does_not_depend_on_the_order(tmp_path: Path) -> None:
    said = [(f"digest-{name}", STUDY, traces(name)) for name in ("Sentinel^Zoe", "Sentinel^Ida", "Sentinel^Ray")]
    one, other = states(tmp_path / "one", *said), states(tmp_path / "other", *reversed(said))
    assert one == other and len(set(one.values())) == 1 and "" not in one.values()


def test_an_index_can_forget(index: Index) -> None:
    index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
    index.forget()
    assert index.siblings(STUDY) == frozenset()
    assert not index.has_read("digest-1", "judges")
    assert index.state_of("digest-1") == ""


def test_a_study_with_more_identifiers_than_can_be_looked_for_is_held(index: Index) -> None:
    for start in range(0, MOST, 100):
        index.add(f"digest-{start}", "judges", STUDY, traces(*(f"Sentinel^{n}" for n in range(start, start + 100))))
    assert len(index.siblings(STUDY)) == MOST
    index.add("one more", "judges", STUDY, traces("Sentinel^Zoe"))
    with pytest.raises(Refused) as refused:
        index.siblings(STUDY)
    assert refused.value.code is ReasonCode.TOO_MANY_IDENTIFIERS
    before = index.path.stat().st_size
    index.add("a flood", "judges", STUDY, traces(*(f"Zoe^{n}" for n in range(10_000))))
    assert index.path.stat().st_size < before + (1 << 16)


def test_a_value_that_no_attribute_allows_is_not_kept_and_an_odd_one_is(index: Index) -> None:
    index.add("digest-1", "judges", STUDY, traces("S" * 2000, "Sentinel\udc80^Zoe", "Sentinel\0^Ida"))
    assert index.siblings(STUDY) == traces("Sentinel?^Zoe", "Sentinel\0^Ida")


def test_what_is_written_for_the_coordinator_says_nothing(index: Index) -> None:
    index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
    assert "Sentinel" not in repr(index) + index.state_of("digest-1")
    assert KEY.secret.hex() not in repr(index)


def test_the_index_is_its_owners_alone_whatever_the_umask_is(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Index.open(tmp_path / "index.sqlite", KEY) as index:
            index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
            with Index.borrow(index.path, tmp_path / "copy.sqlite", KEY):
                modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert set(modes.values()) == {0o600} and {"index.sqlite", "copy.sqlite", "index.sqlite-wal"} <= set(modes)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_index_begins_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(content)
    with Index.open(path, KEY) as index:
        index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
        assert index.siblings(STUDY) == traces("Sentinel^Zoe")


def test_an_index_of_another_version_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with Index.open(path, KEY) as index:
        index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
        with index._transaction() as connection:
            connection.exec_driver_sql("PRAGMA user_version = 77")
    with Index.open(path, KEY) as index:
        assert not index.has_read("digest-1", "judges")


def test_a_link_in_the_place_of_the_index_is_refused_or_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("nothing of ours")
    (tmp_path / "index.sqlite").symlink_to("mine")
    with Index.open(tmp_path / "index.sqlite", KEY):
        assert not (tmp_path / "index.sqlite").is_symlink()
    assert (tmp_path / "mine").read_text() == "nothing of ours"


def test_a_rehearsal_learns_in_a_copy_and_knows_what_is_known(index: Index, tmp_path: Path) -> None:
    index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
    with Index.borrow(index.path, tmp_path / "copy.sqlite", KEY) as copy:
        assert copy.siblings(STUDY) == traces("Sentinel^Zoe")
        copy.add("digest-2", "judges", STUDY, traces("Sentinel^Ida"))
        assert copy.siblings(STUDY) == traces("Sentinel^Zoe", "Sentinel^Ida")
    assert not list(tmp_path.glob("copy*"))
    assert index.siblings(STUDY) == traces("Sentinel^Zoe")
    with Index.borrow(tmp_path / "absent", tmp_path / "copy.sqlite", KEY) as copy:
        assert copy.siblings(STUDY) == frozenset()
    assert not list(tmp_path.glob("copy*")) and not (tmp_path / "absent").exists()


def _write(path: Path, number: int) -> None:
    with Index.join(path, KEY) as index:
        for each in range(20):
            index.add(f"digest-{number}-{each}", "judges", STUDY, traces(f"Sentinel^{number}^{each}", "Sentinel^Zoe"))


def test_several_workers_write_at_once(index: Index) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(index.path, number)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert len(index.siblings(STUDY)) == 4 * 20 + 1


def test_an_index_that_cannot_be_written_says_so_and_quotes_nothing(index: Index) -> None:
    index.close()
    index.path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(ConfigurationError) as error:
        index.add("digest-1", "judges", STUDY, traces("Sentinel^Zoe"))
    assert "Sentinel" not in str(error.value) and error.value.__suppress_context__
