"""Train the text network: samples made as they are needed, every one of them from the seed.

    python train.py --pool BACKGROUNDS --out FOLDER [--steps N] [--seed N]

The state is saved now and then; the same command goes on from there and ends with the same network.
"""

import argparse
import copy
import math
import random
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from net import TextNet
from samples import CELL, SIDE, Sample, sample
from torch.nn import functional

BATCH = 12
CROP = 256
FRESH = 4  # new samples in each batch; the others were met before and are cut, coloured and turned over anew
KEPT = 3000  # samples that can be met again
AVERAGED = 0.998  # of the old weights in the running mean of the weights


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pool", type=Path, required=True, help="folder of backgrounds.py")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--steps", type=int, default=40000)
    options.add_argument("--seed", type=int, default=20261121)
    options.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    options.add_argument("--start", type=Path, help="weights to begin with, for a second round")
    options.add_argument("--threads", type=int, default=1)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(chosen.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(chosen.seed)
    net = TextNet().to(memory_format=torch.channels_last)
    if chosen.start:
        net.load_state_dict(torch.load(chosen.start))
    mean = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), chosen.rate, weight_decay=1e-4)
    state = chosen.out / "state.pt"
    done = _resume(state, net, mean, optimiser)
    batches = _batches(chosen.seed, done, chosen.steps, _pool(chosen.pool))
    start, losses = time.monotonic(), deque[float](maxlen=200)
    for step, (pictures, wanted, weight) in enumerate(batches, done):
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, chosen.steps, chosen.rate)
        loss = _loss(net(pictures)[:, 0], wanted, weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        _average(mean, net, min(AVERAGED, (1 + step) / (10 + step)))
        losses.append(float(loss.detach()))
        if (step + 1) % 200 == 0:
            pace = (time.monotonic() - start) / (step + 1 - done)
            print(f"step {step + 1} loss {np.mean(losses):.4f} {pace:.3f} s a step", flush=True)
        if (step + 1) % 500 == 0 or step + 1 == chosen.steps:
            everything = {
                "step": step + 1,
                "net": net.state_dict(),
                "mean": mean.state_dict(),
                "optimiser": optimiser.state_dict(),
            }
            torch.save(everything, state.with_suffix(".new"))
            state.with_suffix(".new").rename(state)
            torch.save(mean.state_dict(), chosen.out / "weights.pt")


def _pool(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("*.npy")))


def _resume(state: Path, net: TextNet, mean: TextNet, optimiser: torch.optim.Optimizer) -> int:
    if not state.exists():
        return 0
    saved = torch.load(state)
    net.load_state_dict(saved["net"])
    mean.load_state_dict(saved["mean"])
    optimiser.load_state_dict(saved["optimiser"])
    return int(saved["step"])


def _rate(step: int, steps: int, highest: float) -> float:
    """A short rise, then half a cosine down."""
    return highest * min(1.0, (step + 1) / 200) * (0.5 * (1 + math.cos(math.pi * step / steps)) + 0.005)


def _average(mean: TextNet, net: TextNet, keep: float) -> None:
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.mul_(keep).add_(new, alpha=1 - keep)
            else:
                old.copy_(new)


def _loss(logits: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Cross entropy in which text counts more than ground and mistakes more than what is known, and the Dice loss."""
    entropy = functional.binary_cross_entropy_with_logits(
        logits, wanted, pos_weight=torch.tensor(3.0), reduction="none"
    )
    hard = 1 + 2 * (entropy.detach() > 1.0)
    likely = torch.sigmoid(logits) * weight
    overlap = 2 * (likely * wanted).sum() + 1
    dice = 1 - overlap / (likely.sum() + (wanted * weight).sum() + 1)
    return (entropy * hard * weight).sum() / weight.sum() + 0.5 * dice


class _Made(torch.utils.data.Dataset[Sample]):
    """Samples by their number."""

    def __init__(self, seed: int, first: int, last: int, pool: tuple[Path, ...]) -> None:
        self.seed, self.first, self.last, self.pool = seed, first, last, pool

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, index: int) -> Sample:
        cv2.setNumThreads(1)
        return sample(self.seed, self.first + index, self.pool)


def _batches(seed: int, done: int, steps: int, pool: tuple[Path, ...]) -> Iterator[tuple[torch.Tensor, ...]]:
    """A batch for each step that is not done; what earlier steps kept is made again."""
    first = max(0, done * FRESH - KEPT)
    made = torch.utils.data.DataLoader(
        _Made(seed, first, steps * FRESH, pool), batch_size=None, num_workers=1, prefetch_factor=32
    )
    coming, kept = iter(made), deque[Sample](maxlen=KEPT)
    for _ in range(done * FRESH - first):
        kept.append(next(coming))
    for step in range(done, steps):
        rng = random.Random(f"{seed}/batch/{step}")
        kept.extend(next(coming) for _ in range(FRESH))
        chosen = [kept[len(kept) - 1 - number] for number in range(FRESH)] + [
            kept[rng.randrange(len(kept))] for _ in range(BATCH - FRESH)
        ]
        yield tuple(torch.from_numpy(np.stack(part)) for part in zip(*(_cut(one, rng) for one in chosen), strict=True))


def _cut(one: Sample, rng: random.Random) -> tuple[npt.NDArray[np.float32], ...]:
    """A part of a sample, in other colours now and then: (RGB, row, column), and what is wanted of its cells."""
    top, left = (rng.randrange((SIDE - CROP) // CELL + 1) for _ in range(2))
    cells = np.s_[top : top + CROP // CELL, left : left + CROP // CELL]
    picture = one.picture[top * CELL : top * CELL + CROP, left * CELL : left * CELL + CROP].astype(np.float32) / 255
    if rng.random() < 0.15:
        picture = picture[..., rng.sample(range(3), 3)]
    if rng.random() < 0.12:
        picture = 1 - picture
    if rng.random() < 0.3:
        picture = np.clip((picture - 0.5) * rng.uniform(0.75, 1.15) + 0.5 + rng.uniform(-0.1, 0.1), 0, 1)
    return (
        np.ascontiguousarray(picture.transpose(2, 0, 1)),
        one.wanted[cells].astype(np.float32),
        one.weight[cells].astype(np.float32),
    )


if __name__ == "__main__":
    main()
