"""Real grounds of the held-out frames: images in which no burned-in text was seen, through sensible windows.

All come from the repositories that models/training/split.toml leaves to evaluation.  Ultrasound without text is rare: the parts
without text of two files that are none of the labelled scenes, nor much like one.
"""

import json
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import showing
from made_fonts import SPLIT

Picture = npt.NDArray[np.uint8]
_FILES = "files"
ULTRASOUND = {
    "pydicom+pydicom-data/data_store/data/color-pl.dcm": (0, 0, 256, 120),
    "pydicom+pydicom-data/data_store/data/OBXXXX1A.dcm": (200, 110, 775, 470),
}
NUCLEAR = "blairconrad+dicognito/tests/orig_data/test_burned_in_annotation_fail/burned_in_other.dcm"
# Named among the backgrounds without text, but one shows "R" and "PA" in two corners, the other is a pattern of stripes.
PARTS = {"966_fixed.dcm": (0, 60, 1930, 2070)}
_NO_IMAGE = ("nicom/tests/data/0.dcm",)
_ALIKE = 0.93  # correlation of thumbnails from which two images count as one


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A picture (row, column, RGB) without text; `kind` says what it is, `origin` which file or model it is from."""

    picture: Picture
    kind: str
    modality: str
    origin: str


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """The decoded frames of one file and what shows them; `part` is what of them has no text."""

    name: str
    modality: str
    frames: npt.NDArray[Any]
    inverted: bool = False
    windows: tuple[tuple[float, float], ...] = ()
    part: tuple[int, int, int, int] | None = None

    def shown(self, frame: int, window: int = 0) -> Picture:
        """One frame through one of its windows."""
        words = self.frames[frame]
        if self.part:
            left, top, right, bottom = self.part
            words = words[top:bottom, left:right]
        if words.ndim == 3:
            return np.asarray(words, np.uint8)
        low, high = self.windows[window % len(self.windows)]
        grey = np.clip((words.astype(np.float32) - low) * (255 / max(1e-6, high - low)), 0, 255)
        return _rgb(255 - grey if self.inverted else grey)


def real_ground(rng: np.random.Generator, data: Path, modalities: tuple[str, ...]) -> Ground:
    """A real picture of one of the modalities: any frame and window, cut, enlarged, turned over, inverted or coloured."""
    pool = [real for real in reals(data) if real.modality in modalities]
    names = sorted({real.modality for real in pool})
    modality = names[int(rng.integers(len(names)))]
    pool = [real for real in pool if real.modality == modality]
    real = pool[int(rng.integers(len(pool)))]
    picture = real.shown(int(rng.integers(len(real.frames))), int(rng.integers(8)))
    return Ground(_varied(rng, picture, modality), f"real {modality}", modality, real.name)


@cache
def reals(data: Path) -> tuple[Real, ...]:
    """Every real file that grounds are made of."""
    return (*_radiology(data), *_without_text_of_ultrasound(data), *_nuclear(data))


def _radiology(data: Path) -> Iterator[Real]:
    repositories = tomllib.loads(SPLIT.read_text(encoding="utf-8"))["backgrounds"]["evaluation"]
    listed = json.loads((data / "backgrounds.json").read_text(encoding="utf-8"))
    for entry in sorted(listed, key=lambda entry: str(entry["file"])):
        if entry["repo"] in repositories and not entry["file"].endswith(_NO_IMAGE):
            real = _read(data / entry["file"], entry["modality"])
            yield replace(real, part=PARTS.get(real.name))


def _nuclear(data: Path) -> Iterator[Real]:
    if (file := data / _FILES / NUCLEAR).exists():
        yield _read(file, "NM")


def _without_text_of_ultrasound(data: Path) -> Iterator[Real]:
    scenes = json.loads((data / "burned_in_boxes.json").read_text(encoding="utf-8"))["scenes"]
    labelled = [_thumbnail(_read(data / scene["file"], "US").shown(0)) for scene in scenes]
    for name, part in ULTRASOUND.items():
        real = _read(data / _FILES / name, "US")
        thumbnail = _thumbnail(real.shown(0))
        if max(float(np.corrcoef(thumbnail, other)[0, 1]) for other in labelled) < _ALIKE:
            yield replace(real, part=part)


def _read(file: Path, modality: str) -> Real:
    with tempfile.TemporaryDirectory(prefix="pixelclean-made-") as spool:
        dataset, frames = showing.read(file, Path(spool))
    inverted = dataset.PhotometricInterpretation == "MONOCHROME1"
    return Real(file.name, modality, frames, inverted, tuple(_windows(frames, modality)))


def _windows(frames: npt.NDArray[Any], modality: str) -> Iterator[tuple[float, float]]:
    """Most of the values, then narrower ones, as a reader turns them."""
    values = frames.ravel()[:: max(1, frames.size // 200_000)].astype(np.float64)
    shares = [(0.5, 99.8), (3, 99), (20, 99.9)]
    if modality == "CT":
        shares += [(45, 99.5), (1, 70), (60, 98)]
    for share in shares:
        low, high = np.percentile(values, share)
        yield float(low), float(max(high, low + 16))


def _varied(rng: np.random.Generator, picture: Picture, modality: str) -> Picture:
    rows, columns = picture.shape[:2]
    if rng.random() < 0.5:
        share = rng.uniform(0.5, 1.0)
        height, width = max(64, int(rows * share)), max(64, int(columns * share))
        top, left = (int(rng.integers(0, max(1, side - part + 1))) for side, part in ((rows, height), (columns, width)))
        picture = picture[top : top + height, left : left + width]
    least = 320 / min(picture.shape[:2])
    scale = (
        max(least, rng.choice([1.0, 1.0, 1.3, 1.6, 2.0])) if max(picture.shape[:2]) < 1200 else rng.uniform(0.5, 1.0)
    )
    picture = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    )
    if rng.random() < 0.3:
        picture = picture[:, ::-1]
    if rng.random() < (0.3 if modality in ("PT", "NM") else 0.08):
        picture = 255 - picture
    if modality in ("PT", "NM") and rng.random() < 0.4:
        picture = cv2.applyColorMap(np.ascontiguousarray(picture[..., 0]), cv2.COLORMAP_HOT)[..., ::-1]
    return np.ascontiguousarray(picture)


def _thumbnail(picture: Picture) -> npt.NDArray[np.float64]:
    return cv2.resize(picture.max(axis=2), (24, 24), interpolation=cv2.INTER_AREA).ravel().astype(np.float64)


def _rgb(grey: npt.NDArray[Any]) -> Picture:
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
