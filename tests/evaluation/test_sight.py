"""Sight: whatever an image is stored as, 0 is what its fill displays, and text stands out of its ground."""

from collections.abc import Iterator

import numpy as np
import pytest
from invented import COLOUR, DEEP, GREY, all_of, banner, described, of, opened, source_of, with_banner, words_for

from pixelclean.dicom import Kind, PixelFormat, open_frames
from pixelclean.errors import Refused
from pixelclean.evaluation import Line, judge
from pixelclean.evaluation.sight import Sight
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.pixels import black
from pixelclean.plan import Plan
from pixelclean.policy import Limits

LINE = Line(Box(6, 4, 170, 26), characters=12)
FORMS = [
    GREY,
    DEEP,
    of(DEEP, signed=True),
    of(DEEP, photometric="MONOCHROME1"),
    COLOUR,
    of(COLOUR, photometric="YBR_FULL"),
    of(GREY, bits_allocated=32, bits_stored=32, high_bit=31),
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_line_is_left_in_the_source_and_gone_in_what_was_redacted(form: PixelFormat) -> None:
    source = source_of(described(form), form, [words_for(with_banner(), form)])
    sight = Sight.of(source.dataset, source.transfer_syntax, Limits())
    frames = opened(source)
    assert judge([LINE], sight.beside(frames)).lines[0].left
    plan = Plan(form.rows, form.columns, 1, (Region(LINE.box, Act.MASK, Origin.OPERATOR, "test"),))
    fill = black(source.dataset, frames.format, all_of(frames))
    output = source_of(described(form), form, [next(iter(_words(frames, plan, fill)))])
    after = open_frames(output.dataset, output.transfer_syntax, Limits())
    assert not judge([LINE], sight.beside(after)).lines[0].left
    assert not judge([LINE], sight.masked(plan)).lines[0].left


def _words(frames, plan, fill) -> Iterator[np.ndarray]:  # type: ignore[no-untyped-def]
    for number in range(len(frames)):
        words = frames.frame(number).copy()
        words[plan.mask(number)] = np.array(fill, words.dtype)
        yield words


def test_text_that_no_common_window_shows_is_still_seen() -> None:
    picture = np.where(banner(), 60 / 4095, 0.0)
    picture[-1, -1] = 1.0  # one bright pixel takes the whole range
    source = source_of(described(DEEP), DEEP, [words_for(picture, DEEP)])
    sight = Sight.of(source.dataset, source.transfer_syntax, Limits())
    (line,) = judge([LINE], sight.beside(opened(source))).lines
    assert line.left and line.covered == 0


@pytest.mark.parametrize("kind", [Kind.FLOAT, Kind.DOUBLE])
@pytest.mark.parametrize("ground", [0.0, 3.0, np.inf])
@pytest.mark.parametrize("ink", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_number_is_not_black(kind: Kind, ground: float, ink: float) -> None:
    bits = 32 if kind is Kind.FLOAT else 64
    form = of(GREY, bits_allocated=bits, bits_stored=bits, high_bit=bits - 1, kind=kind)
    with np.errstate(over="ignore"):
        words = np.where(banner(), ink, ground).astype(form.dtype)[..., np.newaxis]
    if len(np.unique(words)) == 1:
        return  # no text at all
    words[-1] = 5.0
    source = source_of(described(form), form, [words])
    sight = Sight.of(source.dataset, source.transfer_syntax, Limits())
    (line,) = judge([LINE], sight.beside(opened(source))).lines
    assert line.left and line.covered < 0.1
    plan = Plan(form.rows, form.columns, 1, (Region(LINE.box, Act.MASK, Origin.OPERATOR, "test"),))
    (line,) = judge([LINE], sight.masked(plan)).lines
    assert not line.left and line.doubt is None


def test_an_output_with_other_frames_cannot_be_judged() -> None:
    two = of(GREY, frames=2)
    words = words_for(with_banner(), GREY)
    one, other = source_of(described(GREY), GREY, [words]), source_of(described(two), two, [words, words])
    sight = Sight.of(one.dataset, one.transfer_syntax, Limits())
    with pytest.raises(Refused):
        sight.beside(opened(other))
