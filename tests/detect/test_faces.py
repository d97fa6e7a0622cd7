"""Photographs that show a face are told from those that show none, upright or turned."""

import cv2
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


def far_away(scale: float, rows: int, columns: int) -> Picture:
    """The portrait, small, before an even wall."""
    small = cv2.resize(astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = np.full((rows, columns, 3), (90, 110, 120), np.uint8)
    picture[rows // 3 : rows // 3 + small.shape[0], columns // 3 : columns // 3 + small.shape[1]] = small
    return picture


def test_a_face_of_fifty_pixels_is_seen() -> None:
    assert faces(far_away(0.45, 480, 640))


@pytest.mark.parametrize("light", [(0.5, 0.8, 1.3), (0.7, 1.1, 0.7), (1.1, 1.0, 0.5)], ids=["blue", "green", "yellow"])
def test_a_face_in_light_of_a_colour_is_seen(light: tuple[float, float, float]) -> None:
    assert faces(np.clip(astronaut() * np.array(light), 0, 255).astype(np.uint8))


def test_a_face_in_a_negative_is_seen() -> None:
    grey = astronaut().mean(axis=2).astype(np.uint8)
    assert faces(np.repeat(255 - grey[..., None], 3, axis=2))
