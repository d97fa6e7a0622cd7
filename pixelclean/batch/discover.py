"""Discovery: the input files of a run, each once, in a stable order."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pixelclean.errors import UsageError


class Met(StrEnum):
    """How an input was met: files on a walk may be anything, a named file was meant."""

    NAMED = "named"
    ON_A_WALK = "on a walk"


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One input file."""

    path: Path
    met: Met


def discover(inputs: tuple[Path, ...]) -> Iterator[Found]:
    """Every file of the inputs, absolute; a file that is reached twice is yielded once, as named where it is.

    Links to files are followed, links to folders are not: a walk never leaves the tree or runs in circles.  Such a link
    stands for what lies behind it, so that nothing vanishes unsaid, unless it was given itself and is walked anyway.
    """
    for given in inputs:
        if not os.path.lexists(given):
            raise UsageError(f"{given}: no such file or folder")
    named = {given.absolute() for given in inputs if not given.is_dir()}
    walked = {given.absolute() for given in inputs}
    seen: set[Path] = set()
    for given in inputs:
        for found in _walk(given.absolute(), walked):
            if found.path not in seen:
                seen.add(found.path)
                yield Found(found.path, Met.NAMED) if found.path in named else found


def _walk(given: Path, walked: set[Path]) -> Iterator[Found]:
    if not given.is_dir():
        yield Found(given, Met.NAMED)
        return
    # A folder that is not walked stands for what it hides: it gets its own line instead of vanishing.
    unlisted: list[Path] = []
    for folder, folders, files in os.walk(given, onerror=lambda error: unlisted.append(Path(error.filename))):
        folders.sort()
        yield from (Found(Path(folder, name), Met.ON_A_WALK) for name in sorted(files))
        links = {Path(folder, name) for name in folders if Path(folder, name).is_symlink()}
        yield from (Found(path, Met.NAMED) for path in sorted(links - walked))
    yield from (Found(path, Met.NAMED) for path in sorted(unlisted))
