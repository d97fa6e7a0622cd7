"""Plans: who may undo whom, and what a digest names."""

from dataclasses import replace

import pytest

from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.plan import Plan

BOX = Box(2, 1, 6, 4)
AREA = BOX.width * BOX.height


def plan_of(*regions: Region, frames: int = 1) -> Plan:
    return Plan(10, 12, frames, regions)


def region(act: Act, origin: Origin, frame: int | None = None) -> Region:
    return Region(BOX, act, origin, "test", frame)


@pytest.mark.parametrize("origin", [Origin.DETECTOR, Origin.IDENTIFIER, Origin.OPERATOR])
def test_a_keep_of_a_rule_never_undoes_a_mask_of_detector_identifier_or_operator(origin):
    plan = plan_of(region(Act.KEEP, Origin.RULE), region(Act.MASK, origin))
    assert plan.mask(0).sum() == AREA


def test_a_keep_of_a_rule_undoes_a_mask_of_a_rule():
    assert not plan_of(region(Act.MASK, Origin.RULE), region(Act.KEEP, Origin.RULE)).masks_something


def test_a_keep_of_an_operator_undoes_what_the_detector_found():
    assert not plan_of(region(Act.MASK, Origin.DETECTOR), region(Act.KEEP, Origin.OPERATOR)).masks_something


def test_a_mask_of_an_operator_is_always_filled():
    plan = plan_of(
        region(Act.MASK, Origin.OPERATOR), region(Act.KEEP, Origin.IDENTIFIER), region(Act.KEEP, Origin.RULE)
    )
    assert plan.mask(0).sum() == AREA


def test_the_order_of_regions_does_not_change_the_mask():
    regions = (region(Act.MASK, Origin.RULE), region(Act.KEEP, Origin.RULE), region(Act.MASK, Origin.DETECTOR))
    assert (plan_of(*regions).mask(0) == plan_of(*reversed(regions)).mask(0)).all()


def test_a_region_of_one_frame_leaves_the_other_frames_alone():
    plan = plan_of(region(Act.MASK, Origin.DETECTOR, frame=1), frames=4)
    assert [int(plan.mask(frame).sum()) for frame in range(4)] == [0, AREA, 0, 0]
    assert plan.distinct_frames == (0, 1)
    assert plan.masks_something


def test_the_digest_names_every_part_of_the_plan():
    plan = plan_of(region(Act.MASK, Origin.DETECTOR))
    others = [
        replace(plan, rows=11),
        replace(plan, frames=2),
        plan_of(region(Act.KEEP, Origin.DETECTOR)),
        plan_of(region(Act.MASK, Origin.RULE)),
        plan_of(),
    ]
    assert len({plan.digest, *(other.digest for other in others)}) == 6
    assert plan.digest == plan_of(region(Act.MASK, Origin.DETECTOR)).digest


def test_a_region_outside_the_image_or_its_frames_is_refused():
    with pytest.raises(ValueError, match="outside the image"):
        Plan(3, 3, 1, (region(Act.MASK, Origin.RULE),))
    with pytest.raises(ValueError, match="frame that is not there"):
        plan_of(region(Act.MASK, Origin.RULE, frame=1))
