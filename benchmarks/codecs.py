"""How long it takes to mask one box in a whole file, by encoding: ours and the peers', each on one processor, in one run.

What is in the seconds: reading the file, decoding, filling, encoding, writing it.  In ours are the header and the proof
too (the written file is decoded again and compared); in dicom-dre's and PixelMed's the header.  These two encode nothing
but JPEG baseline: what came compressed leaves uncompressed, and so does HTJ2K from deid.  Start-up is in
nobody's: ours are the seconds of the result, the Python peers time each file after their imports, and of PixelMed's, which
is a new process for each file, an empty run is taken off.  The best of the rounds counts.

The last table is about JPEG streams alone: one decode by libjpeg-turbo, jpegtran -wipe with its process, dicom-dre's scrubber.

    python benchmarks/codecs.py --install            fetch the peers first
    python benchmarks/codecs.py --frames 20 --rounds 5
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import fifteen_made
import imagecodecs
import numpy as np
import numpy.typing as npt
import peers
import running
from made_pixels import ROOT
from made_streams import encode, native
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID

from pixelclean.keyfile import create_key

_US_CINE = "1.2.840.10008.5.1.4.1.1.3.1"
_BOX = fifteen_made.BOX
_SIZES = ((800, 600), (1280, 960))


def main() -> None:
    chosen = _options()
    warnings.simplefilter("ignore")
    if chosen.install:
        peers.install(chosen.peers)
    with tempfile.TemporaryDirectory(prefix="pixelclean-codecs-") as name:
        spool = Path(name)
        _whole_files(chosen, spool)
        _streams(chosen, spool)


def _options() -> argparse.Namespace:
    options = running.parser(__doc__)
    options.add_argument("--install", action="store_true", help="fetch the peers into their folder first")
    options.add_argument("--peers", type=Path, default=peers.SCRATCH, help="where the peers are")
    options.add_argument("--frames", type=int, default=10, help="frames of each file")
    options.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    return options.parse_args()


def _whole_files(chosen: argparse.Namespace, spool: Path) -> None:
    """Milliseconds for each frame, and what a peer needs for one of ours."""
    folder = spool / "in"
    folder.mkdir()
    kinds = {f"{number}.dcm": kind for number, kind in enumerate(_KINDS)}
    for name, kind in kinds.items():
        dcmwrite(folder / name, _KINDS[kind](chosen.frames), enforce_file_format=True)
    # What a process does once is start-up, as loading the compiled steps of JPEG is: the first files are nobody's row.
    dcmwrite(folder / "-.dcm", _native(1), enforce_file_format=True)
    dcmwrite(folder / "--.dcm", _jpeg(1, rows=600, columns=800), enforce_file_format=True)
    columns = {"pixelclean": _ours(folder, spool, chosen.rounds)}
    for peer in peers.peers(chosen.peers):
        if peer.missing:
            print(f"left out: {peer.name}: {peer.missing}")
        elif peer.name != "presidio":  # it looks for text, and fails on several frames
            columns[peer.name] = peer.run(folder, spool / f"out-{peer.name}", _BOX, chosen.rounds)
    print(f"ms a frame, {chosen.frames} frames of 1024 x 768; in brackets: times ours")
    rows = []
    for name, kind in kinds.items():
        ours = columns["pixelclean"].seconds[name]
        rows.append((kind, "", *(_told(done, name, ours, chosen.frames) for done in columns.values())))
    print(running.table(("encoding", "", *columns), rows))


def _told(done: peers.Done, name: str, ours: float, frames: int) -> str:
    if name in done.raised:
        return done.raised[name]
    seconds = done.seconds[name]
    return f"{seconds * 1000 / frames:.1f} ({seconds / ours:.2f})"


def _ours(folder: Path, spool: Path, rounds: int) -> peers.Done:
    key, done = spool / "key", peers.Done(spool)
    create_key(key)
    for number in range(rounds):
        out = spool / f"ours{number}"
        command = [sys.executable, "-m", "pixelclean", "mask", str(folder), str(out), "--key", str(key), "--jobs", "1",
                   "--box", ",".join(map(str, _BOX))]  # fmt: skip
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if said.returncode not in running.FINISHED:
            sys.exit(f"pixelclean mask failed with exit code {said.returncode}:\n{said.stderr[-2000:]}")
        for line in running.results_of(out.with_name(f"{out.name}-private")):
            name = Path(line["source"]).name
            done.seconds[name] = min(line["seconds"], done.seconds.get(name, line["seconds"]))
            if line["outcome"] != "released":
                done.raised[name] = running.codes_of(line)
    return done


def _streams(chosen: argparse.Namespace, spool: Path) -> None:
    """JPEG 4:2:2 streams: each way against one decode."""
    folder = spool / "jpeg"
    folder.mkdir()
    for columns, rows in _SIZES:
        dataset = _jpeg(chosen.frames, rows=rows, columns=columns)
        dcmwrite(folder / f"{columns}x{rows}.dcm", dataset, enforce_file_format=True)
    scrubber = peers.scrubber(chosen.peers)
    scrubbed = None if scrubber.missing else scrubber.run(folder, spool / "scrubbed", _BOX, chosen.rounds)
    rows_told = []
    for columns, rows in _SIZES:
        name = f"{columns}x{rows}.dcm"
        dataset = dcmread(folder / name)
        frames = list(generate_frames(dataset.PixelData, number_of_frames=chosen.frames))
        decode = _best(chosen.rounds, lambda frames=frames: [imagecodecs.jpeg8_decode(frame) for frame in frames])
        ways = {"decode": decode}
        if shutil.which("jpegtran"):
            wipe = f"{columns}x{_BOX[3]}+0+0"  # jpegtran refuses what reaches over the edge
            ways["jpegtran -wipe"] = _best(
                chosen.rounds, lambda frames=frames, wipe=wipe: [_jpegtran(frame, wipe, spool) for frame in frames]
            )
        if scrubbed and name in scrubbed.seconds and name not in scrubbed.raised:
            ways["dicom-dre's scrubber"] = scrubbed.seconds[name]
        for way, seconds in ways.items():
            rows_told.append(
                (f"{columns} x {rows}", way, f"{seconds * 1000 / len(frames):.2f}", f"{seconds / decode:.2f}")
            )
    print()
    print(running.table(("JPEG 4:2:2", "way", "ms a frame", "of one decode"), rows_told))
    if scrubber.missing:
        print(f"left out: dicom-dre's scrubber: {scrubber.missing}")


def _best(rounds: int, step: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    return min(times)


def _jpegtran(frame: bytes, box: str, spool: Path) -> None:
    source = spool / "frame.jpg"
    source.write_bytes(frame)
    subprocess.run(["jpegtran", "-wipe", box, "-outfile", spool / "wiped.jpg", source], check=True, capture_output=True)


def _cine(frames: int, photometric: str, syntax: str) -> tuple[Dataset, list[npt.NDArray[np.uint8]]]:
    dataset = fifteen_made.described(_US_CINE, "US", photometric, fifteen_made.BYTE, syntax, frames)
    return dataset, [np.rint(fifteen_made.scene(frame) * 255).astype(np.uint8) for frame in range(frames)]


def _coded(dataset: Dataset, streams: list[bytes]) -> Dataset:
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(
        f"1.2.826.0.1.3680043.10.9999.9.{len(streams[0])}"
    )
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def _native(frames: int) -> Dataset:
    dataset, words = _cine(frames, "RGB", f"{ROOT}1.2.1")
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID("1.2.826.0.1.3680043.10.9999.9.1")
    dataset.PixelData = native(list(words), "RGB", fifteen_made.BYTE, "<")
    dataset["PixelData"].VR = "OB"
    return dataset


def _rle(frames: int) -> Dataset:
    dataset, words = _cine(frames, "RGB", f"{ROOT}1.2.5")
    dataset.PlanarConfiguration = 1
    return _coded(dataset, [encode(frame, f"{ROOT}1.2.5", "RGB", fifteen_made.BYTE) for frame in words])


def _jpeg_2000(frames: int) -> Dataset:
    dataset, words = _cine(frames, "YBR_RCT", f"{ROOT}1.2.4.90")
    streams = [bytes(imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True)) for frame in words]
    return _coded(dataset, streams)


def _htj2k(frames: int) -> Dataset:
    dataset, words = _cine(frames, "YBR_RCT", f"{ROOT}1.2.4.201")
    return _coded(dataset, [bytes(imagecodecs.htj2k_encode(frame, reversible=True, rgb=True)) for frame in words])


def _jpeg_ls(frames: int) -> Dataset:
    dataset, words = _cine(frames, "RGB", f"{ROOT}1.2.4.80")
    return _coded(dataset, [bytes(imagecodecs.jpegls_encode(frame)) for frame in words])


def _jpeg(frames: int, rows: int = fifteen_made.ROWS, columns: int = fifteen_made.COLUMNS) -> Dataset:
    dataset, words = _cine(frames, "YBR_FULL_422", f"{ROOT}1.2.4.50")
    dataset.Rows, dataset.Columns = rows, columns
    tall = [np.pad(frame, ((0, 960 - 768), (0, 1280 - 1024), (0, 0)), mode="wrap")[:rows, :columns] for frame in words]
    streams = [
        bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(frame), 85, colorspace="rgb", outcolorspace="ycbcr", subsampling="422"))
        for frame in tall
    ]  # fmt: skip
    dataset.LossyImageCompression, dataset.LossyImageCompressionMethod = "01", "ISO_10918_1"
    dataset.LossyImageCompressionRatio = "10"
    return _coded(dataset, streams)


_KINDS: dict[str, Callable[[int], Dataset]] = {
    "native RGB": _native,
    "RLE": _rle,
    "JPEG-LS": _jpeg_ls,
    "JPEG 2000": _jpeg_2000,
    "HTJ2K": _htj2k,
    "JPEG baseline 4:2:2": _jpeg,
}


if __name__ == "__main__":
    main()
