"""One element, one fate: the order in which the rules are asked."""

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from pydicom.datadict import dictionary_VR, keyword_for_tag

from pixelclean.header import by_vr
from pixelclean.header.actions import Action, resolve
from pixelclean.header.iod import Level, Type, type_of
from pixelclean.header.table import row_for

PIXEL_DATA = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
# A site may let private SOP classes pass: the rules for kinds name each that does.
_KEPT_AT_TOP = MappingProxyType({0x00080016: "the kind of the object"} | dict.fromkeys(PIXEL_DATA, "pixels"))
_MISPLACED_GROUPS = frozenset((0x0000, 0x0002, 0x0004))
_REPEATING = {0x50: "curve", 0x60: "overlay"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to an element, why, and the keyword to call it by ("" when it has none)."""

    action: Action
    why: str
    keyword: str


@lru_cache(maxsize=1 << 16)
def decide(tag: int, vr: str, level: Level, at_top: bool, options: tuple[str, ...]) -> Decision:
    """The fate of an element of VR `vr` that stands on `level` of its IOD; `at_top`: in no sequence."""
    action, why = _structural(tag, at_top) or _by_table(tag, vr, level, options) or by_vr.fate(tag, vr)
    return Decision(action, why, keyword_for_tag(tag))


def _structural(tag: int, at_top: bool) -> tuple[Action, str] | None:
    """Elements whose place in the data set decides, whatever the table says about their like."""
    group, element = tag >> 16, tag & 0xFFFF
    if group & 1:
        return Action.REMOVE, "private"
    if element == 0:
        return Action.REMOVE, "group length"
    if group in _MISPLACED_GROUPS:
        return Action.REMOVE, f"group {group:04X} does not belong into a data set"
    if group >> 8 in _REPEATING:
        # The table names the data of an overlay only; rows and columns without data would be half an overlay.
        return Action.REMOVE, f"E.1-1: {_REPEATING[group >> 8]}, the whole group"
    if at_top and tag in _KEPT_AT_TOP:
        return Action.KEEP, _KEPT_AT_TOP[tag]
    return (Action.REMOVE, "pixels in a sequence") if tag in PIXEL_DATA else None


def _by_table(tag: int, vr: str, level: Level, options: tuple[str, ...]) -> tuple[Action, str] | None:
    row = row_for(tag)
    if row is None:
        return None
    kind = type_of(level, tag)
    action = resolve(row.code(options), kind)
    if action is Action.DUMMY and vr == "UI":
        action = Action.NEW_UID  # a mapped UID says as little as a dummy, and two of them stay two
    if (action is Action.NEW_UID and vr not in by_vr.TEXTUAL) or (action is Action.KEEP and vr != dictionary_VR(tag)):
        return Action.REMOVE, f"E.1-1: {row.basic}, but VR {vr}"
    return action, _reason(row.code(options), action, kind)


def _reason(code: str, action: Action, kind: Type) -> str:
    if code == "X" and action is not Action.REMOVE:
        return f"E.1-1: X, but the IOD demands it (Type {kind.label})"
    if code.startswith("D") and action is Action.REMOVE:
        return "E.1-1: D, but the IOD does not define it here"
    return f"E.1-1: {code}" if "/" not in code else f"E.1-1: {code}, Type {kind.label}"
