"""The text networks: pictures in, one logit for every cell of 4 by 4 pixels out."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from pixelclean import resources
from pixelclean.detect.runtime import Session, session
from pixelclean.errors import ConfigurationError

Picture = npt.NDArray[np.uint8]
Scores = npt.NDArray[np.float32]

CELL = 4
"""Pixels along each side of a cell."""

_STEP = 16  # the network halves its input four times
REACH = 128
"""Pixels that one output can see on each side (receptive field 231), rounded up to the step."""

_TILE = 1024


@dataclass(frozen=True, slots=True)
class Network:
    """One ONNX network; `digest` is the verified SHA-256 of its file."""

    digest: str
    session: Session

    @classmethod
    def load(cls, path: Path, sha256: str) -> Self:
        """The network in a file, which must have that checksum; one thread, since files run in parallel."""
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ConfigurationError(f"{path.name}: checksum differs from models.toml")
        return cls(sha256, session(content, path.name))

    def scores(self, picture: Picture) -> Scores:
        """Logits of a (row, column, RGB) picture as (cell row, cell column); the last cells may be partial.

        Large pictures go through in tiles that overlap by what one output can see, so the result does not depend on
        the tiling.
        """
        rows, columns = picture.shape[:2]
        out = np.empty((-(-rows // CELL), -(-columns // CELL)), np.float32)
        for top in range(0, rows, _TILE):
            for left in range(0, columns, _TILE):
                out[top // CELL : (top + _TILE) // CELL, left // CELL : (left + _TILE) // CELL] = self._tile(
                    picture, top, left
                )
        return out

    def _tile(self, picture: Picture, top: int, left: int) -> Scores:
        """The logits of one tile, computed with its surroundings."""
        above, before = max(0, top - REACH), max(0, left - REACH)
        seen = picture[above : top + _TILE + REACH, before : left + _TILE + REACH]
        rows, columns = seen.shape[:2]
        padded = np.pad(seen, ((0, -rows % _STEP), (0, -columns % _STEP), (0, 0)), mode="edge")
        tensor = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(255)
        logits = self.session.run(None, {"x": tensor})[0][0, 0]
        row, column = (top - above) // CELL, (left - before) // CELL
        height, width = (min(_TILE, n) for n in (picture.shape[0] - top, picture.shape[1] - left))
        return np.asarray(logits[row : row - (-height // CELL), column : column - (-width // CELL)], np.float32)


@dataclass(frozen=True, slots=True)
class Networks:
    """The first network, which looks at everything, and the second, whose weights are independent of it."""

    first: Network
    second: Network

    @classmethod
    def load(cls) -> Self:
        """The networks that models/models.toml names."""
        try:
            table = tomllib.loads(resources.models("models.toml").read_text(encoding="utf-8"))
            return cls(
                *(Network.load(resources.models(table[n]["file"]), table[n]["sha256"]) for n in ("first", "second"))
            )
        except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError("models/models.toml cannot be used") from error

    @property
    def digest(self) -> str:
        """SHA-256 that names both networks."""
        return hashlib.sha256((self.first.digest + self.second.digest).encode()).hexdigest()
