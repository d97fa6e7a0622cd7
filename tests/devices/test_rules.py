"""Device rules: what a rule file may say, and what a rule set answers."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean import resources
from pixelclean.devices import load_rules
from pixelclean.errors import ConfigurationError
from pixelclean.facts import Facts
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.reasons import ReasonCode

SOURCE = """
[source.own]
name = "Our own measurement"
url = "none"
licence = "Apache-2.0"
"""
RULE = """
[[rule]]
id = "zz-one-480x640"
sources = ["own"]
match = { all = [
    { attribute = "Manufacturer", prefix = "ZZ", case = "ignore" },
    { attribute = "ManufacturerModelName", in = ["One", "One Plus"], case = "ignore" },
] }
rows = 480
columns = 640
mask = [[0, 0, 640, 24]]
keep = [[600, 0, 640, 24]]
frames = "all"
example = { Manufacturer = "ZZ Ultrasound", ManufacturerModelName = "ONE" }
counter_example = { Manufacturer = "ZZ Ultrasound", ManufacturerModelName = "Two" }
date = 2026-11-20
author = "ZZ-SENTINEL-AUTHOR"
"""
DEVICE = Facts({"Manufacturer": ("ZZ Ultrasound",), "ManufacturerModelName": ("one plus",)})


def write(folder: Path, text: str = SOURCE + RULE, name: str = "zz.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_matching_rule_gives_its_boxes_with_its_id_as_reference(tmp_path: Path) -> None:
    match = load_rules(write(tmp_path)).match(DEVICE, 480, 640)
    assert match.rules == ("zz-one-480x640",)
    assert match.regions == (
        Region(Box(0, 0, 640, 24), Act.MASK, Origin.RULE, "zz-one-480x640"),
        Region(Box(600, 0, 640, 24), Act.KEEP, Origin.RULE, "zz-one-480x640"),
    )
    assert match.reasons == ()


def test_a_known_device_in_a_size_no_rule_was_made_for_is_a_note_and_no_guess(tmp_path: Path) -> None:
    match = load_rules(write(tmp_path)).match(DEVICE, 960, 1280)
    assert match.regions == ()
    assert [reason.code for reason in match.reasons] == [ReasonCode.SIZE_NOT_IN_RULE]
    assert "zz-one-480x640" in match.reasons[0].detail


def test_an_unknown_device_is_no_match_and_no_note(tmp_path: Path) -> None:
    match = load_rules(write(tmp_path)).match(Facts({"Manufacturer": ("Other",)}), 480, 640)
    assert (match.regions, match.rules, match.reasons) == ((), (), ())


def test_every_rule_that_matches_counts(tmp_path: Path) -> None:
    second = RULE.replace("zz-one-480x640", "zz-any").replace("[[0, 0, 640, 24]]", "[[0, 460, 640, 480]]")
    second = second.replace('"One", "One Plus"', '"One Plus", "ONE"')
    match = load_rules(write(tmp_path, SOURCE + RULE + second)).match(DEVICE, 480, 640)
    assert match.rules == ("zz-any", "zz-one-480x640")
    assert {region.box for region in match.regions if region.act is Act.MASK} == {
        Box(0, 0, 640, 24),
        Box(0, 460, 640, 480),
    }


@pytest.mark.parametrize(
    "found, put, message",
    [
        ('frames = "all"', "colour = 3", "unknown: colour"),
        ('frames = "all"', 'frames = "first"', "frames"),
        ('author = "ZZ-SENTINEL-AUTHOR"', "", "missing: author"),
        ("[[0, 0, 640, 24]]", "[]", "mask"),
        ("[[0, 0, 640, 24]]", "[[0, 24, 640, 24]]", "not a box"),
        ("[[0, 0, 640, 24]]", "[[640, 0, 0, 24]]", "not a box"),
        ("[[0, 0, 640, 24]]", "[[0, 0, 641, 24]]", "outside 480 rows x 640 columns"),
        ("[[0, 0, 640, 24]]", "[[0, 0, 640.0, 24]]", "ints"),
        ("[[0, 0, 640, 24]]", "[[0, 0, 640]]", "a box is"),
        ("rows = 480", "rows = 0", "rows"),
        ('prefix = "ZZ", case = "ignore"', 'prefix = "ZZ"', "missing: case"),
        ('prefix = "ZZ"', 'prefix = ""', "prefix"),
        ('prefix = "ZZ"', 'regex = "Z("', "not a regular expression"),
        ('prefix = "ZZ"', 'regex = "Z*"', "matches anything"),
        ('prefix = "ZZ"', 'prefix = "ZZ", equals = "ZZ"', "exactly one of"),
        ('attribute = "Manufacturer"', 'attribute = "Manfacturer"', "Manfacturer"),
        ('attribute = "Manufacturer"', 'attribute = "PatientName"', "PatientName"),
        ('attribute = "Manufacturer"', 'attribute = "Rows"', "Rows"),
        ('["own"]', '["other"]', "source.other"),
        (
            '{ Manufacturer = "ZZ Ultrasound", ManufacturerModelName = "ONE" }',
            '{ Manufacturer = "ZZ" }',
            "example does",
        ),
        ('ManufacturerModelName = "Two"', 'ManufacturerModelName = "One"', "counter example matches"),
        ("date = 2026-11-20", 'date = "yesterday"', "date"),
    ],
)
def test_a_rule_that_is_wrong_stops_the_run_and_is_named(tmp_path: Path, found: str, put: str, message: str) -> None:
    assert found in RULE
    write(tmp_path, SOURCE + RULE.replace(found, put, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_rules(tmp_path)
    assert "zz.toml" in str(caught.value)
    assert "zz-one-480x640" in str(caught.value)
    assert message in str(caught.value)


def test_an_id_that_is_there_twice_is_an_error_over_all_files(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, name="zz2.toml")
    with pytest.raises(ConfigurationError, match="the same id"):
        load_rules(tmp_path)


def test_a_folder_that_is_not_there_is_an_error_and_not_an_empty_rule_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file or folder"):
        load_rules(tmp_path / "absent")


def test_the_digest_follows_the_content_and_not_the_layout(tmp_path: Path) -> None:
    digests = []
    for number, text in enumerate([SOURCE + RULE, "# a comment\n" + SOURCE + RULE, SOURCE + RULE.replace("24", "25")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        digests.append(load_rules(write(folder, text, f"{number}.toml")).digest)
    assert digests[0] == digests[1] != digests[2]


def test_a_rule_set_travels_to_a_worker_process(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path))
    there = pickle.loads(pickle.dumps(rules))
    assert there == rules
    assert there.match(DEVICE, 480, 640) == rules.match(DEVICE, 480, 640)


MODELS = ["One", "one plus", "ONE", " One ", "Two", ""]


@given(st.lists(st.sampled_from(MODELS), max_size=2), st.sampled_from(["ZZ", "zz medical", "Y ZZ"]))
def test_the_index_finds_what_the_conditions_alone_would_find(models: list[str], maker: str) -> None:
    rules = load_rules(resources.rules("devices"))
    facts = Facts({"ManufacturerModelName": tuple(models), "Manufacturer": (maker,), "Modality": ("US",)})
    expected = {rule.id for rule in rules.rules if rule.device.holds(facts)}
    for rows, columns in {(rule.rows, rule.columns) for rule in rules.rules}:
        sized = {
            rule.id for rule in rules.rules if rule.id in expected and (rule.rows, rule.columns) == (rows, columns)
        }
        assert set(rules.match(facts, rows, columns).rules) == sized


def test_the_shipped_rules_load_and_name_their_sources() -> None:
    rules = load_rules(resources.rules("devices"))
    assert len(rules.rules) >= 12
    assert "ManufacturerModelName" in rules.keywords
    notice = resources.rules("devices", "NOTICE.md").read_text(encoding="utf-8")
    for source in {source for rule in rules.rules for source in rule.sources}:
        assert source.licence.startswith(("Apache-2.0", "MIT", "RSNA"))
        assert source.url.split()[0].removeprefix("https://") in notice


@pytest.mark.parametrize(
    "maker, model, rows, columns",
    [
        ("GE Healthcare", "LOGIQE9", 720, 960),
        ("Philips Medical Systems", "EPIQ 5G", 768, 1024),
        ("SIEMENS", "S2000", 768, 1024),
        ("TOSHIBA_MEC", "Xario", 600, 800),
        ("SonoSite, Inc.", "Turbo", 480, 640),
    ],
)
def test_a_shipped_rule_masks_the_banner_of_a_common_device(maker: str, model: str, rows: int, columns: int) -> None:
    facts = Facts({"Modality": ("US",), "Manufacturer": (maker,), "ManufacturerModelName": (model,)})
    match = load_rules(resources.rules("devices")).match(facts, rows, columns)
    assert any(region.box.top == 0 and region.box.left == 0 for region in match.regions)
