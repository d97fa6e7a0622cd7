"""Proof: what was established about one encoded output."""

from dataclasses import dataclass
from enum import StrEnum


class Compared(StrEnum):
    """What of source and output was compared."""

    STORED_VALUES = "stored values"
    """Every sample, bit by bit."""
    COEFFICIENTS = "coefficients"
    """Every quantized coefficient of JPEG, and every sample but at the fringe that up-sampled chroma has."""
    VIDEO = "video, decoded"
    """Every frame of a video that was encoded anew with loss: near the source, and near black, as far as is told."""


@dataclass(frozen=True, slots=True)
class VideoLoss:
    """The worst of all frames of a video that was encoded anew; differences in steps of 256 whatever the depth.

    `psnr` in dB, of luma and chroma outside the mask and 16 pixels around it, None where nothing differs;
    `difference` there, `fringe` within those 16 pixels; `residue` from black in the mask.
    """

    psnr: float | None
    difference: float
    fringe: float
    residue: float


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of looking at the written bytes again.

    `planned_pixels`    pixels that the plan fills, summed over frames
    `changed_outside`   pixels outside the mask that differ from the source, summed over frames
    `not_filled_inside` pixels inside the mask that are not black, summed over frames
    `text_left`         places where the second look still sees text
    `identifiers_left`  tags of the output whose value still holds an identifier or an original UID
    `pixels_unchanged`  the encoded pixel bytes are the source's, byte for byte
    `compared`          what was compared to say so
    `filled_beyond`     pixels that are black beyond the plan, summed over frames: JPEG fills whole MCUs
    `fringe_pixels`     pixels beside those whose chroma changed, since JPEG up-samples it from its neighbours
    `video`             how far from the source and from black the frames of a video are; None for all others
    `syntax_in`, `syntax_out`   transfer syntax UIDs
    `source_decoder`, `decoder` what read the frames of the source, and those of the output
    """

    planned_pixels: int
    changed_outside: int
    not_filled_inside: int
    text_left: int
    identifiers_left: tuple[str, ...]
    pixels_unchanged: bool
    syntax_in: str
    syntax_out: str
    decoder: str
    source_decoder: str = ""
    compared: Compared = Compared.STORED_VALUES
    filled_beyond: int = 0
    fringe_pixels: int = 0
    video: VideoLoss | None = None

    @property
    def holds(self) -> bool:
        """The whole promise: nothing changed outside, everything filled inside, nothing readable left."""
        return not (self.changed_outside or self.not_filled_inside or self.text_left or self.identifiers_left)
