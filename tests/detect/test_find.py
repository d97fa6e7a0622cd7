"""Finding text: drawn text is covered, pictures without any give nothing, every frame counts."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from invented import (
    COLOUR,
    DEEP,
    GREY,
    SYNTAX,
    all_of,
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

from pixelclean.detect import Display, Finder, Findings, Picture
from pixelclean.dicom import Frames, PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.geometry import Box, mask_of
from pixelclean.policy import Policy

FINDER = Finder.load(Policy.load().pixel)
Look = Callable[[Frames, Display], Findings]


def found(frames: list[Words], form: PixelFormat, look: Look = FINDER.everything, **attributes: object) -> Findings:
    source = source_of(described(form, **attributes), form, frames)
    return look(opened(source), Display.of(source.dataset))


@pytest.mark.parametrize("size", [10, 12, 16, 24, 36, 60])
@pytest.mark.parametrize("background", ["black", "speckle"])
@pytest.mark.parametrize("text", ["SENTINEL ZOE", "03.02.1901 10:11"])
def test_drawn_lines_are_covered(size: int, background: str, text: str) -> None:
    rows, columns = 240, 640
    picture = np.zeros((rows, columns)) if background == "black" else speckled(rows, columns, size)
    ink = lettering(rows, columns, text, 60, 90, size)
    picture = np.where(ink > 0, np.maximum(picture, ink / 255), picture)
    form = of(GREY, rows=rows, columns=columns)
    assert covers(found([words_for(picture, form)], form).text, ink > 60) >= 0.95


@pytest.mark.parametrize(
    "form",
    [
        DEEP, of(DEEP, signed=True), of(DEEP, photometric="MONOCHROME1"), COLOUR, of(COLOUR, photometric="YBR_FULL"),
        of(GREY, bits_allocated=1, bits_stored=1, high_bit=0), of(GREY, bits_allocated=32, bits_stored=32, high_bit=31),
    ],
)  # fmt: skip
def test_text_is_found_in_every_format(form: PixelFormat) -> None:
    assert covers(found([words_for(with_banner(), form)], form).text, banner()) >= 0.95


def test_text_that_is_nothing_but_the_brightest_value_is_found() -> None:
    form = of(DEEP, bits_stored=16, high_bit=15)
    values = np.rint(speckled(120, 200) * 900).astype(np.uint16)
    values[banner()] = 65535
    assert covers(found([values[..., np.newaxis]], form).text, banner()) >= 0.95


def test_text_that_only_the_header_window_shows_is_found() -> None:
    form = of(DEEP, bits_stored=16, high_bit=15)
    values = np.full((120, 200), 30000)
    values[banner()] = 30020
    values[100:, :100], values[100:, 100:] = 0, 65535
    words = values[..., np.newaxis].astype(np.uint16)
    window = {"WindowCenter": 30010, "WindowWidth": 40}
    assert covers(found([words], form, **window).text, banner()) >= 0.95


def test_text_in_a_palette_image_is_found_by_colour_or_by_index() -> None:
    form = of(GREY, photometric="PALETTE COLOR")
    shuffled = np.random.default_rng(1).permutation(256).astype(np.uint8)
    columns = {
        f"{colour}PaletteColorLookupTable{part}": value
        for colour in ("Red", "Green", "Blue")
        for part, value in (("Descriptor", [256, 0, 8]), ("Data", shuffled.tobytes()))
    }
    where = np.argsort(shuffled).astype(np.uint8)  # the index that shows each grey
    shown = words_for(with_banner(), GREY)
    assert covers(found([where[shown]], form, **columns).text, banner()) >= 0.95
    assert covers(found([shown], form, **columns).text, banner()) >= 0.95


@pytest.mark.parametrize("value", [0, 90, 255])
@pytest.mark.parametrize("form", [GREY, COLOUR])
def test_an_even_picture_holds_nothing(form: PixelFormat, value: int) -> None:
    words = np.full(form.shape, value, np.uint8)
    assert found([words], form) == found([words], form, FINDER.the_sure) == Findings()


@pytest.mark.parametrize("softness", [3, 5, 8])
def test_smooth_bodies_hold_no_text_on_kinds_that_rarely_burn_it_in_and_next_to_none_elsewhere(softness: int) -> None:
    y, x = np.mgrid[0:256, 0:256]
    body = np.where(np.hypot((x - 128) / 110, (y - 128) / 80) < 1, 1040, 0)
    body[np.hypot((x - 90) / 34, (y - 120) / 40) < 1] = 1100
    body[np.hypot(x - 128, y - 180) < 14] = 1700
    form = of(DEEP, rows=256, columns=256)
    words = cv2.GaussianBlur(body.astype(np.float32), (0, 0), softness).astype(np.uint16)[..., np.newaxis]
    assert found([words], form, FINDER.the_sure) == Findings()
    assert mask_of(found([words], form, FINDER.everything).text, 256, 256).mean() < 0.05


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (16, 16), (1, 300), (300, 1), (1, 1700), (1700, 1), (2, 1601)])
@pytest.mark.parametrize("look", [FINDER.everything, FINDER.the_sure])
def test_no_size_is_too_small_or_too_odd(shape: tuple[int, int], look: Look) -> None:
    form = of(GREY, rows=shape[0], columns=shape[1])
    words = words_for(with_banner(*shape), form)
    for box in found([words], form, look).text:
        assert box.clipped(*shape) == box
    frames = opened(source_of(described(form), form, [words]))
    FINDER.again(frames, Display(), (0,), Box(0, 0, shape[1], shape[0]))


def test_text_in_one_frame_is_found_for_all() -> None:
    form = of(GREY, frames=5)
    frames = [words_for(speckled(120, 200, seed), GREY) for seed in range(5)]
    frames[3] = words_for(with_banner(seed=3), GREY)
    for look in (FINDER.everything, FINDER.the_sure):
        assert covers(found(frames, form, look).text, banner()) >= 0.95


def test_a_frame_that_equals_an_earlier_one_is_decoded_once() -> None:
    form = of(GREY, frames=6)
    kinds = [words_for(speckled(120, 200, seed), GREY) for seed in (1, 2)]
    source = source_of(described(form), form, [kinds[index % 2] for index in range(6)], f"{SYNTAX}.5")
    frames = opened(source)
    decoded: list[bytes] = []

    def counting(encoded: bytes) -> Words:
        decoded.append(encoded)
        return frames._decode(encoded)

    FINDER.everything(replace(frames, _decode=counting), Display())
    assert len(decoded) == len(set(decoded)) == 2


def test_memory_does_not_grow_with_the_number_of_frames() -> None:
    def peak(count: int) -> int:
        form = of(GREY, frames=count)
        rng = np.random.default_rng(1)
        frames = [rng.integers(0, 256, GREY.shape).astype(np.uint8) for _ in range(count)]
        cine = opened(source_of(described(form), form, frames))
        tracemalloc.start()
        try:
            FINDER.the_sure(cine, Display())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(12) < peak(3) + 4 * GREY.frame_bytes


def test_the_second_look_sees_nothing_outside_its_box() -> None:
    frames = opened(source_of(described(GREY), GREY, [words_for(with_banner(), GREY)]))
    assert covers(FINDER.again(frames, Display(), (0,), Box(0, 0, 200, 60)).text, banner()) >= 0.9
    assert FINDER.again(frames, Display(), (0,), Box(0, 80, 200, 120)) == Findings()


def test_findings_lie_inside_the_image_and_cover_a_margin() -> None:
    boxes = found([words_for(with_banner(), GREY)], GREY).text
    assert all(box.clipped(120, 200) == box for box in boxes)
    ink = banner()
    grown = np.pad(ink, 2)
    wide = np.any([grown[2 + dy : 122 + dy, 2 + dx : 202 + dx] for dy in (-2, 0, 2) for dx in (-2, 0, 2)], axis=0)
    assert covers(boxes, wide) >= 0.95


def test_finding_changes_no_pixel() -> None:
    frames = opened(source_of(described(GREY), GREY, [words_for(with_banner(), GREY)]))
    before = [frame.copy() for frame in all_of(frames)]
    FINDER.everything(frames, Display())
    assert all(map(np.array_equal, before, all_of(frames)))


def turned(angle: float) -> Picture:
    """A line of clear text on black, turned about the middle of the picture."""
    picture = np.zeros((480, 640, 3), np.uint8)
    cv2.putText(picture, "SENTINEL ZOE 0042", (170, 245), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2)
    return np.asarray(cv2.warpAffine(picture, cv2.getRotationMatrix2D((320, 240), angle, 1.0), (640, 480)), np.uint8)


def tall(height: float) -> Picture:
    """A few letters as tall as that share of a picture of 480 rows."""
    picture = np.zeros((480, 640, 3), np.uint8)
    scale = height * 480 / 22
    cv2.putText(picture, "ZOE", (10, 420), cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), round(scale * 3))
    return picture


@pytest.mark.parametrize(
    "shown",
    [turned(angle) for angle in (-60, -45, -30, 30, 45, 60)] + [tall(0.3), tall(0.5)],
    ids=["-60", "-45", "-30", "30", "45", "60", "tall", "huge"],
)
def test_slanting_and_very_large_text_is_covered_on_kinds_that_burn_it_in(shown: Picture) -> None:
    form = of(COLOUR, rows=480, columns=640)
    ink = shown.max(axis=2) > 128
    covered = mask_of(found([shown], form, FINDER.everything).text, 480, 640)
    assert (covered & ink).sum() >= 0.9 * ink.sum()


@pytest.mark.parametrize("shown", [turned(45), turned(-40), tall(0.5)], ids=["45", "-40", "huge"])
def test_slanting_and_very_large_text_that_a_film_shows_later_is_covered_too(shown: Picture) -> None:
    """Over noise, in which nothing else tells that such a frame shows more than the first."""
    form = of(COLOUR, rows=480, columns=640, frames=4)
    noise = [words_for(speckled(480, 640, seed), form) for seed in range(3)]
    frames = [noise[0], np.maximum(noise[1], shown), noise[2], noise[0][::-1]]
    ink = shown.max(axis=2) > 128
    covered = mask_of(found(frames, form, FINDER.everything).text, 480, 640)
    assert (covered & ink).sum() >= 0.9 * ink.sum()


def test_slanting_text_in_a_small_picture_is_covered() -> None:
    shown = np.zeros((240, 320, 3), np.uint8)
    cv2.putText(shown, "SENTINEL", (70, 135), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (255, 255, 255), 3)
    shown = np.asarray(cv2.warpAffine(shown, cv2.getRotationMatrix2D((160, 120), 45, 1.0), (320, 240)), np.uint8)
    form = of(COLOUR, rows=240, columns=320)
    ink = shown.max(axis=2) > 128
    covered = mask_of(found([shown], form, FINDER.everything).text, 240, 320)
    assert (covered & ink).sum() >= 0.9 * ink.sum()


@pytest.mark.parametrize("side", [1, 2, 3, 7, 10, 15])
def test_a_tiny_picture_is_looked_at_and_an_even_one_holds_nothing(side: int) -> None:
    form = of(GREY, rows=side, columns=side)
    assert found([np.full(form.shape, 90, np.uint8)], form, FINDER.everything) == Findings()


def test_two_letters_that_fill_an_icon_are_covered() -> None:
    ink = lettering(14, 14, "AB", 1, 2, 9)
    form = of(GREY, rows=14, columns=14)
    assert covers(found([words_for(ink / 255, form)], form).text, ink > 128) >= 0.9
