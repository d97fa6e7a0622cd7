"""Components: what hangs together in a mask, corners too."""

import numpy as np

from pixelclean.detect.components import components
from pixelclean.geometry import Box


def test_each_component_has_its_bounds_and_its_pixels() -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[2:5, 3:9] = True
    mask[10, 10] = mask[11, 11] = True  # they meet at a corner
    assert set(components(mask)) == {(Box(3, 2, 9, 5), 18), (Box(10, 10, 12, 12), 2)}


def test_an_empty_mask_has_none() -> None:
    assert components(np.zeros((4, 4), np.bool_)) == ()
