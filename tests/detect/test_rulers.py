"""Numbers that stand alone stay only as the digits of a ruler."""

from hypothesis import given
from hypothesis import strategies as st

from pixelclean.detect.reading import Mark, marks_of_rulers
from pixelclean.geometry import Box


def marks(values: list[float], way: int = 60, *, down: bool = True) -> list[Mark]:
    """Numbers one after the other, each in a box 20 by 12."""
    places = [(500, 40 + way * number) if down else (40 + way * number, 400) for number in range(len(values))]
    return [Mark(value, Box(left, top, left + 20, top + 12)) for value, (left, top) in zip(values, places, strict=True)]


def test_even_steps_of_value_and_place_are_a_ruler() -> None:
    for down in (True, False):
        for values in ([0, 5, 10, 15], [20, 15, 10, 5], [1, 2, 3, 4, 5, 6]):
            ruler = marks(values, down=down)
            assert marks_of_rulers(ruler) == set(ruler)


def test_three_numbers_may_be_a_date() -> None:
    assert marks_of_rulers(marks([5, 10, 15])) == frozenset()


def test_numbers_out_of_step_are_none() -> None:
    for values in ([5, 12, 19, 62], [1, 9, 6, 2], [3, 3, 3, 3], [7, 14, 21, 28], [10, 20, 10, 20]):
        assert marks_of_rulers(marks(values)) == frozenset()


def test_numbers_close_to_each_other_are_one_number() -> None:
    assert marks_of_rulers(marks([1, 2, 3, 4], way=22, down=False)) == set(marks([1, 2, 3, 4], way=22, down=False))
    assert marks_of_rulers(marks([1, 2, 3, 4], way=16, down=False)) == frozenset()


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
