"""What each shipped policy keeps of objects that hold something in every place that can hold text.

The objects are those of tests/runs (planted_objects.py): images, a presentation state, a report, radiotherapy, an
enhanced multi-frame image, with every attribute of the dictionary, private blocks of every maker of Table E.3.10-1 and of
nobody, overlays, curves, file meta information.  Text values are a known word, "abdomen", and one that nobody knows.
Headers only; what a policy leaves is compared with what the tables of PS3.15 Annex E say (expected.py), and anything
unexpected is counted.

    python benchmarks/policies.py [--policy research] [--object report] [--all]
"""

import argparse
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import running
from pydicom import Dataset
from pydicom.datadict import dictionary_VR

sys.path.insert(0, str(running.ROOT / "tests" / "runs"))

from expected import reviewed, stays
from planted import TEXT, Place, Strangers, found_in
from planted_objects import OBJECTS, as_file

from pixelclean import resources
from pixelclean.devices import Kinds
from pixelclean.dicom import Source, facts_of, know_additions, read_bytes, write
from pixelclean.header import Action, Cleaned, Fate, row_for, survivors
from pixelclean.heading import Deidentified
from pixelclean.key import ProjectKey
from pixelclean.policy import Limits, Policy

SHIPPED = ("basic", "research", "teaching", "pseudonymize", "quasi-identifiers")
SAMPLES = running.ROOT / "sample_data"
KEY, LIMITS = ProjectKey(bytes(range(32))), Limits()
ENDS = (
    "verbatim",
    "cleaned",
    "shifted",
    "pseudonym",
    "new UID",
    "changed",
    "dummy",
    "emptied",
    "removed",
    "walked into",
)
LISTED = ("verbatim", "cleaned", "shifted", "pseudonym", "changed")
"""Ends whose attributes are listed; changed are private values and what the policy orders."""
_ENDS = {
    Action.CLEAN: "cleaned",
    Action.SHIFT: "shifted",
    Action.PSEUDONYM: "pseudonym",
    Action.NEW_UID: "new UID",
    Action.CODE: "pseudonym",
    Action.DUMMY: "dummy",
    Action.EMPTY: "emptied",
    Action.REMOVE: "removed",
}
SOURCES = ("Table E.1-1", "reviewed list", "by VR: text", "by VR: codes, numbers, dates", "private", "content items")


class Described(Strangers):
    """The same, with a known word before each text."""

    def value(self, place: Place) -> object | None:
        value = super().value(place)
        return f"T2 {value}" if place.vr == "SH" else f"abdomen {value}" if place.vr in TEXT else value


@dataclass(slots=True)
class Kept:
    """What one policy did to all objects: fates by where the decision comes from, names by source and end."""

    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    names: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    planted: int = 0
    left: int = 0
    unexpected: int = 0

    def note(self, source: str, end: str, name: str) -> None:
        self.fates[source, end] += 1
        self.names.setdefault((source, end), set()).add(name)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--policy", choices=SHIPPED, help="only this one")
    options.add_argument("--object", choices=list(OBJECTS), help="only this one")
    options.add_argument(
        "--all", action="store_true", help="list coded values and numbers too, which the table does not name"
    )
    chosen = options.parse_args()
    know_additions()
    objects = [chosen.object] if chosen.object else list(OBJECTS)
    files = [_planted(name) for name in objects]
    unexpected = 0
    for name in [chosen.policy] if chosen.policy else SHIPPED:
        kept = Kept()
        for file, places in files:
            _clean(file, places, Policy.load(name), kept)
        print("\n".join(_report(Policy.load(name), kept, objects, everything=chosen.all)), end="\n\n")
        unexpected += kept.unexpected
    sys.exit(1 if unexpected else 0)


def _planted(name: str) -> tuple[bytes, dict[str, Place]]:
    filler = Described()
    file = as_file(OBJECTS[name](SAMPLES, filler), filler)
    there = found_in(file, filler.places)
    return file, {sentinel: place for sentinel, place in filler.places.items() if sentinel in there}


def _clean(file: bytes, places: dict[str, Place], policy: Policy, kept: Kept) -> None:
    source, heading = read_bytes(file, LIMITS), Deidentified(KEY, policy)
    identifiers, kinds = heading.identifiers(source), Kinds.load(resources.rules("kinds.toml"))
    kind = kinds.judge(facts_of(source.dataset, kinds.keywords))
    written = _written(heading.dataset(source, identifiers, kind), source)
    left = found_in(written, places)
    kept.planted, kept.left = kept.planted + len(places), kept.left + len(left)
    kept.unexpected += len(survivors(read_bytes(written, LIMITS).dataset, identifiers))
    # Days are moved by one shift for all, so that one planted day may become another one.
    kept.unexpected += sum(
        places[each].vr not in ("DA", "DT") and stays(places[each], policy) is False for each in left
    )
    _note_fates(heading.cleaned(source, identifiers), source.dataset, kept)


def _written(dataset: Dataset, source: Source) -> bytes:
    with tempfile.TemporaryDirectory(prefix="pixelclean-policies-") as folder:
        path = Path(folder, "written.dcm")
        write(dataset, source.transfer_syntax, path)
        return path.read_bytes()


def _note_fates(cleaned: Cleaned, source: Dataset, kept: Kept) -> None:
    for fate in {fate.path: fate for fate in cleaned.fates}.values():
        if fate.path.endswith("]"):
            kept.note("content items", "removed" if fate.action is Action.REMOVE else "changed", fate.why)
            continue
        tag = int(fate.path.rpartition(".")[2], 16)
        kept.note(_source_of(tag), _end_of(fate, tag), _name_of(fate, tag, source))


def _source_of(tag: int) -> str:
    if tag >> 16 & 1:
        return "private"
    if row_for(tag) is not None:
        return "Table E.1-1"
    if tag in reviewed("text") | reviewed("binary") | reviewed("removed") | reviewed("replaced"):
        return "reviewed list"
    return "by VR: text" if _vr(tag) in TEXT | {"PN", "AE", "UR"} else "by VR: codes, numbers, dates"


def _end_of(fate: Fate, tag: int) -> str:
    if not fate.changed:
        return "walked into" if _vr(tag) == "SQ" else "verbatim"
    return _ENDS.get(fate.action, "changed")


def _vr(tag: int) -> str:
    try:
        return str(dictionary_VR(tag)).split(" or ")[0]
    except KeyError:
        return ""


def _name_of(fate: Fate, tag: int, source: Dataset) -> str:
    if not tag >> 16 & 1:
        return fate.keyword or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    creator = source.get((tag >> 16, tag >> 8 & 0xFF)) if len(fate.path) == 8 else None
    return f"{creator.value if creator is not None else 'in a sequence'} ({tag >> 16:04X},xx{tag & 0xFF:02X})"


def _report(policy: Policy, kept: Kept, objects: Iterable[str], *, everything: bool) -> Iterator[str]:
    yield f"policy {policy.name} {policy.version}: {', '.join(policy.header.options)}"
    yield f"objects: {', '.join(objects)}"
    yield f"{kept.planted} planted values, {kept.left} of them left, {kept.unexpected} unexpected\n"
    rows = [[source, "", *(kept.fates[source, end] or "" for end in ENDS)] for source in SOURCES]
    yield running.table(["elements, by what decides", "", *ENDS], rows)
    for end in LISTED:
        for source in SOURCES:
            names = kept.names.get((source, end), set())
            if names and (everything or source != "by VR: codes, numbers, dates"):
                text = f"{end}, {source} ({len(names)}): {', '.join(_grouped(names))}"
                yield "\n" + textwrap.fill(text, 120, subsequent_indent="    ", break_long_words=False)


def _grouped(names: Iterable[str]) -> Iterator[str]:
    """In alphabetical order, the private elements of a creator behind its name."""
    previous = ""
    for name in sorted(names):
        creator, between, element = name.rpartition(" (")
        yield name if not between or creator != previous else f"({element}"
        previous = creator


if __name__ == "__main__":
    main()
