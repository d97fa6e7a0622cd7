"""What a command's exit code says."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from pixelclean.reasons import End


class ExitCode(IntEnum):
    """The higher wins where several would be true."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    QUEUED = 3
    QUARANTINED = 4
    LEFT = 5


_OF_END = {End.NOTE: ExitCode.DONE, End.QUEUE: ExitCode.QUEUED, End.QUARANTINE: ExitCode.QUARANTINED}


def of_counts(counts: Mapping[str, int]) -> ExitCode:
    """The code of a run, from its number of files by outcome."""
    if counts.get("quarantined", 0):
        return ExitCode.QUARANTINED
    return ExitCode.QUEUED if counts.get("queued", 0) else ExitCode.DONE


def of_ends(ends: Iterable[End]) -> ExitCode:
    """The code of a look at files that gave reasons with these ends."""
    return max((_OF_END[end] for end in ends), default=ExitCode.DONE)
