"""Worker of header.py: one de-identifier over a list of files, in one process on one core.

Runs in pixelclean's environment and in that of the peers, so it imports nothing but the tool that it is asked for.  The
request is JSON on standard input, the answer JSON on standard output; no value of a file is printed.

Each tool is called as its own documentation does: read, treat the header, write; pixel data are carried over.
"""

import contextlib
import importlib.metadata
import json
import logging
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Treat = Callable[[Path, Path], None]


def pixelclean(policy: str) -> Treat:
    """What `clean` does to a header: strict read, harvest, Annex E, withhold, marks, durable write."""
    dicom, resources = import_module("pixelclean.dicom"), import_module("pixelclean.resources")
    chosen = import_module("pixelclean.policy").Policy.load(policy)
    kinds = import_module("pixelclean.devices").Kinds.load(resources.rules("kinds.toml"))
    key = import_module("pixelclean.key").ProjectKey(bytes(range(32)))
    heading = import_module("pixelclean.heading").Deidentified(key, chosen)

    def treat(file: Path, out: Path) -> None:
        source = dicom.read(file, chosen.limits)
        with dicom.quiet():
            kind = kinds.judge(dicom.facts_of(source.dataset, kinds.keywords))
            dataset = heading.dataset(source, heading.identifiers(source), kind)
        dicom.write(dataset, source.transfer_syntax, out)

    return treat


def dicognito(_policy: str) -> Treat:
    """The loop of its `__main__`: one Anonymizer for all files."""
    dcmread = import_module("pydicom").dcmread
    anonymizer = import_module("dicognito.anonymizer").Anonymizer(seed="benchmark")

    def treat(file: Path, out: Path) -> None:
        with dcmread(file, force=False) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(out, enforce_file_format=True)

    return treat


def dicom_anonymizer(_policy: str) -> Treat:
    """`anonymize_dicom_file` with its default rules, as its command line calls it."""
    anonymize = import_module("dicomanonymizer.simpledicomanonymizer").anonymize_dicom_file
    return lambda file, out: anonymize(str(file), str(out))


def deid(_policy: str) -> Treat:
    """`replace_identifiers` with its default recipe, read once, with the values that the recipe asks the caller for."""
    recipe = import_module("deid.config").DeidRecipe()
    replace = import_module("deid.dicom").replace_identifiers
    values = dict.fromkeys(("entity_id", "item_id"), "ZZ-1")
    values |= dict.fromkeys(("entity_timestamp", "item_timestamp"), "19000101") | {"jitter": "0"}

    def treat(file: Path, out: Path) -> None:
        asked = {str(file): dict(values)}
        (dataset,) = replace([str(file)], ids=asked, deid=recipe, save=False, force=False, remove_private=True)
        dataset.save_as(out)

    return treat


TOOLS = {"pixelclean": pixelclean, "dicognito": dicognito, "dicom-anonymizer": dicom_anonymizer, "deid": deid}


def main() -> None:
    request = json.load(sys.stdin)
    answer_to = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the tools print may quote values
    os.sched_setaffinity(0, {request["core"]})
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    treat = TOOLS[request["tool"]](request["policy"])
    os.dup2(1, 2)
    answer = _answer(treat, request, Path(request["out"]))
    answer["memory"] = _peak()
    answer["versions"] = {name: importlib.metadata.version(name) for name in (request["tool"], "pydicom")}
    with os.fdopen(answer_to, "w") as stream:
        json.dump(answer, stream)


def _answer(treat: Treat, request: dict[str, Any], out: Path) -> dict[str, Any]:
    """Other files warm up: whatever a tool loads at first use is loaded before the clock starts."""
    for at, file in enumerate(request["warm_up"]):
        with contextlib.suppress(Exception):
            treat(Path(file), out / f"warm-up-{at}")
    passes, failed = [], set[str]()
    for number in range(request["passes"]):
        folder = out / str(number)
        folder.mkdir(parents=True)
        wall, cpu = time.perf_counter(), time.process_time()
        failed |= {
            file for at, file in enumerate(request["files"]) if not _treated(treat, Path(file), folder / str(at))
        }
        passes.append({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu})
    return {"passes": passes, "failed": sorted(failed)}


def _treated(treat: Treat, file: Path, out: Path) -> bool:
    try:
        treat(file, out)
    except (Exception, SystemExit):  # noqa: BLE001 - tools raise anything; the file is then left out for all
        return False
    return out.is_file()


def _peak() -> int:
    """Bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
