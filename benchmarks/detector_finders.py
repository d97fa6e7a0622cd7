"""Finders of text that are compared: pixelclean's own, Tesseract, and RapidOCR's detector. Each makes a mask of a picture."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt
import pytesseract
from made_real import Picture
from pydicom import Dataset

from pixelclean import resources
from pixelclean.detect import Display, Finder, Findings
from pixelclean.devices import Kinds
from pixelclean.dicom import Frames, facts_of, open_frames
from pixelclean.policy import Limits, Policy

Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]
Find = Callable[[Picture, str], Mask]
"""A picture (row, column, RGB) and its modality to a mask (row, column) of what is taken for text, margin included."""

SCRATCH = Path(tempfile.gettempdir()) / "pixelclean-peers"
MARGIN = 4
"""Pixels that the boxes of the peers are grown by, as the policy does with ours."""
_DRIVERS = Path(__file__).with_name("detector_drivers.py")
_NATIVE = "1.2.840.10008.1.2.1"


# The one place that knows how pixelclean is asked.
def findings(frames: Frames, display: Display, *, burns_in_text: bool) -> Findings:
    """What the pipeline would be told about frames of a kind that burns in text, or of one that rarely does."""
    finder = _finder()
    return finder.everything(frames, display) if burns_in_text else finder.the_sure(frames, display)


@cache
def _finder() -> Finder:
    return Finder.load(Policy.load().pixel)


@cache
def _kinds() -> Kinds:
    return Kinds.load(resources.rules("kinds.toml"))


def burns_in_text(dataset: Dataset) -> bool:
    """Whether the pipeline takes such an object for one that burns in text (rules/kinds.toml)."""
    kinds = _kinds()
    return kinds.judge(facts_of(dataset, kinds.keywords)).burns_in_text


def seen_by_the_pipeline(dataset: Dataset, transfer_syntax: str) -> Findings:
    """What the pipeline would be told about an object."""
    frames = open_frames(dataset, transfer_syntax, Limits())
    return findings(frames, Display.of(dataset), burns_in_text=burns_in_text(dataset))


def in_memory(picture: Picture) -> tuple[Frames, Display]:
    """A picture as frames; one sample for each pixel where the picture is grey."""
    made = as_dataset(picture)
    return open_frames(made, _NATIVE, Limits()), Display.of(made)


def as_dataset(picture: Picture, modality: str = "") -> Dataset:
    """A picture as an object of a modality, with what describes its pixels."""
    grey = _is_grey(picture)
    made = Dataset()
    made.Modality = modality
    made.Rows, made.Columns = picture.shape[:2]
    made.SamplesPerPixel, made.PhotometricInterpretation = (1, "MONOCHROME2") if grey else (3, "RGB")
    if not grey:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation = 7, 0
    words = np.ascontiguousarray(picture[..., 0] if grey else picture).tobytes()
    made.PixelData = words + bytes(len(words) % 2)
    return made


def in_depth(picture: Picture) -> tuple[Frames, Display]:
    """A grey picture in a few of the values of 16 bits, MONOCHROME1, two pixels at the ends, no window in the header."""
    grey = picture[..., 0].astype(np.uint16)
    words = 30000 + 4 * (255 - grey)
    words[0, 0], words[-1, -1] = 0, 65535
    made = Dataset()
    made.Rows, made.Columns, made.SamplesPerPixel = *grey.shape, 1
    made.PhotometricInterpretation, made.PixelRepresentation = "MONOCHROME1", 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.PixelData = words.tobytes()
    return open_frames(made, _NATIVE, Limits()), Display.of(made)


def deep(picture: Picture, modality: str) -> Mask:
    """As `everything`, where the whole range of the stored words shows nothing."""
    return boxed(picture, findings(*(in_depth if _is_grey(picture) else in_memory)(picture), burns_in_text=True))


def everything(picture: Picture, modality: str) -> Mask:
    """pixelclean as on ultrasound, whatever the modality."""
    return boxed(picture, findings(*in_memory(picture), burns_in_text=True))


def as_the_pipeline(picture: Picture, modality: str) -> Mask:
    """pixelclean as on such a kind of image; what an operator would be asked about does not count as found."""
    return boxed(picture, told_of(picture, modality))


def told_of(picture: Picture, modality: str) -> Findings:
    """What the pipeline would be told about a picture of a modality."""
    return seen_by_the_pipeline(as_dataset(picture, modality), _NATIVE)


def _is_grey(picture: Picture) -> bool:
    return bool((picture == picture[..., :1]).all())


def boxed(picture: Picture, found: Findings) -> Mask:
    """The pixels of the boxes of text."""
    mask = np.zeros(picture.shape[:2], np.bool_)
    for left, top, right, bottom in boxes_of(found):
        mask[top:bottom, left:right] = True
    return mask


def boxes_of(found: Findings) -> list[Box]:
    """The boxes of text: left, top, right, bottom."""
    return [box.edges for box in found.text]


def tesseract(picture: Picture, modality: str) -> Mask:
    """Every word of pytesseract with psm 11."""
    told = pytesseract.image_to_data(picture, config="--psm 11", output_type=pytesseract.Output.DICT)
    mask = np.zeros(picture.shape[:2], np.bool_)
    for text, left, top, width, height in zip(
        *(told[name] for name in ("text", "left", "top", "width", "height")), strict=True
    ):
        if str(text).strip():
            mask[max(0, top - MARGIN) : top + height + MARGIN, max(0, left - MARGIN) : left + width + MARGIN] = True
    return mask


@dataclass(slots=True)
class RapidOcr:
    """RapidOCR's detector as its package comes, in its own environment, one process for all pictures."""

    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, scratch: Path) -> Self | None:
        """None where it is not installed."""
        python = scratch / "rapidocr" / "bin" / "python"
        if not python.exists():
            return None
        command = [str(python), str(_DRIVERS), "rapidocr"]
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=one_core()))

    def __call__(self, picture: Picture, modality: str) -> Mask:
        """What it finds."""
        told = self.ask(picture)
        mask = np.zeros(picture.shape[:2], np.uint8)
        for corners in told["boxes"]:
            cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
        return cv2.dilate(mask, np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)).astype(np.bool_)

    def ask(self, picture: Picture) -> dict[str, Any]:
        """Its `boxes`, four corners each, and the `seconds` of a processor that it took."""
        entry, answer = self.process.stdin, self.process.stdout
        if entry is None or answer is None:
            sys.exit("RapidOCR has no pipes")
        entry.write(json.dumps(picture.shape[:2]).encode() + b"\n" + np.ascontiguousarray(picture).tobytes())
        entry.flush()
        line = answer.readline()
        if not line:
            sys.exit("RapidOCR ended")
        told: dict[str, Any] = json.loads(line)
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()


def install(scratch: Path) -> None:
    """RapidOCR from the package registry, in an environment of its own; its wheel holds its models."""
    folder = scratch / "rapidocr"
    if (folder / "bin" / "python").exists():
        return
    scratch.mkdir(parents=True, exist_ok=True)
    packages = ("rapidocr==3.10.0", "onnxruntime", "opencv-python-headless")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *packages],
    ):
        if subprocess.run(command, check=False, timeout=1200).returncode:
            sys.exit("RapidOCR could not be installed")


def one_core() -> dict[str, str]:
    """The environment of a process that shall use one core."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}


def peers(rapidocr: RapidOcr | None) -> dict[str, Find]:
    """The others."""
    return {"tesseract": tesseract, **({"rapidocr": rapidocr} if rapidocr is not None else {})}


def chosen(names: Iterable[str], rapidocr: RapidOcr | None) -> dict[str, Find]:
    """The finders of those names; RapidOCR only where it is there."""
    known: dict[str, Find] = {
        "everything": everything,
        "pipeline": as_the_pipeline,
        "deep": deep,
        **peers(rapidocr),
    }
    return {name: known[name] for name in names if name in known}
