"""Regions to plan, plan to redacted frames, redacted frames to proof."""

from pixelclean.pixels.attributes import describe_change, describe_encoding
from pixelclean.pixels.fill import NO_FILL, Fill, black
from pixelclean.pixels.planning import make_plan
from pixelclean.pixels.prove import Comparison, compare
from pixelclean.pixels.redact import hides_bits, redacted

__all__ = [
    "NO_FILL",
    "Comparison",
    "Fill",
    "black",
    "compare",
    "describe_change",
    "describe_encoding",
    "hides_bits",
    "make_plan",
    "redacted",
]
