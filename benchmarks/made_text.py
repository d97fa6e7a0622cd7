"""Held-out frames with text of which everything is known: over real images, drawn ultrasound and other grounds.

Fonts, strings and grounds are none that the networks were trained on (models/training/split.toml).  The same seed and
the same versions of Pillow, OpenCV and NumPy give the same frames.

    python benchmarks/made_text.py --out FOLDER [--frames 300] [--seed 1]
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import running
from made_grounds import OTHERS
from made_layout import Page, write_all
from made_real import Ground, Picture, real_ground
from made_truth import LEAST_CONTRAST, LEAST_WITH_LOSS, Frame, Pair, ink_of, measured
from made_ultrasound import ultrasound_ground, ultrasound_screen_around

_SAMPLINGS = (
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
)  # fmt: skip
_ORDER = "RURORSURURORUROSURUO"  # real radiology, drawn ultrasound, a real one's pixels, others
_RADIOLOGY = ("CT", "MR", "CR", "CT", "DX", "PT", "MR", "NM", "CT", "OT", "MR", "DX")
_OTHERS = ("endoscopy", "interface", "film", "sheet", "noise", "icon", "mammogram", "film", "interface")


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder for one NPZ file per frame")
    options.add_argument("--frames", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    running.require(chosen.data)
    chosen.out.mkdir(parents=True, exist_ok=True)
    make = partial(_saved, seed=chosen.seed, data=chosen.data, folder=chosen.out)
    if (chosen.jobs or 1) > 1:
        with ProcessPoolExecutor(chosen.jobs) as pool:
            counts = list(pool.map(make, range(chosen.frames), chunksize=10))
    else:
        counts = [make(index) for index in range(chosen.frames)]
    seen, all_of_them = (sum(column) for column in zip(*counts, strict=True))
    print(f"{chosen.frames} frames in {chosen.out}: {seen} visible characters of {all_of_them} drawn")


def frames(seed: int, count: int, data: Path, cache: Path | None = None, step: int = 1) -> Iterator[Frame]:
    """Every `step`-th of the first `count` frames of a seed; with a `cache` folder they are kept there and read from there."""
    for index in range(0, count, step):
        place = cache / f"{name_of(seed, index)}.npz" if cache else None
        if place and place.exists():
            yield Frame.read(place)
            continue
        made = frame(seed, index, data)
        if cache:
            cache.mkdir(parents=True, exist_ok=True)
            made.saved(cache)
        yield made


def name_of(seed: int, index: int) -> str:
    """What a frame is called."""
    return f"s{seed}-{index:04d}"


def frame(seed: int, index: int, data: Path) -> Frame:
    """One frame; it depends on nothing but its seed and index."""
    rng = np.random.default_rng([seed, index])
    ground = _ground(rng, index, data)
    return written(rng, ground, name_of(seed, index))


def written(rng: np.random.Generator, ground: Ground, name: str) -> Frame:
    """A ground with text, perhaps resized and compressed with loss, and the truth about it."""
    grown = float(rng.uniform(0.65, 1.5)) if rng.random() < 0.2 and max(ground.picture.shape) < 2000 else 1.0
    page = Page.over(ground.picture)
    write_all(rng, page, ground.kind, grown)
    shown, bare, alpha, letters = page.shown, page.bare, page.alpha, page.letters
    if grown != 1:
        smooth = cv2.INTER_AREA if grown < 1 else int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        shown, bare, alpha = (
            cv2.resize(layer, None, fx=grown, fy=grown, interpolation=smooth) for layer in (shown, bare, alpha)
        )
        letters = cv2.resize(letters, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_NEAREST)
    lossy = rng.random() < 0.3
    if lossy:
        quality, sampling = int(rng.integers(50, 96)), int(rng.choice(_SAMPLINGS))
        shown, bare = (_compressed(layer, quality, sampling) for layer in (shown, bare))
    ink = ink_of(alpha, letters)
    pair = Pair(shown, bare, grown, LEAST_WITH_LOSS if lossy else LEAST_CONTRAST)
    lines = measured(pair, ink, tuple(page.drawn))
    return Frame(name, ground.kind, ground.modality, ground.origin, shown, ink, lines)


def _ground(rng: np.random.Generator, index: int, data: Path) -> Ground:
    """Kinds take turns, so that every fifth of a set holds them all."""
    turn, letter = index // len(_ORDER), _ORDER[index % len(_ORDER)]
    nth = turn * _ORDER.count(letter) + _ORDER[: index % len(_ORDER)].count(letter)
    if letter == "R":
        return real_ground(rng, data, (_RADIOLOGY[nth % len(_RADIOLOGY)],))
    if letter == "U":
        return ultrasound_ground(rng)
    if letter == "S":
        real = real_ground(rng, data, ("US",))
        return Ground(ultrasound_screen_around(rng, real.picture), real.kind, "US", real.origin)
    return OTHERS[_OTHERS[nth % len(_OTHERS)]](rng)


def _compressed(picture: Picture, quality: int, sampling: int) -> Picture:
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    done, stream = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)
    if not done:
        sys.exit("this opencv writes no JPEG")
    return np.asarray(cv2.cvtColor(cv2.imdecode(stream, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def _saved(index: int, seed: int, data: Path, folder: Path) -> tuple[int, int]:
    made = frame(seed, index, data)
    made.saved(folder)
    letters = [letter for line in made.lines for letter in line.letters]
    return sum(letter.visible for letter in letters), len(letters)


if __name__ == "__main__":
    main()
