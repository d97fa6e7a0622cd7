"""How sure a logit is, and the curve from which thresholds are chosen; on samples that training did not meet.

    python calibrate.py --model text.onnx --pool BACKGROUNDS [--samples 1500] [--seed N]

Prints `slope` and `offset` of models.toml, which turn logits into the logarithm of odds, and what the first look misses and
marks in vain at each score: once where text and ground are looked at quickly, once sharply (pixelclean/detect/look.py).
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
from samples import Sample, pool_of, sample

from pixelclean.detect.look import sharp_look
from pixelclean.detect.network import Network

_FAR = 3  # cells from every cell that counts as text, or may be some
_SCORES = (-4.0, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
Cells = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--pool", type=Path, required=True)
    options.add_argument("--samples", type=int, default=1500)
    options.add_argument("--seed", type=int, default=20261121)
    chosen = options.parse_args()
    cv2.setNumThreads(1)
    pool = pool_of(chosen.pool)
    session = onnxruntime.InferenceSession(chosen.model, providers=["CPUExecutionProvider"])
    samples = [sample(chosen.seed, 2 * 10**9 + number, pool) for number in range(chosen.samples)]
    logits = Network("", 1.0, 0.0, session)
    slope, offset = _fitted(*_parted(samples, logits.scores))
    print(f"slope = {slope:.4f}\noffset = {offset:.4f}\n")
    network = Network("", slope, offset, session)
    quick = _parted(samples, network.scores)
    sharp = _parted(samples, lambda picture: sharp_look(network, picture))
    print("| score | quick: text cells missed | ground cells marked | sharp: missed | marked |\n|---|---|---|---|---|")
    for score in _SCORES:
        shares = ((100 * (text <= score).mean(), 100 * (ground > score).mean()) for text, ground in (quick, sharp))
        print(f"| {score:g} |", " | ".join(f"{missed:.2f} % | {marked:.3f} %" for missed, marked in shares), "|")


def _parted(samples: list[Sample], look: Callable[[npt.NDArray[np.uint8]], Scores]) -> tuple[Cells, Cells]:
    """The scores of cells with text, and of those far from any."""
    texts, grounds = list[Cells](), list[Cells]()
    for one in samples:
        scores = look(one.picture).astype(np.float64)
        unclear = (one.wanted > 0) | (one.weight == 0)
        near = cv2.dilate(unclear.astype(np.uint8), np.ones((2 * _FAR + 1, 2 * _FAR + 1), np.uint8)) > 0
        texts.append(scores[one.wanted > 0])
        grounds.append(scores[~near])
    return np.concatenate(texts), np.concatenate(grounds)


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
