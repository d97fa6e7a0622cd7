"""Real images without text as arrays: DICOM files of the training repositories, and photographs that scikit-image ships.

Every picture that the network would be shown of a frame, and its values, which samples show through windows of their own;
so another version of pixelclean's view makes another pool, and says so by its digest.

    python backgrounds.py SHARED_DATA OUT

SHARED_DATA is a folder with the files that backgrounds.json here names.  Each entry has the public repository, the path of
the file there, its SHA-1 and its licence: whoever has no such folder lays the same files out as its `file` says, that is
as backgrounds/OWNER+REPOSITORY/PATH.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import skimage

from pixelclean.detect import Display, pictures
from pixelclean.dicom import open_frames, read, values_of
from pixelclean.errors import Refused
from pixelclean.policy import Limits

# Photographs and micrographs of scikit-image's package without a letter in them (its data/README.txt has the licences).
_PHOTOGRAPHS = ("retina.jpg", "ihc.png", "moon.png", "chelsea.png", "grass.png", "gravel.png", "brick.png", "cell.png", "microaneurysms.png",
                "coffee.png", "hubble_deep_field.jpg")  # fmt: skip
_LISTED = Path(__file__).with_name("backgrounds.json")
_MOST_FRAMES = 12
_SMALLEST = 32


def main(data: Path, out: Path) -> None:
    """Write every background as one array: (row, column) stored values, or (row, column, RGB) bytes."""
    listed = json.loads(_LISTED.read_text(encoding="utf-8"))
    photographs = [Path(skimage.__file__).parent / "data" / name for name in _PHOTOGRAPHS]
    _require(data, listed, photographs)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        sys.exit(f"{out} is not empty: what lies there would be taken for backgrounds")
    digest, number = hashlib.sha256(), 0
    for number, frame in enumerate(_all(data, listed, photographs), start=1):
        place = out / f"{number - 1:04d}.npy"
        np.save(place, frame)
        digest.update(place.read_bytes())
    print(f"{number} backgrounds, sha256 {digest.hexdigest()}")


def _require(data: Path, listed: list[dict[str, str]], photographs: list[Path]) -> None:
    """Stop where a file is absent, or not the one that was listed."""
    wrong = [
        entry
        for entry in listed
        if not (place := data / entry["file"]).is_file()
        or hashlib.sha1(place.read_bytes()).hexdigest()
        != entry["sha1"]  # the name that the list gives a file, no secret
    ]
    if wrong:
        told = "\n".join(
            f"{entry['file']}  ({entry['path']} of {entry['repo']}, SHA-1 {entry['sha1']})" for entry in wrong
        )
        sys.exit(f"absent from {data}, or another file than was listed:\n{told}")
    if absent := [place.name for place in photographs if not place.is_file()]:
        sys.exit(f"scikit-image {skimage.__version__} does not ship {', '.join(absent)}: see constraints.txt")


def _all(data: Path, listed: list[dict[str, str]], photographs: list[Path]) -> Iterator[npt.NDArray[np.generic]]:
    for entry in listed:
        try:
            frames = list(_frames(data / entry["file"]))
        except Refused as refused:
            print("left out:", entry["file"], refused.code)
            continue
        yield from frames
    for place in photographs:
        yield skimage.io.imread(place)[..., :3]


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
    if len(sys.argv) != 3:
        sys.exit("usage: python backgrounds.py SHARED_DATA OUT")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
