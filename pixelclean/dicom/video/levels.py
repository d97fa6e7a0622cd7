"""The levels of the codings: how large, how fast and how many bits (ISO/IEC 13818-2 8.5, 14496-10 A.3, 23008-2 A.4)."""

from dataclasses import dataclass
from math import isqrt

_MACROBLOCK, _SMALLEST_UNIT = 16, 8


@dataclass(frozen=True, slots=True)
class Level:
    """A level, by the `number` that its streams state.

    It allows at most `kilobits` a second and a buffer of so many, frames of `samples` luma samples in whole blocks of
    `block` by `block` and of (rows, columns) no longer than `sides`, `pace` luma samples a second, and pictures made
    of fields where `fields`.
    """

    number: int
    name: str
    kilobits: int
    buffer: int
    block: int
    samples: int
    sides: tuple[int, int]
    pace: int
    fields: bool = True


def _high_profile(number: int, name: str, rate: int, buffer: int, frame: int, pace: int) -> Level:
    """A row of Table A-1, whose sizes count macroblocks; High Profile allows 1.25 times the bits (A.3.3).

    A side has at most the root of eight times as many macroblocks (A.3.1), fields are for levels 2.1 to 4.1 (Table A-4).
    """
    macroblock, side = _MACROBLOCK**2, isqrt(8 * frame) * _MACROBLOCK
    bits = (rate * 5 // 4, buffer * 5 // 4)
    return Level(
        number, name, *bits, _MACROBLOCK, frame * macroblock, (side, side), pace * macroblock, 21 <= number <= 41
    )


def _main_tier(number: int, name: str, rate: int, samples: int, pace: int) -> Level:
    """A row of Tables A.8 and A.9; a side has at most the root of eight times as many samples (A.4.1)."""
    side = isqrt(8 * samples)
    return Level(number, name, rate, rate, _SMALLEST_UNIT, samples, (side, side), pace)


def _main_profile(number: int, name: str, bits: tuple[int, int], sides: tuple[int, int], pace: int) -> Level:
    """Main Profile (Tables 8-11 to 8-14); sides are rows and columns."""
    return Level(number, name, *bits, _MACROBLOCK, sides[0] * sides[1], sides, pace)


MPEG_2 = (
    _main_profile(10, "Low", (4000, 464), (288, 352), 3_041_280),
    _main_profile(8, "Main", (15000, 1792), (576, 720), 10_368_000),
    _main_profile(6, "High 1440", (60000, 7168), (1152, 1440), 47_001_600),
    _main_profile(4, "High", (80000, 9552), (1152, 1920), 62_668_800),
)
H_264 = (
    _high_profile(10, "1", 64, 175, 99, 1485),
    _high_profile(9, "1b", 128, 350, 99, 1485),
    _high_profile(11, "1.1", 192, 500, 396, 3000),
    _high_profile(12, "1.2", 384, 1000, 396, 6000),
    _high_profile(13, "1.3", 768, 2000, 396, 11880),
    _high_profile(20, "2", 2000, 2000, 396, 11880),
    _high_profile(21, "2.1", 4000, 4000, 792, 19800),
    _high_profile(22, "2.2", 4000, 4000, 1620, 20250),
    _high_profile(30, "3", 10000, 10000, 1620, 40500),
    _high_profile(31, "3.1", 14000, 14000, 3600, 108_000),
    _high_profile(32, "3.2", 20000, 20000, 5120, 216_000),
    _high_profile(40, "4", 20000, 25000, 8192, 245_760),
    _high_profile(41, "4.1", 50000, 62500, 8192, 245_760),
    _high_profile(42, "4.2", 50000, 62500, 8704, 522_240),
    _high_profile(50, "5", 135_000, 135_000, 22080, 589_824),
    _high_profile(51, "5.1", 240_000, 240_000, 36864, 983_040),
    _high_profile(52, "5.2", 240_000, 240_000, 36864, 2_073_600),
)
HEVC = (
    _main_tier(30, "1", 128, 36864, 552_960),
    _main_tier(60, "2", 1500, 122_880, 3_686_400),
    _main_tier(63, "2.1", 3000, 245_760, 7_372_800),
    _main_tier(90, "3", 6000, 552_960, 16_588_800),
    _main_tier(93, "3.1", 10000, 983_040, 33_177_600),
    _main_tier(120, "4", 12000, 2_228_224, 66_846_720),
    _main_tier(123, "4.1", 20000, 2_228_224, 133_693_440),
    _main_tier(150, "5", 25000, 8_912_896, 267_386_880),
    _main_tier(153, "5.1", 40000, 8_912_896, 534_773_760),
    _main_tier(156, "5.2", 60000, 8_912_896, 1_069_547_520),
    _main_tier(180, "6", 60000, 35_651_584, 1_069_547_520),
    _main_tier(183, "6.1", 120_000, 35_651_584, 2_139_095_040),
    _main_tier(186, "6.2", 240_000, 35_651_584, 4_278_190_080),
)
