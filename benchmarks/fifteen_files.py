"""Fifteen encodings, one rule, ours and the tools that can be had: what is left of text, and what else has changed.

Every file gets the same box over its top 60 rows (Presidio, which takes no box, looks for text itself).  Source and output
are decoded by programs that belong to none of the tools, and compared as they are displayed; of ours the stored
words too.

    python benchmarks/fifteen_files.py --install          fetch the peers first (pip, apt-get download)
    python benchmarks/fifteen_files.py --peers FOLDER     peers that were fetched there before
"""

import argparse
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import peers
import running
from fifteen_made import BANNER, BOX, COLUMNS, Made, ink, make_all
from independent_decoders import ROOT, Undecoded, Words, decoders
from pydicom import Dataset, dcmread
from pydicom.uid import UID

from pixelclean.keyfile import create_key

JPEG_BASELINE = f"{ROOT}.4.50"
_BLOCK, _SPREAD = 8, 8
Shown = npt.NDArray[np.float64]
_YOUNG = {f"{ROOT}.4.201": "HTJ2K", f"{ROOT}.4.110": "JPEG XL"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one tool made of one file; `inside` and `outside` are sentences, empty where nothing is wrong."""

    made: bool
    inside: str = ""
    outside: str = ""
    exact: bool = False
    syntax: str = ""
    same_syntax: bool = False
    burned_in: str = ""
    leftovers: str = ""
    ratio: float = 0.0
    seconds: float = 0.0
    raised: str = ""

    @property
    def is_good(self) -> bool:
        """Text gone under black, everything else as it was."""
        return self.made and not self.inside and not self.outside

    @property
    def told(self) -> str:
        """A cell of the table."""
        if not self.made:
            return f"**no output** ({self.raised})" if self.raised else "**no output**"
        faults = [f"**{fault}**" for fault in (self.outside, self.inside) if fault]
        words = faults or ["ok, exact" if self.exact else "ok"]
        if not self.same_syntax:
            words.append(f"→ {self.syntax}")
        return ", ".join(words)


def main() -> None:
    chosen = _options()
    warnings.simplefilter("ignore")  # pydicom's quote values
    if chosen.install:
        peers.install(chosen.peers)
    with tempfile.TemporaryDirectory(prefix="pixelclean-fifteen-") as name:
        spool = Path(name)
        made = make_all(spool / "in")
        columns: dict[str, list[Verdict]] = {"pixelclean": _verdicts(made, _ours(made, spool, chosen), spool)}
        for peer in peers.peers(chosen.peers):
            if peer.missing:
                print(f"left out: {peer.name}: {peer.missing}")
                continue
            done = peer.run(spool / "in", spool / f"out-{peer.name}", BOX, chosen.rounds)
            columns[peer.name] = _verdicts(made, done, spool)
    print(_table(made, columns))
    print()
    print(_summary(made, columns))


def _options() -> argparse.Namespace:
    options = running.parser(__doc__)
    options.add_argument("--install", action="store_true", help="fetch the peers into their folder first")
    options.add_argument("--peers", type=Path, default=peers.SCRATCH, help="where the peers are")
    options.add_argument("--rounds", type=int, default=1, help="runs of each tool on each file; the best time counts")
    return options.parse_args()


def _ours(made: tuple[Made, ...], spool: Path, chosen: argparse.Namespace) -> peers.Done:
    """`pixelclean mask --box`: header cleaned, pixels proven; the seconds of each file are those of its result."""
    out = spool / "out-pixelclean"
    command = [sys.executable, "-m", "pixelclean", "mask", *(str(one.path) for one in made), str(out),
               "--box", ",".join(map(str, BOX)), "--key", str(spool / "key"), "--jobs", str(chosen.jobs or 1)]  # fmt: skip
    create_key(spool / "key")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in running.FINISHED:
        sys.exit(f"pixelclean mask failed with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    told = peers.Done(spool / "ours")
    told.out.mkdir()
    for line in running.results_of(out.with_name(f"{out.name}-private")):
        name = Path(line["source"]).name
        told.seconds[name] = line["seconds"]
        if line["outcome"] == "released":
            (out / line["output"]).rename(told.out / name)
        else:
            told.raised[name] = running.codes_of(line)
    return told


def _verdicts(made: tuple[Made, ...], done: peers.Done, spool: Path) -> list[Verdict]:
    return [_verdict(one, done, spool) for one in made]


def _verdict(one: Made, done: peers.Done, spool: Path) -> Verdict:
    name = one.path.name
    written, seconds, raised = done.output_of(name), done.seconds.get(name, 0.0), done.raised.get(name, "")
    if written is None:
        return Verdict(made=False, seconds=seconds, raised=raised)
    before, after = dcmread(one.path), dcmread(written, force=True)
    syntaxes = [str(dataset.file_meta.TransferSyntaxUID) for dataset in (before, after)]
    about = {
        "syntax": _YOUNG.get(syntaxes[1], UID(syntaxes[1]).name.split(" (")[0]),
        "same_syntax": syntaxes[0] == syntaxes[1],
        "burned_in": str(after.get("BurnedInAnnotation") or "absent"),
        "leftovers": " and ".join(_leftovers(after)),
        "ratio": written.stat().st_size / one.path.stat().st_size,
        "seconds": seconds,
    }
    try:
        source, output = _decoded(one.path, before, spool), _decoded(written, after, spool)
    except Undecoded as error:
        return Verdict(made=True, outside=f"not readable: {error}", **about)  # type: ignore[arg-type]
    outside = _outside(_shown(source, before), _shown(output, after), jpeg=syntaxes[0] == JPEG_BASELINE)
    exact = source.shape == output.shape and before.PhotometricInterpretation[:8] == after.PhotometricInterpretation[:8]
    if exact:
        exact = bool((source[:, _rows(jpeg=True) :] == output[:, _rows(jpeg=True) :]).all())
    inside = "" if outside.startswith("frames") else _inside(_shown(output, after), _shown(source, before))
    return Verdict(made=True, inside=inside, outside=outside, exact=exact, **about)  # type: ignore[arg-type]


def _leftovers(after: Dataset) -> Iterator[str]:
    if "IconImageSequence" in after:
        yield "icon"
    if (0x6000, 0x3000) in after:
        yield "overlay"


def _decoded(file: Path, dataset: Dataset, spool: Path) -> Words:
    """By the first program that reads it and is none of the tools'; Undecoded with the last one's answer."""
    if not int(dataset.get("Rows") or 0) > 0:
        raise Undecoded("no Rows")
    _check_length(dataset)
    said = "no decoder here"
    for decoder in decoders():
        if decoder.is_there and dataset.file_meta.TransferSyntaxUID in decoder.syntaxes:
            try:
                return decoder.decode(file, spool)
            except Undecoded as error:
                said = str(error)
    raise Undecoded(said)


def _check_length(dataset: Dataset) -> None:
    """Native Pixel Data must be as long as the attributes say (PS3.5 8.1.1): some decoders pad what is missing."""
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    pixels = int(dataset.get("NumberOfFrames") or 1) * dataset.Rows * dataset.Columns * dataset.BitsAllocated // 8
    samples = 2 if dataset.PhotometricInterpretation == "YBR_FULL_422" else dataset.SamplesPerPixel
    if len(dataset.PixelData) != pixels * samples + pixels * samples % 2:
        raise Undecoded("length of Pixel Data")


def _shown(words: Words, dataset: Dataset) -> Shown:
    """As it is displayed: RGB of 0 to 255, or grey that grows with brightness, (frame, row, column, sample)."""
    photometric = str(dataset.PhotometricInterpretation)
    if photometric.startswith("YBR_FULL"):
        return _rgb(words.astype(np.float64))
    if photometric == "PALETTE COLOR":
        tables = [np.frombuffer(dataset[f"{colour}PaletteColorLookupTableData"].value, "<u2") // 256
                  for colour in ("Red", "Green", "Blue")]  # fmt: skip
        return np.stack([table[words[..., 0]] for table in tables], axis=-1).astype(np.float64)
    if words.shape[3] == 3:
        return words.astype(np.float64)
    bits = int(dataset.BitsStored)
    values = words.astype(np.int64) & ((1 << bits) - 1)
    if dataset.PixelRepresentation == 1:
        values = np.where(values >> (bits - 1), values - (1 << bits), values)
    if photometric == "MONOCHROME1":
        values = (1 << bits) - 1 - values
    return values.astype(np.float64)


def _rgb(ybr: Shown) -> Shown:
    luma, blue, red = ybr[..., 0], ybr[..., 1] - 128, ybr[..., 2] - 128
    made = np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], axis=-1)
    return np.clip(np.rint(made), 0, 255)


def _rows(*, jpeg: bool) -> int:
    """The first row outside: JPEG may take the whole row of blocks, and a line for shared chroma."""
    return -(-BANNER // _BLOCK) * _BLOCK + 1 if jpeg else BANNER


def _outside(source: Shown, output: Shown, *, jpeg: bool) -> str:
    """What is wrong below the banner; one step is nothing where colours are computed."""
    if source.shape[0] != output.shape[0]:
        return f"frames: {source.shape[0]} became {output.shape[0]}"
    if source.shape[1:3] != output.shape[1:3]:
        return "another size"
    if source.shape[3] != output.shape[3]:
        source, output = (np.broadcast_to(side, (*side.shape[:3], 3)) for side in (source, output))
    first = _rows(jpeg=jpeg)
    far = np.abs(source[:, first:] - output[:, first:]).max(axis=3)
    if far.max() <= (1 if source.shape[3] == 3 or jpeg else 0):
        return ""
    # Shared chroma is spread in more than one way: a tool that decodes JPEG shows other edges, and is not at fault.
    if jpeg and far.max() <= _SPREAD and (far > 1).mean() < 0.02:
        return ""
    return (
        f"{_colour_of(source[:, first:], output[:, first:])} ({(far > 1).mean():.0%} of pixels, up to {far.max():.0f})"
    )


def _colour_of(source: Shown, output: Shown) -> str:
    """A word for the damage: a cast of green, or planes mixed up, or just other values."""
    if source.shape[3] == 1:
        return "other values"
    shift = (output - source).mean(axis=(0, 1, 2))
    if shift[1] - max(shift[0], shift[2]) > 20:
        return "green image"
    likeness = np.corrcoef(source[0].mean(axis=2).ravel(), output[0].mean(axis=2).ravel())[0, 1]
    return "scrambled" if likeness < 0.5 else "other colours"


def _inside(output: Shown, source: Shown) -> str:
    """What is wrong in the banner: letters, a mosaic of them, or a fill that is not black."""
    banner, was = output[:, :BANNER], source[:, :BANNER]
    letters = ink()[:BANNER]
    low, high = float(source.min()), float(source.max())
    step = (high - low) / 20
    written = [
        frame for frame in range(len(was)) if np.abs(was[frame][letters] - was[frame][~letters].mean()).mean() > step
    ]
    left = [(np.abs(banner[frame][letters] - was[frame][letters]).max(axis=1) < step).mean() for frame in written]
    if left and max(left) > 0.005:
        return f"{max(left):.0%} of the letters left"
    if np.ptp(banner, axis=(1, 2)).max() > step:
        return "mosaic"
    return _fill_of(banner.reshape(-1, banner.shape[3]).mean(axis=0), low, high)


def _fill_of(colour: Shown, low: float, high: float) -> str:
    level = (colour - low) / max(1.0, high - low)
    if level.max() < 0.03:
        return ""
    if level.min() > 0.97:
        return "box is white"
    if np.ptp(level) > 0.1:
        return "box is coloured"
    return f"box is grey ({level.mean():.0%})"


def _table(made: tuple[Made, ...], columns: dict[str, list[Verdict]]) -> str:
    rows = [f"| file | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for number, one in enumerate(made):
        rows.append(f"| {one.kind} | {' | '.join(verdicts[number].told for verdicts in columns.values())} |")
    return "\n".join(rows)


def _summary(made: tuple[Made, ...], columns: dict[str, list[Verdict]]) -> str:
    """One row for each tool: counts, what it says about itself, and what it costs."""
    kinds = [one.kind for one in made]
    special = kinds.index("icon and overlay")
    head = ("tool", "good of 15", "same syntax", "Burned In Annotation after", "false NO", "left of icon and overlay",
            "bytes, of the source's", "seconds, all files")  # fmt: skip
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for tool, verdicts in columns.items():
        written = [verdict for verdict in verdicts if verdict.made]
        says = sorted({verdict.burned_in for verdict in written})
        false = sum(
            "letters" in verdict.inside or verdict.inside == "mosaic"
            for verdict in written
            if verdict.burned_in == "NO"
        )
        ratio = sum(verdict.ratio for verdict in written) / max(1, len(written))
        seconds = sum(verdict.seconds for verdict in verdicts)
        good, same = (
            sum(map(bool, flags)) for flags in zip(*((v.is_good, v.same_syntax) for v in verdicts), strict=True)
        )
        rows.append(
            f"| {tool} | {good} | {same} of {len(written)} | {', '.join(says)} | {false} "
            f"| {verdicts[special].leftovers or 'nothing'} | {ratio:.2f} | {seconds:.1f} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    assert BOX[2] == COLUMNS
    main()
