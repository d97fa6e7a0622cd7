"""The fate of an attribute that Table E.1-1 does not name, by its value representation (PS3.15 E.1.1, notes).

The Type of such an attribute is not known here, so what must not pass becomes a dummy, which every Type accepts.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag

from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.moments import of_no_patient
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.options import Option

_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC"))
NUMBERS = frozenset(("FL", "FD", "SL", "SS", "UL", "US", "SV", "UV", "AT", "US or SS"))
"""VRs of numbers in binary form."""
_FORMATTED = frozenset(("CS", "DS", "IS", "AS"))
TEXTUAL = _TEXT | _FORMATTED | {"UI"}
"""VRs whose values are texts that could be a code, a number or a UID under another VR."""
DATES = frozenset(("DA", "DT", "TM"))
_WORDS = frozenset(("OB", "OW"))
_CODE_PARTS = frozenset(
    (
        *(0x00080100, 0x00080102, 0x00080103, 0x00080104, 0x0008010C),
        *(0x00080112, 0x00080114, 0x00080115, 0x00080116, 0x00080119, 0x00080120),
    )
)
# Not in here, hence removed: UR and everything binary.  A sequence is kept by walking into it.  A UID that says what
# something is, is a registered one, and those stay.
_FATES: Mapping[str, Action] = MappingProxyType(
    dict.fromkeys(_TEXT | {"PN", "DA", "DT", "TM", "AE"}, Action.DUMMY)
    | dict.fromkeys(NUMBERS | {"SQ"}, Action.KEEP)
    | {"UI": Action.NEW_UID}
)

# What an option asks of its attributes, it asks of their likes that the table does not name (PS3.15 E.1.1, notes).
_BY_OPTION: tuple[tuple[Option, frozenset[str], Action], ...] = (
    (Option.CLEAN_DESCRIPTORS, _TEXT, Action.CLEAN),
    (Option.RETAIN_FULL_DATES, DATES, Action.KEEP_DATE),
    (Option.RETAIN_MODIFIED_DATES, DATES, Action.SHIFT),
)


def fate(tag: int, vr: str, options: tuple[Option, ...]) -> tuple[Action, str, Action]:
    """Action and reason for an attribute of an even group that the table does not name, and the action otherwise.

    `vr` is what the data set says; where that is another kind of value than the dictionary's, nothing is known.
    """
    if not dictionary_has_tag(tag) or not keyword_for_tag(tag):
        return Action.REMOVE, "not in the data dictionary", Action.REMOVE
    if tag in reviewed().removed:
        return Action.REMOVE, "reviewed list: removed", Action.REMOVE
    if tag in reviewed().replaced:
        return Action.DUMMY, "reviewed list: replaced", Action.REMOVE
    if tag in reviewed().characteristics and Option.RETAIN_PATIENT_CHARACTERISTICS not in options:
        return Action.REMOVE, "reviewed list: a characteristic of the patient", Action.REMOVE
    return _fate_of_known(tag, vr, dictionary_VR(tag), options)


def _fate_of_known(tag: int, vr: str, known: str, options: tuple[Option, ...]) -> tuple[Action, str, Action]:
    why = f"not in E.1-1: VR {known}"
    if known in _FORMATTED and vr in TEXTUAL:
        return Action.KEEP_IF_WELL_FORMED, why, Action.EMPTY
    if not same_kind(vr, known):
        return Action.REMOVE, f"VR {vr} where the dictionary has {known}", Action.REMOVE
    if tag in _CODE_PARTS:
        return Action.CODE, "part of a code", Action.DUMMY
    if tag in reviewed().text | reviewed().binary:
        return Action.KEEP, "reviewed list", Action.DUMMY if tag in reviewed().text else Action.REMOVE
    by_option = next((each for each in _BY_OPTION if each[0] in options and known in each[1]), None)
    if by_option is not None and not (by_option[2] is Action.SHIFT and tag in of_no_patient()):
        return by_option[2], f"{why}, {by_option[0]}", Action.DUMMY
    return _FATES.get(known, Action.REMOVE), why, Action.REMOVE


def same_kind(vr: str, dictionary_vr: str) -> bool:
    """Whether the values mean the same: one VR of several that the dictionary allows, or another one of its like."""
    said, known = set(vr.split(" or ")), set(dictionary_vr.split(" or "))
    return bool(said & known) or any(said <= kind and known <= kind for kind in (_TEXT, NUMBERS, _WORDS))
