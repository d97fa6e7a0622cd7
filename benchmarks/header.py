"""Header throughput beside dicognito, dicom-anonymizer and deid: the same files, one core, one run.

Each tool reads a file, treats its header and writes it into memory; pixels are carried over, and no proof is made.
Files count that all tools read and write.  The tools take turns, each turn in a new process; the first pass of a process
over the files is told apart from the later ones, since values that come again are remembered.

What each does with a file:

pixelclean        strict walk over every byte, every value interpreted, SHA-256 of input and output, identifiers
                  harvested, every element at every depth decided on by Annex E, retained values searched for
                  identifiers, marks, written, fsync
dicognito         pydicom reads; one handler after the other is asked about every element at every depth (names, UIDs,
                  IDs, dates and addresses of a fixed list); private elements, descriptions and comments stay
dicom-anonymizer  pydicom reads; about 450 rules of Table E.1-1 (2023), one after the other, at the top and in the items of
                  the sequences that a rule meets; private elements are removed
deid              pydicom reads; every element at every depth is expanded into a list, and each rule of its default recipe
                  is looked for in it; private elements are removed here (its default is to leave them)

    python benchmarks/header.py [--peers VENV] [--rounds 5] [--policies basic,research] [--json FILE]
"""

import argparse
import json
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import running

WORKER = Path(__file__).with_name("header_tools.py")
PEERS = ("dicognito", "dicom-anonymizer", "deid")
PASSES = 3
FIRST, LATER = slice(0, 1), slice(1, None)
MEMORY = Path("/dev/shm")  # outputs go there: the disk counts for nobody, and bringing a file to it costs nothing
WARM_UP = sorted((running.ROOT / "sample_data").glob("*.dcm"))


@dataclass(frozen=True, slots=True)
class Tool:
    """One contestant: what runs it, and the policy where it has one."""

    name: str
    python: Path
    policy: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} {self.policy}".strip()


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the rounds of one tool: of the first pass of a process over the files, and of the later ones.

    `first` and `later` are files per second of processor time, which other programs of the machine disturb least;
    `share` of them is what part that is of the fastest peer's in the same round; `clock` is files per second of the
    later passes by the clock, `memory` the peak in bytes.
    """

    tool: str
    version: str
    pydicom: str
    first: float
    first_share: float
    later: float
    later_share: float
    clock: float
    memory: int


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--peers", type=Path, metavar="VENV", help="a virtual environment that has the peers")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--policies", default="basic,research", help="of ours, one contestant each")
    options.add_argument("--core", type=int, default=0, help="the processor that everything runs on")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    running.require(chosen.data)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # outputs lie in memory: they go with the script
    with _folder(None) as peers, _folder(MEMORY if MEMORY.is_dir() else None) as spool:
        tools = tuple(_tools(chosen, Path(peers)))
        files = _readable_by_all(tools, chosen, Path(spool))
        turns = _turns(tools, files, chosen, Path(spool))
    figures = list(_figures(turns, len(files)))
    _print(figures, len(files), chosen)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps([asdict(each) for each in figures], indent=1), encoding="utf-8")


def _folder(where: Path | None) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="pixelclean-header-", dir=where)


def _tools(chosen: argparse.Namespace, place: Path) -> Iterator[Tool]:
    for policy in filter(None, chosen.policies.split(",")):
        yield Tool("pixelclean", Path(sys.executable), policy)
    peers = (chosen.peers or _environment(place)).absolute()
    yield from (Tool(peer, peers / "bin" / "python") for peer in PEERS)


def _environment(place: Path) -> Path:
    """A virtual environment with the newest peers."""
    print(f"installing {', '.join(PEERS)}; --peers VENV uses an environment that has them", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    subprocess.run([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return place


def _readable_by_all(tools: Iterable[Tool], chosen: argparse.Namespace, spool: Path) -> list[str]:
    """The files that every tool reads and writes; how many each could not is printed."""
    everything = sorted(str(path) for path in (chosen.data / "files").rglob("*") if path.is_file())
    failed: set[str] = set()
    for tool in tools:
        answer = _run(tool, everything, 1, chosen.core, spool)
        print(f"{tool.label}: {len(everything) - len(answer['failed'])} of {len(everything)} files", file=sys.stderr)
        failed |= set(answer["failed"])
    return [file for file in everything if file not in failed]


def _turns(
    tools: Iterable[Tool], files: list[str], chosen: argparse.Namespace, spool: Path
) -> dict[Tool, list[dict[str, Any]]]:
    """The answers of every round; within a round each tool has one turn."""
    turns: dict[Tool, list[dict[str, Any]]] = {tool: [] for tool in tools}
    for number in range(chosen.rounds):
        for tool, answers in turns.items():
            answers.append(_run(tool, files, PASSES, chosen.core, spool))
            if answers[-1]["failed"]:
                sys.exit(f"{tool.label} failed on a file that it had done before")
        print(f"round {number + 1} of {chosen.rounds}", file=sys.stderr)
    return turns


def _run(tool: Tool, files: list[str], passes: int, core: int, spool: Path) -> dict[str, Any]:
    """One process: passes over the files, the outputs thrown away."""
    out = spool / "out"
    request = {
        "tool": tool.name,
        "policy": tool.policy,
        "files": files,
        "passes": passes,
        "core": core,
        "warm_up": list(map(str, WARM_UP)),
        "out": str(out),
    }
    out.mkdir()
    try:
        done = subprocess.run(
            [str(tool.python), str(WORKER)], input=json.dumps(request), capture_output=True, text=True, check=False
        )
    finally:
        shutil.rmtree(out)
    if done.returncode:
        sys.exit(f"{tool.label} does not run:\n{done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _figures(turns: dict[Tool, list[dict[str, Any]]], files: int) -> Iterator[Figures]:
    first = {tool: [_rate(answer, files, "cpu", FIRST) for answer in answers] for tool, answers in turns.items()}
    later = {tool: [_rate(answer, files, "cpu", LATER) for answer in answers] for tool, answers in turns.items()}
    for tool, answers in turns.items():
        versions = answers[0]["versions"]
        yield Figures(
            tool.label,
            versions[tool.name],
            versions["pydicom"],
            statistics.median(first[tool]),
            _share(first, tool),
            statistics.median(later[tool]),
            _share(later, tool),
            statistics.median(_rate(answer, files, "wall", LATER) for answer in answers),
            int(statistics.median(answer["memory"] for answer in answers)),
        )


def _rate(answer: dict[str, Any], files: int, clock: str, passes: slice) -> float:
    return float(statistics.median(files / each[clock] for each in answer["passes"][passes]))


def _share(rates: dict[Tool, list[float]], tool: Tool) -> float:
    """The median over the rounds of what part a tool's rate is of the fastest peer's."""
    fastest = max((peer for peer in rates if peer.name in PEERS), key=lambda peer: statistics.median(rates[peer]))
    return statistics.median(own / best for own, best in zip(rates[tool], rates[fastest], strict=True))


def _print(figures: list[Figures], files: int, chosen: argparse.Namespace) -> None:
    head = ("tool", "version", "first pass", "of fastest", "later", "of fastest", "by the clock", "MiB")
    rows = [
        (
            each.tool,
            each.version,
            f"{each.first:.1f}",
            f"{each.first_share:.2f}",
            f"{each.later:.1f}",
            f"{each.later_share:.2f}",
            f"{each.clock:.1f}",
            f"{each.memory / (1 << 20):.0f}",
        )
        for each in figures
    ]
    print(running.table(head, rows))
    pydicoms = ", ".join(sorted({each.pydicom for each in figures}))
    print(
        f"\n{files} files, files per second of one processor, Python {platform.python_version()}, pydicom {pydicoms}; "
        f"medians of {chosen.rounds} rounds"
    )


if __name__ == "__main__":
    main()
