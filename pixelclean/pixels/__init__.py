"""Regions to plan, plan to redacted frames, redacted frames to proof."""

from pixelclean.pixels.attributes import MASKED, describe_change, describe_encoding, say_masked
from pixelclean.pixels.fill import NO_FILL, Fill, black
from pixelclean.pixels.planning import make_plan
from pixelclean.pixels.prove import Comparison, compare, compare_blackened
from pixelclean.pixels.redact import hides_bits, redacted

__all__ = [
    "MASKED",
    "NO_FILL",
    "Comparison",
    "Fill",
    "black",
    "compare",
    "compare_blackened",
    "describe_change",
    "describe_encoding",
    "hides_bits",
    "make_plan",
    "redacted",
    "say_masked",
]
