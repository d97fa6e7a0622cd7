"""Whether masks are exact in the eyes of other decoders: outside identical to the source, inside black.

Random boxes (seeded) are masked with `pixelclean mask --keep-header` in every file of the data folder and in the invented
files of the matrix.  Source and output are then decoded by the same programs, none of which is pixelclean's, and
compared word by word.  The coefficients of JPEG streams are compared with jpeglib where a Python that has it is named.

    python benchmarks/independent.py                                   every file, one set of boxes for each size
    python benchmarks/independent.py --rounds 5 --seed 7               more boxes, other ones
    python benchmarks/independent.py --coefficients VENV/bin/python    coefficients of JPEG too (jpeglib)
"""

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cells
import made_pixels
import made_streams
import numpy as np
import numpy.typing as npt
import running
from independent_decoders import JPEG, MPEG_2, NATIVE, OURS, ROOT, VIDEO, Decoder, Undecoded, Words, decoders
from independent_rules import SOF_SIZES, Growth, darkest, in_view, of_stream
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames

HEAD = ("source", "output", "decoder", "files", "alike", "differ", "not read")
LOSSY = tuple(f"{ROOT}.4.{tail}" for tail in (50, 51, 52, 53, 54, 55, 56, 91, 111, 112, 203))
PLENTY = 40.0
"""Decibels: what a video that is encoded again must keep outside its mask."""
Edges = tuple[int, int, int, int]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pair:
    """A source, its output, and the boxes that were asked for."""

    name: str
    source: Path
    output: Path
    boxes: tuple[Edges, ...]
    syntaxes: tuple[str, str]


@dataclass(slots=True)
class Tally:
    """What became of the files of one way through."""

    files: int = 0
    alike: int = 0
    differ: int = 0
    unread: int = 0


@dataclass(slots=True)
class Findings:
    """All ways through, and every failure with its file."""

    tallies: dict[tuple[str, str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    failures: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    streams: list[dict[str, object]] = field(default_factory=list)
    quietest: float = 999.0


def main() -> None:
    chosen = _options()
    warnings.simplefilter("ignore")  # pydicom's quote values
    found, held = Findings(), Counter[str]()
    kinds = [decoder for decoder in decoders() if decoder.is_there]
    for decoder in decoders():
        if not decoder.is_there:
            print(f"not installed, left out: {decoder.name}")
    with tempfile.TemporaryDirectory(prefix="pixelclean-independent-") as name:
        spool = Path(name)
        for pair in _masked(chosen, spool, held):
            _compare(pair, kinds, spool, found)
        _coefficients(chosen.coefficients, spool, found)
    _print(found, held)
    sys.exit(1 if found.failures else 0)


def _options() -> argparse.Namespace:
    options = running.parser(__doc__)
    options.add_argument("--seed", type=int, default=1, help="of the boxes")
    options.add_argument("--rounds", type=int, default=1, help="sets of boxes for each size of image")
    options.add_argument("--only", default="", help="only files whose path contains this")
    options.add_argument("--coefficients", type=Path, metavar="PYTHON", help="a Python that has jpeglib")
    options.add_argument("--without-made", action="store_true", help="leave the invented files out")
    return options.parse_args()


def _masked(chosen: argparse.Namespace, spool: Path, held: Counter[str]) -> Iterator[Pair]:
    """Every released output of every round, with its source."""
    files = [path for path in _inputs(chosen, spool) if chosen.only in str(path)]
    rng = np.random.default_rng(chosen.seed)
    by_size = defaultdict(list)
    for file in files:
        by_size[_extent(file)].append(file)
    for number, (extent, group) in enumerate(sorted(by_size.items())):
        print(f"{len(group)} images of {extent[0]} x {extent[1]} and more", file=sys.stderr, flush=True)
        for turn in range(chosen.rounds):
            boxes = _random_boxes(rng, *extent)
            yield from _run(group, boxes, spool / f"out{number}-{turn}", chosen, held)


def _inputs(chosen: argparse.Namespace, spool: Path) -> Iterator[Path]:
    if (chosen.data / "files").is_dir():
        yield from sorted(path for path in (chosen.data / "files").rglob("*") if path.is_file())
    else:
        print(f"no data in {chosen.data}: the invented files only")
    if chosen.without_made:
        return
    made = spool / "made"
    made.mkdir()
    for family in cells.families():
        for cell in cells.cells(family):
            if cells.why_empty(family, cell) is None:
                try:
                    yield made_pixels.make(cell, made)
                except made_streams.NoEncoder as reason:
                    print(f"not made: {cell.name}: {reason}")


def _extent(file: Path) -> tuple[int, int]:
    """Powers of two that Rows and Columns reach; (0, 0) where nobody can tell."""
    try:
        dataset = dcmread(file, stop_before_pixels=True, force=True)
        rows, columns = int(dataset.Rows), int(dataset.Columns)
    except Exception:  # noqa: BLE001 - damaged files are among them
        return (0, 0)
    return tuple(1 << max(0, size.bit_length() - 1) for size in (rows, columns))  # type: ignore[return-value]


def _random_boxes(rng: np.random.Generator, rows: int, columns: int) -> tuple[Edges, ...]:
    """One to three boxes that start within rows and columns; they may end outside the image."""
    boxes = []
    for _ in range(int(rng.integers(1, 4))):
        left, top = (int(rng.integers(0, max(1, size))) for size in (columns, rows))
        width, height = (int(rng.integers(1, max(2, size // 3 + 1))) for size in (columns, rows))
        boxes.append((left, top, left + width, top + height))
    return tuple(boxes)


def _run(
    files: list[Path], boxes: tuple[Edges, ...], out: Path, chosen: argparse.Namespace, held: Counter[str]
) -> Iterator[Pair]:
    options = [part for box in boxes for part in ("--box", ",".join(map(str, box)))]
    command = [sys.executable, "-m", "pixelclean", "mask", *map(str, files), str(out), "--keep-header", *options]
    jobs = ["--jobs", str(chosen.jobs)] if chosen.jobs else []
    done = subprocess.run([*command, *jobs], capture_output=True, text=True, check=False)
    if done.returncode not in running.FINISHED:
        sys.exit(f"pixelclean mask failed with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    for line in running.results_of(out.with_name(f"{out.name}-private")):
        if line["outcome"] != "released":
            held[f"{line['outcome']}: {running.codes_of(line)}"] += 1
            continue
        proof = line["proof"]
        if proof["syntax_in"]:
            source, ways = Path(line["source"]), (proof["syntax_in"], proof["syntax_out"])
            name = source.name if source.parent.name == "made" else "/".join(source.parts[-3:])
            yield Pair(name, source, out / line["output"], boxes, ways)


def _compare(pair: Pair, kinds: Iterable[Decoder], spool: Path, found: Findings) -> None:
    """Source and output by every decoder that reads both transfer syntaxes, or by the first that reads each."""
    before, after = dcmread(pair.source, force=True), dcmread(pair.output)
    if not any(keyword in after for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        return
    seen = False
    for reads_source, reads_output in _ways(pair, list(kinds)):
        names = dict.fromkeys((reads_source.name, reads_output.name))
        tally = found.tallies[_short(pair.syntaxes[0]), _short(pair.syntaxes[1]), " / ".join(names)]
        tally.files += 1
        try:
            source = reads_source.decode(pair.source, spool)
        except Undecoded as reason:
            tally.unread += 1
            found.reasons[f"{reads_source.name}: {reason}"] += 1
            continue
        try:
            fault = _fault(pair, source, reads_output.decode(pair.output, spool), before, after, found)
        except Undecoded as error:
            fault = f"the output is not read: {error}"
        seen = True
        tally.alike += fault is None
        tally.differ += fault is not None
        if fault:
            found.failures.append(f"{pair.name} ({' / '.join(names)}): {fault}; boxes {list(pair.boxes)}")
    if not seen:
        found.unseen.append(pair.name)
    if all(syntax in JPEG[:2] for syntax in pair.syntaxes):
        _keep_streams(pair, before, after, spool, found)


def _ways(pair: Pair, kinds: list[Decoder]) -> list[tuple[Decoder, Decoder]]:
    for_source, for_output = ([kind for kind in kinds if syntax in kind.syntaxes] for syntax in pair.syntaxes)
    return [(kind, kind if kind in for_output else for_output[0]) for kind in for_source if for_output]


def _short(syntax: str) -> str:
    return syntax.removeprefix(ROOT) or "(implicit)"


def _fault(pair: Pair, source: Words, output: Words, before: Dataset, after: Dataset, found: Findings) -> str | None:
    """What is wrong with an output; None where it is exact."""
    if source.shape != output.shape:
        return f"shape {source.shape} became {output.shape}"
    if pair.syntaxes[1] in VIDEO:
        return _video_fault(pair, source, output, found)
    asked, grown = _masks(pair.boxes, source.shape[1:3], _growth(pair, before, after))
    stored = (1 << int(after.get("BitsStored") or after.BitsAllocated)) - 1
    if source.dtype.kind == "u":
        source, output = source & source.dtype.type(stored), output & output.dtype.type(stored)
    differs = (_bits(source) != _bits(output)).any(axis=3) & ~grown
    if differs.any() and not _within_a_step(pair, source, output, differs):
        return f"{int(differs.sum())} pixels differ outside, the most by {_distance(source, output, differs)}"
    return None if not asked.any() else darkest(output, asked, after, source)


def _within_a_step(pair: Pair, source: Words, output: Words, differs: Mask) -> bool:
    """Two decoders of a lossy stream may round differently; pixelclean keeps what its own one gives."""
    return pair.syntaxes[0] in LOSSY and _distance(source, output, differs) <= 1


def _bits(words: Words) -> Words:
    return np.ascontiguousarray(words).view(f"u{words.dtype.itemsize}")


def _distance(source: Words, output: Words, where: npt.NDArray[np.bool_]) -> float:
    return float(np.abs(source[where].astype(np.float64) - output[where].astype(np.float64)).max())


def _growth(pair: Pair, before: Dataset, after: Dataset) -> Growth:
    """What becomes black with a box: whole MCUs of JPEG, pairs that share their chroma."""
    if pair.syntaxes[1] in SOF_SIZES:
        return of_stream(next(generate_frames(after.PixelData, number_of_frames=in_view(after))))
    if pair.syntaxes[0] in (*NATIVE, *OURS) and "422" in str(before.get("PhotometricInterpretation")):
        return Growth(block=(1, 2))
    return Growth()


def _masks(boxes: tuple[Edges, ...], size: tuple[int, int], growth: Growth) -> tuple[Mask, Mask]:
    """The pixels that were asked for, and those that may change."""
    asked, grown = np.zeros(size, bool), np.zeros(size, bool)
    for left, top, right, bottom in boxes:
        asked[top:bottom, left:right] = True
        if left < size[1] and top < size[0]:
            rows = growth.along(0, top, min(bottom, size[0]))
            grown[rows, growth.along(1, left, min(right, size[1]))] = True
    return asked, grown


def _video_fault(pair: Pair, source: Words, output: Words, found: Findings) -> str | None:
    """A video is encoded again: near enough outside, dark inside, ringing allowed for one macroblock around."""
    block = (16, 16) if pair.syntaxes[1] in MPEG_2 else (2, 2)
    asked, around = _masks(pair.boxes, source.shape[1:3], Growth(block=block, fringe=(16, 16)))
    outside = ~around
    scale = 4 if source.dtype.itemsize == 2 else 1
    if outside.any():
        error = np.mean((source[:, outside].astype(np.float64) - output[:, outside]) ** 2) / scale**2
        quality = 99.0 if not error else float(10 * np.log10(255**2 / error))
        found.quietest = min(found.quietest, quality)
        if quality < PLENTY:
            return f"{quality:.1f} dB outside"
    brightest = int(output[:, asked].max()) / scale if asked.any() else 0
    return f"luma {brightest:g} inside" if brightest > 40 else None


def _keep_streams(pair: Pair, before: Dataset, after: Dataset, spool: Path, found: Findings) -> None:
    """JPEG streams of both sides, for jpeglib."""
    for number, streams in enumerate(
        zip(
            *(generate_frames(dataset.PixelData, number_of_frames=in_view(dataset)) for dataset in (before, after)),
            strict=True,
        )
    ):
        names = [spool / f"{len(found.streams)}-{side}.jpg" for side in "so"]
        for name, stream in zip(names, streams, strict=True):
            name.write_bytes(stream)
        found.streams.append(
            {
                "name": f"{pair.name} frame {number}",
                "source": str(names[0]),
                "output": str(names[1]),
                "boxes": pair.boxes,
                "size": (after.Rows, after.Columns),
                "photometric": after.PhotometricInterpretation,
            }
        )


def _coefficients(python: Path | None, spool: Path, found: Findings) -> None:
    """The coefficients of all JPEG streams that stayed JPEG, by jpeglib in a Python of its own."""
    if python is None or not found.streams:
        print("coefficients: " + ("no JPEG output stayed JPEG" if python else "not compared, no --coefficients PYTHON"))
        return
    asked = spool / "streams.json"
    asked.write_text(json.dumps(found.streams), encoding="utf-8")
    program = Path(__file__).with_name("coefficients.py")
    done = subprocess.run([python, program, asked], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"coefficients.py failed:\n{done.stderr[-2000:]}")
    answer = json.loads(done.stdout)
    tally = found.tallies["JPEG", "JPEG", "jpeglib coefficients"]
    tally.files, tally.alike = len(found.streams), answer["alike"]
    tally.differ, tally.unread = len(answer["faults"]), answer["unread"]
    found.failures += answer["faults"]


def _print(found: Findings, held: Counter[str]) -> None:
    rows = [
        (*way, tally.files, tally.alike, tally.differ, tally.unread) for way, tally in sorted(found.tallies.items())
    ]
    total = [sum(row[column] for row in rows) for column in range(3, 7)]
    print(running.table(HEAD, [*rows, ("all", "", "", *total)]))
    if found.quietest < 999:
        print(f"video: at least {found.quietest:.1f} dB outside the masks")
    for outcome, count in held.most_common():
        print(f"{count:5d}  not released: {outcome}")
    for reason, count in found.reasons.most_common():
        print(f"{count:5d}  not read by {reason}")
    for name, count in Counter(found.unseen).items():
        print(f"no other decoder here reads the source: {name} ({count})")
    for failure in found.failures:
        print(f"FAILED {failure}")
    print(f"{len(found.failures) or 'no'} failures")


if __name__ == "__main__":
    main()
