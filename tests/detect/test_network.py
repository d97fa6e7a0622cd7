"""The networks: the result does not depend on tiling, and no size of picture is too small or too odd."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import with_banner

from pixelclean import resources
from pixelclean.detect import REACH, Network, Networks, Picture
from pixelclean.errors import ConfigurationError

NETWORKS = Networks.load()
BOTH = pytest.mark.parametrize("network", [NETWORKS.first, NETWORKS.second], ids=["first", "second"])


def rgb(rows: int, columns: int, seed: int = 1) -> Picture:
    return np.repeat((with_banner(rows, columns, seed) * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


@BOTH
def test_a_large_picture_scores_as_its_crops_do(network: Network) -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (3000, 2600, 1)).astype(np.uint8).repeat(3, axis=2)
    picture[900:1020, 900:1100] = rgb(120, 200)  # across the corner of four tiles
    whole = network.scores(picture)
    assert whole.shape == (750, 650)
    for top, left in ((800, 800), (0, 1936), (1904, 960), (2480, 2080)):
        crop = picture[top : top + 640, left : left + 640]
        own = network.scores(np.ascontiguousarray(crop))
        inner = tuple(
            slice(0 if start == 0 else REACH // 4, None if start + 640 >= side else -(REACH // 4))
            for start, side in ((top, 3000), (left, 2600))
        )
        there = whole[top // 4 : top // 4 + own.shape[0], left // 4 : left // 4 + own.shape[1]]
        assert np.abs(own[inner] - there[inner]).max() < 1e-3


@BOTH
@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (16, 16), (1, 700), (700, 1), (3, 1025), (1024, 4), (15, 17)])
def test_every_size_has_a_score_for_every_cell(network: Network, shape: tuple[int, int]) -> None:
    scores = network.scores(rgb(*shape))
    assert scores.shape == (-(-shape[0] // 4), -(-shape[1] // 4))
    assert np.isfinite(scores).all()


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 60), columns=st.integers(1, 60))
def test_small_pictures_have_finite_scores(rows: int, columns: int) -> None:
    scores = NETWORKS.first.scores(np.full((rows, columns, 3), 255, np.uint8))
    assert scores.shape == (-(-rows // 4), -(-columns // 4))
    assert np.isfinite(scores).all()


def test_a_network_with_another_checksum_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="checksum"):
        Network.load(resources.models("text-81k.onnx"), "0" * 64)


def test_the_digest_names_both_networks() -> None:
    assert NETWORKS.digest not in {NETWORKS.first.digest, NETWORKS.second.digest}
    assert NETWORKS.digest == Networks.load().digest
