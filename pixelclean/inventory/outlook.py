"""What would become of a file: foretold by a policy, or nothing, where the files are cleaned already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydicom import Dataset

from pixelclean.devices import Kinds
from pixelclean.dicom import Source, facts_of, quiet
from pixelclean.errors import Refused
from pixelclean.fates import told
from pixelclean.header import Action
from pixelclean.heading import Deidentified
from pixelclean.inventory.attribute import Word
from pixelclean.inventory.places import Place
from pixelclean.reasons import ReasonCode

_PIXELS = "as far as nothing in them is masked: see explain"
_REORDERED = "in a sequence that leaves with another number of items"
_NOTHING_LEFT = frozenset((Action.EMPTY, Action.DUMMY, Action.NEW_UID))


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """What becomes of one file: the data set as it would leave, and action and reason of its elements by their paths.

    `held` is why the file would not leave at all; nothing else is then known.  Without `leaving` everything stays.
    """

    leaving: Dataset | None = None
    decided: Mapping[str, tuple[Action | None, str]] = field(default_factory=dict)
    held: ReasonCode | None = None

    def of(self, place: Place, *, same: bool) -> tuple[Word, str]:
        """What becomes of the values at a place, told by what stands there; `same`: as before.  And why."""
        if self.held is not None:
            return Word.HELD, self.held.value
        action, why = self._decided(place.path)
        if place.is_alone:
            return (Word.REMOVED if place.after is None else Word.CLEANED), why or _REORDERED
        if place.before is None:
            return Word.ADDED, why
        if place.after is None and self.leaving is not None:
            return Word.REMOVED, why
        if same:
            return (Word.EMPTY if place.before.is_empty else Word.KEPT), why
        return (Word.REPLACED if action in _NOTHING_LEFT else Word.CLEANED), why

    def _decided(self, path: str) -> tuple[Action | None, str]:
        """What was decided about the element, or about the nearest sequence around it that was decided about."""
        while path and path not in self.decided:
            path = path.rpartition("[")[0]
        return self.decided.get(path, (None, ""))


class Outlook(Protocol):
    """Tells what becomes of a file; `name` goes on where a sentence says "12 files"."""

    @property
    def name(self) -> str:
        """Such as "as they are"."""

    def future(self, source: Source) -> Future:
        """What becomes of one file; never raises Refused."""


@dataclass(frozen=True, slots=True)
class AsItIs:
    """The files are cleaned already: whatever stands in them stays."""

    @property
    def name(self) -> str:
        """No policy."""
        return "as they are"

    def future(self, source: Source) -> Future:
        """Everything is kept."""
        return Future()


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """What `clean` would do to a file's header; pixels are not looked at."""

    heading: Deidentified
    kinds: Kinds

    @property
    def name(self) -> str:
        """The policy."""
        return f"and what policy {self.heading.policy.name} {self.heading.policy.version} would do with them"

    def future(self, source: Source) -> Future:
        """Cleaned in memory; a file that `clean` would hold for its kind or its header is held."""
        with quiet():  # pydicom's warnings quote values
            kind = self.kinds.judge(facts_of(source.dataset, self.kinds.keywords))
            if kind.reason is not None:
                return Future(held=kind.reason.code)
            try:
                identifiers = self.heading.identifiers(source)
                cleaned = self.heading.cleaned(source, identifiers)
                leaving = self.heading.dataset(source, identifiers, kind)
            except Refused as refused:
                return Future(held=refused.code)
            lines = told(source.dataset, cleaned, leaving, _PIXELS)
        return Future(leaving, {line.path: (line.action, line.why) for line in lines})
