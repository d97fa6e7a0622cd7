"""Frames as they are displayed, decoded without any code of pixelclean.

pydicom's own decoders first; what they cannot read (JPEG lossless) goes through DCMTK's programs.
"""

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, dcmread
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

Grey = npt.NDArray[np.float32]
_DCMTK = ("dcmdjpeg", "dcmdjpls", "dcmdrle")


def read(file: Path, spool: Path) -> tuple[Dataset, npt.NDArray[np.generic]]:
    """The data set and its decoded frames: (frames, rows, columns) or (frames, rows, columns, 3); raises when it cannot."""
    dataset: Dataset = dcmread(file, force=True)
    try:
        array = pixel_array(dataset)
    except Exception:  # noqa: BLE001  whatever a decoder raises, the next one is tried
        dataset, array = _through_dcmtk(file, spool)
    frames = int(dataset.get("NumberOfFrames") or 1)
    return dataset, array.reshape(frames, dataset.Rows, dataset.Columns, *([3] if dataset.SamplesPerPixel == 3 else []))


def displayed(dataset: Dataset, frame: npt.NDArray[np.generic], low: float, high: float) -> Grey:
    """One frame as luminance from 0 (black) to 255; `low` and `high` are the values that become black and white."""
    if "PALETTE" in dataset.PhotometricInterpretation:
        colours = apply_color_lut(frame, dataset).astype(np.float32)
        brightest = max(1.0, float(colours.max()))
        return np.asarray(colours[..., :3].max(axis=-1) * (255 / brightest), np.float32)
    if frame.ndim == 3:
        return np.asarray(frame.max(axis=-1), np.float32)
    grey = (frame.astype(np.float32) - np.float32(low)) * np.float32(255 / max(1e-6, high - low))
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return np.asarray(np.clip(grey, 0, 255), np.float32)


def pictures(
    file: Path, spool: Path, like: tuple[float, float] | None = None
) -> tuple[list[Grey], tuple[float, float]]:
    """Every frame of a file as luminance, and the values that were black and white (`like` those of another file)."""
    dataset, frames = read(file, spool)
    low, high = like or (float(frames.min()), float(frames.max()))
    return [displayed(dataset, frame, low, high) for frame in frames], (low, high)


def _through_dcmtk(file: Path, spool: Path) -> tuple[Dataset, npt.NDArray[np.generic]]:
    plain = spool / "plain.dcm"
    for program in _DCMTK:
        plain.unlink(missing_ok=True)
        done = subprocess.run([program, str(file), str(plain)], capture_output=True, check=False, timeout=120)
        if done.returncode == 0 and plain.exists():
            dataset = dcmread(plain)
            return dataset, pixel_array(dataset)
    raise ValueError("no decoder reads this file")
