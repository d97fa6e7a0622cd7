"""Films: what differs from the frame before is looked at with its surroundings, and only equal pixels are passed over."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.detect.changes import Change, Changes
from pixelclean.geometry import Box

ROWS, COLUMNS = 400, 500
Picture = npt.NDArray[np.uint8]


def noise(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (ROWS, COLUMNS, 3), np.uint8)


def grey(picture: Picture) -> Picture:
    return np.broadcast_to(picture[..., :1].copy(), picture.shape)


def other(picture: Picture, row: int, column: int, sample: int) -> Picture:
    changed = picture.copy()
    changed[row, column, sample] ^= 1
    return changed


def part(change: Change | None) -> Box:
    assert change is not None
    return change.part


def test_the_first_frame_is_looked_at_as_a_whole() -> None:
    assert part(Changes().of(0, noise(1))) == Box(0, 0, COLUMNS, ROWS)


def test_each_picture_of_a_frame_is_compared_with_its_own_kind() -> None:
    changes = Changes()
    changes.of(0, noise(1))
    assert part(changes.of(1, noise(1))) == Box(0, 0, COLUMNS, ROWS)


@given(st.booleans())
def test_a_picture_that_equals_the_one_before_needs_no_look(grey_one: bool) -> None:
    changes, picture = Changes(), grey(noise(1)) if grey_one else noise(1)
    changes.of(0, picture)
    assert changes.of(0, picture.copy()) is None


@given(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), st.integers(0, 2))
def test_one_step_of_one_sample_is_a_change_that_is_looked_at_with_its_surroundings(
    row: int, column: int, sample: int
) -> None:
    changes, picture = Changes(), noise(1)
    changes.of(0, picture)
    change = changes.of(0, other(picture, row, column, sample))
    around = Box(column, row, column + 1, row + 1).grown(64).clipped(ROWS, COLUMNS)
    assert around is not None and part(change).intersection(around) == around
    assert change is not None and np.argwhere(change.cells).tolist() == [[row // 4, column // 4]]


@given(
    st.lists(st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1)), min_size=1, max_size=6), st.booleans()
)
def test_whatever_differs_lies_in_the_part(places: list[tuple[int, int]], in_grey: bool) -> None:
    changes, before = Changes(), noise(2)
    after = before.copy()
    for row, column in places:
        after[row, column] ^= 128
    pair = (grey(before), grey(after)) if in_grey else (before, after)
    changes.of(0, pair[0])
    change = changes.of(0, pair[1])
    differing = (pair[0] != pair[1]).any(axis=2)
    assert (change is not None) == differing.any()
    if change is not None:
        cells = np.kron(change.cells, np.ones((4, 4), np.bool_))[:ROWS, :COLUMNS]
        outside = differing.copy()
        outside[change.part.slices] = False
        assert not outside.any() and not (differing & ~cells).any()
        assert differing.reshape(ROWS // 4, 4, COLUMNS // 4, 4).any(axis=(1, 3)).sum() == change.cells.sum()


def test_grey_turned_into_colour_of_the_same_first_sample_is_a_change() -> None:
    changes, picture = Changes(), grey(noise(3))
    changes.of(0, picture)
    assert changes.of(0, other(picture, 200, 250, 2)) is not None


def test_only_the_frame_before_counts_as_known() -> None:
    changes, one, two = Changes(), noise(1), noise(2)
    changes.of(0, one)
    assert part(changes.of(0, two)) == part(changes.of(0, one)) == Box(0, 0, COLUMNS, ROWS)
