"""Headers that cannot be as they are, through the command line: nothing of them leaves, and each says why it stays."""

import re
from pathlib import Path

import pytest
from bad_files import (
    CT,
    REPORT,
    SEQUENCE_END,
    as_file,
    element,
    implicit,
    instance,
    item,
    open_item,
    open_sequence,
    sequence,
)
from project import Project, assert_only_proven_files_are_out, codes, contents

NAME = "Sentinel^Zoe"
PATIENT = element(0x00100010, "PN", NAME)


def nested(levels: int) -> bytes:
    inside = PATIENT
    for _ in range(levels):
        inside = sequence(0x00081140, item(inside))
    return inside


def of_id(identity: str, instance_number: int) -> bytes:
    """A report of the patient with this ID; each its own instance."""
    return instance(
        PATIENT,
        element(0x00080018, "UI", f"1.2.826.0.1.3680043.10.9999.2.{instance_number}"),
        element(0x00100020, "LO", identity),
        element(0x0008103E, "LO", f"CT {identity[:50]}"),
        sop_class=REPORT,
    )


IDENTITIES = ("../x", "../../../../etc/passwd", "/etc", "CON", "x" * 10_000, "A\\B", "A\x07B", "~", "", "..")
RELEASED = {
    **{f"id-{number}": of_id(identity, number) for number, identity in enumerate(IDENTITIES)},
    "padded": of_id("../x  ", 77),
    "japanese": instance(
        element(0x00080005, "CS", "ISO 2022 IR 87"),
        element(0x00100010, "PN", b"Sentinel^Zoe=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"),
        element(0x0008103E, "LO", b"CT \x1b$B;3EDB@O:\x1b(B"),
    ),
    "mojibake": instance(
        element(0x00080005, "CS", "ISO_IR 192"),
        element(0x00100010, "PN", "Sentinel^Zoe=山田^太郎".encode("shift_jis")),
        element(0x00081010, "SH", "山田太郎".encode("shift_jis")),
        element(0x0008103E, "LO", "CT 山田太郎".encode("shift_jis")),
    ),
    "unknown": instance(
        PATIENT,
        open_sequence(0x52009229, item(implicit(0x00100010, NAME), implicit(0x00081040, "Sentinel House")), vr="UN"),
        element(0x00091001, "LO", NAME),
        sequence(0x00191099, item(implicit(0x00100010, NAME)), vr="UN"),
    ),
    "wrong-vr": instance(
        element(0x00100010, "LO", NAME), element(0x00080020, "US", "20230105"), element(0x00080050, "FD", NAME + "    ")
    ),
    "dates": instance(
        PATIENT,
        element(0x00080020, "DA", "20231305"),
        element(0x00080022, "DA", "Sentinel"),
        element(0x00080030, "TM", "240000"),
        element(0x00100030, "DA", "0000"),
        element(0x00101010, "AS", "Zoe"),
        element(0x00101030, "DS", "Sentinel"),
    ),
}
QUARANTINED = {
    "undefined-term": (instance(element(0x00080005, "CS", "SENTINEL"), PATIENT), "unknown-character-set"),
    "twice": (instance(sequence(0x00400275, item(PATIENT, PATIENT))), "malformed"),
    "deep": (instance(nested(100)), "nested-too-deep"),
    "beyond": (as_file(element(0x00080016, "UI", CT) + element(0x00104000, "LT", NAME, 5000)), "truncated"),
    "open-bytes": (
        instance(PATIENT, element(0x00420011, "OB", open_item(PATIENT), 0xFFFFFFFF) + SEQUENCE_END),
        "malformed",
    ),
    "kind": (instance(PATIENT, sop_class="1.2.3.4"), "sop-class-refused"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """After a run by the policy that keeps most of the shipped ones."""
    made = Project.new(tmp_path_factory.mktemp("headers"))
    held = {name: data for name, (data, _) in QUARANTINED.items()}
    for name, data in (RELEASED | held).items():
        (made.inputs / f"{name}.dcm").write_bytes(data)
    done = made.clean("--policy", "pseudonymize")
    assert done.returncode == 4, done.stderr
    assert "sentinel" not in (done.stdout + done.stderr).lower()
    return made


@pytest.mark.parametrize("name", RELEASED)
def test_what_can_be_cleaned_is_released(project: Project, name: str) -> None:
    assert project.result(f"{name}.dcm")["outcome"] == "released"


@pytest.mark.parametrize("name", QUARANTINED)
def test_what_cannot_be_read_is_quarantined_with_its_code(project: Project, name: str) -> None:
    line = project.result(f"{name}.dcm")
    assert (line["outcome"], codes(line) - {"shared-sop-instance-uid"}) == ("quarantined", {QUARANTINED[name][1]})


def test_only_proven_files_are_out_at_places_that_no_header_names(project: Project) -> None:
    assert_only_proven_files_are_out(project)
    for place, data in project.outputs().items():
        assert re.fullmatch(r"[a-z2-7]+/[a-z2-7]+/[a-z2-7]+/[a-z2-7]+\.dcm", place)
        for left in (b"sentinel", b"passwd", b"../x", "山田".encode("shift_jis"), "山田".encode(), b";3ed"):
            assert left not in data.lower()


def test_nothing_was_written_beside_what_a_run_makes(project: Project) -> None:
    made = {path.split("/")[0] for path in contents(project.base)}
    assert made <= {"in", "out", "out-private", "key", "home", "tmp"}


def test_patients_have_a_folder_each_and_padding_makes_none(project: Project) -> None:
    folders = {
        name: project.result(f"{name}.dcm")["output"].split("/")[0] for name in RELEASED if name.startswith("id-")
    }
    assert len(set(folders.values())) == len(IDENTITIES)
    assert project.result("padded.dcm")["output"].split("/")[0] == folders["id-0"]


def test_results_and_report_quote_nothing(project: Project) -> None:
    for name in ("results.jsonl", "report.html"):
        assert "sentinel" not in (project.store / name).read_text("utf-8").lower()


@pytest.mark.parametrize("attribute, order", [("PatientNam", '"keep"'), ("PatientWeight", '{ value = "heavy" }')])
def test_a_wrong_order_stops_the_run_before_its_first_file(
    tmp_path: Path, sample_data: Path, attribute: str, order: str
) -> None:
    project = Project.new(tmp_path)
    (project.inputs / "1.dcm").write_bytes((sample_data / "sr-report.dcm").read_bytes())
    policy = tmp_path / "wrong.toml"
    policy.write_text(
        f'name = "wrong"\nversion = "1"\nauthor = "a"\napprover = "b"\n[header.attributes]\n{attribute} = {order}\n'
    )
    commands = (
        project.clean("--policy", policy),
        project.run("policy", "check", policy),
    )
    for done in commands:
        assert (done.returncode, attribute in done.stderr) == (1, True), done.stderr
    assert not project.out.exists() and not project.store.exists()
