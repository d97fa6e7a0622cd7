"""What a delivery leaves in OUT and in the store."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pixelclean.delivery import Delivery
from pixelclean.errors import ConfigurationError
from pixelclean.outcome import Reason
from pixelclean.outcome import held as held_result
from pixelclean.reasons import ReasonCode
from pixelclean.store import held, results
from pixelclean.store.records import Ended

ONE, TWO = b"one", b"two"


def lines(project: Any) -> list[dict[str, Any]]:
    with project.open_store() as store:
        results.export(store)
    return [json.loads(line) for line in (project.root / "results.jsonl").read_text().splitlines()]


def test_a_released_file_lies_at_its_place_and_nowhere_else(project: Any) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, project.released(source, preview=b"png")))
    assert project.files_in_out() == {project.place_of(ONE): b"clean:one"}
    assert not list((project.root / "spool").iterdir())
    assert (project.root / "previews" / f"{project.sha(ONE)}.png").read_bytes() == b"png"


def test_a_spooled_file_that_changed_after_its_proof_is_not_placed(project: Any) -> None:
    source = project.input("a", ONE)

    def act(delivery: Delivery) -> None:
        result = project.released(source)
        (project.root / "spool" / result.output.spool_name).write_bytes(b"something else")
        record = delivery.deliver(source, result)
        assert (record.outcome, record.codes) == (Ended.QUARANTINED, (ReasonCode.NOT_DELIVERED,))

    project.deliver(act)
    assert project.files_in_out() == {}
    assert (project.root / "quarantine" / project.sha(ONE) / "original.dcm").read_bytes() == ONE


def test_a_file_that_is_no_longer_proven_is_withdrawn(project: Any) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, project.released(source, preview=b"png")))
    project.deliver(lambda d: d.deliver(source, project.held(source, ReasonCode.FAINT_TEXT)), project.later)
    assert project.files_in_out() == {}
    assert not any(project.out.iterdir()), "empty folders go with it"
    assert not list((project.root / "previews").iterdir())
    (line,) = lines(project)
    assert (line["outcome"], line["output"], line["policy"]) == ("queued", None, "policy-2")


def test_a_held_original_goes_when_a_later_run_releases_the_file(project: Any) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, project.held(source, ReasonCode.FAINT_TEXT)))
    assert (project.root / "queue" / project.sha(ONE)).is_dir()
    project.deliver(lambda d: d.deliver(source, project.released(source)), project.later)
    assert not list((project.root / "queue").iterdir())
    assert project.place_of(ONE) in project.files_in_out()


def test_a_held_item_says_why_and_shows_the_plan_but_not_where_it_came_from(project: Any) -> None:
    source = project.input("Sentinel^Zoe", ONE)
    project.deliver(lambda d: d.deliver(source, project.held(source, ReasonCode.FAINT_TEXT)))
    folder = project.root / "queue" / project.sha(ONE)
    assert "Sentinel" not in (folder / "item.json").read_text()
    item = held.load(folder)
    assert item.reasons == (Reason(ReasonCode.FAINT_TEXT),)
    assert item.plan is not None
    assert item.plan.regions == project.held(source, ReasonCode.FAINT_TEXT).plan.regions
    assert source.samefile(folder / "original.dcm"), "a hard link costs nothing"


def test_an_approved_original_can_be_worked_on_from_where_it_is_held(project: Any) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, project.held(source, ReasonCode.FAINT_TEXT)))
    source.unlink()
    kept = project.root / "queue" / project.sha(ONE) / "original.dcm"
    again = project.held(kept, ReasonCode.TEXT_LEFT)
    project.deliver(lambda d: d.deliver(source, again, original=kept), project.later)
    assert kept.read_bytes() == ONE
    project.deliver(lambda d: d.deliver(source, project.released(kept), original=kept), project.later)
    assert not kept.exists()
    assert [line["source"] for line in lines(project)] == [str(source)]


def test_an_input_that_changed_while_it_was_worked_on_is_not_held_under_a_wrong_name(project: Any) -> None:
    source = project.input("a", ONE)
    result = project.held(source, ReasonCode.FAINT_TEXT)
    source.write_bytes(TWO)
    project.deliver(lambda d: d.deliver(source, result))
    item = held.load(project.root / "quarantine" / project.sha(ONE))
    assert item.original is None
    assert ReasonCode.NOT_DELIVERED in [reason.code for reason in item.reasons]


def test_a_changed_input_takes_its_old_output_with_it(project: Any) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    source.write_bytes(TWO)
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    assert project.files_in_out() == {project.place_of(TWO): b"clean:two"}


def test_the_same_bytes_twice_share_one_output(project: Any) -> None:
    first, second = project.input("a", ONE), project.input("b", ONE)

    def act(delivery: Delivery) -> None:
        for source, cleaned in ((second, b"clean 1"), (first, b"clean 2")):
            delivery.deliver(source, project.released(source, cleaned))

    project.deliver(act)
    assert project.files_in_out() == {project.place_of(ONE): b"clean 1"}
    one, two = lines(project)
    assert one["output"] == two["output"]
    assert [one["reasons"], two["reasons"]] == [[], [{"code": "same-file-again", "detail": ""}]]


def test_an_output_stays_while_another_input_with_the_same_bytes_still_releases_it(project: Any) -> None:
    first, second = project.input("a", ONE), project.input("b", ONE)

    def act(delivery: Delivery) -> None:
        delivery.deliver(first, project.released(first))
        delivery.deliver(second, project.released(second))
        delivery.deliver(second, project.held(second, ReasonCode.TIMED_OUT))
        assert project.files_in_out() == {project.place_of(ONE): b"clean:one"}
        delivery.deliver(first, project.held(first, ReasonCode.TIMED_OUT))

    project.deliver(act)
    assert project.files_in_out() == {}


def test_a_stricter_verdict_on_the_same_bytes_holds_for_an_input_of_an_earlier_run(project: Any) -> None:
    first, second = project.input("a", ONE), project.input("b", ONE)
    project.deliver(lambda d: d.deliver(first, project.released(first)))
    project.deliver(lambda d: d.deliver(second, project.held(second, ReasonCode.FAINT_TEXT)), project.later)
    assert project.files_in_out() == {}
    assert [line["outcome"] for line in lines(project)] == ["queued", "queued"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_different_files_with_one_sop_instance_uid_are_both_placed_and_both_say_so(project: Any, order: Any) -> None:
    sources = (project.input("a", ONE), project.input("b", TWO))

    def act(delivery: Delivery) -> None:
        for index in order:
            delivery.deliver(sources[index], project.released(sources[index], instance="pseudonym"))

    project.deliver(act)
    assert len(project.files_in_out()) == 2
    codes = [[reason["code"] for reason in line["reasons"]] for line in lines(project)]
    assert codes == [["shared-sop-instance-uid"]] * 2
    project.deliver(lambda d: d.deliver(sources[1], project.released(sources[1], instance="another")))
    assert [line["reasons"] for line in lines(project)] == [[], []], "a note that is no longer true goes"


def test_a_file_that_pixelclean_did_not_place_is_never_overwritten(project: Any) -> None:
    source = project.input("a", ONE)
    strange = project.out / project.place_of(ONE)
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"somebody's")
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    assert strange.read_bytes() == b"somebody's"
    (line,) = lines(project)
    assert (line["outcome"], line["reasons"][0]["code"]) == ("quarantined", "not-delivered")


def test_a_link_inside_out_does_not_lead_the_placing_out_of_it(project: Any, tmp_path: Path) -> None:
    source, elsewhere = project.input("a", ONE), tmp_path / "elsewhere"
    elsewhere.mkdir()
    project.out.mkdir()
    (project.out / "pat").symlink_to(elsewhere)
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    assert not list(elsewhere.iterdir())
    assert lines(project)[0]["outcome"] == "quarantined"


@pytest.mark.parametrize("place", ["../up.dcm", "/abs.dcm", "pat/../../up.dcm", ".hidden/a.dcm", "a//../b"])
def test_a_place_that_leads_elsewhere_is_refused(project: Any, place: str) -> None:
    source = project.input("a", ONE)

    def act(delivery: Delivery) -> None:
        result = project.released(source)
        delivery.deliver(source, replace(result, output=replace(result.output, place=PurePosixPath(place))))

    project.deliver(act)
    assert project.files_in_out() == {}
    assert lines(project)[0]["reasons"][0]["code"] == "not-delivered"


@pytest.mark.parametrize("name", ["../ledger.sqlite", "", "..", "/etc/hostname"])
def test_a_spool_name_that_leads_elsewhere_is_refused(project: Any, name: str) -> None:
    source = project.input("a", ONE)

    def act(delivery: Delivery) -> None:
        result = project.released(source)
        delivery.deliver(source, replace(result, output=replace(result.output, spool_name=name)))

    project.deliver(act)
    assert project.files_in_out() == {}
    assert (project.root / "ledger.sqlite").exists()


def test_a_result_of_another_policy_is_not_released(project: Any) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, replace(project.released(source), policy="looser")))
    assert project.files_in_out() == {}


def test_what_is_done_is_not_done_again_until_something_changes(project: Any) -> None:
    source, digest = project.input("a", ONE), project.sha(ONE)
    seen: list[bool] = []

    def look(delivery: Delivery) -> None:
        seen.append(delivery.done(source, digest) is not None)

    def act(delivery: Delivery) -> None:
        look(delivery)
        delivery.start(source)
        look(delivery)
        delivery.deliver(source, project.released(source))
        look(delivery)
        assert delivery.done(source, project.sha(TWO)) is None

    project.deliver(act)
    project.deliver(look)
    project.deliver(look, project.later)
    (project.out / project.place_of(ONE)).write_bytes(b"shorter")
    project.deliver(look)
    assert seen == [False, False, True, True, False, False]


def test_what_is_done_is_done_again_when_more_is_known_of_its_study(project: Any) -> None:
    source, held_one = project.input("a", ONE), project.input("b", TWO)

    def act(delivery: Delivery) -> None:
        delivery.deliver(source, project.released(source), siblings="study-1")
        delivery.deliver(held_one, project.held(held_one, ReasonCode.FAINT_TEXT), siblings="study-1")

    def ask(delivery: Delivery) -> None:
        for path, content in ((source, ONE), (held_one, TWO)):
            assert delivery.done(path, project.sha(content), "study-1")
            assert not delivery.done(path, project.sha(content), "study-2")
            assert not delivery.done(path, project.sha(content))

    project.deliver(act)
    project.deliver(ask)


def test_more_knowledge_of_the_study_holds_for_every_input_with_the_same_bytes(project: Any) -> None:
    first, second = project.input("a", ONE), project.input("b", ONE)

    def deliver(path: Path, cleaned: bytes, siblings: str) -> None:
        project.deliver(lambda d: d.deliver(path, project.released(path, cleaned), siblings=siblings))

    deliver(first, b"with the name", "study-1")
    deliver(second, b"with the name", "study-1")
    deliver(second, b"without the name", "study-2")
    assert set(project.files_in_out().values()) == {b"without the name"}
    found: list[object] = []
    project.deliver(lambda d: found.extend(d.done(path, project.sha(ONE), "study-2") for path in (first, second)))
    assert len(found) == 2 and None not in found


def test_a_held_file_is_done_as_long_as_its_original_is_kept(project: Any) -> None:
    source, digest = project.input("a", ONE), project.sha(ONE)
    project.deliver(lambda d: d.deliver(source, project.held(source, ReasonCode.FAINT_TEXT)))

    def done(delivery: Delivery) -> None:
        assert delivery.done(source, digest)
        (project.root / "queue" / digest / "item.json").unlink()
        assert delivery.done(source, digest) is None

    project.deliver(done)


def test_starting_over_withdraws_everything(project: Any) -> None:
    one, two = project.input("a", ONE), project.input("b", TWO)

    def act(delivery: Delivery) -> None:
        delivery.deliver(one, project.released(one, preview=b"png"))
        delivery.deliver(two, project.held(two, ReasonCode.UNDECODABLE))

    project.deliver(act)
    project.deliver(lambda d: d.start_over())
    assert project.files_in_out() == {}
    assert lines(project) == []
    for name in ("queue", "quarantine", "previews", "spool"):
        assert not list((project.root / name).iterdir())


def test_skipped_inputs_have_a_line_too(project: Any) -> None:
    source = project.input("notes.txt", b"text")
    project.deliver(lambda d: d.skip(source, (Reason(ReasonCode.NOT_DICOM),)))
    (line,) = lines(project)
    assert (line["outcome"], line["output"], line["proof"]) == ("skipped", None, None)


def test_an_unreadable_input_is_quarantined_without_an_original(project: Any) -> None:
    source = project.base / "gone"
    project.deliver(lambda d: d.deliver(source, held_result("", (Reason(ReasonCode.UNREADABLE),))))
    (folder,) = (project.root / "quarantine").iterdir()
    assert held.load(folder).original is None
    source.write_bytes(ONE)
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    assert not list((project.root / "quarantine").iterdir())


def test_an_output_that_cannot_be_withdrawn_stops_the_run(project: Any, tmp_path: Path) -> None:
    source = project.input("a", ONE)
    project.deliver(lambda d: d.deliver(source, project.released(source)))
    (project.out / "pat").rename(tmp_path / "moved")
    (project.out / "pat").symlink_to(tmp_path / "moved")
    with pytest.raises(ConfigurationError, match="withdrawn"):
        project.deliver(lambda d: d.deliver(source, project.held(source, ReasonCode.FAINT_TEXT)), project.later)


def test_a_path_that_is_no_utf8_and_one_with_a_line_feed_have_their_lines(project: Any) -> None:
    for name in (b"caf\xe9", b"two\nlines"):
        source = project.input(os.fsdecode(name), name)
        project.deliver(lambda d, source=source: d.deliver(source, project.released(source)))
    assert [line["outcome"] for line in lines(project)] == ["released", "released"]


def test_outputs_are_as_accessible_as_out_and_private_files_are_the_owners(project: Any) -> None:
    source = project.input("a", ONE)
    project.out.mkdir(mode=0o750)
    project.deliver(lambda d: d.deliver(source, project.released(source, preview=b"png")))
    lines(project)
    assert stat.S_IMODE((project.out / project.place_of(ONE)).stat().st_mode) == 0o640
    private = [path for path in project.root.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
