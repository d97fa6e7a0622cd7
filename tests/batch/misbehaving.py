"""Workers that are the real one but for their eyes: some images make them abort, hang, swallow memory or raise.

No file is known that does this to a codec, so the image says what shall happen, by its number of rows; a header that
does it to its reader says so by its name.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from pixelclean import dicom
from pixelclean.batch import worker
from pixelclean.batch.task import cleaner_for
from pixelclean.batch.worker import WorkerSettings, confine, serve
from pixelclean.examination import Examination, Examiner, Known, OpenImage
from pixelclean.geometry import Region
from pixelclean.header import Identifiers
from pixelclean.plan import Plan

ABORTS, HANGS, SWALLOWS, RAISES, DIES_ONCE = 201, 202, 203, 204, 205
SECRET = "Sentinel^Zoe"
CHILD = "child-of-a-hanging-worker"


@dataclass(frozen=True)
class Eyes:
    """Looks like the examiner that it holds, at most images."""

    usual: Examiner
    spool: Path

    @property
    def keywords(self) -> frozenset[str]:
        return self.usual.keywords

    def examine(self, image: OpenImage) -> Examination:
        match image.frames.format.rows:
            case 201:
                os.abort()
            case 202:
                # As Tesseract would be: a process that the worker waits for.
                child = subprocess.Popen(["sleep", "600"])
                (self.spool.parent / CHILD).write_text(str(child.pid))
                child.wait()
            case 203:
                held = [np.empty(1 << 24) for _ in range(1 << 20)]
                raise AssertionError(len(held))
            case 204:
                raise RuntimeError(SECRET)
            case 205:
                marker = self.spool.parent / "died-once"
                if not marker.exists():
                    marker.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
                    time.sleep(60)
        return self.usual.examine(image)

    def spared(self, image: OpenImage, seen: Examination, known: Known) -> Examination:
        return self.usual.spared(image, seen, known)

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        return self.usual.examine_again(cleaned, plan, identifiers, fresh)


def read_header(path: Path, *others: object) -> object:
    """As pixelclean.dicom.read_header does, for most files."""
    match path.stem:
        case "aborts":
            os.abort()
        case "hangs":
            time.sleep(600)
        case "swallows":
            held = [np.empty(1 << 24) for _ in range(1 << 20)]
            raise AssertionError(len(held))
        case "raises":
            raise RuntimeError(SECRET)
        case "dies-once":
            marker = path.with_suffix(".died")
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)
    return dicom.read_header(path, *others)  # type: ignore[arg-type]


def live_reading(settings: WorkerSettings, inbox: Connection) -> None:
    """What pixelclean.batch.worker.work does, with another reader of headers."""
    worker.read_header = read_header  # type: ignore[assignment]
    worker.work(settings, inbox)


def live(settings: WorkerSettings, inbox: Connection) -> None:
    """What pixelclean.batch.worker.work does, with other eyes."""
    confine(settings.spool)
    cleaner = cleaner_for(settings.task, settings.policy, settings.key)
    serve(replace(cleaner, examiner=Eyes(cleaner.examiner, settings.spool)), settings, inbox)
