"""Files in, an inventory out; memory grows with attributes and distinct values, up to a limit, and not with files."""

from collections import Counter
from dataclasses import dataclass, field

from pydicom import DataElement, Dataset

from pixelclean.dicom import Source, quiet
from pixelclean.inventory.attribute import Attribute, Inventory, Word
from pixelclean.inventory.distinct import Distinct, Room
from pixelclean.inventory.outlook import Future, Outlook
from pixelclean.inventory.places import Place, places
from pixelclean.inventory.showing import shown
from pixelclean.reasons import ReasonCode

_MOST_VALUES = 10_000  # distinct values of one attribute with one fate; also patients that are told apart
_ALL_VALUES = 500_000  # the same of all attributes together
_MOST_ATTRIBUTES = 50_000
_PATIENT, _PATIENT_WITHOUT_ID = ("IssuerOfPatientID", "PatientID"), ("PatientName", "PatientBirthDate")
_ORDER = tuple(Word)


@dataclass(slots=True)
class _Row:
    """One attribute while files come in."""

    tags: str
    room: Room
    vrs: set[str] = field(default_factory=set)
    instances: int = 0
    occurrences: int = 0
    patients: set[int] = field(default_factory=set)
    fates: dict[Word, Distinct] = field(default_factory=dict)

    def add(self, place: Place, patient: int, future: Future) -> None:
        element = place.before if place.before is not None else place.after
        assert element is not None
        before, after = _shown(place.before), _shown(place.after)
        word, why = future.of(place, same=future.leaving is None or before == after)
        self.vrs.add(str(element.VR))
        self.occurrences += 1
        if len(self.patients) < _MOST_VALUES:
            self.patients.add(patient)
        fate = self.fates.setdefault(word, Distinct(self.room, _MOST_VALUES))
        fate.add((before or "", after if word.changes else None), patient, why)
        fate.measure(element)

    def attribute(self, name: str) -> Attribute:
        words = sorted(self.fates, key=_ORDER.index)
        fates = tuple(self.fates[word].fate(word, of_uids=self.vrs == {"UI"}) for word in words)
        vrs = tuple(sorted(self.vrs))
        return Attribute(name, self.tags, vrs, self.instances, self.occurrences, len(self.patients), fates)


def _shown(element: DataElement | None) -> str | None:
    return shown(element) if element is not None else None


@dataclass(slots=True)
class Tally:
    """Counts what it is given; `outlook` says what becomes of it."""

    outlook: Outlook
    files: int = 0
    left_out: int = 0
    _room: Room = field(default_factory=lambda: Room(_ALL_VALUES))
    _rows: dict[str, _Row] = field(default_factory=dict)
    _patients: set[int] = field(default_factory=set)
    _unread: Counter[ReasonCode] = field(default_factory=Counter)
    _held: Counter[ReasonCode] = field(default_factory=Counter)

    def add(self, source: Source) -> None:
        """Every attribute of one file."""
        future = self.outlook.future(source)
        with quiet():
            self._add(source.dataset, future)
        self.files += 1
        self._held.update([future.held] if future.held is not None else [])

    def unread(self, code: ReasonCode) -> None:
        """One file that could not be read, and why."""
        self._unread[code] += 1

    def inventory(self) -> Inventory:
        """What was counted so far: first what would stay, then by tag."""
        attributes = [row.attribute(name) for name, row in self._rows.items()]
        return Inventory(
            self.outlook.name,
            self.files,
            len(self._patients),
            tuple(self._unread.most_common()),
            tuple(self._held.most_common()),
            tuple(sorted(attributes, key=lambda each: (_ORDER.index(each.word), each.tags, each.name))),
            self.left_out,
        )

    def _add(self, dataset: Dataset, future: Future) -> None:
        patient = _patient(dataset)
        if len(self._patients) < _MOST_VALUES:
            self._patients.add(patient)
        met = set[str]()
        for place in places(dataset, future.leaving):
            row = self._row(place)
            if row is not None:
                row.add(place, patient, future)
                met.add(place.name)
        for name in met:
            self._rows[name].instances += 1

    def _row(self, place: Place) -> _Row | None:
        """The row of an attribute; None where there are too many for one more."""
        row = self._rows.get(place.name)
        if row is None:
            if len(self._rows) >= _MOST_ATTRIBUTES:
                self.left_out += 1
                return None
            row = self._rows[place.name] = _Row(place.tags, self._room)
        return row


def _patient(dataset: Dataset) -> int:
    """A number that stands for the patient, in this process only."""
    keywords = _PATIENT if str(dataset.get("PatientID") or "").strip() else _PATIENT_WITHOUT_ID
    return hash(tuple(str(dataset.get(keyword) or "") for keyword in keywords))
