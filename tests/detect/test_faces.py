"""Photographs that show a face are told from those that show none, upright or turned."""

import numpy as np
import pytest
from skimage import data

from pixelclean.detect import Picture, faces
from pixelclean.geometry import Box


def astronaut() -> Picture:
    """A portrait by NASA, in the public domain."""
    return np.asarray(data.astronaut(), np.uint8)


FACE = Box(170, 60, 280, 210)  # where her face is


@pytest.mark.parametrize("turns", range(4))
def test_a_face_is_seen_whatever_way_it_is_turned(turns: int) -> None:
    picture = np.ascontiguousarray(np.rot90(astronaut(), turns))
    where = np.zeros((512, 512), np.bool_)
    where[FACE.slices] = True
    turned = np.rot90(where, turns)
    assert any(turned[box.slices].mean() > 0.5 for box in faces(picture))


def test_a_face_without_colour_is_seen() -> None:
    grey = astronaut().mean(axis=2).astype(np.uint8)
    assert faces(np.repeat(grey[..., None], 3, axis=2))


def test_photographs_without_a_person_show_none() -> None:
    assert faces(np.asarray(data.coffee(), np.uint8)) == ()
    assert faces(np.asarray(data.chelsea(), np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (23, 23), (2000, 3), (100, 100)])
def test_no_size_is_too_odd(shape: tuple[int, int]) -> None:
    assert faces(np.full((*shape, 3), 130, np.uint8)) == ()
