"""What the command line says about policies is what the rules do."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pixelclean import resources
from pixelclean.cli import main
from pixelclean.header import rules_of, table_rows
from pixelclean.header.annex_e.iod import Type
from pixelclean.policy import Policy
from pixelclean.statement import lines, statement

HEAD = 'name = "site"\nversion = "1"\nauthor = "a"\napprover = "b"\n'
SHIPPED = sorted(path.stem for path in resources.rules("policies").glob("*.toml"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_shipped_policies_are_listed_with_what_they_claim() -> None:
    shown = run("policy", "list")
    assert shown.exit_code == 0
    assert all(name in shown.output for name in SHIPPED)
    assert SHIPPED == ["basic", "pseudonymize", "quasi-identifiers", "research", "teaching"]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_policy_is_whole_and_says_whether_it_is_the_profile(name: str) -> None:
    shown = run("policy", "check", name)
    assert shown.exit_code == 0
    assert ("no 113100" in shown.output) == (name == "pseudonymize")
    assert Policy.load(name).digest in shown.output


def test_a_policy_with_an_impossible_order_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    head = 'name = "site"\nversion = "1"\nauthor = "a"\napprover = "b"\n[header.attributes]\n'
    for order, named in [
        ('SOPInstanceUID = "keep"', "SOPInstanceUID"),
        ('PixelData = "keep"', "PixelData"),
        ('NoSuchAttribute = "keep"', "NoSuchAttribute"),
        ("StudyDescription = { bin = 5 }", "StudyDescription"),
        ('"0009,0010" = "keep"', "0009,0010"),
        ('StudyDate = "derive"', "StudyDate"),
        ('PatientID = "remove"\n"0010,0020" = "empty"', "0010,0020"),
    ]:
        path.write_text(head + order)
        shown = run("policy", "check", path)
        assert shown.exit_code == 1 and named in shown.output


@pytest.mark.parametrize("name", SHIPPED)
def test_the_statement_says_for_each_attribute_what_the_rules_do(name: str) -> None:
    policy = Policy.load(name)
    rules, text = rules_of(policy.header), statement(policy)
    told = {line.tag.replace(",", ""): line for line in lines(policy)}
    assert len(told) == len(table_rows()) == 657
    for row in table_rows():
        assert row.name in text
        if "x" in row.id or row.id == "private":
            continue
        words = {rules.for_type(int(row.id, 16), kind).action.name for kind in (Type.ONE, Type.TWO, Type.THREE)}
        assert (len(words) == 1) or " / " in told[row.id].short


def test_the_statement_holds_what_the_standard_asks_for() -> None:
    text = run("conformance", "research").output
    for section in (
        "Profile and options", "Referential integrity", "Inserted attributes", "How values are made", "Attributes of Table",
        "does not name", "Private attributes", "Encrypted Attributes", "Limits",
    ):  # fmt: skip
        assert f"{section}" in text
    assert "(7053,xx00) Philips PET Private Group" in text
    assert "113107" in text and "one shift a patient" in text


def test_options_are_added_and_named(tmp_path: Path) -> None:
    out = tmp_path / "statement.md"
    shown = run("conformance", "basic", "--options", "deidentify:RetainUIDsOption", "--out", out)
    assert shown.exit_code == 0
    assert "retain uids (113110)" in out.read_text() and "basic+options" in out.read_text()


@pytest.mark.parametrize(
    "given,says",
    [
        ("113102", "Recognizable Visual Features"),
        ("retain_full_dates,retain_modified_dates", "exclude"),
        ("deidentify:RetainEverythingOption", "RetainEverythingOption"),
    ],
)
def test_an_option_that_cannot_be_is_a_clear_error(given: str, says: str) -> None:
    shown = run("policy", "show", "basic", "--options", given)
    assert shown.exit_code == 1 and says in shown.output


def test_what_a_policy_does_to_one_file_is_explained_with_its_options(sample_data: Path) -> None:
    removed = run("explain", sample_data / "ct-plain.dcm")
    kept = run("explain", sample_data / "ct-plain.dcm", "--options", "113106")
    assert "retain_full_dates" in kept.output and "retain_full_dates" not in removed.output


def cells(shown: Result, name: str) -> str:
    """The lines of a policy in a table, in one."""
    lines = shown.output.splitlines()
    first = next(number for number, line in enumerate(lines) if line.split()[:1] == [name])
    rest = [line for line in lines[first + 1 :] if line.startswith("   ")]
    return " ".join(" ".join((lines[first], *rest[:3])).split())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_code_of_pixels_is_claimed_where_they_were_proven_and_everything_says_so(name: str) -> None:
    for shown in (
        cells(run("policy", "list"), name),
        run("policy", "show", name).output,
        run("policy", "check", name).output,
    ):
        assert "113101 (proven pixels)" in shown
    assert "113101 (proven pixels)" in run("conformance", name).output


def test_a_policy_that_does_not_clean_pixels_does_not_claim_to(tmp_path: Path) -> None:
    path = tmp_path / "headers.toml"
    path.write_text(f"{HEAD}[header]\noptions = []\n")
    shown = run("policy", "check", path)
    assert "claims 113100," in shown.output and "113101" not in shown.output


@pytest.mark.parametrize(
    "settings, dates",
    [
        ("", "dates       removed"),
        ('options = ["113106"]', "dates       kept"),
        (
            'options = ["113107"]\nlongest_shift_days = 50',
            "dates       moved; one shift a patient in days, at most 50 days",
        ),
        (
            'longest_shift_days = 50\n[header.attributes]\nStudyDate = "clean"',
            "dates       removed, those that an order cleans are moved; one shift a patient in days, at most 50 days",
        ),
    ],
)
def test_a_shift_is_told_where_something_moves(tmp_path: Path, settings: str, dates: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f"{HEAD}[header]\n{settings}\n")
    assert dates in run("policy", "show", path).output.splitlines()


def test_every_policy_is_checked_and_the_worst_one_decides_the_exit_code(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text('name = "site"\nauthor = "a"\napprover = "b"\n')
    second.write_text(f'{HEAD}[header.attributes]\nPixelData = "keep"\n')
    shown = run("policy", "check", first, "basic", second, "absent", "research")
    assert shown.exit_code == 1
    assert [line.split(":")[0] for line in shown.stdout.splitlines()] == ["basic", "research"]
    assert len(shown.stderr.splitlines()) == 3
    assert all(name in shown.stderr for name in ("first.toml", "second.toml", "no policy absent"))
    assert run("policy", "check", "basic", "research").exit_code == 0


@pytest.mark.parametrize(
    "text, says",
    [
        ('name = "site"\nauthor = "a"\napprover = "b"\n', "version is missing"),
        ('name = "site"\nauthor = "a"\n', "version and approver are missing"),
        (
            "[HEAD]colour = 1\n",
            "colour is unknown: a policy has name, version, author, approver, header, pixel and limits",
        ),
        ("[HEAD][limits]\nsecond = 1\nday = 2\n", "day and second are unknown: [limits] has file_bytes, "),
    ],
)
def test_what_is_missing_or_unknown_in_a_policy_is_said_in_words(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text.replace("[HEAD]", HEAD))
    shown = run("policy", "check", path)
    assert shown.exit_code == 1
    assert says in shown.output and "['" not in shown.output


def test_the_prefix_of_dcm4chee_may_stand_at_any_option() -> None:
    for given in (
        "retain_uids,deidentify:RetainDeviceIdentityOption",
        "deidentify:RetainUIDsOption, deidentify:RetainDeviceIdentityOption",
        "deidentify:RetainDeviceIdentityOption,113110",
    ):
        shown = run("policy", "show", "basic", "--options", given)
        assert "options     clean_pixel_data, retain_device_identity, retain_uids" in shown.output.splitlines()


def test_a_statement_replaces_an_earlier_one_only_on_demand(tmp_path: Path) -> None:
    out = tmp_path / "statement.md"
    out.write_text("signed by somebody")
    refused = run("conformance", "basic", "--out", out)
    assert refused.exit_code == 1
    assert "--force" in refused.output and out.read_text() == "signed by somebody"
    assert run("conformance", "basic", "--out", out, "--force").exit_code == 0
    assert out.read_text() == run("conformance", "basic").output
