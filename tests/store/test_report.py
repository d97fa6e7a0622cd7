"""The report for people: everything counted, nothing identifying, nothing fetched."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pixelclean.delivery import Delivery
from pixelclean.outcome import Image, Reason
from pixelclean.proof import Proof
from pixelclean.reasons import End, ReasonCode
from pixelclean.store import report
from pixelclean.store.advice import advice_for
from pixelclean.store.figures import SHEET, gather
from pixelclean.store.records import Ended, Record, State

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def rendered(project: Any) -> str:
    one, two, three = (project.input(f"Sentinel^Zoe-{name}", name.encode()) for name in ("a", "b", "c"))

    def act(delivery: Any) -> None:
        delivery.deliver(one, project.released(one, preview=PNG))
        delivery.deliver(two, project.held(two, ReasonCode.FAINT_TEXT))
        delivery.skip(three, (Reason(ReasonCode.NOT_DICOM),))

    project.deliver(act)
    with project.open_store() as store:
        report.write(store)
    return (project.root / "report.html").read_text()


def test_the_report_names_no_input_and_fetches_nothing(project: Any) -> None:
    page = rendered(project)
    assert "Sentinel" not in page
    assert str(project.base) not in page
    links = re.findall(r'(?:src|href)="([^"]{0,30})', page)
    assert links
    assert all(link.startswith("data:image/png;base64") for link in links)
    assert "<script" not in page


def test_the_report_says_what_happened_and_what_to_do(project: Any) -> None:
    page = rendered(project)
    for code in (ReasonCode.FAINT_TEXT, ReasonCode.NOT_DICOM):
        assert code.words in page
        assert advice_for(code) in page
    assert project.sha(b"b")[:12] in page
    assert 'class="mask"' in page, "the mask is drawn over the released frame"


def test_a_report_of_an_empty_store_and_of_a_run_that_goes_on_can_be_made(project: Any) -> None:
    with project.open_store() as store:
        assert "Nothing was held" in report.render(store)
    with project.open_store() as store:
        delivery = Delivery.open(store, project.key, project.run)
        assert "not finished" in report.render(store)
        delivery.close()


def test_every_tag_of_the_report_is_closed(project: Any) -> None:
    opened: list[str] = []
    void = {"meta", "br"}

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            if tag not in void:
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Balance().feed(rendered(project))
    assert opened == []


def test_the_contact_sheet_has_room_for_every_modality_and_counts_the_rest() -> None:
    records = [
        Record(f"s{n}", f"{n:064}", State.FINISHED, Ended.RELEASED, image=Image("CT" if n % 50 else "US", "", 9, 9, 1))
        for n in range(200)
    ]
    figures = gather(records, frozenset(record.digest for record in records), run=0)
    assert len(figures.sheet) == SHEET
    shown = [record.image.modality for record in figures.sheet if record.image]
    assert shown.count("US") == 4
    assert figures.not_shown == 200 - SHEET


def test_images_are_counted_by_what_became_of_their_pixels_and_objects_without_pixels_are_not() -> None:
    kinds = {"masked": (100, False, 1), "cleared": (0, False, 1), "kept": (0, True, 7), "report": (0, True, 0)}
    records = [
        Record(
            name,
            name,
            State.FINISHED,
            Ended.RELEASED,
            proof=Proof(planned, 0, 0, 0, (), unchanged, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1", ""),
            image=Image("SR" if not frames else "US", "", 9 * bool(frames), 9 * bool(frames), frames),
        )
        for name, (planned, unchanged, frames) in kinds.items()
    ]
    figures = gather(records, frozenset(), run=0)
    assert (figures.masked, figures.cleared, figures.untouched) == (1, 1, 1)
    assert figures.not_shown == 3


@pytest.mark.parametrize("code", [code for code in ReasonCode if code.end is not End.NOTE])
def test_every_reason_that_holds_a_file_has_its_own_advice(code: ReasonCode) -> None:
    assert advice_for(code) not in {advice_for(other) for other in ReasonCode if other is not code} | {
        "An operator looks at it."
    } or code in {ReasonCode.TEXT_LEFT, ReasonCode.IDENTIFIER_READABLE}
