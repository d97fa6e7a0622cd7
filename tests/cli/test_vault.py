"""pixelclean vault: mappings in and out, and originals only where they are asked for; and a key that was lost."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pixelclean.cli import main
from pixelclean.cli.shell import Shell
from pixelclean.cli.vault import vault as vault_command
from pixelclean.header.originals import Originals
from pixelclean.key import ProjectKey
from pixelclean.keyfile import create_key, default_key_path, load_key
from pixelclean.phi import Phi
from pixelclean.store.layout import Store
from pixelclean.store.vault import Vault

SHELL = Shell(commands={"vault": vault_command})
HEADER = "PatientID,NewPatientID\n"


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectKey:
    """The default key of this test, in a configuration folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return create_key(default_key_path())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite"


def sheet(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(SHELL, ["vault", *map(str, arguments)])


def filled(place: Path, key: ProjectKey, name: str = "Sentinel^Zoe") -> str:
    """A vault with one patient; gives the new ID."""
    was = Originals(*map(Phi, ("ZZ-SENTINEL-1", "", name, "19770707", "F", "1.2.3", "1.2.3.4", "1.2.3.4.5")))
    new_id = key.patient("\0ZZ-SENTINEL-1")
    uids = (key.uid("1.2.3"), key.uid("1.2.3.4"), key.uid("1.2.3.4.5"))
    with Vault.open(place, key) as opened:
        opened.remember(was, Originals(*map(Phi, (new_id, "", "PX-1^", "", "", *uids))))
    return new_id


def test_a_mapping_goes_in_and_comes_out_again(tmp_path: Path, place: Path) -> None:
    first = sheet(tmp_path / "first.csv", f"{HEADER}ZZ-SENTINEL-1,SUBJ-1\nZZ-SENTINEL-2,SUBJ-2\n")
    assert "Patients: 2 new" in run("import", place, first).output
    assert "2 known" in run("import", place, first).output
    done = run("export", place, tmp_path / "second.csv")
    assert done.exit_code == 0 and "2 patients written" in done.output
    assert (tmp_path / "second.csv").stat().st_mode & 0o777 == 0o600
    assert run("import", tmp_path / "other.sqlite", tmp_path / "second.csv").exit_code == 0
    again = run("export", place, tmp_path / "second.csv")
    assert again.exit_code == 1 and "exists already" in again.output


def test_an_id_for_a_patient_that_left_under_a_pseudonym_is_said_to_be_a_second_one(
    tmp_path: Path, place: Path, key: ProjectKey
) -> None:
    filled(place, key)
    rows = sheet(tmp_path / "ids.csv", f"{HEADER}ZZ-SENTINEL-1,SUBJ-1\nZZ-SENTINEL-2,SUBJ-2\n")
    shown = run("import", place, rows)
    assert shown.exit_code == 0
    assert "1 of the new ones left under a pseudonym" in shown.output


def test_originals_are_shown_only_to_whom_asks_for_them(place: Path, key: ProjectKey) -> None:
    new_id = filled(place, key)
    for arguments in (("list", place), ("find", place, new_id), ("find", place, key.uid("1.2.3.4.5"))):
        hidden, shown = run(*arguments), run(*arguments, "--reveal")
        assert hidden.exit_code == shown.exit_code == 0
        assert new_id in hidden.stdout
        assert not any(text in hidden.output for text in ("ZZ-SENTINEL", "Zoe", "19770707", "1.2.3"))
        assert all(text in shown.stdout for text in ("ZZ-SENTINEL-1", "Sentinel^Zoe", "19770707"))
    assert "1.2.3.4.5" in run("find", place, key.uid("1.2.3.4.5"), "--reveal").stdout
    assert "1 patient, 0 of them" in run("list", place).stdout


def test_what_a_data_set_held_does_not_command_the_terminal(place: Path, key: ProjectKey) -> None:
    filled(place, key, name="Sentinel\x1b]0;^Zoe[red]")
    shown = run("list", place, "--reveal").stdout
    assert "\x1b]" not in shown and "\\x1b" in shown and "[red]" in shown


def test_what_the_vault_does_not_know_is_a_failure(place: Path, key: ProjectKey) -> None:
    filled(place, key)
    done = run("find", place, "ZZ-SENTINEL-1", "--reveal")
    assert done.exit_code == 1 and "remembers nothing" in done.output
    assert run("list", place.with_name("absent")).exit_code == 1
    assert not place.with_name("absent").exists()


def test_another_key_opens_nothing_and_a_missing_one_is_not_made(tmp_path: Path, place: Path, key: ProjectKey) -> None:
    filled(place, key)
    create_key(tmp_path / "other")
    done = run("list", place, "--key", tmp_path / "other")
    assert done.exit_code == 1 and key.fingerprint in done.output
    default_key_path().unlink()
    for arguments in (("list", place), ("import", tmp_path / "new.sqlite", sheet(tmp_path / "m.csv", HEADER))):
        lost = run(*arguments)
        assert lost.exit_code == 1 and "restore your copy" in lost.output
    assert not default_key_path().exists() and not (tmp_path / "new.sqlite").exists()


# a lost key


@pytest.mark.parametrize("named_store", [False, True])
def test_a_project_whose_key_was_lost_gets_no_other_one(tmp_path: Path, key: ProjectKey, named_store: bool) -> None:
    out, source = tmp_path / "out", tmp_path / "in"
    source.mkdir()
    root = tmp_path / ("elsewhere" if named_store else "out-private")
    Store.open(root, out, key).close()
    default_key_path().unlink()
    done = CliRunner().invoke(main, ["clean", str(source), str(out), *(["--store", str(root)] if named_store else [])])
    assert done.exit_code == 1
    assert key.fingerprint in done.output and "restore your copy" in done.output
    assert not default_key_path().exists()


def test_a_new_project_gets_a_key(tmp_path: Path, key: ProjectKey) -> None:
    default_key_path().unlink()
    (tmp_path / "in").mkdir()
    done = CliRunner().invoke(main, ["clean", str(tmp_path / "in"), str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 0
    assert load_key(default_key_path()).fingerprint in done.output
    assert load_key(default_key_path()) != key
