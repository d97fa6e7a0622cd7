"""Tasks: what a run does to each file."""

from dataclasses import dataclass, replace
from pathlib import Path

from pixelclean.devices import load_rules
from pixelclean.examination import GivenBoxes
from pixelclean.geometry import Box
from pixelclean.heading import Deidentified, Masked, Untouched
from pixelclean.key import ProjectKey
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Policy


@dataclass(frozen=True, slots=True)
class Clean:
    """Clean header and pixels by the policy."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Clean the header and fill the given boxes, and those of a rule file, without looking for text."""

    boxes: tuple[Box, ...] = ()
    rules: Path | None = None


@dataclass(frozen=True, slots=True)
class MaskOnly:
    """Fill the given boxes and leave the header as it is: for use inside the house."""

    boxes: tuple[Box, ...] = ()
    rules: Path | None = None


Task = Clean | Mask | MaskOnly


def cleaner_for(task: Task, policy: Policy, key: ProjectKey, threads: int = 1) -> Cleaner:
    """The cleaner that does a task; ConfigurationError where rules, networks or reader cannot be used."""
    cleaner = Cleaner.load(policy, key, threads)
    match task:
        case Clean():
            return cleaner
        case Mask(boxes, rules):
            return replace(cleaner, examiner=_given(boxes, rules), heading=Masked(Deidentified(key, policy.header)))
        case MaskOnly(boxes, rules):
            return replace(cleaner, examiner=_given(boxes, rules), heading=Untouched())


def _given(boxes: tuple[Box, ...], rules: Path | None) -> GivenBoxes:
    return GivenBoxes(boxes, load_rules(rules) if rules else None)
