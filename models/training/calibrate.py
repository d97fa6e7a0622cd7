"""How sure a logit is, and the curve from which thresholds are chosen; on samples that training did not meet.

    python calibrate.py --model text.onnx --pool BACKGROUNDS [--samples 1500] [--seed N]

Prints `slope` and `offset` of models.toml, which turn logits into the logarithm of odds, and what is missed and what is
marked in vain at each score.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
from samples import sample

_FAR = 3  # cells from every cell that counts as text, or may be some
_SCORES = (-4.0, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
Cells = npt.NDArray[np.float64]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--pool", type=Path, required=True)
    options.add_argument("--samples", type=int, default=1500)
    options.add_argument("--seed", type=int, default=20261121)
    chosen = options.parse_args()
    cv2.setNumThreads(1)
    pool = tuple(sorted(chosen.pool.glob("*.npy")))
    text, ground = (np.concatenate(parts) for parts in zip(*_logits(chosen, pool), strict=True))
    slope, offset = _fitted(text, ground)
    print(f"slope = {slope:.4f}\noffset = {offset:.4f}\n")
    print("| score | text cells missed | ground cells marked |\n|---|---|---|")
    text, ground = text * slope + offset, ground * slope + offset
    for score in _SCORES:
        print(f"| {score:g} | {100 * (text <= score).mean():.2f} % | {100 * (ground > score).mean():.3f} % |")


def _logits(chosen: argparse.Namespace, pool: tuple[Path, ...]) -> Iterator[tuple[Cells, Cells]]:
    """For each sample the logits of cells with text, and of those far from any."""
    session = onnxruntime.InferenceSession(chosen.model, providers=["CPUExecutionProvider"])
    for number in range(chosen.samples):
        one = sample(chosen.seed, 2 * 10**9 + number, pool)
        logits = session.run(None, {"picture": one.picture[np.newaxis]})[0][0, 0]
        text, unclear = one.wanted > 0, (one.wanted > 0) | (one.weight == 0)
        near = cv2.dilate(unclear.astype(np.uint8), np.ones((2 * _FAR + 1, 2 * _FAR + 1), np.uint8)) > 0
        yield logits[text].astype(np.float64), logits[~near].astype(np.float64)


def _fitted(text: Cells, ground: Cells) -> tuple[float, float]:
    """Logistic regression (Platt 1999) by Newton's method: the log odds of text, in the share that samples have of it."""
    values = np.concatenate([text, ground])
    truth = np.concatenate([np.ones(len(text)), np.zeros(len(ground))])
    design, answer = np.stack([values, np.ones(len(values))]), np.array([1.0, 0.0])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(answer @ design, -30, 30)))
        bend = (design * (likely * (1 - likely))) @ design.T + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, design @ (truth - likely))
        answer = answer + step
        if np.abs(step).max() < 1e-8:
            break
    return float(answer[0]), float(answer[1])


if __name__ == "__main__":
    main()
