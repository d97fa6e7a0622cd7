"""Redaction: black inside, everything else as it was, the source untouched."""

from copy import deepcopy

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import COLOUR, DEEP, EXPLICIT, GREY, all_of, described, of, opened, source_of

from pixelclean.dicom import Frames, Kind, PixelFormat, encode, put_pixels, values_of
from pixelclean.dicom.words import Words
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.pixels import Fill, black, compare, hides_bits, make_plan, redacted
from pixelclean.plan import Plan

FORMATS = [
    GREY, DEEP, of(DEEP, signed=True), of(DEEP, bits_stored=16, high_bit=15, signed=True), of(DEEP, high_bit=15),
    of(GREY, bits_allocated=1, bits_stored=1, high_bit=0), of(GREY, bits_allocated=32, bits_stored=32, high_bit=31),
    of(GREY, bits_allocated=32, bits_stored=20, high_bit=19, signed=True), of(GREY, photometric="MONOCHROME1"),
    COLOUR, of(COLOUR, planar=1), of(COLOUR, bits_allocated=16, bits_stored=16, high_bit=15),
    of(COLOUR, photometric="YBR_FULL"), of(COLOUR, photometric="YBR_FULL_422"),
    of(GREY, kind=Kind.FLOAT, bits_allocated=32, bits_stored=32, high_bit=31),
    of(GREY, kind=Kind.DOUBLE, bits_allocated=64, bits_stored=64, high_bit=63),
]  # fmt: skip


@st.composite
def formats(draw: st.DrawFn) -> PixelFormat:
    form = draw(st.sampled_from(FORMATS))
    columns = draw(st.integers(1, 12))
    return of(
        form, rows=draw(st.integers(1, 12)), columns=columns + columns % 2 * form.is_subsampled,
        frames=draw(st.integers(1, 3)),
    )  # fmt: skip


@st.composite
def regions(draw: st.DrawFn, form: PixelFormat) -> list[Region]:
    def one() -> Region:
        left, top = draw(st.integers(0, 15)), draw(st.integers(0, 15))
        box = Box(left, top, left + draw(st.integers(1, 9)), top + draw(st.integers(1, 9)))
        frame = draw(st.none() | st.integers(0, form.frames - 1))
        return Region(box, draw(st.sampled_from(Act)), draw(st.sampled_from(Origin)), "test", frame)

    return [one() for _ in range(draw(st.integers(0, 4)))]


@settings(max_examples=80, deadline=None)
@given(form=formats(), data=st.data(), seed=st.integers(0, 99))
def test_outside_stays_inside_is_filled_and_the_source_is_untouched(
    form: PixelFormat, data: st.DataObject, seed: int
) -> None:
    frames, dataset = opened_noise(form, seed)
    before = [frame.copy() for frame in all_of(frames)]
    plan = make_plan(data.draw(regions(form)), form)
    fill = black(dataset, form, all_of(frames))
    after = list(redacted(frames, plan, fill))
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        mask = plan.mask(index)
        assert np.array_equal(bits(new)[~mask], bits(old)[~mask])
        assert (new[mask] == np.asarray(fill, new.dtype)).all()
        assert np.array_equal(bits(frames.frame(index)), bits(old))
    again = opened_with(dataset, after, form)
    for one, two in zip(redacted(again, plan, fill), after, strict=True):
        assert np.array_equal(values_of(one, form), values_of(two, form))
    found = compare(frames, again, plan, fill)
    assert (found.changed_outside, found.not_filled_inside) == (0, 0)
    assert found.planned == sum(int(plan.mask(index).sum()) for index in range(form.frames))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_pairs_that_share_chroma_are_masked_whole_and_kept_only_whole(data: st.DataObject) -> None:
    form = of(COLOUR, rows=9, columns=14, photometric="YBR_FULL_422")
    wanted = data.draw(regions(form))
    plan = make_plan(wanted, form)
    mask = plan.mask(0)
    assert np.array_equal(mask[:, ::2], mask[:, 1::2])
    inside = [region for region in wanted if region.box.clipped(9, 14)]
    asked = Plan(9, 14, 1, tuple(_clipped(region) for region in inside))
    assert not (asked.mask(0) & ~mask).any()


def test_a_plan_is_the_same_whatever_the_order_of_its_regions() -> None:
    one = Region(Box(1, 1, 5, 5), Act.MASK, Origin.DETECTOR, "network")
    two = Region(Box(2, 2, 900, 900), Act.MASK, Origin.RULE, "rule", 0)
    far = Region(Box(900, 900, 901, 901), Act.MASK, Origin.RULE, "rule")
    assert make_plan([one, two, far, one], GREY) == make_plan([two, one], GREY)


@pytest.mark.parametrize("signed", [False, True])
def test_what_hides_above_bits_stored_is_cleared(signed: bool) -> None:
    form = of(DEEP, rows=4, columns=4, signed=signed)
    hidden = np.full(form.shape, 0x0123, np.uint16)
    hidden[1, 2] |= 0x5000
    frames = opened_with(described(form), [hidden], form)
    assert hides_bits(frames)
    (clean,) = redacted(frames, make_plan([], form), Fill((0.0,)))
    assert (clean == 0x0123).all()
    assert frames.frame(0)[1, 2] == 0x5123


def test_what_hides_below_the_stored_bits_is_cleared() -> None:
    form = of(DEEP, rows=4, columns=4, high_bit=15)
    frames = opened_with(described(form), [np.full(form.shape, 0x1237, np.uint16)], form)
    assert hides_bits(frames)
    (clean,) = redacted(frames, make_plan([], form), Fill((0.0,)))
    assert (clean == 0x1230).all()


def test_zeros_and_sign_extension_above_bits_stored_hide_nothing() -> None:
    form = of(DEEP, rows=4, columns=4, signed=True)
    for negative in (0xFFF0, 0x0FF0):
        frames = opened_with(described(form), [np.full(form.shape, negative, np.uint16)], form)
        assert not hides_bits(frames)
        assert (values_of(frames.frame(0), form) == -16).all()
    mixed = np.full(form.shape, 0xFFF0, np.uint16)
    mixed[0, 0] = 0x0FF0  # one value, spelled in two ways: that can draw a picture
    frames = opened_with(described(form), [mixed], form)
    assert hides_bits(frames)
    (clean,) = redacted(frames, make_plan([], form), Fill((0.0,)))
    assert (clean == 0xFFF0).all()


def _clipped(region: Region) -> Region:
    box = region.box.clipped(9, 14)
    assert box is not None
    return Region(box, region.act, region.origin, region.reference, region.frame)


def bits(words: Words) -> Words:
    return words.view(f"u{words.dtype.itemsize}")


def opened_noise(form: PixelFormat, seed: int) -> tuple[Frames, pydicom.Dataset]:
    rng = np.random.default_rng(seed)
    if form.kind is Kind.INTEGER:
        made = [rng.integers(0, 1 << form.bits_stored, form.shape).astype(form.dtype) for _ in range(form.frames)]
        made = [(frame << np.uint8(form.high_bit + 1 - form.bits_stored)).astype(form.dtype) for frame in made]
    else:
        made = [rng.normal(0, 9, form.shape).astype(form.dtype) for _ in range(form.frames)]
    if form.is_subsampled:
        for frame in made:
            frame[:, 1::2, 1:] = frame[:, ::2, 1:]
    dataset = described(form)
    return opened_with(dataset, made, form), dataset


def opened_with(dataset: pydicom.Dataset, frames: list[Words], form: PixelFormat) -> Frames:
    made = deepcopy(dataset)
    put_pixels(made, encode(frames, form, EXPLICIT))
    return opened(source_of(made, form, frames))
