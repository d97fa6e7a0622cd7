"""Regions to plan, plan to redacted frames, redacted frames to proof."""

from pixelclean.pixels.attributes import (
    MASKED,
    add_step,
    describe_change,
    describe_encoding,
    describe_frames,
    describe_loss,
    say_masked,
)
from pixelclean.pixels.fill import NO_FILL, Fill, black
from pixelclean.pixels.planning import make_plan
from pixelclean.pixels.prove import Comparison, compare, compare_blackened, compare_video
from pixelclean.pixels.redact import hides_bits, redacted

__all__ = [
    "MASKED",
    "NO_FILL",
    "Comparison",
    "Fill",
    "add_step",
    "black",
    "compare",
    "compare_blackened",
    "compare_video",
    "describe_change",
    "describe_encoding",
    "describe_frames",
    "describe_loss",
    "hides_bits",
    "make_plan",
    "redacted",
    "say_masked",
]
