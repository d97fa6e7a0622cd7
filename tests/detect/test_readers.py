"""Readers of lines: Tesseract as it is installed, RapidOCR where it is."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from invented import lettering

from pixelclean.detect.read import Word
from pixelclean.detect.reading import Block, Line, agreed_text, is_covered, load_reader, rapid
from pixelclean.detect.reading.readers import Reader
from pixelclean.errors import ConfigurationError
from pixelclean.geometry import Box
from pixelclean.phi import Phi
from pixelclean.policy import PixelPolicy, ReaderName

INSTALLED = [ReaderName.TESSERACT, *([ReaderName.RAPIDOCR] if find_spec("rapidocr") else [])]


def line_of(text: str, size: int = 24) -> Line:
    grey = lettering(100, 400, text, 60, 36, size)
    columns = np.flatnonzero(grey.any(axis=0))
    box = Box(int(columns[0]) - 3, 30, int(columns[-1]) + 4, 74)
    block = Block.of([np.repeat(grey[..., np.newaxis], 3, axis=2)], box, np.zeros(grey.shape, np.bool_))
    assert block is not None
    return block.lines[0]


@pytest.fixture(scope="module", params=INSTALLED)
def reader(request: pytest.FixtureRequest) -> Reader:
    return load_reader(PixelPolicy(reader=request.param), 2)


def test_lines_are_read_in_their_order_and_never_show_themselves(reader: Reader) -> None:
    said = ["SENTINEL", "Depth 16 cm", "L", "RT KIDNEY"] * 5
    lines = [line_of(text) for text in said]
    words = iter(reader.lines([picture for line in lines for picture in (line.shades, line.ink)]))
    read = [agreed_text(line, next(words), next(words)) for line in lines]
    assert [text.reveal() for text in read if text] == said
    assert "SENTINEL" not in repr(read)


def test_nothing_is_read_from_nothing(reader: Reader) -> None:
    assert reader.lines([]) == ()
    blank, dot = np.full((60, 90), 255, np.uint8), np.zeros((1, 1), np.uint8)
    assert len(reader.lines([blank, dot])) == 2
    assert all(word.confidence < 60 for words in reader.lines([blank, dot]) for word in words)


def test_a_word_that_was_not_read_leaves_its_ink_uncovered(reader: Reader) -> None:
    line = line_of("Depth 16 SENTINEL")
    for picture, words in zip((line.shades, line.ink), reader.lines([line.shades, line.ink]), strict=True):
        assert is_covered(picture, [each.box for each in words])
        for missing in words:
            assert not is_covered(picture, [each.box for each in words if each is not missing])


def test_a_whole_picture_is_read_too(reader: Reader) -> None:
    grey = lettering(200, 400, "SENTINEL", 60, 80, 30)
    whole = np.repeat(grey[..., np.newaxis], 3, axis=2)
    first, blank, turned = reader.words([whole, np.zeros_like(whole), whole[:, ::-1]])
    assert "SENTINEL" in [word.text.reveal() for word in first]
    assert "SENTINEL" not in [word.text.reveal() for word in (*blank, *turned)]
    assert reader.words([]) == ()
    assert reader.version


def word(text: str, box: Box, confidence: float = 95.0) -> Word:
    return Word(Phi(text), box, confidence)


def test_two_readings_agree_only_where_nothing_is_in_doubt() -> None:
    line = line_of("Depth 16 cm")
    whole = Box(0, 0, line.ink.shape[1], line.ink.shape[0])
    sure = [word("Depth", whole), word("16", whole), word("cm", whole)]
    assert agreed_text(line, sure, [word("depth", whole), word("16cm", whole)]) == Phi("Depth 16 cm")
    assert agreed_text(line, sure, []) is None
    assert agreed_text(line, sure, [word("Depth", whole), word("18", whole), word("cm", whole)]) is None
    assert agreed_text(line, sure, [word("Depth", whole, 20.0), word("16", whole), word("cm", whole)]) is None
    left = Box(0, 0, whole.right // 2, whole.bottom)
    assert agreed_text(line, [word("Depth 16 cm", left)] * 1, sure) is None
    assert agreed_text(line, [word("cm", whole)], [word("cm", whole)]) is None


def test_a_rapidocr_that_is_not_there_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapid, "_PACKAGE", "rapidocr-that-nobody-installed")
    with pytest.raises(ConfigurationError, match=r"not installed.*pixel\.reader"):
        load_reader(PixelPolicy(reader=ReaderName.RAPIDOCR))


def test_a_rapidocr_without_models_is_refused_and_none_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rapidly_empty").mkdir()
    (tmp_path / "rapidly_empty" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(rapid, "_PACKAGE", "rapidly_empty")
    with pytest.raises(ConfigurationError, match="none is fetched"):
        rapid._models()
