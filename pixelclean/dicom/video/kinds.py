"""The transfer syntaxes of video (PS3.5 8.2.5 to 8.2.11, A.4.5 to A.4.9)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pixelclean.dicom.video import levels
from pixelclean.dicom.video.levels import Level


class Coding(StrEnum):
    """How the pictures are coded; the value is the name that FFmpeg gives it."""

    MPEG_2 = "mpeg2video"
    H_264 = "h264"
    HEVC = "hevc"


@dataclass(frozen=True, slots=True)
class VideoSyntax:
    """One transfer syntax (`syntaxes.py` has its name).

    Its coding, the profile as encoders spell it, the number of its highest level, bits of a sample, whether players of
    discs shall take it, and whether the stream may stand in several fragments (PS3.5 A.4).
    """

    coding: Coding
    profile: str
    highest: int
    bits: int = 8
    blu_ray: bool = False
    fragmentable: bool = False


_LEVELS = {Coding.MPEG_2: levels.MPEG_2, Coding.H_264: levels.H_264, Coding.HEVC: levels.HEVC}
# PS3.5 8.2.7: what a Blu-ray player takes is less than level 4.1 allows.
_BLU_RAY_KILOBITS, _BLU_RAY_BUFFER = 40000, 30000

_ROOT = "1.2.840.10008.1.2.4"
_ROWS = (
    ("100", VideoSyntax(Coding.MPEG_2, "main", 8)),
    ("101", VideoSyntax(Coding.MPEG_2, "main", 4)),
    ("102", VideoSyntax(Coding.H_264, "high", 41)),
    ("103", VideoSyntax(Coding.H_264, "high", 41, blu_ray=True)),
    ("104", VideoSyntax(Coding.H_264, "high", 42)),
    ("105", VideoSyntax(Coding.H_264, "high", 42)),
    ("106", VideoSyntax(Coding.H_264, "high", 42)),
    ("107", VideoSyntax(Coding.HEVC, "main", 153)),
    ("108", VideoSyntax(Coding.HEVC, "main10", 153, bits=10)),
)  # fmt: skip


def _each() -> Iterator[tuple[str, VideoSyntax]]:
    """The rows, and their fragmentable twins; HEVC was fragmentable from the start."""
    for suffix, row in _ROWS:
        fragmentable = replace(row, fragmentable=True)
        if row.coding is Coding.HEVC:
            yield f"{_ROOT}.{suffix}", fragmentable
        else:
            yield from ((f"{_ROOT}.{suffix}", row), (f"{_ROOT}.{suffix}.1", fragmentable))


VIDEO_SYNTAXES = dict(_each())


def levels_of(syntax: VideoSyntax) -> tuple[Level, ...]:
    """All levels of the coding, low to high."""
    return tuple(_for_players(level) for level in _LEVELS[syntax.coding]) if syntax.blu_ray else _LEVELS[syntax.coding]


def _for_players(level: Level) -> Level:
    kilobits, buffer = min(level.kilobits, _BLU_RAY_KILOBITS), min(level.buffer, _BLU_RAY_BUFFER)
    return replace(level, kilobits=kilobits, buffer=buffer)
