"""Text that stays: harmless lines are kept whole, and everything that is in any doubt is masked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from invented import GREY, LIMITS, ULTRASOUND, Frames, described, lettering, of, source_of, speckled, words_for

from pixelclean.detect import Display
from pixelclean.dicom import facts_of, open_frames
from pixelclean.examination import OpenImage
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers, harvest
from pixelclean.key import ProjectKey
from pixelclean.outcome import Released, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.pixels import make_plan
from pixelclean.policy import Policy, Removal
from pixelclean.reading import Sparing, revised, without_kept
from pixelclean.reasons import ReasonCode

ROWS, COLUMNS = 240, 480
NOBODY = Identifiers(frozenset(), frozenset())
HARMLESS, NAME = ("Depth 12 cm", 30, 40), ("SENTINEL", 30, 140)
Written = tuple[str, int, int]


@pytest.fixture(scope="module")
def sparing_cleaner() -> Cleaner:
    basic = Policy.load()
    return Cleaner.load(
        replace(basic, pixel=replace(basic.pixel, remove=Removal.IDENTIFYING_TEXT)), ProjectKey(bytes(range(32))), 2
    )


@pytest.fixture(scope="module")
def sparing(sparing_cleaner: Cleaner) -> Sparing:
    made = sparing_cleaner.examiner.sparing
    assert isinstance(made, Sparing)
    return made


def picture(*lines: Written, level: float = 0.9) -> np.ndarray:
    """Black with lines of 20 pixels, 0 to 1."""
    ink = [lettering(ROWS, COLUMNS, *line, 20) for line in lines] or [np.zeros((ROWS, COLUMNS), np.uint8)]
    return np.max(ink, axis=0) / 255 * level


def frames_of(*pictures: np.ndarray) -> Frames:
    form = of(GREY, rows=ROWS, columns=COLUMNS, frames=len(pictures))
    source = source_of(described(form), form, [words_for(each, form) for each in pictures])
    return open_frames(source.dataset, source.transfer_syntax, LIMITS)


def box_of(line: Written) -> Box:
    """The box that a detector gives: the letters and a margin."""
    rows, columns = np.nonzero(lettering(ROWS, COLUMNS, *line, 20))
    return Box(int(columns.min()) - 4, int(rows.min()) - 4, int(columns.max()) + 5, int(rows.max()) + 5)


def found(*lines: Written) -> list[Region]:
    return [Region(box_of(line), Act.MASK, Origin.DETECTOR, "network") for line in lines]


def kept(
    sparing: Sparing, frames: Frames, regions: list[Region], known: Identifiers = NOBODY, modality: str = "US"
) -> set[Box]:
    spared = sparing.spared(frames, Display(), modality, regions, known)
    assert {region for region in spared if region.act is Act.MASK} <= set(regions)
    boxes = {region.box for region in spared if region.act is Act.KEEP}
    stays = {region.box for region in regions if any(map(region.box.intersection, boxes))}
    assert {region.box for region in regions} - stays == {region.box for region in spared if region.act is Act.MASK}
    return stays


def test_a_harmless_line_is_kept_and_a_name_is_not(sparing: Sparing) -> None:
    frames = frames_of(picture(HARMLESS, NAME))
    assert kept(sparing, frames, found(HARMLESS, NAME)) == {box_of(HARMLESS)}
    (region,) = sparing.spared(frames, Display(), "US", found(HARMLESS), NOBODY)
    assert (region.origin, region.reference, region.frame) == (Origin.IDENTIFIER, "reading:depth", None)


def test_a_block_stays_whole_or_goes_whole(sparing: Sparing) -> None:
    below = ("SENTINEL", 30, 66)
    two = Region(Box(26, 36, 200, 96), Act.MASK, Origin.DETECTOR, "network")
    assert kept(sparing, frames_of(picture(HARMLESS, below)), [two]) == set()
    harmless = ("MI 1.2", 30, 66)
    assert kept(sparing, frames_of(picture(HARMLESS, harmless)), [two]) == {two.box}
    meeting = [Region(Box(26, 36, 60, 66), Act.MASK, Origin.DETECTOR, "network"), *found(HARMLESS)]
    assert kept(sparing, frames_of(picture(HARMLESS)), meeting) == {each.box for each in meeting}


def test_what_is_kept_is_the_ink_that_was_read_and_no_more_of_the_box_of_the_detector(sparing: Sparing) -> None:
    shown = picture(HARMLESS)
    wide = Region(Box(6, 20, 320, 90), Act.MASK, Origin.DETECTOR, "network")
    (region,) = sparing.spared(frames_of(shown), Display(), "US", [wide], NOBODY)
    rows, columns = np.nonzero(shown > 0.3)
    ink = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    assert region.act is Act.KEEP
    assert region.box.intersection(ink) == ink
    assert region.box.intersection(ink.grown(4)) == region.box


def dotted(left: int, top: int) -> np.ndarray:
    """SENTINEL as a dot-matrix printer has it: dots of one pixel, two pixels from each other, 0 or 1."""
    small = lettering(ROWS, COLUMNS, "SENTINEL", 0, 0, 10) > 90
    dots = np.zeros((ROWS, COLUMNS))
    rows, columns = np.nonzero(small[:14, :90])
    dots[top + 2 * rows, left + 2 * columns] = 1
    return dots


@pytest.mark.parametrize("level", [0.1, 0.25, 0.5])
@pytest.mark.parametrize(("left", "top"), [(160, 40), (30, 62)])
def test_dots_of_a_name_beside_a_harmless_line_mask_it(sparing: Sparing, level: float, left: int, top: int) -> None:
    frames = frames_of(np.maximum(picture(HARMLESS), level * dotted(left, top)))
    beside = Region(Box(26, 36, 360, 98), Act.MASK, Origin.DETECTOR, "network")
    assert kept(sparing, frames, [beside]) == kept(sparing, frames, found(HARMLESS)) == set()


def test_a_faint_name_behind_a_harmless_line_masks_it(sparing: Sparing) -> None:
    behind = lettering(ROWS, COLUMNS, "SENTINEL", 40, 47, 9) / 255
    for noise in (0, 0.016 * (np.random.default_rng(3).random((ROWS, COLUMNS)) < 0.05)):
        for level in (0.03, 0.16, 0.25):
            frames = frames_of(np.maximum(picture(HARMLESS), level * behind) + noise)
            assert kept(sparing, frames, found(HARMLESS)) == set()


def test_digits_and_letters_that_stand_far_apart_are_nobodys_number_or_name(sparing: Sparing) -> None:
    row: list[Written] = [(digit, 30 + 70 * place, 40) for place, digit in enumerate("12345")]
    word: list[Written] = [(letter, 30 + 70 * place, 140) for place, letter in enumerate("LARA")]
    frames = frames_of(picture(*row, *word))
    assert kept(sparing, frames, found(*row, *word)) == set()


def test_a_number_of_the_header_in_parts_masks_every_line_that_bears_one(sparing: Sparing) -> None:
    lines = (("Depth 12 cm", 30, 40), ("34 MHz", 30, 100), ("45 Hz", 30, 160))
    frames, known = frames_of(picture(*lines)), harvest(described(GREY, PatientName="", PatientID="ZZ123445"))
    assert kept(sparing, frames, found(*lines)) == {box_of(line) for line in lines}
    assert kept(sparing, frames, found(*lines), known) == set()


def test_what_a_rule_or_an_operator_masks_is_not_even_read(sparing: Sparing) -> None:
    frames = frames_of(picture(HARMLESS))
    for origin in (Origin.RULE, Origin.OPERATOR, Origin.IDENTIFIER):
        other = Region(Box(26, 30, 40, 50), Act.MASK, origin, "test")
        assert kept(sparing, frames, [*found(HARMLESS), other]) == set()


def test_a_line_is_kept_only_where_every_frame_is_harmless(sparing: Sparing) -> None:
    changed = [(f"Depth {depth} cm", 30, 40) for depth in (12, 15)]
    boxes = found(HARMLESS)
    assert kept(sparing, frames_of(*(picture(line) for line in changed)), boxes)
    assert (
        kept(sparing, frames_of(picture(HARMLESS), picture(("Depth LEM", 30, 40)), picture(HARMLESS)), boxes) == set()
    )
    assert kept(sparing, frames_of(picture(HARMLESS), picture()), boxes) == set()
    clock = [picture((f"Depth 1{number} cm", 30, 40)) for number in range(9)]
    assert kept(sparing, frames_of(*clock), boxes) == set()


def test_a_letter_that_nobody_found_beside_a_line_masks_it(sparing: Sparing) -> None:
    assert kept(sparing, frames_of(picture(HARMLESS, ("Z", 164, 40))), found(HARMLESS)) == set()


@pytest.mark.parametrize(
    ("line", "attributes"),
    [
        ("Depth 12 cm", {"PatientName": "Depth^Zoe"}),
        ("Depth 12 cm", {"PatientName": "Deptn^Zoe"}),
        ("Depth 12 cm", {"PatientID": "12"}),
        ("RT KIDNEY", {"PatientName": "Kidney^R"}),
        ("L", {"PatientName": "Sentinel^Lea"}),
        ("MI 1.2", {"PatientName": "Ivanova^Mia"}),
    ],
)
def test_a_line_that_resembles_an_identifier_of_the_file_is_masked(
    sparing: Sparing, line: str, attributes: dict[str, str]
) -> None:
    written = (line, 30, 40)
    frames, known = (
        frames_of(picture(written)),
        harvest(described(GREY, **{"PatientName": "", "PatientID": "", **attributes})),
    )
    assert kept(sparing, frames, found(written))
    assert kept(sparing, frames, found(written), known) == set()


def test_lines_that_only_together_are_an_identifier_are_masked(sparing: Sparing) -> None:
    lines = (("Kidney left", 30, 40), ("sagittal liver", 30, 140))
    frames = frames_of(picture(*lines))
    known = harvest(described(GREY, PatientName="Leftsag^Zoe", PatientID=""))
    alone = kept(sparing, frames, found(*lines), modality="SC")
    assert kept(sparing, frames, found(*lines), known, modality="SC") <= alone


def test_the_grammar_is_that_of_the_modality(sparing: Sparing) -> None:
    frames = frames_of(picture(HARMLESS))
    assert kept(sparing, frames, found(HARMLESS), modality="CT") == set()


def test_bare_numbers_stay_only_on_a_ruler(sparing: Sparing) -> None:
    ruler: list[Written] = [(str(10 * number), 300, 45 * number - 25) for number in range(1, 6)]
    stranger: Written = ("62", 60, 60)
    frames = frames_of(picture(*ruler, stranger))
    assert kept(sparing, frames, found(*ruler, stranger)) == {box_of(line) for line in ruler}
    assert kept(sparing, frames, found(*ruler[:3])) == set()
    assert kept(sparing, frames, found(stranger)) == set()


def test_the_second_look_sees_a_kept_place_as_even_and_all_else_as_it_is() -> None:
    frames = frames_of(picture(HARMLESS, NAME), picture(HARMLESS))
    keep = Region(box_of(HARMLESS), Act.KEEP, Origin.IDENTIFIER, "reading:depth")
    shown = without_kept(frames, [keep])
    assert len(shown) == 2
    assert (shown.format, shown.decoder, shown.digest(1)) == (frames.format, frames.decoder, frames.digest(1))
    assert not shown.frame(1).any()
    assert np.array_equal(shown.frame(0)[100:], frames.frame(0)[100:])
    assert frames.frame(1).any()
    assert without_kept(frames, found(HARMLESS)) is frames


def test_what_the_second_look_sees_beside_kept_text_takes_it_away() -> None:
    keep = Region(Box(10, 10, 60, 30), Act.KEEP, Origin.IDENTIFIER, "reading:depth")
    other = Region(Box(10, 110, 60, 130), Act.KEEP, Origin.IDENTIFIER, "reading:gain")
    seen = Region(Box(63, 20, 90, 40), Act.MASK, Origin.DETECTOR, "second-look")
    regions, fresh = revised([keep, other], [seen])
    assert set(fresh) == {seen, replace(keep, act=Act.MASK)}
    assert set(regions) == {other, *fresh}
    plan = make_plan(regions, of(GREY, rows=ROWS, columns=COLUMNS))
    assert plan.mask(0)[10:30, 10:60].all()
    assert not plan.mask(0)[110:130, 10:60].any()


def test_a_keep_of_the_reader_undoes_masks_of_the_detector_only() -> None:
    box, form = Box(10, 10, 60, 30), of(GREY, rows=ROWS, columns=COLUMNS)
    keep = Region(box, Act.KEEP, Origin.IDENTIFIER, "reading:depth")
    for origin in Origin:
        plan = make_plan([keep, Region(box, Act.MASK, origin, "test")], form)
        assert plan.masks_something == (origin is not Origin.DETECTOR)


def source_with(*lines: Written) -> tuple[object, np.ndarray]:
    form = of(GREY, rows=ROWS, columns=COLUMNS)
    shown = np.maximum(picture(*lines), np.where(np.arange(COLUMNS) > 330, speckled(ROWS, COLUMNS), 0))
    words = words_for(shown, form)
    return source_of(described(form, SOPClassUID=ULTRASOUND, Modality="US"), form, [words]), words


def test_a_file_leaves_with_its_harmless_text_and_says_what_is_true(sparing_cleaner: Cleaner, tmp_path: Path) -> None:
    source, words = source_with(HARMLESS, NAME)
    result = sparing_cleaner.clean(source, tmp_path)
    assert isinstance(result.outcome, Released), reasons_of(result.outcome)
    assert (ReasonCode.TEXT_KEPT, "1 places") in {(each.code, each.detail) for each in reasons_of(result.outcome)}
    assert result.output is not None and result.proof is not None and result.proof.holds
    output = pydicom.dcmread(tmp_path / result.output.spool_name)
    left, top, right, bottom = box_of(HARMLESS).edges
    assert np.array_equal(output.pixel_array[top:bottom, left:right], words[top:bottom, left:right, 0])
    left, top, right, bottom = box_of(NAME).edges
    assert not output.pixel_array[top:bottom, left:right].any()
    # PS3.3 C.7.6.1: NO says that nothing identifies the patient, not that nothing is written.
    assert output.BurnedInAnnotation == "NO"
    assert "Depth" not in repr(result)


def test_the_default_policy_keeps_no_text(cleaner: Cleaner) -> None:
    source, _ = source_with(HARMLESS)
    facts = facts_of(source.dataset, cleaner.kinds.keywords | cleaner.examiner.keywords)
    image = OpenImage.of(source.dataset, source.transfer_syntax, LIMITS, cleaner.kinds.judge(facts), facts)
    seen = cleaner.examiner.examine(image)
    assert cleaner.examiner.spared(image, seen, lambda: NOBODY) is seen
