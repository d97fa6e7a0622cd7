"""Blocks of ink: what a reader gets, and what is no block of text on even ground."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import lettering

from pixelclean.detect.reading import Block, is_covered
from pixelclean.geometry import Box

BOX = Box(34, 30, 170, 62)
NOTHING = np.zeros((90, 220), np.bool_)


def rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def text(line: str = "Depth 12", left: int = 40, top: int = 34, size: int = 22) -> np.ndarray:
    return lettering(90, 220, line, left, top, size).astype(np.float64)


def block(*pictures: np.ndarray, box: Box = BOX) -> Block | None:
    return Block.of(pictures, box, NOTHING)


@pytest.mark.parametrize(("ink", "ground"), [(230, 0), (20, 230), (200, 90), (60, 0)])
def test_a_line_is_dark_on_white_whatever_it_was(ink: int, ground: int) -> None:
    seen = block(rgb(ground + (ink - ground) * text() / 255))
    assert seen is not None
    (line,) = seen.lines
    for picture in (line.shades, line.ink):
        assert picture[:5].min() == 255
        assert picture.min() < 60
    assert line.ink.shape[0] > line.shades.shape[0]
    assert not seen.ticked


def test_colour_that_is_no_brighter_than_its_ground_is_ink() -> None:
    picture = np.full((90, 220, 3), (150, 90, 90), np.uint8)
    picture[text() > 100] = (90, 150, 90)
    assert block(picture) is not None


def test_what_shows_in_any_picture_is_ink() -> None:
    plain, other = rgb(text()), rgb(text("SENTINEL", top=36))
    alone, together = block(plain), block(plain, other)
    assert alone is not None
    assert together is None or together.lines[0].pieces != alone.lines[0].pieces


def test_lines_are_told_apart_and_dots_stay_with_theirs() -> None:
    two = block(rgb(text("MiT ji", top=24, size=18) + text("12 cm", top=50, size=18)), box=Box(34, 20, 170, 80))
    assert two is not None
    assert len(two.lines) == 2
    assert two.lines[1].pieces == 4


@pytest.mark.parametrize("level", [8, 14, 30, 60, 100])
def test_fainter_text_within_or_around_makes_it_no_block(level: int) -> None:
    for secret in (text("SENTINEL", left=120, top=40, size=14), text("ZOE", left=180, top=30, size=14)):
        assert block(rgb(text() * 0.9 + secret / 255 * level)) is None


def test_ink_beside_the_box_makes_it_no_block() -> None:
    for left in (8, 172, 190):
        assert block(rgb(text() + text("Z", left=left))) is None


def test_ink_beside_it_that_another_mask_takes_does_not_count() -> None:
    spoken_for = NOTHING.copy()
    spoken_for[:, 170:] = True
    assert Block.of([rgb(text() + text("Z", left=190))], BOX, spoken_for) is not None


def test_text_that_is_cut_is_no_block() -> None:
    assert block(rgb(text(left=-4)), box=Box(0, 30, 130, 62)) is None
    assert block(rgb(text()), box=Box(70, 30, 170, 62)) is None


def test_ticks_beside_it_are_said() -> None:
    picture = text("15", left=60)
    picture[44:46, 12:24] = 255
    seen = block(rgb(picture), box=Box(50, 30, 100, 62))
    assert seen is not None
    assert seen.ticked


def test_dots_beside_it_are_no_ticks() -> None:
    picture = text("15", left=60)
    picture[36:54:3, 12:30:3] = 255
    assert block(rgb(picture), box=Box(50, 30, 100, 62)) is None


def test_the_ink_of_a_block_has_a_box_of_its_own() -> None:
    seen = block(rgb(text()))
    assert seen is not None
    rows, columns = np.nonzero(text() > 100)
    assert seen.box.intersection(BOX) == seen.box
    assert abs(seen.box.left - columns.min()) <= 1
    assert abs(seen.box.bottom - 1 - rows.max()) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_text_over_tissue_or_speckle_is_no_block(seed: int) -> None:
    rng = np.random.default_rng(seed)
    speckle = np.hypot(*rng.normal(0, 30, (2, 90, 220)))
    tissue = cv2.GaussianBlur(rng.normal(90, 160, (90, 220)), (0, 0), 4)
    for ground in (speckle, tissue):
        assert block(rgb(np.maximum(ground, text()))) is None


def test_noise_and_compression_of_even_ground_are_let_pass() -> None:
    noisy = rgb(20 + np.random.default_rng(1).normal(0, 2, (90, 220)) + text() * 0.85)
    coded = cv2.imencode(".jpg", rgb(text()), [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    for picture in (noisy, np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)):
        assert block(picture) is not None


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_even_place_is_no_block(grey: int) -> None:
    assert block(np.full((90, 220, 3), grey, np.uint8)) is None


def test_words_that_leave_ink_out_do_not_cover_a_line() -> None:
    seen = block(rgb(text()))
    assert seen is not None
    picture = seen.lines[0].shades
    rows, columns = picture.shape
    assert is_covered(picture, [Box(0, 0, columns, rows)])
    assert not is_covered(picture, [Box(0, 0, columns // 2, rows)])
    assert not is_covered(picture, [])
    assert not is_covered(picture, [Box(columns + 5, 0, columns + 9, rows)])


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_picture_can_be_looked_at(rows: int, columns: int, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), np.uint8)
    Block.of([picture], Box(0, 0, columns, rows), np.zeros((rows, columns), np.bool_))
