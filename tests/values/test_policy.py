"""Policies: shipped ones load, misspelt ones do not."""

from pathlib import Path

import pytest

from pixelclean.errors import ConfigurationError
from pixelclean.options import Option
from pixelclean.policy import HeaderPolicy, Limits, Policy

HEAD = 'name = "site"\nversion = "1"\nauthor = "test"\napprover = "board"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_basic_policy_states_the_defaults():
    assert Policy.load("basic") == Policy("basic", "2", "pixelclean", "pixelclean")
    assert HeaderPolicy().options == (Option.CLEAN_PIXEL_DATA,)


def test_the_digest_names_author_and_approver_too():
    digests = {Policy(*signed).digest for signed in [("a", "1", "x", "y"), ("a", "1", "x", "z"), ("a", "1", "w", "y")]}
    assert len(digests) == 3


def test_options_are_read_however_they_are_spelled(tmp_path):
    wanted = (Option.RETAIN_DEVICE_IDENTITY, Option.RETAIN_UIDS)
    for spelled in (
        '"deidentify:RetainDeviceIdentityOption,RetainUIDsOption"',
        '["retain_uids", "retain_device_identity"]',
        '["113110", "Retain Device Identity Option", "basic"]',
    ):
        assert Policy.load(written(tmp_path, f"{HEAD}[header]\noptions = {spelled}\n")).header.options == wanted


def test_options_can_be_added_to_a_policy():
    added = Policy.load("basic").with_options("deidentify:RetainUIDsOption")
    assert added.header.options == (Option.CLEAN_PIXEL_DATA, Option.RETAIN_UIDS)
    assert added.digest != Policy.load("basic").digest and added.name != "basic"
    assert Policy.load("basic").with_options("clean_pixel_data") == Policy.load("basic")


def test_orders_for_attributes_are_read(tmp_path):
    orders = 'PatientBirthDate = "clean"\nPatientAge = { bin = 5 }\nPatientSex = { only = ["M", "F"] }\n"0010,1030" = { bin = 10, from = 40, to = 120 }\nClinicalTrialSponsorName = { value = "Example" }\n'
    policy = Policy.load(written(tmp_path, f"{HEAD}[header.attributes]\n{orders}"))
    assert [order.means for order in policy.header.attributes] == ["clean", "bin", "only", "bin", "value"]
    assert policy.header.attributes[3].lowest == 40


def test_a_policy_in_a_file_changes_only_what_it_names(tmp_path):
    policy = Policy.load(written(tmp_path, HEAD + "[limits]\nseconds = 5\n"))
    assert policy.limits == Limits(seconds=5.0)
    assert policy.digest != Policy("site", "1", "test", "board").digest


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
        ("[pixel]\nseed_score = -1.6", "faint_score"),
        ("[pixel]\nfaint_score = -2.1", "text_score"),
        ('[header]\noptions = ["retain_everything"]', "retain_everything"),
        ('[header]\noptions = ["113102"]', "Recognizable Visual Features"),
        ('[header]\noptions = ["113106", "113107"]', "exclude"),
        ("[header]\nlongest_shift_days = 0", "longest_shift_days"),
        ("[header]\nlongest_shift_days = 1", "longest_shift_days lies outside 30 to 36500"),
        ("[header]\nlongest_shift_days = 29", "longest_shift_days lies outside 30 to 36500"),
        ('[header]\nshift = "weeks"', "header.shift"),
        ('[header.attributes]\nPatientAge = "bin"', "PatientAge"),
        ('[header.attributes]\nPatientAge = { bin = "5" }', "PatientAge"),
        ("[header.attributes]\nPatientAge = { bin = 5, width = 3 }", "PatientAge"),
        ("[header.attributes]\nPatientWeight = { from = 9, to = 3 }", "PatientWeight"),
        ('[header.attributes]\n"not a name!" = "keep"', "not a name"),
        ('[header.attributes]\nPatientID = { value = "a\\\\b" }', "backslash"),
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


@pytest.mark.parametrize(
    "line,says",
    [
        ("options = [113110, true]", "header.options: expected a list of texts"),
        ('oldest_age = "x"', "header.oldest_age: expected a whole number"),
        ("attributes = 3", "header.attributes: expected a table of orders"),
    ],
)
def test_a_wrong_setting_is_told_in_the_words_of_its_file(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f'name = "site"\nversion = "1"\nauthor = "a"\napprover = "b"\n[header]\n{line}\n')
    with pytest.raises(ConfigurationError, match=says):
        Policy.load(path)


def test_a_policy_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        Policy.load(tmp_path / "site.toml")
