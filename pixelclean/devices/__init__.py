"""Rules about devices and about kinds of objects: facts of one data set -> regions and expectations.

Rules are data with provenance (rules/devices/*.toml, rules/kinds.toml); nothing resolved for one file is ever written
back into a rule.
"""

from pixelclean.devices.kinds import Kind, Kinds, Standing
from pixelclean.devices.rule import Rule, Source
from pixelclean.devices.ruleset import Match, RuleSet, load_rules
from pixelclean.devices.ultrasound import RegionState, Ultrasound, ultrasound_regions

__all__ = [
    "Kind",
    "Kinds",
    "Match",
    "RegionState",
    "Rule",
    "RuleSet",
    "Source",
    "Standing",
    "Ultrasound",
    "load_rules",
    "ultrasound_regions",
]
