"""Values that go over into the cleaned data set, as they are or as something that stands for them.

Each way of carrying looks at the value and may find that it is not what it should be: then it carries nothing, and the
walk does what the rules say otherwise.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_VR

from pixelclean.assignments import Assignments, mapped_id
from pixelclean.header import ages, codes, dummies
from pixelclean.header.annex_e.actions import Action
from pixelclean.header.dates import Shift, as_written, is_midnight, shifted, would_tell
from pixelclean.header.descriptors import cleaned_values
from pixelclean.header.forms import like
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.impersonal import is_as_reviewed
from pixelclean.header.legible import is_legible
from pixelclean.header.made import ID
from pixelclean.header.ordered import ordered
from pixelclean.header.private import Treatment
from pixelclean.header.study_days import study_days
from pixelclean.header.tables import bounded
from pixelclean.header.uids import replaced
from pixelclean.header.values import text_at, texts_of, values_of
from pixelclean.key import ProjectKey
from pixelclean.options import Option
from pixelclean.overrides import Override
from pixelclean.policy import HeaderPolicy

_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_LONGEST_UID = 64
_ONE_TEXT = frozenset(("ST", "LT", "UT"))  # VRs in which a backslash separates nothing (PS3.5 6.2)
_PATIENT_IDS = frozenset((0x00100020, 0x00101000))
_PATIENT_BIRTH_DATE = 0x00100030


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """Carries the values of one patient's instance over; `identifiers` are what no text may hold afterwards."""

    key: ProjectKey
    identifiers: Identifiers
    assignments: Assignments
    shift: Shift
    policy: HeaderPolicy
    dataset: Dataset
    """The instance that all of it comes from."""

    def carried(self, action: Action, item: Dataset, before: DataElement, order: Override | None) -> DataElement | None:
        """What stands for an element that is no sequence; None where its value is not what the action takes."""
        tag = int(before.tag)
        match action:
            case Action.NEW_UID:
                return _joined(before, "UI", (replaced(str(value), self.key) for value in values_of(before)))
            case Action.CODE:
                parts = (codes.part(tag, str(value), item, self.key) for value in values_of(before))
                return _joined(before, dictionary_VR(tag), parts)
            case Action.KEEP:
                is_whole = is_legible(before, item) and (order is not None or is_as_reviewed(before))
                value = bounded(tag, before.value, item) if is_whole else None
                return None if value is None and before.value is not None else like(before, value)
            case Action.KEEP_UID:
                return _joined(before, "UI", texts_of(before)) if all(map(_is_uid, texts_of(before))) else None
            case _:
                text = self._text(action, item, before, order)
                return None if text is None else DataElement(before.tag, dictionary_VR(tag), text)

    def treatment(self, item: Dataset) -> Treatment:
        """The same for private elements of `item`."""
        return Treatment(
            self.policy.options, self.key, self.identifiers, self._described_text, partial(self._dated, item)
        )

    def _described_text(self, text: str) -> str:
        return "".join(cleaned_values((text,), self.identifiers))

    def _dated(self, item: Dataset, element: DataElement) -> str | None:
        """What the date option in force makes of a date; None without one."""
        if Option.RETAIN_FULL_DATES in self.policy.options:
            return self._unmoved(item, element)
        if Option.RETAIN_MODIFIED_DATES in self.policy.options:
            return self._moved(item, element)
        return None

    def _unmoved(self, item: Dataset, element: DataElement) -> str | None:
        return as_written(element) if self.shift.zones else shifted(item, element, Shift(0, zones=False))

    def _moved(self, item: Dataset, element: DataElement) -> str | None:
        """The date moved; a dummy of an earlier stage stays, and what is no date but stands for none is not carried.

        Midnight on a known day is no dummy.
        """
        texts, dummy = texts_of(element), dummies.dummy(int(element.tag), element.VR)
        if texts and all(text == dummy for text in texts) and not is_midnight(item, element):
            return "\\".join(texts)
        return None if would_tell(item, element, self.shift) else shifted(item, element, self.shift)

    def _text(self, action: Action, item: Dataset, before: DataElement, order: Override | None) -> str | None:
        """The same as text of the VR that the dictionary has."""
        match action:
            case Action.CLEAN:
                return self._described(before)
            case Action.SHIFT | Action.KEEP_DATE if self._is_birth_of_the_oldest(item, before):
                return ""
            case Action.SHIFT | Action.KEEP_DATE:
                return self._moved(item, before) if action is Action.SHIFT else self._unmoved(item, before)
            case Action.KEEP_AGE:
                return _all(ages.grouped(text, self.policy.oldest_age) for text in texts_of(before))
            case Action.PSEUDONYM:
                return "\\".join(self._pseudonym(text, item, before) for text in texts_of(before))
            case _:
                assert order is not None
                return ordered(order, item, texts_of(before), self.policy.oldest_age)

    def _is_birth_of_the_oldest(self, item: Dataset, before: DataElement) -> bool:
        """Whether a birth date would tell the age of somebody whom the group of the oldest is to hide."""
        if int(before.tag) != _PATIENT_BIRTH_DATE:
            return False
        texts = [end for text in texts_of(before) for end in text.split("-")]
        found = (ages.age_between(text, day) for text in texts for day in study_days(self.dataset))
        said = filter(None, (text_at(item, "PatientAge"), *found))
        return any(ages.is_of_the_oldest(age, self.policy.oldest_age) for age in said)

    def _described(self, before: DataElement) -> str | None:
        """The words that are known to be safe; None where nothing of them is left."""
        texts = texts_of(before)
        if not texts:
            return ""
        if before.VR in _ONE_TEXT:
            texts = ("\\".join(texts),)
        kept = cleaned_values(texts, self.identifiers)
        return "\\".join(kept) if any(kept) else None

    def _pseudonym(self, text: str, item: Dataset, before: DataElement) -> str:
        vr = dictionary_VR(before.tag)
        if int(before.tag) in _PATIENT_IDS:
            return mapped_id(text, text_at(item, "IssuerOfPatientID"), self.key, self.assignments, self.policy.issuers)
        bare = text.removesuffix("^").lower()
        stands_for = bare if self.key.made_identifier(ID, bare) else self.key.identifier(ID, text)
        return stands_for.upper() if vr == "AE" else f"{stands_for}^" if vr == "PN" else stands_for


def _joined(before: DataElement, vr: str, texts: Iterable[str]) -> DataElement:
    text = "\\".join(texts)
    # One text is its own value: pydicom need not look at what comes out of a pattern or a key.
    is_plain = vr not in ("UI", "PN") and "\\" not in text
    return DataElement(before.tag, vr, text, already_converted=is_plain)


def _all(texts: Iterable[str | None]) -> str | None:
    """The values of an attribute; None where one of them could not be carried."""
    found = list(texts)
    return None if None in found else "\\".join(text for text in found if text is not None)


def _is_uid(text: str) -> bool:
    return len(text) <= _LONGEST_UID and bool(_UID.fullmatch(text))
