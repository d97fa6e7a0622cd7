"""From an action code of Table E.1-1 and the Type of the attribute to what is done with it.

The compound codes take the least that keeps the IOD valid (PS3.15 Table E.1-1a).  Four places go beyond the letter:

- X on an attribute that the IOD demands would make the object invalid: it becomes empty or a dummy instead.
- X/D on Type 2 and Z on Type 1 cannot be met literally: a dummy meets both.
- X/Z/U* on Type 2 (image references of functional groups) keeps the items and replaces their UIDs: once they are empty,
  the Referenced Series Sequence of Common Instance Reference (PS3.3 C.12.2) would speak of references that are not there.
- D, alone or in a compound, on an attribute that the IOD does not define here is a removal.
"""

from enum import StrEnum

from pixelclean.errors import ConfigurationError
from pixelclean.header.iod import Type


class Action(StrEnum):
    """What is done with one element; the letters of Table E.1-1a where it has one."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    NEW_UID = "U"
    KEEP = "K"
    """Value kept; a sequence is recursed into, so that what stands in its items is treated."""
    KEEP_IF_WELL_FORMED = "K?"
    """Kept where the value is what its value representation promises, emptied otherwise."""
    CODE = "code"
    """Part of a code: kept where the coding scheme is published, replaced where it is local."""


_NEVER_EMPTY = (Type.ONE, Type.ONE_C)


def resolve(code: str, kind: Type) -> Action:
    """The action for a code of Table E.1-1 on an attribute of this Type."""
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
            raise ConfigurationError(f"header.options: action {code} is not implemented")
    return action


def _least(kind: Type, where_empty_is_valid: Action, where_it_is_not: Action) -> Action:
    """Removal where nothing demands the attribute, otherwise the first of the two that the Type accepts."""
    if kind in _NEVER_EMPTY:
        return where_it_is_not
    return where_empty_is_valid if kind in (Type.TWO, Type.TWO_C) else Action.REMOVE
