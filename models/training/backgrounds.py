"""Real images without text as arrays: DICOM files of the training repositories, and photographs that scikit-image ships.

Every picture that the network would be shown of a frame, and its values, which samples show through windows of their own.

    python backgrounds.py SHARED_DATA OUT [SIDE]
"""

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import skimage
from fonts import SPLIT

from pixelclean.detect import Display, pictures
from pixelclean.dicom import open_frames, read, values_of
from pixelclean.errors import Refused
from pixelclean.policy import Limits

# Photographs and micrographs of scikit-image's package without a letter in them (its data/README.txt has the licences).
_PHOTOGRAPHS = ("retina.jpg", "ihc.png", "moon.png", "chelsea.png", "grass.png", "gravel.png", "brick.png", "cell.png", "microaneurysms.png",
                "coffee.png", "hubble_deep_field.jpg")  # fmt: skip
_MOST_FRAMES = 12
_SMALLEST = 32


def main(data: Path, out: Path, side: str = "training") -> None:
    """Write every background as one array: (row, column) stored values, or (row, column, RGB) bytes."""
    out.mkdir(parents=True, exist_ok=True)
    listed = json.loads((data / "backgrounds.json").read_text(encoding="utf-8"))
    wanted = set(tomllib.loads(SPLIT.read_text(encoding="utf-8"))["backgrounds"][side])
    number = 0
    for entry in listed:
        if entry["repo"] in wanted:
            try:
                frames = list(_frames(data / entry["file"]))
            except Refused as refused:
                print("left out:", entry["file"], refused.code)
                continue
            for frame in frames:
                np.save(out / f"{number:04d}.npy", frame)
                number += 1
    if side == "training":
        folder = Path(skimage.__file__).parent / "data"
        for name in _PHOTOGRAPHS:
            np.save(out / f"{number:04d}.npy", skimage.io.imread(folder / name)[..., :3])
            number += 1
    print(number, "backgrounds")


def _frames(path: Path) -> Iterator[npt.NDArray[np.generic]]:
    source = read(path, Limits())
    frames = open_frames(source.dataset, source.transfer_syntax, Limits())
    display = Display.of(source.dataset)
    for index in np.unique(np.linspace(0, len(frames) - 1, min(_MOST_FRAMES, len(frames))).astype(int)):
        words = frames.frame(index)
        if min(words.shape[:2]) < _SMALLEST:
            return
        yield from pictures(words, frames.format, display)
        if frames.format.samples == 1 and display.palette is None:
            yield values_of(words, frames.format)[..., 0].astype(np.float32)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
