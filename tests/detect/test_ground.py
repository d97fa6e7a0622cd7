"""Ground under kept text: flat, coded with loss or noisy, and nothing else on it."""

import cv2
import numpy as np
import pytest
from invented import lettering

from pixelclean.detect.reading.ground import deviations, is_even

SHAPE = (90, 220)


def text(line: str = "Depth 12", left: int = 40, top: int = 34, size: int = 22) -> np.ndarray:
    return lettering(*SHAPE, line, left, top, size) / 255


def on(ground: np.ndarray | float, level: float = 210) -> np.ndarray:
    return np.asarray(ground + text() * level)


def even(grey: np.ndarray) -> bool:
    picture = np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    off = deviations([picture])
    ink = np.abs(off).max(axis=0) >= 63
    return is_even(off, ink, 210)


def noise(deviation: float, seed: int = 1) -> np.ndarray:
    return 20 + np.random.default_rng(seed).normal(0, deviation, SHAPE)


def coded(grey: np.ndarray, quality: int) -> np.ndarray:
    data = cv2.imencode(".jpg", np.clip(grey, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float64)


def test_flat_coded_and_noisy_ground_is_even() -> None:
    assert even(on(0))
    assert even(on(40))
    assert all(even(coded(on(20), quality)) for quality in (88, 92, 96))
    assert all(even(on(noise(deviation, seed))) for deviation in (0.7, 1, 2, 3) for seed in range(4))


@pytest.mark.parametrize("level", [3, 8, 20, 40, 60])
def test_no_fainter_letters_stand_on_even_ground(level: int) -> None:
    for secret in (text("SENTINEL", 44, 40, 9), text("ZOE", 170, 36, 14), text("SENTINEL", 40, 60, 18)):
        assert not even(np.maximum(on(0), level * secret))
        assert not even(on(40) - level * secret * (text() == 0))


@pytest.mark.parametrize("deviation", [1, 2, 3])
def test_letters_that_noise_seems_to_hide_are_found_together(deviation: float) -> None:
    for secret in (text("ZOE", 170, 36, 16), text("SENTINEL", 40, 60, 18)):
        assert not even(on(noise(deviation)) + 3 * deviation * secret)


@pytest.mark.parametrize("level", [12, 25, 60])
def test_what_coding_does_beside_letters_hides_no_others(level: int) -> None:
    for quality in (88, 92, 96):
        assert not even(coded(np.maximum(on(20), 20 + level * text("SENTINEL", 44, 40, 12)), quality))


def test_a_single_dot_is_something() -> None:
    dotted = on(0)
    dotted[70, 200] = 30
    assert not even(dotted)


def test_a_dot_matrix_is_no_noise() -> None:
    for spacing, size in ((2, 1), (3, 2), (4, 1)):
        dots = np.zeros(SHAPE)
        rows, columns = np.nonzero(lettering(14, 60, "ZOE", 0, 0, 10) > 90)
        for row, column in zip(rows, columns, strict=True):
            top, left = 30 + spacing * row, 160 + spacing * column
            dots[top : top + size, left : left + size] = 1
        assert not any(even(np.maximum(on(0), level * dots)) for level in (4, 25, 45, 62))


def test_tissue_and_gradients_are_not_even() -> None:
    tissue = cv2.GaussianBlur(np.random.default_rng(2).normal(90, 60, SHAPE), (0, 0), 3)
    assert not even(on(tissue))
    assert not even(on(np.linspace(0, 30, SHAPE[1])[np.newaxis].repeat(SHAPE[0], axis=0)))
