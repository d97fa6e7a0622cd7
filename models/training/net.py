"""The network: fully convolutional, logits for cells of 4 by 4 pixels, nearly all of its work at an eighth and a sixteenth.

Activations end at 6, so that eight bits hold them; upsampling is a convolution and a rearrangement, which costs less than
interpolation and joining.
"""

import torch
from torch import nn

STEP = 16
"""The network halves its input four times."""


def _conv(before: int, after: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, dilation, dilation=dilation, bias=False), nn.BatchNorm2d(after), nn.ReLU6()
    )


class Residual(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = _conv(channels, channels, dilation=dilation)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.end = nn.ReLU6()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same shape."""
        return self.end(x + self.second(self.first(x)))


class TextNet(nn.Module):
    """RGB, 0 to 1, [n, 3, rows, columns] with sides divisible by 16, to logits [n, 1, rows / 4, columns / 4]."""

    def __init__(self, half: int = 16, quarter: int = 32, eighth: int = 48, sixteenth: int = 96) -> None:
        super().__init__()
        self.stem = nn.Sequential(_conv(3, half, 2), _conv(half, quarter, 2))
        self.eighth = nn.Sequential(_conv(quarter, eighth, 2), Residual(eighth), Residual(eighth))
        self.sixteenth = nn.Sequential(
            _conv(eighth, sixteenth, 2), Residual(sixteenth), Residual(sixteenth, 2), Residual(sixteenth, 3)
        )
        self.up = nn.Sequential(nn.Conv2d(sixteenth, 4 * eighth, 1), nn.PixelShuffle(2))
        self.join = nn.Sequential(nn.ReLU6(), Residual(eighth), nn.Conv2d(eighth, 4, 1), nn.PixelShuffle(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of text."""
        near = self.eighth(self.stem(x))
        return self.join(near + self.up(self.sixteenth(near)))
