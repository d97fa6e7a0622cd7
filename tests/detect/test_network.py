"""The network: the result does not depend on tiling, and no size of picture is too small or too odd."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import with_banner

from pixelclean import resources
from pixelclean.detect import REACH, Network, Picture
from pixelclean.errors import ConfigurationError

NETWORK = Network.load()


def rgb(rows: int, columns: int, seed: int = 1) -> Picture:
    return np.repeat((with_banner(rows, columns, seed) * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def test_a_large_picture_scores_as_its_crops_do() -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (3200, 2000, 1)).astype(np.uint8).repeat(3, axis=2)
    picture[1480:1600, 1440:1640] = rgb(120, 200)  # across the corner of four tiles
    whole = NETWORK.scores(picture)
    assert whole.shape == (800, 500)
    for top, left in ((1120, 1120), (0, 1120), (2320, 0)):
        crop = picture[top : top + 880, left : left + 880]
        own = NETWORK.scores(np.ascontiguousarray(crop))
        inner = tuple(
            slice(0 if start == 0 else REACH // 4, None if start + 880 >= side else -(REACH // 4))
            for start, side in ((top, 3200), (left, 2000))
        )
        there = whole[top // 4 : top // 4 + own.shape[0], left // 4 : left // 4 + own.shape[1]]
        assert np.abs(own[inner] - there[inner]).max() < 1e-3


def test_one_plane_seen_three_times_scores_as_three_planes_do() -> None:
    copied = rgb(150, 213)
    seen_thrice = np.broadcast_to(copied[..., :1], copied.shape)
    assert np.array_equal(NETWORK.scores(seen_thrice[7:, 16:]), NETWORK.scores(copied[7:, 16:]))


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (16, 16), (1, 700), (700, 1), (3, 1537), (1536, 4), (15, 17)])
def test_every_size_has_a_score_for_every_cell(shape: tuple[int, int]) -> None:
    scores = NETWORK.scores(rgb(*shape))
    assert scores.shape == (-(-shape[0] // 4), -(-shape[1] // 4))
    assert np.isfinite(scores).all()


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 60), columns=st.integers(1, 60))
def test_small_pictures_have_finite_scores(rows: int, columns: int) -> None:
    scores = NETWORK.scores(np.full((rows, columns, 3), 255, np.uint8))
    assert scores.shape == (-(-rows // 4), -(-columns // 4))
    assert np.isfinite(scores).all()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped models that may be damaged."""
    for file in ("models.toml", "text.onnx"):
        shutil.copyfile(resources.models(file), tmp_path / file)
    monkeypatch.setattr(resources, "models", tmp_path.joinpath)
    return tmp_path


def test_a_network_with_another_checksum_is_not_loaded(models: Path) -> None:
    network = models / "text.onnx"
    network.write_bytes(network.read_bytes()[:-1] + b"\0")
    with pytest.raises(ConfigurationError, match="checksum"):
        Network.load()


def test_a_network_that_is_missing_is_told_of(models: Path) -> None:
    (models / "text.onnx").unlink()
    with pytest.raises(ConfigurationError, match=r"models\.toml"):
        Network.load()


@pytest.mark.parametrize("line", ["", "[text]\n", "[text]\nfile = 1\nsha256 = 2\nslope = 'x'\noffset = 0\n", "[text"])
def test_a_list_of_models_that_says_too_little_is_told_of(models: Path, line: str) -> None:
    (models / "models.toml").write_text(line)
    with pytest.raises(ConfigurationError, match=r"models\.toml"):
        Network.load()


@pytest.mark.parametrize(
    "line",
    ["slope = nan", "slope = 0.0", "slope = -0.9", "slope = 1e-9", "slope = true", "offset = inf", "offset = -99"],
)
def test_a_calibration_that_silences_the_network_is_refused(models: Path, line: str) -> None:
    table = models / "models.toml"
    name = line.split(maxsplit=1)[0]
    lines = [line if each.startswith(name) else each for each in table.read_text(encoding="utf-8").splitlines()]
    table.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"models\.toml"):
        Network.load()
