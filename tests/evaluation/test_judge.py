"""The judge: every line and every character that was not blackened is left, and no other."""

import numpy as np
import pytest
from drawn import COLUMNS, LINE, PITCH, ROWS, TEXT, blackened, character, frame
from hypothesis import given, settings
from hypothesis import strategies as st

from pixelclean.evaluation import Doubt, Line, judge
from pixelclean.evaluation.judge import AWAY
from pixelclean.geometry import Box

LABEL = Line(LINE, identifies=True, characters=len(TEXT))
LOOKS = {
    "white on black": frame((255,), (0,)),
    "black on white": frame((0,), (255,)),
    "dark on grey": frame((40,), (150,)),
    "faint": frame((60,), (50,)),
    "faint and dark": frame((9,), (6,)),
    "on speckle": frame((230,), (60,), noise=20),
    "black on speckle": frame((0,), (190,), noise=20),
    "yellow on white": frame((255, 255, 0), (255, 255, 255)),
    "red on blue": frame((200, 0, 0), (0, 0, 200)),
    "blue on black": frame((0, 0, 120), (0, 0, 0)),
    "next to nothing in a deep image": frame((0.9,), (0.3,)),
}


@pytest.mark.parametrize("look", LOOKS)
def test_text_that_nobody_touched_is_left(look: str) -> None:
    (line,) = judge([LABEL], [(LOOKS[look], LOOKS[look])]).lines
    assert line.left and line.covered < 0.1
    assert line.cells == line.cells_left == len(TEXT)


@pytest.mark.parametrize("look", LOOKS)
def test_text_under_a_mask_is_gone(look: str) -> None:
    (line,) = judge([LABEL], [(LOOKS[look], blackened(LOOKS[look], LINE))]).lines
    assert not line.left and line.covered == 1
    assert (line.cells, line.cells_left) == (len(TEXT), 0)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("open_ones", [{0}, {3, 4, 10}, set(range(0, len(TEXT), 2))])
def test_exactly_the_characters_that_were_not_blackened_are_left(look: str, open_ones: set[int]) -> None:
    covered = [character(number) for number in range(len(TEXT)) if number not in open_ones]
    (line,) = judge([LABEL], [(LOOKS[look], blackened(LOOKS[look], *covered))]).lines
    assert line.cells_left == len(open_ones)
    assert line.left or len(open_ones) == 1  # one of eleven may be less than a tenth of the ink: then its cell tells


def test_a_space_is_no_character() -> None:
    text = "SENT NEL OE"
    before = frame((255,), (0,), text=text)
    (line,) = judge([LABEL], [(before, before)]).lines
    assert line.cells == len(text.replace(" ", ""))


def test_without_a_known_length_cells_are_half_as_wide_as_the_line_is_high() -> None:
    before = np.zeros((ROWS, COLUMNS, 1), np.float32)
    for left in range(LINE.left, LINE.right, 5):
        before[LINE.top : LINE.bottom, left : left + 2] = 255  # strokes, so that no cell is empty
    (line,) = judge([Line(LINE)], [(before, before)]).lines
    assert line.cells == line.cells_left == round(2 * LINE.width / LINE.height)


def test_several_rows_in_one_box_are_told_apart() -> None:
    once = frame((255,), (0,))
    before = np.vstack([once, once])
    both = Box(LINE.left, LINE.top, LINE.right, LINE.bottom + ROWS)
    after = blackened(before, LINE)
    (line,) = judge([Line(both, characters=200)], [(before, after)]).lines
    assert line.left and line.cells_left * 2 == line.cells


def test_rows_over_texture_are_as_many_as_the_characters_need() -> None:
    rng = np.random.default_rng(3)
    before = rng.uniform(0, 255, (ROWS, COLUMNS, 1)).astype(np.float32)
    (line,) = judge([Line(Box(0, 0, 120, 60), characters=64)], [(before, before)]).lines
    assert line.cells == 64  # four rows of sixteen are twice as high as wide


def test_a_rule_under_a_line_is_no_row_of_characters() -> None:
    before = frame((255,), (0,))
    ruled = before.copy()
    ruled[LINE.bottom + 2, LINE.left : LINE.right] = 255
    box = Box(LINE.left, LINE.top, LINE.right, LINE.bottom + 3)
    counts = [judge([Line(box, characters=200)], [(each, each)]).lines[0].cells for each in (before, ruled)]
    assert counts[0] == counts[1]


def test_a_line_may_run_from_black_over_bright_tissue() -> None:
    dark, bright = frame((255,), (0,)), frame((255,), (170,))
    before = dark.copy()
    before[:, COLUMNS // 2 :] = bright[:, COLUMNS // 2 :]
    last = character(len(TEXT) - 1)
    for open_ones in ([character(0)], [last], [character(0), last]):
        after = blackened(before, LINE)
        for box in open_ones:
            after[box.slices] = before[box.slices]
        (line,) = judge([LABEL], [(before, after)]).lines
        assert (line.cells, line.cells_left) == (len(TEXT), len(open_ones))


def test_text_that_runs_upwards_has_a_cell_for_each_character() -> None:
    before = np.ascontiguousarray(np.rot90(frame((255,), (0,))))
    upright = Box(LINE.top, COLUMNS - LINE.right, LINE.bottom, COLUMNS - LINE.left)
    lowest = Box(LINE.top, COLUMNS - LINE.left - PITCH, LINE.bottom, COLUMNS - LINE.left)
    (line,) = judge([Line(upright, characters=len(TEXT))], [(before, blackened(before, lowest))]).lines
    assert (line.cells, line.cells_left) == (len(TEXT), len(TEXT) - 1)


def test_a_line_that_shows_in_one_frame_only_counts_there_only() -> None:
    shown, empty = frame((255,), (0,)), np.zeros((ROWS, COLUMNS, 1), np.float32)
    gone = blackened(shown, LINE)
    assert not judge([LABEL], [(shown, gone), (empty, empty)]).lines[0].left
    assert judge([LABEL], [(shown, gone), (empty, empty), (shown, shown)]).lines[0].frame == 2


def test_a_dark_line_whose_ground_stays_when_it_goes_counts_where_it_shows_only() -> None:
    shown, empty = frame((0,), (255,)), np.full((ROWS, COLUMNS, 1), 255, np.float32)
    assert not judge([LABEL], [(shown, blackened(shown, LINE)), (empty, empty)]).lines[0].left


def test_named_frames_are_judged_each_with_its_own_ink() -> None:
    first, second = frame((255,), (0,)), frame((255,), (0,), text="ZZZZZZZZZZZ")
    empty = np.zeros((ROWS, COLUMNS, 1), np.float32)
    named = Line(LINE, characters=len(TEXT), frames=frozenset({1, 2}))
    pairs = [(empty, empty), (first, blackened(first, LINE)), (second, second)]
    (line,) = judge([named], pairs).lines
    assert (line.left, line.frame, line.cells_left) == (True, 2, len(TEXT))


def test_a_lossy_neighbour_may_bleed_a_little_into_the_mask() -> None:
    before = frame((255,), (90,))
    after = blackened(before, LINE)
    after[LINE.slices] = 9
    assert not judge([LABEL], [(before, after)]).lines[0].left


def test_grey_instead_of_black_is_no_mask() -> None:
    before = frame((255,), (90,))
    after = before.copy()
    after[LINE.slices] = 60
    assert judge([LABEL], [(before, after)]).lines[0].left


def test_only_what_changed_away_from_every_line_counts_as_waste() -> None:
    before = frame((255,), (90,))
    around = LINE.grown(AWAY)
    assert judge([LABEL], [(before, blackened(before, around))]).away == 0
    far = Box(0, 0, COLUMNS, 5)
    both = judge([LABEL], [(before, blackened(before, around, far)), (before, before)])
    assert both.away == pytest.approx(5 * COLUMNS / (2 * ROWS * COLUMNS))


def test_what_was_black_before_was_not_changed() -> None:
    before = frame((255,), (0,))
    everything = Box(0, 0, COLUMNS, ROWS)
    assert judge([LABEL], [(before, blackened(before, everything))]).away == 0


def test_a_box_without_contrast_must_be_black_all_over() -> None:
    flat = np.full((ROWS, COLUMNS, 1), 128, np.float32)
    half = Box(LINE.left, LINE.top, LINE.left + LINE.width // 2, LINE.bottom)
    assert judge([LABEL], [(flat, blackened(flat, half))]).lines[0].left
    assert not judge([LABEL], [(flat, blackened(flat, LINE))]).lines[0].left


def test_a_box_that_holds_no_ink_is_in_doubt_and_not_covered() -> None:
    before = frame((255,), (0,))
    beside = Line(Box(LINE.left, 0, LINE.right, 12), characters=len(TEXT))
    for frames in ([(before, before)], [(before, blackened(before, LINE))] * 2):
        (line,) = judge([beside], frames).lines
        assert not line.left and line.doubt is Doubt.NO_INK and line.cells == 0


def test_a_box_with_a_speck_in_it_is_in_doubt_as_well() -> None:
    speck = np.zeros((ROWS, COLUMNS, 1), np.float32)
    speck[LINE.top + 2, LINE.left + 2] = 200
    (line,) = judge([LABEL], [(speck, blackened(speck, LINE))]).lines
    assert not line.left and line.doubt is Doubt.NO_INK


def test_a_box_that_meets_a_few_of_its_characters_is_in_doubt() -> None:
    before = frame((255,), (0,))
    wide = Line(Box(LINE.left, LINE.top, COLUMNS, LINE.bottom), characters=len(TEXT))
    few = frame((255,), (0,), text=TEXT[:2])
    assert judge([wide], [(before, blackened(before, LINE))]).lines[0].doubt is None
    (line,) = judge([wide], [(few, blackened(few, LINE))]).lines
    assert not line.left and line.doubt is Doubt.LITTLE_INK


@pytest.mark.parametrize("box", [LINE, LINE.grown(8), Box(0, 0, COLUMNS, ROWS)])
def test_a_line_that_appears_later_is_judged_by_its_own_ink_however_loose_its_box(box: Box) -> None:
    blank, shown = np.zeros((ROWS, COLUMNS, 1), np.float32), frame((255,), (0,))
    label = Line(box, characters=len(TEXT))
    (line,) = judge([label], [(blank, blank), (shown, shown), (shown, shown)]).lines
    assert line.left and line.frame == 1
    assert not judge([label], [(blank, blank), (shown, blackened(shown, LINE))]).lines[0].left


@pytest.mark.parametrize("text", ["ZZZZZZZZZZZ", "SENTINELZOO"])
def test_a_box_that_shows_something_else_later_is_in_doubt_where_that_is_not_covered(text: str) -> None:
    first, later = frame((255,), (0,)), frame((255,), (0,), text=text)
    gone = (first, blackened(first, LINE))
    last = character(len(TEXT) - 1)
    (line,) = judge([LABEL], [gone, (later, blackened(later, *_all_but(last)) if text[0] == "S" else later)]).lines
    assert line.left or line.doubt is Doubt.CHANGES
    (line,) = judge([LABEL], [gone, (later, blackened(later, LINE))]).lines
    assert not line.left and line.doubt is None


def _all_but(open_one: Box) -> list[Box]:
    return [box for box in map(character, range(len(TEXT))) if box != open_one]


def test_a_named_frame_that_does_not_show_the_line_leaves_it_in_doubt() -> None:
    shown, blank = frame((255,), (0,)), np.zeros((ROWS, COLUMNS, 1), np.float32)
    gone = (shown, blackened(shown, LINE))
    for frames, doubt in (({0, 1}, Doubt.NO_INK), ({0, 2}, Doubt.NOT_SHOWN), ({0}, None)):
        named = Line(LINE, characters=len(TEXT), frames=frozenset(frames))
        (line,) = judge([named], [gone, (blank, blank)]).lines
        assert not line.left and line.doubt is doubt


def test_where_there_is_no_frame_nothing_was_judged() -> None:
    verdict = judge([LABEL], [])
    (line,) = verdict.lines
    assert verdict.away is None and not line.left and line.doubt is Doubt.NOT_SHOWN


def test_what_is_left_is_no_doubt() -> None:
    flat = np.full((ROWS, COLUMNS, 1), 128, np.float32)
    (line,) = judge([LABEL], [(flat, flat)]).lines
    assert line.left and line.doubt is None and line.cells == line.cells_left == len(TEXT)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(st.integers(0, COLUMNS - 1)), draw(st.integers(0, ROWS - 1))
    return Box(left, top, draw(st.integers(left + 1, COLUMNS)), draw(st.integers(top + 1, ROWS)))


@settings(max_examples=60)
@given(st.sampled_from(sorted(LOOKS)), st.lists(boxes(), max_size=4), boxes())
def test_covering_more_never_leaves_more(look: str, some: list[Box], one_more: Box) -> None:
    before = LOOKS[look]
    less = judge([LABEL], [(before, blackened(before, *some))])
    more = judge([LABEL], [(before, blackened(before, *some, one_more))])
    assert more.lines[0].covered >= less.lines[0].covered
    assert more.lines[0].cells_left <= less.lines[0].cells_left
    assert more.lines[0].cells == less.lines[0].cells
    assert more.away >= less.away
