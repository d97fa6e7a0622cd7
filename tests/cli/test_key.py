"""pixelclean key: made once, named by its fingerprint, never shown."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pixelclean.cli import main
from pixelclean.keyfile import load_key


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "pixelclean" / "key"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["key", *map(str, arguments)])


def test_a_new_key_lies_in_the_configuration_folder(home: Path) -> None:
    shown = run("new")
    assert shown.exit_code == 0
    assert load_key(home).fingerprint in shown.stdout


def test_the_secret_is_never_shown(home: Path) -> None:
    shown = [run("new"), run("show"), run("check"), run("check", "0" * 16), run("new")]
    secret = load_key(home).secret.hex()
    assert not any(secret in result.output for result in shown)


def test_a_second_key_does_not_replace_the_first(home: Path) -> None:
    run("new")
    first = load_key(home)
    again = run("new")
    assert again.exit_code == 1
    assert "exists already" in again.output
    assert load_key(home) == first


def test_show_and_check_name_a_key_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "project.key"
    run("new", "--key", path)
    fingerprint = load_key(path).fingerprint
    assert run("show", "--key", path).stdout.startswith(fingerprint)
    assert run("check", fingerprint.upper(), "--key", path).exit_code == 0
    other = run("check", "0" * 16, "--key", path)
    assert other.exit_code == 1
    assert "another key" in other.output


def test_a_key_that_others_can_read_does_not_pass(home: Path) -> None:
    run("new")
    home.chmod(0o644)
    for command in ("show", "check"):
        shown = run(command)
        assert shown.exit_code == 1
        assert "by others" in shown.output


def test_a_file_in_the_place_of_the_fingerprint_is_told_from_another_key(tmp_path: Path) -> None:
    path = tmp_path / "k1"
    run("new", "--key", path)
    shown = run("check", path)
    assert shown.exit_code == 2
    assert "is no fingerprint" in shown.output and "--key" in shown.output
    assert "another key" not in shown.output
