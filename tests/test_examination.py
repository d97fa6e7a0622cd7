"""Examination: what must be masked, what must still be masked, and boxes that somebody gives."""

from dataclasses import replace

import numpy as np
import pytest
from invented import (
    CT,
    GREY,
    LIMITS,
    ULTRASOUND,
    banner,
    covers,
    described,
    lettering,
    of,
    opened,
    source_of,
    speckled,
    with_banner,
    words_for,
)

from pixelclean.detect import sample_of
from pixelclean.dicom import facts_of
from pixelclean.dicom.words import Words
from pixelclean.examination import Detection, Examination, GivenBoxes, OpenImage
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers, harvest, traces_of
from pixelclean.pipeline import Cleaner
from pixelclean.pixels import make_plan
from pixelclean.policy import SlideLabels
from pixelclean.reasons import ReasonCode

NOBODY = Identifiers(frozenset(), frozenset())


def image(cleaner: Cleaner, frames: list[Words], sop_class: str = ULTRASOUND, modality: str = "US") -> OpenImage:
    form = of(GREY, rows=frames[0].shape[0], columns=frames[0].shape[1], frames=len(frames))
    source = source_of(described(form, SOPClassUID=sop_class, Modality=modality), form, frames)
    facts = facts_of(source.dataset, cleaner.kinds.keywords | cleaner.examiner.keywords)
    return OpenImage.of(source.dataset, source.transfer_syntax, LIMITS, cleaner.kinds.judge(facts), facts)


def boxes(regions: tuple[Region, ...]) -> tuple[Box, ...]:
    return tuple(region.box for region in regions)


def test_text_in_one_frame_is_a_region_of_every_frame(cleaner: Cleaner) -> None:
    frames = [words_for(speckled(120, 200, seed), GREY) for seed in range(4)]
    frames[2] = words_for(with_banner(), GREY)
    seen = cleaner.examiner.examine(image(cleaner, frames))
    assert covers(boxes(seen.regions), banner()) >= 0.95
    assert {(region.act, region.origin, region.frame) for region in seen.regions} == {(Act.MASK, Origin.DETECTOR, None)}


def test_text_on_a_kind_that_rarely_burns_it_in_is_found_too(cleaner: Cleaner) -> None:
    seen = cleaner.examiner.examine(image(cleaner, [words_for(with_banner(), GREY)], CT, "CT"))
    assert covers(boxes(seen.regions + seen.doubtful), banner()) >= 0.95


def test_what_is_too_faint_to_be_masked_on_a_kind_that_burns_in_text_is_doubtful(cleaner: Cleaner) -> None:
    detection = cleaner.examiner
    assert isinstance(detection, Detection)
    finder = replace(detection.finder, policy=replace(detection.policy, seed_score=1e6))
    seen = replace(detection, finder=finder).examine(image(cleaner, [words_for(with_banner(), GREY)]))
    assert seen.regions == ()
    assert covers(boxes(seen.doubtful), banner()) >= 0.95
    assert seen.faint_beside(make_plan([], GREY)) == len(seen.doubtful)


@pytest.mark.parametrize(
    ("masked", "faint"),
    [
        ([], 1),
        ([Region(Box(10, 10, 40, 20), Act.MASK, Origin.DETECTOR, "network")], 0),
        ([Region(Box(10, 10, 39, 20), Act.MASK, Origin.DETECTOR, "network")], 1),
        ([Region(Box(10, 10, 40, 20), Act.MASK, Origin.OPERATOR, "somebody", frame=0)], 1),
        ([Region(Box(10, 10, 40, 20), Act.MASK, Origin.OPERATOR, "somebody", frame=number) for number in range(2)], 0),
    ],
)
def test_a_doubtful_place_is_none_where_every_frame_masks_it_wholly(masked: list[Region], faint: int) -> None:
    place = Region(Box(10, 10, 40, 20), Act.MASK, Origin.DETECTOR, "network")
    face = Region(Box(60, 60, 90, 90), Act.MASK, Origin.DETECTOR, "face")
    seen = Examination(doubtful=(place, face))
    assert seen.faint_beside(make_plan(masked, of(GREY, frames=2))) == faint


def test_an_image_without_text_has_nothing_to_mask(cleaner: Cleaner) -> None:
    for sop_class, modality in ((ULTRASOUND, "US"), (CT, "CT")):
        empty = image(cleaner, [words_for(speckled(120, 200), GREY)], sop_class, modality)
        assert cleaner.examiner.examine(empty) == Examination()
        assert cleaner.examiner.examine_again(empty, make_plan([], GREY), NOBODY) == ()


def test_the_second_look_sees_text_that_the_plan_left(cleaner: Cleaner) -> None:
    left = cleaner.examiner.examine_again(image(cleaner, [words_for(with_banner(), GREY)]), make_plan([], GREY), NOBODY)
    assert covers(boxes(left), banner()) >= 0.9
    assert {region.reference for region in left} <= {"second-look", "tesseract"}


def test_on_other_kinds_the_second_look_is_about_the_mask(cleaner: Cleaner) -> None:
    seen = image(cleaner, [words_for(with_banner(), GREY)], CT, "CT")
    assert cleaner.examiner.examine_again(seen, make_plan([], GREY), NOBODY) == ()
    near = make_plan([Region(Box(0, 60, 20, 70), Act.MASK, Origin.DETECTOR, "network")], GREY)
    assert covers(boxes(cleaner.examiner.examine_again(seen, near, NOBODY)), banner()) >= 0.9


def test_a_word_that_is_an_identifier_of_the_file_is_reported_as_such(cleaner: Cleaner) -> None:
    picture = lettering(240, 640, "SENTINEL", 200, 100, 34) / 255
    form = of(GREY, rows=240, columns=640)
    seen = image(cleaner, [words_for(picture, form)])
    known = harvest(source_of(described(form), form, [words_for(picture, form)]).dataset)
    left = cleaner.examiner.examine_again(seen, make_plan([], form), known)
    assert Origin.IDENTIFIER in {region.origin for region in left}
    assert "SENTINEL" not in repr(left)


def test_a_name_that_only_a_sibling_says_is_reported_where_names_are_rarely_burned_in(cleaner: Cleaner) -> None:
    """The image says nothing about its patient; a short name stands in two words beside a place that is masked."""
    picture = lettering(240, 640, "LEE, ANN", 200, 100, 34) / 255
    form = of(GREY, rows=240, columns=640)
    words = words_for(picture, form)
    seen = image(cleaner, [words], CT, "CT")
    near = make_plan([Region(Box(180, 150, 260, 170), Act.MASK, Origin.DETECTOR, "network")], form)
    stripped = source_of(described(form, PatientName="", PatientID=""), form, [words]).dataset
    siblings = traces_of(described(form, PatientName="Lee^Ann"))
    for known, origins in ((harvest(stripped), set()), (harvest(stripped, siblings=siblings), {Origin.IDENTIFIER})):
        left = cleaner.examiner.examine_again(seen, near, known)
        assert {region.origin for region in left} & {Origin.IDENTIFIER} == origins


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 7, 100])
def test_the_second_look_takes_first_middle_and_last(frames: int) -> None:
    chosen = sample_of(frames)
    assert chosen[0] == 0
    assert chosen[-1] == frames - 1
    assert len(chosen) == min(3, frames)


def test_given_boxes_are_taken_as_they_are(cleaner: Cleaner) -> None:
    given = GivenBoxes((Box(1, 2, 3, 4), Box(5, 5, 600, 600)), SlideLabels.HOLD)
    seen = image(cleaner, [words_for(with_banner(), GREY)])
    assert boxes(given.examine(seen).regions) == given.boxes
    assert given.examine(seen).notes == ()
    assert {region.origin for region in given.examine(seen).regions} == {Origin.OPERATOR}
    assert given.examine_again(seen, make_plan([], GREY), NOBODY) == ()
    assert given.keywords == frozenset()


def test_boxes_that_all_lie_outside_the_image_are_a_reason_to_ask(cleaner: Cleaner) -> None:
    seen = image(cleaner, [words_for(with_banner(), GREY)])
    examination = GivenBoxes((Box(5000, 5000, 6000, 6000),), SlideLabels.HOLD).examine(seen)
    assert examination.regions == ()
    assert [reason.code for reason in examination.notes] == [ReasonCode.NOTHING_MASKED]


def test_examining_changes_no_pixel(cleaner: Cleaner) -> None:
    words = words_for(with_banner(), GREY)
    seen = image(cleaner, [words])
    cleaner.examiner.examine(seen)
    assert np.array_equal(seen.frames.frame(0), words)
    assert opened(source_of(described(GREY), GREY, [words])).digest(0) == seen.frames.digest(0)
