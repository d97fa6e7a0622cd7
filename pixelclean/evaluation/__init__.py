"""Evaluation: what is left of labelled text when files are cleaned, so that a site can measure it on its own images."""

from pixelclean.evaluation.album import write_album
from pixelclean.evaluation.folder import PrivateFolder
from pixelclean.evaluation.judge import Doubt, Line, Verdict, judge
from pixelclean.evaluation.run import Settings, evaluate
from pixelclean.evaluation.tally import Counts, Evaluation, Row
from pixelclean.evaluation.truth import Entry, Truth

__all__ = [
    "Counts",
    "Doubt",
    "Entry",
    "Evaluation",
    "Line",
    "PrivateFolder",
    "Row",
    "Settings",
    "Truth",
    "Verdict",
    "evaluate",
    "judge",
    "write_album",
]
