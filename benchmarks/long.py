"""Long cines: the memory and the time that they take, as a whole run of the command line.

Three synthetic files are made: 10,000 frames of 320 x 240, JPEG baseline with 4:2:2 chroma, 4 GiB of native 16-bit
frames of 1024 x 1024, and the same in a deflated data set.  All have text in every frame.  `mask` blackens a banner in each of them; `clean` finds it in the
first (`--clean`, which takes as long as a cine of ten thousand frames does).
"""

import argparse
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt
import pydicom
import running
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

_FRAMES = 10_000
_SHORT, _TALL, _DEEP = 1024, 2048, 1 << 32
_DIFFERENT = 20  # frames that differ; the rest repeat them, each with a stamp of its own


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--clean", action="store_true", help="look for the text too, in the cine of 10,000 frames")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_rows(Path(folder), chosen))
    print(running.table(("file", "task", "MiB", "seconds", "peak MiB, one process", "peak MiB, all"), rows))


def _rows(folder: Path, chosen: argparse.Namespace) -> Iterator[tuple[object, ...]]:
    cine, deep, packed = folder / "cine.dcm", folder / "deep.dcm", folder / "deflated.dcm"
    _cine(cine)
    tasks = [(cine, "mask", ("mask", "--box", "0,0,320,40"))]
    tasks += [(cine, "clean", ("clean",))] if chosen.clean else []
    for path, name, task in tasks:
        yield _measured(path, name, task, folder, chosen)
    cine.unlink()
    _deep(deep)
    banner = ("mask", "--box", f"0,0,{_SHORT},60")
    yield _measured(deep, "mask", banner, folder, chosen)
    _deflate(deep, packed)
    deep.unlink()
    yield _measured(packed, "mask", banner, folder, chosen)


def _measured(
    path: Path, name: str, task: tuple[str, ...], folder: Path, chosen: argparse.Namespace
) -> tuple[object, ...]:
    out = folder / f"out-{path.stem}-{name}"
    run = running.clean([path], out, folder / "key", chosen, task)
    if [line["outcome"] for line in run.results] != ["released"]:
        sys.exit(f"{path.stem}: {[running.codes_of(line) for line in run.results]}")
    size = path.stat().st_size >> 20
    shutil.rmtree(out)
    shutil.rmtree(run.store)
    return path.stem, name, size, f"{run.seconds:.0f}", run.process_bytes >> 20, run.tree_bytes >> 20


def _described(rows: int, columns: int, samples: int, bits: int, frames: int, syntax: str) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.SOPClassUID, made.SOPInstanceUID = UID("1.2.840.10008.5.1.4.1.1.3.1"), UID("2.25.1")
    made.StudyInstanceUID, made.SeriesInstanceUID = UID("2.25.2"), UID("2.25.3")
    made.Modality, made.PatientName, made.PatientID = "US", "Invented^Nobody", "ZZ-0001"
    made.Rows, made.Columns, made.SamplesPerPixel, made.NumberOfFrames = rows, columns, samples, frames
    made.PhotometricInterpretation = "YBR_FULL_422" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = bits
    made.HighBit, made.PixelRepresentation = bits - 1, 0
    return made


def _picture(rows: int, columns: int, seed: int) -> npt.NDArray[np.uint8]:
    """Speckle below a line of invented text."""
    grain = np.random.default_rng(seed).rayleigh(40, (rows, columns)).clip(0, 200).astype(np.uint8)
    grain[: rows // 6] = 0
    return np.asarray(cv2.putText(grain, "NOBODY INVENTED 1901", (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 240, 1))


def _cine(path: Path) -> None:
    pictures = [_picture(240, 320, seed) for seed in range(_DIFFERENT)]
    streams = list[bytes]()
    for index in range(_FRAMES):
        picture = pictures[index % _DIFFERENT].copy()
        cv2.putText(picture, str(index), (240, 230), cv2.FONT_HERSHEY_PLAIN, 1.0, 255, 1)
        streams.append(bytes(imagecodecs.jpeg8_encode(np.dstack([picture] * 3), 80, subsampling="422")))
    made = _described(240, 320, 3, 8, _FRAMES, "1.2.840.10008.1.2.4.50")
    made.PixelData = encapsulate(streams)
    made.save_as(path, enforce_file_format=True)


def _deep(path: Path) -> None:
    """4 GiB, which pydicom would hold in memory: its header, and the frames behind it."""
    frames = _DEEP // (2 * _SHORT * _SHORT) - 1  # a value of defined length ends below 4 GiB
    made = _described(_SHORT, _SHORT, 1, 16, frames, "1.2.840.10008.1.2.1")
    made.PixelData = b""
    made["PixelData"].VR = "OW"
    made.save_as(path, enforce_file_format=True)
    pictures = [(_picture(_SHORT, _SHORT, seed).astype("<u2") << 8).tobytes() for seed in range(_DIFFERENT)]
    with path.open("r+b") as file:
        file.seek(-4, 2)
        file.write((frames * 2 * _SHORT * _SHORT).to_bytes(4, "little"))
        for index in range(frames):
            file.write(pictures[index % _DIFFERENT])


def _deflate(path: Path, packed: Path) -> None:
    """The same data set in Deflated Explicit VR Little Endian (PS3.5 A.5)."""
    stream, header = zlib.compressobj(1, wbits=-zlib.MAX_WBITS), BytesIO()
    made = _described(_SHORT, _SHORT, 1, 16, 1, "1.2.840.10008.1.2.1.99")
    pydicom.dcmwrite(header, made, enforce_file_format=True)
    with path.open("rb") as plain, packed.open("wb") as file:
        file.write(_meta_of(header.getvalue()))
        plain.seek(len(_meta_of(plain.read(1 << 12))))
        while piece := plain.read(1 << 22):
            file.write(stream.compress(piece))
        file.write(stream.flush())


def _meta_of(start: bytes) -> bytes:
    """Preamble, prefix and file meta information, whose first element says how long it is."""
    return start[: 144 + int.from_bytes(start[140:144], "little")]


if __name__ == "__main__":
    main()
