"""From an action code of Table E.1-1 and the Type and VR of the attribute to what is done with it.

The compound codes take the least that keeps the IOD valid (PS3.15 Table E.1-1a).  Four places go beyond the letter:

- X on an attribute that the IOD demands would make the object invalid: it becomes empty or a dummy instead.
- X/D on Type 2 and Z on Type 1 cannot be met literally: a dummy meets both.
- X/Z/U* on Type 2 (image references of functional groups) keeps the items and replaces their UIDs: once they are empty,
  the Referenced Series Sequence of Common Instance Reference (PS3.3 C.12.2) would speak of references that are not there.
- D, alone or in a compound, on an attribute that the IOD does not define here is a removal.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pixelclean.errors import ConfigurationError
from pixelclean.header.annex_e.iod import Type
from pixelclean.header.annex_e.moments import of_no_patient


class Action(StrEnum):
    """What is done with one element; the letters of Table E.1-1a where it has one."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    NEW_UID = "U"
    KEEP = "K"
    """Value kept; a sequence is recursed into, so that what stands in its items is treated."""
    CLEAN = "C"
    """A text loses every word that is not known to be safe; a sequence is recursed into."""
    SHIFT = "C date"
    """A date or time is moved by the patient's shift."""
    PSEUDONYM = "C id"
    """A keyed value in the place of an ID or an AE title; equal values stay equal."""
    KEEP_UID = "K uid"
    """Kept where it is a UID."""
    KEEP_DATE = "K date"
    """Kept where it is a date or time that can be."""
    KEEP_AGE = "K age"
    """Kept up to the oldest age of the policy; older ones are one group."""
    KEEP_IF_WELL_FORMED = "K?"
    """Kept where the value is what its value representation promises, emptied otherwise."""
    CODE = "code"
    """Part of a code: kept where the coding scheme is published, replaced where it is local."""
    ORDER = "order"
    """What a policy orders for this attribute: a value, a bin, one of some values, a derived age."""


_NEVER_EMPTY = (Type.ONE, Type.ONE_C)


_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC"))
_DATES = frozenset(("DA", "DT", "TM"))
TIMEZONE = 0x00080201
_RETAINED: Mapping[str, Action] = MappingProxyType(
    {"UI": Action.KEEP_UID, "AS": Action.KEEP_AGE}
    | dict.fromkeys(_DATES, Action.KEEP_DATE)
    | dict.fromkeys(("CS", "DS", "IS"), Action.KEEP_IF_WELL_FORMED)
)
_CLEANED: Mapping[str, Action] = MappingProxyType(
    {"AE": Action.PSEUDONYM, "SQ": Action.CLEAN, "CS": Action.CLEAN}
    | dict.fromkeys(_DATES, Action.SHIFT)
    | dict.fromkeys(_TEXT, Action.CLEAN)
)


def retained(tag: int, vr: str) -> Action:
    """How an attribute is kept (code K) that has this VR in the dictionary."""
    return Action.KEEP_DATE if tag == TIMEZONE else _RETAINED.get(vr, Action.KEEP)


def cleaned(tag: int, vr: str) -> Action | None:
    """How an attribute is cleaned (code C) that has this VR in the dictionary; None where it cannot be.

    Nobody can tell what bytes say.  And moving a moment of no patient would tell by what a patient's moments move.
    """
    if tag in of_no_patient():
        return None
    return Action.SHIFT if tag == TIMEZONE else _CLEANED.get(vr)


def resolve(code: str, kind: Type) -> Action:
    """The action for a code of Table E.1-1, other than C, on an attribute of this Type."""
    match code:
        case "U":
            action = Action.NEW_UID
        case "K":
            action = Action.KEEP
        case "D":
            action = Action.REMOVE if kind is Type.UNDEFINED else Action.DUMMY
        case "Z" | "Z/D":
            action = Action.DUMMY if kind in _NEVER_EMPTY else Action.EMPTY
        case "X" | "X/Z" | "X/Z/D":
            action = _least(kind, Action.EMPTY, Action.DUMMY)
        case "X/D":
            action = _least(kind, Action.DUMMY, Action.DUMMY)
        case "X/Z/U*":
            action = Action.KEEP if kind is Type.TWO else _least(kind, Action.EMPTY, Action.KEEP)
        case _:
            raise ConfigurationError(f"rules/header: {code} is no action of Table E.1-1")
    return action


def _least(kind: Type, where_empty_is_valid: Action, where_it_is_not: Action) -> Action:
    """Removal where nothing demands the attribute, otherwise the first of the two that the Type accepts."""
    if kind in _NEVER_EMPTY:
        return where_it_is_not
    return where_empty_is_valid if kind in (Type.TWO, Type.TWO_C) else Action.REMOVE
