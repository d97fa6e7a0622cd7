"""Which new ID, name and trial attributes were given to which patient, by the patient's pseudonym.

Nothing in here identifies: a pseudonym cannot be led back without the key, and new IDs come from the trial.

A patient is a Patient ID and, where it counts, its issuer.  The issuer counts where the policy or a row of the mapping
names it, and nowhere else: within one house the same patient comes with and without it.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Self, final

from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey

EVERY_ISSUER = "*"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What leaves in place of a patient: ID, name ("" where none was given), and trial attributes as (tag, value)."""

    patient_id: str
    patient_name: str = ""
    attributes: tuple[tuple[int, str], ...] = ()


@final
@dataclass(frozen=True, slots=True, repr=False)
class Assignments:
    """Patients that have an assigned ID, as (pseudonym, Assigned); `fingerprint` names the key of the pseudonyms.

    ConfigurationError where a pseudonym stands twice, or where one ID was given to two patients.
    """

    fingerprint: str = ""
    entries: tuple[tuple[str, Assigned], ...] = ()
    _assigned: Mapping[str, Assigned] = field(init=False, compare=False)
    _pseudonyms: Mapping[str, str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", tuple(sorted(self.entries, key=itemgetter(0))))
        object.__setattr__(self, "_assigned", dict(self.entries))
        object.__setattr__(self, "_pseudonyms", {given.patient_id: pseudonym for pseudonym, given in self.entries})
        if len(self._assigned) != len(self.entries):
            raise ConfigurationError("a patient has two assigned IDs")
        if len(self._pseudonyms) != len(self.entries):
            raise ConfigurationError("one assigned ID stands for two patients")

    def __repr__(self) -> str:
        return f"Assignments({len(self.entries)} patients, key {self.fingerprint})"

    def __len__(self) -> int:
        return len(self.entries)

    def find(self, pseudonym: str) -> Assigned | None:
        """What was assigned to the patient of this pseudonym."""
        return self._assigned.get(pseudonym)

    def pseudonym_of(self, assigned_id: str) -> str | None:
        """The pseudonym of the patient that was given this ID, as a second stage meets it."""
        return self._pseudonyms.get(canonical(assigned_id))

    @property
    def digest(self) -> str:
        """SHA-256 over key and entries, in hex; "" where nothing is assigned."""
        if not self.entries:
            return ""
        rows = [
            (pseudonym, given.patient_id, given.patient_name, given.attributes) for pseudonym, given in self.entries
        ]
        return hashlib.sha256(json.dumps([self.fingerprint, rows]).encode()).hexdigest()

    def joined(self, other: Self) -> Self:
        """Both together; ConfigurationError where they contradict each other or belong to different keys."""
        if not other.entries:
            return self
        if self.entries and self.fingerprint != other.fingerprint:
            raise ConfigurationError("the mapping and the vault belong to different keys")
        return type(self)(other.fingerprint, tuple({*self.entries, *other.entries}))

    def require_key(self, key: ProjectKey) -> None:
        """ConfigurationError where the pseudonyms are those of another key."""
        if self.entries and self.fingerprint != key.fingerprint:
            raise ConfigurationError(
                f"the assigned IDs belong to key {self.fingerprint}, this is key {key.fingerprint}"
            )


NO_ASSIGNMENTS = Assignments()


@dataclass(frozen=True, slots=True)
class Patient:
    """Who a data set speaks of, as far as it may be told: the pseudonym, and what was assigned to it, if anything."""

    pseudonym: str
    assigned: Assigned | None = None

    @property
    def new_id(self) -> str:
        """The Patient ID that leaves."""
        return self.assigned.patient_id if self.assigned else self.pseudonym


def patient_of_id(
    patient_id: str,
    issuer: str,
    key: ProjectKey,
    assignments: Assignments = NO_ASSIGNMENTS,
    issuers: Iterable[str] = (),
) -> Patient:
    """The patient of an ID, which is not empty.

    `issuers` are the issuers whose IDs the policy tells from those of others, EVERY_ISSUER for all of them.  An ID of the
    issuer that a row of the mapping names is that row's patient; a row without issuer speaks of the ID of any issuer.
    """
    alone, told_apart = pseudonym_of_id(patient_id, "", key), pseudonym_of_id(patient_id, issuer, key)
    counts = {canonical(name).casefold() for name in issuers} & {canonical(issuer).casefold(), EVERY_ISSUER}
    for pseudonym in (told_apart, alone):
        if assigned := assignments.find(pseudonym):
            return Patient(pseudonym, assigned)
    return Patient(told_apart if counts else alone)


def pseudonym_of_id(patient_id: str, issuer: str, key: ProjectKey) -> str:
    """The pseudonym of an ID of an issuer, "" where the issuer does not count; a pseudonym stands for itself."""
    name = canonical(patient_id)
    return name if key.made_patient(name) else key.patient(f"{canonical(issuer).casefold()}\0{name}")


def mapped_id(value: str, issuer: str, key: ProjectKey, assignments: Assignments, issuers: Iterable[str] = ()) -> str:
    """What leaves in place of any ID of a patient, such as an item of Other Patient IDs, where a policy keeps it.

    The same ID becomes the same everywhere.  "" stays "", and an ID that was assigned stands for itself.
    """
    name = canonical(value)
    if not name or assignments.pseudonym_of(name) is not None:
        return name
    return patient_of_id(name, issuer, key, assignments, issuers).new_id


def canonical(value: str) -> str:
    """An ID or issuer as it is compared: without padding, its values joined by backslashes, characters composed."""
    parts = (part.strip() for part in value.replace("\0", "").split("\\"))
    return unicodedata.normalize("NFC", "\\".join(part for part in parts if part))
