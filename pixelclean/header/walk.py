"""The walk that cleans: every element at every depth, into a new data set (PS3.15 E.1.1, step 9)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

from pixelclean.errors import Refused
from pixelclean.header import dummies, embedded, private
from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.decide import KEPT_ITEM_VALUES, Decision, Rules
from pixelclean.header.annex_e.iod import Level, items_of, type_of
from pixelclean.header.carry import Carrier
from pixelclean.header.content import ages as content_ages
from pixelclean.header.content import structured
from pixelclean.header.content.items import is_content
from pixelclean.header.forms import empty, holds_too_many, like, well_formed
from pixelclean.header.identity.harvest import decoded
from pixelclean.header.values import text_at
from pixelclean.options import Option
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
    """One cleaning: the rules, what carries values over, what the instance declares safe, and what it did so far."""

    rules: Rules
    carrier: Carrier
    declared: private.Declaration
    fates: list[Fate] = field(default_factory=list)

    def cleaned(
        self,
        source: Dataset,
        level: Level,
        path: str = "",
        skip: Collection[int] = (),
        keeps: Collection[int] = (),
    ) -> Dataset:
        """A new data set with what may stay of `source`.

        Elements whose tag is in `skip` are left to the caller; those in `keeps` an option keeps in this very item.
        """
        made: dict[BaseTag, DataElement | RawDataElement] = {}
        target = Dataset(made)  # filled behind its back: pydicom checks every element that is put in one by one
        implicit, little = source.original_encoding
        target.set_original_encoding(implicit, little, source.original_character_set)
        item = _Item(self, source, level, path, keeps)
        safe = self._safe_private(source)
        asked = {element.source_tag for element in safe}
        for tag, before in decoded(source):
            if tag not in skip and tag not in asked and (element := item.treated(tag, before)) is not None:
                made[tag] = element
        for element in item.safe_private(safe):
            target.add(element)
        return target

    def _safe_private(self, source: Dataset) -> tuple[private.SafeElement, ...]:
        if Option.RETAIN_SAFE_PRIVATE not in self.rules.policy.options:
            return ()
        return private.safe_elements(source, self.declared)


@dataclass(slots=True)
class _Item:
    """One data set or sequence item under treatment."""

    walk: Walk
    source: Dataset
    level: Level
    path: str
    keeps: Collection[int]

    def treated(self, tag: BaseTag, before: DataElement | None) -> DataElement | None:
        """What takes the element's place; None for nothing."""
        here = f"{self.path}{int(tag):08X}"
        vr = before.VR if before is not None else _announced_vr(self.source, tag)
        decision = self._decision(tag, vr)
        before_its_items = len(self.walk.fates)
        action, why, after = self._done(decision, tag, before, here)
        changed = _is_changed(action, before, after)
        self.walk.fates.insert(before_its_items, Fate(here, decision.keyword, action, why, changed))
        return after

    def _decision(self, tag: BaseTag, vr: str) -> Decision:
        if tag in self.keeps:
            return KEPT_ITEM_VALUES[int(tag)]
        return self.walk.rules.decide(int(tag), vr, self.level, not self.path)

    def _done(
        self, decision: Decision, tag: BaseTag, before: DataElement | None, here: str
    ) -> tuple[Action, str, DataElement | None]:
        """The action that was taken in the end, why, and what came of it."""
        action, why = decision.action, decision.why
        if action is Action.KEEP and before is not None and holds_too_many(before):
            return Action.REMOVE, "more values than the dictionary allows", None
        if action not in _SEEING:
            return action, why, self._blindly(action, tag, before)
        if before is None and action in _DEMANDING:
            raise Refused(ReasonCode.HEADER_NOT_CLEANED, here)
        after = self._seeing(action, before, here) if before is not None else None
        if after is not None and tag == embedded.WAVEFORM_DATA and embedded.may_be_heard(self.source):
            return Action.DUMMY, "not known to be a physiological signal: it may be a voice", embedded.silent(after)
        if after is not None:
            return action, why, after
        otherwise = self._otherwise(decision, tag, before)
        why = f"{why}, but its value is not what it should be"
        if otherwise in _SEEING:
            assert before is not None
            return otherwise, why, self._seeing(otherwise, before, here)
        return otherwise, why, self._blindly(otherwise, tag, before)

    def _otherwise(self, decision: Decision, tag: BaseTag, before: DataElement | None) -> Action:
        lost_its_items = before is not None and before.VR == "SQ" and decision.action in (Action.KEEP, Action.CLEAN)
        if lost_its_items or (decision.action is Action.CLEAN and int(tag) in structured.CONTENT_SEQUENCES):
            return structured.when_emptied(int(tag), type_of(self.level, int(tag)), not self.path)
        return decision.otherwise

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
        if before.VR != "SQ":
            order = self.walk.rules.orders.get(int(before.tag))
            return self.walk.carrier.carried(action, self.source, before, order)
        if action not in (Action.KEEP, Action.CLEAN):
            return None
        items = list(self._items(before, here))
        return like(before, Sequence(items)) if items or not before.value else None

    def _items(self, before: DataElement, here: str) -> Iterator[Dataset]:
        """The items that stay, each walked; content items as Table E.3.4-1 says."""
        below = items_of(self.level, int(before.tag))
        treat = self._content_item if int(before.tag) in structured.CONTENT_SEQUENCES else self._item
        for number, item in enumerate(before.value or ()):
            if (treated := treat(item, below, f"{here}[{number}]")) is not None:
                yield treated

    def _item(self, item: Dataset, level: Level, path: str) -> Dataset | None:
        if is_content(item):
            return self._content_item(item, level, path)
        return self.walk.cleaned(item, level, f"{path}.")

    def _content_item(self, item: Dataset, level: Level, path: str) -> Dataset | None:
        policy = self.walk.rules.policy
        fate = structured.fate_of(item, self.walk.rules.content_options)
        if fate.action is not Action.KEEP:
            self.walk.fates.append(Fate(path, "", fate.action, fate.why))
        if fate.action is Action.REMOVE:
            return None
        keeps = fate.keeps if Option.CLEAN_STRUCTURED_CONTENT in policy.options else ()
        treated = self.walk.cleaned(item, level, f"{path}.", keeps=keeps)
        if fate.action is Action.DUMMY:
            structured.dummied(item, treated)
        elif content_ages.group_oldest(item, treated, policy.oldest_age):
            self.walk.fates.append(Fate(path, "", Action.KEEP_AGE, "the oldest ages are one group"))
        return treated

    def safe_private(self, safe: tuple[private.SafeElement, ...]) -> Iterator[DataElement]:
        """The private elements that are known to be safe, and the creators of their blocks."""
        kept = {each.source_tag: after for each in safe if (after := self._safe(each)) is not None}
        staying = private.relocated(each for each in safe if each.source_tag in kept)
        for each in staying:
            yield DataElement(each.tag, each.vr, kept[each.source_tag])
        for tag, creator in private.creators(staying):
            yield DataElement(tag, "LO", creator)

    def _safe(self, each: private.SafeElement) -> object | None:
        """What stays of a private value; None where nothing does."""
        here = f"{self.path}{each.source_tag:08X}"
        before_its_items = len(self.walk.fates)
        value = private.value_of(each, self.walk.carrier.treatment(self.source))
        if value is not None and each.vr == "SQ":
            walked = (self._item(item, Level(), f"{here}[{n}]") for n, item in enumerate(each.element.value or ()))
            items = [item for item in walked if item is not None]
            value = Sequence(items) if private.stays(each, items) else None
        why = each.why if value is not None else "private, and nothing of its value is known to be safe"
        action = Action.REMOVE if value is None else Action.KEEP
        self.walk.fates.insert(before_its_items, Fate(here, "", action, why, _differs(each.element.value, value)))
        return value

    def _dummy(self, tag: BaseTag) -> DataElement:
        vr = dictionary_VR(tag)
        if tag == dummies.ENCAPSULATED_DOCUMENT:
            return DataElement(tag, vr, dummies.document(text_at(self.source, "MIMETypeOfEncapsulatedDocument")))
        return DataElement(tag, vr, dummies.dummy(int(tag), vr))


_BLIND = frozenset((Action.REMOVE, Action.EMPTY, Action.DUMMY, Action.KEEP_IF_WELL_FORMED))
_SEEING = frozenset(Action) - _BLIND
_DEMANDING = frozenset((Action.KEEP, Action.NEW_UID, Action.CODE))
"""What stays or goes with the value: an object in which it cannot be read is not cleaned without it."""


def _announced_vr(source: Dataset, tag: BaseTag) -> str:
    """The VR of an element that does not decode."""
    known = dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"
    return str(source.get_item(tag).VR or known)


def _is_changed(action: Action, before: DataElement | None, after: DataElement | None) -> bool:
    match action:
        case Action.KEEP | Action.CLEAN if before is not None and after is not None and before.VR == "SQ":
            return len(before.value or ()) != len(after.value)
        case Action.KEEP:
            return before is None or after is None or after.value is not before.value
        case Action.REMOVE:
            return True
        case Action.EMPTY | Action.DUMMY:
            return before is None or not _is_empty(before)
        case _:
            return before is None or after is None or before.value != after.value


def _differs(before: object, after: object) -> bool:
    return after is not before and str(after) != str(before)


def _is_empty(element: DataElement) -> bool:
    return not element.value if element.VR == "SQ" else element.is_empty
