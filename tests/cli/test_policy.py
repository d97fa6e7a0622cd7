"""What the command line says about policies is what the rules do."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from invented import CT, GREY, described, saved
from pydicom import DataElement
from pydicom.datadict import dictionary_VR

from pixelclean import resources
from pixelclean.cli import main
from pixelclean.header import table_rows
from pixelclean.header.annex_e.iod import Type, top_level, type_of
from pixelclean.heading import Deidentified
from pixelclean.pipeline import Cleaner
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


def test_the_statement_speaks_of_each_row_of_the_table() -> None:
    policy = Policy.load("basic")
    text = statement(policy)
    assert len({line.tag for line in lines(policy)}) == len(table_rows()) == 657
    assert all(row.name in text for row in table_rows())


BEFORE = {
    "00080201": "+0200",
    "DA": "20190711",
    "TM": "101112",
    "DT": "20190711101112",
    "UI": "1.2.3.4",
    "AS": "033Y",
    "PN": "Zzsomebody^Zoe",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_statement_says_of_each_attribute_what_becomes_of_it(name: str, cleaner: Cleaner) -> None:
    """One value at every attribute of the table that holds a text, a date, an age or a UID, cleaned with the policy."""
    policy = Policy.load(name)
    source = described(GREY, SOPClassUID=CT, SOPInstanceUID="1.2.3.4", StudyDate="20190711", PatientID="ZZ-1")
    told = {}
    for row, line in zip(table_rows(), lines(policy), strict=True):
        if (
            "x" in row.id
            or row.id == "private"
            or row.id < "0008"
            or (vr := dictionary_VR(int(row.id, 16))) not in {*BEFORE, "LO", "SH"}
        ):
            continue
        source.add_new(int(row.id, 16), vr, BEFORE.get(row.id, BEFORE.get(row.id, BEFORE.get(vr, _remark(row.id)))))
        told[int(row.id, 16)] = line.done[_place(type_of(top_level(CT), int(row.id, 16)))]
    assert len(told) > 300
    heading, saved_source = Deidentified(cleaner.key, policy), saved(source, "1.2.840.10008.1.2.1")
    after = heading.cleaned(saved_source, heading.identifiers(saved_source)).dataset
    for tag, word in told.items():
        assert MEANS[word.partition(",")[0]](after.get(tag), saved_source.dataset.get(tag)), (f"{tag:08X}", word)


def _remark(row: str) -> str:
    """A word for each row: equal ones would be taken for identifiers of each other."""
    return "zz" + row.lower().translate(str.maketrans("0123456789", "ghijklmnop"))


def _place(kind: Type) -> int:
    """The word of the statement that speaks of this Type."""
    return (Type.ONE, Type.TWO, Type.THREE, Type.UNDEFINED).index(
        {Type.ONE_C: Type.ONE, Type.TWO_C: Type.TWO}.get(kind, kind)
    )


def _gone(after: DataElement | None, _: DataElement) -> bool:
    return after is None


def _empty(after: DataElement | None, _: DataElement) -> bool:
    return after is not None and not after.value


def _other(after: DataElement | None, before: DataElement) -> bool:
    return after is not None and bool(after.value) and after.value != before.value


def _same(after: DataElement | None, before: DataElement) -> bool:
    return after is not None and after.value == before.value


def _gone_or_without_words(after: DataElement | None, before: DataElement) -> bool:
    return after is None or after.value != before.value


def _anything(after: DataElement | None, before: DataElement) -> bool:
    return True


MEANS = {
    "removed": _gone,
    "emptied": _empty,
    "dummy": _other,
    "new UID": _other,
    "pseudonym": _other,
    "shifted": _other,
    "kept if a time": _same,
    "kept": _same,
    "kept if a date": _same,
    "kept if published": _anything,
    "kept if well formed": _same,
    "cleaned": _gone_or_without_words,
    "by order": _anything,
}


def test_the_statement_holds_what_the_standard_asks_for() -> None:
    text = run("conformance", "research").output
    for section in (
        "Profile and options", "Referential integrity", "Inserted attributes", "How values are made", "Attributes of Table",
        "does not name", "Private attributes", "Encrypted Attributes", "Limits",
    ):  # fmt: skip
        assert f"{section}" in text
    assert "(7053,xx00) Philips PET Private Group" in text
    assert "113107" in text and "one shift a patient" in text


def test_options_given_one_by_one_all_count() -> None:
    shown = run(
        "conformance", "basic", "--options", "retain_uids", "--options", "deidentify:RetainInstitutionIdentityOption"
    )
    assert "retain uids (113110)" in shown.output and "retain institution identity (113112)" in shown.output


def test_the_statement_says_what_becomes_of_uids_and_ages() -> None:
    kept = run("conformance", "basic", "--options", "retain_uids").output
    assert "UIDs stay" in kept and "UIDs are 2.25" not in kept
    assert "worked out from birth and study date" in run("conformance", "quasi-identifiers").output
    assert "090Y in place of a birth date" in run("conformance", "pseudonymize").output


def test_no_age_is_said_to_be_inserted_where_an_order_takes_ages_away(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    options = 'options = ["retain_patient_characteristics"]\n[header.attributes]\nPatientBirthDate = "keep"\n'
    path.write_text(f"{HEAD}[header]\n{options}")
    assert "090Y in place of a birth date" in run("conformance", path).output
    path.write_text(f'{HEAD}[header]\n{options}PatientAge = "remove"\n')
    assert "in place of a birth date" not in run("conformance", path).output


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
