"""Makes every file of sample_data/ and truth.json: `python sample_data/make_samples.py [FOLDER]`.

Nobody is in these pictures: tissue is noise, people are called Sentinel.  Seeds are fixed, so the same versions of
OpenCV, numpy, imagecodecs and pydicom (named in truth.json) make the same bytes.
"""

import json
import sys
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pydicom
import screens
import slices
import ultrasound

SCENES = (
    ultrasound.still,
    ultrasound.cine,
    ultrasound.palette,
    screens.workstation,
    screens.dose_sheet,
    screens.scanned_form,
    slices.plain_ct,
    slices.damaged_ct,
    slices.high_bit_ct,
    slices.overlaid_mr,
    slices.radiograph,
    slices.report,
)


def main(folder: Path) -> None:
    """Write the samples and their truth into `folder`."""
    if int(cv2.__version__.split(".")[0]) < 5:
        sys.exit("OpenCV 5 or newer is needed: the fonts come with it.")
    folder.mkdir(parents=True, exist_ok=True)
    samples = [scene() for scene in SCENES]
    for sample in samples:
        (folder / sample.name).write_bytes(sample.encoded())
    truth = {
        "note": "Boxes are left, top, right, bottom, half-open, in stored pixels; frames count from 0, null means all.",
        "made_with": {package.__name__: package.__version__ for package in (cv2, imagecodecs, np, pydicom)},
        "files": {sample.name: sample.truth() for sample in samples},
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
