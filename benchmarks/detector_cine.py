"""Frames in a second of the whole path, from JPEG cine to proven output, on two processors."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import running
import speed
from detector_results import Table

_PROCESSORS = 2


def cine(options: argparse.Namespace) -> Table:
    """The cine of speed.py: 100 frames of 800 x 600; start of the program apart, since a run has one."""
    encoded = speed.encoded_frames()
    options.jobs = _PROCESSORS
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:_PROCESSORS])
    try:
        with tempfile.TemporaryDirectory(prefix="pixelclean-cine-") as name:
            speed.clean_cine(encoded, _folder(name, "first"), options)  # kernels that are compiled once are there now
            run = speed.clean_cine(encoded, _folder(name, "second"), options)
    finally:
        os.sched_setaffinity(0, allowed)
    (line,) = run.results
    if line["outcome"] != "released":
        sys.exit(f"the cine was not released ({running.codes_of(line)}): its time says little")
    rows = [
        [what, f"{seconds:.2f}", f"{len(encoded) / seconds:.1f}"]
        for what, seconds in (("the file", float(line["seconds"])), ("with the start of the program", run.seconds))
    ]
    return Table.of([f"{len(encoded)} frames, two processors", "seconds", "frames/s"], rows)


def _folder(spool: str, name: str) -> Path:
    folder = Path(spool) / name
    folder.mkdir()
    return folder
