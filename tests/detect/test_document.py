"""Pages of text are recognised however they were scanned or captured; images with text beside them are none."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from invented import speckled
from PIL import Image, ImageDraw, ImageFont

from pixelclean.detect import Picture, looks_like_document

WORDS = [
    "Sentinel",
    "Zoe",
    "was",
    "seen",
    "today",
    "for",
    "an",
    "invented",
    "complaint",
    "and",
    "will",
    "be",
    "seen",
    "again",
    "by",
    "nobody",
]


def page(rows: int = 900, columns: int = 700, *, ink: int = 25, paper: int = 240, size: int = 18) -> Picture:
    """A letter: a head and paragraphs of uneven lines."""
    canvas = Image.new("RGB", (columns, rows), (paper,) * 3)
    draw, rng = ImageDraw.Draw(canvas), np.random.default_rng(5)
    top = 60
    while top < rows - 80:
        line = " ".join(rng.choice(WORDS, rng.integers(4, 9)))
        draw.text((60, top), line[: (columns - 120) // (size // 2)], fill=(ink,) * 3, font=ImageFont.load_default(size))
        top += int(size * rng.choice([1.5, 1.5, 1.5, 3]))
    return np.asarray(canvas)


def table(rows: int = 480, columns: int = 640) -> Picture:
    """A screen of doses: light figures in columns on black."""
    canvas = Image.new("RGB", (columns, rows))
    draw, rng = ImageDraw.Draw(canvas), np.random.default_rng(6)
    for row in range(14):
        for column in range(4):
            text = f"{rng.integers(1, 999) / 10} mGy" if row and column else "Series"
            draw.text((40 + 150 * column, 40 + 28 * row), text, fill=(220, 220, 220), font=ImageFont.load_default(14))
    return np.asarray(canvas)


def noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def shaded(picture: Picture) -> Picture:
    """Lit from one corner."""
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    light = 1 - 0.45 * (x / picture.shape[1] + y / picture.shape[0]) / 2
    return np.rint(picture * light[..., None]).astype(np.uint8)


def tilted(picture: Picture) -> Picture:
    """Askew on a black lid that shows all around it."""
    rows, columns = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), 2.5, 0.85)
    return np.asarray(cv2.warpAffine(picture, turn, (columns, rows)), np.uint8)


def yellow(picture: Picture) -> Picture:
    return (picture * np.array((0.95, 0.88, 0.62))).astype(np.uint8)


@pytest.mark.parametrize(
    "scanned",
    [lambda p: p, noisy, shaded, tilted, yellow, lambda p: 255 - p, lambda p: noisy(255 - p), lambda p: p.swapaxes(0, 1),
     lambda p: np.pad(p, ((60, 60), (250, 250), (0, 0))), lambda p: cv2.resize(p, None, fx=3, fy=3)],
    ids=["clean", "noisy", "shaded", "tilted", "yellow", "negative", "noisy negative", "turned", "dark surround", "300 dpi"],
)  # fmt: skip
def test_a_letter_is_a_document_however_it_was_scanned(scanned: Callable[[Picture], Picture]) -> None:
    assert looks_like_document(np.ascontiguousarray(scanned(page()), np.uint8))


def test_grey_paper_and_pale_ink_make_a_document() -> None:
    assert looks_like_document(page(ink=90, paper=170))


def test_a_screen_full_of_figures_is_a_document() -> None:
    assert looks_like_document(table())


def test_a_screen_with_text_around_an_image_is_none() -> None:
    rows, columns = 600, 800
    grey = np.rint(speckled(rows, columns) * 255).astype(np.uint8)
    grey = np.roll(grey, -100, axis=0)
    canvas = Image.fromarray(np.repeat(grey[..., None], 3, axis=2))
    draw = ImageDraw.Draw(canvas)
    for row in range(18):
        draw.text((10, 30 + 30 * row), "Gain 60 dB", fill=(230, 230, 230), font=ImageFont.load_default(15))
        draw.text((700, 30 + 30 * row), "TIS 0.4", fill=(230, 230, 230), font=ImageFont.load_default(15))
    draw.text((150, 5), "Sentinel Hospital  Zoe Sentinel  03.02.1901", fill=(255, 255, 255))
    assert not looks_like_document(np.asarray(canvas))


def test_an_exposed_field_with_a_white_border_is_none() -> None:
    picture = np.full((700, 600, 3), 255, np.uint8)
    y, x = np.mgrid[0:600, 0:500]
    picture[50:650, 50:550] = (90 + 60 * np.sin(y / 40) * np.cos(x / 60)).astype(np.uint8)[..., None]
    cv2.putText(picture, "R", (80, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 3)
    assert not looks_like_document(picture)


def test_tissue_on_a_white_slide_is_none() -> None:
    rng = np.random.default_rng(3)
    picture = np.full((600, 800, 3), 242, np.uint8)
    for _ in range(500):
        middle = int(rng.normal(400, 90)), int(rng.normal(300, 70))
        colour = (150, 70, 140) if rng.random() < 0.5 else (215, 150, 190)
        cv2.circle(picture, middle, int(rng.integers(3, 14)), colour, -1)
    assert not looks_like_document(picture)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (40, 40), (99, 2000)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_what_has_no_rows_is_none(shape: tuple[int, int], value: int) -> None:
    assert not looks_like_document(np.full((*shape, 3), value, np.uint8))


def test_noise_is_none() -> None:
    assert not looks_like_document(np.random.default_rng(1).integers(0, 256, (500, 500, 3), dtype=np.uint8))


def askew(picture: Picture, angle: float, lid: int) -> Picture:
    rows, columns = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(picture, turn, (columns, rows), borderValue=(lid,) * 3), np.uint8)


@pytest.mark.parametrize("lid", [60, 240])
@pytest.mark.parametrize("angle", [6, 12, 20, 30, 45, -12, -33])
def test_a_letter_is_a_document_however_it_is_tilted(angle: float, lid: int) -> None:
    letter = askew(page(), angle, lid)
    assert looks_like_document(letter)
    assert looks_like_document(255 - letter)


def rows_of_words(lines: list[str], *, left: int = 80, top: int = 80, pitch: int = 40) -> Picture:
    canvas = Image.new("RGB", (850, 1100), (245,) * 3)
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines):
        draw.text((left, top + pitch * number), line, fill=(20,) * 3, font=ImageFont.load_default(18))
    return np.asarray(canvas)


@pytest.mark.parametrize("count", [3, 4, 7])
def test_a_few_rows_on_a_bare_page_make_a_document(count: int) -> None:
    assert looks_like_document(rows_of_words(["Sentinel Zoe was seen today for an invented complaint"] * count))


def test_a_form_with_words_at_its_left_edge_only_is_a_document() -> None:
    words = ["Sentinel", "Zoe", "3.2.1901", "Knee", "left", "Dr. Nobody", "ok", "yes"] * 2
    assert looks_like_document(rows_of_words(words, left=60, pitch=60))


def test_a_grainy_photograph_of_a_page_lit_from_one_corner_is_a_document() -> None:
    letter = page().astype(np.float64)
    y, x = np.mgrid[0 : letter.shape[0], 0 : letter.shape[1]]
    light = 0.45 + 0.55 * np.exp(-((x - 200.0) ** 2 + (y - 200.0) ** 2) / 4e5)
    grain = np.random.default_rng(0).normal(0, 0.04, light.shape)
    assert looks_like_document(np.clip(letter * (light + grain)[..., None], 0, 255).astype(np.uint8))
