"""Reading, documents and previews."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from invented import lettering, speckled

from pixelclean.detect import drawn, looks_like_document, png, read_words, require_tesseract
from pixelclean.errors import ConfigurationError, PixelcleanError
from pixelclean.geometry import Act, Box, Origin, Region


def rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey.astype(np.uint8)[..., np.newaxis], 3, axis=2)


def test_a_clear_word_is_read_where_it_stands_and_never_shows_itself() -> None:
    (words,) = read_words([rgb(lettering(120, 400, "SENTINEL", 40, 40, 32))])
    (word,) = [word for word in words if word.text.reveal() == "SENTINEL"]
    assert word.confidence > 80
    assert Box(30, 30, 260, 90).intersection(word.box) == word.box
    assert "SENTINEL" not in repr(word)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (7, 5), (1, 300), (300, 1)])
def test_no_picture_is_too_small_to_read(shape: tuple[int, int]) -> None:
    read_words([np.full((*shape, 3), 128, np.uint8)])


def test_a_missing_tesseract_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert require_tesseract()[0].isdigit()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError, match="not installed"):
        require_tesseract()


_HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


@pytest.mark.parametrize("said", ["", "SENTINEL ZOE\n", _HEAD, _HEAD + "1\t1\t0\t0\t0\t0\t0\t0\t8\t8\t-1\t\n5\t1\t1"])
def test_a_tesseract_that_writes_no_whole_table_is_no_reader(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "said").write_text(said)
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\nexec /bin/cat {tmp_path}/said\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PixelcleanError):
        read_words([np.zeros((8, 8, 3), np.uint8)])


def test_paper_with_print_on_it_looks_like_a_document() -> None:
    page = np.full((600, 400), 244.0)
    for line in range(40):
        page -= lettering(600, 400, "Sentinel Zoe was here for an examination", 20, 10 + 14 * line, 13) * 0.85
    assert looks_like_document(rgb(np.clip(page, 0, 255)))


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_even_picture_is_no_document(grey: int) -> None:
    assert not looks_like_document(np.full((64, 64, 3), grey, np.uint8))


def test_a_scan_on_black_is_no_document() -> None:
    picture = speckled(200, 300) * 255
    assert not looks_like_document(rgb(picture))
    assert not looks_like_document(np.full((1, 1, 3), 255, np.uint8))


def test_a_preview_outlines_what_is_masked_and_leaves_the_picture_alone() -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    regions = [
        Region(Box(5, 5, 20, 15), act, origin, "test") for act in Act for origin in Origin
    ] + [Region(Box(59, 39, 60, 40), Act.MASK, Origin.DETECTOR, "test")]  # fmt: skip
    outlined = drawn(picture, regions)
    assert not picture.any()
    assert outlined[5, 5:20].any(axis=1).all()
    assert not outlined[6:14, 6:19].any()
    assert outlined[39, 59].any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 1), (300, 500)])
def test_a_png_keeps_its_shape_within_the_longest_side(shape: tuple[int, int]) -> None:
    small = cv2.imdecode(np.frombuffer(png(np.zeros((*shape, 3), np.uint8), 100), np.uint8), cv2.IMREAD_COLOR)
    assert small is not None
    assert max(small.shape[:2]) == min(100, max(shape))
    assert min(small.shape[:2]) >= 1
