"""Odd images end like others: released, queued or quarantined, for a reason that is not an error of ours."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from invented import (
    COLOUR,
    CT,
    DEEP,
    EXPLICIT,
    GREY,
    SYNTAX,
    ULTRASOUND,
    covers,
    described,
    lettering,
    of,
    source_of,
    speckled,
    words_for,
)

from pixelclean.detect import Display, pictures
from pixelclean.dicom import Kind, PixelFormat, Source
from pixelclean.dicom.words import Words
from pixelclean.outcome import Released, Result, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.reasons import ReasonCode

ONE_BIT = of(GREY, bits_allocated=1, bits_stored=1, high_bit=0)
FLOAT = of(GREY, kind=Kind.FLOAT, bits_allocated=32, bits_stored=32, high_bit=31)
DOUBLE = of(FLOAT, kind=Kind.DOUBLE, bits_allocated=64, bits_stored=64, high_bit=63)
PARAMETRIC = "1.2.840.10008.5.1.4.1.1.30"
KINDS = {"US": ULTRASOUND, "CT": CT}
OURS = {ReasonCode.INTERNAL_ERROR, ReasonCode.OUT_OF_MEMORY}
MEBIBYTE = 1 << 20


def image(form: PixelFormat, words: Words, kind: str, syntax: str = EXPLICIT, **attributes: Any) -> Source:
    sop_class = KINDS.get(kind, kind)
    return source_of(described(form, SOPClassUID=sop_class, Modality=kind[:2], **attributes), form, [words], syntax)


def ended(cleaner: Cleaner, source: Source, spool: Path) -> Result:
    """The result: one of three ends, a reason with each but the first, and no error."""
    result = cleaner.clean(source, spool)
    codes = {reason.code for reason in reasons_of(result.outcome)}
    assert not codes & OURS
    assert codes or isinstance(result.outcome, Released)
    return result


def noise(form: PixelFormat, seed: int = 1) -> Words:
    return words_for(np.random.default_rng(seed).random((form.rows, form.columns)), form)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [GREY, DEEP, COLOUR, ONE_BIT], ids=["8", "12", "RGB", "1"])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (1, 700), (700, 1), (2, 2), (3, 3), (15, 15), (16, 17), (33, 64)])
def test_tiny_and_narrow_images_come_to_an_end(
    cleaner: Cleaner, size: tuple[int, int], form: PixelFormat, kind: str, tmp_path: Path
) -> None:
    small = of(form, rows=size[0], columns=size[1])
    for seed, words in enumerate((noise(small), np.full(small.shape, 0, small.dtype))):
        ended(cleaner, image(small, words, kind), tmp_path / str(seed))


@pytest.mark.parametrize("side", [32, 64])
@pytest.mark.parametrize("form", [GREY, DEEP, COLOUR], ids=["8", "12", "RGB"])
def test_text_in_an_icon_is_masked(cleaner: Cleaner, side: int, form: PixelFormat, tmp_path: Path) -> None:
    ink = lettering(side, side, "ZOE", 2, side // 2 - 8, 13) > 100
    small = of(form, rows=side, columns=side)
    result = ended(cleaner, image(small, words_for(np.where(ink, 0.9, 0.1), small), "US"), tmp_path)
    assert result.plan is not None
    assert covers(tuple(region.box for region in result.plan.regions), ink) >= 0.95


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "form",
    [GREY, DEEP, of(DEEP, bits_stored=16, high_bit=15, signed=True), COLOUR, of(COLOUR, photometric="YBR_FULL"), ONE_BIT],
    ids=["8", "12", "signed", "RGB", "YBR", "1"],
)  # fmt: skip
def test_frames_of_one_value_are_released(cleaner: Cleaner, form: PixelFormat, kind: str, tmp_path: Path) -> None:
    for place, value in enumerate((0, (1 << form.bits_stored) - 1, (1 << form.bits_stored) // 3)):
        words = np.full(form.shape, value, form.dtype)
        result = ended(cleaner, image(form, words, kind), tmp_path / str(place))
        assert isinstance(result.outcome, Released)
        assert result.plan is not None
        assert not result.plan.regions


@pytest.mark.parametrize("form", [FLOAT, DOUBLE], ids=["float", "double"])
@pytest.mark.parametrize(
    "odd", [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45], ids=["nan", "inf", "-inf", "huge", "-huge", "denormal"]
)
def test_floats_that_are_no_numbers_come_to_an_end(
    cleaner: Cleaner, form: PixelFormat, odd: float, tmp_path: Path
) -> None:
    some = speckled(form.rows, form.columns)[..., np.newaxis].astype(form.dtype)
    some[10:40:3, 5:150] = odd
    for place, words in enumerate((some, np.full(form.shape, odd, form.dtype))):
        ended(cleaner, image(form, words, PARAMETRIC), tmp_path / str(place))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [GREY, DEEP, COLOUR, ONE_BIT], ids=["8", "12", "RGB", "1"])
def test_pictures_of_nothing_but_noise_or_text_come_to_an_end(
    cleaner: Cleaner, form: PixelFormat, kind: str, tmp_path: Path
) -> None:
    lines = [
        lettering(form.rows, form.columns, "SENTINEL ZOE 03.02.1901 ZZ-0001", 0, top, 14) for top in range(0, 120, 13)
    ]
    text = words_for(np.max(lines, axis=0) / 255, form)
    for place, words in enumerate((noise(form), text)):
        ended(cleaner, image(form, words, kind, SYNTAX), tmp_path / str(place))


def test_the_view_of_a_huge_image_needs_little_more_than_the_image() -> None:
    """20,000 by 20,000 pixels of eight bits: what is made on the way stays below 400 MB."""
    form = of(GREY, rows=20_000, columns=20_000)
    words = np.zeros(form.shape, np.uint8)
    words[9000:9040, 4000:9000:7] = 200
    tracemalloc.start()
    (shown,) = pictures(words, form, Display())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 400 * MEBIBYTE
    assert shown.shape == (20_000, 20_000, 3)
    assert (shown[9000, 4000:9000:7] == 200).all()


def test_an_image_beyond_the_limits_is_held_before_it_is_decoded(cleaner: Cleaner, tmp_path: Path) -> None:
    dataset = described(of(GREY, rows=40_000, columns=40_000), SOPClassUID=ULTRASOUND, Modality="US")
    source = source_of(dataset, GREY, [noise(GREY)])
    source.dataset.Rows = source.dataset.Columns = 40_000
    codes = [reason.code for reason in reasons_of(cleaner.clean(source, tmp_path).outcome)]
    assert codes == [ReasonCode.OVER_SIZE_LIMIT]
