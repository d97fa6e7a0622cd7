"""The key file: private, whole, and never replaced."""

import os
import stat
from pathlib import Path

import pytest

from pixelclean.errors import ConfigurationError
from pixelclean.keyfile import create_key, default_key_path, load_key


def test_a_new_key_is_read_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "key"
    key = create_key(path)
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_key(tmp_path / "key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_two_keys_differ(tmp_path: Path) -> None:
    assert create_key(tmp_path / "one") != create_key(tmp_path / "two")


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    key = create_key(tmp_path / "key")
    with pytest.raises(ConfigurationError, match="exists already"):
        create_key(tmp_path / "key")
    assert load_key(tmp_path / "key") == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660, 0o666])
def test_a_key_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(ConfigurationError, match="by others"):
        load_key(tmp_path / "key")


@pytest.mark.parametrize(
    "content",
    ["", "# a title only\n", "abcd\n", "zz" * 32, "00" * 31, "00" * 33, "00" * 32 + "\n" + "11" * 32, "\xe9" * 64],
)
def test_a_file_that_does_not_hold_one_whole_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(content, encoding="latin-1")
    with pytest.raises(ConfigurationError, match="64 hex digits") as caught:
        load_key(path)
    assert not content or content.strip() not in str(caught.value)


def test_a_mistyped_digit_is_noticed_by_the_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key(path)
    *head, digits = path.read_text().splitlines()
    path.write_text("\n".join([*head, ("0" if digits[0] != "0" else "1") + digits[1:]]))
    with pytest.raises(ConfigurationError, match="damaged"):
        load_key(path)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "absent", tmp_path, tmp_path / "pipe"):
        with pytest.raises(ConfigurationError):
            load_key(path)


def test_the_default_lies_in_the_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_key_path() == tmp_path / "pixelclean" / "key"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert default_key_path() == Path.home() / ".config" / "pixelclean" / "key"
