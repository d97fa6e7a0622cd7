"""The whole path of pixelclean beside Tesseract on the same frames of the same cine, in one run.

The cine is synthetic: 100 frames of 800 x 600, JPEG baseline with YBR_FULL_422, moving speckle and burned-in text with an
invented identity.  Tesseract (pytesseract, psm 11) reads a sample of its decoded frames and only finds words: it neither
decodes, masks, encodes nor proves.

    python benchmarks/speed.py [--sample 8] [--no-data]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytesseract
import running
from pydicom import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, UltrasoundMultiFrameImageStorage, generate_uid

FRAMES, ROWS, COLUMNS = 100, 600, 800
Picture = npt.NDArray[np.uint8]


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--sample", type=int, default=8, help="frames that Tesseract reads")
    options.add_argument("--no-data", action="store_true", help="only the cine, not the shared data")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pixelclean-speed-") as name:
        spool = Path(name)
        encoded = encoded_frames()
        run = clean_cine(encoded, spool, chosen)
        outcome = ", ".join(f"{line['outcome']} {running.codes_of(line)}".strip() for line in run.results)
        ours = FRAMES / run.seconds
        print(
            f"pixelclean clean: {FRAMES} frames in {run.seconds:.2f} s, start of the program included: {ours:.2f} frames/s ({outcome})"
        )
        theirs = _tesseract(encoded, chosen.sample)
        print(f"tesseract psm 11: a sample of {chosen.sample} of the same frames: {theirs:.2f} frames/s")
        print(f"ratio: {ours / theirs:.1f}")
        if not chosen.no_data:
            _shared(chosen, spool)
    if any(line["outcome"] != "released" for line in run.results):
        sys.exit("the cine was not released: its time says little")


def encoded_frames() -> list[bytes]:
    """The frames of the cine as JPEG streams."""
    return [_jpeg(frame) for frame in _frames()]


def clean_cine(encoded: list[bytes], spool: Path, options: argparse.Namespace) -> running.Run:
    """`pixelclean clean` on the cine of these frames."""
    cine = spool / "cine.dcm"
    _write(cine, encoded)
    return running.clean([cine], spool / "out", spool / "key", options)


def _frames() -> list[Picture]:
    """Speckle that drifts under a fan, a banner with an invented identity, and a clock that changes."""
    rng = np.random.default_rng(20261120)
    speckle = cv2.GaussianBlur(rng.rayleigh(60.0, (ROWS, COLUMNS)).astype(np.float32), (0, 0), 1.2)
    fan = np.zeros((ROWS, COLUMNS), np.float32)
    cv2.ellipse(fan, (COLUMNS // 2, 60), (480, 480), 0, 50, 130, 1.0, -1)
    frames = []
    for number in range(FRAMES):
        moved = np.roll(speckle, (2 * number, 3 * number), axis=(0, 1)) * fan
        picture = cv2.merge([np.clip(moved, 0, 255).astype(np.uint8)] * 3)
        for text, place in (
            ("SENTINEL^ZOE", (10, 22)),
            ("ID ZZ-SENTINEL-0042", (10, 46)),
            ("ZZ GENERAL HOSPITAL", (300, 22)),
            (f"20/11/2026 10:{number // 60:02d}:{number % 60:02d}", (580, 22)),
            ("MI 1.2  TIs 0.4", (640, 46)),
        ):
            cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
        frames.append(picture)
    return frames


def _jpeg(frame: Picture) -> bytes:
    settings = [cv2.IMWRITE_JPEG_QUALITY, 90, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422]
    done, stream = cv2.imencode(".jpg", frame, settings)
    if not done:
        sys.exit("this opencv writes no JPEG")
    return bytes(stream)


def _write(place: Path, encoded: list[bytes]) -> None:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = UltrasoundMultiFrameImageStorage, generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.PatientName, dataset.PatientID = "Sentinel^Zoe", "ZZ-SENTINEL-0042"
    dataset.PatientBirthDate = dataset.PatientSex = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20261120", "101500", "1"
    dataset.Modality, dataset.Manufacturer, dataset.SeriesNumber, dataset.InstanceNumber = "US", "ZZ Ultrasound", 1, 1
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PatientOrientation = ""
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = ROWS, COLUMNS, FRAMES
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "YBR_FULL_422", 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.FrameTime = "40"
    dataset.add_new(0x00280009, "AT", 0x00181063)  # Frame Increment Pointer
    dataset.LossyImageCompression, dataset.LossyImageCompressionMethod = "01", "ISO_10918_1"
    dataset.LossyImageCompressionRatio = f"{ROWS * COLUMNS * 3 * FRAMES / sum(map(len, encoded)):.2f}"
    dataset.PixelData = encapsulate(encoded)
    dataset["PixelData"].VR = "OB"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.save_as(place, enforce_file_format=True)


def _tesseract(encoded: list[bytes], sample: int) -> float:
    """Frames per second of Tesseract alone, on frames that are decoded already."""
    places = np.linspace(0, FRAMES - 1, sample).astype(int)
    pictures = [cv2.imdecode(np.frombuffer(encoded[at], np.uint8), cv2.IMREAD_COLOR_RGB) for at in places]
    started = time.perf_counter()
    for picture in pictures:
        pytesseract.image_to_data(picture, config="--psm 11", output_type=pytesseract.Output.DICT)
    return sample / (time.perf_counter() - started)


def _shared(chosen: argparse.Namespace, spool: Path) -> None:
    running.require(chosen.data)
    files = sum(path.is_file() for path in (chosen.data / "files").rglob("*"))
    run = running.clean([chosen.data / "files"], spool / "shared-out", spool / "key", chosen)
    print(f"shared data: {files} files in {run.seconds:.1f} s: {files / run.seconds:.1f} files/s")


if __name__ == "__main__":
    main()
