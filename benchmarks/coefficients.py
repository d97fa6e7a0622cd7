"""DCT coefficients of pairs of JPEG streams, by jpeglib: run by independent.py in a Python that has it.

Reads a JSON list of pairs, prints a JSON object: how many are alike, the faults, how many jpeglib does not read.
"""

import json
import sys
from pathlib import Path

import jpeglib
import numpy as np


def main() -> None:
    alike, unread, faults = 0, 0, []
    pairs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for pair in pairs:
        try:
            source, output = jpeglib.read_dct(pair["source"]), jpeglib.read_dct(pair["output"])
        except Exception:  # noqa: BLE001 - 12 bits, for one
            unread += 1
            continue
        if fault := compare(pair, source, output):
            faults.append(f"{pair['name']} (jpeglib): {fault}; boxes {pair['boxes']}")
        else:
            alike += 1
    print(json.dumps({"alike": alike, "faults": faults, "unread": unread}))


def compare(pair, source, output):
    planes = [name for name in ("Y", "Cb", "Cr") if getattr(source, name, None) is not None]
    if not np.array_equal(source.qt, output.qt):
        return "quantisation tables differ"
    # Down and across, the blocks of each component in an MCU; that of one component alone is a block (A.2.2).
    factors = source.samp_factor if len(planes) > 1 else np.ones((1, 2), int)
    masked = masked_mcus(pair, factors)
    for name, (down, across) in zip(planes, factors, strict=True):
        before, after = getattr(source, name), getattr(output, name)
        place_rows, place_columns = np.arange(before.shape[0]) // down, np.arange(before.shape[1]) // across
        inside = masked[np.ix_(place_rows, place_columns)]
        if (before != after)[~inside].any():
            return f"{name}: {int((before != after).any(axis=(2, 3))[~inside].sum())} blocks differ outside"
        if after[inside].reshape(-1, 64)[:, 1:].any():
            return f"{name}: AC is left inside"
        number = min(planes.index(name), len(source.quant_tbl_no) - 1)
        step = int(source.qt[source.quant_tbl_no[number]].reshape(-1)[0])
        black = (
            0
            if name != "Y" and pair["photometric"] != "RGB"
            else 1016
            if pair["photometric"] == "MONOCHROME1"
            else -1024
        )
        if inside.any() and np.abs(after[inside][:, 0, 0].astype(int) * step - black).max() > 8 + step:
            return f"{name}: DC inside is not black"
    return None


def masked_mcus(pair, factors):
    """The MCUs of the boxes; a box is one pixel larger along an axis that is subsampled (decoders smooth over it)."""
    rows, columns = pair["size"]
    height, width = (8 * int(most) for most in factors.max(axis=0))
    down, across = (int(len(set(axis)) > 1) for axis in factors.T)
    masked = np.zeros((-(-rows // height), -(-columns // width)), bool)
    for left, top, right, bottom in pair["boxes"]:
        right, bottom = min(right, columns), min(bottom, rows)
        if left < right and top < bottom:
            tall = slice(max(0, top - down) // height, -(-(bottom + down) // height))
            wide = slice(max(0, left - across) // width, -(-(right + across) // width))
            masked[tall, wide] = True
    return masked


if __name__ == "__main__":
    main()
