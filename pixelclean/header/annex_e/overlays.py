"""Overlay planes under the Clean Graphics option (PS3.15 E.3.3; PS3.3 C.9.2).

What describes a plane stays where it is a number or a term, its description, label and comments are cleaned as
descriptors are.  The bits of the plane are kept here and looked at by the pixel stage, which takes out what is text.
"""

from types import MappingProxyType

from pixelclean.header.annex_e.actions import Action

OVERLAY = 0x60
"""The high byte of the repeating groups of overlay planes."""

_NUMBERS = frozenset(("US", "SS", "UL", "AT"))
_TEXTS = frozenset(("LO", "LT", "SH", "ST"))
# Elements of group 60xx: PS3.3 Tables C.9-2 and C.9-3; statistics of a region (ROI Area, Mean, Standard Deviation) too,
# and the layer that a plane is shown in (C.11.7), which consistency.py numbers.
_KINDS = MappingProxyType(
    dict.fromkeys((0x0010, 0x0011, 0x0050, 0x0051, 0x0100, 0x0102), "number")
    | dict.fromkeys((0x0015, 0x0040, 0x1001, 0x1301, 0x1302, 0x1303), "term")
    | dict.fromkeys((0x0022, 0x1500, 0x4000), "text")
    | {0x3000: "plane"}
)


def fate_in_overlay(element: int, vr: str) -> tuple[Action, str]:
    """Action and reason for an element of an overlay group, by its low word."""
    match _KINDS.get(element):
        case "number" if vr in _NUMBERS:
            return Action.KEEP, "overlay: a number"
        case "term" if vr in ("CS", "IS", "DS"):
            return Action.KEEP_IF_WELL_FORMED, "overlay: a term or a number"
        case "text" if vr in _TEXTS:
            return Action.CLEAN, "overlay: cleaned as a descriptor"
        case "plane" if vr in ("OB", "OW"):
            return Action.KEEP, "overlay: its bits are looked at like pixels"
        case _:
            return Action.REMOVE, "overlay: not an attribute of a plane"
