"""The matrix of docs/pixels.md: what becomes of every transfer syntax x photometric interpretation x depth.

Every place of it is a small invented file, made here without pixelclean's encoders, masked with `pixelclean mask`, and
told by its result; or it says why there is no file.  Real files of the data folder follow, where there are any.

    python benchmarks/matrix.py              write docs/pixels.md anew, below its head
    python benchmarks/matrix.py --print      print it
    python benchmarks/matrix.py --keep DIR   leave the invented files there
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cells
import made_pixels
import made_streams
import made_video
import running
from cells import Cell, Family
from made_pixels import ROOT, TEXT
from pydicom import dcmread
from pydicom.uid import UID

from pixelclean.dicom import SYNTAXES, open_frames, read
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.proof import Compared

PAGE = running.ROOT / "docs" / "pixels.md"
BEGIN, END = "<!-- begin: python benchmarks/matrix.py -->", "<!-- end -->"
HEAD = "| transfer syntax | photometric interpretation | depth | decode | redact | encode | proof | output |"
RULE = "|---|---|---|---|---|---|---|---|"
Line = Mapping[str, object]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a file, in the words of the table."""

    decode: str
    redact: str
    encode: str
    proof: str
    output: str

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of the table."""
        return (self.decode, self.redact, self.encode, self.proof, self.output)


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--print", action="store_true", help="print the tables and write nothing")
    options.add_argument("--keep", type=Path, help="where the invented files stay")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pixelclean-matrix-") as name:
        made = chosen.keep or Path(name, "made")
        made.mkdir(parents=True, exist_ok=True)
        text = page(made, Path(name), chosen)
    if chosen.print:
        print(text)
        return
    head = PAGE.read_text(encoding="utf-8").split(BEGIN)[0] if PAGE.exists() else "# Pixels\n\n"
    PAGE.write_text(f"{head}{BEGIN}\n\n{text}\n{END}\n", encoding="utf-8")


def page(made: Path, spool: Path, chosen: argparse.Namespace) -> str:
    """Everything below the head of the page."""
    files, empty = make_all(cells.families(), made)
    refused = {cell: made_pixels.write_refused(cell, made) for cell in cells.refused()}
    lines = masked([*files.values(), *refused.values()], spool / "made-out", chosen)
    fates = {cell: fate_of(lines[file], file) for cell, file in files.items()}
    parts = [_overview(fates), nowhere()]
    parts += [section(family, fates, empty) for family in cells.families()]
    parts.append(_refusals({cell: fate_of(lines[file], file) for cell, file in refused.items()}))
    parts.append(_real(spool, chosen))
    return "\n\n".join(part for part in parts if part) + "\n"


def make_all(families: Iterable[Family], folder: Path) -> tuple[dict[Cell, Path], dict[Cell, str]]:
    """The file of every cell that has one, and the reason of every other."""
    files, empty = {}, {}
    for family in families:
        for cell in cells.cells(family):
            reason = cells.why_empty(family, cell)
            try:
                if reason is None:
                    files[cell] = made_pixels.make(cell, folder)
            except (made_streams.NoEncoder, made_video.NoEncoder) as error:
                reason = str(error)
            if reason is not None:
                empty[cell] = reason
    return files, empty


def masked(files: Iterable[Path], out: Path, chosen: argparse.Namespace) -> dict[Path, Line]:
    """The result of each file after `pixelclean mask --keep-header` with the box of the invented name."""
    box = ",".join(map(str, TEXT))
    command = [sys.executable, "-m", "pixelclean", "mask", *map(str, files), str(out), "--keep-header", "--box", box]
    jobs = ["--jobs", str(chosen.jobs)] if chosen.jobs else []
    done = subprocess.run([*command, *jobs], capture_output=True, text=True, check=False)
    if done.returncode not in running.FINISHED:
        sys.exit(f"pixelclean mask failed with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    return {Path(str(line["source"])): line for line in running.results_of(out.with_name(f"{out.name}-private"))}


def fate_of(line: Line, file: Path) -> Fate:
    """A result in the words of the table."""
    if line["outcome"] != "released":
        codes = ", ".join(_told(reason) for reason in line["reasons"])  # type: ignore[attr-defined]
        return Fate(_decoder(file), "", "", "", f"{line['outcome']}: {codes}")
    proof = line["proof"]
    assert isinstance(proof, dict)
    same = proof["syntax_in"] == proof["syntax_out"]
    redact, encode = _means(proof)
    holds = not (proof["changed_outside"] or proof["not_filled_inside"])
    exact = "near" if encode == "with loss" else "exact" if holds else "does not hold"
    return Fate(_decoder(file), redact, encode, exact, "same" if same else _name(proof["syntax_out"]))


def _told(reason: Mapping[str, str]) -> str:
    return f"{reason['code']} ({reason['detail']})" if reason.get("detail") else str(reason["code"])


def _means(proof: Mapping[str, str]) -> tuple[str, str]:
    """How the mask was put in, and how the result was coded."""
    if proof["compared"] == Compared.VIDEO:
        return "decoded frames", "with loss"
    if proof["compared"] == Compared.COEFFICIENTS:
        return "coefficients", "none needed"
    if proof["syntax_in"] == proof["syntax_out"] and SYNTAXES[proof["syntax_out"]].codec == "native":
        return "stored words", "none needed"
    return "decoded frames", "without loss"


def _decoder(file: Path) -> str:
    """The decoder that pixelclean chose, without its version; a dash where it has none or the file is refused."""
    try:
        source = read(file, Limits())
        frames = open_frames(source.dataset, source.transfer_syntax, Limits())
        frames.frame(0)
    except Refused:
        return "no"
    return re.sub(r" [\d.]+", "", frames.decoder)


def _name(syntax: str) -> str:
    return SYNTAXES[syntax].name if syntax in SYNTAXES else UID(syntax).name


def _short(syntax: str) -> str:
    """`.4.50` for 1.2.840.10008.1.2.4.50, and the whole root for Implicit VR."""
    return syntax.removeprefix(f"{ROOT}1.2") or "1.2"


def section(family: Family, fates: Mapping[Cell, Fate], empty: Mapping[Cell, str]) -> str:
    """One family: rows that share a fate together, then the reasons of what has no file."""
    own = [(fates[cell], cell) for cell in cells.cells(family) if cell in fates]
    rows = [row for fate, together in _grouped(own) for row in rows_of(fate, together)]
    text = [f"## {family.title}", "", *_legend(family), "", HEAD, RULE, *rows]
    if reasons := reasons_of(family, empty):
        text += ["", "No file here:", "", *reasons]
    return "\n".join(text)


def rows_of(fate: Fate, together: list[Cell]) -> list[str]:
    """The rows of cells that share a fate."""
    return [f"| {' | '.join(block)} | {' | '.join(fate.cells)} |" for block in _blocks(together)]


def reasons_of(family: Family, empty: Mapping[Cell, str]) -> list[str]:
    """The cells without a file, and why; those told once for all families are left out."""
    pairs = ((reason, cell) for cell in cells.cells(family) if (reason := _own_reason(cell, empty)))
    return [f"- {_listed(together)}: {reason}" for reason, together in _grouped(pairs)]


def _own_reason(cell: Cell, empty: Mapping[Cell, str]) -> str | None:
    """The reason of an empty cell, unless it is one of those told once for all."""
    reason = empty.get(cell)
    told = (cells.why_nowhere(cell.photometric, cell.depth), cells.why_elsewhere(cell.photometric))
    return None if reason in (*told, cells.FLOATS_ARE_NATIVE) else reason


def nowhere() -> str:
    """What no transfer syntax has, and what one family alone has."""
    pairs = [(photometric, depth) for photometric in made_pixels.PHOTOMETRICS for depth in made_pixels.DEPTHS]
    reasons: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for photometric, depth in pairs:
        if reason := cells.why_nowhere(photometric, depth):
            reasons[reason][photometric].append(depth.name)
    rows = ["## No file in any table below", ""]
    for reason, places in reasons.items():
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for photometric, depths in places.items():
            alike[tuple(depths)].append(photometric)
        listed = "; ".join(f"{', '.join(photometrics)} {', '.join(depths)}" for depths, photometrics in alike.items())
        rows.append(f"- {listed}: {reason}")
    rows.append(f"- float, double in fragments: {cells.FLOATS_ARE_NATIVE}")
    elsewhere = dict.fromkeys(filter(None, map(cells.why_elsewhere, made_pixels.PHOTOMETRICS)))
    return "\n".join([*rows, *(f"- {reason}" for reason in elsewhere)])


def _legend(family: Family) -> list[str]:
    return ["; ".join(f"`{_short(uid)}` {_name(uid)}" for uid in family.syntaxes)]


def _grouped(pairs: Iterable[tuple[Key, Cell]]) -> list[tuple[Key, list[Cell]]]:
    groups: dict[Key, list[Cell]] = defaultdict(list)
    for key, cell in pairs:
        groups[key].append(cell)
    return list(groups.items())


def _listed(together: list[Cell]) -> str:
    return "; ".join(f"{syntaxes} {photometrics} {depths}" for syntaxes, photometrics, depths in _blocks(together))


def _blocks(together: list[Cell]) -> list[tuple[str, str, str]]:
    """Cells as (transfer syntaxes, photometric interpretations, depths), every combination of which is meant."""
    by_row: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in together:
        by_row[cell.syntax, cell.photometric].append(cell.depth.name)
    by_syntax: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (syntax, photometric), depths in by_row.items():
        by_syntax[syntax, tuple(depths)].append(photometric)
    blocks: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for (syntax, depths), photometrics in by_syntax.items():
        blocks[tuple(photometrics), depths].append(_short(syntax))
    return [
        (" ".join(f"`{syntax}`" for syntax in syntaxes), ", ".join(photometrics), ", ".join(depths))
        for (photometrics, depths), syntaxes in blocks.items()
    ]


def _overview(fates: Mapping[Cell, Fate]) -> str:
    """One line for each transfer syntax: how many invented files, and what they leave as."""
    rows = ["## At a glance", "", "| transfer syntax | files | released | leave as |", "|---|---|---|---|"]
    for syntax in dict.fromkeys(cell.syntax for cell in fates):
        own = [fate for cell, fate in fates.items() if cell.syntax == syntax]
        released = [fate for fate in own if fate.proof]
        leaves = ", ".join(dict.fromkeys(fate.output for fate in released)) or _listed_codes(own)
        rows.append(f"| `{_short(syntax)}` {_name(syntax)} | {len(own)} | {len(released)} | {leaves} |")
    return "\n".join(rows)


def _listed_codes(fates: Iterable[Fate]) -> str:
    return ", ".join(dict.fromkeys(fate.output for fate in fates))


def _refusals(fates: Mapping[Cell, Fate]) -> str:
    rows = ["## Refused by name", "", "| transfer syntax | name | outcome |", "|---|---|---|"]
    for cell, fate in fates.items():
        tail = cell.syntax.removeprefix(f"{ROOT}1.2")
        rows.append(f"| `{tail}` | {cells.REFUSED[tail]} | {fate.output or 'released'} |")
    return "\n".join(rows)


def _real(spool: Path, chosen: argparse.Namespace) -> str:
    """Files of the data folder that are released, by what their attributes say; nothing where there is no folder."""
    folder = chosen.data / "files"
    if not folder.is_dir():
        return ""
    lines = masked([folder], spool / "real-out", chosen)
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for file, line in lines.items():
        if line["outcome"] == "released" and (kind := _kind(file, line)):
            groups[kind].append(str(file.relative_to(folder)))
    rows = ["## Real files", "", "| transfer syntax | photometric interpretation | depth | released | one of them |",
            "|---|---|---|---|---|"]  # fmt: skip
    for (syntax, photometric, depth), names in sorted(groups.items()):
        rows.append(f"| `{_short(syntax)}` | {photometric} | {depth} | {len(names)} | {min(names, key=len)} |")
    return "\n".join(rows)


def _kind(file: Path, line: Line) -> tuple[str, str, str] | None:
    dataset = dcmread(file, stop_before_pixels=True, force=True)
    if "Rows" not in dataset:
        return None
    stored, signed = dataset.get("BitsStored") or dataset.BitsAllocated, dataset.get("PixelRepresentation") == 1
    proof = line["proof"]
    assert isinstance(proof, dict)
    depth = f"{stored}{' signed' if signed else ''}"
    return str(proof["syntax_in"]), str(dataset.get("PhotometricInterpretation") or "none"), depth


if __name__ == "__main__":
    main()
