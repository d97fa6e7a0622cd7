"""Numbers that stand alone stay only as the digits of a ruler."""

from hypothesis import given
from hypothesis import strategies as st

from pixelclean.detect.reading import Mark, marks_of_rulers, spelled_out
from pixelclean.geometry import Box


def marks(values: list[float], way: int = 60, *, down: bool = True) -> list[Mark]:
    """Numbers one after the other, each in a box 20 by 12."""
    places = [(500, 40 + way * number) if down else (40 + way * number, 400) for number in range(len(values))]
    return [Mark(value, Box(left, top, left + 20, top + 12)) for value, (left, top) in zip(values, places, strict=True)]


def test_even_steps_of_value_and_place_are_a_ruler() -> None:
    for down in (True, False):
        for values in ([0, 5, 10, 15], [20, 15, 10, 5], [7, 8, 9, 10]):
            ruler = marks(values, down=down)
            assert marks_of_rulers(ruler) == set(ruler)


def test_a_row_of_single_digits_may_be_an_id_and_a_column_of_them_is_a_ruler() -> None:
    for values in ([1, 2, 3, 4, 5], [9, 8, 7, 6], [2, 4, 6, 8]):
        assert marks_of_rulers(marks(values)) == set(marks(values))
        assert marks_of_rulers(marks(values, down=False)) == frozenset()
        stranger = Mark(62, Box(600, 400, 620, 412))
        assert marks_of_rulers([*marks(values, down=False), stranger]) == frozenset()


def test_digits_off_a_ladder_are_an_id_however_far_apart() -> None:
    for values in ([7, 7, 1, 7, 7, 1, 7], [1, 9, 0, 1, 0, 2, 0, 3], [4, 8, 1, 5]):
        for down in (True, False):
            assert marks_of_rulers(marks(values, way=90, down=down)) == frozenset()


def test_letters_near_each_other_in_a_row_or_a_column_are_a_word() -> None:
    word = [Box(left, 100, left + 12, 116) for left in (40, 140, 240)]
    assert spelled_out(word) == set(word)
    column = [Box(40, top, 52, top + 16) for top in (40, 140)]
    assert spelled_out(column) == set(column)
    sides = [Box(10, 200, 22, 216), Box(480, 200, 492, 216), Box(250, 10, 262, 26)]
    assert spelled_out(sides) == frozenset()


def test_three_numbers_may_be_a_date() -> None:
    assert marks_of_rulers(marks([5, 10, 15])) == frozenset()


def test_numbers_out_of_step_are_none() -> None:
    for values in ([5, 12, 19, 62], [1, 9, 6, 2], [3, 3, 3, 3], [7, 14, 21, 28], [10, 20, 10, 20]):
        assert marks_of_rulers(marks(values)) == frozenset()


def test_numbers_close_to_each_other_are_one_number() -> None:
    values = [10, 20, 30, 40]
    assert marks_of_rulers(marks(values, way=40, down=False)) == set(marks(values, way=40, down=False))
    assert marks_of_rulers(marks(values, way=30, down=False)) == frozenset()
    assert marks_of_rulers(marks(values, way=16)) == frozenset()


def test_a_stranger_beside_a_ruler_is_no_mark_of_it() -> None:
    ruler, stranger = marks([0, 5, 10, 15]), Mark(62, Box(100, 40, 120, 52))
    assert marks_of_rulers([*ruler, stranger]) == set(ruler)
    beside = Mark(62, Box(500, 75, 520, 87))
    assert marks_of_rulers([*ruler, beside]) == set(ruler)


def test_one_number_may_be_missing() -> None:
    ruler = marks([0, 5, 10, 15, 20, 25])
    left = [mark for mark in ruler if mark.value != 10]
    assert marks_of_rulers(left) == set(left)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20), st.integers(0, 20)), max_size=8))
def test_any_numbers_anywhere_can_be_judged(numbers: list[tuple[int, int, int]]) -> None:
    given_marks = [Mark(value, Box(30 * x, 20 * y, 30 * x + 20, 20 * y + 12)) for value, x, y in numbers]
    assert marks_of_rulers(given_marks) <= set(given_marks)
