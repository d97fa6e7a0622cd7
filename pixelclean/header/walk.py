"""The walk that cleans: every element at every depth, into a new data set (PS3.15 E.1.1, step 9)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.tag import BaseTag

from pixelclean.errors import Refused
from pixelclean.header import codes, dummies
from pixelclean.header.actions import Action
from pixelclean.header.decide import decide
from pixelclean.header.forms import empty, holds_too_many, like, well_formed
from pixelclean.header.harvest import read
from pixelclean.header.iod import Level, items_of
from pixelclean.header.tables import bounded
from pixelclean.header.uids import replaced
from pixelclean.header.values import text_at, values_of
from pixelclean.key import ProjectKey
from pixelclean.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one element: `path` such as 0040A730[0].00100010, action, reason; never a value.

    `changed` is False where the output holds what the source held; sequences that were walked into count as unchanged.
    """

    path: str
    keyword: str
    action: Action
    why: str
    changed: bool = True


@dataclass(slots=True)
class Walk:
    """One cleaning: the key, the options, and what it did so far."""

    key: ProjectKey
    options: tuple[str, ...]
    fates: list[Fate] = field(default_factory=list)

    def cleaned(self, source: Dataset, level: Level, path: str = "", skip: Collection[int] = ()) -> Dataset:
        """A new data set with what may stay of `source`; elements whose tag is in `skip` are left to the caller."""
        target = Dataset()
        implicit, little = source.original_encoding
        target.set_original_encoding(implicit, little, source.original_character_set)
        item = _Item(self, source, level, path)
        for tag in source.keys():  # noqa: SIM118 - iterating a Dataset gives elements
            if tag not in skip and (element := item.treated(tag)) is not None:
                target.add(element)
        return target


@dataclass(slots=True)
class _Item:
    """One data set or sequence item under treatment."""

    walk: Walk
    source: Dataset
    level: Level
    path: str

    def treated(self, tag: BaseTag) -> DataElement | None:
        """What takes the element's place; None for nothing."""
        here = f"{self.path}{int(tag):08X}"
        before = read(self.source, tag)
        vr = before.VR if before is not None else _announced_vr(self.source, tag)
        decision = decide(int(tag), vr, self.level, not self.path, self.walk.options)
        action, why = decision.action, decision.why
        if action is Action.KEEP and before is not None and holds_too_many(before):
            action, why = Action.REMOVE, "more values than the dictionary allows"
        before_its_items = len(self.walk.fates)
        after = self._blindly(action, tag, before)
        if action in _SEEING:
            if before is None:
                raise Refused(ReasonCode.HEADER_NOT_CLEANED, here)
            after = self._seeing(action, before, here)
            if after is None:
                action, why = Action.REMOVE, "not what its descriptor promises"
        changed = _is_changed(action, before, after)
        self.walk.fates.insert(before_its_items, Fate(here, decision.keyword, action, why, changed))
        return after

    def _blindly(self, action: Action, tag: BaseTag, before: DataElement | None) -> DataElement | None:
        """What does not need the value, so that one that does not decode is no hindrance."""
        match action:
            case Action.EMPTY:
                return empty(tag)
            case Action.DUMMY:
                return empty(tag) if before is not None and _is_empty(before) else self._dummy(tag)
            case Action.KEEP_IF_WELL_FORMED:
                return empty(tag) if before is None else well_formed(before)
            case _:
                return None

    def _seeing(self, action: Action, before: DataElement, here: str) -> DataElement | None:
        """What carries something of the value over; None where it turns out to be another value than it should."""
        if action is Action.NEW_UID:
            return self._new_uid(before)
        if action is Action.CODE:
            return self._code(before)
        if before.VR == "SQ":
            return like(before, self._items(before, here))
        value = bounded(int(before.tag), before.value, self.source)
        return None if value is None and before.value is not None else like(before, value)

    def _items(self, before: DataElement, here: str) -> Sequence:
        below = items_of(self.level, int(before.tag))
        items = enumerate(before.value or ())
        return Sequence([self.walk.cleaned(item, below, f"{here}[{number}].") for number, item in items])

    def _new_uid(self, before: DataElement) -> DataElement:
        """The keyed UID of each value."""
        uids = [replaced(str(value), self.walk.key) for value in values_of(before)]
        return DataElement(before.tag, "UI", "\\".join(uids))

    def _code(self, before: DataElement) -> DataElement:
        """The same part of a published code, or what stands for that of a local one."""
        parts = (codes.part(int(before.tag), str(value), self.source, self.walk.key) for value in values_of(before))
        return DataElement(before.tag, dictionary_VR(before.tag), "\\".join(parts))

    def _dummy(self, tag: BaseTag) -> DataElement:
        vr = dictionary_VR(tag)
        if tag == dummies.ENCAPSULATED_DOCUMENT:
            return DataElement(tag, vr, dummies.document(text_at(self.source, "MIMETypeOfEncapsulatedDocument")))
        return DataElement(tag, vr, dummies.dummy(int(tag), vr))


_SEEING = frozenset((Action.KEEP, Action.NEW_UID, Action.CODE))


def _announced_vr(source: Dataset, tag: BaseTag) -> str:
    """The VR of an element that does not decode."""
    known = dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"
    return str(source.get_item(tag).VR or known)


def _is_changed(action: Action, before: DataElement | None, after: DataElement | None) -> bool:
    match action:
        case Action.KEEP:
            return before is None or after is None or (before.VR != "SQ" and after.value is not before.value)
        case Action.REMOVE:
            return True
        case Action.EMPTY | Action.DUMMY:
            return before is None or not _is_empty(before)
        case _:
            return before is None or after is None or before.value != after.value


def _is_empty(element: DataElement) -> bool:
    return not element.value if element.VR == "SQ" else element.is_empty
