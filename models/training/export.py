"""Weights to the ONNX file that pixelclean runs: bytes in, logits out, eight-bit arithmetic behind the first two layers.

    python export.py --weights FOLDER/weights.pt --pool BACKGROUNDS --out text.onnx [--seed N]

The first two layers keep single precision: what is faint in the picture must not be rounded before it is seen.  Weights
have seven bits, since processors without VNNI add products of eight in sixteen.
"""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from net import TextNet
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from samples import SIDE, pool_of, sample
from torch import nn

CALIBRATED_ON = 240
_EXACT = ("/net/stem", "/Cast", "/Transpose")


class _Shipped(nn.Module):
    """The network behind bytes: [1, rows, columns, RGB] to [1, 1, rows / 4, columns / 4]; its first weights divide by 255."""

    def __init__(self, net: TextNet) -> None:
        super().__init__()
        self.net = net
        net.stem[0][0].weight.data /= 255

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Logits."""
        return self.net(picture.permute(0, 3, 1, 2).float())


class _Samples(CalibrationDataReader):
    """Pictures whose activations tell how far each of them reaches."""

    def __init__(self, seed: int, pool: tuple[Path, ...]) -> None:
        self.coming: Iterator[npt.NDArray[np.uint8]] = (
            sample(seed, 10**9 + n, pool).picture for n in range(CALIBRATED_ON)
        )

    def get_next(self) -> dict[str, npt.NDArray[np.uint8]] | None:
        """The next picture, None behind the last."""
        picture = next(self.coming, None)
        return None if picture is None else {"picture": picture[np.newaxis]}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--weights", type=Path, required=True)
    options.add_argument("--pool", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--seed", type=int, default=20261121)
    chosen = options.parse_args()
    pool = pool_of(chosen.pool)
    net = TextNet().eval()
    net.load_state_dict(torch.load(chosen.weights, map_location="cpu"))
    with tempfile.TemporaryDirectory() as name:
        exact, ready = Path(name) / "exact.onnx", Path(name) / "ready.onnx"
        torch.onnx.export(
            _Shipped(net).eval(), (torch.zeros(1, SIDE, SIDE, 3, dtype=torch.uint8),), exact, input_names=["picture"],
            output_names=["logits"], dynamic_axes={"picture": {1: "rows", 2: "columns"}}, dynamo=False, opset_version=17,
        )  # fmt: skip
        chosen.out.with_suffix(".exact.onnx").write_bytes(exact.read_bytes())
        quant_pre_process(exact, ready, skip_symbolic_shape=True)
        quantize_static(
            ready, chosen.out, _Samples(chosen.seed, pool), quant_format=QuantFormat.QDQ,
            per_channel=True, reduce_range=True, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8,
            nodes_to_exclude=[node.name for node in onnx.load(ready).graph.node if node.name.startswith(_EXACT)],
        )  # fmt: skip
    content = chosen.out.read_bytes()
    print(f"{chosen.out}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
