"""Policies: shipped ones load, misspelt ones do not."""

from pathlib import Path

import pytest

from pixelclean.errors import ConfigurationError
from pixelclean.policy import Limits, Policy

HEAD = 'name = "site"\nversion = "1"\nauthor = "test"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_basic_policy_states_the_defaults():
    assert Policy.load("basic") == Policy("basic", "1", "pixelclean")


def test_a_policy_in_a_file_changes_only_what_it_names(tmp_path):
    policy = Policy.load(written(tmp_path, HEAD + "[limits]\nseconds = 5\n"))
    assert policy.limits == Limits(seconds=5.0)
    assert policy.digest != Policy("site", "1", "test").digest


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1", "colour"),
        ("[limits]\nsecond = 5", "second"),
        ('[limits]\nseconds = "5"', "limits.seconds"),
        ("[limits]\nseconds = 0", "positive"),
        ("[limits]\nfile_bytes = true", "limits.file_bytes"),
        ('[pixel]\nsecond_look = "none"', "second_look"),
        ("[pixel]\nlargest_mask = 1.5", "largest_mask"),
        ("[pixel]\nsure_score = 1.0", "ask_score"),
        ('[header]\noptions = ["retain_uids"]', "options"),
        ("pixel = 3", "pixel"),
        ("x =", "TOML"),
    ],
)
def test_a_mistake_in_a_policy_is_an_error_that_names_file_and_entry(tmp_path, text, named):
    path = written(tmp_path, HEAD + text)
    with pytest.raises(ConfigurationError) as caught:
        Policy.load(path)
    assert named in str(caught.value) and path.name in str(caught.value)


def test_an_unknown_policy_name_tells_which_ones_there_are():
    with pytest.raises(ConfigurationError, match="basic"):
        Policy.load("strictest")


def test_a_policy_without_a_name_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="name"):
        Policy.load(written(tmp_path, 'version = "1"\nauthor = "x"\n'))
