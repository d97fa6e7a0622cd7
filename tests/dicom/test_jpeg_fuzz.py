"""Damaged JPEG streams never end in a crash, and nothing that differs from its source is called proven.

Run as a program it makes as many damaged streams as it is told, under whatever settings of numba its environment has.
"""

import os
import subprocess
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from damaged_jpeg import damaged, streams

from pixelclean.dicom.codecs.jpeg_blacken import blacken, can_be_blackened
from pixelclean.dicom.codecs.jpeg_coefficients import CoefficientComparison, coefficients, compare_coefficients
from pixelclean.dicom.codecs.jpeg_surplus import tables_of
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

TESTS = str(Path(__file__).resolve().parent.parent)
PROVEN = CoefficientComparison(0, 0)
CODES = {ReasonCode.UNDECODABLE, ReasonCode.TRUNCATED, ReasonCode.INCONSISTENT_PIXEL_DATA, ReasonCode.PROOF_FAILED}


def sized(stream: bytes) -> tuple[np.ndarray, tuple[int, ...]]:
    """A mask in the middle, of the size that the stream announces where it is a small one, and the fill for it."""
    at = max(stream.find(b"\xff\xc0"), stream.find(b"\xff\xc1"))
    rows, columns = (int.from_bytes(stream[at + each : at + each + 2], "big") for each in (5, 7))
    mask = np.zeros((min(rows, 300), min(columns, 300)), bool)
    mask[4:9, 6:12] = True
    return mask, (0, 128, 128) if stream[at + 9 : at + 10] == b"\3" else (0,)


def blacken_damaged(count: int, seed: int) -> tuple[int, int]:
    """How many of so many damaged streams were refused, and how many were blackened and proven."""
    rng = np.random.default_rng(seed)
    refused = proven = 0
    for number in range(count):
        stream = damaged(streams()[number % len(streams())], rng)
        mask, fill = sized(stream)
        tables_of(stream)
        try:
            after = blacken(stream, mask, fill)
        except Refused as refusal:
            refused += refusal.code in CODES
            continue
        assert can_be_blackened(stream)
        assert compare_coefficients(stream, after, mask, fill) == PROVEN
        proven += 1
    return refused, proven


def test_damaged_streams_are_refused_or_blackened_with_a_proof() -> None:
    refused, proven = blacken_damaged(10_000, 1)
    assert refused + proven == 10_000
    assert proven > 500
    assert refused > 500


@pytest.mark.parametrize(
    ("settings", "count"), [({"NUMBA_BOUNDSCHECK": "1"}, 2_000), ({"NUMBA_DISABLE_JIT": "1"}, 100)]
)
def test_no_kernel_leaves_its_arrays(settings: dict[str, str], count: int, tmp_path: Path) -> None:
    """Where every index is checked, the same damaged streams end as they do where none is."""
    environment = os.environ | settings | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": TESTS}
    command = [sys.executable, __file__, str(count)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.split() == [str(each) for each in blacken_damaged(count, 1)]


def test_kernels_are_compiled_where_no_cache_can_be_written() -> None:
    """numba finds no place, neither beside the module nor in a home, and there is none."""
    nowhere = {name: value for name, value in os.environ.items() if name not in ("HOME", "NUMBA_CACHE_DIR")}
    nowhere |= {"NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator", "PYTHONPATH": TESTS}
    run = subprocess.run([sys.executable, __file__, "50"], env=nowhere, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.split() == [str(each) for each in blacken_damaged(50, 1)]


def test_nothing_that_differs_is_called_proven() -> None:
    rng = np.random.default_rng(2)
    unlike = alike = 0
    for number in range(2_000):
        stream = streams()[number % len(streams())]
        mask, fill = sized(stream)
        after = blacken(stream, mask, fill)
        told = damaged(after, rng)
        try:
            comparison = compare_coefficients(stream, told, mask, fill)
        except Refused:
            unlike += 1
            continue
        same = all(np.array_equal(one, two) for one, two in zip(coefficients(after), coefficients(told), strict=True))
        assert (comparison == PROVEN) is same
        if same:
            assert np.array_equal(imagecodecs.jpeg8_decode(told), imagecodecs.jpeg8_decode(after))
        unlike, alike = unlike + (not same), alike + same
    assert unlike > 500
    assert alike > 20


if __name__ == "__main__":
    print(*blacken_damaged(int(sys.argv[1]), 1))  # noqa: T201
