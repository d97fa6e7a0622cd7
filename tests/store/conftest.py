"""A project in a folder: inputs that only have to be bytes, results as a child gives them, and a way to deliver them."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from pixelclean.delivery import Delivery
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.key import ProjectKey
from pixelclean.outcome import Image, Output, Reason, Released, Result, outcome_of
from pixelclean.plan import Plan
from pixelclean.proof import Proof
from pixelclean.reasons import ReasonCode
from pixelclean.store.layout import Store
from pixelclean.store.records import Run

PLAN = Plan(100, 200, 1, (Region(Box(10, 20, 90, 40), Act.MASK, Origin.DETECTOR, "text"),))
PROOF = Proof(1600, 0, 0, 0, (), False, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1", "pydicom")
IMAGE = Image("US", "1.2.840.10008.5.1.4.1.1.6.1", 100, 200, 1)


@dataclass(frozen=True)
class Project:
    """Folders of one project, and what goes in and out of them."""

    base: Path
    out: Path
    root: Path
    key: ProjectKey = ProjectKey(b"invented key of the store tests!")  # noqa: RUF009
    run: Run = Run("basic", "policy-1", "judges-1", "0.0")  # noqa: RUF009
    later: Run = Run("basic", "policy-2", "judges-1", "0.0")  # noqa: RUF009

    def input(self, name: str, content: bytes) -> Path:
        path = self.base / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def open_store(self) -> Store:
        return Store.open(self.root, self.out, self.key)

    def deliver(self, act: Callable[[Delivery], object], run: Run | None = None) -> None:
        """One whole run: open, act, finish, close."""
        with self.open_store() as store:
            delivery = Delivery.open(store, self.key, run or self.run)
            try:
                act(delivery)
                delivery.finish()
            finally:
                delivery.close()

    def files_in_out(self) -> dict[str, bytes]:
        """Every file of OUT, hidden ones too, and its bytes."""
        found = (path for path in self.out.rglob("*") if not path.is_dir())
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in found}

    def sha(self, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def place_of(self, content: bytes) -> str:
        return f"pat/stu/ser/{self.sha(content)[:16]}.dcm"

    def released(self, source: Path, cleaned: bytes = b"", instance: str = "", preview: bytes = b"") -> Result:
        """What a child gives for a file that it proved, with the file in the spool."""
        content, spool = source.read_bytes(), self.root / "spool"
        cleaned = cleaned or b"clean:" + content
        name = f"{self.sha(os.fsencode(source))[:8]}.dcm"
        (spool / name).write_bytes(cleaned)
        if preview:
            (spool / f"{name}.png").write_bytes(preview)
        place = PurePosixPath(self.place_of(content))
        output = Output(name, self.sha(cleaned), place, f"{name}.png" if preview else "")
        return Result(self.sha(content), Released(), output, PLAN, PROOF, IMAGE, instance, seconds=0.25)

    def held(self, source: Path, *codes: ReasonCode, instance: str = "") -> Result:
        """What a child gives for a file that it could not release."""
        outcome = outcome_of(tuple(Reason(code) for code in codes))
        return Result(self.sha(source.read_bytes()), outcome, None, PLAN, None, IMAGE, instance, seconds=0.5)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "out", tmp_path / "out-private")
