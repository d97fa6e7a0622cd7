"""Every file of the shared data has one outcome, twice the same bytes, in bounded memory.

Released ratio: over the image files that pydicom (or, for JPEG lossless, DCMTK) decodes without an error, outside the
fuzz corpus and not noted as damaged in the inventory.

    python benchmarks/shared_data.py [--once] [--names]
"""

import json
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import running
import showing

MEBIBYTE = 1 << 20


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--once", action="store_true", help="no second run")
    options.add_argument("--names", action="store_true", help="print the paths of the exceptions as well")
    chosen = options.parse_args()
    running.require(chosen.data)
    base = chosen.data / "files"
    files = sorted(path for path in base.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory(prefix="pixelclean-data-") as name:
        spool = Path(name)
        run = running.clean([base], spool / "out", spool / "key", chosen)
        faults = _report(run, files, base, chosen.data, spool, names=chosen.names)
        if not chosen.once:
            faults += _same_again(run, running.clean([base], spool / "again", spool / "key", chosen))
    sys.exit(1 if faults else 0)


def _report(run: running.Run, files: list[Path], base: Path, data: Path, spool: Path, *, names: bool) -> int:
    found = running.by_input(run, files, base)
    odd = [file for file, lines in found.items() if len(lines) != 1]
    print(f"{len(files)} inputs, {len(run.results)} results; inputs without exactly one outcome: {len(odd)}")
    print(f"exit code {run.code}: {running.FINISHED[run.code]}")
    print(f"{run.seconds:.1f} s, {len(files) / run.seconds:.1f} files/s")
    print(
        f"peak memory: {run.tree_bytes / MEBIBYTE:.0f} MiB all processes, {run.process_bytes / MEBIBYTE:.0f} MiB the largest"
    )
    print("\n" + running.table(["outcome", "reasons", "files"], _counts(run)))
    sound = _sound(files, base, data, spool)
    held = [file for file in sound if not any(line["outcome"] == "released" for line in found[file])]
    share = 100 * (1 - len(held) / max(1, len(sound)))
    print(f"\nsound image files: {len(sound)}; released: {len(sound) - len(held)} ({share:.1f} %)")
    reasons = Counter(running.codes_of(line) for file in held for line in found[file])
    print(
        running.table(
            ["held although sound", "", "files"], [[code, "", count] for code, count in reasons.most_common()]
        )
    )
    if names:
        for file in [*odd, *held]:
            outcome = "; ".join(f"{line['outcome']}: {running.codes_of(line)}" for line in found[file])
            print(f"  {file.relative_to(base)}  {outcome or 'no result'}")
    return len(odd)


def _counts(run: running.Run) -> list[list[object]]:
    kinds = Counter((str(line["outcome"]), running.codes_of(line)) for line in run.results)
    return [[outcome, codes or "-", count] for (outcome, codes), count in sorted(kinds.items())]


def _sound(files: list[Path], base: Path, data: Path, spool: Path) -> list[Path]:
    """Image files that ought to be released, by somebody else's word."""
    inventory = json.loads((data / "inventory.json").read_text(encoding="utf-8"))
    damaged = {entry["file"] for entry in inventory if "damage" in entry.get("kept_why", "").lower()}
    chosen = []
    for file in files:
        if "fuzzing-corpus" in file.relative_to(base).as_posix() or file.relative_to(data).as_posix() in damaged:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                showing.read(file, spool)
            except Exception:  # noqa: BLE001  whatever it raises: not decodable, or no image
                continue
        chosen.append(file)
    return chosen


def _same_again(first: running.Run, second: running.Run) -> int:
    one, two = (
        {str(f.relative_to(r.out)): running.sha256(f) for f in r.out.rglob("*") if f.is_file()} for r in (first, second)
    )
    different = {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}
    print(f"\nsecond run with the same key: {len(two)} outputs, {len(different)} differ ({second.seconds:.1f} s)")
    return len(different)


if __name__ == "__main__":
    main()
