"""Regions to plan, plan to redacted frames, redacted frames to proof."""

from pixelclean.pixels.attributes import describe_change
from pixelclean.pixels.fill import Fill, black
from pixelclean.pixels.planning import make_plan
from pixelclean.pixels.prove import Comparison, compare
from pixelclean.pixels.redact import hides_bits, redacted

__all__ = ["Comparison", "Fill", "black", "compare", "describe_change", "hides_bits", "make_plan", "redacted"]
