"""The transfer syntaxes of video (PS3.5 8.2.5 to 8.2.11, A.4.5 to A.4.9), and the limits of levels."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Coding(StrEnum):
    """How the pictures are coded; the value is the name that FFmpeg gives it."""

    MPEG_2 = "mpeg2video"
    H_264 = "h264"
    HEVC = "hevc"


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a coding as its streams number it, with the most kbit/s and the buffer in kbit that it allows."""

    number: int
    kilobits: int
    buffer: int


@dataclass(frozen=True, slots=True)
class VideoSyntax:
    """One transfer syntax (`syntaxes.py` has its name): its coding, the profile as encoders spell it, bits of a sample, and the highest level."""

    coding: Coding
    profile: str
    level: Level
    bits: int = 8
    blu_ray: bool = False


# ISO/IEC 13818-2 8.5: the levels of Main Profile, low to high, with the buffers of Table 8-14.
_MPEG_2 = (Level(10, 4000, 464), Level(8, 15000, 1792), Level(6, 60000, 7168), Level(4, 80000, 9552))
# ISO/IEC 14496-10 Table A-1; High Profile allows 1.25 times as much (A.3.3).
_H_264 = tuple(
    Level(number, rate * 5 // 4, buffer * 5 // 4)
    for number, rate, buffer in (
        (10, 64, 175), (11, 192, 500), (12, 384, 1000), (13, 768, 2000), (20, 2000, 2000), (21, 4000, 4000),
        (22, 4000, 4000), (30, 10000, 10000), (31, 14000, 14000), (32, 20000, 20000), (40, 20000, 25000),
        (41, 50000, 62500), (42, 50000, 62500),
    )
)  # fmt: skip
# ISO/IEC 23008-2 Tables A.8 and A.9, main tier.
_HEVC = tuple(
    Level(number, rate, rate)
    for number, rate in (
        (30, 128), (60, 1500), (63, 3000), (90, 6000), (93, 10000), (120, 12000), (123, 20000), (150, 25000), (153, 40000),
    )
)  # fmt: skip
_LEVELS = {Coding.MPEG_2: _MPEG_2, Coding.H_264: _H_264, Coding.HEVC: _HEVC}
# PS3.5 8.2.7: what a Blu-ray player takes is less than level 4.1 allows.
_BLU_RAY = Level(41, 40000, 30000)

_ROOT = "1.2.840.10008.1.2.4"
_ROWS = (
    ("100", VideoSyntax(Coding.MPEG_2, "main", _MPEG_2[1])),
    ("101", VideoSyntax(Coding.MPEG_2, "main", _MPEG_2[3])),
    ("102", VideoSyntax(Coding.H_264, "high", _H_264[11])),
    ("103", VideoSyntax(Coding.H_264, "high", _BLU_RAY, blu_ray=True)),
    ("104", VideoSyntax(Coding.H_264, "high", _H_264[12])),
    ("105", VideoSyntax(Coding.H_264, "high", _H_264[12])),
    ("106", VideoSyntax(Coding.H_264, "high", _H_264[12])),
    ("107", VideoSyntax(Coding.HEVC, "main", _HEVC[8])),
    ("108", VideoSyntax(Coding.HEVC, "main10", _HEVC[8], bits=10)),
)  # fmt: skip


def _each() -> Iterator[tuple[str, VideoSyntax]]:
    """The rows, and their fragmentable twins; HEVC was fragmentable from the start."""
    for suffix, row in _ROWS:
        yield f"{_ROOT}.{suffix}", row
        if row.coding is not Coding.HEVC:
            yield f"{_ROOT}.{suffix}.1", row


VIDEO_SYNTAXES = dict(_each())


def level_of(syntax: VideoSyntax, number: int) -> Level:
    """The level that a stream states, or the highest of the transfer syntax where it states a higher one or none."""
    levels = _LEVELS[syntax.coding]
    highest = next(index for index, level in enumerate(levels) if level.number == syntax.level.number)
    stated = (level for level in levels[:highest] if level.number == number)
    return next(stated, syntax.level)
