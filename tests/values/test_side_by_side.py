"""Work side by side: order, errors and how far it runs ahead do not depend on the threads."""

from threading import Event

import pytest

from pixelclean.side_by_side import both, in_order


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_things(threads: int) -> None:
    assert list(in_order(lambda number: number * number, range(50), threads)) == [n * n for n in range(50)]
    assert list(in_order(str, [], threads)) == []


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_what_the_first_thing_in_order_raises_is_raised_though_a_later_one_fails_sooner(threads: int) -> None:
    later_one_failed = Event()

    def work(number: int) -> int:
        if number == 4:
            later_one_failed.set()
            raise ValueError("later")
        if number == 3:
            later_one_failed.wait(10 if threads > 1 else 0)
            raise KeyError("first")
        return number

    given = in_order(work, range(100), threads)
    assert [next(given) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError):
        next(given)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_things_are_taken_only_a_few_ahead_of_what_was_given(threads: int) -> None:
    taken = list[int]()

    def things() -> object:
        for number in range(100):
            taken.append(number)
            yield number

    given = in_order(lambda number: number, things(), threads)
    for number in range(60):
        assert next(given) == number
        assert len(taken) <= number + 1 + (threads + 4 if threads > 1 else 1)
    given.close()
    assert len(taken) <= 60 + threads + 4


def test_an_error_in_taking_a_thing_is_raised_as_well() -> None:
    def things() -> object:
        yield 1
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any
        list(in_order(lambda number: number, things(), 2))


@pytest.mark.parametrize("threads", [1, 2])
def test_of_two_pieces_of_work_both_results_come_and_the_error_of_the_first(threads: int) -> None:
    assert both(lambda: 1, lambda: "two", threads) == (1, "two")
    with pytest.raises(KeyError):
        both(lambda: {}["first"], lambda: int("two"), threads)
    with pytest.raises(ValueError, match="two"):
        both(lambda: 1, lambda: int("two"), threads)
