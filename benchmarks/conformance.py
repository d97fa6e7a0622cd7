"""Whether cleaning makes a file less valid: dciodvfy on each released output and on its input.

Only pairs count of which dciodvfy reads both to the end.  It quotes values, so every quoted part is struck out before
anything is compared or printed.

    python benchmarks/conformance.py                            a run with each shipped policy
    python benchmarks/conformance.py --policies basic research  with these
    python benchmarks/conformance.py --out OUT --base INPUT     OUT of an earlier run, its store beside it
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import running

from pixelclean.policy import shipped_policies

SECONDS = 30
# Names of the standard that dciodvfy puts in angle brackets; everything else there is a value.
_NAMES = re.compile(r"(Element=|Module=|Type |Macro=|attribute )<([A-Za-z0-9 ']{1,64})>")
_VALUES = (
    re.compile(r"<.*>"),
    re.compile(r'"[^"]*"'),
    re.compile(r"(?<!\w)'[^']*'"),
    re.compile(r"\[[^\[\]]*\]"),
    re.compile(r"\(0x[0-9a-f]{2}\)"),
    re.compile(r"= .*$"),
    re.compile(r"(?<![0-9a-fx(,])\d[\d.]*(?![0-9a-fx,)])"),
)


HEAD = ("policy", "", "released", "read on both sides", "without a new error", "with one", "errors gone")


@dataclass(slots=True)
class Counts:
    """What became of the outputs of one policy: files, and errors that were there before only or are new."""

    policy: str
    released: int = 0
    read: int = 0
    clean: int = 0
    gone: int = 0
    new: Counter[str] = field(default_factory=Counter)

    def row(self) -> tuple[object, ...]:
        return self.policy, "", self.released, self.read, self.clean, self.read - self.clean, self.gone


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument(
        "--policies", nargs="+", metavar="POLICY", help="one run with each of them (default: all shipped ones)"
    )
    options.add_argument("--out", type=Path, help="OUT of an earlier run")
    options.add_argument("--base", type=Path, help="INPUT of that run (default: DATA/files)")
    chosen = options.parse_args()
    if shutil.which("dciodvfy") is None:
        sys.exit("dciodvfy is not installed (Debian: dicom3tools)")
    running.require(chosen.data)
    base = chosen.base or chosen.data / "files"
    with tempfile.TemporaryDirectory(prefix="pixelclean-conformance-") as name:
        spool = Path(name)
        results = [_compare(policy, run, base) for policy, run in _runs(chosen, base, spool)]
    print(running.table(HEAD, (counts.row() for counts in results)))
    sys.exit(1 if any(counts.new for counts in results) else 0)


def _runs(chosen: argparse.Namespace, base: Path, spool: Path) -> Iterator[tuple[str, running.Run]]:
    """The earlier run, or one run with each policy; each with its name."""
    if chosen.out:
        yield "(earlier run)", running.earlier(chosen.out)
        return
    for number, policy in enumerate(_policies(chosen)):
        chosen.policy = policy
        yield policy, running.clean([base], spool / f"out{number}", spool / f"key{number}", chosen)


def _policies(chosen: argparse.Namespace) -> tuple[str, ...]:
    """Those of --policies, or the one of --policy, which every script has, or all."""
    return tuple(chosen.policies or ([chosen.policy] if chosen.policy else shipped_policies()))


def _compare(policy: str, run: running.Run, base: Path) -> Counts:
    """Each released output with its input; new errors are printed as they are found out."""
    counts = Counts(policy)
    for file, lines in running.by_input(run, sorted(path for path in base.rglob("*") if path.is_file()), base).items():
        for line in lines:
            if line["outcome"] != "released" or (output := run.output_of(line)) is None:
                continue
            counts.released += 1
            before, after = _errors(file), _errors(output)
            if before is None or after is None:
                continue
            new = Counter(after) - Counter(before)
            counts.read += 1
            counts.clean += not new
            counts.gone += (Counter(before) - Counter(after)).total()
            counts.new.update(new)
    print(f"policy {policy}: {counts.new.total() or 'no'} new errors", flush=True)
    for error, count in counts.new.most_common():
        print(f"{count:5d}  {error}")
    return counts


def _errors(file: Path) -> list[str] | None:
    """The normalised error lines of one file, or None when dciodvfy did not come to its end."""
    try:
        done = subprocess.run(["dciodvfy", str(file)], capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    text = (done.stderr + done.stdout).decode("latin-1")
    if done.returncode < 0 or re.search(r"Dataset read failed|Error - Dicom dataset read failed", text):
        return None
    return [_normalised(line) for line in text.splitlines() if line.startswith("Error")]


def _normalised(line: str) -> str:
    """The line without its values; the names come last, so that greedy striking cannot reach over them."""
    names = " ".join(f"{label.strip('= ')} {name}" for label, name in _NAMES.findall(line))
    line = _NAMES.sub("", line)
    for values in _VALUES:
        line = values.sub("..", line)
    return " ".join(f"{line} {names}".split())


if __name__ == "__main__":
    main()
