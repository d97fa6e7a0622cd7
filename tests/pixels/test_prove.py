"""The proof notices everything that an output must not be."""

import tracemalloc

import numpy as np
import pytest
from invented import COLOUR, DEEP, EXPLICIT, GREY, described, of, opened, source_of

from pixelclean.dicom import Frames, Kind, PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.pixels import Comparison, Fill, compare, make_plan, redacted
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

BOX = Box(2, 3, 8, 6)
AREA = BOX.width * BOX.height
GREYS = of(GREY, rows=8, columns=12, frames=3)
COLOURS = of(COLOUR, rows=8, columns=12, frames=3)
FORMATS = [GREYS, COLOURS, of(DEEP, rows=8, columns=12, frames=3, signed=True)]
FILLS = {1: Fill((0.0,)), 3: Fill((0.0, 0.0, 0.0))}


@pytest.mark.parametrize("form", FORMATS)
def test_an_honest_output_is_proven(form: PixelFormat) -> None:
    source, plan = noise(form), planned(form)
    assert compare(source, output(source, plan), plan, FILLS[form.samples]) == Comparison(3 * AREA, 0, 0)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sample", [0, -1])
def test_one_pixel_that_changed_outside_is_counted(form: PixelFormat, sample: int) -> None:
    source, plan = noise(form), planned(form)
    tampered = output(source, plan, lambda frames: flip(frames, 2, 7, 11, sample))
    assert compare(source, tampered, plan, FILLS[form.samples]) == Comparison(3 * AREA, 1, 0)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sample", [0, -1])
def test_one_pixel_that_is_not_black_inside_is_counted(form: PixelFormat, sample: int) -> None:
    source, plan = noise(form), planned(form)
    tampered = output(source, plan, lambda frames: flip(frames, 1, 3, 2, sample))
    assert compare(source, tampered, plan, FILLS[form.samples]) == Comparison(3 * AREA, 0, 1)


def test_an_output_that_was_not_redacted_is_counted_pixel_by_pixel() -> None:
    form = of(GREYS, frames=1)
    source, plan = opened(source_of(described(form), form, [np.full(form.shape, 9, np.uint8)])), planned(form)
    assert compare(source, source, plan, FILLS[1]).not_filled_inside == AREA


@pytest.mark.parametrize("planar", [0, 1])
def test_a_comparison_takes_the_memory_of_a_few_frames_however_much_is_masked(planar: int) -> None:
    form = of(COLOUR, rows=2500, columns=2000, planar=planar)
    source = opened(source_of(described(form), form, [np.full(form.shape, 9, np.uint8)]))
    plan = make_plan([Region(Box(0, 0, form.columns, form.rows), Act.MASK, Origin.OPERATOR, "test")], form)
    masked = opened(source_of(described(form), form, [np.zeros(form.shape, np.uint8)]))
    tracemalloc.start()
    try:
        found = compare(source, masked, plan, FILLS[3])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == Comparison(form.rows * form.columns, 0, 0)
    assert peak < 4 * form.frame_bytes + (64 << 20)


def test_hidden_bits_that_came_through_are_changes_of_what_should_be_there() -> None:
    form = of(DEEP, rows=8, columns=12)
    hidden = np.full(form.shape, 0x7123, np.uint16)
    source = opened(source_of(described(form), form, [hidden]))
    nothing = make_plan([], form)
    assert compare(source, source, nothing, FILLS[1]).changed_outside == 8 * 12
    assert compare(source, output(source, nothing), nothing, FILLS[1]).changed_outside == 0


def test_a_frame_whose_mask_is_its_own_is_judged_by_its_own() -> None:
    source = noise(GREYS)
    plan = make_plan([Region(BOX, Act.MASK, Origin.OPERATOR, "test", 1)], GREYS)
    everywhere = output(source, planned(GREYS))
    found = compare(source, everywhere, plan, FILLS[1])
    assert found.planned == AREA
    assert found.not_filled_inside == 0
    assert found.changed_outside > AREA


def test_numbers_that_are_none_equal_themselves_bit_by_bit() -> None:
    form = of(GREYS, kind=Kind.FLOAT, bits_allocated=32, bits_stored=32, high_bit=31, frames=1)
    words = np.full(form.shape, np.nan, np.float32)
    words[0, 0] = -0.0
    source = opened(source_of(described(form), form, [words]))
    plan = planned(form)
    assert compare(source, output(source, plan), plan, FILLS[1]) == Comparison(AREA, 0, 0)
    tampered = output(source, plan, lambda frames: frames[0].__setitem__((0, 0), 0.0))
    assert compare(source, tampered, plan, FILLS[1]).changed_outside == 1


@pytest.mark.parametrize(
    "other",
    [
        of(GREYS, frames=2), of(GREYS, frames=4), of(GREYS, rows=12, columns=8), of(GREYS, columns=11),
        of(GREYS, photometric="MONOCHROME1"), of(GREYS, bits_stored=7, high_bit=6), of(GREYS, signed=True),
        of(GREYS, bits_allocated=16), COLOURS, of(GREYS, bits_allocated=32, bits_stored=32, high_bit=31, kind=Kind.FLOAT),
    ],
)  # fmt: skip
def test_another_shape_depth_or_photometric_interpretation_is_refused(other: PixelFormat) -> None:
    with pytest.raises(Refused) as caught:
        compare(noise(GREYS), noise(other), planned(GREYS), FILLS[1])
    assert caught.value.code is ReasonCode.PROOF_FAILED


def test_another_colour_space_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        compare(noise(COLOURS), noise(of(COLOURS, photometric="YBR_FULL")), planned(COLOURS), FILLS[3])
    assert caught.value.code is ReasonCode.PROOF_FAILED


def test_shared_and_full_chroma_are_the_same_colour_space() -> None:
    shared = of(COLOURS, photometric="YBR_FULL_422")
    source, plan = noise(shared), planned(shared)
    full = of(shared, photometric="YBR_FULL")
    after = opened(source_of(described(full), full, list(redacted(source, plan, FILLS[3]))))
    assert compare(source, after, plan, FILLS[3]) == Comparison(3 * AREA, 0, 0)


def planned(form: PixelFormat) -> Plan:
    return make_plan([Region(BOX, Act.MASK, Origin.OPERATOR, "test")], form)


def noise(form: PixelFormat) -> Frames:
    rng = np.random.default_rng(5)
    if form.kind is Kind.INTEGER:
        made = [rng.integers(1, 1 << form.bits_stored - 1, form.shape).astype(form.dtype) for _ in range(form.frames)]
    else:
        made = [rng.random(form.shape).astype(form.dtype) for _ in range(form.frames)]
    if form.is_subsampled:
        for frame in made:
            frame[:, 1::2, 1:] = frame[:, ::2, 1:]
    return opened(source_of(described(form), form, made))


def output(source: Frames, plan: Plan, tamper: object = None) -> Frames:
    """What redaction makes, written and read again, after somebody had a hand in it."""
    form = source.format
    frames = [frame.copy() for frame in redacted(source, plan, FILLS[form.samples])]
    if callable(tamper):
        tamper(frames)
    return opened(source_of(described(form), form, frames, EXPLICIT))


def flip(frames: list[Words], frame: int, row: int, column: int, sample: int) -> None:
    frames[frame][row, column, sample] ^= 1
