"""JPEG streams that came to harm: seeds of every sampling, and what happens to them."""

from functools import cache

import imagecodecs
import numpy as np
from jpeg_by_hand import ByHand

YCC = ((2, 1), (1, 1), (1, 1))
SEEDS = (
    ByHand(rows=20, columns=27),
    ByHand(rows=20, columns=27, complete=True, interval=3),
    ByHand(rows=17, columns=24, precision=12, spread=3000),
    ByHand(rows=17, columns=40, sampling=YCC, scans=((0, 1, 2),), interval=1),
    ByHand(rows=16, columns=24, sampling=YCC, scans=((0,), (1, 2)), one_table=True),
    ByHand(rows=9, columns=17, sampling=((1, 1),) * 3, scans=((2,), (1,), (0,)), full=True, spread=0),
)


@cache
def streams() -> tuple[bytes, ...]:
    made = [seed.stream() for seed in SEEDS]
    return (*made, bytes(imagecodecs.jpeg8_encode(np.arange(600, dtype=np.uint8).reshape(20, 30), 70)))


def damaged(stream: bytes, rng: np.random.Generator) -> bytes:
    """Bits that have turned, bytes that are gone or added, and segments of another stream."""
    told = bytearray(stream)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(2, max(3, len(told))))
        match rng.integers(0, 6):
            case 0 | 1:
                told[min(at, len(told) - 1)] ^= 1 << int(rng.integers(0, 8))
            case 2:
                told = told[:at] + (b"\xff\xd9" if rng.random() < 0.7 else b"")
            case 3:
                del told[at : at + int(rng.integers(1, 9))]
            case 4:
                told[at:at] = rng.bytes(int(rng.integers(1, 9)))
            case _:
                other = streams()[rng.integers(0, len(streams()))]
                markers = [place for place in range(2, len(other) - 4) if other[place] == 0xFF and other[place + 1]]
                begin = markers[rng.integers(0, len(markers))]
                length = 2 + int.from_bytes(other[begin + 2 : begin + 4], "big")
                place = told.find(b"\xff", at) if rng.random() < 0.7 else at
                told[max(place, 2) : max(place, 2)] = other[begin : begin + min(length, 400)]
    return bytes(told)
