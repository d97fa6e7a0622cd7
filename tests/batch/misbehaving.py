"""A worker that is the real one but for its eyes: some images make them abort, hang, swallow memory or raise.

No file is known that does this to a codec, so the image says what shall happen, by its number of rows.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from pixelclean.batch.task import cleaner_for
from pixelclean.batch.worker import WorkerSettings, confine, serve
from pixelclean.examination import Examination, Examiner, OpenImage
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

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        return self.usual.examine_again(cleaned, plan, identifiers, fresh)


def live(settings: WorkerSettings, inbox: Connection) -> None:
    """What pixelclean.batch.worker.work does, with other eyes."""
    confine(settings.spool)
    cleaner = cleaner_for(settings.task, settings.policy, settings.key)
    serve(replace(cleaner, examiner=Eyes(cleaner.examiner, settings.spool)), settings, inbox)
