"""The vault: what it remembers, for whom, and what it refuses."""

import multiprocessing
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from pixelclean.assignments import NO_ASSIGNMENTS, Assigned, pseudonym_of_id
from pixelclean.errors import ConfigurationError, Refused
from pixelclean.header.originals import Originals
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi
from pixelclean.reasons import ReasonCode
from pixelclean.store.layout import Store, check_private, key_of
from pixelclean.store.vault import Level, Vault
from pixelclean.store.vault_database import fingerprint_of
from pixelclean.store.vault_mapping import export_mapping, import_mapping

KEY = ProjectKey(bytes(range(32)))
OTHER_KEY = ProjectKey(bytes(32))
SITE_ID = 0x00120030
HEADER = "PatientID,IssuerOfPatientID,NewPatientID,NewPatientName,ClinicalTrialSiteID\n"


def originals(patient_id: str = "ZZ-SENTINEL-1", name: str = "Sentinel^Zoe", number: int = 1, **more: str) -> Originals:
    values = {"issuer": "", "birth_date": "19770707", "sex": "F", **more}
    uids = {"study": "1.2.3", "series": "1.2.3.4", "instance": f"1.2.3.4.{number}"}
    return Originals(
        **{each: Phi(text) for each, text in {"patient_id": patient_id, "name": name, **values, **uids}.items()}
    )


def leaving(source: Originals, patient_id: str = "") -> Originals:
    """What becomes of a source: another ID, other UIDs."""
    new_id = patient_id or pseudonym_of_id(source.patient_id.reveal(), "", KEY)
    uids = (KEY.uid(uid.reveal()) for uid in (source.study, source.series, source.instance))
    nothing = Phi("")
    return Originals(Phi(new_id), nothing, Phi("PX-1^"), nothing, nothing, *map(Phi, uids))


def sheet(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(HEADER + text)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite"


# remembering


def test_who_left_under_a_new_id_or_uid_is_found_again(path: Path) -> None:
    source = originals()
    became = leaving(source)
    with Vault.open(path, KEY) as vault:
        vault.remember(source, became)
    with Vault.read(path, KEY) as vault:
        (by_id,) = vault.find(became.patient_id.reveal())
        (person,) = by_id.patients
        assert (by_id.level, person.patient_id, person.name) == (None, source.patient_id, source.name)
        assert (person.birth_date, person.sex) == (source.birth_date, source.sex)
        for level, new, original in (
            (Level.STUDY, became.study, source.study),
            (Level.SERIES, became.series, source.series),
            (Level.INSTANCE, became.instance, source.instance),
        ):
            (found,) = vault.find(f" {new.reveal()}\0")
            assert (found.level, found.original, found.patients) == (level, original, (person,))
        assert vault.find("1.2.3") == ()
        assert vault.counts() == {became.patient_id.reveal(): dict.fromkeys(Level, 1)}


def test_remembering_again_changes_nothing_and_another_name_is_remembered_too(path: Path) -> None:
    with Vault.open(path, KEY) as vault:
        for name in ("Sentinel^Zoe", "Sentinel^Zoe", "Sentinel-Two^Zoe"):
            vault.remember(originals(name=name), leaving(originals()))
    with Vault.open(path, KEY) as vault:
        vault.remember(originals(), leaving(originals()))
        names = [person.name.reveal() for person in vault.patients()]
        assert sorted(names) == ["Sentinel-Two^Zoe", "Sentinel^Zoe"]
        assert vault.counts() == {leaving(originals()).patient_id.reveal(): dict.fromkeys(Level, 1)}


def test_a_second_stage_adds_no_pseudonyms_as_originals(path: Path, tmp_path: Path) -> None:
    first = leaving(originals())
    with Vault.open(path, KEY) as vault:
        vault.remember(originals(), first)
        vault.remember(first, first)
        import_mapping(vault, sheet(tmp_path / "m.csv", "ZZ-9,,SUBJ-9,,\n"))
        assigned = leaving(originals("ZZ-9", "Sentinel^Max"), "SUBJ-9")
        vault.remember(originals("ZZ-9", "Sentinel^Max"), assigned)
        vault.remember(assigned, assigned)
        assert sorted(person.patient_id.reveal() for person in vault.patients()) == ["ZZ-9", "ZZ-SENTINEL-1"]
        (found,) = vault.find(first.instance.reveal())
        assert found.original == originals().instance


def test_what_a_source_does_not_have_is_not_remembered(path: Path) -> None:
    nothing = Phi("")
    empty = Originals(*[nothing] * 8)
    with Vault.open(path, KEY) as vault:
        vault.remember(empty, leaving(originals()))
        assert vault.find(leaving(originals()).study.reveal()) == ()


def remember_many(path: Path, first: int) -> None:
    with Vault.open(path, KEY) as vault:
        for number in range(first, first + 50):
            vault.remember(originals(number=number), leaving(originals(number=number)))


def test_several_processes_remember_at_once(path: Path) -> None:
    """Their instances overlap, so that the same row is written by two of them."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=remember_many, args=(path, first)) for first in (0, 25, 50, 75)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    with Vault.read(path, KEY) as vault:
        (count,) = vault.counts().values()
        assert count == {Level.STUDY: 1, Level.SERIES: 1, Level.INSTANCE: 125}


def test_a_file_whose_originals_cannot_be_written_is_refused_without_a_value(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SQLAlchemyError("disk full: Sentinel^Zoe")

    with Vault.open(path, KEY) as vault:
        monkeypatch.setattr("pixelclean.store.vault._remember", fail)
        with pytest.raises(Refused) as caught:
            vault.remember(originals(), leaving(originals()))
        assert caught.value.code is ReasonCode.NOT_DELIVERED
        assert "Sentinel" not in str(caught.value) and caught.value.__cause__ is None
        monkeypatch.undo()
        vault.remember(originals(), leaving(originals()))
        assert len(list(vault.patients())) == 1


# the file


def test_a_vault_is_its_owners_alone_whatever_the_umask_is(path: Path) -> None:
    before = os.umask(0)
    try:
        with Vault.open(path, KEY) as vault:
            vault.remember(originals(), leaving(originals()))
            assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_vault_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    Vault.open(path, KEY).close()
    path.chmod(mode)
    for look in (Vault.open, Vault.read):
        with pytest.raises(ConfigurationError, match="by others"):
            look(path, KEY)
    with pytest.raises(ConfigurationError, match="by others"):
        fingerprint_of(path)


def test_a_vault_of_another_key_is_refused_and_both_keys_are_named(path: Path) -> None:
    Vault.open(path, KEY).close()
    for look in (Vault.open, Vault.read):
        with pytest.raises(ConfigurationError, match=f"{KEY.fingerprint}.*{OTHER_KEY.fingerprint}"):
            look(path, OTHER_KEY)
    assert fingerprint_of(path) == KEY.fingerprint
    assert fingerprint_of(path.with_name("absent")) == ""


def test_what_is_no_vault_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("PatientID,NewPatientID\n" * 100)
    database = sqlite3.connect(tmp_path / "other")
    database.execute("create table thesis (text)")
    database.commit()
    database.close()
    Store.open(tmp_path / "private", tmp_path / "out", KEY).close()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    os.mkfifo(tmp_path / "pipe", 0o600)
    places = [tmp_path / "text", tmp_path / "other", tmp_path / "private" / "ledger.sqlite"]
    for place in places:
        place.chmod(0o600)
        before = place.read_bytes()
        for look in (Vault.open, Vault.read):
            with pytest.raises(ConfigurationError):
                look(place, KEY)
        assert place.read_bytes() == before
    for place in (tmp_path / "link", tmp_path / "pipe", tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(ConfigurationError):
            Vault.open(place, KEY)
    with pytest.raises(ConfigurationError, match="no vault"):
        Vault.read(tmp_path / "absent", KEY)
    assert not (tmp_path / "absent").exists()


def test_a_vault_of_another_schema_is_refused(path: Path) -> None:
    Vault.open(path, KEY).close()
    with sqlite3.connect(path) as database:
        database.execute("update facts set value = '0' where name = 'schema'")
    database.close()
    with pytest.raises(ConfigurationError, match="version"):
        Vault.open(path, KEY)


@pytest.mark.parametrize("name", [":memory:", "a?mode=memory", "a#b %41"])
def test_every_name_is_the_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with Vault.open(Path(name), KEY) as vault:
        vault.remember(originals(), leaving(originals()))
    with Vault.read(Path(name), KEY) as vault:
        assert len(list(vault.patients())) == 1
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_private_file_does_not_lie_in_out(tmp_path: Path) -> None:
    check_private([tmp_path / "vault", tmp_path / "out-private" / "key"], tmp_path / "out")
    for inside in (tmp_path / "out" / "deep" / "vault", tmp_path / "out" / ".." / "out" / "key"):
        with pytest.raises(Exception, match="inside OUT"):
            check_private([tmp_path / "key", inside], tmp_path / "out")


def test_a_store_says_whose_it_is(tmp_path: Path) -> None:
    assert key_of(tmp_path / "private") == ""
    Store.open(tmp_path / "private", tmp_path / "out", KEY).close()
    assert key_of(tmp_path / "private") == KEY.fingerprint
    (tmp_path / "private").chmod(0o750)
    with pytest.raises(ConfigurationError):
        key_of(tmp_path / "private")


# mappings


def test_an_imported_mapping_becomes_the_assignments(path: Path, tmp_path: Path) -> None:
    mapping = sheet(tmp_path / "m.csv", "ZZ-1,,SUBJ-1,One^,Site 3\nZZ-1,South,SUBJ-2,,\n")
    with Vault.open(path, KEY) as vault:
        assert vault.assignments() == NO_ASSIGNMENTS
        done = import_mapping(vault, mapping)
        assert (done.new, done.changed, done.known) == (2, 0, 0)
        found = vault.assignments()
        assert found.find(pseudonym_of_id("ZZ-1", "", KEY)) == Assigned("SUBJ-1", "One^", ((SITE_ID, "Site 3"),))
        assert found.find(pseudonym_of_id("ZZ-1", "South", KEY)) == Assigned("SUBJ-2")
        (named,) = vault.find("SUBJ-2")[0].patients
        assert (named.patient_id.reveal(), named.issuer.reveal()) == ("ZZ-1", "South")


def test_names_and_attributes_may_change_and_a_second_import_changes_nothing(path: Path, tmp_path: Path) -> None:
    with Vault.open(path, KEY) as vault:
        import_mapping(vault, sheet(tmp_path / "1.csv", "ZZ-1,,SUBJ-1,,Site 3\n"))
        later = sheet(tmp_path / "2.csv", "ZZ-1,,SUBJ-1,,Site 4\nZZ-2,,SUBJ-2,,\n")
        done, again = import_mapping(vault, later), import_mapping(vault, later)
        assert (done.new, done.changed, done.known) == (1, 1, 0)
        assert (again.new, again.changed, again.known) == (0, 0, 2)
        assert vault.assignments().find(pseudonym_of_id("ZZ-1", "", KEY)) == Assigned(
            "SUBJ-1", "", ((SITE_ID, "Site 4"),)
        )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ZZ-1,,SUBJ-7,,\n", "NewPatientID: the vault has another one"),
        ("ZZ-2,,SUBJ-1,,\n", "NewPatientID: the vault gave it to another"),
        ("ZZ-2,,subj-1,,\n", "NewPatientID: the vault gave it to another"),
        ("ZZ-2,,ZZ-1,,\n", "NewPatientID: the vault knows it as an original"),
        ("ZZ-2,,zz-sentinel-1,,\n", "NewPatientID: the vault knows it as an original"),
        ("SUBJ-1,,T-1,,\n", "PatientID: is an ID that the vault assigned"),
    ],
)
def test_a_mapping_that_contradicts_the_vault_is_refused_as_a_whole(
    path: Path, tmp_path: Path, line: str, said: str
) -> None:
    with Vault.open(path, KEY) as vault:
        vault.remember(originals(), leaving(originals()))
        import_mapping(vault, sheet(tmp_path / "1.csv", "ZZ-1,,SUBJ-1,,\n"))
        before = vault.assignments()
        with pytest.raises(ConfigurationError, match=f"line 3, {said}") as caught:
            import_mapping(vault, sheet(tmp_path / "2.csv", f"ZZ-8,,SUBJ-8,,\n{line}"))
        assert "SUBJ" not in str(caught.value) and "ZZ" not in str(caught.value)
        assert vault.assignments() == before


def test_what_is_exported_makes_another_vault_that_exports_the_same(path: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    nameless = originals("", "", number=7)
    with Vault.open(path, KEY) as vault:
        import_mapping(vault, sheet(tmp_path / "m.csv", "ZZ-1,,SUBJ-1,One^,=3\n=ZZ,South,SUBJ-2,,\n"))
        vault.remember(originals("ZZ-1"), leaving(originals("ZZ-1"), "SUBJ-1"))
        vault.remember(originals(issuer="North"), leaving(originals()))
        vault.remember(originals("ZZ-5", issuer="South"), leaving(originals(), pseudonym_of_id("ZZ-5", "South", KEY)))
        vault.remember(nameless, leaving(originals(), KEY.patient("a study")))
        done = export_mapping(vault, first)
        assert (done.written, done.left_out) == (4, 1)
        before = vault.assignments()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    with Vault.open(tmp_path / "other.sqlite", KEY) as vault:
        import_mapping(vault, first)
        assert set(before.entries) <= set(vault.assignments().entries)
        pseudonym = pseudonym_of_id("ZZ-SENTINEL-1", "", KEY)
        assert vault.assignments().find(pseudonym) == Assigned(pseudonym)
        south = pseudonym_of_id("ZZ-5", "South", KEY)
        assert vault.assignments().find(south) == Assigned(south)
        export_mapping(vault, second)
    assert second.read_bytes() == first.read_bytes()
    with Vault.read(path, KEY) as vault, pytest.raises(ConfigurationError, match="exists already"):
        export_mapping(vault, first)
