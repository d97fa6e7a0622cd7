"""The fate of an attribute that Table E.1-1 does not name, by its value representation (PS3.15 E.1.1, notes).

The Type of such an attribute is not known here, so what must not pass becomes a dummy, which every Type accepts.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag

from pixelclean.header.actions import Action
from pixelclean.header.safe import reviewed

_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC"))
NUMBERS = frozenset(("FL", "FD", "SL", "SS", "UL", "US", "SV", "UV", "AT", "US or SS"))
"""VRs of numbers in binary form."""
_FORMATTED = frozenset(("CS", "DS", "IS", "AS"))
TEXTUAL = _TEXT | _FORMATTED | {"UI"}
"""VRs whose values are texts that could be a code, a number or a UID under another VR."""
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


def fate(tag: int, vr: str) -> tuple[Action, str]:
    """Action and reason for an attribute of an even group that the table does not name.

    `vr` is what the data set says; where that is another kind of value than the dictionary's, nothing is known.
    """
    if not dictionary_has_tag(tag) or not keyword_for_tag(tag):
        return Action.REMOVE, "not in the data dictionary"
    if tag in reviewed().removed:
        return Action.REMOVE, "reviewed list: removed"
    if tag in reviewed().replaced:
        return Action.DUMMY, "reviewed list: replaced"
    return _fate_of_known(tag, vr, dictionary_VR(tag))


def _fate_of_known(tag: int, vr: str, dictionary_vr: str) -> tuple[Action, str]:
    if dictionary_vr in _FORMATTED and vr in TEXTUAL:
        return Action.KEEP_IF_WELL_FORMED, f"not in E.1-1: VR {dictionary_vr}"
    if not _same_kind(vr, dictionary_vr):
        return Action.REMOVE, f"VR {vr} where the dictionary has {dictionary_vr}"
    if tag in _CODE_PARTS:
        return Action.CODE, "part of a code"
    if tag in reviewed().text | reviewed().binary:
        return Action.KEEP, "reviewed list"
    return _FATES.get(dictionary_vr, Action.REMOVE), f"not in E.1-1: VR {dictionary_vr}"


def _same_kind(vr: str, dictionary_vr: str) -> bool:
    """Whether the values mean the same: one VR of several that the dictionary allows, or another one of its like."""
    said, known = set(vr.split(" or ")), set(dictionary_vr.split(" or "))
    return bool(said & known) or any(said <= kind and known <= kind for kind in (_TEXT, NUMBERS, _WORDS))
