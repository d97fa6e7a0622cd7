"""Train the text network: samples made as they are needed, every one of them from the seed.

    python train.py --pool BACKGROUNDS --out FOLDER [--steps N] [--seed N] [--device cuda --workers 12]

The state is saved now and then; the same command goes on from there and ends with the same network.  Samples are the same on
every device and with any number of workers, which only make them ahead; a GPU adds in another order than a CPU, so its
weights differ in the last bits, and from there on.  A GPU waits for samples: give it as many
workers as there are cores.
"""

import argparse
import copy
import random
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from net import TextNet
from samples import CELL, SIDE, Sample, pool_of, sample
from torch.nn import functional

BATCH = 12
CROP = 256
FRESH = 4  # new samples in each batch; the others were met before and are cut, coloured and turned over anew
KEPT = 3000  # samples that can be met again
AVERAGED = 0.998  # of the old weights in the running mean of the weights
FALL = 0.25  # of the steps, the last ones, in which the learning rate falls to nothing


def main() -> None:
    chosen = _options()
    device, pool = _device(chosen.device), pool_of(chosen.pool)
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(chosen.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(chosen.seed)
    net = TextNet().to(device, memory_format=torch.channels_last)
    if chosen.start:
        net.load_state_dict(torch.load(chosen.start, map_location=device))
    mean = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), chosen.rate, weight_decay=1e-4)
    state = chosen.out / "state.pt"
    done = _resume(state, net, mean, optimiser, device)
    batches = _batches(chosen.seed, done, chosen.steps, pool, chosen.workers)
    start, losses = time.monotonic(), deque[float](maxlen=200)
    for step, batch in enumerate(batches, done):
        pictures, wanted, weight = (part.to(device) for part in batch)
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
            if step + 1 <= (1 - FALL) * chosen.steps:
                torch.save(everything, chosen.out / "level.pt")
            torch.save(mean.state_dict(), chosen.out / "weights.pt")


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pool", type=Path, required=True, help="folder of backgrounds.py")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--steps", type=int, default=15000)
    options.add_argument("--seed", type=int, default=20261121)
    options.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    options.add_argument("--start", type=Path, help="weights to begin with, for a second round")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--workers", type=int, default=1, help="processes that make samples")
    options.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    return options.parse_args()


def _device(name: str) -> torch.device:
    """The device of that name; stops the script where it is not there."""
    if name == "cuda" and not torch.cuda.is_available():
        sys.exit("no GPU is there, or this torch was built without CUDA: leave --device out")
    return torch.device(name)


def _resume(state: Path, net: TextNet, mean: TextNet, optimiser: torch.optim.Optimizer, device: torch.device) -> int:
    if not state.exists():
        return 0
    saved = torch.load(state, map_location=device)
    net.load_state_dict(saved["net"])
    mean.load_state_dict(saved["mean"])
    optimiser.load_state_dict(saved["optimiser"])
    return int(saved["step"])


def _rate(step: int, steps: int, highest: float) -> float:
    """A short rise, a long level, then straight down: what the level ends with can be trained on for longer."""
    return highest * min(1.0, (step + 1) / 200, (steps - step) / (steps * FALL))


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
        logits, wanted, pos_weight=torch.tensor(3.0, device=logits.device), reduction="none"
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


def _batches(
    seed: int, done: int, steps: int, pool: tuple[Path, ...], workers: int
) -> Iterator[tuple[torch.Tensor, ...]]:
    """A batch for each step that is not done; what earlier steps kept is made again."""
    first = max(0, done * FRESH - KEPT)
    made = torch.utils.data.DataLoader(
        _Made(seed, first, steps * FRESH, pool), batch_size=None, num_workers=workers, prefetch_factor=32
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
