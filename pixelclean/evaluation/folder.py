"""The private folders of an evaluation: what it writes there, and how it knows its own from a stranger's."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pixelclean.errors import ConfigurationError, UsageError
from pixelclean.evaluation.tally import Evaluation
from pixelclean.private import write_private
from pixelclean.store.layout import make_folder_apart
from pixelclean.store.sweep import remove

REPORT = "evaluation.json"
_MARK, _SPOOL = "made-by-pixelclean-evaluate", "spool"
_OURS = re.compile(rf"{REPORT}|{_SPOOL}|index\.(?:html|jsonl)|(?:miss|not-judged|false-alarm)-\d+\.png")


@dataclass(frozen=True, slots=True)
class PrivateFolder:
    """A folder that only its owner can reach, and that holds nothing but what an evaluation put there."""

    path: Path

    @classmethod
    def make(cls, path: Path, option: str, inputs: Iterable[Path]) -> Self:
        """Make it, or empty one that an earlier evaluation made; `option` is how messages call it.

        UsageError where it lies in an input, in an OUT or in a store, or holds what no evaluation made;
        ConfigurationError where it cannot be private or not be emptied.
        """
        if path.is_dir() and any(path.iterdir()) and not (path / _MARK).is_file():
            raise UsageError(f"{option}: {path} is not empty and was not made by evaluate; choose another one")
        make_folder_apart(path, inputs)
        folder = cls(path.resolve())
        try:
            for each in folder.path.iterdir():
                if _OURS.fullmatch(each.name):
                    remove(each)
        except OSError:
            raise ConfigurationError(f"{option}: what an earlier evaluation left in {path} cannot be removed") from None
        if not (folder.path / _MARK).exists():
            folder.write(_MARK, b"")
        return folder

    def write(self, name: str, content: bytes) -> None:
        """A new file in it, for its owner only."""
        try:
            write_private(self.path / name, "file", content)
        except OSError:
            raise ConfigurationError(f"{self.path / name} cannot be written; is the disk full?") from None

    def write_report(self, evaluation: Evaluation) -> None:
        """evaluation.json: what `--json` prints."""
        self.write(REPORT, (json.dumps(evaluation.as_object, indent=1) + "\n").encode())

    def make_spool(self) -> Path:
        """The folder for what is written meanwhile."""
        spool = self.path / _SPOOL
        spool.mkdir(mode=0o700)
        return spool

    def remove_spool(self) -> None:
        """Nothing of any output is left."""
        remove(self.path / _SPOOL)
