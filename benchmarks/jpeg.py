"""Blackening a JPEG without decoding it, beside what it takes to decode one, and to decode, fill and encode it again.

The pictures are synthetic: speckle under a fan and burned-in text with an invented identity, 4:2:2 as ultrasound devices
write it, with typical and with optimised Huffman tables.  The mask are a banner and two lines of text.  All ways take
turns in one process, the best of many rounds counts, and ratios are to libjpeg-turbo's decoder.  `jpegtran -wipe`, where
it is installed, is a process for each picture and fills one box with grey.

    python benchmarks/jpeg.py [--rounds 60]
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt
import running

from pixelclean.dicom.codecs.jpeg_blacken import blacken
from pixelclean.dicom.codecs.jpeg_coefficients import compare_coefficients

SIZES = ((600, 800), (960, 1280))
FILL = (0, 128, 128)
QUALITY = 90
Picture = npt.NDArray[np.uint8]
Way = Callable[[], object]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--rounds", type=int, default=60, help="the best of so many counts")
    chosen = options.parse_args()
    rows: list[tuple[object, ...]] = []
    for height, width in SIZES:
        for own_tables in (False, True):
            stream = _encoded(_picture(height, width), own_tables)
            best = _best(_ways(stream, _mask(height, width)), chosen.rounds)
            rows += [
                (
                    f"{width} x {height}{', optimised' if own_tables else ''}",
                    name,
                    f"{seconds * 1000:.2f}",
                    f"{seconds / best['decode']:.2f}",
                )
                for name, seconds in best.items()
            ]
    print(running.table(("picture", "way", "ms", "to decode"), rows))
    if shutil.which("jpegtran") is None:
        print("jpegtran is not installed")


def _ways(stream: bytes, mask: npt.NDArray[np.bool_]) -> dict[str, Way]:
    after = blacken(stream, mask, FILL)
    ways: dict[str, Way] = {
        "decode": lambda: _decoded(stream),
        "blacken": lambda: blacken(stream, mask, FILL),
        "compare coefficients": lambda: compare_coefficients(stream, after, mask, FILL),
        "decode, fill, encode": lambda: _filled(stream, mask),
    }
    if shutil.which("jpegtran"):
        command = ["jpegtran", "-copy", "all", "-wipe", "360x24+8+8"]
        if subprocess.run(command, input=stream, capture_output=True, check=False).returncode == 0:
            ways["jpegtran -wipe"] = lambda: subprocess.run(command, input=stream, capture_output=True, check=True)
    return ways


def _best(ways: dict[str, Way], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def _decoded(stream: bytes) -> Picture:
    return imagecodecs.jpeg8_decode(stream, colorspace="ycbcr", outcolorspace="ycbcr")


def _filled(stream: bytes, mask: npt.NDArray[np.bool_]) -> bytes:
    picture = _decoded(stream).copy()
    picture[mask] = FILL
    return bytes(
        imagecodecs.jpeg8_encode(picture, QUALITY, colorspace="ycbcr", outcolorspace="ycbcr", subsampling="422")
    )


def _encoded(picture: Picture, own_tables: bool) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(picture, QUALITY, subsampling="422", optimize=own_tables))


def _mask(height: int, width: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros((height, width), np.bool_)
    mask[5:30, 8:360] = True
    mask[34:52, 8:240] = True
    mask[5:30, width - 220 :] = True
    return mask


def _picture(height: int, width: int) -> Picture:
    rng = np.random.default_rng(20261120)
    speckle = cv2.GaussianBlur(rng.rayleigh(60.0, (height, width)).astype(np.float32), (0, 0), 1.2)
    fan = np.zeros((height, width), np.float32)
    cv2.ellipse(fan, (width // 2, 60), (int(0.8 * height),) * 2, 0, 50, 130, 1.0, -1)
    picture = cv2.merge([np.clip(speckle * fan, 0, 255).astype(np.uint8)] * 3)
    for text, place in (
        ("SENTINEL^ZOE", (10, 22)),
        ("ID ZZ-SENTINEL-0042", (10, 46)),
        ("20/11/2026", (width - 210, 22)),
    ):
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
    return picture


if __name__ == "__main__":
    sys.exit(main())
