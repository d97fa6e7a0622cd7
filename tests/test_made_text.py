"""benchmarks/made_text.py: a seed gives its frames again, and the truth about them holds."""

import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_fonts import SPLIT, Typeface, typeface, typefaces
from made_grounds import icon, noise
from made_lettering import lettering
from made_real import Ground
from made_text import written
from made_truth import LEAST_CONTRAST, Frame
from made_words import SCRIPTS, words

SIDE = 360


@pytest.fixture(scope="module", autouse=True)
def fonts() -> tuple[Typeface, ...]:
    """The typefaces of the evaluation, where they are installed."""
    try:
        return typefaces()
    except (SystemExit, FileNotFoundError):
        pytest.skip("the fonts of the evaluation are not installed")


def even(shade: int) -> Ground:
    return Ground(np.full((SIDE, SIDE, 3), shade, np.uint8), "even", "OT", "test")


def made(seed: int, ground: Ground) -> Frame:
    return written(np.random.default_rng(seed), ground, f"frame-{seed}")


def test_a_seed_gives_the_same_frame_again() -> None:
    for ground in (noise(np.random.default_rng(1)), icon(np.random.default_rng(2))):
        one, other = made(5, ground), made(5, ground)
        assert np.array_equal(one.picture, other.picture) and np.array_equal(one.letters, other.letters)
        assert one.lines == other.lines


def test_another_seed_gives_another_frame() -> None:
    assert not np.array_equal(made(5, even(20)).letters, made(6, even(20)).letters)


@pytest.mark.parametrize("seed", range(3))
def test_boxes_hold_the_ink_of_their_characters_and_nothing_is_inked_beside_them(seed: int) -> None:
    frame = made(seed, even(30))
    assert frame.lines
    left = frame.letters.copy()
    for line in frame.lines:
        for letter in line.letters:
            x0, y0, x1, y1 = letter.box
            own = left[y0:y1, x0:x1] == letter.number
            assert own.any(axis=1)[[0, -1]].all() and own.any(axis=0)[[0, -1]].all()
            left[y0:y1, x0:x1][own] = 0
            assert line.box[0] <= x0 < x1 <= line.box[2] and line.box[1] <= y0 < y1 <= line.box[3]
    assert not left.any()


@pytest.mark.parametrize("seed", range(3))
def test_visible_characters_differ_from_the_ground_and_nothing_else_does(seed: int) -> None:
    shade = 30
    frame = made(seed, even(shade))
    away = np.abs(frame.picture.astype(int) - shade).max(axis=2)
    for letter in (letter for line in frame.lines for letter in line.letters if letter.visible and letter.spread == 0):
        assert np.median(away[frame.letters == letter.number]) >= LEAST_CONTRAST * 0.9
    if not any(letter.spread for line in frame.lines for letter in line.letters):  # no plates
        near = cv2.dilate(frame.ink.astype(np.uint8), np.ones((25, 25), np.uint8)).astype(bool)
        assert np.median(away[~near]) == 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_written_with_glyphs_of_its_own(script: str) -> None:
    rng = np.random.default_rng(9)
    for _ in range(4):
        text = words(rng, script)
        line = lettering(text, typeface(rng, script, "plain", text), script, 24, aliased=False)
        seen = text[::-1] if script == "hebrew" else text
        characters = {number for number, character in enumerate(seen, 1) if character != " "}
        drawn = set(np.unique(line.letters).tolist()) - {0}
        # Letters of Arabic may be one glyph together, or stand above each other.
        assert drawn == characters or (script == "arabic" and drawn < characters and 2 * len(drawn) > len(characters))
        assert 0.5 < line.ink.shape[0] / 24 < 5


def test_a_turned_line_keeps_its_characters_and_its_ink() -> None:
    rng = np.random.default_rng(3)
    text = "QUILLFEATHER 0042"
    line = lettering(text, typeface(rng, "latin", "bold", text), "latin", 20, aliased=False)
    for degrees in (90.0, 270.0, 5.0, -7.0):
        turned = line.turned(degrees)
        assert set(np.unique(turned.letters)) == set(np.unique(line.letters))
        assert abs(turned.ink.sum() / line.ink.sum() - 1) < 0.02


def test_a_frame_is_read_as_it_was_saved(tmp_path: Path) -> None:
    frame = made(7, even(0))
    again = Frame.read(frame.saved(tmp_path))
    assert np.array_equal(again.picture, frame.picture) and np.array_equal(again.letters, frame.letters)
    assert (again.name, again.kind, again.lines) == (frame.name, frame.kind, frame.lines)


def test_no_typeface_is_one_of_the_training(fonts: tuple[Typeface, ...]) -> None:
    split = tomllib.loads(SPLIT.read_text(encoding="utf-8"))["fonts"]
    assert {face.package for face in fonts} <= set(split["evaluation"]) - set(split["training"])
