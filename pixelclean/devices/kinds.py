"""Kinds of objects: which SOP classes pass, wait or are refused, which burn in text, show a label or may show a face.

All of it is data (rules/kinds.toml), one file that a site can edit, checked as a whole when it is loaded.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pixelclean.devices.condition import Condition
from pixelclean.devices.reading import (
    Table,
    check_keys,
    condition_of,
    facts_of_header,
    read_toml,
    tables_of,
    text_of,
)
from pixelclean.errors import ConfigurationError
from pixelclean.facts import Facts
from pixelclean.outcome import Reason
from pixelclean.reasons import ReasonCode

_SOP_CLASS, _MODALITY = "SOPClassUID", "Modality"
_SOP_CLASS_TAG = "(0008,0016)"
_DICOM_ROOT = "1.2.840.10008."
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")

Features = Literal["YES", "NO"]
"""Values of Recognizable Visual Features (0028,0302)."""


class Standing(StrEnum):
    """Whether objects of a kind are processed at all."""

    ALLOWED = "allowed"
    EMBEDDED = "embedded"
    """Only with its content replaced."""
    WAITS = "waits"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SopClass:
    """One SOP class that the file names; `pixels`: its objects are images; `why` it is held or refused."""

    uid: str
    name: str
    standing: Standing
    pixels: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rule about kinds of objects: where `condition` holds, `value` is true of the object."""

    id: str
    why: str
    condition: Condition
    value: Features = "YES"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known about one object from its kind.

    `sop_class`      the name of the SOP class, "" where the file of kinds does not name it
    `modality`       its Modality where that is one of the listed terms, "other" where it is not: it may be anything
    `reason`         why the object waits or is refused; None exactly when it is processed
    `pixels`         its SOP class is an image
    `burns_in_text`  objects like this one carry burned-in text often: False is not a promise that this one has none
    `slide_label`    it may show the label of a slide or of a block: handwriting and barcodes, which no detector reads
    `features`       YES where a face or the surface of a head may show, NO where a stated rule says that none can,
                     None where neither is said
    """

    sop_class: str
    modality: str
    standing: Standing
    reason: Reason | None
    pixels: bool
    burns_in_text: bool
    slide_label: bool
    features: Features | None


@dataclass(frozen=True, slots=True)
class Kinds:
    """The loaded file. `keywords` are the attributes it asks about, `digest` is SHA-256 over its content, in hex."""

    modalities: frozenset[str]
    sop_classes: tuple[SopClass, ...]
    burns_in_text: tuple[Mark, ...]
    slide_labels: tuple[Mark, ...]
    features: tuple[Mark, ...]
    keywords: frozenset[str] = field(init=False)
    digest: str = field(init=False)
    _by_uid: dict[str, SopClass] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        marks = (*self.burns_in_text, *self.slide_labels, *self.features)
        asked = {_SOP_CLASS, _MODALITY, *(word for mark in marks for word in mark.condition.keywords())}
        object.__setattr__(self, "keywords", frozenset(asked))
        object.__setattr__(self, "digest", _digest(self.sop_classes, marks))
        object.__setattr__(self, "_by_uid", {sop_class.uid: sop_class for sop_class in self.sop_classes})

    @classmethod
    def load(cls, path: Path) -> Self:
        """The file at `path`; raises ConfigurationError that names file and entry."""
        try:
            table = check_keys(
                read_toml(path),
                ["modalities", "allowed", "embedded", "refused", "burns_in_text", "slide_labels", "features"],
            )
            sop_classes = (
                *_allowed(table),
                *_kept_back(table, Standing.EMBEDDED),
                *_kept_back(table, Standing.REFUSED),
            )
            _check_once(tuple(sop_class.uid for sop_class in sop_classes))
            burns_in_text = tuple(_marks(table, "burns_in_text", []))
            slide_labels = tuple(_marks(table, "slide_labels", []))
            features = tuple(_marks(table, "features", ["value"]))
            _check_once(tuple(mark.id for mark in (*burns_in_text, *slide_labels, *features)))
        except ConfigurationError as error:
            message = str(error)
            raise ConfigurationError(message if message.startswith(str(path)) else f"{path}: {message}") from error
        return cls(_modalities(table), sop_classes, burns_in_text, slide_labels, features)

    def judge(self, facts: Facts) -> Kind:
        """What kind of object has these facts."""
        uid = facts.first(_SOP_CLASS).strip().rstrip("\0")
        listed = self._by_uid.get(uid)
        reason = _reason(uid, listed)
        modality = facts.first(_MODALITY).strip()
        return Kind(
            sop_class=listed.name if listed else "",
            modality=modality if modality in self.modalities else "other",
            standing=_standing(reason),
            reason=reason,
            pixels=listed is not None and listed.pixels,
            burns_in_text=any(mark.condition.holds(facts) for mark in self.burns_in_text),
            slide_label=any(mark.condition.holds(facts) for mark in self.slide_labels),
            features=self._features(facts) if listed and listed.pixels else None,
        )

    def _features(self, facts: Facts) -> Features | None:
        said = {mark.value for mark in self.features if mark.condition.holds(facts)}
        if "YES" in said:
            return "YES"
        return "NO" if said else None


def _reason(uid: str, listed: SopClass | None) -> Reason | None:
    if not uid:
        return Reason(ReasonCode.SOP_CLASS_MISSING, _SOP_CLASS_TAG)
    if listed is not None and listed.standing is Standing.REFUSED:
        return Reason(ReasonCode.SOP_CLASS_REFUSED, f"{listed.name}: {listed.why}")
    if listed is not None and listed.standing is Standing.EMBEDDED:
        return Reason(ReasonCode.EMBEDDED_CONTENT, f"{listed.name}: {listed.why}")
    if listed is not None:
        return None
    # Only DICOM's own classes have an IOD that the header tables know; a site lists a private one that it trusts.
    if not uid.startswith(_DICOM_ROOT):
        return Reason(ReasonCode.SOP_CLASS_REFUSED, f"a private SOP class {_SOP_CLASS_TAG}")
    return Reason(ReasonCode.SOP_CLASS_NOT_ALLOWED, _SOP_CLASS_TAG)


_STANDINGS = {
    ReasonCode.SOP_CLASS_REFUSED: Standing.REFUSED,
    ReasonCode.EMBEDDED_CONTENT: Standing.EMBEDDED,
}


def _standing(reason: Reason | None) -> Standing:
    if reason is None:
        return Standing.ALLOWED
    return _STANDINGS.get(reason.code, Standing.WAITS)


def _modalities(table: Table) -> frozenset[str]:
    terms = table["modalities"]
    if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
        raise ConfigurationError("modalities is a list of terms")
    return frozenset(terms)


def _allowed(table: Table) -> Iterator[SopClass]:
    for entry in tables_of(table["allowed"], "allowed"):
        check_keys(entry, ["uid", "name", "pixels"])
        if type(entry["pixels"]) is not bool:
            raise ConfigurationError(f"allowed: {entry['uid']}: pixels is true or false")
        yield SopClass(_uid(entry), text_of(entry, "name"), Standing.ALLOWED, pixels=entry["pixels"])


def _kept_back(table: Table, standing: Standing) -> Iterator[SopClass]:
    for entry in tables_of(table[standing], standing):
        check_keys(entry, ["uid", "name", "why"])
        yield SopClass(_uid(entry), text_of(entry, "name"), standing, why=text_of(entry, "why"))


def _uid(entry: Table) -> str:
    uid = text_of(entry, "uid")
    if not _UID.fullmatch(uid):
        raise ConfigurationError(f"{uid}: not a UID")
    return uid


def _marks(table: Table, room: str, more: list[str]) -> Iterator[Mark]:
    for number, entry in enumerate(tables_of(table[room], room), start=1):
        try:
            yield _mark(check_keys(entry, ["id", "why", "match", "example", "counter_example", *more]))
        except ConfigurationError as error:
            raise ConfigurationError(f"{room} {entry.get('id', f'number {number}')}: {error}") from error


def _mark(entry: Table) -> Mark:
    value = entry.get("value", "YES")
    if value not in ("YES", "NO"):
        raise ConfigurationError("value is YES or NO")
    mark = Mark(text_of(entry, "id"), text_of(entry, "why"), condition_of(entry["match"]), value)
    if not mark.condition.holds(facts_of_header(entry["example"], "example")):
        raise ConfigurationError("the example does not match")
    if mark.condition.holds(facts_of_header(entry["counter_example"], "counter_example")):
        raise ConfigurationError("the counter example matches")
    return mark


def _check_once(names: tuple[str, ...]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigurationError(f"there twice: {', '.join(twice)}")


def _digest(sop_classes: tuple[SopClass, ...], marks: tuple[Mark, ...]) -> str:
    classes = sorted((dataclasses.asdict(sop_class) for sop_class in sop_classes), key=lambda entry: str(entry["uid"]))
    content = [classes, [[mark.id, mark.value, repr(mark.condition)] for mark in marks]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
