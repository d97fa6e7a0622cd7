"""Tasks: what a run does to each file."""

from dataclasses import dataclass, replace
from pathlib import Path

from pixelclean.assignments import NO_ASSIGNMENTS, Assignments
from pixelclean.detect import prepare
from pixelclean.devices import load_rules
from pixelclean.envelope import Cipher, Recipients
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


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to the new identity and back: what a mapping assigns, for whom originals are encrypted and with what, the
    vault."""

    assignments: Assignments = NO_ASSIGNMENTS
    recipients: Recipients | None = None
    vault: Path | None = None
    cipher: Cipher = Cipher.AES_256


NO_WAYS = Ways()


def cleaner_for(task: Task, policy: Policy, key: ProjectKey, threads: int = 1, ways: Ways = NO_WAYS) -> Cleaner:
    """The cleaner that does a task; ConfigurationError where rules, networks or reader cannot be used."""
    cleaner = Cleaner.load(policy, key, threads)
    header = Deidentified(key, policy, ways.assignments, ways.recipients, ways.cipher)
    match task:
        case Clean():
            prepare()  # no file's time is spent on it
            return replace(cleaner, heading=header)
        case Mask(boxes, rules):
            return replace(cleaner, examiner=_given(boxes, rules, policy), heading=Masked(header))
        case MaskOnly(boxes, rules):
            return replace(cleaner, examiner=_given(boxes, rules, policy), heading=Untouched(key))


def _given(boxes: tuple[Box, ...], rules: Path | None, policy: Policy) -> GivenBoxes:
    return GivenBoxes(boxes, policy.pixel.slide_labels, load_rules(rules) if rules else None)
