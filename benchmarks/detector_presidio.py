"""Presidio's own images and its own metric, for it and for pixelclean.

Its metric (DicomImagePiiVerifyEngine): a found box is right when its left, top, width and height lie within 50 pixels of
those of a word of the truth.  It knows words, pixelclean masks lines and more than identities; so beside it stands what
matters: the words of which 90 % of the box is covered, and the share of the image that is covered away from them.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from detector_finders import Box, boxes_of, seen_by_the_pipeline
from detector_results import Table
from detector_score import AWAY

from pixelclean.dicom import read
from pixelclean.policy import Limits

_FILES = {  # of the four that have a truth these are in the shared data
    "sample_data/0_ORIGINAL.dcm": "presidio-image-redactor/tests/test_data/0_ORIGINAL_compressed.dcm",
    "sample_data/2_ORIGINAL.dcm": "docs/samples/python/sample_data/2_ORIGINAL.dcm",
}
_NEAR, _COVERED = 50, 0.9
_PADDING = 25  # pixels that Presidio adds around an image before it looks at it
_DRIVERS = Path(__file__).with_name("detector_drivers.py")


def table(data: Path, scratch: Path) -> Table:
    """A row for each image and each of the two."""
    truth = json.loads((data / "presidio_ground_truth_native_pixels.json").read_text(encoding="utf-8"))["files"]
    rows = []
    for name, path in _FILES.items():
        file = data / "files" / "data-privacy-stack+presidio" / path
        if file.exists():
            words = [tuple(word["box"]) for word in truth[name]]
            rows += list(_rows(file, words, _theirs(file, truth[name], scratch)))
    head = ["image", "finder", "precision", "recall", "words", "words covered", "% covered away"]
    return Table.of(head, rows)


def _rows(file: Path, words: list[Box], theirs: Mapping[str, Any] | None) -> Iterator[list[object]]:
    source = read(file, Limits())
    ours = boxes_of(seen_by_the_pipeline(source.dataset, source.transfer_syntax))
    shape = (int(source.dataset.Rows), int(source.dataset.Columns))
    precision, recall = _metric(ours, words)
    yield [file.name, "pixelclean", f"{precision:.2f}", f"{recall:.2f}", *_covered(ours, words, shape)]
    if theirs is None:
        yield [file.name, "Presidio, not installed", "-", "-", "-", "-", "-"]
        return
    boxes = [
        (left - _PADDING, top - _PADDING, left - _PADDING + width, top - _PADDING + height)
        for left, top, width, height in theirs["boxes"]
    ]
    yield [
        file.name,
        "Presidio",
        f"{theirs['precision']:.2f}",
        f"{theirs['recall']:.2f}",
        *_covered(boxes, words, shape),
    ]


def _metric(found: list[Box], words: list[Box]) -> tuple[float, float]:
    right = [box for box in found if any(_alike(box, word) for word in words)]
    met = [word for word in words if any(_alike(box, word) for box in found)]
    return len(right) / max(1, len(found)), len(met) / len(words)


def _alike(one: Box, other: Box) -> bool:
    sides = ((box[0], box[1], box[2] - box[0], box[3] - box[1]) for box in (one, other))
    return all(abs(a - b) <= _NEAR for a, b in zip(*sides, strict=True))


def _covered(found: list[Box], words: list[Box], shape: tuple[int, ...]) -> list[object]:
    mask, near = np.zeros(shape[:2], bool), np.zeros(shape[:2], bool)
    for left, top, right, bottom in found:
        mask[max(0, top) : bottom, max(0, left) : right] = True
    for left, top, right, bottom in words:
        near[max(0, top - AWAY) : bottom + AWAY, max(0, left - AWAY) : right + AWAY] = True
    covered = sum(bool(mask[top:bottom, left:right].mean() >= _COVERED) for left, top, right, bottom in words)
    return [len(words), covered, f"{100 * float((mask & ~near).mean()):.2f}"]


def _theirs(file: Path, words: list[Mapping[str, Any]], scratch: Path) -> Mapping[str, Any] | None:
    python = scratch / "presidio" / "bin" / "python"
    if not python.exists():
        return None
    padded = [
        {"label": word["text"], "left": box[0] + _PADDING, "top": box[1] + _PADDING, "width": box[2] - box[0], "height": box[3] - box[1]}
        for word in words if (box := word["box"])
    ]  # fmt: skip
    command = [str(python), str(_DRIVERS), "presidio", str(file), json.dumps(padded)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    told: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
