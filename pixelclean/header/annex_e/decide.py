"""One element, one fate: the order in which the rules are asked.

What a policy orders for the attribute comes first, then its place in the data set, Table E.1-1 with the options in
force, and for what the table does not name its value representation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from pydicom.datadict import dictionary_VR, keyword_for_tag

from pixelclean.header.annex_e import by_vr
from pixelclean.header.annex_e.actions import Action, cleaned, resolve, retained
from pixelclean.header.annex_e.iod import Level, Type, type_of
from pixelclean.header.annex_e.moments import of_no_patient
from pixelclean.header.annex_e.orders import orders_of
from pixelclean.header.annex_e.overlays import OVERLAY, fate_in_overlay
from pixelclean.header.annex_e.table import Row, row_for
from pixelclean.options import Option
from pixelclean.overrides import Means, Override
from pixelclean.policy import HeaderPolicy

PIXEL_DATA = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
# A site may let private SOP classes pass: the rules for kinds name each that does.
_KEPT_AT_TOP = MappingProxyType({0x00080016: "the kind of the object"} | dict.fromkeys(PIXEL_DATA, "pixels"))
_PIXEL_GROUP = 0x7FE0
_MISPLACED_GROUPS = frozenset((0x0000, 0x0002, 0x0004))
_REPEATING = {0x50: "curve", OVERLAY: "overlay"}
_PATIENT_ID = 0x00100020
_BLIND = frozenset((Action.REMOVE, Action.EMPTY, Action.DUMMY))
_TEXTS = by_vr.TEXTUAL | by_vr.DATES | {"UN"}
_MOST_DECISIONS = 1 << 16  # files of millions of invented tags must not fill the memory
_ORDERED: Mapping[Means, Action] = MappingProxyType(
    {
        Means.REMOVE: Action.REMOVE,
        Means.EMPTY: Action.EMPTY,
        Means.DUMMY: Action.DUMMY,
        Means.PSEUDONYM: Action.PSEUDONYM,
    }
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to an element, why, and the keyword to call it by ("" when it has none).

    `otherwise` is what happens instead where the value turns out not to be what the action takes.
    """

    action: Action
    why: str
    keyword: str
    otherwise: Action = Action.REMOVE


KEPT_ITEM_VALUES: Mapping[int, Decision] = MappingProxyType(
    {
        tag: Decision(action, "E.3.4-1: K", keyword_for_tag(tag), otherwise)
        for tag, action, otherwise in (
            (0x0040A160, Action.KEEP, Action.DUMMY),
            (0x0040A124, Action.KEEP_UID, Action.NEW_UID),
        )
    }
)
"""Text Value and UID where an option keeps the very content item that they are the value of."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What a policy does to single elements; made once per policy, since it remembers its decisions."""

    policy: HeaderPolicy
    orders: Mapping[int, Override]
    _decided: dict[tuple[int, str, Level, bool], Decision] = field(default_factory=dict)

    @property
    def content_options(self) -> tuple[Option, ...]:
        """The options as content items follow them: characteristics that an order restricts are not kept there."""
        if not any(_restricts(tag, order) for tag, order in self.orders.items()):
            return self.policy.options
        return tuple(option for option in self.policy.options if option is not Option.RETAIN_PATIENT_CHARACTERISTICS)

    def decide(self, tag: int, vr: str, level: Level, at_top: bool) -> Decision:
        """The fate of an element of VR `vr` that stands on `level` of its IOD; `at_top`: in no sequence."""
        case = (tag, vr, level, at_top)
        known = self._decided.get(case)
        if known is None:
            if len(self._decided) >= _MOST_DECISIONS:
                self._decided.clear()
            known = self._decided[case] = self._fresh(*case)
        return known

    def _fresh(self, tag: int, vr: str, level: Level, at_top: bool) -> Decision:
        if (order := self.orders.get(tag)) is not None:
            return _by_order(order, tag, vr, self._lawful(tag, vr, level, at_top))
        return self._lawful(tag, vr, level, at_top)

    def _lawful(self, tag: int, vr: str, level: Level, at_top: bool) -> Decision:
        options = self.policy.options
        structural = _structural(tag, vr, options, at_top)
        return structural or _by_table(tag, vr, type_of(level, tag), options) or _by_vr(tag, vr, options)

    def for_type(self, tag: int, kind: Type) -> Decision:
        """The same for an attribute of the dictionary's VR in any data set that gives it this Type."""
        vr, options = dictionary_VR(tag), self.policy.options
        lawful = _structural(tag, vr, options, True) or _by_table(tag, vr, kind, options) or _by_vr(tag, vr, options)
        order = self.orders.get(tag)
        return lawful if order is None else _by_order(order, tag, vr, lawful)


def _restricts(tag: int, order: Override) -> bool:
    """Whether an order leaves less of a characteristic of the patient than its option does."""
    row = row_for(tag)
    of_the_patient = row is not None and Option.RETAIN_PATIENT_CHARACTERISTICS in row.options
    return of_the_patient and order.means not in (Means.KEEP, Means.CLEAN, Means.DERIVE)


def _by_vr(tag: int, vr: str, options: tuple[Option, ...]) -> Decision:
    action, why, otherwise = by_vr.fate(tag, vr, options)
    return Decision(action, why, keyword_for_tag(tag), otherwise)


@lru_cache(maxsize=64)
def rules_of(policy: HeaderPolicy) -> Rules:
    """The rules of a policy; ConfigurationError where an order names no attribute."""
    return Rules(policy, orders_of(policy))


def _structural(tag: int, vr: str, options: tuple[Option, ...], at_top: bool) -> Decision | None:
    """Elements whose place in the data set decides, whatever the table says about their like."""
    group, element = tag >> 16, tag & 0xFFFF
    action, why = Action.REMOVE, ""
    if group & 1:
        why = "private"
    elif element == 0:
        why = "group length"
    elif group in _MISPLACED_GROUPS:
        why = f"group {group:04X} does not belong into a data set"
    elif group >> 8 == OVERLAY and at_top and Option.CLEAN_GRAPHICS in options:
        action, why = fate_in_overlay(element, vr)
    elif group >> 8 in _REPEATING:
        # The table names the data of an overlay only; rows and columns without data would be half an overlay.
        # Curves are retired and may hold sound: they go under Clean Graphics too.
        why = f"E.1-1: {_REPEATING[group >> 8]}, the whole group"
    elif at_top and tag in _KEPT_AT_TOP:
        action, why = Action.KEEP, _KEPT_AT_TOP[tag]
    elif group == _PIXEL_GROUP and not at_top:
        why = "pixels in a sequence"  # and offset tables, which nobody reads there
    return Decision(action, why, keyword_for_tag(tag)) if why else None


def _by_table(tag: int, vr: str, kind: Type, options: tuple[Option, ...]) -> Decision | None:
    row = row_for(tag)
    if row is None:
        return None
    keyword, code = keyword_for_tag(tag), row.code(options)
    otherwise = _resolved(row.basic, tag, vr, kind)
    if tag == _PATIENT_ID and vr in by_vr.TEXTUAL and otherwise in (Action.DUMMY, Action.EMPTY):
        return Decision(Action.PSEUDONYM, "E.1-1: Z/D, keyed pseudonym", keyword, otherwise)
    if code == row.basic:
        return Decision(otherwise, _reason(code, otherwise, kind), keyword)
    why = f"E.1-1: {code}, {_asked_by(row, code, options)}"
    if code == "C" and tag in of_no_patient():
        why += ", but of no patient, and moving it would tell the shift"
    return Decision(_by_option(code, tag, vr) or otherwise, why, keyword, otherwise)


def _by_option(code: str, tag: int, vr: str) -> Action | None:
    """What an option asks for; None where it cannot be done to this attribute, or to a value of this VR."""
    known = dictionary_VR(tag)
    action = retained(tag, known) if code == "K" else cleaned(tag, known)
    return action if _can_take(action, vr, known) else None


def _can_take(action: Action | None, vr: str, known: str) -> bool:
    """Whether a value of this VR can be what the action expects: those that look at the value take any text."""
    if "SQ" in (vr, known):
        return vr == known
    return by_vr.same_kind(vr, known) or (action is not Action.KEEP and vr in _TEXTS)


def _resolved(code: str, tag: int, vr: str, kind: Type) -> Action:
    """The profile's own action, fit for a value of this VR."""
    action = resolve(code, kind)
    if action is Action.DUMMY and vr == "UI":
        action = Action.NEW_UID  # a mapped UID says as little as a dummy, and two of them stay two
    if (action is Action.NEW_UID and vr not in by_vr.TEXTUAL) or (action is Action.KEEP and vr != dictionary_VR(tag)):
        return Action.REMOVE
    return action


def _asked_by(row: Row, code: str, options: tuple[Option, ...]) -> str:
    """The options that give a row its code."""
    return ", ".join(option for option in options if row.options.get(option) == code)


def _reason(code: str, action: Action, kind: Type) -> str:
    if code == "X" and action is not Action.REMOVE:
        return f"E.1-1: X, but the IOD demands it (Type {kind.label})"
    if code.startswith("D") and action is Action.REMOVE:
        return "E.1-1: D, but the IOD does not define it here"
    return f"E.1-1: {code}" if "/" not in code else f"E.1-1: {code}, Type {kind.label}"


def _by_order(order: Override, tag: int, vr: str, lawful: Decision) -> Decision:
    """What the policy orders; where the value does not let it be done, what would be done without the order."""
    known = dictionary_VR(tag)
    match order.means:
        case Means.KEEP:
            action: Action | None = retained(tag, known)
        case Means.CLEAN:
            action = cleaned(tag, known)
        case means:
            action = _ORDERED.get(means, Action.ORDER)
    if action not in _BLIND and not _can_take(action, vr, known):
        action = None
    return Decision(action or _blind(lawful), f"policy: {order.means}", lawful.keyword, _blind(lawful))


def _blind(lawful: Decision) -> Action:
    """An action that needs no understanding of the value."""
    return lawful.action if lawful.action in _BLIND else lawful.otherwise
