"""The text network: a picture in, one score for every cell of 4 by 4 pixels out."""

import hashlib
import tomllib
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean import resources
from pixelclean.detect.grey import Picture, plane_of
from pixelclean.detect.runtime import Session, session
from pixelclean.errors import ConfigurationError

__all__ = ["CELL", "REACH", "STEP", "Network", "Picture", "Scores"]

Scores = npt.NDArray[np.float32]

CELL = 4
"""Pixels along each side of a cell."""

STEP = 16
"""Pixels along each side of the coarsest cells: the network halves its input four times."""

REACH = 208
"""Pixels that one output can see on each side (receptive field 415), rounded up to the step."""

_TILE = 1536


@dataclass(frozen=True, slots=True)
class Network:
    """The ONNX network; `digest` is the verified SHA-256 of its file.

    A score is the logit of the network times `slope` plus `offset`: the natural logarithm of the odds that the cell
    holds text, as they were on samples that training had not met, of its own fonts and grounds (models/README.md).
    """

    digest: str
    slope: float
    offset: float
    session: Session

    @classmethod
    def load(cls) -> Self:
        """The network that models/models.toml names; ConfigurationError where it cannot be used.

        It runs on one thread, since files and frames run in parallel.
        """
        try:
            table = tomllib.loads(resources.models("models.toml").read_text(encoding="utf-8"))["text"]
            content, expected = resources.models(table["file"]).read_bytes(), str(table["sha256"])
            calibration = _between(table["slope"], 0.1, 10.0), _between(table["offset"], -10.0, 10.0)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ConfigurationError("models/models.toml cannot be used") from error
        digest = hashlib.sha256(content).hexdigest()
        if digest != expected:
            raise ConfigurationError(f"{table['file']}: checksum differs from models.toml")
        return cls(digest, *calibration, session(content, str(table["file"])))

    def scores(self, picture: Picture) -> Scores:
        """Scores of a (row, column, RGB) picture as (cell row, cell column); the last cells may be partial.

        Large pictures go through in tiles that overlap by what one output can see, so the result does not depend on
        the tiling.
        """
        rows, columns = picture.shape[:2]
        out = np.empty((-(-rows // CELL), -(-columns // CELL)), np.float32)
        for top in range(0, rows, _TILE):
            for left in range(0, columns, _TILE):
                cells = np.s_[top // CELL : (top + _TILE) // CELL, left // CELL : (left + _TILE) // CELL]
                out[cells] = self._tile(picture, top, left)
        out *= self.slope
        out += self.offset
        return out

    def _tile(self, picture: Picture, top: int, left: int) -> Scores:
        """The logits of one tile, computed with its surroundings."""
        above, before = max(0, top - REACH), max(0, left - REACH)
        seen = picture[above : top + _TILE + REACH, before : left + _TILE + REACH]
        below, beside = (-side % STEP for side in seen.shape[:2])
        grey = plane_of(seen)
        # Mirrored: noise whose last row is repeated becomes upright strokes.
        padded = cv2.copyMakeBorder(seen if grey is None else grey, 0, below, 0, beside, cv2.BORDER_REFLECT)
        padded = padded if grey is None else cv2.cvtColor(padded, cv2.COLOR_GRAY2RGB)
        logits = self.session.run(None, {"picture": padded[np.newaxis]})[0][0, 0]
        row, column = (top - above) // CELL, (left - before) // CELL
        height, width = (min(_TILE, n) for n in (picture.shape[0] - top, picture.shape[1] - left))
        return np.asarray(logits[row : row - (-height // CELL), column : column - (-width // CELL)], np.float32)


def _between(number: object, least: float, most: float) -> float:
    """A number of a calibration; ValueError where it is none that a network could have: no score may be silenced by it."""
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not least <= number <= most:
        raise ValueError
    return float(number)
