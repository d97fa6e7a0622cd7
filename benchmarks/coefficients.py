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
    rows, columns = pair["size"]
    heights = {name: getattr(source, name).shape[0] for name in planes}
    widths = {name: getattr(source, name).shape[1] for name in planes}
    # Blocks of the plane with most of them, for each block of the plane with fewest: what is coded together.
    down = {name: round(heights[name] / min(heights.values())) for name in planes}
    across = {name: round(widths[name] / min(widths.values())) for name in planes}
    height, width = 8 * max(down.values()), 8 * max(across.values())
    masked = np.zeros((-(-rows // height) + 1, -(-columns // width) + 1), bool)
    for left, top, right, bottom in pair["boxes"]:
        right, bottom = min(right, columns), min(bottom, rows)
        if left < right and top < bottom:
            masked[top // height : -(-bottom // height), left // width : -(-right // width)] = True
    for name in planes:
        before, after = getattr(source, name), getattr(output, name)
        place_rows = np.minimum(np.arange(before.shape[0]) // down[name], masked.shape[0] - 1)
        place_columns = np.minimum(np.arange(before.shape[1]) // across[name], masked.shape[1] - 1)
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


if __name__ == "__main__":
    main()
